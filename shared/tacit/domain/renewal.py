"""Renewing a contract: one more term from the old end, paid from an account or under a reference.

A renewal names the end that it starts from; when that has moved, it does nothing (G8). The anchor
stays, however late it is made (G7). The charge's key is (contract, period start, reason,
generation), so that a period is paid once (G2).
"""

from dataclasses import replace
from datetime import date, datetime

from tacit.domain.commands import Renew
from tacit.domain.days import LATEST, add_months, local_day
from tacit.domain.decision import Change, Decision, NothingToDo, Situation
from tacit.domain.ledger import taken_from
from tacit.domain.notices import PAID, made, notice_of_period
from tacit.domain.permission import check_roles
from tacit.domain.phases import closed_refusal
from tacit.domain.policy import Policy
from tacit.domain.record import changed
from tacit.domain.refusals import NotFound, Refused
from tacit.domain.values import Account, Actor, Charge, Contract, Notice, Role, Scalar, Status

FURTHEST_MONTHS = 120
HOLDER_AND_STAFF = frozenset({Role.HOLDER, Role.STAFF})


def renew(
    situation: Situation, contract: Contract, command: Renew, policy: Policy, now: datetime
) -> Decision:
    """By hand, from the account that is named (G8)."""
    check_roles(HOLDER_AND_STAFF, command.by)
    account = payer(situation, contract)
    if command.current_expires_on < contract.expires_on:
        return NothingToDo(contract, "already_renewed")
    if command.current_expires_on > contract.expires_on:
        raise Refused("expiry_differs", {"expires_on": contract.expires_on.isoformat()})
    today = local_day(now, policy.zone)
    check_renewable(contract, policy, today)
    notice = standing(situation, contract, policy, today)
    return from_account(account, contract, notice, command.by, policy, now)


def from_account(
    account: Account | None,
    contract: Contract,
    notice: Notice,
    by: Actor,
    policy: Policy,
    now: datetime,
) -> Change:
    """Charge and renewal are one: what could not be charged is not renewed; what costs nothing
    needs no account. Raises Refused `balance_too_small` or `other_currency`."""
    charge = charge_of(notice)
    movement = taken_from(account, charge, contract, by, now)
    payer_id = account.id if account is not None else None
    change = renewed(contract, replace(notice, account_id=payer_id), by, policy, now)
    return replace(change, charges=(charge,), movement=movement)


def renewed(contract: Contract, notice: Notice, by: Actor, policy: Policy, now: datetime) -> Change:
    """The next term, at the notice's price and under its policy (G10)."""
    ends_on = add_months(contract.expires_on, contract.term_months, contract.anchor_day)
    paid = replace(
        notice,
        status=PAID,
        short=None,
        policy_before=contract.policy,
        price_before=contract.price,
    )
    after = replace(
        contract,
        status=Status.ACTIVE,
        expires_on=ends_on,
        price=notice.price,
        policy=notice.policy,
        expiry_moved_on=local_day(now, policy.zone),
        notice=paid,
    )
    data: dict[str, Scalar] = {
        "period_start": contract.expires_on.isoformat(),
        "expires_on": ends_on.isoformat(),
        **paid_data(paid),
    }
    return changed(contract, after, "contract.renewed", data, by, policy, now)


def standing(situation: Situation, contract: Contract, policy: Policy, today: date) -> Notice:
    """The notice of the period, made now where there is none yet."""
    there = notice_of_period(contract)
    return there if there is not None else made(contract, policy, situation.newest, today)


def charge_of(notice: Notice) -> Charge:
    return Charge("renewal", notice.amount, notice.period_start, notice.generation)


def check_renewable(contract: Contract, policy: Policy, today: date) -> None:
    """Raises Refused with what to do instead."""
    if policy.follows_parent(contract):
        raise Refused("follows_parent", {"parent_id": contract.parent_id})
    match contract.status:
        case Status.PENDING:
            raise Refused("not_active_yet", {"status": str(contract.status)})
        case Status.EXPIRED:
            raise Refused("expired", policy.contact_params())
        case Status.CLOSED:
            raise closed_refusal(contract, policy)
        case Status.ACTIVE | Status.NON_RENEWING | Status.INACTIVE:
            pass
    if contract.cancellation is not None:
        raise Refused("cancelled", {"expires_on": contract.expires_on.isoformat()})
    ends_on = add_months(contract.expires_on, contract.term_months, contract.anchor_day)
    latest = min(LATEST, add_months(today, FURTHEST_MONTHS, today.day))
    if ends_on > latest:
        raise Refused("renewal_too_far", {"latest": latest.isoformat()})
    if contract.status is Status.INACTIVE and ends_on <= today:
        params = {"expires_on": ends_on.isoformat(), **policy.contact_params()}
        raise Refused("term_is_over", params)


def payer(situation: Situation, contract: Contract) -> Account:
    """The account that the command names, if it is the holder's; any other is not found."""
    account = situation.account
    mine = (contract.provider, contract.holder)
    if account is None or (account.provider, account.holder) != mine:
        raise NotFound("account")
    return account


def paid_data(notice: Notice) -> dict[str, Scalar]:
    """How much, and from which account or under which reference."""
    return {
        "amount": notice.amount.amount,
        "currency": notice.amount.currency,
        "account_id": notice.account_id,
        "reference": notice.reference,
    }
