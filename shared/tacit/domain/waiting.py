"""From which day on an end is patient with a renewal that is still owed an attempt (G1)."""

from dataclasses import replace
from datetime import date, datetime

from tacit.domain.days import add_days, local_day
from tacit.domain.notices import notice_of_period
from tacit.domain.policy import Policy
from tacit.domain.values import Contract, Notice


def waits_since(contract: Contract) -> date:
    """Patience counts from the end, from the day on which it was last moved there, or from the day
    on which the registry refused: a job that was dark has its turn after each of them. Days that
    the record lay aside are not counted."""
    notice = notice_of_period(contract)
    tried_on = notice.tried_on if notice and was_taken_back(notice, contract) else None
    days = (contract.expiry_moved_on, contract.waits_from, tried_on)
    return max([contract.expires_on, *(day for day in days if day is not None)])


def was_taken_back(notice: Notice | None, contract: Contract) -> bool:
    """Its money went back because the registry refused, and nobody has tried it since."""
    return notice is not None and notice.short is None and notice.generation > contract.generation


def back_at_work(contract: Contract, policy: Policy, now: datetime) -> Contract:
    """Whatever is done to a record that lay aside brings it back, with as much patience as it had
    left on the day on which it was parked: a doubt costs its renewal no turn (G13). Before the end
    there is nothing to give back."""
    if contract.parked_at is None:
        return contract
    today, began = local_day(now, policy.zone), waits_since(contract)
    used = max(0, (local_day(contract.parked_at, policy.zone) - began).days)
    waits_from = add_days(today, -used) if today > began else contract.waits_from
    return replace(contract, parked_at=None, waits_from=waits_from)
