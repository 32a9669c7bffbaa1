"""Ticket orders as items: the head, and the claims on tickets and seats that hang on it."""

from typing import Any

from tacit.domain.money import Money
from tacit.domain.policy import Policy
from tacit.domain.tickets.values import (
    Buyer,
    CancelledBy,
    InvoiceTerms,
    OrderStatus,
    Payment,
    Refund,
    RefundNote,
    Show,
    Ticket,
    TicketOrder,
    TicketStatus,
)
from tacit.store import keys
from tacit.store.codec import Item, Raw
from tacit.store.derived import derived_of_ticket_order
from tacit.store.texts import (
    day_text,
    instant_text,
    parsed,
    read_day,
    read_day_or_none,
    read_instant_or_none,
)


def ticket_order_item(order: TicketOrder, policy: Policy) -> Item:
    """The head with everything derived from it."""
    pk, sk = keys.ticket_order(order.id)
    return {
        "pk": pk,
        "sk": sk,
        "item": "ticket_order",
        **derived_of_ticket_order(order, policy),
        **_fields(order),
    }


def ticket_order_of(raw: Raw) -> TicketOrder:
    """The order of a head; raises Broken (G13)."""
    return parsed(raw, _order)


def payment_item(order_id: str, payment: Payment) -> Item:
    pk, sk = keys.ticket_payment(order_id, payment.reference)
    return {
        "pk": pk,
        "sk": sk,
        "item": "ticket_payment",
        "reference": payment.reference,
        "minor": payment.amount.minor,
        "currency": payment.amount.currency,
        "value_date": payment.value_date.isoformat(),
        "at": keys.instant(payment.at),
        "in_time": payment.in_time,
    }


def payment_of(raw: Raw) -> Payment:
    return parsed(raw, _payment)


def ticket_item(order: TicketOrder, number: str) -> Item:
    """The claim on a number, which is never given up: a ticket that was cancelled stays known."""
    pk, sk = keys.ticket(number)
    return {
        "pk": pk,
        "sk": sk,
        "item": "ticket",
        "number": number,
        "order_id": order.id,
        "shop_id": order.shop_id,
    }


def seat_item(order: TicketOrder, name: str) -> Item:
    pk, sk = keys.seat(order.shop_id, order.show.id, name)
    return {"pk": pk, "sk": sk, "item": "seat", "order_id": order.id}


def token_item(order: TicketOrder, word: str) -> Item:
    return {
        "pk": keys.token(order.shop_id, word),
        "sk": keys.part(order.id),
        "item": "token",
        "order_id": order.id,
    }


def _fields(order: TicketOrder) -> Item:
    return {
        "id": order.id,
        "shop_id": order.shop_id,
        "provider": order.provider,
        "organiser": order.organiser,
        "timezone": order.timezone,
        "show": {
            "id": order.show.id,
            "name": order.show.name,
            "starts_at": keys.instant(order.show.starts_at),
        },
        "buyer": {
            "name": order.buyer.name,
            "email": order.buyer.email,
            "locale": order.buyer.locale,
        },
        "placed_at": keys.instant(order.placed_at),
        "method": order.method,
        "channel": order.channel,
        "tickets": [_ticket_fields(ticket) for ticket in order.tickets],
        "insured": order.insured,
        "status": str(order.status),
        "terms": {
            "enabled": order.terms.enabled,
            "first": order.terms.first,
            "reminders": order.terms.reminders,
            "closes": order.terms.closes,
        },
        "policy": order.policy,
        "currency": order.paid.currency,
        "paid": order.paid.minor,
        "credit": order.credit.minor,
        "commission": order.commission.minor if order.commission else None,
        "invoice": order.invoice,
        "reminders_sent": order.reminders_sent,
        "reminded_on": day_text(order.reminded_on),
        "due_on": day_text(order.due_on),
        "cancels_on": day_text(order.cancels_on),
        "question": order.question,
        "cancelled_by": str(order.cancelled_by) if order.cancelled_by else None,
        "cancelled_on": day_text(order.cancelled_on),
        "refunds": [_refund_fields(note) for note in order.refunds],
        "version": order.version,
        "events": order.events,
        "registered_as": order.registered_as,
    }


def _order(item: Item) -> TicketOrder:
    currency, show, buyer, terms = item["currency"], item["show"], item["buyer"], item["terms"]
    by = item.get("cancelled_by")
    commission = item.get("commission")
    return TicketOrder(
        id=item["id"],
        shop_id=item["shop_id"],
        provider=item["provider"],
        organiser=item["organiser"],
        timezone=item["timezone"],
        show=Show(show["id"], show["name"], keys.read_instant(show["starts_at"])),
        buyer=Buyer(buyer["name"], buyer["email"], buyer["locale"]),
        placed_at=keys.read_instant(item["placed_at"]),
        method=item["method"],
        channel=item["channel"],
        tickets=tuple(_ticket(each, currency) for each in item["tickets"]),
        insured=item["insured"],
        status=OrderStatus(item["status"]),
        terms=InvoiceTerms(terms["enabled"], terms["first"], terms["reminders"], terms["closes"]),
        policy=item["policy"],
        paid=Money(item["paid"], currency),
        credit=Money(item["credit"], currency),
        commission=Money(commission, currency) if commission is not None else None,
        invoice=item["invoice"],
        reminders_sent=item["reminders_sent"],
        reminded_on=read_day_or_none(item.get("reminded_on")),
        due_on=read_day_or_none(item.get("due_on")),
        cancels_on=read_day_or_none(item.get("cancels_on")),
        question=item.get("question"),
        cancelled_by=CancelledBy(by) if by else None,
        cancelled_on=read_day_or_none(item.get("cancelled_on")),
        refunds=tuple(_refund(note) for note in item["refunds"]),
        version=item["version"],
        events=item["events"],
        registered_as=item["registered_as"],
    )


def _ticket_fields(ticket: Ticket) -> Item:
    return {
        "number": ticket.number,
        "seat": ticket.seat,
        "minor": ticket.price.minor,
        "status": str(ticket.status),
        "admitted_at": instant_text(ticket.admitted_at),
        "with_order": ticket.with_order,
        "exchanged_for": ticket.exchanged_for,
    }


def _ticket(item: Item, currency: str) -> Ticket:
    return Ticket(
        number=item["number"],
        seat=item.get("seat"),
        price=Money(item["minor"], currency),
        status=TicketStatus(item["status"]),
        admitted_at=read_instant_or_none(item.get("admitted_at")),
        with_order=item["with_order"],
        exchanged_for=item.get("exchanged_for"),
    )


def _refund_fields(note: RefundNote) -> dict[str, Any]:
    return {
        "tickets": list(note.tickets),
        "method": note.refund.method,
        "reason": note.refund.reason,
        "at": keys.instant(note.at),
        "role": note.role,
        "subject": note.subject,
    }


def _refund(item: Item) -> RefundNote:
    return RefundNote(
        tickets=tuple(item["tickets"]),
        refund=Refund(item["method"], item["reason"]),
        at=keys.read_instant(item["at"]),
        role=item["role"],
        subject=item["subject"],
    )


def _payment(item: Item) -> Payment:
    return Payment(
        reference=item["reference"],
        amount=Money(item["minor"], item["currency"]),
        value_date=read_day(item["value_date"]),
        at=keys.read_instant(item["at"]),
        in_time=item["in_time"],
    )
