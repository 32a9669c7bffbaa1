"""What somebody may do with a contract, and what it will do by itself: the core, asked.

No rule stands here: each answer is a decision that is not committed, so that an explanation
cannot differ from the rule it explains.
"""

from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

from tacit.domain.calendar import expiry_due_on, last_day_to_reactivate, term_due_on
from tacit.domain.cancellation import AT_ONCE, AT_TERM, modes_offered
from tacit.domain.collecting import Purse, collect
from tacit.domain.commands import (
    Activate,
    Cancel,
    ComeDue,
    Command,
    Reactivate,
    Renew,
    Restore,
    TransferOut,
)
from tacit.domain.days import add_days, day_start, local_day
from tacit.domain.decision import Change, Decision, NothingToDo, Situation
from tacit.domain.life import decide
from tacit.domain.money import Money
from tacit.domain.notices import found_short_on
from tacit.domain.ordering import OrderSituation, Switch, switch_one
from tacit.domain.plan_options import Option, options
from tacit.domain.policy import Policy
from tacit.domain.refusals import Broken, Refused
from tacit.domain.values import JOB, Account, Actor, Contract, Order, Role, Status
from tacit.domain.warranty import steps_in

_STEPS = {
    "contract.inactivated": "inactivate",
    "contract.downgraded": "downgrade",
    "contract.expired": "expire",
    "contract.phase_entered": "enter_phase",
    "contract.closed": "close",
}
_TOLD = "contract.expiry_noticed"


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
    situation = replace(situation, account=_purse(contract) if contract else None)
    modes = modes_offered(contract, policy) if contract is not None else ()
    asked: list[tuple[str, Command]] = [
        ("cancel", Cancel(actor, AT_TERM)),
        ("reactivate", Reactivate(actor)),
        ("restore", Restore(actor, account_id="purse")),
    ]
    if contract is not None:
        asked.append(("renew", Renew(actor, contract.expires_on, "purse")))
        asked.append(("activate", Activate(actor, "purse")))
    if AT_ONCE in modes:
        asked.insert(1, ("cancel_immediately", Cancel(actor, AT_ONCE)))
    if actor.role is Role.STAFF and "transfer_out" in policy.actions:
        asked.append(("transfer_out", TransferOut(actor)))
    rows = [_asked(name, situation, command, policy, now) for name, command in asked]
    rows += _replanned(situation, actor, policy, now)
    return rows + _switched(situation, actor, policy, now)


def _replanned(situation: Situation, actor: Actor, policy: Policy, now: datetime) -> list[Action]:
    """One row for changing plan, with every plan that comes into question: allowed if one of them
    is. Where none is, the first that is not just the present one says why."""
    contract = situation.contract
    found = options(situation, contract, actor, policy, now) if contract is not None else []
    if not found:
        return []
    rows = {"plans": [_option_row(each) for each in found]}
    if any(each.code is None for each in found):
        return [Action("change_plan", True, params=dict(rows))]
    why = next(
        (each for each in found if each.code not in ("same_plan", "plan_not_sold")), found[0]
    )
    params = {**why.params, **rows}
    return [Action("change_plan", False, why.code, params, why.available_from)]


def _option_row(option: Option) -> dict[str, object]:
    return {
        "plan": option.wanted.plan,
        "quantity": option.wanted.quantity,
        "allowed": option.code is None,
        "code": option.code,
        "params": option.params,
        "available_from": option.available_from,
    }


def _switched(situation: Situation, actor: Actor, policy: Policy, now: datetime) -> list[Action]:
    """Turning its order's switch to the other side, as far as it is this contract's to ask (R3)."""
    contract, order = situation.contract, situation.order
    if contract is None or order is None:
        return []
    other_side = Switch(actor, not order.autorenewal)
    try:
        switch_one(contract, OrderSituation(order), other_side, policy, now)
    except Refused as no:
        return [Action("switch_autorenewal", False, no.code, no.params, no.available_from)]
    return [Action("switch_autorenewal", True, params={"enabled": other_side.enabled})]


def _purse(contract: Contract) -> Account:
    """No real account: the holder's, with more on it than anything costs."""
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
    """What the calendars make of the contract next: its next term begins, or its end does.

    What is due already is shown for today. A renewal is shown for the day on which it is tried,
    also where the last one found too little money. That somebody is told of something is no step.
    """
    contract, order = situation.contract, situation.order
    if contract is None or order is None:
        return None
    today = local_day(now, policy.zone)
    if policy.follows_parent(contract):
        due_on = expiry_due_on(contract, policy)
        return Next("follow_parent", max(due_on, today)) if due_on else None
    try:
        return _next_term(situation, contract, order, policy, today) or _end(
            situation, contract, policy, today
        )
    except _Doubt as doubt:
        return Next("wait_for_staff", doubt.on)


class _Doubt(Exception):
    def __init__(self, on: date) -> None:
        self.on = on


def _next_term(
    situation: Situation, contract: Contract, order: Order, policy: Policy, today: date
) -> Next | None:
    """None where nobody wants it, or its end comes first (G1)."""
    due_on = term_due_on(contract, policy)
    if due_on is None:
        return None
    pending = contract.status is Status.PENDING
    if not order.autorenewal:
        if pending or not steps_in(contract, policy):
            return None
        due_on = contract.expires_on
    day = max(due_on, add_days(today, 1) if found_short_on(contract) == today else today)
    over = not pending and day >= contract.expires_on
    if over and isinstance(_on(day, situation, policy), Change):
        return None
    try:
        at = day_start(day, policy.zone)
        collect(situation, contract, Purse((_purse(contract),)), JOB, policy, at)
    except Broken:
        raise _Doubt(day) from None
    return Next("activate" if pending else "renew", day)


def _end(situation: Situation, contract: Contract, policy: Policy, today: date) -> Next | None:
    """The next step towards the end; one that waits is asked again on the day it names."""
    due_on = expiry_due_on(contract, policy)
    while due_on is not None:
        day = max(due_on, today)
        decision = _on(day, situation, policy)
        if isinstance(decision, Change) and decision.events[-1].type != _TOLD:
            return Next(_STEPS[decision.events[-1].type], day)
        if isinstance(decision, Change):
            situation = replace(situation, contract=decision.contract)
            due_on = expiry_due_on(decision.contract, policy)
        else:
            due_on = decision.again_on
    return None


def _on(day: date, situation: Situation, policy: Policy) -> Decision:
    try:
        return decide(situation, ComeDue(JOB), policy, day_start(day, policy.zone))
    except Broken:
        raise _Doubt(day) from None
