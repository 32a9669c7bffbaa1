"""What a policy may well mean, but its author should know: where others decide otherwise.

A registry may end earlier than the provider promises (G9), and ICANN asks registrars of generic
extensions for notices around the expiry.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from tacit.domain.cancellation import AT_ONCE
from tacit.domain.phases import windows
from tacit.domain.policy import Kind, Policy
from tacit.domain.policy_examples import dotted, examples, with_facts
from tacit.domain.policy_fuse import warnings_of_fuse
from tacit.domain.policy_generic import generic_names
from tacit.domain.policy_plan_changes import warnings_of_changing
from tacit.domain.policy_selectors import selectors
from tacit.domain.policy_ticketing import warnings_of_ticketing
from tacit.domain.table_form import Finding


@dataclass(frozen=True, slots=True)
class Shortened:
    """Extensions whose registry ends a window on `registry` (exclusive), which the policy alone
    would leave open until `provider` (exclusive; None: for ever)."""

    tlds: tuple[str, ...]
    provider: date | None
    registry: date


def warnings(policy: Policy, expires_on: date) -> list[Finding]:
    """What cannot be wrong by itself. The example contracts expire on that day."""
    found: list[Finding] = []
    for kind in policy.kinds.values():
        known = examples(policy, kind, expires_on)
        found += selectors(policy, kind, known)
        found += _sold_by_nobody(policy, kind)
        for place in range(len(kind.lives)):
            found += _windows(policy, kind, place, expires_on)
        found += generic_names(policy, kind, expires_on)
    found += _at_once(policy)
    found += warnings_of_fuse(policy)
    return [*found, *warnings_of_changing(policy), *warnings_of_ticketing(policy)]


def shortened(policy: Policy, kind: Kind, place: int, expires_on: date) -> list[Shortened]:
    """Where registries end the life's window earlier than the policy, the earliest first."""
    dates: dict[tuple[date, date | None], list[str]] = {}
    for tld, example in with_facts(policy, kind, place, expires_on):
        found = windows(example.contract, policy, expires_on)
        if found is None or found.registry is None:
            continue
        if found.provider is None or found.registry < found.provider:
            dates.setdefault((found.registry, found.provider), []).append(tld)
    return [
        Shortened(tuple(tlds), provider, registry)
        for (registry, provider), tlds in sorted(dates.items(), key=lambda each: each[0][0])
    ]


def _windows(policy: Policy, kind: Kind, place: int, expires_on: date) -> Iterator[Finding]:
    for each in shortened(policy, kind, place, expires_on):
        promise = f"until {each.provider}" if each.provider else "without an end"
        says = (
            f"with an expiry on {expires_on} the policy lets a contract come back {promise}, "
            f"the registry of {dotted(each.tlds)} only until {each.registry}"
        )
        yield Finding(f"kinds.{kind.name}.lives[{place}].phases", says)


def _at_once(policy: Policy) -> Iterator[Finding]:
    """A way of cancelling needs both: an action that offers it, and a life that carries it out."""
    rule = policy.actions.get("cancel")
    offered = rule is not None and AT_ONCE in rule.modes
    carried_out = [
        f"kinds.{kind.name}.lives[{place}].immediate"
        for kind in policy.kinds.values()
        for place, life in enumerate(kind.lives)
        if life.immediate is not None
    ]
    if offered and not carried_out:
        says = "'immediate' is offered, and no life says what it does, so it is refused everywhere"
        yield Finding("actions.cancel.modes", says)
    if carried_out and not offered:
        for path in carried_out:
            yield Finding(path, "is never asked for: actions.cancel.modes does not offer it")


def _sold_by_nobody(policy: Policy, kind: Kind) -> Iterator[Finding]:
    plans = [plan for plan in policy.plans.values() if plan.kind == kind.name]
    if not any(plan.orderable for plan in plans):
        says = "has no plan that can be ordered: only imported contracts are of it"
        yield Finding(f"kinds.{kind.name}", says)
