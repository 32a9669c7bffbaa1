"""What holds for every step of a contract, whoever takes it and wherever: asked at each step of a
walk through the core (docs/invariants.md)."""

from dataclasses import replace
from datetime import date
from fractions import Fraction
from string import Formatter

from local.exploration.asked import ALICE
from local.exploration.likeness import likeness
from local.exploration.moves import EXPIRIES, RENEWALS, Move, Taken, situation, taken
from local.exploration.scene import Scene
from tacit.domain.calendar import expiries_due_at, renewals_due_at
from tacit.domain.commands import Reactivate
from tacit.domain.conversion import rate
from tacit.domain.days import add_months
from tacit.domain.decision import Change, NothingToDo
from tacit.domain.life import decide
from tacit.domain.notices import OPEN, can_be_renewed
from tacit.domain.policy import Policy
from tacit.domain.refusals import Broken, Invalid, NotFound, Refused
from tacit.domain.values import Contract, Role, Status
from tacit.runtime.problem_table import PROBLEMS

# What a job may say of an entry that is due and stays where it is, and why it may.
STAYS = {
    "left_to_renewals": "patience (G1)",
    "as_its_parent": "it follows its parent, whose day it is (S11)",
    "autorenewal_off": "the switch is off: it ends, or somebody pays (R2)",
    "still_short": "unpaid, and asked for in every run (G14)",
    "still_owed": "the same, of what a warranty laid out (I16)",
    "term_is_over": "switched off for a whole term, which nobody pays for (S14)",
}
MOVED_BACK_BY = {
    "contract.plan_changed": "X1",
    "contract.renewal_reversed": "the registry refused",
    "contract.downgraded": "S11: from now on it ends when its parent does",
    "contract.followed": "S11",
}
NEW_TERM = {"contract.renewed", "contract.warranted"}


def check(step: Taken, policy: Policy) -> None:
    """Every law, on one step."""
    if step.no is not None:
        refused_as_documented(step)
    if step.before.contract.status is Status.CLOSED:
        final(step)
    if step.move.role is Role.JOB:
        asked_in_time(step, policy)
    change = step.decision
    if not isinstance(change, Change):
        return
    assert step.move.ask() == change, "asked twice, and two answers"
    recorded(step, change)
    paid_once(step, change)
    paid_until_stands(change)
    notices_in_step(change.contract)
    value_is_kept(change, step.before.today(policy))
    if step.move.name == "cancel" and change.contract.status is Status.NON_RENEWING:
        taken_back_is_as_it_was(step, policy)


def final(step: Taken) -> None:
    """Nothing happens to what is closed. That a person has done his task is written down all the
    same."""
    if step.after is None:
        return
    before, after = step.before.contract, step.after.contract
    assert step.move.name == "finish a task", f"{step.move.name} changes what is closed"
    assert replace(after, version=before.version, events=before.events) == before


def refused_as_documented(step: Taken) -> None:
    """A code of the table of problems, with every value that its text names."""
    match step.no:
        case Refused() as no:
            told = {*no.params, *(["available_from"] if no.available_from else [])}
            code = no.code
        case Invalid() as no:
            code, told = no.code, {"field", "reason"}
        case NotFound():
            code, told = "not_found", {"thing"}
        case _:
            assert step.move.role is Role.JOB, f"{step.move.name}: {step.no}"
            return
    assert code in PROBLEMS, code
    assert named_in(PROBLEMS[code].detail) <= told, (code, told)


def named_in(template: str) -> set[str]:
    names = (name for _, name, _, _ in Formatter().parse(template) if name)
    return {name.partition("[")[0] for name in names}


def recorded(step: Taken, change: Change) -> None:
    """One version, and the events numbered without a gap."""
    before, after = step.before.contract, change.contract
    assert change.before == before
    assert after.version == before.version + 1
    numbers = [event.number for event in change.events]
    assert numbers == list(range(before.events + 1, after.events + 1))
    assert change.events or step.move.role is Role.JOB, "nobody hears of it"
    for event in change.events:
        assert (event.subject, event.provider, event.at) == (
            after.id, after.provider, step.before.now,
        )  # fmt: skip
        assert event.actor.role is step.move.role
        assert not {"@" in str(value) for value in event.data.values()} & {True}, event


