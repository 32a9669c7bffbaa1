"""One prepared world on which the same story is told again and again, and whoever asks for things
there: each asks again, as he would in life, where he was not answered.
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

import pytest

from tacit.runtime.stack import stack
from tests.integration.conftest import STAFF, Context, Person, Reply, World, new_world
from tests.integration.faults.calls import Call, Cut, Key, Line, line_to_aws
from tests.integration.faults.faults import Fault
from tests.integration.faults.final import Final, Item, final

T = TypeVar("T")
Act = Callable[["Stage"], Any]
KEY = {"Idempotency-Key": "k-1"}
_TRIES = 5
# What a function asks for the wall clock; whoever is brought again is brought after a lease.
_WALLS = ("tacit.runtime.mail", "tacit.runtime.message_sender", "test_clock")
_HIDDEN = timedelta(minutes=3)


class GaveUp(Exception):
    """Asked again and again, and never answered."""


class Stage:
    """`given` is what the preparation of the world has handed over."""

    def __init__(self, world: World, line: Line) -> None:
        self.world, self.line = world, line
        self.given: Any = None
        self.wall = datetime(2025, 2, 1, 12, tzinfo=UTC)
        self.troubles: list[str] = []
        self.delivered = 0
        self.repeats = self.has_struck = self.in_doubt = False
        self.told_calls: list[Call] = []
        self._invoke = world.invoke
        self._before: dict[Key, Item] = {}

    def prepared(self) -> None:
        """The world as it is now is the one that every telling begins with."""
        self._before = {(each["pk"]["S"], each["sk"]["S"]): each for each in self.world.items()}
        self.line.touched.clear()

    def tell(
        self, act: Act, number: int = 0, fault: Fault | None = None, repeats: bool = False
    ) -> Final:
        """The story from its beginning, the fault at its `number`-th call; the world is as it was
        before once it is told. `repeats`: everybody asks twice, though all went well."""
        self.line.clear()
        self.troubles, self.delivered, self.repeats = [], 0, repeats
        if fault is not None:
            self.line.strike_at(number, fault.strike)
        stack.cache_clear()
        try:
            seen = act(self)
            self.told_calls = list(self.line.calls)
            self.has_struck, self.in_doubt = self.line.has_struck, self.line.in_doubt
            changed = self._changed()
            return final(seen, changed, self.line.effects, self._runs(changed))
        finally:
            self._restore()

    def is_as_before(self) -> bool:
        """Whether nothing was written behind the line's back."""
        now = {(each["pk"]["S"], each["sk"]["S"]): each for each in self.world.items()}
        return now == self._before

    # ------------------------------------------------------------ who asks

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
        while self.delivered < len(self.line.effects.messages):
            message = self.line.effects.messages[self.delivered]
            self.delivered += 1
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

    # ------------------------------------------------------------ what it has come to

    def _changed(self) -> dict[Key, Item | None]:
        """Every item that is not as it was before; None where it is gone."""
        now = self._read(sorted(self.line.touched))
        return {
            key: now.get(key) for key in self.line.touched if now.get(key) != self._before.get(key)
        }

    def _read(self, keys: list[Key]) -> dict[Key, Item]:
        found: dict[Key, Item] = {}
        name = self.world.names.table_name
        for start in range(0, len(keys), 100):
            wanted = [{"pk": {"S": pk}, "sk": {"S": sk}} for pk, sk in keys[start : start + 100]]
            asked = {name: {"Keys": wanted, "ConsistentRead": True}}
            answer = self.world.dynamodb.batch_get_item(RequestItems=asked)["Responses"][name]
            found |= {(each["pk"]["S"], each["sk"]["S"]): each for each in answer}
        return found

    def _runs(self, changed: dict[Key, Item | None]) -> dict[str, Item]:
        """The runs that there are, and what staff is told of those that have changed."""
        there = {pk for pk, _ in self._before.keys() | changed.keys() if pk.startswith("run#")}
        gone = {pk for (pk, sk), item in changed.items() if item is None and sk == "head"}
        found: dict[str, Item] = {pk.partition("#")[2]: {} for pk in sorted(there - gone)}
        with self.line.unheard():
            for pk in sorted({pk for pk, _ in changed} & there):
                run = pk.partition("#")[2]
                reply = self.world.call("GET", f"/job-runs/{run}", STAFF)
                found[run] = {"answered": reply.status, **reply.json}
        return found

    def _restore(self) -> None:
        self.line.clear()
        changed = sorted(self._changed())
        for start in range(0, len(changed), 25):
            rows = [self._row(key) for key in changed[start : start + 25]]
            self.world.dynamodb.batch_write_item(RequestItems={self.world.names.table_name: rows})
        self.line.touched.clear()

    def _row(self, key: Key) -> dict[str, Any]:
        if key in self._before:
            return {"PutRequest": {"Item": self._before[key]}}
        pk, sk = key
        return {"DeleteRequest": {"Key": {"pk": {"S": pk}, "sk": {"S": sk}}}}


@contextmanager
def staged(prepare: Callable[[World], Any]) -> Iterator[Stage]:
    """A world of its own, prepared at noon of 1 February 2025 in Zurich. What is to hold for as
    long as the world is there, `prepare` hands over as a context of what is given."""
    with (
        pytest.MonkeyPatch.context() as patch,
        new_world() as world,
        line_to_aws(patch) as line,
        ExitStack() as late,
    ):
        patch.setattr("tacit.store.patience.time.sleep", lambda _: None)
        # Every loop over shards and lanes is there, and many times as short.
        for name in ("SHARDS", "LANES"):
            patch.setattr(f"tacit.store.keys.{name}", 2)
        patch.setenv("JOB_MESSAGES", "2")
        stage = Stage(world, line)
        for module in _WALLS:
            patch.setattr(f"{module}.wall_now", lambda: stage.wall)
        world.set_clock("2025-02-01T11:00:00Z")
        given = prepare(world)
        if isinstance(given, AbstractContextManager):
            given = late.enter_context(given)
        stage.given = given
        patch.setattr(world, "invoke", stage.invoke)
        stage.prepared()
        yield stage
