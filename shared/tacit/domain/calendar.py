"""The two calendars of a contract: the instants stored on its head, and what they are for.

A stored instant depends on the head and its policy alone, never on order, account or parent.
It is a lower bound: asked too early costs one read, too late would be a bug.
"""

from datetime import date, datetime
from typing import assert_never

from tacit.domain.days import add_days, day_start
from tacit.domain.expiry_notices import next_notice_on
from tacit.domain.notices import OPEN, notice_of_period, owed_since
from tacit.domain.policy import Policy
from tacit.domain.values import Contract, Notice, Status


def renewal_due_on(contract: Contract, policy: Policy) -> date | None:
    """The day a renewal begins (S0), or is tried again after one that could not be collected; a
    cancelled contract has none (S1), nor one that follows its parent (S11). The term after a trial
    is not asked for before the trial is over (R9); what is pending waits to be activated (R6); what
    was switched off unpaid is served again once the money is there (S14)."""
    if policy.follows_parent(contract):
        return None
    days = (term_due_on(contract, policy), owed_since(contract))
    return min((day for day in days if day is not None), default=None)


def term_due_on(contract: Contract, policy: Policy) -> date | None:
    """The same for the next term alone, whatever is owed of an earlier one."""
    notice = notice_of_period(contract)
    again_on = _again_on(notice) if notice else None
    if contract.status is Status.PENDING:
        return again_on or contract.starts_on
    if contract.status is Status.INACTIVE and notice and notice.status == OPEN:
        return again_on or contract.expires_on
    if contract.status is not Status.ACTIVE:
        return None
    on_trial = contract.trial_until == contract.expires_on
    lead_days = 0 if on_trial else policy.renewal.lead_days
    begins = add_days(contract.expires_on, -lead_days)
    return max(begins, again_on) if again_on else begins


def _again_on(notice: Notice) -> date | None:
    """What was found short stays due, so that whatever is less important meets it in every run and
    leaves it its money (G14); what the registry refused is tried again tomorrow, where its days
    have come: it may have been renewed by hand long before (R4)."""
    if notice.tried_on is None or notice.short is not None:
        return notice.tried_on
    return add_days(notice.tried_on, 1)


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
    """The day the contract's next step towards its end may be due: its end, the next phase, or a
    word about one of them (I12)."""
    days = (_end_due_on(contract, policy), next_notice_on(contract, policy))
    return min((day for day in days if day is not None), default=None)


def _end_due_on(contract: Contract, policy: Policy) -> date | None:
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
