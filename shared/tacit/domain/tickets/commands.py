"""What may be asked of a ticket order, in the imperative."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from tacit.domain.money import Money
from tacit.domain.tickets.values import Buyer, Refund, Show
from tacit.domain.values import Actor


@dataclass(frozen=True, slots=True)
class NewTicket:
    number: str
    seat: str | None
    price: Money


@dataclass(frozen=True, slots=True)
class Place:
    """An order as the shop hands it in; `fingerprint` stands for the request's body."""

    by: Actor
    id: str
    shop_id: str
    show: Show
    buyer: Buyer
    placed_at: datetime
    method: str
    channel: str
    tickets: tuple[NewTicket, ...]
    insured: bool
    fingerprint: str


@dataclass(frozen=True, slots=True)
class Pay:
    """Money has come in (G3). `amount` is positive."""

    by: Actor
    amount: Money
    reference: str
    value_date: date


@dataclass(frozen=True, slots=True)
class CancelTickets:
    """`numbers` None: the whole order. `channel` is through which the organiser does it."""

    by: Actor
    numbers: tuple[str, ...] | None
    channel: str | None
    refund: Refund | None


@dataclass(frozen=True, slots=True)
class Exchange:
    """A ticket for another one on `seat` (I9)."""

    by: Actor
    number: str
    seat: str | None


@dataclass(frozen=True, slots=True)
class ReviveOrder:
    """Answer an open question: take the order up again with what was paid; `seats` are the new
    ones by ticket, or `row` one for each ticket that comes back, in their order."""

    by: Actor
    seats: Mapping[str, str]
    row: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RefundCredit:
    """Answer it: the credit is given back, as `refund` says."""

    by: Actor
    refund: Refund


@dataclass(frozen=True, slots=True)
class Admit:
    """Somebody comes in with the ticket."""

    by: Actor
    number: str


@dataclass(frozen=True, slots=True)
class ComeDue:
    """The calendar's command: remind, cancel, or ask the organiser."""

    by: Actor


Command = Place | Pay | CancelTickets | Exchange | ReviveOrder | RefundCredit | Admit | ComeDue
