"""Registering a ticket order under the settings that its shop has now (I3, I19, G6)."""

from dataclasses import replace
from datetime import datetime

from tacit.domain.days import local_day
from tacit.domain.money import Money
from tacit.domain.policy import Policy
from tacit.domain.refusals import Invalid, NotFound, Refused
from tacit.domain.tickets.commands import NewTicket, Place
from tacit.domain.tickets.decision import Decision, NoChange, Standing, changed
from tacit.domain.tickets.rules import INVOICE, Ticketing
from tacit.domain.tickets.schedule import offered_until, schedule_of
from tacit.domain.tickets.values import OrderStatus, Shop, Ticket, TicketOrder
from tacit.domain.values import Scalar

ONLINE, BOX_OFFICE = "online", "box_office"
CHANNELS = (ONLINE, BOX_OFFICE)
TICKETS_OF_AN_ORDER = 30


def place(standing: Standing, command: Place, policy: Policy, now: datetime) -> Decision:
    """The same order again is nothing to do, another one under its id `already_registered`."""
    shop, there = standing.shop, standing.order
    if shop is None:
        raise NotFound("shop")
    if there is not None and there.registered_as == command.fingerprint:
        return NoChange(there, "already_registered")
    order = _built(shop, command, policy, ticketing(policy))
    if there is not None:
        raise Refused("already_registered", {"id": there.id, "version": there.version})
    if order.method == INVOICE and not order.terms.enabled:
        raise Refused("invoice_not_offered", {"shop_id": shop.id})
    numbered = sorted(t.number for t in order.tickets if t.number in standing.numbers)
    if numbered:
        raise Refused("ticket_number_taken", {"tickets": numbered})
    taken = sorted(t.seat for t in order.tickets if t.seat and not standing.is_free(t.seat, ""))
    if taken:
        raise Refused("seat_taken", {"seats": taken})
    data: dict[str, Scalar] = {
        "event_id": order.show.id,
        "method": order.method,
        "channel": order.channel,
        "tickets": len(order.tickets),
        "amount": order.total.amount,
        "currency": order.total.currency,
        "status": str(order.status),
        "due_on": order.due_on.isoformat() if order.due_on else None,
        "cancels_on": order.cancels_on.isoformat() if order.cancels_on else None,
    }
    return changed(None, order, "ticket_order.registered", data, command.by, now)


def ticketing(policy: Policy) -> Ticketing:
    if policy.ticketing is None:
        raise Refused("not_offered", {"action": "ticketing", **policy.contact_params()})
    return policy.ticketing


def commission_on(order: TicketOrder, rules: Ticketing) -> Money:
    """The platform's commission on what is paid, rounded down (I6)."""
    total = order.total
    return Money(total.minor * rules.commission_percent // 100, total.currency)


def _built(shop: Shop, command: Place, policy: Policy, rules: Ticketing) -> TicketOrder:
    if command.method not in rules.payment_methods:
        known = ", ".join(sorted(rules.payment_methods))
        raise Invalid("payment_method", f"expected one of {known}")
    if command.insured and command.channel != ONLINE:
        raise Invalid("insured", "only an order bought online is insured")
    if command.insured and rules.insurer is None:
        raise Invalid("insured", "no insurance is offered")
    _check_tickets(command.tickets, policy.currency)
    nothing = Money(0, policy.currency)
    tickets = tuple(Ticket(t.number, t.seat, t.price) for t in command.tickets)
    whole = Money(sum(t.price.minor for t in tickets), policy.currency)
    waits = command.method == INVOICE and whole.minor > 0
    order = TicketOrder(
        id=command.id,
        shop_id=shop.id,
        provider=shop.provider,
        organiser=shop.organiser,
        timezone=shop.timezone,
        show=command.show,
        buyer=command.buyer,
        placed_at=command.placed_at,
        method=command.method,
        channel=command.channel,
        tickets=tickets,
        insured=command.insured,
        status=OrderStatus.PENDING if waits else OrderStatus.PAID,
        terms=shop.settings.invoice,
        policy=policy.name,
        paid=nothing if waits else whole,
        credit=nothing,
        version=0,
        events=0,
        registered_as=command.fingerprint,
    )
    return _waiting(order, rules) if waits else _paid_at_once(order, rules)


def _waiting(order: TicketOrder, rules: Ticketing) -> TicketOrder:
    days = schedule_of(order, rules)
    return replace(order, due_on=days.due_on[0], cancels_on=days.cancels_on)


def _paid_at_once(order: TicketOrder, rules: Ticketing) -> TicketOrder:
    return replace(order, commission=commission_on(order, rules))


def same_seat(one: str, other: str | None) -> bool:
    """Upper and lower case are one seat."""
    return other is not None and one.casefold() == other.casefold()


def _check_tickets(tickets: tuple[NewTicket, ...], currency: str) -> None:
    if not tickets:
        raise Invalid("tickets", "an order has one at least")
    for index, ticket in enumerate(tickets):
        if ticket.price.currency != currency:
            raise Invalid(f"tickets[{index}].price.currency", f"expected {currency}")
        if ticket.price.minor < 0:
            raise Invalid(f"tickets[{index}].price.amount", "a price is not negative")
    numbers = [ticket.number.casefold() for ticket in tickets]
    if len(set(numbers)) < len(numbers):
        raise Invalid("tickets", "two have the same number")
    seats = [ticket.seat.casefold() for ticket in tickets if ticket.seat is not None]
    if len(set(seats)) < len(seats):
        raise Invalid("tickets", "two have the same seat")


def taken_late(order: TicketOrder) -> bool:
    """Whether payment by invoice was not offered any more when the order was placed (G6)."""
    if order.method != INVOICE:
        return False
    until = offered_until(order.terms, local_day(order.show.starts_at, order.zone))
    return until is None or local_day(order.placed_at, order.zone) > until
