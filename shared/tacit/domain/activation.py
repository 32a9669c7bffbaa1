"""Activating what was ordered: the first term is paid and begins, by hand or by the job (R6).

Nobody pays for days on which nothing was served: where the activation comes after the first day
that was ordered, the term begins with it, and what the registry told of the time before says
nothing about it. Activating and paying are one, so that a contract that was activated does not get
its first term twice.
"""

from dataclasses import replace
from datetime import datetime

from tacit.domain.commands import Activate
from tacit.domain.days import add_days, add_months, local_day
from tacit.domain.decision import Change, Decision, NothingToDo, Situation
from tacit.domain.ledger import taken_from
from tacit.domain.notices import PAID, made, notice_of_period
from tacit.domain.permission import check_roles
from tacit.domain.phases import closed_refusal
from tacit.domain.policy import Policy
from tacit.domain.record import changed
from tacit.domain.refusals import Invalid, Refused
from tacit.domain.registry_dates import told_since
from tacit.domain.renewal import HOLDER_AND_STAFF, payer
from tacit.domain.values import Account, Actor, Charge, Contract, Notice, Role, Scalar, Status


def activate(
    situation: Situation, contract: Contract, command: Activate, policy: Policy, now: datetime
) -> Decision:
    """By hand: from an account, or under a reference where staff gives its word."""
    check_roles(HOLDER_AND_STAFF, command.by)
    account = payer(situation, contract) if command.account_id is not None else None
    if contract.status is Status.CLOSED:
        raise closed_refusal(contract, policy)
    if contract.status is Status.EXPIRED:
        raise Refused("expired", policy.contact_params())
    if contract.status is not Status.PENDING:
        return NothingToDo(contract, "already_active")
    today = local_day(now, policy.zone)
    if today < contract.starts_on:
        starts_on = contract.starts_on
        params = {"starts_on": starts_on.isoformat()}
        raise Refused("not_yet", params, available_from=starts_on)
    there = notice_of_period(contract)
    notice = there or made(contract, policy, situation.newest, today)
    if trial_days(contract, policy):
        return tried_out(contract, command.by, policy, now)
    if account is not None:
        return activated(account, contract, notice, command.by, policy, now)
    if command.by.role is not Role.STAFF or command.reference is None:
        raise Invalid("account_id", "is missing: the account to be charged", "missing_field")
    change = _begun(contract, replace(notice, reference=command.reference), command.by, policy, now)
    return replace(change, charges=(_charge(notice),), reference=command.reference)


def activated(
    account: Account | None,
    contract: Contract,
    notice: Notice,
    by: Actor,
    policy: Policy,
    now: datetime,
) -> Change:
    """The first term, charged; without an account where it costs nothing."""
    charge = _charge(notice)
    movement = taken_from(account, charge, contract, by, now)
    payer_id = account.id if account is not None else None
    change = _begun(contract, replace(notice, account_id=payer_id), by, policy, now)
    return replace(change, charges=(charge,), movement=movement)


def trial_days(contract: Contract, policy: Policy) -> int:
    plan = policy.plans.get(contract.plan)
    return plan.trial_days if plan is not None else 0


def tried_out(contract: Contract, by: Actor, policy: Policy, now: datetime) -> Change:
    """A trial begins for nothing, and the first paid term where it ends, unless it was cancelled
    by then (R9)."""
    days = trial_days(contract, policy)
    today = local_day(now, policy.zone)
    ends_on = add_days(today, days)
    after = replace(
        contract,
        status=Status.ACTIVE,
        starts_on=today,
        expires_on=ends_on,
        anchor_day=ends_on.day,
        trial_until=ends_on,
        notice=None,
        registry_expires_on=told_since(contract, today),
    )
    data: dict[str, Scalar] = {
        "starts_on": today.isoformat(),
        "expires_on": ends_on.isoformat(),
        "trial_days": days,
    }
    return changed(contract, after, "contract.activated", data, by, policy, now)


def _begun(contract: Contract, notice: Notice, by: Actor, policy: Policy, now: datetime) -> Change:
    today = local_day(now, policy.zone)
    starts_on, expires_on, anchor = contract.starts_on, contract.expires_on, contract.anchor_day
    if today > starts_on:
        starts_on, anchor = today, today.day
        expires_on = add_months(today, contract.term_months, today.day)
    after = replace(
        contract,
        status=Status.ACTIVE,
        starts_on=starts_on,
        expires_on=expires_on,
        anchor_day=anchor,
        price=notice.price,
        policy=notice.policy,
        notice=replace(notice, status=PAID, short=None),
        registry_expires_on=told_since(contract, starts_on),
    )
    data: dict[str, Scalar] = {
        "starts_on": starts_on.isoformat(),
        "expires_on": expires_on.isoformat(),
        "trial_days": None,
        "amount": notice.amount.amount,
        "currency": notice.amount.currency,
        "account_id": notice.account_id,
        "reference": notice.reference,
    }
    return changed(contract, after, "contract.activated", data, by, policy, now)


def _charge(notice: Notice) -> Charge:
    return Charge("activation", notice.amount, notice.period_start, notice.generation)
