"""What an organiser takes back: a whole order, or a ticket of a paid one (I5 to I9).

Nothing is refunded by it: the organiser does that by means of his own, and says how, for the books.
"""

import re
from dataclasses import replace
from datetime import datetime

from tacit.domain.days import local_day
from tacit.domain.money import Money
from tacit.domain.policy import Policy
from tacit.domain.refusals import Invalid, NotFound, Refused
from tacit.domain.tickets.commands import CancelTickets, Exchange
from tacit.domain.tickets.deadline import cancelled_whole
from tacit.domain.tickets.decision import Decision, NoChange, Standing, changed
from tacit.domain.tickets.paying import check_method, with_note
from tacit.domain.tickets.placing import BOX_OFFICE, same_seat
from tacit.domain.tickets.values import (
    CancelledBy,
    OrderStatus,
    Refund,
    RefundNote,
    Ticket,
    TicketOrder,
    TicketStatus,
)
from tacit.domain.values import Actor, Scalar

MOST_TICKETS = 60  # of an order, those that were exchanged included
_PLACE = re.compile(r"\.x\d+\Z", re.ASCII | re.IGNORECASE)  # a number is one in any case
_LONGEST_ROOT = 60  # a number has 64 characters at most


def cancel(order: TicketOrder, command: CancelTickets, policy: Policy, now: datetime) -> Decision:
    wanted = _wanted(order, command.numbers)
    if command.refund is not None:
        check_method(command.refund.method, policy)
    if order.status is OrderStatus.PAID and command.refund is None:
        raise Invalid("refund", "is missing: how the money goes back, and why", "missing_field")
    if order.status is OrderStatus.CANCELLED:
        return NoChange(order, "already_cancelled")
    left = [ticket for ticket in wanted if ticket.status is TicketStatus.VALID]
    if not left:
        return NoChange(order, "already_cancelled")
    if order.status is OrderStatus.PENDING and command.numbers is not None:
        raise Refused("whole_order_only", {"order_id": order.id})
    box_office = (command.channel or order.channel) == BOX_OFFICE
    if box_office and order.status is OrderStatus.PAID and not _one_by_one(command):
        raise Refused("one_by_one", {"order_id": order.id})
    admitted = sorted(ticket.number for ticket in left if ticket.admitted_at is not None)
    if admitted:
        raise Refused("already_admitted", {"tickets": admitted})
    return _cancelled(order, left, command, now)


def exchange(standing: Standing, order: TicketOrder, command: Exchange, now: datetime) -> Decision:
    """Its ticket is void, a new one under a number of its own is valid, the old seat is free."""
    (ticket,) = _wanted(order, (command.number,))
    there = command.seat is not None and same_seat(command.seat, ticket.seat)
    if len(order.tickets) >= MOST_TICKETS and not there:
        raise Invalid("ticket", f"an order has {MOST_TICKETS} at most", "too_many")
    if order.status is OrderStatus.PENDING:
        raise Refused("whole_order_only", {"order_id": order.id})
    _check_valid(ticket)
    if there:
        return NoChange(order, "same_seat")
    if not standing.is_free(command.seat, ""):
        raise Refused("seat_taken", {"seats": [command.seat]})
    number = _next_number(standing, order, ticket)
    new = Ticket(number, command.seat, ticket.price)
    void = replace(ticket, status=TicketStatus.CANCELLED, exchanged_for=new.number)
    tickets = tuple(void if each.number == ticket.number else each for each in order.tickets)
    data: dict[str, Scalar] = {"ticket": ticket.number, "new_ticket": new.number}
    after = replace(order, tickets=(*tickets, new))
    return changed(order, after, "ticket_order.ticket_exchanged", data, command.by, now)


def _cancelled(
    order: TicketOrder, left: list[Ticket], command: CancelTickets, now: datetime
) -> Decision:
    """The last valid ticket takes the order with it."""
    gone = {ticket.number for ticket in left}
    valid = {t.number for t in order.tickets if t.status is TicketStatus.VALID}
    whole = command.numbers is None or gone == valid
    if whole:
        today = local_day(now, order.zone)
        after = cancelled_whole(order, CancelledBy.ORGANISER, today)
    else:
        tickets = tuple(
            replace(t, status=TicketStatus.CANCELLED) if t.number in gone else t
            for t in order.tickets
        )
        after = replace(order, tickets=tickets)
    if command.refund is not None:
        note = _note(tuple(sorted(gone)), command.refund, command.by, now)
        after = replace(after, refunds=with_note(order, note))
        if order.status is OrderStatus.PENDING:
            nothing = Money(0, order.paid.currency)  # what came in is given back, as the note says
            after = replace(after, credit=nothing, question=None)
    data: dict[str, Scalar] = {
        "tickets": ",".join(sorted(gone)),
        "method": command.refund.method if command.refund else None,
    }
    event = "ticket_order.cancelled" if whole else "ticket_order.tickets_cancelled"
    if whole:
        data |= {"why": "organiser", "cancelled_on": local_day(now, order.zone).isoformat()}
    return changed(order, after, event, data, command.by, now)


def _wanted(order: TicketOrder, numbers: tuple[str, ...] | None) -> list[Ticket]:
    if numbers is None:
        return list(order.tickets)
    by_number = {ticket.number.casefold(): ticket for ticket in order.tickets}
    asked = dict.fromkeys(number.casefold() for number in numbers)
    if not set(asked) <= set(by_number):
        raise NotFound("ticket")
    return [by_number[number] for number in asked]


def _check_valid(ticket: Ticket) -> None:
    if ticket.status is TicketStatus.CANCELLED:
        raise Refused("ticket_cancelled", {"ticket": ticket.number})
    if ticket.admitted_at is not None:
        raise Refused("already_admitted", {"tickets": [ticket.number]})


def _one_by_one(command: CancelTickets) -> bool:
    return command.numbers is not None and len({n.casefold() for n in command.numbers}) == 1


def next_numbers(number: str) -> list[str]:
    """Those that come into question for the ticket that takes this one's place: its own, and a
    place behind it; cut where it would be longer than a number can be."""
    root = _PLACE.sub("", number)[:_LONGEST_ROOT]
    return [f"{root}.x{place}" for place in range(1, MOST_TICKETS + 1)]


def _next_number(standing: Standing, order: TicketOrder, ticket: Ticket) -> str:
    """The first that nobody has, in this order or any other."""
    taken = {each.number.casefold() for each in order.tickets}
    taken |= {number.casefold() for number in standing.numbers}
    for number in next_numbers(ticket.number):
        if number.casefold() not in taken:
            return number
    raise Refused("ticket_number_taken", {"tickets": [ticket.number]})


def _note(numbers: tuple[str, ...], refund: Refund, by: Actor, now: datetime) -> RefundNote:
    return RefundNote(numbers, refund, now, str(by.role), by.subject)
