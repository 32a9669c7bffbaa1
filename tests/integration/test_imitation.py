"""What makes moto quick leaves its answers as they are."""

import uuid
from collections.abc import Callable, Iterator
from typing import Any

import boto3
import pytest
from botocore.client import BaseClient
from botocore.exceptions import ClientError

from tests.integration import imitation
from tests.integration.conftest import REGION
from tests.integration.imitation import moto_alone
from tests.tables import table_definition

Ask = Callable[..., dict[str, Any]]


def text(**attributes: str) -> dict[str, Any]:
    return {name: {"S": value} for name, value in attributes.items()}


def item(pk: str, sk: str, **attributes: Any) -> dict[str, Any]:
    nested = {"M": {"amount": {"N": "2400"}, "tags": {"L": [{"BOOL": True}, {"NULL": True}]}}}
    return {**text(pk=pk, sk=sk), "price": nested, **attributes}


def key(pk: str, sk: str) -> dict[str, Any]:
    return {"Key": text(pk=pk, sk=sk)}


def filled(ask: Ask) -> None:
    """Two partitions; three items due in one shard at two instants, one in another."""
    for sk, shard, due in (
        ("c", "07", "2025-02-01"), ("a", "07", "2025-01-01"), ("b", "07", "2025-01-01"),
        ("d", "08", "2025-01-01"),
    ):  # fmt: skip
        ask("put_item", Item=item("p-1", sk, **text(shard=shard, expiries_due_at=due)))
    ask("put_item", Item=item("p-2", "a", count={"N": "3"}, both={"SS": ["x", "y"]}))


def reading(ask: Ask) -> None:
    filled(ask)
    ask("get_item", **key("p-1", "a"), ConsistentRead=True)
    ask("get_item", **key("p-1", "none"))
    ask("get_item", **key("p-2", "a"), ProjectionExpression="both")
    named = {"Keys": [text(pk="p-1", sk=sk) for sk in ("a", "c", "none")]}
    ask("batch_get_item", named)
    ask("scan", FilterExpression="attribute_exists(shard)", ProjectionExpression="sk")
    ask("scan", Limit=2)
    ask("scan", Limit=2, ExclusiveStartKey=text(pk="p-1", sk="b"))


def querying(ask: Ask) -> None:
    filled(ask)
    of = {"KeyConditionExpression": "pk = :pk"}
    ask("query", **of, ExpressionAttributeValues={":pk": {"S": "p-1"}})
    ask("query", **of, ExpressionAttributeValues={":pk": {"S": "none"}})
    ask("query", **of, ExpressionAttributeValues={":pk": {"S": "p-1"}}, ScanIndexForward=False)
    page = {**of, "ExpressionAttributeValues": {":pk": {"S": "p-1"}}, "Limit": 2}
    ask("query", **page)
    ask("query", **page, ExclusiveStartKey=text(pk="p-1", sk="b"))
    between = {":pk": {"S": "p-1"}, ":a": {"S": "b"}, ":z": {"S": "c"}}
    condition = "pk = :pk AND sk BETWEEN :a AND :z"
    ask("query", KeyConditionExpression=condition, ExpressionAttributeValues=between)


def asking_an_index(ask: Ask) -> None:
    filled(ask)
    condition = "shard = :shard AND expiries_due_at <= :due"
    due = {
        "IndexName": "expiries",
        "KeyConditionExpression": condition,
        "ExpressionAttributeValues": {":shard": {"S": "07"}, ":due": {"S": "2025-01-31"}},
    }
    ask("query", **due)
    first = ask("query", **due, Limit=1)
    ask("query", **due, Limit=1, ExclusiveStartKey=first["LastEvaluatedKey"])
    ask("query", **due, ConsistentRead=True)  # refused


def changing(ask: Ask) -> None:
    filled(ask)
    new = {"ConditionExpression": "attribute_not_exists(pk)"}
    ask("put_item", Item=item("p-1", "a"), **new)  # refused
    ask("put_item", Item=item("p-1", "e"), **new)
    counted = {
        "UpdateExpression": "SET #count = #count + :one REMOVE both",
        "ExpressionAttributeNames": {"#count": "count"},
        "ExpressionAttributeValues": {":one": {"N": "1"}},
    }
    ask("update_item", **key("p-2", "a"), **counted, ReturnValues="ALL_NEW")
    ask("update_item", **key("p-3", "a"), **counted)  # refused
    ask("delete_item", **key("p-1", "c"), ConditionExpression="attribute_exists(price)")
    ask("delete_item", **key("p-1", "c"), ConditionExpression="attribute_exists(price)")  # refused
    ask("batch_write_item", [{"DeleteRequest": key("p-1", "b")}])
    large = {"S": "x" * 410_000}
    ask("put_item", Item=item("p-4", "a", large=large))  # refused


