"""The engine in DynamoDB's place: what it gives out, what it keeps, and what it will not guess."""

from collections.abc import Iterator
from typing import Any

import pytest
from botocore.client import BaseClient
from botocore.exceptions import ClientError, ParamValidationError

from tacit.store.table import Table
from tests.dynamodb_local import client_of
from tests.memory.engine import Engine
from tests.memory.place import ENDPOINT, memory_dynamodb
from tests.memory.refusals import NotImitated

KEY = {"pk": {"S": "p"}, "sk": {"S": "a"}}


@pytest.fixture
def engine() -> Iterator[Engine]:
    with memory_dynamodb() as found:
        yield found


@pytest.fixture
def client(engine: Engine) -> Any:
    return client_of(ENDPOINT)


def test_the_stores_client_and_a_tests_own_see_one_table(engine: Engine, client: Any) -> None:
    name = engine.fresh_table()
    client.put_item(TableName=name, Item={**KEY, "n": {"N": "1"}})
    assert Table(name, "eu-central-1").get(("p", "a")) == {"pk": "p", "sk": "a", "n": 1}


def test_whoever_changes_what_he_was_given_has_not_changed_the_table(
    engine: Engine, client: Any
) -> None:
    name, nested = engine.fresh_table(), {"L": [{"M": {"n": {"N": "1"}}}]}
    client.put_item(TableName=name, Item={**KEY, "one": nested, "other": nested})
    nested["L"].clear()
    first = client.get_item(TableName=name, Key=KEY)["Item"]
    assert first["one"] == first["other"] == {"L": [{"M": {"n": {"N": "1"}}}]}
    first["one"]["L"].clear()
    assert first["other"]["L"]
    found = client.get_item(TableName=name, Key=KEY)["Item"]
    assert found["one"] == found["other"] == {"L": [{"M": {"n": {"N": "1"}}}]}


def test_what_an_update_took_from_elsewhere_is_a_copy(engine: Engine, client: Any) -> None:
    name = engine.fresh_table()
    client.put_item(TableName=name, Item={**KEY, "one": {"L": [{"N": "1"}]}})
    again = {"TableName": name, "Key": KEY}
    client.update_item(**again, UpdateExpression="SET another = one")
    client.update_item(**again, UpdateExpression="SET another[0] = one[0] + one[0]")
    found = client.get_item(TableName=name, Key=KEY)["Item"]
    assert (found["one"], found["another"]) == ({"L": [{"N": "1"}]}, {"L": [{"N": "2"}]})


@pytest.mark.parametrize(
    ("operation", "params"),
    [
        ("transact_get_items", {"TransactItems": [{"Get": {"TableName": "t", "Key": KEY}}]}),
        ("list_tables", {}),
        ("get_item", {"TableName": "t", "Key": KEY, "AttributesToGet": ["x"]}),
        ("scan", {"TableName": "t", "Segment": 0, "TotalSegments": 2}),
    ],
)
def test_what_is_not_imitated_ends_the_test_whatever_is_caught(
    client: Any, operation: str, params: dict[str, Any]
) -> None:
    def careless() -> None:
        try:
            getattr(client, operation)(**params)
        except Exception:
            return

    with pytest.raises(NotImitated):
        careless()


def test_an_error_is_that_of_the_client(engine: Engine, client: Any) -> None:
    name = engine.fresh_table()
    there = "attribute_exists(pk)"
    with pytest.raises(client.exceptions.ConditionalCheckFailedException):
        client.put_item(TableName=name, Item=KEY, ConditionExpression=there)
    check = {"TableName": name, "Key": KEY, "ConditionExpression": there}
    with pytest.raises(client.exceptions.TransactionCanceledException) as told:
        client.transact_write_items(TransactItems=[{"ConditionCheck": check}])
    assert told.value.response["CancellationReasons"][0]["Code"] == "ConditionalCheckFailed"
    with pytest.raises(ParamValidationError):
        client.get_item(TableName=name)


def test_a_transaction_that_fails_has_changed_nothing(engine: Engine, client: Any) -> None:
    name = engine.fresh_table()
    put = {"Put": {"TableName": name, "Item": KEY}}
    other = {"TableName": name, "Key": {**KEY, "sk": {"S": "b"}}}
    check = {"ConditionCheck": {**other, "ConditionExpression": "attribute_exists(pk)"}}
    with pytest.raises(ClientError):
        client.transact_write_items(TransactItems=[put, check])
    assert client.scan(TableName=name)["Items"] == []


def test_each_engine_is_empty_and_behind_it_there_is_nothing(client: Any, engine: Engine) -> None:
    name = engine.fresh_table()
    with memory_dynamodb(), pytest.raises(client.exceptions.ResourceNotFoundException):
        client.scan(TableName=name)
    assert client.scan(TableName=name)["Items"] == []


def test_behind_the_block_a_client_is_on_its_way_to_nowhere() -> None:
    """It asks what it asked before the block, at an address that nobody can have."""
    before = BaseClient._make_api_call  # type: ignore[attr-defined]
    with memory_dynamodb():
        assert BaseClient._make_api_call is not before  # type: ignore[attr-defined]
    assert BaseClient._make_api_call is before  # type: ignore[attr-defined]
    assert ENDPOINT.endswith(".invalid")
