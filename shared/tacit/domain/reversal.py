"""Taking back a renewal that the registry refused: the date, the money, what a warranty laid out.

Only the newest term goes back, and one after the other where several were refused.
"""

from dataclasses import replace
from datetime import date, datetime

from tacit.domain.commands import ReverseRenewal
from tacit.domain.days import add_months, local_day
from tacit.domain.decision import Change, Decision, NothingToDo, Situation
from tacit.domain.ledger import given_back
from tacit.domain.notices import OPEN, PAID, annulled
from tacit.domain.permission import check_roles
from tacit.domain.policy import Policy
from tacit.domain.record import changed
from tacit.domain.refusals import NotFound, Refused
from tacit.domain.renewal import charge_of, paid_data
from tacit.domain.values import Contract, Notice, Role, Scalar, Status


def reverse(
    situation: Situation,
    contract: Contract,
    command: ReverseRenewal,
    policy: Policy,
    now: datetime,
) -> Decision:
    """The registry refused: date and money go back, and the notice is open again. It is tried
    again tomorrow at the earliest. What is noticed behind it has no term to follow any more."""
    check_roles(frozenset({Role.STAFF}), command.by)
    owed, start = contract.owed, command.period_start
    if owed is not None and owed.notice.period_start == start:
        if _ends_with(contract, owed.notice):
            return _not_warranted(contract, owed.notice, command, policy, now)
        raise _not_reversible(command)
    notice = _filed(situation, contract, start)
    if notice is None or _is_converted(contract, notice):
        raise _not_reversible(command)
    if start == contract.expires_on:
        return NothingToDo(contract, "not_renewed")
    last = notice.status == PAID and _ends_with(contract, notice)
    if not last or not _is_living(contract) or _is_paid_back(contract, policy):
        raise _not_reversible(command)
    again = _opened_again(contract, notice, local_day(now, policy.zone))
    change = _put_back(contract, notice, again, command, policy, now)
    if notice.account_id is None:
        return change
    account = situation.account
    if account is None or account.id != notice.account_id:
        raise NotFound("account")
    back = given_back(account, charge_of(notice), contract, command.by, now)
    return replace(change, movement=back)


def _not_reversible(command: ReverseRenewal) -> Refused:
    return Refused("not_reversible", {"period_start": command.period_start.isoformat()})


def _filed(situation: Situation, contract: Contract, period_start: date) -> Notice | None:
    """The notice of the period: the one on the head, or behind it where the next is made."""
    for notice in (contract.notice, situation.notice):
        if notice is not None and notice.period_start == period_start:
            return notice
    return None


def _is_converted(contract: Contract, notice: Notice) -> bool:
    """Its days are days of another plan by now (X1)."""
    return contract.plan_changed_on is not None and notice.generation < contract.generation


def _is_living(contract: Contract) -> bool:
    return contract.status in (Status.ACTIVE, Status.NON_RENEWING, Status.INACTIVE)


def _is_paid_back(contract: Contract, policy: Policy) -> bool:
    """Who left at once has his money back already (R9), and gets it once; after a plan change
    nobody got any (X2)."""
    given = contract.cancellation
    left = given is not None and given.mode == "immediate"
    return left and policy.kinds[contract.kind].money_back and contract.plan_changed_on is None


def _ends_with(contract: Contract, notice: Notice) -> bool:
    """Whether the notice paid for the term that the contract ends with: not for an earlier one,
    and not for the first, which is an activation and no renewal."""
    term_ends_on = add_months(notice.period_start, contract.term_months, contract.anchor_day)
    return term_ends_on == contract.expires_on and notice.period_start > contract.starts_on


def _not_warranted(
    contract: Contract, notice: Notice, command: ReverseRenewal, policy: Policy, now: datetime
) -> Change:
    """What a warranty laid out is taken back as well: nobody owes for what the registry refused.
    Of the term behind it, which may be noticed already, nothing is due before its own end. Of what
    is over the debt alone goes."""
    if _is_living(contract):
        again = _opened_again(contract, notice, local_day(now, policy.zone))
        return _put_back(contract, notice, again, command, policy, now)
    after = replace(contract, owed=None)
    change = _reversed(contract, after, notice, command, policy, now)
    return replace(change, notice=annulled(notice))


def _opened_again(contract: Contract, notice: Notice, today: date) -> Notice:
    """To be paid once more, under a key of its own. Where nobody paid, it never was but open."""
    return replace(
        notice,
        status=OPEN,
        generation=max(notice.generation, _generation(contract)) + 1,
        tried_on=today,
        short=None,
        account_id=None,
        reference=None,
    )


def _generation(contract: Contract) -> int:
    """That of what is noticed anew. The notice of a later term may have been paid and taken back
    itself: what follows it must not meet the charge that it had."""
    notice = contract.notice
    later = notice is not None and notice.period_start == contract.expires_on
    return max(contract.generation, notice.generation if notice is not None and later else 1)


def _put_back(
    contract: Contract,
    notice: Notice,
    again: Notice,
    command: ReverseRenewal,
    policy: Policy,
    now: datetime,
) -> Change:
    after = replace(
        contract,
        expires_on=notice.period_start,
        policy=notice.policy_before or contract.policy,
        price=notice.price_before or contract.price,
        expiry_moved_on=None,
        owed=contract.owed if contract.owed and contract.owed.notice != notice else None,
        notice=again,
        generation=_generation(contract),
    )
    change = _reversed(contract, after, notice, command, policy, now)
    behind = contract.notice
    if behind is None or behind.status != OPEN or behind.period_start == notice.period_start:
        return change
    return replace(change, notice=annulled(behind))


def _reversed(
    before: Contract,
    after: Contract,
    notice: Notice,
    command: ReverseRenewal,
    policy: Policy,
    now: datetime,
) -> Change:
    """What the registry is said to have answered is staff's own words, and stays a note."""
    data: dict[str, Scalar] = {
        "period_start": notice.period_start.isoformat(),
        "expires_on": after.expires_on.isoformat(),
        "was": before.expires_on.isoformat(),
        **paid_data(notice),
    }
    name, reason = "contract.renewal_reversed", command.reason
    return changed(before, after, name, data, command.by, policy, now, note=reason)
