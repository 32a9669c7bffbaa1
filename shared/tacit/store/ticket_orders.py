"""Ticket orders in the table: what a decision reads, and the transaction of a change.

A seat is an item while somebody has a valid ticket for it, put with `attribute_not_exists`: two who
want the same one are one who gets it. An order has at most 30 tickets, so that head, claims, seats,
words, event and record stay under the hundred items of a transaction.
"""

from collections.abc import Iterable
from datetime import datetime

from pynamodb.expressions.operand import Path

from tacit.domain.policy import Policy
from tacit.domain.tickets.decision import OrderChange, seats_of
from tacit.domain.tickets.values import Payment, TicketOrder
from tacit.domain.tickets.words import tokens_of
from tacit.store import keys
from tacit.store.deeds import by_run
from tacit.store.mapping import event_item
from tacit.store.outbox import marked
from tacit.store.repository import IdempotencyRecord
from tacit.store.table import Table
from tacit.store.ticket_items import (
    payment_item,
    payment_of,
    seat_item,
    ticket_item,
    ticket_order_item,
    ticket_order_of,
    token_item,
)
from tacit.store.whole import commit_whole
from tacit.store.writes import Write, absent, delete, put


class TicketBook:
    def __init__(self, table: Table) -> None:
        self.table = table

    def order(self, order_id: str) -> TicketOrder | None:
        """One consistent read; raises Broken."""
        raw = self.table.get_raw(keys.ticket_order(order_id))
        return ticket_order_of(raw) if raw is not None else None

    def shop_of(self, order_id: str) -> str | None:
        """The shop of an order that may be broken."""
        raw = self.table.get_raw(keys.ticket_order(order_id)) or {}
        return raw.get("shop_id", {}).get("S")

    def order_of_ticket(self, number: str) -> str | None:
        """The id of the order that a ticket belongs to."""
        item = self.table.get(keys.ticket(number))
        return item["order_id"] if item is not None else None

    def payment(self, order_id: str, reference: str) -> Payment | None:
        raw = self.table.get_raw(keys.ticket_payment(order_id, reference))
        return payment_of(raw) if raw is not None else None

    def seats(self, shop_id: str, show_id: str, names: Iterable[str]) -> dict[str, str]:
        """Who has them, by seat in small letters: the ids of orders, read consistently."""
        wanted = {keys.seat(shop_id, show_id, name): name.casefold() for name in names}
        found = self.table.get_many(sorted(wanted))
        return {wanted[key]: raw["order_id"]["S"] for key, raw in found.items()}

    def numbers(self, wanted: Iterable[str]) -> dict[str, str]:
        """To which orders tickets of these numbers belong."""
        by_key = {keys.ticket(number): number for number in wanted}
        found = self.table.get_many(sorted(by_key))
        return {by_key[key]: raw["order_id"]["S"] for key, raw in found.items()}

    def commit(
        self,
        change: OrderChange,
        policy: Policy,
        now: datetime,
        idempotency: IdempotencyRecord | None = None,
        run: str | None = None,
    ) -> None:
        """One transaction. Raises LostRace, also for a seat or a ticket's number that somebody
        else got first, KeyUsed, or Busy."""
        writes = order_writes(change, policy, now, run)
        commit_whole(self.table, writes, idempotency, now)


def order_writes(
    change: OrderChange, policy: Policy, now: datetime, run: str | None = None
) -> list[Write]:
    """Every item of a change, each with the condition that makes it exact."""
    before, after = change.before, change.order
    pk, _ = keys.ticket_order(after.id)
    unchanged = absent if before is None else Path("version") == before.version
    writes = [put("order", {**ticket_order_item(after, policy), "run": run}, unchanged)]
    writes += _ticket_writes(before, after)
    writes += _seat_writes(before, after)
    if before is None:
        writes += [put(f"word {word}", token_item(after, word)) for word in tokens_of(after)]
    if change.payment is not None:
        writes.append(put("payment", payment_item(after.id, change.payment), absent))
    writes += [
        put(f"event {event.number}", marked(by_run(event_item(event, pk), run), now), absent)
        for event in change.events
    ]
    return writes


def _ticket_writes(before: TicketOrder | None, after: TicketOrder) -> list[Write]:
    had = {ticket.number for ticket in before.tickets} if before is not None else set()
    new = (ticket.number for ticket in after.tickets if ticket.number not in had)
    return [put(f"ticket {number}", ticket_item(after, number), absent) for number in new]


def _seat_writes(before: TicketOrder | None, after: TicketOrder) -> list[Write]:
    """A seat is given up only by whom it belongs to."""
    had, has = seats_of(before), seats_of(after)
    mine = Path("order_id") == after.id
    gone = [
        delete(f"seat {name}", keys.seat(after.shop_id, after.show.id, name), absent | mine)
        for name in sorted(had - has)
    ]
    return gone + [
        put(f"seat {name}", seat_item(after, name), absent | mine) for name in sorted(has - had)
    ]
