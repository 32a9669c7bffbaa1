"""All transitions of a contract on one screen: `decide` asks for one, and answers or refuses.

Everything else in Tacit is built from this function: a preview is a decision that is not
committed, a job a decision whose command comes from the calendar, the list of allowed actions
the decisions on each command (`outlook`).
"""

from dataclasses import replace
from datetime import datetime
from typing import assert_never

from tacit.domain.amendment import amend
from tacit.domain.calendar import last_day_to_reactivate, switched_off_until
from tacit.domain.commands import Amend, Cancel, ComeDue, Command, Reactivate, Register, Restore
from tacit.domain.days import add_days, local_day
from tacit.domain.decision import Decision, NothingToDo, Situation
from tacit.domain.permission import check_role, check_roles, permit
from tacit.domain.phases import close, closed_refusal, enter_first_phase, enter_next_phase
from tacit.domain.policy import Policy
from tacit.domain.record import changed
from tacit.domain.refusals import Broken, NotFound, Refused
from tacit.domain.registration import register
from tacit.domain.restoration import check_restorer, restore
from tacit.domain.values import Actor, Cancellation, Contract, Role, Status


def decide(situation: Situation, command: Command, policy: Policy, now: datetime) -> Decision:
    """What `command` does to the contract at this instant. Raises Refused, Invalid, NotFound.

    `now` is an aware instant; days are reckoned in the policy's zone.
    """
    if isinstance(command, Register):
        return register(situation, command, policy, now)
    contract = situation.contract
    if contract is None:
        raise NotFound("contract")
    match command:
        case Amend():
            return amend(contract, command, policy, now)
        case Cancel():
            return cancel(contract, command, policy, now)
        case Reactivate():
            return reactivate(contract, command, policy, now)
        case Restore():
            return restore(contract, command, policy, now)
        case ComeDue():
            return come_due(situation, contract, command.by, policy, now)
        case _:
            assert_never(command)


def check_asker(action: str, contract: Contract, actor: Actor, policy: Policy) -> None:
    """Whether the action is this actor's to ask for on this contract: `not_your_role`, before
    anything else is looked at. Amending is staff's; the rest is as the policy says."""
    match action:
        case "amend":
            check_roles(frozenset({Role.STAFF}), actor)
        case "restore":
            check_restorer(contract, actor, policy)
        case _:
            check_role(action, actor, policy)


def cancel(contract: Contract, command: Cancel, policy: Policy, now: datetime) -> Decision:
    """S1, S2: served until the end, and no renewal from now on."""
    rule = permit("cancel", command.by, policy)
    if command.mode not in rule.modes:
        raise Refused("mode_not_offered", {"mode": command.mode, "modes": list(rule.modes)})
    today = local_day(now, policy.zone)
    match contract.status:
        case Status.ACTIVE | Status.INACTIVE if contract.cancellation is None:
            after = replace(
                contract,
                status=status_when_cancelled(contract),
                cancellation=Cancellation(command.mode, today, command.reason),
            )
            last_day = last_day_to_reactivate(after)
            data = {
                "mode": command.mode,
                "expires_on": contract.expires_on.isoformat(),
                "last_day_to_reactivate": last_day.isoformat() if last_day else None,
            }
            return changed(contract, after, "contract.cancelled", data, command.by, policy, now)
        case Status.PENDING:
            return close(contract, "terminated", command.by, policy, now)
        case Status.ACTIVE | Status.NON_RENEWING | Status.INACTIVE:
            return NothingToDo(contract, "already_cancelled")
        case Status.EXPIRED:
            raise Refused("expired", policy.contact_params())
        case Status.CLOSED:
            raise closed_refusal(contract, policy)
        case _:
            assert_never(contract.status)


def reactivate(contract: Contract, command: Reactivate, policy: Policy, now: datetime) -> Decision:
    """K1, K2, S2: back to what it was, at once and for nothing. The anchor stays as it is (G7)."""
    permit("reactivate", command.by, policy)
    match contract.status:
        case Status.NON_RENEWING if local_day(now, policy.zone) < contract.expires_on:
            after = replace(contract, status=Status.ACTIVE, cancellation=None)
            data = {"expires_on": contract.expires_on.isoformat()}
            return changed(contract, after, "contract.reactivated", data, command.by, policy, now)
        case Status.NON_RENEWING | Status.EXPIRED:
            raise Refused("expired", policy.contact_params())
        case Status.ACTIVE | Status.PENDING:
            return NothingToDo(contract, "not_cancelled")
        case Status.INACTIVE:
            raise Refused("inactive", policy.contact_params())
        case Status.CLOSED:
            raise closed_refusal(contract, policy)
        case _:
            assert_never(contract.status)


def come_due(
    situation: Situation, contract: Contract, by: Actor, policy: Policy, now: datetime
) -> Decision:
    """The next step of the calendar whose day has come (K4, K8, S15), one at a time."""
    today = local_day(now, policy.zone)
    match contract.status:
        case Status.ACTIVE | Status.NON_RENEWING if today >= contract.expires_on:
            patience_ends_on = add_days(contract.expires_on, policy.renewal.patience_days)
            owed = contract.status is Status.ACTIVE and _renews_itself(situation)
            if owed and today < patience_ends_on:
                return NothingToDo(contract, "left_to_renewals", patience_ends_on)
            return enter_first_phase(contract, by, policy, now)
        case Status.INACTIVE if today >= switched_off_until(contract):
            return enter_first_phase(contract, by, policy, now)
        case Status.EXPIRED if contract.phase_ends_on and today >= contract.phase_ends_on:
            return enter_next_phase(contract, by, policy, now)
        case _:
            return NothingToDo(contract, "not_due")


def status_when_cancelled(contract: Contract) -> Status:
    """What is switched off stays so; everything else is served until its end (S2)."""
    return Status.INACTIVE if contract.status is Status.INACTIVE else Status.NON_RENEWING


def _renews_itself(situation: Situation) -> bool:
    """A missing order is no "no": in doubt nothing is taken from the customer (G13)."""
    if situation.order is None:
        raise Broken("its order is not there")
    return situation.order.autorenewal
