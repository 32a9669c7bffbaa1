"""The two calendars of a contract: the instants stored on its head, and what they are for.

A stored instant depends on the head and its policy alone, never on order, account or parent.
It is a lower bound: asked too early costs one read, too late would be a bug.
"""

from datetime import date, datetime
from typing import assert_never

from tacit.domain.days import add_days, day_start
from tacit.domain.policy import Policy
from tacit.domain.values import Contract, Status


def renewal_due_on(contract: Contract, policy: Policy) -> date | None:
    """The day a renewal begins (S0); a cancelled contract has none (S1), nor one that follows its
    parent (S11)."""
    if contract.status is not Status.ACTIVE or policy.follows_parent(contract):
        return None
    return add_days(contract.expires_on, -policy.renewal.lead_days)


def inactive_until(contract: Contract, policy: Policy) -> date:
    """The first day on which an inactive contract is over: so many days after its expiry (S14), or
    when what it stands for is: a domain that is paid at the registry for longer than here (S9)."""
    rule = policy.life_of(contract).inactive
    if rule is not None and rule.days is not None:
        return add_days(contract.expires_on, rule.days)
    return contract.domain_expires_on


def last_day_to_reactivate(contract: Contract) -> date | None:
    """The last day on which a cancellation can be undone (K10). None where nothing is cancelled,
    or where the term was over when it was."""
    if contract.status is not Status.NON_RENEWING or contract.cancellation is None:
        return None
    last_day = add_days(contract.expires_on, -1)
    return last_day if last_day >= contract.cancellation.on else None


def expiry_due_on(contract: Contract, policy: Policy) -> date | None:
    """The day the contract's next step towards its end may be due."""
    match contract.status:
        case Status.ACTIVE | Status.NON_RENEWING:
            return contract.expires_on
        case Status.INACTIVE if policy.follows_parent(contract):
            return contract.domain_expires_on
        case Status.INACTIVE:
            return inactive_until(contract, policy)
        case Status.EXPIRED:
            return contract.phase_ends_on
        case Status.PENDING | Status.CLOSED:
            return None
        case _:
            assert_never(contract.status)


def renewals_due_at(contract: Contract, policy: Policy) -> datetime | None:
    due_on = renewal_due_on(contract, policy)
    return day_start(due_on, policy.zone) if due_on else None


def expiries_due_at(contract: Contract, policy: Policy) -> datetime | None:
    due_on = expiry_due_on(contract, policy)
    return day_start(due_on, policy.zone) if due_on else None
