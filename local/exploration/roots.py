"""Where contracts begin: each kind of each shipped policy, and each of its plans that the policy
treats in another way than the others."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date

from local.exploration.asked import ERIN
from local.exploration.scene import Scene
from tacit.domain.commands import Register, Registration
from tacit.domain.days import add_days, day_start
from tacit.domain.decision import Change, Situation
from tacit.domain.life import decide
from tacit.domain.policy import Policy
from tacit.domain.values import Contract, Server, Status
from tacit.policies import policy

STARTS_ON = date(2025, 1, 15)
REGISTERED_ON = date(2025, 1, 10)


@dataclass(frozen=True, slots=True)
class Beginning:
    """What is registered: the policy, the plan, and what a rule tells apart besides."""

    policy: str
    plan: str
    label: str = "of Alice"
    parent_plan: str | None = None
    servers: int = 0
    options: tuple[str, ...] = ()
    in_numbers: bool = False  # told from the one before by its numbers alone: its states are alike

    @property
    def rules(self) -> Policy:
        return policy(self.policy)

    @property
    def kind(self) -> str:
        return self.rules.plans[self.plan].kind

    def __str__(self) -> str:
        beside = f" of {self.parent_plan}" if self.parent_plan else ""
        extension = f" .{self.label.partition('.')[2]}" if "." in self.label else ""
        return f"{self.policy} {self.kind} {self.plan}{extension}{beside}"


BEGINNINGS = (
    Beginning("infomaniak/1", "domain-ch", "alice.ch"),
    Beginning("infomaniak/1", "domain-com", "alice.com", in_numbers=True),
    Beginning("kreativmedia/1", "domain-ch", "alice.ch"),
    Beginning("kreativmedia/1", "domain-com", "alice.com", in_numbers=True),
    Beginning("kreativmedia/1", "hosting-start"),
    Beginning("kreativmedia/1", "mailbox"),
    Beginning("kriax/1", "vps-s", servers=2),
    Beginning("kriax/1", "vps-s", servers=1, options=("instant_change_pass",)),
    Beginning("kriax/1", "voice-server"),
    Beginning("registrar-ru/1", "domain-ru", "alice.ru"),
    Beginning("registrar-ru/1", "hosting-1"),
    Beginning("registrar-ru/1", "hosting-12"),
    Beginning("registrar-ru/1", "vps-1"),
    Beginning("registrar-ru/1", "ssl-certificate"),
    Beginning("svenska-domaner/1", "premium-domain", "alice.org.nz"),
    Beginning("svenska-domaner/1", "premium-domain", "alice.se", in_numbers=True),
    Beginning("svenska-domaner/1", "premium-domain-3", "alice.org.nz"),
    Beginning("svenska-domaner/1", "mail-addon"),
    Beginning("svenska-domaner/1", "mail-addon", parent_plan="budget-domain"),
    Beginning("svenska-domaner/1", "mail-addon", parent_plan="premium-domain"),
)


def roots(beginning: Beginning) -> Iterator[Scene]:
    """Registered as active, and as pending."""
    parent = _parent(beginning)
    for status in (Status.ACTIVE, Status.PENDING):
        contract = _registered(beginning, status, parent)
        yield Scene(contract, day_start(REGISTERED_ON, beginning.rules.zone), parent)


def _registered(beginning: Beginning, status: Status, parent: Contract | None) -> Contract:
    rules = beginning.rules
    plan = rules.plans[beginning.plan]
    domain = rules.kinds[plan.kind].unique_label
    servers = tuple(Server(f"s-{n}", f"192.0.2.{n}") for n in range(1, beginning.servers + 1))
    wanted = Registration(
        id="c-1",
        provider=rules.provider,
        plan=plan.id,
        label=beginning.label,
        holder="alice",
        billing_contact="bob",
        technical_contact="carol",
        email="alice@example.net",
        quantity=len(servers) or None,
        servers=servers,
        options=beginning.options,
        parent_id=parent.id if parent is not None else None,
        starts_on=STARTS_ON,
        status=status,
        imported=not plan.orderable,
    )
    if domain:
        paid_until = date(STARTS_ON.year + 1, STARTS_ON.month, STARTS_ON.day)
        wanted = replace(wanted, registry_expires_on=paid_until)
    return _decided(wanted, rules, parent)


def _parent(beginning: Beginning) -> Contract | None:
    """Half a term ahead, so that each of the two ends while the other goes on."""
    if beginning.parent_plan is None:
        return None
    rules = beginning.rules
    wanted = Registration(
        id="d-1",
        provider=rules.provider,
        plan=beginning.parent_plan,
        label="parent.org.nz",
        holder="alice",
        email="alice@example.net",
        starts_on=add_days(STARTS_ON, 100),
    )
    return _decided(wanted, rules, None)


def _decided(wanted: Registration, rules: Policy, parent: Contract | None) -> Contract:
    now = day_start(REGISTERED_ON, rules.zone)
    change = decide(Situation(None, parent=parent), Register(ERIN, wanted, "as asked"), rules, now)
    if not isinstance(change, Change):
        raise TypeError(f"{wanted.plan} cannot be registered: {change.code}")
    return change.contract
