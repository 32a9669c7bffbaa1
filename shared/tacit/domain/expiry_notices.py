"""Telling the holder that a contract is about to end, or has ended (I12).

The policy names the days; each is told once. Of several that were slept through only the newest is
(G1), and one from before the end is not told after it. What was told last is written on the head,
by the day it was meant for, so that a late run does not move the others.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime

from tacit.domain.days import add_days, local_day
from tacit.domain.decision import Change
from tacit.domain.policy import Policy
from tacit.domain.record import changed
from tacit.domain.values import Actor, Contract, Scalar, Status


def next_notice_on(contract: Contract, policy: Policy) -> date | None:
    """The first day after the one told last; None where nothing is told any more."""
    told = contract.noticed_on
    return min((day for day in _days(contract, policy) if told is None or day > told), default=None)


def newest_until(contract: Contract, policy: Policy, today: date) -> date | None:
    """The newest of the days that have come, and are not told yet."""
    told = contract.noticed_on
    come = (day for day in _days(contract, policy) if day <= today)
    return max((day for day in come if told is None or day > told), default=None)


def tell(contract: Contract, day: date, by: Actor, policy: Policy, now: datetime) -> Change:
    """`day` is the one that the policy names; that it is told on a later one moves nothing."""
    today = local_day(now, policy.zone)
    data: dict[str, Scalar] = {
        "expires_on": contract.expires_on.isoformat(),
        "notice_on": day.isoformat(),
        "days_left": (contract.expires_on - today).days,
        "why": "noticed_before" if day < contract.expires_on else "noticed_after",
    }
    after = replace(contract, noticed_on=day)
    return changed(contract, after, "contract.expiry_noticed", data, by, policy, now)


def _days(contract: Contract, policy: Policy) -> Iterable[date]:
    rule = policy.kinds[contract.kind].expiry_notices
    if rule is None or policy.follows_parent(contract):
        return ()
    match contract.status:
        case Status.ACTIVE | Status.NON_RENEWING:
            return (add_days(contract.expires_on, -days) for days in rule.days_before)
        case Status.EXPIRED:
            after = (add_days(contract.expires_on, days) for days in rule.days_after)
            ends_on = contract.restorable_until
            return (day for day in after if ends_on is None or day < ends_on)
        case _:
            return ()
