"""What a command names beside its contract, read for the decision: accounts, notices, tasks, plan
changes that are history."""

from contextlib import suppress
from dataclasses import replace
from datetime import datetime

from tacit.callers import Caller
from tacit.domain.commands import (
    Activate,
    Cancel,
    Command,
    ConfirmPlanChange,
    FinishTask,
    PayNotice,
    Renew,
    ResendCode,
    Restore,
    ReverseRenewal,
)
from tacit.domain.days import local_day
from tacit.domain.decision import Situation
from tacit.domain.money_back import money_back
from tacit.domain.plan_quote import number_in
from tacit.domain.refusals import Broken, NotFound
from tacit.domain.values import Account, Contract
from tacit.store.repository import Repository
from tacit.versions import policy_of

_PAID_AHEAD = 130  # notices: a renewal reaches ten years ahead, of a month each at least


def with_named(
    repository: Repository, caller: Caller, situation: Situation, command: Command, now: datetime
) -> Situation:
    """The situation with the account, notice, task or change that the command names. They may have
    moved, and are read with every try. It is for the core to say when one that is missing
    matters."""
    contract = situation.contract
    account_id: str | None = None
    match command:
        case Restore() | Activate() | Renew():
            account_id = command.account_id
        case Cancel(mode="immediate") if contract is not None and _pays_back(contract):
            notices, _ = repository.notices(contract.id, _PAID_AHEAD, None)
            situation = replace(situation, notices=tuple(notices))
            today = local_day(now, policy_of(contract).zone)
            refund = money_back(contract, policy_of(contract), today, notices)
            account_id = refund.account_id if refund is not None else None
        case ReverseRenewal() if contract is not None:
            paid = repository.notice(contract.id, command.period_start)
            situation = replace(situation, notice=paid)
            account_id = paid.account_id if paid is not None else None
        case PayNotice() if contract is not None:
            notice = repository.notice(contract.id, command.period_start)
            booked = repository.booked(contract.id, command.period_start)
            situation = replace(situation, notice=notice, booked=booked)
        case FinishTask() if contract is not None:
            task = repository.task(contract.provider, command.task_id)
            situation = replace(situation, task=task)
        case ResendCode() | ConfirmPlanChange() if contract is not None:
            return with_history(repository, situation, contract, command.change_id)
    if account_id is None:
        return situation
    with suppress(NotFound):
        return replace(situation, account=account_for(repository, caller, account_id))
    return situation


def with_history(
    repository: Repository, situation: Situation, contract: Contract, asked: str
) -> Situation:
    """With the plan change that is asked for, where another one stands on the head by now."""
    last = contract.plan_change
    number = number_in(asked, contract)
    if number is None or (last is not None and last.number == number):
        return situation
    done = repository.plan_change(contract.id, number)
    return replace(situation, carried_out=done)


def account_for(repository: Repository, caller: Caller, account_id: str) -> Account | None:
    """The account, None where there is none. Raises NotFound for what is somebody else's, Broken
    only for those whose it is."""
    try:
        account = repository.account(account_id)
    except Broken:
        if not caller.is_concerned(*repository.concerned_with_account(account_id)):
            raise NotFound("account") from None
        raise
    if account is not None and caller.actor_on_account(account) is None:
        raise NotFound("account")
    return account


def _pays_back(contract: Contract) -> bool:
    return policy_of(contract).kinds[contract.kind].money_back
