"""A provider's published rules as values: numbers and choices, looked up by the deciding code.

Read from TOML by `policy_form`. Nothing here knows which provider it belongs to.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from zoneinfo import ZoneInfo

from tacit.domain.days import Length
from tacit.domain.fuse import Fuse
from tacit.domain.money import Money
from tacit.domain.registries import Registry
from tacit.domain.tickets.rules import Ticketing
from tacit.domain.values import Contract, Role, Status

# The words a policy may use where they are no type of their own.
ACTIONS = frozenset({"cancel", "reactivate", "transfer_out"})
MODES = frozenset({"at_term", "immediate"})
MESSAGE_KINDS = frozenset(
    {
        "cancelled",
        "cancelled_immediately",
        "reactivated",
        "inactivated",
        "downgraded",
        "expired",
        "phase_entered",
        "restored",
        "released",
        "terminated",
        "transferred_out",
        "activated",
        "renewed",
        "renewal_noticed",
        "renewal_unpaid",
        "renewal_reversed",
        "expiry_noticed",
        "warranted",
        "warranty_contact",
        "plan_change_code",
        "plan_changed",
        "invoice_reminder",
        "order_cancelled",
    }
)
STAFF_MESSAGE_KINDS = frozenset({"cancelled_immediately", "restored", "transferred_out"})
MESSAGE_CHANNELS = frozenset({"email"})
CONTACT_CHANNELS = frozenset({"email", "sms", "phone", "letter"})


class Channel(StrEnum):
    """How an action is asked for: by the customer himself, or in writing through support."""

    ONLINE = "online"
    SUPPORT = "support"


class Immediate(StrEnum):
    """What cancelling at once does: switched off until the end, or over today."""

    INACTIVATE = "inactivate"
    TERMINATE = "terminate"


class ShortBalance(StrEnum):
    """Money that does not suffice for what comes first is kept for it, or spent on what fits."""

    RESERVE = "reserve"
    SKIP = "skip"


class Anchor(StrEnum):
    """The day a phase is counted from. `previous`: the day the phase before it ended;
    `termination`: the day on which the end was carried out."""

    EXPIRY = "expiry"
    REGISTRY_EXPIRY = "registry_expiry"
    TERMINATION = "termination"
    PREVIOUS = "previous"


@dataclass(frozen=True, slots=True)
class Contact:
    """Whom customers ask; `staff` is the desk that is written to where a person must act."""

    email: str | None
    form: str
    staff: str | None = None


@dataclass(frozen=True, slots=True)
class ActionRule:
    """Who may do it and how; `modes` are the ways it is offered (empty: there is only one)."""

    by: frozenset[Role]
    channel: Channel
    modes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RestoreRule:
    """How a phase is left backwards: `price` lists the charges in order: a "renewal" at the
    contract's price, a renewal at a "multiple" of it, a "fee"; the new term is counted from
    `counted_from`."""

    by: frozenset[Role]
    channel: Channel
    price: tuple[str, ...]
    fee: Money | None
    multiple: int | None
    counted_from: Anchor


@dataclass(frozen=True, slots=True)
class Phase:
    """One row of what happens after the end. Without a length it stays open."""

    name: str
    length: Length | None
    anchor: Anchor
    served: bool
    restore: RestoreRule | None

    def ends_on(self, start: date) -> date | None:
        """The first day no longer in the phase; None where the phase has no end of its own."""
        return self.length.after(start) if self.length is not None else None


@dataclass(frozen=True, slots=True)
class Inactivity:
    """Switched off before it is over: at the end of a term that was cancelled or not paid
    (`when`), until `days` after the expiry, or until the registry's expiry (days None)."""

    when: frozenset[str]
    days: int | None


@dataclass(frozen=True, slots=True)
class Downgrade:
    """At its end it goes on as `plan`, where its parent is of one of these tiers (S11)."""

    parent_tiers: frozenset[str]
    plan: str


@dataclass(frozen=True, slots=True)
class Life:
    """The end and what comes after it, for the contracts it selects (empty: every one of the
    kind). `notice_days`: a cancellation must come so long before the end. `immediate`: what
    cancelling at once does; None, it is not offered."""

    tlds: frozenset[str]
    tiers: frozenset[str]
    terms: frozenset[int]
    phases: tuple[Phase, ...]
    notice_days: int = 0
    immediate: Immediate | None = None
    inactive: Inactivity | None = None
    downgrade: Downgrade | None = None

    def selects(self, tld: str | None, tier: str | None, term_months: int) -> bool:
        return (
            (not self.tlds or tld in self.tlds)
            and (not self.tiers or tier in self.tiers)
            and (not self.terms or term_months in self.terms)
        )


