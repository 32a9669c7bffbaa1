"""The shapes of shops, ticket orders and messages to buyers, as they are answered."""

from __future__ import annotations

from local.openapi.contracts import PERSON
from local.openapi.schemas import (
    DAY,
    FLAG,
    INSTANT,
    MONEY,
    TEXT,
    WHOLE,
    Schema,
    many,
    null,
    one_of,
    ref,
    thing,
)
from tacit.domain.tickets.by_hand import MessageStatus
from tacit.domain.tickets.values import CancelledBy, OrderStatus, TicketStatus

INVOICE = thing(
    enabled=FLAG, days_before_first_reminder=WHOLE, reminders=WHOLE, closes_days_before_event=WHOLE
)
TICKET_ORDER = thing(
    id=TEXT,
    shop_id=TEXT,
    event=thing(id=TEXT, name=TEXT, starts_at=INSTANT),
    buyer=thing(name=TEXT, email=TEXT, locale=TEXT),
    placed_at=INSTANT,
    payment_method=TEXT,
    channel=TEXT,
    tickets=many(ref("Ticket")),
    insured=FLAG,
    status=one_of(*OrderStatus),
    invoice_number=TEXT,
    total=MONEY,
    paid=MONEY,
    reminders_sent=WHOLE,
    due_on=null(DAY),
    cancels_on=null(DAY),
    cancelled_by=null(one_of(*CancelledBy)),
    cancelled_on=null(DAY),
    commission=MONEY,
    credit=MONEY,
    open_question=null(TEXT),
    refunds=many(thing(tickets=many(TEXT), method=TEXT, reason=TEXT, at=INSTANT)),
    insurance=null(thing(insurer=TEXT, contact=TEXT, conditions_apply=FLAG, tickets=many(TEXT))),
    policy=TEXT,
    version=WHOLE,
)
OF_TICKETS: dict[str, Schema] = {
    "InvoiceTerms": INVOICE,
    "Shop": thing(
        id=TEXT,
        provider=TEXT,
        organiser=TEXT,
        name=TEXT,
        timezone=TEXT,
        invoice=ref("InvoiceTerms"),
        version=WHOLE,
        settings_number=WHOLE,
    ),
    "ShopSettings": thing(
        number=WHOLE,
        name=TEXT,
        invoice=ref("InvoiceTerms"),
        at=INSTANT,
        by=PERSON,
        in_force=FLAG,
    ),
    "Ticket": thing(
        number=TEXT,
        seat=null(TEXT),
        price=MONEY,
        status=one_of(*TicketStatus),
        admitted_at=null(INSTANT),
        exchanged_for=null(TEXT),
    ),
    "TicketOrder": TICKET_ORDER,
    "Admission": thing(
        ticket=TEXT,
        ticket_order_id=TEXT,
        event_id=TEXT,
        seat=null(TEXT),
        status=one_of(*TicketStatus),
        admitted_at=null(INSTANT),
        admissible=FLAG,
        code=null(TEXT),
    ),
    "Message": thing(
        id=TEXT,
        subject=TEXT,
        to=TEXT,
        text=TEXT,
        status=one_of(*MessageStatus),
        held_until=INSTANT,
        sent_at=null(INSTANT),
        by=PERSON,
    ),
}
