"""Messages by hand at a desk: held, undone and sent through the same rooms as doors and queue use.

The clocks of those who race differ, as they do between machines: who undoes is still within the
hold, and for who sends it is over.
"""

import json
from typing import Any

from tacit.domain.money import Money
from tacit.domain.refusals import Refused
from tacit.domain.tickets.by_hand import (
    DropMessage,
    HoldMessage,
    MessageByHand,
    MessageCommand,
    MessageDecision,
    SendMessage,
    UndoMessage,
    read_message_id,
)
from tacit.domain.tickets.commands import CancelTickets, NewTicket, Place
from tacit.domain.tickets.decision import Decision
from tacit.domain.tickets.values import Buyer, Refund, Show
from tacit.domain.values import Actor, Event, Role
from tacit.replies import Answer
from tacit.runtime.message_sender import Sender
from tacit.store import keys
from tacit.store.mapping import event_of
from tacit.store.messages import StillClaimed
from tests.repository.counters import register
from tests.repository.desk import ERIN, NO_KEY, Desk
from tests.unit.cases import STAFF, at

HELD_AT, WITHIN, OVER = "2025-06-01T12:00:00", "2025-06-01T12:00:14", "2025-06-01T12:00:15"
BUYER = "bea@example.net"


def sold(desk: Desk, order_id: str) -> None:
    """An order of bea's with one ticket, in olga's shop."""
    register(desk, "shop-1")
    francs = Money(5000, "CHF")
    command = Place(
        by=STAFF,
        id=order_id,
        shop_id="shop-1",
        show=Show("e-1", "Giselle", at("2025-07-01")),
        buyer=Buyer("Bea", BUYER, "en"),
        placed_at=at("2025-05-01"),
        method="card",
        channel="online",
        tickets=(NewTicket(f"T-{order_id}", None, francs),),
        insured=False,
        fingerprint=order_id,
    )
    orders = desk.ticket_orders
    orders.place(ERIN, order_id, "shop-1", lambda _: (command, NO_KEY), _placed)


def held(desk: Desk, order_id: str) -> tuple[str, str]:
    """A message about the order, held: its id, and the body that its event comes in."""
    found: list[MessageDecision] = []
    desk.stand_at(HELD_AT)

    def shape(decision: MessageDecision, _: Role) -> Answer:
        found.append(decision)
        return Answer(201, "{}")

    asked = HoldMessage(STAFF, "buyer", "The doors open at eight.")
    desk.messages_by_hand.hold(ERIN, order_id, lambda _: (asked, NO_KEY), shape)
    return found[-1].message.id, body_of(found[-1].message)


def body_of(message: MessageByHand) -> str:
    """The event of its present hold, as the bus hands it over."""
    data = {"message_id": message.id, "round": message.round}
    return json.dumps({"detail": {"data": data}})


def undo(desk: Desk, message_id: str) -> str:
    return _told(desk, message_id, UndoMessage(STAFF))


def drop(desk: Desk, message_id: str) -> str:
    return _told(desk, message_id, DropMessage(STAFF))


def send_again(desk: Desk, message_id: str) -> str:
    return _told(desk, message_id, SendMessage(STAFF))


def deliver(desk: Desk, body: str) -> str:
    """What the sender does with the event once the hold is over: "sent", "left" alone, or "later",
    where somebody else is sending it."""
    desk.stand_at(OVER)
    before = len(desk.post.mails)
    try:
        Sender(desk).deliver(body)
    except StillClaimed:
        return "later"
    return "sent" if len(desk.post.mails) > before else "left"


def cancel(desk: Desk, order_id: str) -> str:
    """The order is cancelled meanwhile; its status."""
    desk.stand_at(OVER)
    found: list[str] = []

    def shape(decision: Decision, _: Any) -> Answer:
        found.append(str(decision.order.status))
        return Answer(200, "{}")

    def asked(actor: Actor) -> Any:
        return CancelTickets(actor, None, None, Refund("voucher", "ill")), NO_KEY

    desk.ticket_orders.carry_out(ERIN, order_id, asked, shape)
    return found[-1]


def stored(desk: Desk, message_id: str) -> MessageByHand:
    found = desk.messages_by_hand.book.message(*read_message_id(message_id))
    assert found is not None
    return found


def history(desk: Desk, order_id: str) -> list[str]:
    """What happened to the order, the oldest first, less the names' first half."""
    order = desk.ticket_orders.book.order(order_id)
    assert order is not None
    pk, _ = keys.ticket_order(order_id)
    keys_of = [keys.event(pk, number) for number in range(1, order.events + 1)]
    there = desk.table.get_many(keys_of)
    events: list[Event] = [event_of(there[key]) for key in keys_of]
    return [event.type.partition(".")[2] for event in events]


def _told(desk: Desk, message_id: str, command: MessageCommand) -> str:
    """The message's status afterwards, or the code of the refusal."""
    found: list[str] = []
    desk.stand_at(WITHIN)

    def shape(decision: MessageDecision, _: Role) -> Answer:
        found.append(str(decision.message.status))
        return Answer(200, "{}")

    try:
        desk.messages_by_hand.carry_out(ERIN, message_id, lambda _: (command, NO_KEY), shape)
    except Refused as refused:
        return refused.code
    return found[-1]


def _placed(*_: Any) -> Answer:
    return Answer(201, "{}")
