"""What both machines are: a stage, a clock for people and jobs, and laws for each decision."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from typing import ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant

from tests.histories.engines import Engine
from tests.histories.errands import Errands
from tests.histories.eye import Cut, Deed, Stop
from tests.histories.heads import Head
from tests.histories.shelf import Shelf
from tests.histories.stage import Stage
from tests.histories.story import Story
from tests.histories.world import Law, World

# Ends of months, a leap day, both changes of the clocks, the turn of a year.
STARTS = tuple(
    datetime.fromisoformat(f"{day}+00:00")
    for day in (
        "2025-06-01T12:00",
        "2024-01-31T23:30",
        "2024-02-28T12:00",
        "2025-03-29T23:30",
        "2025-10-25T22:30",
        "2027-12-30T03:00",
    )
)
DAYS = st.sampled_from((0, 1, 1, 2, 7, 10, 14, 15, 30, 31, 40, 90))
HOURS = st.sampled_from((3, 12, 22, 23))


class Counter:
    """How many histories there were, steps in them, and transactions that laws were asked about."""

    def __init__(self) -> None:
        self.histories = self.steps = self.deeds = 0

    def __str__(self) -> str:
        return f"{self.histories} histories, {self.steps} steps, {self.deeds} transactions"


class History(RuleBasedStateMachine):
    """The class attributes are set by `played`, once for all examples of a search."""

    engine: ClassVar[Engine]
    shelf: ClassVar[Shelf]
    counter: ClassVar[Counter]
    laws: ClassVar[Sequence[Law]] = ()

    stage: Stage
    world: World
    errands: Errands

    def __init__(self) -> None:
        super().__init__()
        self.broken = False
        self._open = ExitStack()
        self.shelf.begin()
        self.counter.histories += 1

    def set_up(self, provider: str, zone: str, title: str, start: datetime) -> None:
        name = self._open.enter_context(self.engine.table())
        self.stage = Stage(name, self.engine, Story(title), start)
        self.world = World(self.stage.eye, provider, zone)
        self.errands = Errands(self.stage)
        self.stage.eye.judge = self._judge

    def _judge(self, deed: Deed) -> None:
        self.counter.deeds += 1
        deed.act.did += [told(head, deed) for _, head in deed.heads]
        for law in self.laws:
            name = law.__name__.replace("_", " ")
            self.stage.faults += [f"{name}: {fault}" for fault in law(self.world, deed)]

    @invariant()
    def _holds(self) -> None:
        """After every step: nothing broke while it was taken."""
        if not hasattr(self, "stage"):
            return
        self.counter.steps += 1
        self.check()

    def check(self) -> None:
        if self.stage.faults:
            self.broken = True
        self.stage.check()

    def fault(self, words: str) -> None:
        self.stage.faults.append(words)

    def wait(self, days: int, hour: int) -> None:
        """The clock goes on; it is that hour of UTC."""
        later = (self.stage.now + timedelta(days=days)).replace(hour=hour, minute=30)
        if later <= self.stage.now:
            later = self.stage.now + timedelta(minutes=90)
        self.stage.stand(later.astimezone(UTC))

    def teardown(self) -> None:
        try:
            if hasattr(self, "stage") and not self.broken:
                self.at_the_end()
                self.check()
        finally:
            self._open.close()

    def at_the_end(self) -> None:
        """What is asked once, of the whole."""


def told(head: Head, deed: Deed) -> str:
    """What became of a contract, in a few words."""
    said = ", ".join(deed.said(head.id)).replace("_", " ") or "noted"
    until = f", back until {head.until}" if head.until else ""
    return f"{head.id} {said}, {head.status} to {head.expires_on}{until}"


def cut() -> None:
    """The process ends here."""
    raise Cut


def stop(number: int, behind: bool, then: object) -> Stop:
    assert callable(then)
    return Stop(number, behind, then)
