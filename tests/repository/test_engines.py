"""Two engines, DynamoDB Local and the one in memory: they answer alike, and what is asked of one
alone is named."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.memory.place import ENDPOINT, memory_dynamodb
from tests.repository.anything import SORTS, Call, calls
from tests.repository.both import Both
from tests.repository.conftest import COLLECTED, fresh_table
from tests.repository.needs_the_server import NEEDS_THE_SERVER, named
from tests.searches import examples
from tests.tables import table_definition

HERE = Path(__file__).parent


@pytest.fixture(scope="module")
def both(dynamodb_local: str, dynamodb_client: Any) -> Iterator[Both]:
    with memory_dynamodb(), fresh_table(dynamodb_client) as name:
        definition = {k: v for k, v in table_definition().items() if k != "StreamSpecification"}
        memory = boto3.client("dynamodb", endpoint_url=ENDPOINT, region_name="eu-central-1")
        memory.create_table(TableName=name, **definition)
        yield Both(dynamodb_client, memory, name)


def emptied(both: Both) -> None:
    """The last example's items are gone."""
    keys = [{"pk": {"S": "p"}, "sk": {"S": sort}} for sort in SORTS]
    gone = [{"DeleteRequest": {"Key": key}} for key in keys]
    assert both.ask("BatchWriteItem", {"RequestItems": gone}) == [{}, {}]


def everything(both: Both) -> list[dict[str, Any]]:
    of = {"KeyConditionExpression": "pk = :pk", "ExpressionAttributeValues": {":pk": {"S": "p"}}}
    return both.ask("Query", {**of, "ConsistentRead": True})


@pytest.mark.search
@given(asked=st.lists(calls(), min_size=1, max_size=12))
@examples(150, 5_000)
def test_whatever_is_asked_both_answer_the_same(both: Both, asked: list[Call]) -> None:
    emptied(both)
    for operation, params in asked:
        server, memory = both.ask(operation, params)
        assert memory == server
        while "LastEvaluatedKey" in server:
            params = {**params, "ExclusiveStartKey": server["LastEvaluatedKey"]}
            server, memory = both.ask(operation, params)
            assert memory == server
    server, memory = everything(both)
    assert memory == server


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
