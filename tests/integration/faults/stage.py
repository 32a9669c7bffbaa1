"""One prepared world on which the same story is told again and again."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from typing import Any

import pytest

from tests.integration.conftest import STAFF, World, new_world
from tests.integration.faults.asking import Asking
from tests.integration.faults.calls import Call, Line, line_to_aws
from tests.integration.faults.faults import Fault
from tests.integration.faults.final import Final, Item, final
from tests.integration.faults.words import Key

Act = Callable[["Stage"], Any]
# What asks for the wall clock.
_WALLS = ("tacit.runtime.mail", "tacit.runtime.message_sender", "test_clock")


class Stage(Asking):
    """`told_calls` are those of the last telling; whether its fault `has_struck`, and left it
    `in_doubt` whether a mail is out."""

    def __init__(self, world: World, line: Line) -> None:
        super().__init__(world, line)
        self.has_struck = self.in_doubt = False
        self.told_calls: list[Call] = []
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
        self.from_the_beginning(repeats)
        if fault is not None:
            self.line.strike_at(number, fault.strike)
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
