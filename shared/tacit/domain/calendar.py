"""The two calendars of a contract: the instants stored on its head, and what they are for.

A stored instant depends on the head and its policy alone, never on order, account or parent.
It is a lower bound: asked too early costs one read, too late would be a bug.
"""

from datetime import date, datetime

from tacit.domain.days import add_days, day_start
from tacit.domain.policy import Policy
from tacit.domain.values import Contract, Status


def renewal_due_on(contract: Contract, policy: Policy) -> date | None:
    """The day a renewal begins (S0); a cancelled contract has none (S1)."""
    if contract.status is not Status.ACTIVE:
        return None
    return add_days(contract.expires_on, -policy.renewal.lead_days)


def expiry_due_on(contract: Contract) -> date | None:
    """The day the contract's next step towards its end may be due."""
    if contract.status in (Status.ACTIVE, Status.NON_RENEWING):
        return contract.expires_on
    return contract.phase_ends_on if contract.status is Status.EXPIRED else None


def renewals_due_at(contract: Contract, policy: Policy) -> datetime | None:
    due_on = renewal_due_on(contract, policy)
    return day_start(due_on, policy.zone) if due_on else None


def expiries_due_at(contract: Contract, policy: Policy) -> datetime | None:
    due_on = expiry_due_on(contract)
    return day_start(due_on, policy.zone) if due_on else None
