"""Every head that a calendar may find, page by page, from any place on.

First the contracts, by staff's listing; then the ticket orders, shop after shop, by the listing of
shops and each shop's own. A shop's head need not be readable: only its key is looked at.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from tacit.store import keys
from tacit.store.codec import Raw
from tacit.store.listing import Listing, Source, of_staff, shops_of_staff, ticket_orders_of
from tacit.store.rebuilding import Spot, key_of
from tacit.store.table import Table
from tacit.store.walk import Place

Page = tuple[list[Raw], Spot | None]


class Heads:
    """`page`: how many heads at a time. The walk of a lane is not consistent: what moves while it
    goes on may be met twice, or not at all."""

    def __init__(self, table: Table, providers: Sequence[str], page: int) -> None:
        self._listing = Listing(table)
        self._page = page
        self._lanes = [(each, lane) for each in providers for lane in range(keys.LANES)]
        self._contracts = [source for each in providers for source in of_staff(each, None)]
        self._shops = [source for each in providers for source in shops_of_staff(each)]

    def is_known(self, spot: Spot) -> bool:
        return (spot.provider, spot.lane) in self._lanes

    def pages(self, start: Spot | None) -> Iterator[Page]:
        """The heads from there on, and where the next page begins; None behind the last one."""
        if start is None or not start.shops:
            yield from self._of_contracts(start)
            start = self._spot({"source": 0, "after": None}, shops=True)
        yield from self._of_ticket_orders(start)

    def _of_contracts(self, start: Spot | None) -> Iterator[Page]:
        place = self._place(start) if start is not None else None
        while True:
            heads, place = self._listing.heads(self._contracts, self._page, place)
            if place is None:
                yield heads, self._spot({"source": 0, "after": None}, shops=True)
                return
            yield heads, self._spot(place)

    def _of_ticket_orders(self, start: Spot) -> Iterator[Page]:
        """A shop is found behind the place before it; a spot within it keeps that place."""
        place: Place | None = self._place(start)
        while place is not None:
            here = self._spot(place, shops=True)
            shops, place = self._listing.heads(self._shops, 1, place)
            behind = self._spot(place, shops=True) if place is not None else None
            names = [keys.unpart(key_of(raw)[0].partition("#")[2]) for raw in shops]
            if not names:
                yield [], behind
            for name in names:
                known = start.shop == name
                yield from self._of_shop(name, start if known else here, behind)

    def _of_shop(self, name: str, start: Spot, behind: Spot | None) -> Iterator[Page]:
        sources: list[Source] = ticket_orders_of(name)
        inside: Place | None = {"source": start.order_lane, "after": start.order_after}
        while inside is not None:
            heads, inside = self._listing.heads(sources, self._page, inside)
            if inside is None:
                yield heads, behind
                return
            lane, after = inside["source"], inside["after"]
            yield heads, replace(start, shop=name, order_lane=lane, order_after=after)

    def _place(self, spot: Spot) -> Place:
        return {"source": self._lanes.index((spot.provider, spot.lane)), "after": spot.after}

    def _spot(self, place: Place, shops: bool = False) -> Spot:
        provider, lane = self._lanes[place["source"]]
        return Spot(provider, lane, place["after"], shops)
