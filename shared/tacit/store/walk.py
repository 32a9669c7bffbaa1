"""Walking a row of partitions for one list: a page is filled before the walk stops, so that
nothing is filtered after the limit. A place in it is (which partition, behind which key)."""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from tacit.store.codec import Item
from tacit.store.table import Page

S = TypeVar("S")
Place = dict[str, Any]


def walk(
    sources: Sequence[S],
    ask: Callable[[S, int, Item | None], Page],
    limit: int,
    place: Place | None,
) -> tuple[list[Item], Place | None]:
    """Up to `limit` items from `place` on, and where the next page begins. `ask` reads a source:
    so many items, behind that key."""
    start: int = place["source"] if place else 0
    after: Item | None = place["after"] if place else None
    found: list[Item] = []
    for number in range(start, len(sources)):
        page = ask(sources[number], limit - len(found), after)
        found += page.items
        if page.after is not None:
            return found, {"source": number, "after": page.after}
        if len(found) == limit:
            more = number + 1 < len(sources)
            return found, {"source": number + 1, "after": None} if more else None
        after = None
    return found, None
