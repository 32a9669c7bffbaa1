"""Where a walk through the core stands: one contract, what is around it, and the instant."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from tacit.domain.calendar import expiry_due_on, inactive_until, renewal_due_on
from tacit.domain.days import add_days, day_start, local_day
from tacit.domain.money import Money
from tacit.domain.policy import Policy
from tacit.domain.registry_dates import doubted_from
from tacit.domain.values import Contract, Notice, Status
from tacit.domain.waiting import waits_since


class Means(StrEnum):
    """What the holder's one account holds: there is none, too little for anything, or plenty."""

    NO_ACCOUNT = "no account"
    TOO_LITTLE = "too little"
    ENOUGH = "enough"


@dataclass(frozen=True, slots=True)
class Scene:
    """`filed` is the newest notice that the head does not carry any more; `charged` what was
    charged so far: period, reason, generation; `booked` the references under which renewals were
    paid, each with its period and its amount. What is on the holder's account and how the order's
    switch stands is no part of it: both may be another before every move, and are tried with it."""

    contract: Contract
    now: datetime
    parent: Contract | None = None
    filed: Notice | None = None
    charged: frozenset[tuple[date, str, int]] = frozenset()
    booked: frozenset[tuple[date, str, Money]] = frozenset()

    def booked_for(self, period_start: date) -> Mapping[str, Money]:
        """By reference."""
        return {name: amount for day, name, amount in self.booked if day == period_start}

    def today(self, policy: Policy) -> date:
        return local_day(self.now, policy.zone)


EACH_SIDE = (-1, 0, 1)


def next_instant(
    scene: Scene, policy: Policy, beside: tuple[int, ...] = EACH_SIDE
) -> datetime | None:
    """When the calendar moves next: the end of a code's quarter of an hour, or the next of the days
    that the contract carries, and of those so many days beside them. None: no day is left."""
    waits = scene.contract.plan_change
    if waits is not None and waits.status == "waiting" and scene.now < waits.valid_until:
        return waits.valid_until
    today = scene.today(policy)
    later = [
        near
        for day in carried(scene, policy)
        for days in beside
        if (near := add_days(day, days)) > today
    ]
    return day_start(min(later), policy.zone) if later else None


def carried(scene: Scene, policy: Policy) -> Iterator[date]:
    """Every day on which one of the rules changes its mind about the contract, or about its
    parent."""
    contract = scene.contract
    if contract.status is Status.CLOSED:
        return
    yield from filter(None, _dates_of(contract, policy))
    yield contract.expires_on
    yield add_days(contract.expires_on, -policy.renewal.lead_days)
    yield add_days(waits_since(contract), policy.renewal.patience_days)
    if contract.owed is not None:
        rule = policy.kinds[contract.kind].warranty
        steps = rule.steps[contract.owed.steps :] if rule is not None else ()
        yield from (add_days(contract.owed.since, step.days) for step in steps)
    if policy.plan_change is not None and contract.plan_changed_on is not None:
        yield add_days(contract.plan_changed_on, policy.plan_change.cooldown_days)
    parent = scene.parent
    if parent is not None and parent.status is not Status.CLOSED:
        yield from filter(None, (parent.expires_on, parent.phase_ends_on))


def _dates_of(contract: Contract, policy: Policy) -> tuple[date | None, ...]:
    pending = contract.status is Status.PENDING
    return (
        contract.starts_on if pending else None,
        None if pending else contract.registry_expires_on,
        contract.phase_ends_on,
        contract.restorable_until,
        contract.trial_until,
        inactive_until(contract, policy) if contract.status is Status.INACTIVE else None,
        renewal_due_on(contract, policy),
        expiry_due_on(contract, policy),
        doubted_from(contract, policy),
    )
