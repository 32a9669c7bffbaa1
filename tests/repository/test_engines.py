"""Two engines, DynamoDB Local and the one in memory: they answer alike, and what is asked of one
alone is named."""

import uuid
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.dynamodb_local import client_of
from tests.memory.place import ENDPOINT, memory_dynamodb
from tests.repository.anything import SORTS, Call, calls
from tests.repository.both import Both
from tests.repository.conftest import COLLECTED, fresh_table
from tests.repository.limits import LIMITS
from tests.repository.needs_the_server import NEEDS_THE_SERVER, named
from tests.searches import examples
from tests.tables import table_definition

HERE = Path(__file__).parent


@pytest.fixture(scope="module")
def both(dynamodb_local: str, dynamodb_client: Any) -> Iterator[Both]:
    with memory_dynamodb(), fresh_table(dynamodb_client) as name:
        definition = {k: v for k, v in table_definition().items() if k != "StreamSpecification"}
        memory = client_of(ENDPOINT)
        memory.create_table(TableName=name, **definition)
        yield Both(dynamodb_client, memory, name)


def emptied(both: Both) -> None:
    """What an example before has left is gone."""
    keys = [{"pk": {"S": "p"}, "sk": {"S": sort}} for sort in SORTS]
    gone = [{"DeleteRequest": {"Key": key}} for key in keys]
    assert both.ask("BatchWriteItem", {"RequestItems": gone}) == [{}, {}]


def asked(both: Both, calls: Sequence[Call]) -> None:
    """Every call and all of its pages are answered alike, and all that is there in the end."""
    everything = {
        "KeyConditionExpression": "pk = :pk",
        "ExpressionAttributeValues": {":pk": {"S": "p"}},
    }
    for operation, params in [*calls, ("Query", everything)]:
        server, memory = both.ask(operation, params)
        assert memory == server
        while "LastEvaluatedKey" in server:
            params = {**params, "ExclusiveStartKey": server["LastEvaluatedKey"]}
            server, memory = both.ask(operation, params)
            assert memory == server


@pytest.mark.search
@given(calls=st.lists(calls(), min_size=1, max_size=12))
@examples(60, 5_000)
def test_whatever_is_asked_both_answer_the_same(both: Both, calls: list[Call]) -> None:
    emptied(both)
    asked(both, calls)


@pytest.mark.parametrize("calls", LIMITS.values(), ids=LIMITS)
def test_at_its_limits_both_answer_the_same(both: Both, calls: list[Call]) -> None:
    emptied(both)
    asked(both, calls)


def test_a_transaction_is_known_by_its_token(both: Both) -> None:
    """Sent again it is answered and not made again; another one under its token is refused."""
    emptied(both)
    token = uuid.uuid4().hex
    item = {"pk": {"S": "p"}, "sk": {"S": "a"}}
    new = {"Put": {"Item": item, "ConditionExpression": "attribute_not_exists(pk)"}}
    sent: Call = ("TransactWriteItems", {"TransactItems": [new], "ClientRequestToken": token})
    other = {"TransactItems": [{"Delete": {"Key": item}}], "ClientRequestToken": token}
    first = [sent, sent, ("DeleteItem", {"Key": item}), sent, ("GetItem", {"Key": item})]
    asked(both, [*first, ("TransactWriteItems", other)])
    assert both.ask("TransactWriteItems", other)[0]["refused"] == (
        "IdempotentParameterMismatchException"
    )


def test_what_needs_the_server_asks_for_it_and_nothing_else_does(
    pytestconfig: pytest.Config,
) -> None:
    collected = pytestconfig.stash[COLLECTED]
    asking = {item.nodeid for item in collected if "dynamodb_local" in fixtures(item)}
    assert asking == {item.nodeid for item in collected if named(item)}


def fixtures(item: pytest.Item) -> list[str]:
    assert isinstance(item, pytest.Function)
    return list(item.fixturenames)


def test_everything_that_needs_the_server_is_there_and_says_why() -> None:
    code = "\n".join(path.read_text() for path in HERE.glob("*.py"))
    assert [name for name in NEEDS_THE_SERVER if f"def {name}(" not in code] == []
    assert all(NEEDS_THE_SERVER.values())
