"""What a run did, or would do, record by record; and where both differ.

One item for each page of records that a worker has at hand, written once. A line is a JSON object
of ids, amounts, dates and codes. Names and addresses have no place in it: lines outlive what a
customer may have changed or withdrawn.
"""

import json
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Any, Final, Literal

from pynamodb.expressions.operand import Path

from tacit.store import keys
from tacit.store.codec import Item
from tacit.store.table import Table
from tacit.store.walk import Place
from tacit.store.writes import ConditionFailed, absent, put

Line = dict[str, Any]
LineKind = Literal["line", "planned", "difference"]
LINE: Final[LineKind] = "line"
PLANNED: Final[LineKind] = "planned"
DIFFERENCE: Final[LineKind] = "difference"
LINES_AT_ONCE = 50
_MOST_BYTES = 90_000  # of lines in an item; the rest of it is far below 10 KB
_KEPT_SECONDS = 90 * 24 * 3600  # as a run's own items
_BEHIND_ALL = "~"  # greater than whatever follows in a key
_ITEMS_AT_FIRST, _MOST_ITEMS = 4, 64


class RunLines:
    def __init__(self, table: Table) -> None:
        self.table = table

    def put(
        self, run_id: str, shard: str, page: int, lines: Sequence[Mapping[str, Any]], kind: LineKind
    ) -> None:
        """All lines of a page, in their order. What a page said first stays: worked again after a
        cut, it no longer knows what it did the first time."""
        for number, part in enumerate(_parts(lines)):
            pk, sk = keys.run_line(run_id, kind, shard, page, number)
            item = {"pk": pk, "sk": sk, "item": kind, "lines": part, "ttl": _cleared_at()}
            with suppress(ConditionFailed):
                self.table.write(put(kind, item, absent))

    def page(
        self, run_id: str, kind: LineKind, limit: int, place: Place | None
    ) -> tuple[list[Line], Place | None]:
        """Exactly `limit` lines while there are so many, shard by shard, and where the next page
        begins: the key of an item, and the index of a line in it."""
        found: list[Line] = []
        start, index = (place["key"], place["index"]) if place else (keys.run_lines(kind), 0)
        for item in self._items(run_id, start, keys.run_lines(kind) + _BEHIND_ALL, limit + 1):
            first = index if item["sk"] == start else 0
            lines = _lines(item)[first:]
            if len(found) + len(lines) > limit:
                taken = limit - len(found)
                return found + lines[:taken], {"key": item["sk"], "index": first + taken}
            found += lines
        return found, None

    def of_shard(self, run_id: str, shard: str, kind: LineKind) -> list[Line]:
        """Everything that the run did, or planned to do, on one shard."""
        first = keys.run_lines(kind, shard)
        items = self._items(run_id, first, first + _BEHIND_ALL, _MOST_ITEMS)
        return [line for item in items for line in _lines(item)]

    def _items(self, run_id: str, first: str, last: str, wanted: int) -> Iterator[Item]:
        """Items in key order, a few at a time and then more: how many lines each holds is not
        known before, and most of a large item may not be wanted."""
        pk, _ = keys.run(run_id)
        between, count, after = Path("sk").between(first, last), _ITEMS_AT_FIRST, None
        while True:
            page = self.table.query(pk, sort=between, limit=min(count, wanted), after=after)
            yield from page.items
            after, count = page.after, min(2 * count, _MOST_ITEMS)
            if after is None:
                return


def _parts(lines: Sequence[Mapping[str, Any]]) -> Iterator[list[str]]:
    """The lines as texts, so many to an item that it stays below 100 KB."""
    part: list[str] = []
    size = 0
    for line in lines:
        text = json.dumps(line, ensure_ascii=False, separators=(",", ":"))
        length = len(text.encode())
        if part and (len(part) == LINES_AT_ONCE or size + length > _MOST_BYTES):
            yield part
            part, size = [], 0
        part.append(text)
        size += length
    if part:
        yield part


def _lines(item: Item) -> list[Line]:
    return [json.loads(text) for text in item["lines"]]


def _cleared_at() -> int:
    """By the wall clock, which DynamoDB goes by: a run of a test clock may be of any year."""
    return int(time.time()) + _KEPT_SECONDS
