"""What a run did, or would do, record by record; and where both differ.

One item for each page of records that a worker has at hand, written in the transaction that moves
its shard on: whoever dies before that has said nothing, and whoever comes late says nothing. A page
with more lines has them in further items, put before that transaction under a name of their own;
only those count that its first item names.

A line is a JSON object of ids, amounts, dates and codes. Names and addresses have no place in it:
lines outlive what a customer may have changed or withdrawn.
"""

import json
import secrets
import time
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, Literal

from pynamodb.expressions.operand import Path

from tacit.store import keys
from tacit.store.codec import Item
from tacit.store.table import Table
from tacit.store.walk import Place
from tacit.store.writes import Write, put

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

    def told(
        self, run_id: str, shard: str, page: int, lines: Sequence[Mapping[str, Any]], kind: LineKind
    ) -> list[Write]:
        """All lines of a page, in their order, are told once these writes are committed together
        with what moves the shard on. None where there are no lines."""
        parts = list(_parts(lines))
        telling = secrets.token_hex(8) if len(parts) > 1 else None
        for number, part in enumerate(parts[1:], start=1):
            key = keys.run_line(run_id, kind, shard, page, number, telling)
            self.table.write(put(kind, _item(key, kind, part, None)))
        key = keys.run_line(run_id, kind, shard, page, 0)
        return [put(kind, _item(key, kind, part, telling)) for part in parts[:1]]

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

    def of_shard(self, run_id: str, shard: str, kind: LineKind, page: int = 0) -> list[Line]:
        """Everything that the run did, or planned to do, on one shard, from a page on."""
        _, first = keys.run_line(run_id, kind, shard, page, 0)
        last = keys.run_lines(kind, shard) + _BEHIND_ALL
        items = self._items(run_id, first, last, _MOST_ITEMS)
        return [line for item in items for line in _lines(item)]

    def _items(self, run_id: str, first: str, last: str, wanted: int) -> Iterator[Item]:
        """Items in key order, a few at a time and then more: how many lines each holds is not
        known before, and most of a large item may not be wanted. What somebody put who then told
        nothing is passed over."""
        pk, _ = keys.run(run_id)
        between, count, after = Path("sk").between(first, last), _ITEMS_AT_FIRST, None
        told = _telling(first)  # also where it begins in the middle of a page
        while True:
            page = self.table.query(pk, sort=between, limit=min(count, wanted), after=after)
            for item in page.items:
                of_page, telling = _telling(item["sk"])
                if telling is None:
                    told = of_page, item.get("telling")
                elif told != (of_page, telling):
                    continue
                yield item
            after, count = page.after, min(2 * count, _MOST_ITEMS)
            if after is None:
                return


def _item(key: keys.Key, kind: LineKind, part: list[str], telling: str | None) -> Item:
    """A page's first item names the telling, where there are more."""
    pk, sk = key
    item = {"pk": pk, "sk": sk, "item": kind, "lines": part, "ttl": _cleared_at()}
    return item if telling is None else {**item, "telling": telling}


def _telling(sk: str) -> tuple[str, str | None]:
    """The page of an item, and which telling of it the item belongs to: None for the first."""
    kind, shard, page, _, telling = [*sk.split("#"), "", "", "", ""][:5]
    return f"{kind}#{shard}#{page}", telling or None


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
