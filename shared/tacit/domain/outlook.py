"""What somebody may do with a contract, and what it will do by itself: the core, asked.

No rule stands here: each answer is a decision that is not committed, so that an explanation
cannot differ from the rule it explains.
"""

from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

from tacit.domain.calendar import expiry_due_on, last_day_to_reactivate, renewal_due_on
from tacit.domain.cancellation import AT_ONCE, AT_TERM, modes_offered
from tacit.domain.commands import Cancel, ComeDue, Command, Reactivate, Restore, TransferOut
from tacit.domain.days import day_start, local_day
from tacit.domain.decision import Change, NothingToDo, Situation
from tacit.domain.life import decide
from tacit.domain.money import Money
from tacit.domain.policy import Policy
from tacit.domain.refusals import Broken, Refused
from tacit.domain.values import JOB, Account, Actor, Contract, Role

_STEPS = {
    "contract.inactivated": "inactivate",
    "contract.downgraded": "downgrade",
    "contract.expired": "expire",
    "contract.phase_entered": "enter_phase",
    "contract.closed": "close",
}


@dataclass(frozen=True, slots=True)
class Action:
    """One row of `actions`: allowed, or the refusal's code, numbers and first possible day."""

    action: str
    allowed: bool
    code: str | None = None
    params: dict[str, object] = field(default_factory=dict)
    available_from: date | None = None


@dataclass(frozen=True, slots=True)
class Next:
    """What the calendar does next with the contract, and on which day."""

    action: str
    on: date


def actions(situation: Situation, actor: Actor, policy: Policy, now: datetime) -> list[Action]:
    """Every command a person may ask for, decided and not carried out. Each way of cancelling
    that is offered is a row of its own; what only staff does is shown to staff.

    What it is paid from is a question of its own: they are asked with an account that holds enough,
    so that an action is allowed where its rule allows it, and the command may still find too
    little on the account that it names.
    """
    contract = situation.contract
    situation = replace(situation, account=_purse(contract))
    modes = modes_offered(contract, policy) if contract is not None else ()
    asked: list[tuple[str, Command]] = [
        ("cancel", Cancel(actor, AT_TERM)),
        ("reactivate", Reactivate(actor)),
        ("restore", Restore(actor, account_id="purse")),
    ]
    if AT_ONCE in modes:
        asked.insert(1, ("cancel_immediately", Cancel(actor, AT_ONCE)))
    if actor.role is Role.STAFF and "transfer_out" in policy.actions:
        asked.append(("transfer_out", TransferOut(actor)))
    return [_asked(name, situation, command, policy, now) for name, command in asked]


def _purse(contract: Contract | None) -> Account | None:
    """No real account: the holder's, with more on it than anything costs."""
    if contract is None:
        return None
    plenty = Money(10**18, contract.price.currency)
    return Account("purse", contract.provider, contract.holder, plenty.currency, plenty, 0, 1)


def _asked(
    name: str, situation: Situation, command: Command, policy: Policy, now: datetime
) -> Action:
    try:
        decision = decide(situation, command, policy, now)
    except Refused as no:
        return Action(name, False, no.code, no.params, no.available_from)
    if isinstance(decision, NothingToDo):
        return Action(name, False, decision.code)
    return Action(name, True, params=_until(command, situation.contract))


def _until(command: Command, contract: Contract | None) -> dict[str, object]:
    """The last day on which an allowed action still is, where it has one (K10)."""
    if isinstance(command, Reactivate) and contract is not None:
        return {"last_day": last_day_to_reactivate(contract)}
    if isinstance(command, Restore) and contract is not None and contract.restorable_until:
        return {"last_day": contract.restorable_until - timedelta(days=1)}
    return {}


def next_step(situation: Situation, policy: Policy, now: datetime) -> Next | None:
    """The next entry of the contract's calendars: its renewal, else the step of its end.

    A renewal that is due already is shown for today. A step that waits is asked again on the
    day the decision names.
    """
    contract, order = situation.contract, situation.order
    if contract is None or order is None:
        return None
    today = local_day(now, policy.zone)
    if policy.follows_parent(contract):
        due_on = expiry_due_on(contract, policy)
        return Next("follow_parent", max(due_on, today)) if due_on else None
    renewal_on = renewal_due_on(contract, policy)
    if renewal_on and order.autorenewal and today < contract.expires_on:
        return Next("renew", max(renewal_on, today))
    due_on = expiry_due_on(contract, policy)
    while due_on is not None:
        day = max(due_on, today)
        try:
            decision = decide(situation, ComeDue(JOB), policy, day_start(day, policy.zone))
        except Broken:
            return Next("wait_for_staff", day)
        if isinstance(decision, Change):
            return Next(_STEPS[decision.events[-1].type], day)
        due_on = decision.again_on
    return None
