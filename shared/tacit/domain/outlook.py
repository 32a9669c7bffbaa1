"""What somebody may do with a contract, and what it will do by itself: the core, asked.

No rule stands here: each answer is a decision that is not committed, so that an explanation
cannot differ from the rule it explains.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from tacit.domain.calendar import expiry_due_on, last_day_to_reactivate, renewal_due_on
from tacit.domain.commands import Cancel, ComeDue, Command, Reactivate, Restore
from tacit.domain.days import day_start, local_day
from tacit.domain.decision import Change, NothingToDo, Situation
from tacit.domain.life import decide
from tacit.domain.policy import Policy
from tacit.domain.refusals import Refused
from tacit.domain.values import JOB, Actor, Contract

_STEPS = {
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
    """Every command a person may ask for, decided and not carried out."""
    modes = policy.actions["cancel"].modes if "cancel" in policy.actions else ()
    cancel = Cancel(actor, modes[0]) if modes else Cancel(actor)
    asked: Iterable[tuple[str, Command]] = (
        ("cancel", cancel),
        ("reactivate", Reactivate(actor)),
        ("restore", Restore(actor, "preview")),
    )
    return [_asked(name, situation, command, policy, now) for name, command in asked]


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
    renewal_on = renewal_due_on(contract, policy)
    if renewal_on and order.autorenewal and today < contract.expires_on:
        return Next("renew", max(renewal_on, today))
    due_on = expiry_due_on(contract)
    while due_on is not None:
        day = max(due_on, today)
        decision = decide(situation, ComeDue(JOB), policy, day_start(day, policy.zone))
        if isinstance(decision, Change):
            return Next(_STEPS[decision.events[-1].type], day)
        due_on = decision.again_on
    return None
