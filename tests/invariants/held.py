"""A whole table as values: every item by its kind, and what could not be read.

Tests alone look at a table like that. The product walks listings, which cannot show an item that
nothing leads to; here such an item is what one looks for.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import TypeVar

from tacit.domain.refusals import Broken
from tacit.domain.tickets.values import TicketOrder
from tacit.domain.values import Account, Contract, Order
from tacit.store import keys
from tacit.store.account_items import account_of
from tacit.store.codec import Item, Raw, from_raw
from tacit.store.keys import HEAD, Key
from tacit.store.mapping import contract_of, order_of
from tacit.store.ticket_items import ticket_order_of

T = TypeVar("T")


@dataclass
class Held:
    """`items` by key; `kinds` by what they say they are. Heads that break off are `broken`, with
    the reason; those that a job has parked are no finding."""

    items: dict[Key, Item] = field(default_factory=dict)
    raws: dict[Key, Raw] = field(default_factory=dict)
    kinds: dict[str, list[Item]] = field(default_factory=lambda: defaultdict(list))
    broken: dict[Key, str] = field(default_factory=dict)

    @cached_property
    def contracts(self) -> dict[str, Contract]:
        return {each.id: each for each in self._heads("contract", contract_of)}

    @cached_property
    def orders(self) -> dict[str, Order]:
        return {each.id: each for each in self._heads("order", order_of)}

    @cached_property
    def accounts(self) -> dict[str, Account]:
        return {each.id: each for each in self._heads("account", account_of)}

    @cached_property
    def ticket_orders(self) -> dict[str, TicketOrder]:
        return {each.id: each for each in self._heads("ticket_order", ticket_order_of)}

    def _heads(self, kind: str, reader: Callable[[Raw], T]) -> Iterator[T]:
        for item in self.kinds.get(kind, ()):
            key = item["pk"], item["sk"]
            if key[1] == HEAD:
                try:
                    yield reader(self.raws[key])
                except Broken as broken:
                    self.broken[key] = str(broken)

    def laid(self, key: Key) -> bool:
        return (key[0], "event#0000000001") not in self.items

    @cached_property
    def registered(self) -> list[Contract]:
        """Contracts that came through a door."""
        return [c for c in self.contracts.values() if not self.laid(keys.contract(c.id))]

    @cached_property
    def placed(self) -> list[TicketOrder]:
        """Ticket orders that did."""
        found = self.ticket_orders.values()
        return [order for order in found if not self.laid(keys.ticket_order(order.id))]

    def keys_of(self, kind: str) -> set[Key]:
        return {(item["pk"], item["sk"]) for item in self.kinds.get(kind, ())}

    def beside(self, pk: str, prefix: str) -> list[Item]:
        """The items of a partition whose sort key begins so, in their order."""
        return self._partitions.get((pk, prefix), [])

    @cached_property
    def _partitions(self) -> dict[tuple[str, str], list[Item]]:
        found: dict[tuple[str, str], list[Item]] = defaultdict(list)
        for (pk, sk), item in sorted(self.items.items()):
            found[pk, sk.partition("#")[0]].append(item)
        return found


def held(raws: Iterable[Raw]) -> Held:
    found = Held()
    for raw in raws:
        key = raw["pk"]["S"], raw["sk"]["S"]
        try:
            item = from_raw(raw)
        except ValueError as wrong:
            found.broken[key] = str(wrong)
            continue
        found.items[key], found.raws[key] = item, raw
        found.kinds[item.get("item", "?")].append(item)
    return found
