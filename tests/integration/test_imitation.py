"""What makes moto quick leaves its answers as they are."""

import uuid
from collections.abc import Callable
from typing import Any

import boto3
import pytest
from botocore.client import BaseClient
from botocore.exceptions import ClientError

from tests.integration import imitation
from tests.integration.conftest import REGION
from tests.integration.imitation import moto_alone

Ask = Callable[..., dict[str, Any]]
# Of one call, and never the same twice.
_OF_THIS_TIME = ("MessageId", "ReceiptHandle", "ResponseMetadata")


def played() -> list[Any]:
    """All answers and refusals of a queue's life."""
    client = boto3.client("sqs", region_name=REGION)
    url = client.create_queue(QueueName=f"scene-{uuid.uuid4().hex}")["QueueUrl"]
    heard: list[Any] = []

    def ask(operation: str, **params: Any) -> dict[str, Any]:
        try:
            answer: dict[str, Any] = getattr(client, operation)(QueueUrl=url, **params)
        except ClientError as refused:
            answer = dict(refused.response)
        heard.append((operation, plain(answer)))
        return answer

    live(ask)
    client.delete_queue(QueueUrl=url)
    return heard


def live(ask: Ask) -> None:
    ask("receive_message")
    for number in range(3):
        ask("send_message", MessageBody=f"message {number}, ü")
    ask("send_message", MessageBody="later", DelaySeconds=900)
    taken = ask("receive_message", MaxNumberOfMessages=10)["Messages"]
    ask("receive_message", MaxNumberOfMessages=10)
    gone = [{"Id": m["MessageId"], "ReceiptHandle": m["ReceiptHandle"]} for m in taken]
    ask("delete_message_batch", Entries=[{**gone[0], "Id": "a"}, {**gone[1], "Id": "b"}])
    ask("delete_message_batch", Entries=[{**gone[2], "Id": "c"}] * 2)  # refused
    ask("receive_message", MaxNumberOfMessages=11)  # refused


def plain(answer: Any) -> Any:
    if isinstance(answer, dict):
        return {k: plain(v) for k, v in answer.items() if k not in _OF_THIS_TIME}
    return [plain(each) for each in answer] if isinstance(answer, list) else answer


def test_every_answer_is_that_of_moto_alone() -> None:
    quick = played()
    with moto_alone():
        assert played() == quick


def test_only_refusals_go_over_the_wire(monkeypatch: pytest.MonkeyPatch) -> None:
    over_the_wire: list[str] = []
    real = BaseClient._make_request  # type: ignore[attr-defined]

    def heard(client: Any, model: Any, *rest: Any) -> Any:
        over_the_wire.append(model.name)
        return real(client, model, *rest)

    monkeypatch.setattr(BaseClient, "_make_request", heard)
    answers = played()
    assert {"".join(word.title() for word in asked.split("_")) for asked, _ in answers} == set(
        imitation._SHORT
    )
    refused = [operation for operation, answer in answers if "Error" in answer]
    assert refused == ["delete_message_batch", "receive_message"]
    assert over_the_wire == ["CreateQueue", "DeleteMessageBatch", "ReceiveMessage", "DeleteQueue"]
