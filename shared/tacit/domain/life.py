"""All commands and all steps of the calendar on one screen: `decide` asks for one, and answers or
refuses.

Everything else in Tacit is built from this function: a preview is a decision that is not
committed, a job a decision whose command comes from the calendar, a forecast the same decisions
folded forward, the list of allowed actions the decisions on each command (`outlook`).
"""

from datetime import datetime
from typing import assert_never

from tacit.domain.activation import activate
from tacit.domain.amendment import amend
from tacit.domain.calendar import inactive_until
from tacit.domain.cancellation import cancel, reactivate
from tacit.domain.commands import (
    Activate,
    Amend,
    Cancel,
    ComeDue,
    Command,
    ConfirmPlanChange,
    FinishTask,
    Follow,
    MarkServer,
    NoteRegistry,
    PayNotice,
    Reactivate,
    Register,
    Renew,
    RequestPlanChange,
    ResendCode,
    Restore,
    ReverseRenewal,
    SetWarranty,
    TransferOut,
    UnmarkServer,
)
from tacit.domain.days import local_day
from tacit.domain.decision import Decision, NothingToDo, Situation
from tacit.domain.ending import end, end_of_term
from tacit.domain.expiry_notices import newest_until, tell
from tacit.domain.following import follow
from tacit.domain.notice_payment import pay_notice
from tacit.domain.orders import leaving_its_order
from tacit.domain.permission import check_role, check_roles
from tacit.domain.phases import enter_next_phase
from tacit.domain.plan_change import confirm, request, resend
from tacit.domain.policy import Policy
from tacit.domain.refusals import NotFound
from tacit.domain.registration import register
from tacit.domain.registry_dates import note_registry
from tacit.domain.renewal import HOLDER_AND_STAFF, renew
from tacit.domain.restoration import check_restorer, restore
from tacit.domain.reversal import reverse
from tacit.domain.servers import mark, unmark
from tacit.domain.transfer import transfer_out
from tacit.domain.values import Actor, Contract, Role, Status
from tacit.domain.warranty import finish_task, set_warranty


def decide(situation: Situation, command: Command, policy: Policy, now: datetime) -> Decision:
    """What `command` does to the contract at this instant. Raises Refused, Invalid, NotFound.

    `now` is an aware instant; days are reckoned in the policy's zone.
    """
    return leaving_its_order(situation, _decided(situation, command, policy, now))


def _decided(situation: Situation, command: Command, policy: Policy, now: datetime) -> Decision:
    if isinstance(command, Register):
        return register(situation, command, policy, now)
    contract = situation.contract
    if contract is None:
        raise NotFound("contract")
    match command:
        case Amend():
            return amend(contract, command, policy, now)
        case Cancel():
            return cancel(situation, contract, command, policy, now)
        case Reactivate():
            return reactivate(contract, command, policy, now)
        case Restore():
            return restore(situation, contract, command, policy, now)
        case TransferOut():
            return transfer_out(contract, command, policy, now)
        case NoteRegistry():
            return note_registry(contract, command, policy, now)
        case Renew():
            return renew(situation, contract, command, policy, now)
        case Activate():
            return activate(situation, contract, command, policy, now)
        case PayNotice():
            return pay_notice(situation, contract, command, policy, now)
        case ReverseRenewal():
            return reverse(situation, contract, command, policy, now)
        case FinishTask():
            return finish_task(situation, contract, command, policy, now)
        case SetWarranty():
            return set_warranty(contract, command, policy, now)
        case MarkServer():
            return mark(contract, command, policy, now)
        case UnmarkServer():
            return unmark(contract, command, policy, now)
        case RequestPlanChange():
            return request(situation, contract, command, policy, now)
        case ResendCode():
            return resend(situation, contract, command, policy, now)
        case ConfirmPlanChange():
            return confirm(situation, contract, command, policy, now)
        case ComeDue():
            return come_due(situation, contract, command.by, policy, now)
        case Follow():
            return follow(situation, contract, command.by, policy, now)
        case _:
            assert_never(command)


def check_asker(action: str, contract: Contract, actor: Actor, policy: Policy) -> None:
    """Whether the action is this actor's to ask for on this contract: `not_your_role`, before
    anything else is looked at. Amending and the registry's dates are staff's; the rest is as the
    policy says."""
    match action:
        case "amend" | "note_registry" | "pay_notice" | "reverse_renewal" | "finish_task":
            check_roles(frozenset({Role.STAFF}), actor)
        case "renew" | "activate" | "set_warranty" | "change_plan":
            check_roles(HOLDER_AND_STAFF, actor)
        case "restore":
            check_restorer(contract, actor, policy)
        case _:
            check_role(action, actor, policy)


def come_due(
    situation: Situation, contract: Contract, by: Actor, policy: Policy, now: datetime
) -> Decision:
    """The next step of the calendar whose day has come, one at a time: the end of the term, the
    end of being switched off, the next phase. What follows its parent takes its steps."""
    if policy.follows_parent(contract):
        return follow(situation, contract, by, policy, now)
    today = local_day(now, policy.zone)
    match contract.status:
        case Status.ACTIVE | Status.NON_RENEWING if today >= contract.expires_on:
            return end_of_term(situation, contract, by, policy, now)
        case Status.INACTIVE if today >= inactive_until(contract, policy):
            return end(situation, contract, by, policy, now)
        case Status.EXPIRED if contract.phase_ends_on and today >= contract.phase_ends_on:
            return enter_next_phase(contract, by, policy, now)
        case _:
            day = newest_until(contract, policy, today)
            return tell(contract, day, by, policy, now) if day else NothingToDo(contract, "not_due")
