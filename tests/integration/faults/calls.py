"""The line between the functions and AWS: every call is recorded on it, and one of them may fail.

It lies on the botocore client's own call, above the wire and whatever stands in for AWS, and below
everything of ours.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
from botocore.client import BaseClient
from botocore.exceptions import ClientError

from tests.integration.aws_calls import Grant, grants_of

Key = tuple[str, str]
Answer = dict[str, Any]
Go = Callable[[Mapping[str, Any]], Answer]
Strike = Callable[[Go, dict[str, Any], str], Answer]
"""What a fault does in the place of a call: how it is made, its parameters, the operation."""

WRITES = ("PutItem", "UpdateItem", "DeleteItem", "TransactWriteItems")
MAIL, PUBLICATION, MESSAGE = "SESv2.SendEmail", "EventBridge.PutEvents", "SQS.SendMessage"
_RANDOM = re.compile(r"\b[0-9a-f]{32}\b")


class Cut(BaseException):
    """The process has died: nothing may catch it."""


@dataclass(frozen=True)
class Call:
    """One call of a function. `what` says what it is about, less what is made up anew each time."""

    module: str
    operation: str
    what: str
    grants: frozenset[Grant]
    asked: dict[str, Any] = field(compare=False, repr=False)
    answer: Answer = field(compare=False, repr=False, default_factory=dict)

    def __str__(self) -> str:
        return f"{self.module}: {self.operation} {self.what}"

    @property
    def writes(self) -> bool:
        return self.operation.split(".")[1] in WRITES

    @property
    def is_dynamodb(self) -> bool:
        return self.operation.startswith("DynamoDB.")


@dataclass
class Effects:
    """What has left the table's reach: whoever it went to will not give it back."""

    mails: list[str] = field(default_factory=list)
    events: list[str] = field(default_factory=list)
    messages: list[dict[str, Any]] = field(default_factory=list)


class Line:
    """`strike_at` makes one fault happen at one call of the functions, counted from 0."""

    def __init__(self) -> None:
        self.touched: set[Key] = set()
        self.working: str | None = None
        self._unheard = False
        self.clear()

    def clear(self) -> None:
        self.calls: list[Call] = []
        self.effects = Effects()
        self.has_struck = self.in_doubt = False
        self._unremembered = False
        self._strike: tuple[int, Strike] | None = None
        self._carried_out: dict[str, tuple[Any, Answer]] = {}

    def strike_at(self, number: int, strike: Strike) -> None:
        self._strike = (number, strike)

    @contextmanager
    def unheard(self) -> Iterator[None]:
        """The test asks a function itself, once the story is told."""
        self._unheard = True
        yield
        self._unheard = False

    def carry(self, go: Go, operation: str, params: dict[str, Any]) -> Answer:
        """A call of the test itself, outside a function, only leaves its trace in `touched`."""
        self.touched |= set(written_in(operation, params))
        if self.working is None or self._unheard:
            return go(params)
        call = _call(self.working, operation, params)
        number = len(self.calls)
        self.calls.append(call)

        def goes(asked: Mapping[str, Any]) -> Answer:
            return self._gone(go, operation, asked, call)

        if self._strike is None or self._strike[0] != number:
            return goes(params)
        self.has_struck = True
        try:
            return self._strike[1](goes, params, operation)
        finally:
            # Whether a mail is out that nothing in the table tells of yet.
            self.in_doubt = self._unremembered

    def _gone(self, go: Go, operation: str, asked: Mapping[str, Any], call: Call) -> Answer:
        answer = self._once(go, asked)
        call.answer.update(answer)
        if operation == MAIL:
            self._unremembered = True
        elif call.writes:
            self._unremembered = False
        self._note(operation, asked, answer)
        return answer

    def _once(self, go: Go, asked: Mapping[str, Any]) -> Answer:
        """A transaction counts once for its token, and says so again: as DynamoDB has it."""
        token = asked.get("ClientRequestToken")
        if token is None:
            return go(asked)
        if token not in self._carried_out:
            self._carried_out[token] = (asked, go(asked))
        before, answer = self._carried_out[token]
        if before != asked:
            code = "IdempotentParameterMismatchException"
            raise ClientError({"Error": {"Code": code}}, "TransactWriteItems")
        return answer

    def _note(self, operation: str, asked: Mapping[str, Any], answer: Answer) -> None:
        if operation == MAIL:
            (to,) = asked["Destination"]["ToAddresses"]
            self.effects.mails.append(f"{to}: {json.dumps(asked['Content'], sort_keys=True)}")
        elif operation == MESSAGE:
            self.effects.messages.append(dict(asked))
        elif operation == PUBLICATION:
            entries = zip(asked["Entries"], answer["Entries"], strict=True)
            taken = [sent for sent, result in entries if not result.get("ErrorCode")]
            self.effects.events += [f"{each['DetailType']} {each['Detail']}" for each in taken]


def _call(module: str, operation: str, params: dict[str, Any]) -> Call:
    service, _, name = operation.partition(".")
    grants = frozenset(grants_of(service, name, params))
    return Call(module, operation, unrandom(about(name, params)), grants, params)


def about(name: str, params: Mapping[str, Any]) -> str:
    """In a few words, what a call is for."""
    match name:
        case "Query":
            values = params["ExpressionAttributeValues"].values()
            asked = " ".join(str(next(iter(value.values()))) for value in values)
            return f"{params.get('IndexName', 'table')}: {asked}"
        case "BatchGetItem":
            (wanted,) = params["RequestItems"].values()
            return ", ".join("/".join(_key(key)) for key in wanted["Keys"])
        case "PutEvents":
            return ", ".join(entry["DetailType"] for entry in params["Entries"])
        case "SendEmail":
            return str(params["Content"]["Simple"]["Subject"]["Data"])
        case "SendMessage":
            return str(params["MessageBody"])[:60]
        case "GetSecretValue":
            return ""
        case "GetItem":
            return "/".join(_key(params["Key"]))
        case _:
            return ", ".join("/".join(key) for key in written_in(f"DynamoDB.{name}", params))


def unrandom(text: str) -> str:
    return _RANDOM.sub("…", text)


def written_in(operation: str, params: Mapping[str, Any]) -> list[Key]:
    """The keys of what a call writes, or only looks at within a transaction."""
    match operation.removeprefix("DynamoDB."):
        case "PutItem":
            return [_key(params["Item"])]
        case "UpdateItem" | "DeleteItem":
            return [_key(params["Key"])]
        case "TransactWriteItems":
            each = [next(iter(entry.values())) for entry in params["TransactItems"]]
            return [_key(one.get("Key") or one["Item"]) for one in each]
        case "BatchWriteItem":
            rows = [row for rows in params["RequestItems"].values() for row in rows]
            each = [next(iter(row.values())) for row in rows]
            return [_key(one.get("Key") or one["Item"]) for one in each]
        case _:
            return []


def _key(item: Mapping[str, Any]) -> Key:
    return item["pk"]["S"], item["sk"]["S"]


@contextmanager
def line_to_aws(patch: pytest.MonkeyPatch) -> Iterator[Line]:
    """Every client's calls go over it for as long as `patch` holds."""
    line = Line()
    real_call = BaseClient._make_api_call  # type: ignore[attr-defined]

    def call(client: Any, operation: str, params: dict[str, Any]) -> Answer:
        def go(asked: Mapping[str, Any]) -> Answer:
            found: Answer = real_call(client, operation, asked)
            return found

        service = client.meta.service_model.service_id
        return line.carry(go, f"{service}.{operation}", params)

    patch.setattr(BaseClient, "_make_api_call", call)
    yield line
