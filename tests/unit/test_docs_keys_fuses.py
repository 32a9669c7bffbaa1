"""The capacity units of a fuse in docs/keys.md, counted from the items we write."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from tacit.domain.fuse import DAYS_KEPT, Tripped, Usual, Why, after
from tacit.store import keys
from tacit.store.codec import Item, from_raw, to_raw
from tacit.store.fuses import Fuses
from tacit.store.table import Table
from tacit.store.writes import Write
from tests.unit.test_docs_keys import PAGE, ROW, index_units, units_of

JOB, PROVIDER = "invoice_reminders", "svenska-domaner"
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
TRIPPED = Tripped(
    Why.FAR_MORE_THAN_USUAL,
    dict.fromkeys(("count", "min_count", "day", "busiest", "share_percent", "absolute"), 999_999),
)
Figures = tuple[int, int, int, int]


class Shelf(Table):
    """In the place of the table: keeps what is put, and what the last transaction was."""

    def __init__(self) -> None:
        self.there: dict[keys.Key, Item] = {}
        self.writes: Sequence[Write] = ()

    def get(self, key: keys.Key) -> Item | None:
        item = self.there.get(key)
        return from_raw(to_raw(item)) if item else None

    def transact(self, writes: Sequence[Write]) -> None:
        self.writes = writes
        self.there |= {write.key: write.item for write in writes if write.item}

    def figures(self) -> Figures:
        raws: list[Any] = [to_raw(write.item or {}) for write in self.writes]
        indexes = sum(index_units({}, raw) for raw in raws)
        return len(raws), sum(2 * units_of(raw) for raw in raws), indexes, 0


def counted() -> dict[str, Figures]:
    shelf = Shelf()
    fuses, found = Fuses(shelf), {}
    usual = Usual()
    for back in range(DAYS_KEPT, 0, -1):
        as_of = NOON - timedelta(days=back)
        fuses.done(JOB, PROVIDER, f"{JOB}-{as_of:%Y%m%dT%H%M%SZ}", as_of, 99_999)
        usual = after(usual, as_of, 99_999)
    assert fuses.one(JOB, PROVIDER).usual == usual
    run_id = f"{JOB}-{NOON:%Y%m%dT%H%M%SZ}"
    assert fuses.hold(JOB, PROVIDER, run_id, TRIPPED, NOON)
    found["hold a run"] = shelf.figures()
    assert fuses.release(JOB, PROVIDER, run_id)
    found["release it"] = shelf.figures()
    fuses.done(JOB, PROVIDER, run_id, NOON, 999_999)
    found["fold a run into what is usual"] = shelf.figures()
    return found


def test_the_units_of_each_step_of_a_fuse_are_those_of_its_items() -> None:
    text = PAGE.read_text("utf-8").partition("## What a fuse writes")[2]
    rows = ROW.findall(text.partition("\n## ")[0])
    assert {row[0].strip(): tuple(map(int, row[1:])) for row in rows} == counted()
