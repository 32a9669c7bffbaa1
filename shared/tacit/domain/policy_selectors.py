"""Rows of a policy that no contract ever comes to: what they select is taken, or is not there."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import product

from tacit.domain.policy import Kind, Life, Policy
from tacit.domain.policy_examples import Example
from tacit.domain.table_form import Finding

_TAKEN = "can never match: the lives before it take everything it selects"


def selectors(policy: Policy, kind: Kind, known: list[Example]) -> Iterator[Finding]:
    """What is never selected. `known`: the examples of the kind."""
    tiers = {plan.tier for plan in policy.plans.values()}
    reached = {example.place for example in known}
    for place, life in enumerate(kind.lives):
        path = f"kinds.{kind.name}.lives[{place}]"
        if _taken(kind, place, life):
            yield Finding(path, _TAKEN)
        elif place not in reached:
            yield Finding(path, "can never match: no plan of the kind leads to it")
        else:
            yield from _values(kind, place, life, path)
        if life.downgrade is not None:
            for tier in sorted(life.downgrade.parent_tiers - tiers):
                says = f"can never match: no plan is of the tier {tier!r}"
                yield Finding(f"{path}.downgrade.parent_tiers", says)


def _values(kind: Kind, place: int, life: Life, path: str) -> Iterator[Finding]:
    """Single values of a selector that an earlier life has taken."""
    narrowed = [
        *(("tlds", each, replace(life, tlds=frozenset({each}))) for each in sorted(life.tlds)),
        *(("tiers", each, replace(life, tiers=frozenset({each}))) for each in sorted(life.tiers)),
        *(("terms", each, replace(life, terms=frozenset({each}))) for each in sorted(life.terms)),
    ]
    for name, value, single in narrowed:
        if _taken(kind, place, single):
            yield Finding(f"{path}.{name}", f"{value!r} {_TAKEN}")


def _taken(kind: Kind, place: int, life: Life) -> bool:
    """Whether earlier lives select whatever this one does; None and 0 stand for what none names."""
    tlds = {tld for each in kind.lives for tld in each.tlds} | {None}
    tiers = {tier for each in kind.lives for tier in each.tiers} | {None}
    terms = {term for each in kind.lives for term in each.terms} | {0}
    wanted = product(life.tlds or tlds, life.tiers or tiers, life.terms or terms)
    return all(any(each.selects(*one) for each in kind.lives[:place]) for one in wanted)
