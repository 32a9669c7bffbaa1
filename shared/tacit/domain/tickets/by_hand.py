"""Messages that a person sends to a buyer by hand: held back for a while, in which they can be
undone; what was undone is sent again or dropped (I18).

What a job says to somebody never comes here: nobody has changed his mind about it.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import assert_never

from tacit.domain.erasing import is_erased
from tacit.domain.permission import check_roles
from tacit.domain.policy import Policy
from tacit.domain.refusals import Invalid, NotFound, Refused
from tacit.domain.tickets.decision import BUYER, OrderChange, changed
from tacit.domain.tickets.placing import ticketing
from tacit.domain.tickets.values import TicketOrder
from tacit.domain.values import JOB, Actor, Event, Role, Scalar

LONGEST = 2000  # characters
_WRITERS = frozenset({Role.ORGANISER, Role.STAFF})


class MessageStatus(StrEnum):
    """Where a message by hand stands. Sent and dropped are final."""

    HELD = "held"
    SENT = "sent"
    UNDONE = "undone"
    DROPPED = "dropped"


@dataclass(frozen=True, slots=True)
class MessageByHand:
    """About the order `order_id`; `number` is that of the order's event it came with. `to` is what
    was asked for, and means the order's buyer in any case. `round` counts its holds: whatever was
    set going for an earlier one finds another number. `claimed_at`: it is leaving, by the wall
    clock, and nobody undoes it any more."""

    order_id: str
    number: int
    to: str
    text: str
    by: Actor
    status: MessageStatus
    round: int
    held_until: datetime
    version: int
    sent_at: datetime | None = None
    claimed_at: datetime | None = None

    @property
    def id(self) -> str:
        return f"{self.order_id}:{self.number}"


@dataclass(frozen=True, slots=True)
class HoldMessage:
    """`to` is "buyer" or the buyer's own address; `text` a person's words."""

    by: Actor
    to: str
    text: str


@dataclass(frozen=True, slots=True)
class UndoMessage:
    by: Actor


@dataclass(frozen=True, slots=True)
class SendMessage:
    """Send again what was undone: it is held once more."""

    by: Actor


@dataclass(frozen=True, slots=True)
class DropMessage:
    """It never leaves."""

    by: Actor


MessageCommand = UndoMessage | SendMessage | DropMessage


@dataclass(frozen=True, slots=True)
class MessageChange:
    """The message before (None: it is new) and after, and the event in its order's history."""

    before: MessageByHand | None
    message: MessageByHand
    order: OrderChange

    @property
    def events(self) -> tuple[Event, ...]:
        return self.order.events


@dataclass(frozen=True, slots=True)
class MessageAsItIs:
    """The wish is already fulfilled; `code` says how."""

    message: MessageByHand
    code: str


MessageDecision = MessageChange | MessageAsItIs


def read_message_id(message_id: str) -> tuple[str, int]:
    """The order's id and the number in it; raises NotFound for what is no message's id."""
    order_id, _, number = message_id.rpartition(":")
    plain = number.isascii() and number.isdecimal() and len(number) <= 10
    if not order_id or not plain or number != str(int(number)):
        raise NotFound("message")
    return order_id, int(number)


def hold(order: TicketOrder, command: HoldMessage, policy: Policy, now: datetime) -> MessageChange:
    """A new message. Nobody else than the order's own buyer is written to: what leaves under our
    sender's name must not go wherever somebody likes. Raises Refused `buyer_erased`."""
    check_roles(_WRITERS, command.by)
    if command.to != BUYER and command.to.lower() != order.buyer.email.lower():
        raise Invalid("to", f'expected "{BUYER}", or the address of the order\'s own buyer')
    if is_erased(order.buyer.email):
        raise Refused("buyer_erased", {"order_id": order.id})
    message = MessageByHand(
        order_id=order.id,
        number=order.events + 1,
        to=command.to,
        text=command.text,
        by=command.by,
        status=MessageStatus.HELD,
        round=1,
        held_until=now + _hold(policy),
        version=1,
    )
    return MessageChange(
        None, message, _told(order, message, "ticket_order.message_held", command.by, now)
    )