def deciding(ask: Ask) -> None:
    """A transaction that goes through, and one whose last condition fails: none of it is there."""
    filled(ask)
    put = {"Put": {"Item": item("p-5", "a"), "ConditionExpression": "attribute_not_exists(pk)"}}
    update = {
        "Update": {
            **key("p-2", "a"),
            "UpdateExpression": "SET price.amount = :much",
            "ExpressionAttributeValues": {":much": {"N": "9900"}},
        }
    }
    check = {"ConditionCheck": {**key("p-1", "a"), "ConditionExpression": "attribute_exists(pk)"}}
    delete = {"Delete": key("p-1", "b")}
    ask("transact_write_items", [check, delete, put, update])
    gone = {"Delete": key("p-1", "c")}
    raised = {**update["Update"], "ExpressionAttributeValues": {":much": {"N": "1"}}}
    ask("transact_write_items", [gone, {"Update": raised}, put])  # refused
    ask("transact_write_items", [gone, gone])  # refused


SCENES = (reading, querying, asking_an_index, changing, deciding)


@pytest.fixture(params=SCENES, ids=lambda scene: str(scene.__name__))
def scene(request: pytest.FixtureRequest) -> Iterator[Callable[[Ask], None]]:
    yield request.param


def played(scene: Callable[[Ask], None]) -> list[Any]:
    """All answers and refusals of a scene, and at last everything in its table."""
    client = boto3.client("dynamodb", region_name=REGION)
    name = f"scene-{uuid.uuid4().hex}"
    definition = {k: v for k, v in table_definition().items() if k != "StreamSpecification"}
    client.create_table(TableName=name, **definition)
    heard: list[Any] = []

    def ask(operation: str, several: Any = None, **one: Any) -> dict[str, Any]:
        if operation == "transact_write_items":
            parts = [{k: {**v, "TableName": name} for k, v in part.items()} for part in several]
            one = {"TransactItems": parts}
        elif several is not None:
            one = {"RequestItems": {name: several}}
        else:
            one["TableName"] = name
        try:
            answer: dict[str, Any] = getattr(client, operation)(**one)
        except ClientError as refused:
            answer = dict(refused.response)
        del answer["ResponseMetadata"]
        heard.append((operation, plain(answer, name)))
        return answer

    scene(ask)
    ask("scan")
    client.delete_table(TableName=name)
    return heard


def plain(answer: Any, name: str) -> Any:
    """Without the table's name, which is of its own."""
    if isinstance(answer, dict):
        return {k.replace(name, "table"): plain(v, name) for k, v in answer.items()}
    if isinstance(answer, list):
        return [plain(each, name) for each in answer]
    return answer.replace(name, "table") if isinstance(answer, str) else answer


def test_every_answer_is_that_of_moto_alone(scene: Callable[[Ask], None]) -> None:
    quick = played(scene)
    with moto_alone():
        assert played(scene) == quick


def test_the_scenes_ask_each_operation_that_is_answered_the_short_way() -> None:
    asked = {operation for scene in SCENES for operation, _ in played(scene)}
    model = boto3.client("dynamodb", region_name=REGION).meta.method_to_api_mapping
    assert {model[operation] for operation in asked} == set(imitation._SHORT)


def test_only_refusals_go_over_the_wire(monkeypatch: pytest.MonkeyPatch) -> None:
    over_the_wire: list[str] = []
    real = BaseClient._make_request  # type: ignore[attr-defined]

    def heard(client: Any, model: Any, *rest: Any) -> Any:
        over_the_wire.append(model.name)
        return real(client, model, *rest)

    monkeypatch.setattr(BaseClient, "_make_request", heard)
    answers = played(deciding)
    refused = [operation for operation, answer in answers if "Error" in answer]
    assert refused == ["transact_write_items", "transact_write_items"]
    assert over_the_wire == [
        "CreateTable",
        "TransactWriteItems",
        "TransactWriteItems",
        "DeleteTable",
    ]


def test_an_answer_is_a_copy() -> None:
    """Whoever changes what he was given has not changed the table."""

    def careless(ask: Ask) -> None:
        filled(ask)
        given = ask("get_item", **key("p-2", "a"))
        given["Item"]["both"]["SS"].clear()
        given["Item"]["price"]["M"].clear()

    def careful(ask: Ask) -> None:
        filled(ask)
        ask("get_item", **key("p-2", "a"))

    assert played(careless)[-1] == played(careful)[-1]
