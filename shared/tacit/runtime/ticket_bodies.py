"""Reading the body of a command on a ticket order, once it is known as whom the caller acts."""

from typing import Any
from unicodedata import normalize

from tacit.domain.refusals import Invalid
from tacit.domain.tickets.cancelling import MOST_TICKETS
from tacit.domain.tickets.commands import (
    CancelTickets,
    Exchange,
    NewTicket,
    Pay,
    Place,
    RefundCredit,
    ReviveOrder,
)
from tacit.domain.tickets.placing import CHANNELS, ONLINE, TICKETS_OF_AN_ORDER
from tacit.domain.tickets.values import Buyer, Refund, Show
from tacit.domain.values import Actor
from tacit.runtime import shapes
from tacit.runtime.shapes import Body, list_of, nested, one_of, text

number = shapes.identifier
_LONGEST_SEAT = 40
_channel = one_of(*CHANNELS)


def placed(order_id: str, data: dict[str, Any], stands_for: str, actor: Actor) -> Place:
    """The body of PUT /ticket-orders/{id}, for which `stands_for` stands; raises Invalid."""
    body = Body(data)
    if body.may("id", shapes.identifier) not in (None, order_id):
        raise Invalid("id", f"the path says {order_id!r}")
    wanted = Place(
        by=actor,
        id=order_id,
        shop_id=body.need("shop_id", shapes.identifier),
        show=body.need("event", _show),
        buyer=body.need("buyer", _buyer),
        placed_at=body.need("placed_at", shapes.instant),
        method=body.need("payment_method", shapes.identifier),
        channel=body.may("channel", _channel) or ONLINE,
        tickets=body.need("tickets", list_of(_ticket, TICKETS_OF_AN_ORDER)),
        insured=body.may("insured", shapes.flag) or False,
        fingerprint=stands_for,
    )
    body.end()
    return wanted


def payment(data: dict[str, Any], actor: Actor) -> Pay:
    body = Body(data)
    amount = body.need("amount", shapes.money)
    reference = body.need("reference", text(64))
    value_date = body.need("value_date", shapes.day)
    body.end()
    return Pay(actor, amount, reference, value_date)


def cancellation(data: dict[str, Any], actor: Actor) -> CancelTickets:
    body = Body(data)
    numbers = body.may("tickets", list_of(number, MOST_TICKETS))
    channel = body.may("channel", _channel)
    refund = body.may("refund", _refund)
    body.end()
    if numbers is not None and not numbers:
        raise Invalid("tickets", "names none; leave it out for the whole order")
    return CancelTickets(actor, numbers, channel, refund)


def exchange(data: dict[str, Any], actor: Actor) -> Exchange:
    body = Body(data)
    wanted = Exchange(actor, body.need("ticket", number), body.may("seat", seat))
    body.end()
    return wanted


def credit_decision(data: dict[str, Any], actor: Actor) -> ReviveOrder | RefundCredit:
    """One of the two, and not both."""
    body = Body(data)
    revival = body.may("revive", _seats)
    refund = body.may("refund", _refund)
    body.end()
    if revival is not None and refund is not None:
        raise Invalid("refund", "is not taken beside revive: it is one or the other")
    if revival is not None:
        return ReviveOrder(actor, *revival)
    if refund is None:
        raise Invalid("revive", "is missing, and so is refund", "missing_field")
    return RefundCredit(actor, refund)


@shapes.takes("string", minLength=1, maxLength=_LONGEST_SEAT)
def seat(field: str, value: Any) -> str:
    """Letters that can be written in two ways are one."""
    return normalize("NFC", text(_LONGEST_SEAT)(field, value))


def _show(field: str, value: Any) -> Show:
    body = nested(field, value)
    show = Show(
        body.need("id", shapes.identifier),
        body.need("name", text(200)),
        body.need("starts_at", shapes.instant),
    )
    body.end()
    return show


def _buyer(field: str, value: Any) -> Buyer:
    body = nested(field, value)
    buyer = Buyer(
        body.need("name", text(200)),
        body.need("email", shapes.email),
        body.may("locale", shapes.locale) or "fr",
    )
    body.end()
    return buyer


def _ticket(field: str, value: Any) -> NewTicket:
    body = nested(field, value)
    ticket = NewTicket(
        body.need("number", number), body.may("seat", seat), body.need("price", shapes.money)
    )
    body.end()
    return ticket


def _refund(field: str, value: Any) -> Refund:
    body = nested(field, value)
    refund = Refund(body.need("method", shapes.identifier), body.need("reason", shapes.prose(500)))
    body.end()
    if not refund.reason.strip():
        raise Invalid(f"{field}.reason", "is missing", "missing_field")
    return refund


def _seats(field: str, value: Any) -> tuple[dict[str, str], tuple[str, ...]]:
    """{"seats": {ticket: seat}}, for the tickets that come back on another seat; or a list, one for
    each that comes back."""
    body = nested(field, value)
    given = body.may("seats", _in_a_row_or_by_ticket) or ({}, ())
    body.end()
    return given


@shapes.takes(
    ["array", "object"], items=seat, additionalProperties=seat,
    minItems=1, maxItems=MOST_TICKETS, maxProperties=MOST_TICKETS,
)  # fmt: skip
def _in_a_row_or_by_ticket(field: str, value: Any) -> tuple[dict[str, str], tuple[str, ...]]:
    if isinstance(value, list):
        row = list_of(seat, MOST_TICKETS)(field, value)
        if not row:
            raise Invalid(field, "names none; leave it out for the seats that the tickets had")
        return {}, row
    return _by_ticket(field, value), ()


def _by_ticket(field: str, value: Any) -> dict[str, str]:
    if not isinstance(value, dict) or len(value) > MOST_TICKETS:
        raise Invalid(field, "expected an object: the new seat by the ticket's number")
    seats = {
        number(f"{field}.{shapes.shown(name)}", name): seat(f"{field}.{shapes.shown(name)}", place)
        for name, place in value.items()
    }
    if len({name.casefold() for name in seats}) < len(seats):
        raise Invalid(field, "names a ticket twice: upper and lower case are one number")
    return seats
