"""The engine in DynamoDB's place, for pynamodb's clients and boto3's alike.

A client is put together as always, with its own events, names and errors; only what it would send
over the wire is answered here. Clients of other services, and of other servers, are left alone.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any

import pytest
from botocore.client import BaseClient
from botocore.exceptions import ParamValidationError
from botocore.validate import ParamValidator

from tests.memory.engine import Engine
from tests.memory.refusals import Refusal

# No such place can be reached: a client that is left over when the engine is gone cannot either.
ENDPOINT = "http://dynamodb.memory.invalid"
ENVIRONMENT = {
    "AWS_ENDPOINT_URL_DYNAMODB": ENDPOINT,
    "AWS_ACCESS_KEY_ID": "memory",
    "AWS_SECRET_ACCESS_KEY": "memory",
    "AWS_DEFAULT_REGION": "eu-central-1",
    "AWS_EC2_METADATA_DISABLED": "true",
}


@contextmanager
def memory_dynamodb() -> Iterator[Engine]:
    """An empty DynamoDB for as long as the block lasts: every client for DynamoDB that is made in
    it, or was made for an engine before, asks this one.

    `Desk(engine.fresh_table())` is a stack of its own, and costs less than a registration.
    """
    engine = Engine()
    real_call = BaseClient._make_api_call  # type: ignore[attr-defined]

    def call(client: Any, operation: str, params: dict[str, Any]) -> Any:
        if client.meta.endpoint_url != ENDPOINT:
            return real_call(client, operation, params)
        return _answered(engine, client, operation, params)

    with pytest.MonkeyPatch.context() as patch:
        for name, value in ENVIRONMENT.items():
            patch.setenv(name, os.environ.get(name, value) if "KEY" in name else value)
        patch.setattr(BaseClient, "_make_api_call", call)
        yield engine


def _answered(engine: Engine, client: Any, operation: str, params: dict[str, Any]) -> Any:
    """The engine's answer, and on the way the events that the client's listeners wait for."""
    model = client.meta.service_model.operation_model(operation)
    if hasattr(client._serializer, "_param_validator"):  # pynamodb's clients have none
        _validated(params, model)
    emit, context = client.meta.events.emit, {"client_region": client.meta.region_name}
    emit(
        f"before-parameter-build.dynamodb.{operation}", params=params, model=model, context=context
    )
    request = {"headers": {}, "body": b"", "url": ENDPOINT, "context": context}
    _, instead = client.meta.events.emit_until_response(
        f"before-call.dynamodb.{operation}", model=model, params=request, context=context
    )
    status, answer = (
        (instead[0].status_code, instead[1]) if instead else _asked(engine, operation, params)
    )
    emit(
        f"after-call.dynamodb.{operation}",
        http_response=SimpleNamespace(status_code=status),
        parsed=answer,
        model=model,
        context=context,
    )
    if status < 300:
        return answer
    raise client.exceptions.from_code(answer["Error"]["Code"])(answer, operation)


def _validated(params: dict[str, Any], model: Any) -> None:
    """What boto3 finds wrong before it sends anything, and pynamodb leaves to the server."""
    report = ParamValidator().validate(params, model.input_shape)
    if report.has_errors():
        raise ParamValidationError(report=report.generate_report())


def _asked(engine: Engine, operation: str, params: dict[str, Any]) -> tuple[int, dict[str, Any]]:
    about = {"HTTPHeaders": {}, "RetryAttempts": 0, "RequestId": "memory"}
    try:
        answer = engine.answer(operation, params)
    except Refusal as refused:
        error = {"Code": refused.code, "Message": refused.message}
        about["HTTPStatusCode"] = 400
        return 400, {
            "Error": error, "message": refused.message, **refused.extra, "ResponseMetadata": about
        }  # fmt: skip
    about["HTTPStatusCode"] = 200
    return 200, {**answer, "ResponseMetadata": about}