def paid_once(step: Taken, change: Change) -> None:
    """At most one charge for a period, a reason and a generation; what pays it is the same sum."""
    keys = [(each.period_start, each.reason, each.generation) for each in change.charges]
    assert len(set(keys)) == len(keys)
    assert not set(keys) & step.before.charged, f"charged a second time: {keys}"
    moved = change.movement
    if moved is None or moved.before is None:
        return
    lines = sum(line.amount.minor for line in moved.lines)
    assert moved.account.balance.minor == moved.before.balance.minor + lines
    if change.charges:
        assert lines == -sum(each.amount.minor for each in change.charges)
    assert moved.account.balance.minor >= 0


def paid_until_stands(change: Change) -> None:
    """What is paid for never gets shorter, and a renewal is one term from the anchor."""
    before, after = change.before, change.contract
    if before is None or before.status is Status.PENDING:
        return
    types = {event.type for event in change.events}
    if after.expires_on < before.expires_on:
        assert types & set(MOVED_BACK_BY), (types, before.expires_on, after.expires_on)
    if types & NEW_TERM:
        ends_on = add_months(before.expires_on, before.term_months, before.anchor_day)
        assert (after.expires_on, after.anchor_day) == (ends_on, before.anchor_day)


def notices_in_step(contract: Contract) -> None:
    """No open notice where nothing is renewed (S1)."""
    notice = contract.notice
    if notice is not None and notice.status == OPEN:
        assert can_be_renewed(contract), (contract.status, contract.cancellation)
        assert notice.period_start in (contract.expires_on, contract.starts_on)


def value_is_kept(change: Change, today: date) -> None:
    """X1: what was left before a plan change is left after it, less than a day of it apart."""
    before, after = change.before, change.contract
    if before is None or "contract.plan_changed" not in {event.type for event in change.events}:
        return
    had = _value(before, today)
    lost = had - _value(after, today)
    assert 0 <= lost < rate(after.price.minor, after.quantity, after.term_months)


def _value(contract: Contract, today: date) -> Fraction:
    days = (contract.expires_on - today).days
    return days * rate(contract.price.minor, contract.quantity, contract.term_months)


def taken_back_is_as_it_was(step: Taken, policy: Policy) -> None:
    """K1, K2, G7: cancelled and reactivated it is the same again, anchor included."""
    cancelled = step.after
    assert cancelled is not None
    if cancelled.today(policy) >= step.before.contract.expires_on:
        return
    command = Reactivate(ALICE)

    def ask() -> Change | NothingToDo:
        return decide(situation(cancelled, command, policy), command, policy, cancelled.now)

    back = taken(cancelled, Move("reactivate", Role.HOLDER, step.move.around, ask)).after
    assert back is not None
    assert back.contract.anchor_day == step.before.contract.anchor_day
    assert likeness(back, policy)[:2] == likeness(_asked_anew(step.before), policy)[:2]


def _asked_anew(scene: Scene) -> Scene:
    """As if nothing had been found short yet: that alone is forgotten, and asked for anew."""
    contract, notice = scene.contract, scene.contract.notice
    if notice is None or notice.short is None:
        return scene
    fresh = replace(notice, short=None, tried_on=None)
    return replace(scene, contract=replace(contract, notice=fresh))


def asked_in_time(step: Taken, policy: Policy) -> None:
    """Before the stored instant there is nothing to do; from then on something, or a reason."""
    contract, now = step.before.contract, step.before.now
    due_at = {EXPIRIES: expiries_due_at, RENEWALS: renewals_due_at}.get(step.move.name)
    if due_at is None or isinstance(step.no, Broken):
        return
    stored = due_at(contract, policy)
    due = stored is not None and stored <= now
    if due and isinstance(step.decision, NothingToDo):
        assert step.decision.code in STAYS, (step.move.name, step.decision.code, contract)
        again_on = step.decision.again_on
        assert again_on is None or again_on > step.before.today(policy)
    if not due:
        assert isinstance(step.decision, NothingToDo), f"{step.move.name} came too late"
