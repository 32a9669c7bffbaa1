"""What goes over the wire to DynamoDB: counted, or broken on purpose.

It listens to the client's own events below everything of ours, so that nothing under test is
replaced. DynamoDB Local never says `TransactionConflict` and never loses an answer; here both
are made to happen.
"""

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any

from botocore.exceptions import ReadTimeoutError

from tacit.store.table import Table


class Cut(BaseException):
    """The invocation ends here, as when Lambda runs out of time: nothing may catch it."""


class Wire:
    """The calls of one table's client, in order: `calls` are (operation, parameters)."""

    def __init__(self, table: Table) -> None:
        self._events = table.connection.client.meta.events
        self._lock = threading.Lock()
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self.read_units = self.single_write_units = 0.0

    @property
    def counted(self) -> dict[str, int]:
        return dict(Counter(operation for operation, _ in self.calls))

    @contextmanager
    def heard(self) -> Iterator["Wire"]:
        """Listen for as long as the block lasts, from nothing."""
        self.calls, self.read_units, self.single_write_units = [], 0.0, 0.0
        with (
            self._listening("before-parameter-build.dynamodb", self._note_call),
            self._listening("after-call.dynamodb", self._note_units),
        ):
            yield self

    @contextmanager
    def refused(
        self, operation: str, times: int, error: str, *reasons: str, sparing: str = ""
    ) -> Iterator[None]:
        """The next calls are answered with an error instead of being made, but not those that name
        what is spared; `reasons` are those of a cancelled transaction, one for each of its
        items."""
        left, asked = [times], threading.local()

        def look(params: dict[str, Any], **_: Any) -> None:
            asked.spared = bool(sparing) and sparing in str(params)

        def answer(**_: Any) -> tuple[Any, dict[str, Any]] | None:
            with self._lock:
                if not left[0] or asked.spared:
                    return None
                left[0] -= 1
            body: dict[str, Any] = {"Error": {"Code": error, "Message": "made up"}}
            if reasons:
                body["CancellationReasons"] = [{"Code": reason} for reason in reasons]
            return SimpleNamespace(status_code=400), {**body, "ResponseMetadata": {}}

        with (
            self._listening(f"before-parameter-build.dynamodb.{operation}", look),
            self._listening(f"before-call.dynamodb.{operation}", answer),
        ):
            yield

    @contextmanager
    def answer_lost(self, operation: str, times: int = 1) -> Iterator[list[int]]:
        """The next calls go through, and their answers are lost on the way back."""
        left = [times]

        def lose(**_: Any) -> None:
            with self._lock:
                if not left[0]:
                    return
                left[0] -= 1
            raise ReadTimeoutError(endpoint_url="made up")

        with self._listening(f"after-call.dynamodb.{operation}", lose):
            yield left

    @contextmanager
    def meanwhile(
        self, operation: str, act: Callable[[], Any], times: int = 1, naming: str = ""
    ) -> Iterator[None]:
        """Somebody else's `act` is done before each of the next such calls goes out, of those that
        name what is asked for."""
        left, asked = [times], threading.local()

        def look(params: dict[str, Any], **_: Any) -> None:
            asked.counts = naming in str(params)

        def interrupt(**_: Any) -> None:
            with self._lock:
                left[0] -= asked.counts
                if left[0] < 0 or not asked.counts:
                    return
            before, left[0] = left[0], 0  # what `act` itself sends is not interrupted
            act()
            left[0] = before

        with (
            self._listening(f"before-parameter-build.dynamodb.{operation}", look),
            self._listening(f"before-call.dynamodb.{operation}", interrupt),
        ):
            yield

    @contextmanager
    def cut_off(self, when: str, operation: str, number: int, naming: str = "") -> Iterator[None]:
        """The invocation ends before or after (`when`) its `number`-th such call, of those that
        name what is asked for."""
        left, asked = [number], threading.local()

        def look(params: dict[str, Any], **_: Any) -> None:
            asked.counts = naming in str(params)

        def cut(**_: Any) -> None:
            with self._lock:
                left[0] -= asked.counts
                if left[0] != 0 or not asked.counts:
                    return
            raise Cut

        with (
            self._listening(f"before-parameter-build.dynamodb.{operation}", look),
            self._listening(f"{when}-call.dynamodb.{operation}", cut),
        ):
            yield

    @contextmanager
    def _listening(self, event: str, handler: Callable[..., Any]) -> Iterator[None]:
        self._events.register_first(event, handler)
        try:
            yield
        finally:
            self._events.unregister(event, handler)

    def _note_call(self, params: dict[str, Any], model: Any, **_: Any) -> None:
        with self._lock:
            self.calls.append((model.name, params))

    def _note_units(self, parsed: dict[str, Any], model: Any, **_: Any) -> None:
        used = parsed.get("ConsumedCapacity") or []
        used = used if isinstance(used, list) else [used]
        units = sum(each["CapacityUnits"] for each in used)
        with self._lock:
            if model.name in ("GetItem", "BatchGetItem", "Query", "Scan"):
                self.read_units += units
            elif model.name != "TransactWriteItems":  # those it makes up
                self.single_write_units += units
