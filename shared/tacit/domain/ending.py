"""The end of a term and of a contract: switched off, downgraded, or over (S3, S4, S7, S9 to S14).

Which of them a kind does is a row of its policy.
"""

from dataclasses import replace
from datetime import datetime

from tacit.domain.calendar import inactive_until
from tacit.domain.days import add_days, local_day
from tacit.domain.decision import Change, Decision, NothingToDo, Situation
from tacit.domain.money import Money
from tacit.domain.notices import ANNULLED, OPEN, notice_of_period
from tacit.domain.phases import enter_first_phase, enter_next_phase
from tacit.domain.policy import Policy
from tacit.domain.record import changed
from tacit.domain.refusals import Broken
from tacit.domain.registry_dates import check_registry, doubted_from
from tacit.domain.values import Actor, Contract, Notice, Scalar, Status
from tacit.domain.waiting import waits_since, was_taken_back
from tacit.domain.warranty import steps_in


def end_of_term(
    situation: Situation, contract: Contract, by: Actor, policy: Policy, now: datetime
) -> Decision:
    """What is paid is over. A renewal that is still owed an attempt comes first (G1)."""
    today = local_day(now, policy.zone)
    check_registry(contract, policy, today)
    patience_ends_on = add_days(waits_since(contract), policy.renewal.patience_days)
    owed = contract.status is Status.ACTIVE and _is_owed_an_attempt(situation, contract, policy)
    if owed and today < patience_ends_on:
        again_on = min(doubted_from(contract, policy) or patience_ends_on, patience_ends_on)
        return NothingToDo(contract, "left_to_renewals", again_on)
    rule = policy.life_of(contract).inactive
    switched_off = rule is not None and why_it_ends(contract) in rule.when
    if switched_off and inactive_until(contract, policy) > today:
        change = inactivate(contract, by, policy, now)
    else:
        change = end(situation, contract, by, policy, now)
    decided_on_its_switch = contract.status is Status.ACTIVE
    return replace(change, stands_on_order=situation.order) if decided_on_its_switch else change


def end(
    situation: Situation, contract: Contract, by: Actor, policy: Policy, now: datetime
) -> Change:
    """Nothing is left to wait for: it goes on for nothing (S11), or it is over."""
    check_registry(contract, policy, local_day(now, policy.zone))
    parent = _parent(situation, contract)
    rule = policy.life_of(contract).downgrade
    if rule is None or parent is None or _is_over(parent, by, policy, now):
        return enter_first_phase(contract, by, policy, now, why_it_ends(contract))
    tier = policy.tier_of(parent)
    if tier is None and situation.newest is not None:
        tier = situation.newest.tier_of(parent)
    if tier in rule.parent_tiers:
        return _downgrade(contract, parent, rule.plan, by, policy, now)
    return enter_first_phase(contract, by, policy, now, why_it_ends(contract))


def inactivate(contract: Contract, by: Actor, policy: Policy, now: datetime) -> Change:
    """Switched off, not over (S3, S6, S9, S14)."""
    until = inactive_until(contract, policy)
    after = replace(contract, status=Status.INACTIVE)
    data: dict[str, Scalar] = {
        "expires_on": contract.expires_on.isoformat(),
        "why": why_it_ends(contract),
        "until_on": until.isoformat(),
    }
    return changed(contract, after, "contract.inactivated", data, by, policy, now)


def why_it_ends(contract: Contract) -> str:
    if contract.cancellation is None:
        return "unpaid"
    return "immediate" if contract.cancellation.mode == "immediate" else "cancelled"


def _downgrade(
    contract: Contract, parent: Contract, plan: str, by: Actor, policy: Policy, now: datetime
) -> Change:
    """S11: without notices and charge, and from now on it lives as its parent lives."""
    after = replace(
        contract,
        plan=plan,
        price=Money(0, contract.price.currency),
        status=Status.ACTIVE,
        cancellation=None,
        expires_on=parent.expires_on,
        registry_expires_on=parent.registry_expires_on,
        expiry_moved_on=None,
        notice=None,
    )
    data: dict[str, Scalar] = {
        "from_plan": contract.plan,
        "plan": plan,
        "why": why_it_ends(contract),
        "expired_on": contract.expires_on.isoformat(),
        "parent_id": parent.id,
        "expires_on": parent.expires_on.isoformat(),
    }
    change = changed(contract, after, "contract.downgraded", data, by, policy, now)
    return replace(change, stands_on=parent, notice=_annulled(contract))


def _annulled(contract: Contract) -> Notice | None:
    """What is free from now on is not asked to be paid any more (S11)."""
    notice = contract.notice
    if notice is None or notice.status != OPEN:
        return None
    return replace(notice, status=ANNULLED, short=None)


def _is_over(parent: Contract, by: Actor, policy: Policy, now: datetime) -> bool:
    """Closed, or to be closed today: which of the two the job meets first must not matter."""
    ends_on = parent.phase_ends_on
    if parent.status is not Status.EXPIRED or ends_on is None:
        return parent.status is Status.CLOSED
    if local_day(now, policy.zone) < ends_on:
        return False
    return enter_next_phase(parent, by, policy, now).contract.status is Status.CLOSED


def _parent(situation: Situation, contract: Contract) -> Contract | None:
    """A parent that is named and not there is a doubt, and no answer (G13)."""
    if contract.parent_id is not None and situation.parent is None:
        raise Broken("its parent is not there")
    return situation.parent


def _is_owed_an_attempt(situation: Situation, contract: Contract, policy: Policy) -> bool:
    """Autorenewal or the warranty is on, and nothing has been found short since the term was over
    (G1). What the registry refused had been paid, and can be paid again, whatever the switch says.
    A missing order is no "no": in doubt nothing is taken from the customer (G13)."""
    if situation.order is None:
        raise Broken("its order is not there")
    notice = notice_of_period(contract)
    tried_on = notice.tried_on if notice is not None and notice.short is not None else None
    tried = tried_on is not None and tried_on >= contract.expires_on
    if was_taken_back(notice, contract) or steps_in(contract, policy):
        return True
    return situation.order.autorenewal and not tried
