"""How far one shard of a run is in one of its stages: one item, overwritten page by page."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from tacit.store import keys
from tacit.store.codec import Item
from tacit.store.table import Page

COUNTS = ("done", "unchanged", "refused", "parked", "failed", "held", "different", "planned")
_BYTES_OF_KEYS = 200_000  # half of what an item may hold: some two thousand keys
_ALWAYS = ("done", "unchanged", "parked", "failed")  # the others only where there are any


@dataclass(frozen=True, slots=True)
class ShardState:
    """How far one shard of a run is. `records` are the keys at hand, `after` is the cursor behind
    them, `counts` and `totals` what came of those before; `page` rises with every save and is 0
    before the first. `saved_at`: when it was saved, by the wall clock in seconds, as read."""

    shard: str
    page: int = 0
    done: bool = False
    records: tuple[keys.Key, ...] = ()
    after: Item | None = None
    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(_ALWAYS, 0))
    totals: dict[str, int] = field(default_factory=dict)
    saved_at: int = field(default=0, compare=False)

    @property
    def reads_on(self) -> bool:
        """Whether there may be more behind the records at hand."""
        return self.page == 0 or self.after is not None

    def turned(self, page: Page) -> "ShardState":
        """The records at hand are worked; the next page is at hand, or the shard is done."""
        records = tuple((item["pk"], item["sk"]) for item in page.items)
        done = not records and page.after is None
        return self._moved(records=records, after=page.after, done=done)

    def left_at(self, worked: int) -> "ShardState":
        """Time ran out within the page: the rest of it stays at hand."""
        return self._moved(records=self.records[worked:])

    def begun(self, holder: str, due: Sequence[keys.Key]) -> "ShardState":
        """All that is due of some holders is at hand: `holder` is the last one's mark in the
        calendar."""
        return self._holding({"holder": self.last_holder, "at_hand": holder}, due)

    def past(self, holder: str) -> "ShardState":
        """All that was due of the holders up to this one is worked."""
        return self._moved(after={"holder": holder}, records=())

    def left_with(self, due: Sequence[keys.Key]) -> "ShardState":
        """Time ran out within the holders at hand: these are left."""
        return self._holding(self.after or {}, due)

    def _holding(self, place: Item, due: Sequence[keys.Key]) -> "ShardState":
        """The keys are kept where they fit into an item, else how many there are."""
        fits = sum(_size(key) for key in due) <= _BYTES_OF_KEYS
        after = {**place, "due": len(due)}
        return self._moved(after=after, records=tuple(due) if fits else ())

    def over(self) -> "ShardState":
        return self._moved(done=True)

    def counting(self, counts: Mapping[str, int], totals: Mapping[str, int]) -> "ShardState":
        """With what came of the records since."""
        return replace(self, counts=_sum(self.counts, counts), totals=_sum(self.totals, totals))

    @property
    def last_holder(self) -> str:
        """The mark of the holder who was worked last, before the first one an empty text."""
        return str(self.after["holder"]) if self.after else ""

    @property
    def at_hand(self) -> str | None:
        """The mark of the last holder of those that were begun and are not past."""
        return self.after.get("at_hand") if self.after else None

    @property
    def due(self) -> int:
        """How many were due of the holders at hand when they were begun, less those that are
        through since."""
        return int(self.after.get("due", 0)) if self.after else 0

    @property
    def keeps_keys(self) -> bool:
        """Whether all that is left of the holders at hand is known by its keys."""
        return len(self.records) == self.due

    def _moved(self, **fields: Any) -> "ShardState":
        return replace(self, page=self.page + 1, **fields)


def _size(key: keys.Key) -> int:
    """In bytes, its names and DynamoDB's marks with it."""
    return 20 + sum(len(part.encode()) for part in key)


def _sum(first: Mapping[str, int], second: Mapping[str, int]) -> dict[str, int]:
    both = {**first, **{name: first.get(name, 0) + number for name, number in second.items()}}
    return {name: number for name, number in both.items() if number or name in _ALWAYS}


def fields_of(state: ShardState) -> Item:
    """What its item holds beside its key."""
    return {
        "item": "run_shard",
        "shard_name": state.shard,
        "page": state.page,
        "done": state.done,
        "records": [{"pk": pk, "sk": sk} for pk, sk in state.records],
        "after": state.after,
        "counts": state.counts,
        "totals": state.totals,
    }


def shard_of(item: Item) -> ShardState:
    return ShardState(
        shard=item["shard_name"],
        page=item["page"],
        done=item["done"],
        records=tuple((record["pk"], record["sk"]) for record in item["records"]),
        after=item.get("after"),
        counts=item["counts"],
        totals=item.get("totals", {}),
        saved_at=item.get("saved_at", 0),
    )
