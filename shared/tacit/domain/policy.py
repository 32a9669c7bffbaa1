"""A provider's published rules as values: numbers and choices, looked up by the deciding code.

Read from TOML by `policy_form`. Nothing here knows which provider it belongs to.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from zoneinfo import ZoneInfo

from tacit.domain.days import add_days, add_months
from tacit.domain.money import Money
from tacit.domain.values import Role, Status

# The words a policy may use where they are no type of their own.
ACTIONS = frozenset({"cancel", "reactivate"})
MODES = frozenset({"at_term"})
MESSAGE_KINDS = frozenset({"cancelled", "reactivated", "expired", "restored"})
MESSAGE_CHANNELS = frozenset({"email"})


class Channel(StrEnum):
    """How an action is asked for: by the customer himself, or in writing through support."""

    ONLINE = "online"
    SUPPORT = "support"


class Anchor(StrEnum):
    """The day a phase is counted from. `previous`: the day the phase before it ended."""

    EXPIRY = "expiry"
    REGISTRY_EXPIRY = "registry_expiry"
    TERMINATION = "termination"
    PREVIOUS = "previous"


@dataclass(frozen=True, slots=True)
class Contact:
    email: str | None
    form: str


@dataclass(frozen=True, slots=True)
class ActionRule:
    """Who may do it and how; `modes` are the ways it is offered (empty: there is only one)."""

    by: frozenset[Role]
    channel: Channel
    modes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RestoreRule:
    """How a phase is left backwards: `price` lists the charges ("renewal", "fee") in order;
    the new term is counted from `counted_from`."""

    by: frozenset[Role]
    channel: Channel
    price: tuple[str, ...]
    fee: Money | None
    counted_from: Anchor


@dataclass(frozen=True, slots=True)
class Phase:
    """One row of what happens after the end. Without `days` and `months` it stays open."""

    name: str
    days: int | None
    months: int | None
    anchor: Anchor
    served: bool
    restore: RestoreRule | None

    def ends_on(self, start: date) -> date | None:
        """The first day no longer in the phase; None where the phase has no end of its own."""
        if self.days is not None:
            return add_days(start, self.days)
        if self.months is not None:
            return add_months(start, self.months, start.day)
        return None


@dataclass(frozen=True, slots=True)
class Life:
    """What comes after the end, for the contracts it selects (empty: every one of the kind)."""

    tlds: frozenset[str]
    tiers: frozenset[str]
    terms: frozenset[int]
    phases: tuple[Phase, ...]

    def selects(self, tld: str | None, tier: str | None, term_months: int) -> bool:
        return (
            (not self.tlds or tld in self.tlds)
            and (not self.tiers or tier in self.tiers)
            and (not self.terms or term_months in self.terms)
        )


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of contract. `unique_label`: its label is a name only one contract may hold;
    `needs_parent`: it hangs on another contract; `closed_reason`: the word for its final end."""

    name: str
    unique_label: bool
    needs_parent: bool
    closed_reason: str
    lives: tuple[Life, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """What can be ordered; `price` is for one unit and one term."""

    id: str
    kind: str
    tier: str | None
    tld: str | None
    term_months: int
    price: Money
    max_quantity: int
    orderable: bool


@dataclass(frozen=True, slots=True)
class Renewal:
    """`lead_days` before the end a renewal begins; an expiry waits `patience_days` for one that
    is still owed an attempt."""

    lead_days: int
    patience_days: int


@dataclass(frozen=True, slots=True)
class Policy:
    provider: str
    version: int
    zone: ZoneInfo
    currency: str
    locale: str
    contact: Contact
    customer_sees: frozenset[Status]
    renewal: Renewal
    actions: Mapping[str, ActionRule]
    messages: Mapping[str, tuple[str, ...]]
    kinds: Mapping[str, Kind]
    plans: Mapping[str, Plan]

    @property
    def name(self) -> str:
        """As contracts store it: "kreativmedia/1"."""
        return f"{self.provider}/{self.version}"

    def contact_params(self) -> dict[str, object]:
        """Whom to ask, as every refusal that sends people to support carries it (K4)."""
        return {"contact": {"email": self.contact.email, "form": self.contact.form}}

    def life_of(self, kind: str, plan: str, tld: str | None, term_months: int) -> Life:
        """The first life of the kind that selects such a contract (K5); none at all: no phases."""
        known = self.plans.get(plan)
        tier = known.tier if known else None
        for life in self.kinds[kind].lives:
            if life.selects(tld, tier, term_months):
                return life
        return Life(frozenset(), frozenset(), frozenset(), ())
