"""The AWS calls a function makes, as the IAM actions and resources they need."""

import importlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from botocore.client import BaseClient

from tacit.runtime.stack import stack
from tacit.store.keys import CLOCK

Grant = tuple[str, str]
_IN_A_TRANSACTION = {
    "Put": "PutItem",
    "Update": "UpdateItem",
    "Delete": "DeleteItem",
    "ConditionCheck": "ConditionCheckItem",
}
# Where the action is not called like the operation.
_ACTIONS = {
    "SESv2.SendEmail": "ses:SendEmail",
    "EventBridge.PutEvents": "events:PutEvents",
    "Secrets Manager.GetSecretValue": "secretsmanager:GetSecretValue",
    "SQS.SendMessage": "sqs:SendMessage",
}
_RESOURCES = {
    "sqs": "queue",
    "ses": "identity",
    "events": "bus",
    "secretsmanager": "secret",
}


class Calls:
    """What each function has called so far: module to (action, resource)."""

    def __init__(self) -> None:
        self.made: dict[str, set[Grant]] = {}
        self.reading_the_clock: set[str] = set()
        self._working: str | None = None
        self._last = ""

    @contextmanager
    def of(self, module: str) -> Iterator[None]:
        if module != self._last:
            # A function has a process of its own, and fetches what it needs by itself.
            stack.cache_clear()
        self._working = self._last = module
        self.made.setdefault(module, set())
        yield
        self._working = None

    def heard(self, service: str, operation: str, params: dict[str, Any]) -> None:
        """What the test itself asks for, outside a function, does not count."""
        if self._working is not None:
            self.made[self._working] |= grants_of(service, operation, params)
            pk, sk = CLOCK
            if params.get("Key") == {"pk": {"S": pk}, "sk": {"S": sk}}:
                self.reading_the_clock.add(self._working)


def grants_of(service: str, operation: str, params: dict[str, Any]) -> set[Grant]:
    if service != "DynamoDB":
        action = _ACTIONS[f"{service}.{operation}"]
        return {(action, _RESOURCES[action.split(":")[0]])}
    if operation == "TransactWriteItems":
        kinds = {kind for entry in params["TransactItems"] for kind in entry}
        return {(f"dynamodb:{_IN_A_TRANSACTION[kind]}", "table") for kind in kinds}
    index = params.get("IndexName")
    return {(f"dynamodb:{operation}", f"index/{index}" if index else "table")}


@contextmanager
def listening(patch: pytest.MonkeyPatch, modules: list[str]) -> Iterator[Calls]:
    """Every handler of `modules` is heard while it works."""
    calls = Calls()
    real_call = BaseClient._make_api_call  # type: ignore[attr-defined]

    def call(client: Any, operation: str, params: dict[str, Any]) -> Any:
        calls.heard(client.meta.service_model.service_id, operation, params)
        return real_call(client, operation, params)

    def heard(module: str, handler: Any) -> Any:
        def handle(event: Any, context: Any) -> Any:
            with calls.of(module):
                return handler(event, context)

        return handle

    patch.setattr(BaseClient, "_make_api_call", call)
    for module in modules:
        imported = importlib.import_module(module)
        patch.setattr(imported, "handler", heard(module, imported.handler))
    yield calls
