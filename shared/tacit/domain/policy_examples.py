"""Example contracts of a policy: one for each life that a contract under it can have.

They are registered by the rules themselves, so that nothing is shown that nobody could have.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date

from tacit.domain.commands import Register, Registration
from tacit.domain.days import add_months, day_start
from tacit.domain.decision import Situation
from tacit.domain.life import decide
from tacit.domain.policy import Kind, Life, Plan, Policy
from tacit.domain.refusals import Invalid, NotFound, Refused
from tacit.domain.values import Actor, Contract, Order, Role

# An extension that nobody has (RFC 2606), for what holds where no registry is known.
NO_EXTENSION = "example"
STAFF = Actor(Role.STAFF, "staff")


@dataclass(frozen=True, slots=True)
class Example:
    """A contract whose term is about to end, and the life it has. `place`: the life's index in
    its kind, None where no row selects it; `parent`: the situation of what it hangs on."""

    kind: Kind
    place: int | None
    life: Life
    plan: Plan
    situation: Situation
    parent: Situation | None = None

    @property
    def contract(self) -> Contract:
        return contract_of(self.situation)


def contract_of(situation: Situation) -> Contract:
    if situation.contract is None:
        raise ValueError("nobody is registered here")
    return situation.contract


def examples(policy: Policy, kind: Kind, expires_on: date) -> list[Example]:
    """One for each plan and life that go together, what can still be ordered first. Contracts that
    follow their parent have no life of their own and are not among them."""
    found: dict[tuple[str, int | None], Example] = {}
    plans = [plan for plan in policy.plans.values() if plan.kind == kind.name]
    for plan in sorted(plans, key=lambda each: not each.orderable):
        if plan.follows_parent:
            continue
        for tld in _extensions(kind, plan):
            for term in _terms(kind, plan):
                situation = registered(policy, plan, tld, expires_on, term_months=term)
                if situation is not None:
                    example = example_of(policy, plan, situation)
                    found.setdefault((plan.id, example.place), example)
    return list(found.values())


def example_of(
    policy: Policy, plan: Plan, situation: Situation, parent: Situation | None = None
) -> Example:
    kind, life = policy.kinds[plan.kind], policy.life_of(contract_of(situation))
    place = next((index for index, each in enumerate(kind.lives) if each is life), None)
    return Example(kind, place, life, plan, situation, parent)


def on_parents(policy: Policy, example: Example) -> Iterator[Example]:
    """The same contract on a parent of each tier that decides about its end; the parent is paid
    for a year longer."""
    if example.life.downgrade is None:
        return
    ends_on = add_months(example.contract.expires_on, 12, example.contract.anchor_day)
    for tier in sorted(example.life.downgrade.parent_tiers):
        parent = parent_of(policy, tier, ends_on)
        if parent is not None:
            contract = replace(example.contract, parent_id=contract_of(parent).id)
            situation = replace(example.situation, contract=contract, parent=parent.contract)
            yield replace(example, situation=situation, parent=parent)


def with_facts(
    policy: Policy, kind: Kind, place: int | None, expires_on: date
) -> Iterator[tuple[str, Example]]:
    """An example for each extension of the life of whose registry something is known."""
    if not kind.unique_label:
        return
    plans = [plan for plan in policy.plans.values() if plan.kind == kind.name]
    for tld in sorted(name for name in policy.registries if not name.startswith("*")):
        for plan in plans:
            situation = registered(policy, plan, tld, expires_on)
            if situation is None or plan.follows_parent:
                continue
            example = example_of(policy, plan, situation)
            if example.place == place:
                yield tld, example
                break


def dotted(tlds: tuple[str, ...]) -> str:
    return ", ".join(f".{tld}" for tld in tlds)


def parent_of(policy: Policy, tier: str | None, expires_on: date) -> Situation | None:
    """A contract that others may hang on; of the tier, where one is named."""
    for plan in policy.plans.values():
        if policy.kinds[plan.kind].needs_parent or (tier is not None and plan.tier != tier):
            continue
        tld = _extensions(policy.kinds[plan.kind], plan)[0]
        found = registered(policy, plan, tld, expires_on)
        if found is not None:
            return found
    return None


def registered(
    policy: Policy,
    plan: Plan,
    tld: str | None,
    expires_on: date,
    *,
    term_months: int | None = None,
    parent: Situation | None = None,
) -> Situation | None:
    """A contract of the plan whose term ends then, brought in by staff; None where the rules let
    nobody have it."""
    term = term_months or plan.term_months
    starts_on = add_months(expires_on, -term, expires_on.day)
    wanted = replace(
        _wanted(policy, plan, tld),
        parent_id=contract_of(parent).id if parent else None,
        term_months=term,
        starts_on=starts_on,
        expires_on=expires_on,
    )
    above = parent.contract if parent else None
    command = Register(STAFF, wanted, "example")
    try:
        at = day_start(starts_on, policy.zone)
        contract = decide(Situation(None, parent=above), command, policy, at).contract
    except (Invalid, Refused, NotFound):
        return None
    order = Order(contract.order_id, contract.provider, contract.holder, True, 1, 1)
    return Situation(contract, order, above)


def _wanted(policy: Policy, plan: Plan, tld: str | None) -> Registration:
    return Registration(
        id=f"example-{plan.id}",
        provider=policy.provider,
        label=f"name.{tld}" if tld else plan.id,
        plan=plan.id,
        holder="holder",
        email="holder@example.net",
        imported=True,
    )


def _extensions(kind: Kind, plan: Plan) -> list[str | None]:
    if not kind.unique_label:
        return [None]
    named = sorted({tld for life in kind.lives for tld in life.tlds})
    return [plan.tld] if plan.tld else [NO_EXTENSION, *named]


def _terms(kind: Kind, plan: Plan) -> list[int]:
    """The plan's own; and, since imported contracts may have others, those that a row of lives is
    about, and one that none is."""
    named = sorted({term for life in kind.lives for term in life.terms})
    others = [*named, max(plan.term_months, *named) + 1] if named else []
    return list(dict.fromkeys([plan.term_months, *others]))
