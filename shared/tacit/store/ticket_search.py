"""Finding the ticket orders of shops (I10): all of them, those with an open question, or by words.

A search reads the shortest way in: the orders of one word, or the ticket with that number. The
other words are looked for in the orders themselves, page by page, until a page is full.
"""

from collections.abc import Sequence

from tacit.domain.tickets.values import TicketOrder
from tacit.domain.tickets.words import folded, is_found, tokens_of
from tacit.store import keys
from tacit.store.codec import Item
from tacit.store.mapping import readable
from tacit.store.table import Page, Table
from tacit.store.ticket_items import ticket_order_of
from tacit.store.walk import Place, walk

Source = tuple[str, str]


class TicketSearch:
    def __init__(self, table: Table) -> None:
        self.table = table

    def page(
        self,
        shops: Sequence[str],
        words: Sequence[str],
        asked: bool,
        limit: int,
        place: Place | None,
    ) -> tuple[list[TicketOrder], Place | None]:
        """Up to `limit` orders of these shops that have all the words, and an open question where
        that is `asked`; and where the next page begins."""
        sources = sources_of(shops, words, asked)
        found: list[TicketOrder] = []
        while True:
            rows, place = walk(sources, self._ask, limit - len(found), place)
            found += self._fitting(rows, shops, words, asked)
            if place is None or len(found) >= limit:
                return found, place

    def _ask(self, source: Source, limit: int, after: Item | None) -> Page:
        kind, pk = source
        match kind:
            case "ticket":
                raw = self.table.get_raw(keys.ticket(pk))
                return Page([raw] if raw is not None else [])
            case "question":
                return self.table.query(pk, index="orders", limit=limit, after=after)
            case "listing":
                return self.table.query(pk, index="listing", limit=limit, after=after)
            case _:
                return self.table.query(pk, limit=limit, after=after)

    def _fitting(
        self, rows: Sequence[Item], shops: Sequence[str], words: Sequence[str], asked: bool
    ) -> list[TicketOrder]:
        ways: dict[keys.Key, Item] = {}
        for row in rows:
            ways.setdefault(_key_of(row), row)
        heads = self.table.get_many(list(ways))
        there = readable((heads[key] for key in ways if key in heads), ticket_order_of)
        return [
            order
            for order in there
            if order.shop_id in shops
            and is_found(order, words)
            and not _met_before(order, ways[keys.ticket_order(order.id)])
            and (order.question is not None or not asked)
        ]


def sources_of(shops: Sequence[str], words: Sequence[str], asked: bool) -> list[Source]:
    """The partitions that a search walks, in their order."""
    if words:
        longest = max(words, key=len)
        return [("token", keys.token(shop, longest)) for shop in shops] + [("ticket", longest)]
    if asked:
        return [("question", keys.open_questions(shop)) for shop in shops]
    lanes = [str(lane) for lane in range(keys.LANES)]
    return [("listing", keys.ticket_order_listing(shop, lane)) for shop in shops for lane in lanes]


def _met_before(order: TicketOrder, way: Item) -> bool:
    """A ticket's number may be a word of its order's, too: that one has led there already."""
    return way.get("item") == "ticket" and folded(way["number"]) in tokens_of(order)


def _key_of(row: Item) -> keys.Key:
    """Of a head by its index, or of what names it."""
    return keys.ticket_order(row["order_id"]) if "order_id" in row else (row["pk"], row["sk"])