def decide_message(
    order: TicketOrder,
    message: MessageByHand,
    command: MessageCommand,
    policy: Policy,
    now: datetime,
) -> MessageDecision:
    """What the command does to the message. Raises Refused `already_sent` for what has left or is
    leaving, and `message_dropped`."""
    check_roles(_WRITERS, command.by)
    match command:
        case UndoMessage():
            return _undone(order, message, command.by, now)
        case SendMessage():
            return _sent_again(order, message, command.by, policy, now)
        case DropMessage():
            return _dropped(order, message, command.by, now)
        case _:
            assert_never(command)


def left(order: TicketOrder, message: MessageByHand, now: datetime) -> MessageChange:
    """The mail has left."""
    after = replace(_moved(message, MessageStatus.SENT), sent_at=now, claimed_at=None)
    return MessageChange(message, after, _told(order, after, "ticket_order.message_sent", JOB, now))


def _undone(
    order: TicketOrder, message: MessageByHand, by: Actor, now: datetime
) -> MessageDecision:
    if message.status is MessageStatus.UNDONE:
        return MessageAsItIs(message, "already_undone")
    _check_not_dropped(message)
    _check_still_held(message, now)
    after = _moved(message, MessageStatus.UNDONE)
    return MessageChange(
        message, after, _told(order, after, "ticket_order.message_undone", by, now)
    )


def _sent_again(
    order: TicketOrder, message: MessageByHand, by: Actor, policy: Policy, now: datetime
) -> MessageDecision:
    _check_not_dropped(message)
    if message.status is MessageStatus.HELD:
        return MessageAsItIs(message, "already_held")
    if message.status is MessageStatus.SENT:
        return MessageAsItIs(message, "already_sent")
    held = _moved(message, MessageStatus.HELD)
    after = replace(held, round=message.round + 1, held_until=now + _hold(policy))
    return MessageChange(message, after, _told(order, after, "ticket_order.message_held", by, now))


def _dropped(
    order: TicketOrder, message: MessageByHand, by: Actor, now: datetime
) -> MessageDecision:
    if message.status is MessageStatus.DROPPED:
        return MessageAsItIs(message, "already_dropped")
    if message.status is not MessageStatus.UNDONE:
        _check_still_held(message, now)
    after = _moved(message, MessageStatus.DROPPED)
    return MessageChange(
        message, after, _told(order, after, "ticket_order.message_dropped", by, now)
    )


def _check_still_held(message: MessageByHand, now: datetime) -> None:
    """Once the hold is over it is not undone any more, also where it has not left yet: what one
    may rely on is the time that one was told."""
    sent = message.status is MessageStatus.SENT
    if sent or message.claimed_at is not None or now >= message.held_until:
        params = {"message_id": message.id, "held_until": _text(message.held_until)}
        raise Refused("already_sent", params)


def _check_not_dropped(message: MessageByHand) -> None:
    if message.status is MessageStatus.DROPPED:
        raise Refused("message_dropped", {"message_id": message.id})


def _hold(policy: Policy) -> timedelta:
    return timedelta(seconds=ticketing(policy).hold_seconds)


def _moved(message: MessageByHand, status: MessageStatus) -> MessageByHand:
    return replace(message, status=status, version=message.version + 1)


def _told(
    order: TicketOrder, message: MessageByHand, event_type: str, by: Actor, now: datetime
) -> OrderChange:
    """An event of the order, which is else as it was. Ids and numbers alone: the text stays."""
    data: dict[str, Scalar] = {"message_id": message.id, "round": message.round}
    if message.status is MessageStatus.HELD:
        data["held_until"] = _text(message.held_until, "microseconds")
    return changed(order, order, event_type, data, by, now)


def _text(at: datetime, precision: str = "auto") -> str:
    return at.isoformat(timespec=precision).replace("+00:00", "Z")
