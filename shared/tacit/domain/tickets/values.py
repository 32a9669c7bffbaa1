"""The things that ticketing is about, all frozen: shop, ticket order, ticket, payment.

Days are dates in the shop's zone, instants are UTC, money is in minor units.
"""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from tacit.domain.money import Money


class OrderStatus(StrEnum):
    """Where a ticket order stands."""

    PENDING = "pending"
    PAID = "paid"
    CANCELLED = "cancelled"


class TicketStatus(StrEnum):
    VALID = "valid"
    CANCELLED = "cancelled"


class CancelledBy(StrEnum):
    """By whom an order was cancelled: only what the deadline did is revived by late money (G3)."""

    DEADLINE = "deadline"
    ORGANISER = "organiser"


@dataclass(frozen=True, slots=True)
class InvoiceTerms:
    """How a shop is paid by invoice (I3): `first` days to the first reminder and between any two
    (n), `reminders` of them (k); it closes so many days before the event."""

    enabled: bool
    first: int
    reminders: int
    closes: int


@dataclass(frozen=True, slots=True)
class ShopSettings:
    """What an organiser sets, and can undo (I19)."""

    name: str
    invoice: InvoiceTerms


@dataclass(frozen=True, slots=True)
class Shop:
    """A shop as it is stored. `snapshots` are its settings one after the other, the oldest first,
    `place` is the one in force: undoing goes back, redoing forth (I19). `first_number` is the
    number of the oldest snapshot still kept."""

    id: str
    provider: str
    organiser: str
    timezone: str
    settings: ShopSettings
    version: int
    events: int
    snapshots: tuple["Snapshot", ...] = ()
    place: int = 0

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A shop's settings as they were from `at` on; `number` counts them from 1."""

    number: int
    settings: ShopSettings
    at: datetime
    role: str
    subject: str


@dataclass(frozen=True, slots=True)
class Show:
    """The event that tickets are for."""

    id: str
    name: str
    starts_at: datetime


@dataclass(frozen=True, slots=True)
class Buyer:
    name: str
    email: str
    locale: str


@dataclass(frozen=True, slots=True)
class Ticket:
    """`seat` None: general admission. `with_order`: it was cancelled with the whole order, and comes
    back with it; `exchanged_for` is the number of the ticket that took its place."""

    number: str
    seat: str | None
    price: Money
    status: TicketStatus = TicketStatus.VALID
    admitted_at: datetime | None = None
    with_order: bool = False
    exchanged_for: str | None = None


@dataclass(frozen=True, slots=True)
class Payment:
    """Money that came in, under a reference that counts once per order. `in_time`: its value date
    is on or before the day that was told (G4)."""

    reference: str
    amount: Money
    value_date: date
    at: datetime
    in_time: bool


@dataclass(frozen=True, slots=True)
class Refund:
    """What the organiser says of giving money back (I6, I9): a method of the policy's list, and
    why. The reason is a person's words: it stays on the order and never enters an event."""

    method: str
    reason: str


@dataclass(frozen=True, slots=True)
class Schedule:
    """When an order is reminded and cancelled, under the terms that it was placed under (I4, G6):
    `reminders_on` are the days of its reminders, `due_on` the days told, one more than there are
    reminders: due_on[0] at first, due_on[j] with the j-th. `cancels_on` is the hard day."""

    placed_on: date
    reminders_on: tuple[date, ...]
    due_on: tuple[date, ...]
    cancels_on: date
    last_payment_day: date


@dataclass(frozen=True, slots=True)
class TicketOrder:
    """An order as it is stored: the head. `reminders_sent` is the number of the last reminder,
    `reminded_on` the local day on which it left; `due_on` is what the buyer was told last,
    `cancels_on` the day at whose end it is cancelled unpaid (G4). `paid` is all that came in,
    `credit` what of it is not for tickets and not given back; `question` is open until he has answered it.
    `commission` is due from the moment it was paid, and stays (I6); `invoice` counts its invoices.
    """

    id: str
    shop_id: str
    provider: str
    organiser: str
    timezone: str
    show: Show
    buyer: Buyer
    placed_at: datetime
    method: str
    channel: str
    tickets: tuple[Ticket, ...]
    insured: bool
    status: OrderStatus
    terms: InvoiceTerms
    policy: str
    paid: Money
    credit: Money
    version: int
    events: int
    registered_as: str
    invoice: int = 1
    reminders_sent: int = 0
    reminded_on: date | None = None
    due_on: date | None = None
    cancels_on: date | None = None
    question: str | None = None
    cancelled_by: CancelledBy | None = None
    cancelled_on: date | None = None
    commission: Money | None = None
    refunds: tuple["RefundNote", ...] = ()

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)

    @property
    def total(self) -> Money:
        """What the tickets that are valid cost."""
        valid = (t.price.minor for t in self.tickets if t.status is TicketStatus.VALID)
        return Money(sum(valid), self.paid.currency)


@dataclass(frozen=True, slots=True)
class RefundNote:
    """What was recorded for the books with a cancellation, an exchange or a credit (I6)."""

    tickets: tuple[str, ...]
    refund: Refund
    at: datetime
    role: str
    subject: str
