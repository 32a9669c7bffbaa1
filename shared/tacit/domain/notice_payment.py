"""A notice that was paid elsewhere, on staff's word: a renewal, or what a warranty laid out."""

from dataclasses import replace
from datetime import datetime

from tacit.domain.commands import PayNotice
from tacit.domain.days import local_day
from tacit.domain.decision import Decision, NothingToDo, Situation
from tacit.domain.notices import ANNULLED, PAID, notice_of_period
from tacit.domain.permission import check_roles
from tacit.domain.policy import Policy
from tacit.domain.refusals import NotFound, Refused
from tacit.domain.renewal import charge_of, check_renewable, renewed
from tacit.domain.values import Contract, Notice, Role
from tacit.domain.warranty import settled


def pay_notice(
    situation: Situation, contract: Contract, command: PayNotice, policy: Policy, now: datetime
) -> Decision:
    """Paid elsewhere, as `command.reference` says; staff's word. Once: the same again is nothing
    to do, and with another reference it is refused, since somebody has paid twice. What was taken
    back with its renewal, or was spent on days of another plan (X1), pays no second time."""
    check_roles(frozenset({Role.STAFF}), command.by)
    notice = situation.notice
    if notice is None:
        raise NotFound("notice")
    if notice.status == PAID and notice.reference == command.reference:
        return NothingToDo(contract, "already_paid")
    if notice.status == PAID:
        raise Refused("notice_paid", _payment_of(notice))
    _check_unused(situation, notice, command.reference)
    paid, owed = replace(notice, reference=command.reference), contract.owed
    if owed is not None and owed.notice.period_start == notice.period_start:
        change = settled(contract, paid, command.by, policy, now)
        return replace(change, charges=(charge_of(notice),), reference=command.reference)
    if notice.status == ANNULLED or notice != notice_of_period(contract):
        params = {"period_start": notice.period_start.isoformat(), **policy.contact_params()}
        raise Refused("notice_annulled", params)
    check_renewable(contract, policy, local_day(now, policy.zone))
    change = renewed(contract, paid, command.by, policy, now)
    return replace(change, charges=(charge_of(paid),), reference=command.reference)


def _payment_of(notice: Notice) -> dict[str, object]:
    """`paid_by` is whichever of the two there is: paid elsewhere, or from an account."""
    return {
        "period_start": notice.period_start.isoformat(),
        "paid_by": notice.reference or notice.account_id,
        "reference": notice.reference,
        "account_id": notice.account_id,
    }


def _check_unused(situation: Situation, notice: Notice, reference: str) -> None:
    """A reference counts once for a period, whatever became of its payment and of the notice it was
    for: a bank's list that is imported again is no new money."""
    booked = situation.booked.get(reference)
    if booked is None:
        return
    params = {
        "period_start": notice.period_start.isoformat(),
        "reference": reference,
        "booked": {"amount": booked.amount, "currency": booked.currency},
    }
    raise Refused("reference_reused", params)
