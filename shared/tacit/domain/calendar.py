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


def switched_off_until(contract: Contract) -> date:
    """An inactive contract is over when what it stands for is: a domain that is paid at the
    registry for longer than here stays inactive until that day."""
    return max(contract.expires_on, contract.registry_expires_on or contract.expires_on)


def last_day_to_reactivate(contract: Contract) -> date | None:
    """The last day on which a cancellation can be undone (K10). None where nothing is cancelled,
    or where the term was over when it was."""
    if contract.status is not Status.NON_RENEWING or contract.cancellation is None:
        return None
    last_day = add_days(contract.expires_on, -1)
    return last_day if last_day >= contract.cancellation.on else None


def expiry_due_on(contract: Contract) -> date | None:
    """The day the contract's next step towards its end may be due."""
    if contract.status in (Status.ACTIVE, Status.NON_RENEWING):
        return contract.expires_on
    if contract.status is Status.INACTIVE:
        return switched_off_until(contract)
    return contract.phase_ends_on if contract.status is Status.EXPIRED else None


def renewals_due_at(contract: Contract, policy: Policy) -> datetime | None:
    due_on = renewal_due_on(contract, policy)
    return day_start(due_on, policy.zone) if due_on else None


def expiries_due_at(contract: Contract, policy: Policy) -> datetime | None:
    due_on = expiry_due_on(contract)
    return day_start(due_on, policy.zone) if due_on else None
