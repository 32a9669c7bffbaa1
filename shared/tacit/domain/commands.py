"""What may be asked of a contract, in the imperative. A job's command comes from the calendar."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from tacit.domain.money import Money
from tacit.domain.values import Actor, Server, Status


@dataclass(frozen=True, slots=True)
class Registration:
    """A contract as staff hands it in; None means: take the policy's default."""

    id: str
    provider: str
    label: str
    plan: str
    holder: str
    email: str
    kind: str | None = None
    tld: str | None = None
    quantity: int | None = None
    billing_contact: str | None = None
    technical_contact: str | None = None
    locale: str | None = None
    order_id: str | None = None
    parent_id: str | None = None
    term_months: int | None = None
    price: Money | None = None
    starts_on: date | None = None
    expires_on: date | None = None
    registry_expires_on: date | None = None
    options: tuple[str, ...] = ()
    servers: tuple[Server, ...] = ()
    renewal_warranty: bool = False
    status: Status = Status.ACTIVE
    imported: bool = False


@dataclass(frozen=True, slots=True)
class Register:
    """`fingerprint` stands for the request's body: the same again is nothing to do."""

    by: Actor
    wanted: Registration
    fingerprint: str


@dataclass(frozen=True, slots=True)
class Amend:
    """Change particulars that no rule hangs on; `version` is the one that was looked at."""

    by: Actor
    version: int
    changes: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Cancel:
    by: Actor
    mode: str = "at_term"
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Reactivate:
    by: Actor


@dataclass(frozen=True, slots=True)
class Restore:
    """Bring an expired contract back. What it costs is paid under `reference`, which is staff's
    word that the money is there, or charged to an account: one of the two, and none where it costs
    nothing."""

    by: Actor
    reference: str | None = None
    account_id: str | None = None


@dataclass(frozen=True, slots=True)
class TransferOut:
    """The domain has moved to another registrar."""

    by: Actor


@dataclass(frozen=True, slots=True)
class NoteRegistry:
    """What the registry said at `fetched_at`: until when it has been paid there."""

    by: Actor
    registry_expires_on: date
    fetched_at: datetime


@dataclass(frozen=True, slots=True)
class Renew:
    """One more term from `current_expires_on`, charged to an account (G8)."""

    by: Actor
    current_expires_on: date
    account_id: str


@dataclass(frozen=True, slots=True)
class Activate:
    """Begin the first term: charged to an account, or paid under staff's reference."""

    by: Actor
    account_id: str | None = None
    reference: str | None = None


@dataclass(frozen=True, slots=True)
class PayNotice:
    """The notice of a period was paid elsewhere, under `reference`."""

    by: Actor
    period_start: date
    reference: str


@dataclass(frozen=True, slots=True)
class ReverseRenewal:
    """The registry refused the renewal of a period: take it back. `reason` is free text."""

    by: Actor
    period_start: date
    reason: str


@dataclass(frozen=True, slots=True)
class SetWarranty:
    """Start or stop Renewal Warranty (I16, I17)."""

    by: Actor
    wanted: bool


@dataclass(frozen=True, slots=True)
class FinishTask:
    """Somebody has called, or written (I16)."""

    by: Actor
    task_id: str


@dataclass(frozen=True, slots=True)
class MarkServer:
    """Let a server go with the next plan change (X5). `confirm` names it once more."""

    by: Actor
    server_id: str
    confirm: str


@dataclass(frozen=True, slots=True)
class UnmarkServer:
    """Keep it after all."""

    by: Actor
    server_id: str


@dataclass(frozen=True, slots=True)
class RequestPlanChange:
    """Take a quote: its code is mailed (X10)."""

    by: Actor
    quote_id: str


@dataclass(frozen=True, slots=True)
class ResendCode:
    """Mail the same code again."""

    by: Actor
    change_id: str


@dataclass(frozen=True, slots=True)
class ConfirmPlanChange:
    """A code was handed in, and compared: `right` says how, `tries_left` how many more wrong ones
    the day allows. Staff says why it acts for the holder: `on_behalf_reason`, a person's words."""

    by: Actor
    change_id: str
    right: bool
    tries_left: int
    on_behalf_reason: str | None = None


@dataclass(frozen=True, slots=True)
class ComeDue:
    """The calendar's command: do the next thing whose day has come."""

    by: Actor


@dataclass(frozen=True, slots=True)
class Follow:
    """Its parent has changed: a contract that follows it becomes what the parent is."""

    by: Actor


Command = (
    Register
    | Amend
    | Cancel
    | Reactivate
    | Restore
    | TransferOut
    | NoteRegistry
    | Renew
    | Activate
    | PayNotice
    | ReverseRenewal
    | SetWarranty
    | FinishTask
    | MarkServer
    | UnmarkServer
    | RequestPlanChange
    | ResendCode
    | ConfirmPlanChange
    | ComeDue
    | Follow
)
