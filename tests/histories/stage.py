"""One table, two hands that work on it, the clock, and the one way in which anybody acts.

Everything goes through the rooms behind doors, workers and listeners, as the functions use them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import cached_property
from typing import Any

from tacit.domain.refusals import Broken, Invalid, NotFound, Refused
from tacit.store.patience import Busy
from tacit.store.repository import LabelTaken
from tacit.store.table import Table
from tests.histories.engines import Engine
from tests.histories.eye import Act, Cut, Eye, Stop, Watched
from tests.histories.story import Story
from tests.repository.desk import REGION, Desk, Queue
from tests.repository.plans import SECRET

Told = tuple[str, object]  # the answer in a word, and the decision it stands for


class Hand(Desk):
    """A stack whose writes are seen."""

    secret = SECRET

    def __init__(self, name: str, eye: Eye, client: Any) -> None:
        self._eye, self._name, self._engine = eye, name, client
        super().__init__(name)
        self.table.connection._client = client

    @cached_property
    def table(self) -> Table:
        return Watched(self._name, REGION, self._eye, self._engine)

    def stand(self, now: datetime) -> None:
        self._standing.instant = now


class Stage:
    """`faults` are the laws that broke; `deed` words for what happens go to the story."""

    def __init__(self, name: str, engine: Engine, story: Story, now: datetime) -> None:
        table = Table(name, REGION)
        table.connection._client = engine.client
        self.table, self.story = table, story
        self.eye = Eye(table)
        self.hands = [Hand(name, self.eye, engine.client) for _ in range(2)]
        self.queue = Queue()
        for hand in self.hands:
            hand.queue = self.queue
        self.faults: list[str] = []
        self.now = now
        self.stand(now)

    def stand(self, now: datetime) -> None:
        self.now = now
        for hand in self.hands:
            hand.stand(now)

    @contextmanager
    def acting(self, act: Act) -> Iterator[Act]:
        self.eye.acts.append(act)
        try:
            yield act
        finally:
            self.eye.acts.pop()

    def perform(self, act: Act, call: Callable[[], Told], words: str) -> Told:
        """Do it, and tell it: to the story, or to whoever is acting and is not done yet."""
        outer = self.eye.acts[-1] if self.eye.acts else None
        with self.acting(act):
            try:
                told = answer_of(call)
            except Cut:
                told = ("cut off", None)
            except Exception as error:
                told = (f"{type(error).__name__}: {error}", None)
                self.faults.append(f"{words} raised {told[0]}")
        line = f"{words}: {'; '.join([told[0], *act.did])}"
        if outer is None:
            self.story.tell(self.now, line, act.meanwhile)
        else:
            outer.meanwhile += [line, *act.meanwhile]
        return told

    @contextmanager
    def stopped(self, stop: Stop | None) -> Iterator[None]:
        """For as long as the block lasts; what was not reached does not happen."""
        self.eye.stop = stop
        try:
            yield
        finally:
            self.eye.stop = None

    def check(self) -> None:
        self.story.check(self.faults)


def answer_of(call: Callable[[], Told]) -> Told:
    try:
        return call()
    except Refused as refused:
        return refused.code, (refused.code, repr(refused.params))
    except Invalid as invalid:
        return f"invalid: {invalid.field}", (invalid.code, invalid.field)
    except NotFound as missing:
        return "not found", missing.thing
    except (Broken, Busy, LabelTaken) as error:
        return f"{type(error).__name__}: {error}", str(error)
