"""The answer of the core to a command on a ticket order, and how a change is recorded."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from tacit.domain.policy import Policy
from tacit.domain.tickets.values import Payment, Shop, TicketOrder, TicketStatus
from tacit.domain.values import Actor, Event, Message, Scalar

BUYER = "buyer"


@dataclass(frozen=True, slots=True)
class Standing:
    """What a decision looks at: the order (None: there is none under its id), its shop, the payment
    booked under the command's reference, and to which orders the seats and ticket numbers that
    may be wanted belong."""

    order: TicketOrder | None
    shop: Shop | None = None
    payment: Payment | None = None
    seats: Mapping[str, str] = field(default_factory=dict)
    numbers: Mapping[str, str] = field(default_factory=dict)

    def is_free(self, seat: str | None, order_id: str) -> bool:
        """`seats` has them in small letters."""
        return seat is None or self.seats.get(seat.casefold()) in (None, order_id)


@dataclass(frozen=True, slots=True)
class OrderChange:
    """What will be committed, as one transaction. Seats and tickets that come and go follow from
    the orders before and after."""

    before: TicketOrder | None
    order: TicketOrder
    events: tuple[Event, ...]
    payment: Payment | None = None

    @property
    def messages(self) -> tuple[Message, ...]:
        return tuple(message for event in self.events for message in event.messages)


@dataclass(frozen=True, slots=True)
class NoChange:
    """The wish is already fulfilled, or its day has not come; `code` says which."""

    order: TicketOrder
    code: str


Decision = OrderChange | NoChange


def changed(
    before: TicketOrder | None,
    after: TicketOrder,
    event_type: str,
    data: Mapping[str, Scalar],
    by: Actor,
    now: datetime,
    messages: tuple[Message, ...] = (),
) -> OrderChange:
    """One change with one event, of which the buyer hears what `messages` say."""
    event = Event(
        type=event_type,
        subject=subject_of(after.id),
        provider=after.provider,
        number=after.events + 1,
        at=now,
        actor=by,
        data={"shop_id": after.shop_id, **data},
        messages=messages,
    )
    return OrderChange(
        before, replace(after, version=after.version + 1, events=event.number), (event,)
    )


def subject_of(order_id: str) -> str:
    """Keeps the events of a ticket order apart from those of a contract of the same id."""
    return f"ticket_order/{order_id}"


def order_in(subject: str) -> str | None:
    """The id of the ticket order that an event is about; None for any other event."""
    kind, _, order_id = subject.partition("/")
    return order_id if kind == "ticket_order" and order_id else None


def to_buyer(kind: str, policy: Policy) -> tuple[Message, ...]:
    return tuple(Message(kind, channel, BUYER) for channel in policy.messages.get(kind, ()))


def seats_of(order: TicketOrder | None) -> frozenset[str]:
    """The seats that an order holds: those of its valid tickets."""
    if order is None:
        return frozenset()
    held = (t.seat for t in order.tickets if t.status is TicketStatus.VALID)
    return frozenset(seat for seat in held if seat is not None)
