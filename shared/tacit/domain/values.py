"""The things a decision is about, all frozen: contract, order, account, actor, event.

Names follow the docs' glossary. `x_on` is a date in the provider's zone, `x_at` an instant in UTC.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from tacit.domain.money import Money

ADDONS_OF_A_CONTRACT = 20  # that may hang on one at once


class Status(StrEnum):
    """Where a contract stands; design: section 2."""

    PENDING = "pending"
    ACTIVE = "active"
    NON_RENEWING = "non_renewing"
    INACTIVE = "inactive"
    EXPIRED = "expired"
    CLOSED = "closed"


class Role(StrEnum):
    """As whom somebody acts on one thing: the organiser on his shop and its ticket orders, the
    others on a contract."""

    HOLDER = "holder"
    BILLING_CONTACT = "billing_contact"
    TECHNICAL_CONTACT = "technical_contact"
    STAFF = "staff"
    JOB = "job"
    ORGANISER = "organiser"


@dataclass(frozen=True, slots=True)
class Actor:
    """Who asks: the role decides what he may do, the subject is for the record only."""

    role: Role
    subject: str


JOB = Actor(Role.JOB, "job")


@dataclass(frozen=True, slots=True)
class Server:
    """`marked`: it is removed for good with the next plan change, and not before (X5)."""

    id: str
    ip: str
    marked: bool = False


@dataclass(frozen=True, slots=True)
class Cancellation:
    """A scheduled end that can still be undone. The reason is free text: it stays on the head
    and never enters an event, since a person may have written a name into it."""

    mode: str
    on: date
    reason: str | None


@dataclass(frozen=True, slots=True)
class Shortage:
    """Why a renewal could not be collected. `short` is missing on `account_id` (None: there is no
    account); `ahead` are contracts that came first, `until` is the last day to top up."""

    code: str
    account_id: str | None
    short: Money
    ahead: tuple[str, ...]
    until: date


@dataclass(frozen=True, slots=True)
class Notice:
    """That the next term is to be paid: one for each period, `open`, `paid` or `annulled`.

    `price` is for one unit, frozen on the day the notice was made under `policy`; `due_on` the last
    day to pay, inclusive; `tried_on` the day it was last tried to be collected. `generation` rises
    when a payment is reversed; `account_id` or `reference` says what it was paid from or under.
    """

    period_start: date
    price: Money
    amount: Money
    policy: str
    due_on: date
    made_on: date
    status: str = "open"
    tried_on: date | None = None
    short: Shortage | None = None
    generation: int = 1
    account_id: str | None = None
    reference: str | None = None
    policy_before: str | None = None
    price_before: Money | None = None


@dataclass(frozen=True, slots=True)
class Owed:
    """A warranted period that is not paid yet; steps towards the holder, and their tasks (I16)."""

    notice: Notice
    since: date
    steps: int
    tasks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Terms:
    """One side of a plan change: what is or would be had. `price` is for one unit and one term,
    `remaining_days` are those from the day of the quote to `expires_on`."""

    plan: str
    quantity: int
    price: Money
    term_months: int
    expires_on: date
    remaining_days: int


@dataclass(frozen=True, slots=True)
class PlanChange:
    """A plan change that somebody asked for: `waiting` for its code until `valid_until`,
    `confirmed`, or `lapsed`. `number` is that of the event it was asked for with; `lost` are the
    servers that go with it, `spends` the option that it uses up (X3)."""

    number: int
    quote_id: str
    old: Terms
    new: Terms
    required_days: int
    lost: tuple[Server, ...]
    requested_at: datetime
    requested_by: Actor
    valid_until: datetime
    status: str = "waiting"
    confirmed_at: datetime | None = None
    confirmed_by: Actor | None = None
    spends: str | None = None


@dataclass(frozen=True, slots=True)
class CodesSent:
    """How many codes were mailed on a local day, over all changes of a contract."""

    on: date
    count: int


@dataclass(frozen=True, slots=True)
class Task:
    """Something a person has to do towards a holder: `what` is "phone" or "letter"."""

    id: str
    contract_id: str
    provider: str
    what: str
    since: date


@dataclass(frozen=True, slots=True)
class Contract:
    """One contract as it is stored: the head. `version` rises with every change. `ended_on` is the
    day on which the end was carried out, which a late job makes later than the end itself;
    `domain_ended_on` the domain's expiry as it stood then, whatever the registry says afterwards;
    `expiry_moved_on` when `expires_on` was last moved. `waits_from`, `parked_at`: `waiting`."""

    id: str
    provider: str
    kind: str
    label: str
    plan: str
    quantity: int
    holder: str
    email: str
    locale: str
    order_id: str
    term_months: int
    price: Money
    starts_on: date
    expires_on: date
    anchor_day: int
    status: Status
    policy: str
    version: int
    events: int
    registered_as: str
    tld: str | None = None
    billing_contact: str | None = None
    technical_contact: str | None = None
    parent_id: str | None = None
    registry_expires_on: date | None = None
    options: tuple[str, ...] = ()
    servers: tuple[Server, ...] = ()
    renewal_warranty: bool = False
    cancellation: Cancellation | None = None
    phase: str | None = None
    phase_ends_on: date | None = None
    restorable_until: date | None = None
    closed_reason: str | None = None
    ended_on: date | None = None
    domain_ended_on: date | None = None
    expiry_moved_on: date | None = None
    waits_from: date | None = None
    parked_at: datetime | None = None
    registry_fetched_at: datetime | None = None
    trial_until: date | None = None
    noticed_on: date | None = None
    owed: Owed | None = None
    notice: Notice | None = None
    generation: int = 1
    plan_change: PlanChange | None = None
    plan_changed_on: date | None = None
    codes_sent: CodesSent | None = None

    @property
    def domain_expires_on(self) -> date:
        """The end of what stands behind the contract: the registry's date where that is later than
        what is paid here, and as it was when the contract ended."""
        told = self.registry_expires_on or self.expires_on
        return self.domain_ended_on or max(self.expires_on, told)

    @property
    def parties(self) -> tuple[str, ...]:
        """Everybody who sees this contract, the holder first, each person once."""
        people = (self.holder, self.billing_contact, self.technical_contact)
        return tuple(dict.fromkeys(p for p in people if p is not None))

    def role_of(self, subject: str) -> Role | None:
        """The strongest role this person has, or None for a stranger."""
        if subject == self.holder:
            return Role.HOLDER
        if subject == self.billing_contact:
            return Role.BILLING_CONTACT
        return Role.TECHNICAL_CONTACT if subject == self.technical_contact else None


@dataclass(frozen=True, slots=True)
class Order:
    """Groups contracts of one holder; its switch covers all of them (R3). `size` is how many they
    are and `contracts` which; `version` rises with every switch and every contract that comes or
    goes. What has closed is in no order."""

    id: str
    provider: str
    holder: str
    autorenewal: bool
    size: int
    version: int
    contracts: tuple[str, ...] = ()
    events: int = 0


@dataclass(frozen=True, slots=True)
class Account:
    """A holder's money with a provider, in one currency. `balance` is the sum of its ledger, which
    has `lines` lines; `version` rises with every movement."""

    id: str
    provider: str
    holder: str
    currency: str
    balance: Money
    lines: int
    version: int


@dataclass(frozen=True, slots=True)
class Line:
    """One line of an account's ledger. `amount` is signed: what comes in is positive. A charge
    names contract and period, a deposit or withdrawal the reference it counts once under. The
    reason of these two is free text of a person: it stays here and never enters an event."""

    number: int
    at: datetime
    amount: Money
    reason: str
    contract_id: str | None = None
    period_start: date | None = None
    reference: str | None = None


@dataclass(frozen=True, slots=True)
class Message:
    """Something that will be said: what, through which channel, and to whom."""

    kind: str
    channel: str
    to: str = "holder"


@dataclass(frozen=True, slots=True)
class Charge:
    """What is to be paid for a period, and why; `period_start` names the period."""

    reason: str
    amount: Money
    period_start: date
    generation: int = 1


Scalar = str | int | bool | None


@dataclass(frozen=True, slots=True)
class Event:
    """What happened, in the past tense. `data` carries ids, dates and amounts, never a name or an
    address; `number` counts the subject's events from 1. `note` is what a person wrote about it,
    and may hold a name: it stays in the history, for staff to read, and leaves it for nobody else,
    neither bus nor log."""

    type: str
    subject: str
    provider: str
    number: int
    at: datetime
    actor: Actor
    data: Mapping[str, Scalar] = field(default_factory=dict)
    messages: tuple[Message, ...] = ()
    note: str | None = None
