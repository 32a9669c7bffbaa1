"""At the entrance: a ticket lets somebody in once, and not when it is not valid any more."""

from dataclasses import replace
from datetime import datetime

from tacit.domain.refusals import NotFound, Refused
from tacit.domain.tickets.commands import Admit
from tacit.domain.tickets.decision import Decision, changed
from tacit.domain.tickets.values import OrderStatus, Ticket, TicketOrder, TicketStatus


def admit(order: TicketOrder, command: Admit, now: datetime) -> Decision:
    ticket = numbered(order, command.number)
    check_admissible(order, ticket)
    tickets = tuple(
        replace(each, admitted_at=now) if each.number == ticket.number else each
        for each in order.tickets
    )
    after = replace(order, tickets=tickets)
    data = {"ticket": ticket.number}
    return changed(order, after, "ticket_order.ticket_admitted", data, command.by, now)


def check_admissible(order: TicketOrder, ticket: Ticket) -> None:
    """Raises Refused `ticket_cancelled`, `not_paid`, `already_admitted`."""
    if ticket.status is TicketStatus.CANCELLED:
        raise Refused("ticket_cancelled", {"ticket": ticket.number})
    if order.status is not OrderStatus.PAID:
        raise Refused("not_paid", {"ticket": ticket.number, "order_id": order.id})
    if ticket.admitted_at is not None:
        raise Refused("already_admitted", {"tickets": [ticket.number]})


def numbered(order: TicketOrder, number: str) -> Ticket:
    """Upper and lower case are one number."""
    for ticket in order.tickets:
        if ticket.number.casefold() == number.casefold():
            return ticket
    raise NotFound("ticket")
