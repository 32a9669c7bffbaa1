"""When two scenes are one: everything that no rule asks for is left out.

Versions, events' numbers, ids and texts are left out, and every day is told by its distance from
the end of what is paid, so that a year later is the same scene again. A day in the past is told
only as far as a rule still counts from it.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from local.exploration.scene import Scene
from tacit.domain.days import add_months
from tacit.domain.plan_quote import waiting
from tacit.domain.policy import Policy
from tacit.domain.values import Contract, Notice, Owed, Status

_SAME_DATE_DAYS = 7
_LAG_DAYS = 47
Key = tuple[Any, ...]


def likeness(scene: Scene, policy: Policy) -> Key:
    """Equal for scenes from which the same can happen."""
    if scene.contract.status is Status.CLOSED:
        return (scene.contract.closed_reason,)
    today = scene.today(policy)
    contract, end = scene.contract, scene.contract.expires_on
    return (
        (end - today).days,
        contract_likeness(contract, policy, today),
        _notice(scene.filed, contract, today),
        _charged(scene),
        _booked(scene),
        _waits(scene),
        _fetched_now(scene),
        _parent(scene.parent, end),
    )


def contract_likeness(contract: Contract, policy: Policy, today: date) -> Key:
    """The contract alone, as it is on that day."""
    end = contract.expires_on
    cancelled = contract.cancellation
    return (
        contract.status,
        contract.plan,
        contract.quantity,
        contract.price.minor,
        contract.term_months,
        contract.anchor_day,
        contract.policy,
        cancelled and (cancelled.mode, cancelled.on < end),
        contract.phase,
        _off(contract.phase_ends_on, end),
        _off(contract.restorable_until, end),
        contract.closed_reason,
        _off(contract.ended_on, end),
        _off(contract.domain_ended_on, end),
        _started(contract, today),
        _off(contract.registry_expires_on, end),
        _moved(contract, policy, today),
        _off(contract.waits_from, end) if (contract.waits_from or end) > end else None,
        _off(contract.trial_until, end) if (contract.trial_until or end) >= today else None,
        _told(contract, policy),
        _notice(contract.notice, contract, today),
        _owed(contract.owed, contract, policy, today),
        contract.renewal_warranty,
        contract.servers,
        contract.options,
        _changed(contract, policy, today),
        contract.codes_sent.count if contract.codes_sent and contract.codes_sent.on == today else 0,
    )


def _off(day: date | None, end: date) -> int | None:
    return (day - end).days if day is not None else None


def _told(contract: Contract, policy: Policy) -> int | None:
    """The newest word about this end; what was said about an earlier one does not matter."""
    rule, told = policy.kinds[contract.kind].expiry_notices, contract.noticed_on
    if rule is None or told is None:
        return None
    off = (told - contract.expires_on).days
    return off if off >= -max(rule.days_before, default=0) else None


def _started(contract: Contract, today: date) -> Key:
    """How long ago, within the period of today; before that it does not matter."""
    begins = contract.expires_on
    while begins > today and begins > contract.starts_on:
        begins = add_months(begins, -contract.term_months, contract.anchor_day)
    notice, told = contract.notice, contract.registry_expires_on
    return (
        None if contract.starts_on <= begins else _off(contract.starts_on, contract.expires_on),
        notice is not None and notice.period_start > contract.starts_on,
        told is not None and told < contract.starts_on,
    )


def _moved(contract: Contract, policy: Policy, today: date) -> int | None:
    """The registry's lag counts from it, and an end's patience where it is later than the end."""
    moved, told, end = contract.expiry_moved_on, contract.registry_expires_on, contract.expires_on
    if moved is None:
        return None
    lags = told is not None and (end - told).days > _SAME_DATE_DAYS
    if lags and policy.kinds[contract.kind].unique_label:
        return min((today - moved).days, _LAG_DAYS)
    return _off(moved, end) if moved > end else None


def _notice(notice: Notice | None, contract: Contract, today: date) -> Key | None:
    if notice is None:
        return None
    end, short = contract.expires_on, notice.short
    return (
        _off(notice.period_start, end),
        notice.price.minor,
        notice.amount.minor,
        _off(notice.due_on, end),
        notice.status,
        notice.generation - contract.generation,
        notice.account_id,
        notice.reference,
        notice.price_before and notice.price_before.minor,
        short and (short.code, short.account_id, short.short.minor),
        _tried(notice, end, today),
    )


def _tried(notice: Notice, end: date, today: date) -> object:
    """What was found short is asked for in every run of that day, and on every later one; what the
    registry refused is tried again from the next day on."""
    if notice.tried_on is None or notice.short is None:
        return _off(notice.tried_on, end)
    return notice.tried_on == today, notice.tried_on >= end


def _owed(owed: Owed | None, contract: Contract, policy: Policy, today: date) -> Key | None:
    if owed is None:
        return None
    rule = policy.kinds[contract.kind].warranty
    left = rule is not None and owed.steps < len(rule.steps)
    notice = owed.notice
    return (
        _off(notice.period_start, contract.expires_on),
        notice.generation - contract.generation,
        notice.tried_on == today,
        notice.price_before and notice.price_before.minor,
        owed.steps,
        (today - owed.since).days if left else None,
    )


def _charged(scene: Scene) -> Key:
    """Those that could be charged again: of the present period, and of the one before it. A fee
    counts by its event, of which there is never a second."""
    contract, end = scene.contract, scene.contract.expires_on
    since = add_months(end, -contract.term_months, contract.anchor_day)
    again = ((day, why, n) for day, why, n in scene.charged if why != "restoration_fee")
    near = ((day, reason, number) for day, reason, number in again if day >= since)
    return tuple(sorted((_off(d, end), reason, n - contract.generation) for d, reason, n in near))


def _booked(scene: Scene) -> Key:
    """Those that could be handed in again for the present period, or for the one before it."""
    contract, end = scene.contract, scene.contract.expires_on
    since = add_months(end, -contract.term_months, contract.anchor_day)
    return tuple(sorted((_off(d, end), name) for d, name, _ in scene.booked if d >= since))


def _waits(scene: Scene) -> Key | None:
    """What waits for its code, and whether anything is there to have lapsed."""
    contract = scene.contract
    there = waiting(contract, scene.now)
    if there is None:
        return (contract.plan_change is not None,)
    return (there.new.plan, there.new.quantity, there.lost, there.spends, there.quote_id)


def _changed(contract: Contract, policy: Policy, today: date) -> int | None:
    """How long the cooldown has lasted; that there was a change at all matters for ever (X2)."""
    changed_on, rule = contract.plan_changed_on, policy.plan_change
    if changed_on is None or rule is None:
        return None
    return min((today - changed_on).days, rule.cooldown_days)


def _fetched_now(scene: Scene) -> bool:
    return scene.contract.registry_fetched_at == scene.now


def _parent(parent: Contract | None, end: date) -> Key | None:
    if parent is None:
        return None
    return (
        parent.plan,
        parent.status,
        parent.cancellation and parent.cancellation.mode,
        parent.phase,
        _off(parent.expires_on, end),
        _off(parent.registry_expires_on, end),
        _off(parent.phase_ends_on, end),
        _off(parent.restorable_until, end),
        _off(parent.ended_on, end),
    )