@dataclass(frozen=True, slots=True)
class Contacting:
    """So many days after a warranted renewal the holder is contacted through `channel`: "email",
    "sms", or by people: "phone", "letter"."""

    days: int
    channel: str


@dataclass(frozen=True, slots=True)
class Warranty:
    """Renewal Warranty (I16): the steps towards the holder, in their order."""

    steps: tuple[Contacting, ...]


@dataclass(frozen=True, slots=True)
class ExpiryNotices:
    """So many days before and after the end the holder is told of it (I12)."""

    days_before: tuple[int, ...]
    days_after: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Discount:
    """A term of at least so many months is cheaper by so much (R9)."""

    months: int
    percent: int


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of contract. `unique_label`: its label is a name only one contract may hold;
    `needs_parent`: it hangs on another contract; `closed_reason`: the word for its final end;
    `staff_messages`: of what the desk hears, because a person must act."""

    name: str
    unique_label: bool
    needs_parent: bool
    closed_reason: str
    lives: tuple[Life, ...]
    staff_messages: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    prepaid: tuple[Discount, ...] = ()
    money_back: bool = False
    expiry_notices: ExpiryNotices | None = None
    warranty: Warranty | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """What can be ordered; `price` is for one unit and one term. A contract of a plan that
    `follows_parent` has no end of its own: it is whatever its parent is (S11)."""

    id: str
    kind: str
    tier: str | None
    tld: str | None
    term_months: int
    price: Money
    max_quantity: int
    orderable: bool
    follows_parent: bool = False
    trial_days: int = 0


@dataclass(frozen=True, slots=True)
class Renewal:
    """`lead_days` before the end a renewal begins; an expiry waits `patience_days` for one that
    is still owed an attempt. `priority` groups kinds, the most important first (R4, R5);
    `short_balance` says what becomes of money that does not suffice (G14)."""

    lead_days: int
    patience_days: int
    priority: tuple[frozenset[str], ...] = ()
    short_balance: ShortBalance = ShortBalance.RESERVE

    def rank(self, kind: str) -> int:
        """The place of a kind's group; kinds that are not named come behind all of them."""
        for place, group in enumerate(self.priority):
            if kind in group:
                return place
        return len(self.priority)

    @property
    def last_rank(self) -> int:
        """Of what is activated (R6)."""
        return len(self.priority) + 1


@dataclass(frozen=True, slots=True)
class PlanChanging:
    """How customers move to another plan (X1 to X8): between plans of these kinds, one change
    every `cooldown_days` (X3), and so that at least `min_days_after_change` days are left (X8).
    A contract with `unlimited_option` never waits; `pass_option` spares one wait, and is spent."""

    kinds: frozenset[str]
    cooldown_days: int
    min_days_after_change: int
    unlimited_option: str | None = None
    pass_option: str | None = None


@dataclass(frozen=True, slots=True)
class Policy:
    """All of it. `plan_change` None: plans are not changed at all; `ticketing` None: no tickets are
    sold."""

    provider: str
    version: int
    zone: ZoneInfo
    currency: str
    locale: str
    contact: Contact
    customer_sees: frozenset[Status]
    renewal: Renewal
    expired_notice_days: int
    actions: Mapping[str, ActionRule]
    messages: Mapping[str, tuple[str, ...]]
    kinds: Mapping[str, Kind]
    plans: Mapping[str, Plan]
    plan_change: PlanChanging | None = None
    ticketing: Ticketing | None = None
    fuse: Fuse = field(default_factory=Fuse)
    registries: Mapping[str, Registry] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """As contracts store it: "kreativmedia/1"."""
        return f"{self.provider}/{self.version}"

    def contact_params(self) -> dict[str, object]:
        """Whom to ask, as every refusal that sends people to support carries it (K4)."""
        return {"contact": {"email": self.contact.email, "form": self.contact.form}}

    def life_of(self, contract: Contract) -> Life:
        """The first life of its kind that selects the contract (K5); none at all: no phases."""
        tier = self.tier_of(contract)
        for life in self.kinds[contract.kind].lives:
            if life.selects(contract.tld, tier, contract.term_months):
                return life
        return Life(frozenset(), frozenset(), frozenset(), ())

    def discount(self, contract: Contract) -> int:
        """In percent, for the length of its term."""
        table = self.kinds[contract.kind].prepaid
        fitting = [row.percent for row in table if row.months <= contract.term_months]
        return max(fitting, default=0)

    def tier_of(self, contract: Contract) -> str | None:
        plan = self.plans.get(contract.plan)
        return plan.tier if plan else None

    def follows_parent(self, contract: Contract) -> bool:
        """Whether its parent's life is its own. One that was cancelled by itself
        goes its own way."""
        plan = self.plans.get(contract.plan)
        return plan is not None and plan.follows_parent and contract.cancellation is None
