"""Orders in the table: lists of them, and the transaction of a change.

One index lists them all, by holder: an order by its own item, an order of a contract's own by that
contract's head. So a contract that leaves its own order takes it off the list without a write.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from pynamodb.expressions.operand import Path

from tacit.domain.ordering import Rearranged
from tacit.domain.orders import own_order
from tacit.domain.policy import Policy
from tacit.domain.values import Contract, Order
from tacit.store import keys
from tacit.store.codec import Item, Raw
from tacit.store.mapping import contract_of, event_item, order_item, order_of, readable
from tacit.store.outbox import marked
from tacit.store.repository import (
    IdempotencyRecord,
    writes_of,
)
from tacit.store.table import Page, Table
from tacit.store.walk import Place, walk
from tacit.store.whole import commit_whole
from tacit.store.writes import Write, absent, check, put

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Part:
    """One partition of the index, or one holder's part of it."""

    pk: str
    prefix: str


def of_holder(provider: str, holder: str) -> list[Part]:
    return [Part(keys.order_list(provider, keys.lane_of(holder)), keys.order_place(holder, ""))]


def of_provider(provider: str) -> list[Part]:
    """Every order of a provider, a lane at a time."""
    return [Part(keys.order_list(provider, str(lane)), "") for lane in range(keys.LANES)]


class OrderBook:
    def __init__(self, table: Table) -> None:
        self.table = table

    def contracts(self, contract_ids: Iterable[str]) -> tuple[Contract, ...]:
        """Those that are there, in this order; raises Broken where one cannot be read."""
        return self._all([keys.contract(each) for each in contract_ids], contract_of)

    def orders(self, order_ids: Iterable[str]) -> dict[str, Order]:
        """Those that are there, by id; raises Broken where one cannot be read."""
        found = self._all([keys.order(each) for each in sorted(order_ids)], order_of)
        return {order.id: order for order in found}

    def _all(self, wanted: list[keys.Key], reader: Callable[[Raw], T]) -> tuple[T, ...]:
        there = self.table.get_many(wanted)
        return tuple(reader(there[key]) for key in wanted if key in there)

    def concerned(self, order_id: str) -> tuple[str, frozenset[str]]:
        """Provider and holder, as far as they are there: for an order that is broken."""
        raw = self.table.get_raw(keys.order(order_id)) or {}
        provider, holder = (raw.get(name, {}).get("S") for name in ("provider", "holder"))
        return provider or "", frozenset(filter(None, (holder,)))

    def page(
        self, parts: Sequence[Part], limit: int, place: Place | None
    ) -> tuple[list[Order], Place | None]:
        """Up to `limit` orders, read consistently, and the place where the next page begins."""
        found, behind = walk(parts, self._ask, limit, place)
        wanted = list(dict.fromkeys(_order_key(item) for item in found))
        heads = self.table.get_many(wanted)
        there = (heads[key] for key in wanted if key in heads)
        return list(readable(there, order_of)), behind

    def _ask(self, part: Part, limit: int, after: Item | None) -> Page:
        sort = Path("orders_sort").startswith(part.prefix) if part.prefix else None
        return self.table.query(part.pk, index="orders", sort=sort, limit=limit, after=after)

    def commit(
        self,
        change: Rearranged,
        policies: Mapping[str, Policy],
        now: datetime,
        idempotency: IdempotencyRecord | None = None,
    ) -> None:
        """One transaction: orders, heads, events with their markers, the record. Raises LostRace,
        KeyUsed, or Busy. `policies` has those of the contracts that move, by name."""
        writes = order_writes(change, policies, now)
        commit_whole(self.table, writes, idempotency, now)


def order_writes(change: Rearranged, policies: Mapping[str, Policy], now: datetime) -> list[Write]:
    """Every item the change writes, each with the condition that makes it exact."""
    writes = []
    for before, after in change.orders:
        same = absent if before is None else Path("version") == before.version
        writes.append(put(f"order {after.id}", order_item(after), same))
    if change.stands_on is not None:
        key, version = keys.contract(change.stands_on.id), change.stands_on.version
        writes.append(check("held", key, Path("version") == version))
    pk, _ = keys.order(change.order.id)
    writes += [
        put(f"order event {event.number}", marked(event_item(event, pk), now), absent)
        for event in change.events
    ]
    for move in change.moves:
        writes += writes_of(move, policies[move.contract.policy], now)
    return writes


def _order_key(entry: Item) -> keys.Key:
    """The order that an entry of the index stands for: itself, or the contract's own."""
    kind, _, name = str(entry["pk"]).partition("#")
    if kind == "contract":
        return keys.order(own_order(keys.unpart(name)))
    return str(entry["pk"]), keys.HEAD
