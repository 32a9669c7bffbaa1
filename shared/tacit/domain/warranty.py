"""Renewal Warranty: a domain that would involuntarily be lost is renewed, and the amount stays owed
(I16). The holder is contacted step by step, until it is paid; he may stop it at any time (I17).

What a machine can say is a message, what a person must do (a call, a letter) is a task for staff,
as long as it is owed.
It steps in once: while a warranted period is owed, the next end is an end.
"""

from dataclasses import replace
from datetime import datetime

from tacit.domain.commands import FinishTask, SetWarranty
from tacit.domain.days import add_days, add_months, local_day
from tacit.domain.decision import Change, Decision, NothingToDo, Situation
from tacit.domain.ledger import taken_from
from tacit.domain.notices import PAID, can_be_renewed
from tacit.domain.permission import check_roles
from tacit.domain.phases import closed_refusal
from tacit.domain.policy import Policy
from tacit.domain.record import changed, quietly
from tacit.domain.refusals import NotFound, Refused
from tacit.domain.renewal import HOLDER_AND_STAFF, charge_of
from tacit.domain.values import (
    Account,
    Actor,
    Contract,
    Event,
    Message,
    Notice,
    Owed,
    Role,
    Scalar,
    Status,
    Task,
)

BY_PEOPLE = frozenset({"phone", "letter"})


def set_warranty(
    contract: Contract, command: SetWarranty, policy: Policy, now: datetime
) -> Decision:
    """Also on an existing domain; the holder stays its owner (I16, I17)."""
    check_roles(HOLDER_AND_STAFF, command.by)
    if contract.status is Status.CLOSED:
        raise closed_refusal(contract, policy)
    if command.wanted:
        check_offered(contract, policy)
    if command.wanted and contract.status is Status.EXPIRED:
        raise Refused("expired", policy.contact_params())
    if contract.renewal_warranty == command.wanted:
        return NothingToDo(contract, "unchanged")
    after = replace(contract, renewal_warranty=command.wanted)
    data = {"expires_on": contract.expires_on.isoformat()}
    event = "contract.warranty_started" if command.wanted else "contract.warranty_stopped"
    return changed(contract, after, event, data, command.by, policy, now)


def check_offered(contract: Contract, policy: Policy) -> None:
    """Raises Refused `not_offered` where the kind has no warranty: nobody is promised one that
    would never step in."""
    if policy.kinds[contract.kind].warranty is None:
        raise Refused("not_offered", {"action": "renewal_warranty", **policy.contact_params()})


def finish_task(
    situation: Situation, contract: Contract, command: FinishTask, policy: Policy, now: datetime
) -> Decision:
    """It leaves the list, and the contract's history says that it was done."""
    check_roles(frozenset({Role.STAFF}), command.by)
    task = situation.task
    if task is None or task.id != command.task_id:
        raise NotFound("task")
    data = {"task_id": task.id, "what": task.what, "since": task.since.isoformat()}
    event = "contract.task_done"
    change = changed(contract, contract, event, data, command.by, policy, now)
    return replace(change, finished=task)


def steps_in(contract: Contract, policy: Policy) -> bool:
    """Whether the next loss would be an involuntary one that is warranted."""
    warranted = contract.renewal_warranty and policy.kinds[contract.kind].warranty is not None
    return warranted and contract.owed is None and can_be_renewed(contract)


def warranted(
    contract: Contract, notice: Notice, by: Actor, policy: Policy, now: datetime
) -> Change:
    """The next term without its money: the notice stays open, and is owed from today. It keeps
    what goes back with the date, should the registry refuse."""
    today = local_day(now, policy.zone)
    laid_out = replace(
        notice,
        short=None,
        tried_on=today,
        policy_before=contract.policy,
        price_before=contract.price,
    )
    ends_on = add_months(contract.expires_on, contract.term_months, contract.anchor_day)
    after = replace(
        contract,
        status=Status.ACTIVE,
        expires_on=ends_on,
        price=notice.price,
        policy=notice.policy,
        expiry_moved_on=today,
        notice=None,
        owed=Owed(laid_out, today, 0),
    )
    data: dict[str, Scalar] = {
        "period_start": contract.expires_on.isoformat(),
        "expires_on": ends_on.isoformat(),
        "amount": notice.amount.amount,
        "currency": notice.amount.currency,
    }
    return changed(contract, after, "contract.warranted", data, by, policy, now)


def paid_off(
    contract: Contract,
    owed: Owed,
    account: Account | None,
    by: Actor,
    policy: Policy,
    now: datetime,
) -> Change:
    """What was owed is taken from the account, or is nothing; no date moves any more."""
    charge = charge_of(owed.notice)
    movement = taken_from(account, charge, contract, by, now)
    payer_id = account.id if account is not None else None
    change = settled(contract, replace(owed.notice, account_id=payer_id), by, policy, now)
    return replace(change, charges=(charge,), movement=movement)


def settled(contract: Contract, notice: Notice, by: Actor, policy: Policy, now: datetime) -> Change:
    paid = replace(notice, status=PAID)
    data: dict[str, Scalar] = {
        "period_start": paid.period_start.isoformat(),
        "amount": paid.amount.amount,
        "currency": paid.amount.currency,
        "account_id": paid.account_id,
        "reference": paid.reference,
    }
    after = replace(contract, owed=None)
    change = changed(contract, after, "contract.owed_paid", data, by, policy, now)
    return replace(change, notice=paid)


def contacted(contract: Contract, owed: Owed, by: Actor, policy: Policy, now: datetime) -> Change:
    """The next step towards the holder whose day has come; or only that today was another try."""
    today = local_day(now, policy.zone)
    notice = replace(owed.notice, tried_on=today)
    rule = policy.kinds[contract.kind].warranty
    steps = rule.steps if rule is not None else ()
    step = steps[owed.steps] if owed.steps < len(steps) else None
    if step is None or today < add_days(owed.since, step.days):
        return quietly(contract, replace(contract, owed=replace(owed, notice=notice)))
    task = None
    if step.channel in BY_PEOPLE:
        task_id = f"{contract.id}:{contract.events + 1}"  # the number of the event beside it
        task = Task(task_id, contract.id, contract.provider, step.channel, today)
    tasks = (*owed.tasks, task.id) if task is not None else owed.tasks
    after = replace(contract, owed=replace(owed, notice=notice, steps=owed.steps + 1, tasks=tasks))
    data: dict[str, Scalar] = {
        "step": owed.steps + 1,
        "channel": step.channel,
        "period_start": notice.period_start.isoformat(),
        "amount": notice.amount.amount,
        "currency": notice.amount.currency,
        "expires_on": contract.expires_on.isoformat(),
    }
    event = "contract.warranty_contact"
    change = changed(contract, after, event, data, by, policy, now)
    if task is not None:
        return replace(change, task=task)
    return replace(change, events=(*change.events[:-1], _said(change.events[-1], step.channel)))


def _said(event: Event, channel: str) -> Event:
    """The policy says through which channel; it is the message."""
    return replace(event, messages=(Message("warranty_contact", channel),))
