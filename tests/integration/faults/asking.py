"""Whoever asks for things in a world: each asks again, as he would in life, where he was not
answered.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from tacit.runtime.stack import stack
from tests.integration.conftest import Context, Person, Reply, World
from tests.integration.faults.calls import Cut, Line

T = TypeVar("T")
KEY = {"Idempotency-Key": "k-1"}
_TRIES = 5
# For so long a queue hides what was not done: longer than a lease.
_HIDDEN = timedelta(minutes=3)


class GaveUp(Exception):
    """Asked again and again, and never answered."""


class Asking:
    """`given` is what the preparation of the world has handed over, `troubles` how often somebody
    was not answered and why. With `repeats`, everybody asks twice, though all went well."""

    def __init__(self, world: World, line: Line) -> None:
        self.world, self.line = world, line
        self.given: Any = None
        self.wall = datetime(2025, 2, 1, 12, tzinfo=UTC)
        self.troubles: list[str] = []
        self.repeats = False
        self._delivered = 0
        self._invoke = world.invoke

    def from_the_beginning(self, repeats: bool) -> None:
        self.troubles, self._delivered, self.repeats = [], 0, repeats
        stack.cache_clear()  # a process of its own

    def asks(
        self,
        method: str,
        path: str,
        who: Person,
        body: Any = None,
        *,
        query: dict[str, str] | None = None,
        key: bool = False,
    ) -> Any:
        """An HTTP client, who sends the same again until he is answered; (status, answer)."""
        headers = KEY if key else None

        def once() -> Reply:
            reply = self.world.call(method, path, who, body, query=query, headers=headers)
            if reply.status >= 500:
                raise GaveUp(reply.text)
            return reply

        found = self._answered(once)
        return [found.status, found.json]

    def reads(self, path: str, who: Person, query: dict[str, str] | None = None) -> Any:
        """All pages of a list, or a thing."""
        found: list[Any] = []
        query = dict(query or {})
        while True:
            status, body = self.asks("GET", path, who, query=query or None)
            if status != 200 or "items" not in body or "next" not in body:
                return [status, body]
            found += body["items"]
            if body["next"] is None:
                return [status, found]
            query["next"] = body["next"]

    def delivers(self, module: str, body: str, left: int = 900_000) -> None:
        """A queue, which hides a message for a while and brings it again where it was not done.
        `left`: the milliseconds that the function has."""
        record = {"messageId": "m-1", "eventSource": "aws:sqs", "body": body}

        def once() -> None:
            answer = self.invoke(module, {"Records": [record]}, Context(left=lambda: left))
            if answer != {"batchItemFailures": []}:
                self.wall += _HIDDEN
                raise GaveUp(str(answer))

        self._answered(once, cut=lambda: setattr(self, "wall", self.wall + _HIDDEN))

    def delivers_what_was_sent(self, module: str, left: int = 900_000) -> None:
        """The same queue with the messages that were put into it meanwhile, until it is empty."""
        while self._delivered < len(self.line.effects.messages):
            message = self.line.effects.messages[self._delivered]
            self._delivered += 1
            self.delivers(module, message["MessageBody"], left)

    def starts(self, module: str, event: Any, request: str = "r-1") -> Any:
        """A scheduler, a stream or Lambda itself: the same event again where the function failed.
        One request has one id, however often it is tried."""
        return self._answered(lambda: self.invoke(module, event, Context(aws_request_id=request)))

    def runs_command(self, command: Callable[[], T]) -> T:
        """An operator at his prompt."""

        def once() -> T:
            self.line.working = "command"
            try:
                return command()
            finally:
                self.line.working = None

        return self._answered(once)

    def _answered(self, ask: Callable[[], T], cut: Callable[[], None] | None = None) -> T:
        for _ in range(_TRIES):
            try:
                found = ask()
            except Cut:
                self.troubles.append("cut off")
                stack.cache_clear()  # another process
                if cut is not None:
                    cut()
            except Exception as error:
                self.troubles.append(f"{type(error).__name__}: {error}")
            else:
                return ask() if self.repeats else found
        raise GaveUp("; ".join(self.troubles))

    def invoke(self, module: str, event: Any, context: Context | None = None) -> Any:
        """What the function calls from here on is its own."""
        self.line.working = module
        try:
            return self._invoke(module, event, context)
        finally:
            self.line.working = None
