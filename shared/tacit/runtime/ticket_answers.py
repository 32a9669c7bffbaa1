"""Ticket orders as the JSON that clients read."""

from typing import Any

from tacit.domain.money import Money
from tacit.domain.policy import Policy
from tacit.domain.refusals import Refused
from tacit.domain.tickets.admission import check_admissible
from tacit.domain.tickets.decision import Decision, NoChange, OrderChange
from tacit.domain.tickets.placing import taken_late
from tacit.domain.tickets.values import OrderStatus, Ticket, TicketOrder, TicketStatus
from tacit.replies import Answer
from tacit.runtime.answers import dumps, message_json, money_json

_NOTHING = {
    "already_registered": "Nothing to do: the order is registered already.",
    "already_booked": "Nothing to do: the payment was booked under this reference already.",
    "already_cancelled": "Nothing to do: it is cancelled already.",
    "same_seat": "Nothing to do: the ticket is for this seat already.",
}
_TAKEN_BACK = (
    ("nothing_is_refunded", "This refunds nothing: the organiser gives money back by other means."),
    ("tickets_not_valid", "The tickets are not valid at the entrance any more."),
    ("seats_free", "The seats are free for sale again."),
    ("tell_the_buyer", "The buyer is not written to: the organiser tells him."),
    ("commission_stays", "The platform's commission stays due."),
)
_LATE = {
    "code": "invoice_offered_late",
    "detail": "Payment by invoice was not offered any more for this event: what can be paid later "
    "is capped at its last payment day, and reminders that would come too late are dropped.",
}


def order_json(order: TicketOrder, policy: Policy) -> dict[str, Any]:
    nothing = Money(0, order.paid.currency)
    return {
        "id": order.id,
        "shop_id": order.shop_id,
        "event": {
            "id": order.show.id,
            "name": order.show.name,
            "starts_at": order.show.starts_at,
        },
        "buyer": {
            "name": order.buyer.name,
            "email": order.buyer.email,
            "locale": order.buyer.locale,
        },
        "placed_at": order.placed_at,
        "payment_method": order.method,
        "channel": order.channel,
        "tickets": [_ticket_json(ticket) for ticket in order.tickets],
        "insured": order.insured,
        "status": order.status,
        "invoice_number": f"{order.id}-{order.invoice}",
        "total": money_json(order.total),
        "paid": money_json(order.paid),
        "reminders_sent": order.reminders_sent,
        "due_on": order.due_on,
        "cancels_on": order.cancels_on,
        "cancelled_by": order.cancelled_by,
        "cancelled_on": order.cancelled_on,
        "commission": money_json(order.commission or nothing),
        "credit": money_json(order.credit),
        "open_question": order.question,
        "refunds": [
            {
                "tickets": note.tickets,
                "method": note.refund.method,
                "reason": note.refund.reason,
                "at": note.at,
            }
            for note in order.refunds
        ],
        "insurance": _insurance(order, policy),
        "policy": order.policy,
        "version": order.version,
    }


def registered_answer(decision: Decision, policy: Policy) -> Answer:
    """A PUT answers the thing itself: 201 where it is new, 200 where it was there."""
    new = isinstance(decision, OrderChange)
    warnings = [_LATE] if new and taken_late(decision.order) else []
    body = {**order_json(decision.order, policy), "warnings": warnings}
    return Answer(201 if new else 200, dumps(body))


def command_answer(decision: Decision, policy: Policy) -> Answer:
    """The answer of every command, with the order in the place of a contract."""
    events = decision.events if isinstance(decision, OrderChange) else ()
    messages = decision.messages if isinstance(decision, OrderChange) else ()
    body = {
        "ticket_order": order_json(decision.order, policy),
        "events": [{"type": e.type, "at": e.at, "data": dict(e.data)} for e in events],
        "charges": [],
        "messages": [message_json(message) for message in messages],
        "warnings": _warnings(decision),
    }
    return Answer(200, dumps(body))


def admission_json(order: TicketOrder, ticket: Ticket) -> dict[str, Any]:
    """Whether the ticket lets somebody in now, and if not, why."""
    code = None
    try:
        check_admissible(order, ticket)
    except Refused as no:
        code = no.code
    return {
        "ticket": ticket.number,
        "ticket_order_id": order.id,
        "event_id": order.show.id,
        "seat": ticket.seat,
        "status": ticket.status,
        "admitted_at": ticket.admitted_at,
        "admissible": code is None,
        "code": code,
    }


def _ticket_json(ticket: Ticket) -> dict[str, Any]:
    return {
        "number": ticket.number,
        "seat": ticket.seat,
        "price": money_json(ticket.price),
        "status": ticket.status,
        "admitted_at": ticket.admitted_at,
        "exchanged_for": ticket.exchanged_for,
    }


def _insurance(order: TicketOrder, policy: Policy) -> dict[str, Any] | None:
    """I11: the insurer decides on claims, neither platform nor organiser."""
    insurer = policy.ticketing.insurer if policy.ticketing is not None else None
    if not order.insured or insurer is None:
        return None
    return {
        "insurer": insurer.name,
        "contact": insurer.contact,
        "conditions_apply": True,
        "tickets": [ticket.number for ticket in order.tickets],
    }


def _warnings(decision: Decision) -> list[dict[str, str]]:
    if isinstance(decision, NoChange):
        return [{"code": decision.code, "detail": _NOTHING.get(decision.code, "Nothing to do.")}]
    before, after = decision.before, decision.order
    if before is None or not _took_back(before, after):
        return []
    paid = before.status is OrderStatus.PAID
    said = _TAKEN_BACK if paid else _TAKEN_BACK[1:4]
    return [{"code": code, "detail": detail} for code, detail in said]


def _took_back(before: TicketOrder, after: TicketOrder) -> bool:
    return _valid(after) < _valid(before)


def _valid(order: TicketOrder) -> int:
    return sum(ticket.status is TicketStatus.VALID for ticket in order.tickets)
