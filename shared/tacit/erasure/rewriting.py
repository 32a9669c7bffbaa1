"""What both erasures are made of: looking, saying what stands against it, and rewriting a thing
until nobody was in between."""

import secrets
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from tacit.domain.erasing import Obstacle
from tacit.domain.refusals import Broken
from tacit.store import keys
from tacit.store.codec import Raw
from tacit.store.erasing import Erasing
from tacit.store.patience import Busy
from tacit.store.writes import ConditionFailed, Write

T = TypeVar("T")
_LOST_RACES = 10


class Hindered(Exception):
    """Something has to end before; what was rewritten until then stays rewritten."""

    def __init__(self, obstacles: Iterable[Obstacle]) -> None:
        super().__init__()
        self.obstacles = list(obstacles)


class Unfinished(Exception):
    """Things of the person have kept coming while he was erased."""


@dataclass(slots=True)
class Tally:
    """How many things one call has rewritten, or would; `contacts` are contracts of others, `items`
    all that was rewritten behind the things themselves."""

    contracts: int = 0
    contacts: int = 0
    accounts: int = 0
    orders: int = 0
    ticket_orders: int = 0
    items: int = 0
    obstacles: list[Obstacle] = field(default_factory=list)


def new_pseudonym() -> str:
    """Made of nothing that is his, so that no way leads back."""
    return f"erased-{secrets.token_hex(16)}"


class Rewriting:
    def __init__(self, erasing: Erasing, tally: Tally) -> None:
        self._erasing = erasing
        self._tally = tally

    def readable(self, key: keys.Key, reader: Callable[[Raw], T]) -> tuple[Raw, T] | Obstacle:
        """A head as it is now, or why it cannot be erased: neither broken nor parked ones are
        touched, since whoever mends them needs them as they are."""
        raw = self._erasing.table.get_raw(key)
        if raw is None:
            return Obstacle("record_broken", {"record": key[0]})
        try:
            found = reader(raw)
        except Broken:
            return Obstacle("record_broken", {"record": key[0]})
        return raw, found

    def parked(self, provider: str, pk: str) -> list[Obstacle]:
        found = self._erasing.parked_of(provider, pk)
        return [Obstacle("record_parked", {"id": each}) for each in found]

    def behind(self, pk: str, wanted: Callable[[Raw], dict[str, Any]]) -> None:
        """Every item of a partition less its head, as `wanted` says."""
        for raw in self._erasing.partition(pk):
            if raw["sk"] != {"S": keys.HEAD}:
                self._tally.items += self._one(raw, wanted)

    def until_nobody_came_between(self, attempt: Callable[[], list[Write]]) -> None:
        """`attempt` reads, rewrites what is behind a head, and says what is to be written of the
        head: while somebody else changes it, once more. Nothing to write is well."""
        for _ in range(_LOST_RACES):
            writes = attempt()
            if not writes:
                return
            try:
                self._erasing.table.transact(writes)
            except ConditionFailed:
                continue
            return
        raise Busy(f"lost {_LOST_RACES} races")

    def _one(self, raw: Raw, wanted: Callable[[Raw], dict[str, Any]]) -> int:
        """How many items were rewritten: one or none."""
        seen: Raw | None = raw
        for _ in range(_LOST_RACES):
            fields = wanted(seen) if seen is not None else {}
            if seen is None or not fields:
                return 0
            if self._erasing.rewritten(seen, fields):
                return 1
            seen = self._erasing.table.get_raw((raw["pk"]["S"], raw["sk"]["S"]))
        raise Busy(f"lost {_LOST_RACES} races")
