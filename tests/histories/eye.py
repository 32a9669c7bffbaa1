"""What the table holds, seen transaction by transaction, and where a hand can be stopped.

Each write that a hand's table makes is followed by a read of the same keys through another table,
so that a law is asked about every single decision as it was stored, whoever came between whom.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any

from tacit.store.codec import from_raw
from tacit.store.keys import Key
from tacit.store.table import Table
from tacit.store.writes import Write
from tests.histories.heads import Head, Item

# What is written on a head without a decision.
MARKS = frozenset({"parked_at", "renewals_due_at", "expiries_due_at", "run"})


class Cut(BaseException):
    """The process ends here. No handler of the product catches it, as none would see the end."""


@dataclass
class Act:
    """Who is acting, as of which instant; `role` is "job" for what nobody asked for. `meanwhile`
    are the words for what others did before it was over, `did` for what came of it."""

    who: str
    role: str
    at: datetime
    what: str
    meanwhile: list[str] = field(default_factory=list)
    did: list[str] = field(default_factory=list)


@dataclass
class Stop:
    """Before (or behind, with `behind`) its `number`-th write, the hand is stopped: `then` is what
    happens meanwhile; it may raise Cut."""

    number: int
    behind: bool
    then: Callable[[], None]


@dataclass(frozen=True)
class Deed:
    """One transaction as it was stored: the items it wrote, before (None: new) and after (None:
    gone)."""

    act: Act
    before: Mapping[Key, Item | None]
    after: Mapping[Key, Item | None]

    def of(self, kind: str) -> list[tuple[Item | None, Item | None]]:
        """The items of a kind, before and after; those that are as they were left out."""
        pairs = ((self.before[key], self.after[key]) for key in self.after)
        return [(b, a) for b, a in pairs if b != a and (a or b or {}).get("item") == kind]

    def new(self, kind: str) -> list[Item]:
        return [after for before, after in self.of(kind) if before is None and after is not None]

    @cached_property
    def heads(self) -> list[tuple[Head | None, Head]]:
        """The contracts that changed; a mere mark on a head (parked, an index) is no change."""
        pairs = [(b, a) for b, a in self.of("contract") if a is not None]
        changed = [(b, a) for b, a in pairs if b is None or _unmarked(b) != _unmarked(a)]
        return [(Head(b) if b is not None else None, Head(a)) for b, a in changed]

    def said(self, subject: str) -> list[str]:
        """The types of the new events of a subject, less the word before the dot."""
        events = [each for each in self.new("event") if each["subject"] == subject]
        ordered = sorted(events, key=lambda each: int(each["number"]))
        return [str(each["type"]).partition(".")[2] for each in ordered]


def _unmarked(head: Item) -> Item:
    return {name: value for name, value in head.items() if name not in MARKS}


Judge = Callable[[Deed], None]


class Eye:
    """`parts` is the table as it was last seen, by its two keys; `acts` who is acting, the
    innermost last."""

    def __init__(self, table: Table) -> None:
        self._table = table
        self.parts: dict[str, dict[str, Item]] = {}
        self.acts: list[Act] = []
        self.stop: Stop | None = None
        self.writes = 0
        self.judge: Judge = lambda _: None

    def before(self) -> None:
        self.writes += 1
        self._stopped(False)

    def after(self, keys: Sequence[Key]) -> None:
        """How far a run has come is the run's own, and no law is about it."""
        if not all(pk.startswith("run#") for pk, _ in keys):
            self._looked(keys)
        self._stopped(True)

    def _looked(self, keys: Sequence[Key]) -> None:
        found = self._table.get_many(list(keys))
        before = {key: self.item(*key) for key in keys}
        after = {key: from_raw(found[key]) if key in found else None for key in keys}
        for (pk, sk), item in after.items():
            part = self.parts.setdefault(pk, {})
            if item is None:
                part.pop(sk, None)
            else:
                part[sk] = item
        self.judge(Deed(self.acts[-1], before, after))

    def _stopped(self, behind: bool) -> None:
        """Once only, and never within what happens meanwhile."""
        stop = self.stop
        if stop is None or stop.behind is not behind:
            return
        stop.number -= 1
        if stop.number <= 0:
            self.stop = None
            stop.then()

    def named(self, kind: str) -> list[Item]:
        """All items of a kind."""
        parts = self.parts.values()
        return [item for part in parts for item in part.values() if item.get("item") == kind]

    def item(self, pk: str, sk: str = "head") -> Item | None:
        return self.parts.get(pk, {}).get(sk)

    def behind(self, pk: str, kind: str) -> list[Item]:
        """The items of a kind that hang on one thing."""
        return [item for item in self.parts.get(pk, {}).values() if item.get("item") == kind]

    def head(self, contract_id: str) -> Head | None:
        item = self.item(f"contract#{contract_id}")
        return Head(item) if item is not None else None

    def heads(self) -> list[Head]:
        return [Head(item) for item in self.named("contract")]


class Watched(Table):
    """A table whose writes the eye sees."""

    def __init__(self, name: str, region: str, eye: Eye, client: Any) -> None:
        super().__init__(name, region)
        self.eye = eye
        self.connection._client = client

    def transact(self, writes: Sequence[Write]) -> None:
        self.eye.before()
        super().transact(writes)
        self.eye.after([write.key for write in writes])

    def write(self, one: Write) -> None:
        self.eye.before()
        super().write(one)
        self.eye.after([one.key])
