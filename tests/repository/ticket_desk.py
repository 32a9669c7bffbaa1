"""Ticket orders at a desk: placed, paid, let in and remembered through the doors' own rooms."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from pynamodb.expressions.operand import Path

from tacit.domain.money import Money
from tacit.domain.policy import Policy
from tacit.domain.refusals import Refused
from tacit.domain.tickets.commands import Admit, Command, NewTicket, Pay, Place
from tacit.domain.tickets.decision import Decision, NoChange, seats_of
from tacit.domain.tickets.shops import InvoiceWish, ShopDecision
from tacit.domain.tickets.values import Buyer, OrderStatus, Show, TicketOrder
from tacit.domain.values import Actor
from tacit.replies import Answer, Request
from tacit.runtime.jobs import REMINDERS, Parcel
from tacit.store import keys
from tacit.store.runs import ALL
from tests.repository.desk import ERIN, NO_KEY, Desk
from tests.unit.cases import STAFF, at
from tests.unit.shops import REGISTERED

PROVIDER = REGISTERED.provider
SHOW = Show("show-1", "La Traviata", at("2026-03-01T19:00"))
LEA = Buyer("Léa Müller", "lea@example.net", "fr")
PLACED_AT = at("2025-06-01")
PRICE = 5000
ONCE_A_DAY = 10  # days to the first reminder, and between any two
# A shop that reminds nobody cancels after ten days; one that reminds once, after twenty.
DEADLINE, DEADLINE_REMINDED, REMINDER = "2025-06-12", "2025-06-22", "2025-06-11"


def shop(desk: Desk, shop_id: str = "shop-1", reminders: int = 0) -> None:
    asked = replace(
        REGISTERED,
        id=shop_id,
        invoice=InvoiceWish(first=ONCE_A_DAY, reminders=reminders),
        registered_as=shop_id,
    )

    def shape(decision: ShopDecision) -> Answer:
        return Answer(201, "{}")

    desk.shops.register(ERIN, shop_id, PROVIDER, lambda: (asked, NO_KEY), shape)


def order_of(order_id: str, *seats: str | None, by: Actor = STAFF, **fields: Any) -> Place:
    """By invoice, a ticket for each seat; None: general admission."""
    tickets = tuple(
        NewTicket(f"{order_id}-t{number}", seat, Money(PRICE, "CHF"))
        for number, seat in enumerate(seats, 1)
    )
    asked = Place(
        by, order_id, "shop-1", SHOW, LEA, PLACED_AT, "invoice", "online", tickets, False, order_id
    )
    return replace(asked, **fields)


def place(desk: Desk, order_id: str, *seats: str, shop_id: str = "shop-1") -> str:
    """ "registered", or the code of the refusal."""
    said: list[str] = []

    def asked(actor: Actor) -> tuple[Place, Request]:
        return order_of(order_id, *seats, by=actor, shop_id=shop_id), NO_KEY

    def carry_out() -> None:
        desk.ticket_orders.place(ERIN, order_id, shop_id, asked, _kept(said))

    return _told(carry_out, said)


def pay(desk: Desk, order_id: str, minor: int, reference: str, value_date: str) -> str:
    """What came of the money in the end: "paid", "revived", "credit_kept", "payment_booked", or
    the code of the refusal."""
    day = date.fromisoformat(value_date)
    money = Money(minor, "CHF")
    return ask(desk, order_id, lambda actor: Pay(actor, money, reference, day))


def admit(desk: Desk, order_id: str, number: str) -> str:
    return ask(desk, order_id, lambda actor: Admit(actor, number))


def ask(desk: Desk, order_id: str, command: Callable[[Actor], Command]) -> str:
    """The last thing that happened by a command, or why nothing did."""
    said: list[str] = []

    def asked(actor: Actor) -> tuple[Command, Request]:
        return command(actor), NO_KEY

    def carry_out() -> None:
        desk.ticket_orders.carry_out(ERIN, order_id, asked, _kept(said))

    return _told(carry_out, said)


def _kept(said: list[str]) -> Callable[[Decision, Policy], Answer]:
    def shape(decision: Decision, _: Policy) -> Answer:
        if isinstance(decision, NoChange):
            said.append(decision.code)
        else:
            said.append(_short(decision.events[-1].type))
        return Answer(200, "{}")

    return shape


def _told(carry_out: Callable[[], None], said: list[str]) -> str:
    try:
        carry_out()
    except Refused as refused:
        return refused.code
    return said[-1]


def _short(event_type: str) -> str:
    return event_type.removeprefix("ticket_order.")


def message(run_id: str, as_of: str, *order_ids: str) -> str:
    """Of the job, for the shards of these orders."""
    shards = sorted({keys.shard_of(PROVIDER, order_id) for order_id in order_ids})
    return Parcel(run_id, REMINDERS, at(as_of), ALL, tuple(shards)).text()


def work(desk: Desk, body: str) -> str:
    """A message of the job on its own day: what has waited longer counts from when it is worked."""
    desk.stand_at(f"{Parcel.read(body).as_of:%Y-%m-%dT%H:%M}")
    desk.work(body)
    return "worked"


def come_due(desk: Desk, as_of: str, *order_ids: str) -> None:
    work(desk, message(f"run-{as_of}-{order_ids[0]}", as_of, *order_ids))


def stored(desk: Desk, order_id: str) -> TicketOrder:
    order = desk.ticket_orders.book.order(order_id)
    assert order is not None
    return order


def history(desk: Desk, order_id: str) -> list[str]:
    """What happened, the oldest first; its numbers must have no gap."""
    events = _items(desk, order_id, "event#")
    assert [event["number"] for event in events] == list(range(1, len(events) + 1))
    return [_short(event["type"]) for event in events]


def faults(desk: Desk, order_id: str) -> list[str]:
    """Every invariant that does not hold for the order as it is stored now."""
    order, events, found = stored(desk, order_id), history(desk, order_id), []
    if len(events) != order.events:
        found.append(f"{len(events)} events of {order.events}")
    payments = _items(desk, order_id, "payment#")
    booked = sum(payment["minor"] for payment in payments)
    if booked != order.paid.minor:
        found.append(f"paid {order.paid.minor}, booked {booked}")
    if events.count("payment_booked") != len(payments):
        found.append(f"{len(payments)} payments in {events}")
    used = order.total.minor if order.status is OrderStatus.PAID else 0
    waits = order.status is OrderStatus.PENDING
    if not waits and order.credit.minor != booked - used:
        found.append(f"credit {order.credit.minor} of {booked}, {used} used")
    back = Counter(events)["revived"]
    if order.invoice != 1 + back or events.count("cancelled") - back not in (0, 1):
        found.append(f"invoice {order.invoice} after {events}")
    names = {ticket.seat for ticket in order.tickets if ticket.seat is not None}
    theirs = desk.ticket_orders.book.seats(order.shop_id, order.show.id, names)
    held = {name for name, owner in theirs.items() if owner == order_id}
    if held != {seat.casefold() for seat in seats_of(order)}:
        found.append(f"seats {sorted(held)}, valid {sorted(seats_of(order))}")
    return found


def due_at(desk: Desk, order_id: str) -> datetime | None:
    """Where the calendar finds the order."""
    raw = desk.table.get_raw(keys.ticket_order(order_id)) or {}
    return keys.read_instant(raw["reminders_due_at"]["S"]) if "reminders_due_at" in raw else None


def _items(desk: Desk, order_id: str, prefix: str) -> list[dict[str, Any]]:
    pk, _ = keys.ticket_order(order_id)
    return desk.table.query(pk, sort=Path("sk").startswith(prefix), limit=100).items
