"""What happens to an example contract: the decisions themselves, folded forward.

A policy is explained and checked by what the rules make of a contract under it, so that neither
can say anything else than what will happen.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime

from tacit.domain.calendar import expiry_due_on, renewal_due_on
from tacit.domain.cancellation import AT_ONCE, AT_TERM
from tacit.domain.commands import Cancel, ComeDue, Command, Follow, Reactivate, Restore, TransferOut
from tacit.domain.days import add_days, add_months, day_start, local_day
from tacit.domain.decision import Change, NothingToDo, Situation
from tacit.domain.forecast import forecast
from tacit.domain.household import Step
from tacit.domain.life import decide
from tacit.domain.policy import Policy
from tacit.domain.policy_examples import Example, contract_of
from tacit.domain.refusals import Broken, Invalid, NotFound, Refused
from tacit.domain.values import JOB, Actor, Contract, Role, Status

PEOPLE = tuple(
    Actor(role, str(role))
    for role in (Role.HOLDER, Role.STAFF, Role.BILLING_CONTACT, Role.TECHNICAL_CONTACT)
)
Answer = Change | NothingToDo | Refused | Invalid | NotFound | Broken
_NOT_HIS = frozenset({"not_your_role", "ask_support"})
_FORESEEN_MONTHS = 240


@dataclass(frozen=True, slots=True)
class Course:
    """One way to the end, step by step, from `situation` on. `waits_until`: how long the end waits
    for a renewal that nobody has tried; `last_day`: the last to cancel at term."""

    title: str
    situation: Situation
    starts_at: datetime
    steps: tuple[Step, ...]
    waits_until: date | None = None
    last_day: date | None = None


def courses(policy: Policy, example: Example) -> list[Course]:
    """Every way to the end: cancelled in each way that is offered, and neither cancelled nor paid;
    and the same where the registry has been paid for longer, if the life looks at that."""
    found = list(_courses(policy, example, ""))
    rule = example.life.inactive
    if rule is not None and rule.days is None and example.kind.unique_label:
        told = add_months(example.contract.expires_on, 12, example.contract.anchor_day)
        contract = replace(example.contract, registry_expires_on=told)
        paid_longer = replace(example, situation=replace(example.situation, contract=contract))
        found += _courses(policy, paid_longer, f"; paid at the registry until {told}")
    return found


def _courses(policy: Policy, example: Example, more: str) -> Iterator[Course]:
    for mode, title in ((AT_TERM, "cancelled at term"), (AT_ONCE, "cancelled at once")):
        course = _cancelled(policy, example, mode, title + more)
        if course is not None:
            yield course
    situation, ends_on = example.situation, example.contract.expires_on
    waits = answered(situation, ComeDue(JOB), policy, day_start(ends_on, policy.zone))
    until = waits.again_on if isinstance(waits, NothingToDo) else None
    at = day_start(first_word_on(policy, example.contract), policy.zone)
    steps = goes_on(situation, policy, at, example.parent)
    yield Course("neither cancelled nor paid" + more, situation, at, steps, until)


def first_word_on(policy: Policy, contract: Contract) -> date:
    """The day on which a job first looks at a contract that nobody touches."""
    days = (renewal_due_on(contract, policy), expiry_due_on(contract, policy))
    known = [day for day in days if day is not None]
    return max(contract.starts_on, min(known, default=contract.expires_on))


def _cancelled(policy: Policy, example: Example, mode: str, title: str) -> Course | None:
    """A month before the end, or on the last day that still counts for this term."""
    situation, contract = example.situation, example.contract
    last_day = _last_day(policy, situation, mode)
    if last_day is None:
        return None
    month_before = add_months(contract.expires_on, -1, contract.anchor_day)
    day = min(last_day, max(contract.starts_on, month_before))
    at = day_start(day, policy.zone)
    answer = by_somebody(situation, mode, policy, at)
    if not isinstance(answer, Change):
        return None
    after = replace(situation, contract=answer.contract)
    steps = (Step(day, contract.id, answer), *goes_on(after, policy, at, example.parent))
    return Course(title, after, at, steps, last_day=last_day if mode == AT_TERM else None)


def _last_day(policy: Policy, situation: Situation, mode: str) -> date | None:
    """The last day on which it can be cancelled for this term; None: nobody can in this way."""
    eve = add_days(contract_of(situation).expires_on, -1)
    answer = by_somebody(situation, mode, policy, day_start(eve, policy.zone))
    if isinstance(answer, Refused) and answer.code == "notice_period":
        return date.fromisoformat(str(answer.params["last_day"]))
    return eve if isinstance(answer, Change) else None


def by_somebody(situation: Situation, mode: str, policy: Policy, now: datetime) -> Answer:
    """A cancellation as the first person utters it who may; else what the last one hears."""
    answers = [answered(situation, Cancel(who, mode), policy, now) for who in PEOPLE]
    allowed = [answer for answer in answers if isinstance(answer, Change)]
    told = [a for a in answers if isinstance(a, Refused) and a.code not in _NOT_HIS]
    return (allowed or told or answers)[0]


def answered(situation: Situation, command: Command, policy: Policy, now: datetime) -> Answer:
    """The decision, or why there is none, as a value."""
    try:
        return decide(situation, command, policy, now)
    except (Refused, Invalid, NotFound, Broken) as no:
        return no


def goes_on(
    situation: Situation, policy: Policy, now: datetime, parent: Situation | None = None
) -> tuple[Step, ...]:
    """What the calendar makes of it by itself, for twenty years, with nothing on any account."""
    until = add_months(now.date(), _FORESEEN_MONTHS, 1)
    members = [(each, policy) for each in (situation, parent) if each is not None]
    of = situation.contract.id if situation.contract else None
    return forecast(members, (), now, until, of=of).steps


def followed(policy: Policy, follower: Situation, course: Course) -> tuple[Step, ...]:
    """What becomes of a contract that follows the one whose course it is, from its start on."""
    above = contract_of(course.situation)
    told = replace(contract_of(follower), registry_expires_on=above.registry_expires_on)
    situation = replace(follower, contract=told, parent=above)
    answer = answered(situation, Follow(JOB), policy, course.starts_at)
    first: tuple[Step, ...] = ()
    if isinstance(answer, Change):
        situation = replace(situation, contract=answer.contract)
        first = (Step(local_day(course.starts_at, policy.zone), told.id, answer),)
    return first + goes_on(situation, policy, course.starts_at, course.situation)


def changes(policy: Policy, example: Example) -> Iterator[Change]:
    """Everything that can be done to the contract by anybody, in every state on its way."""
    start = day_start(example.contract.starts_on, policy.zone)
    states = [(start, example.contract)]
    states.append((start, replace(example.contract, status=Status.PENDING)))
    for course in courses(policy, example):
        for step in course.steps:
            if step.change is not None:
                yield step.change
                states.append((day_start(step.on, policy.zone), step.change.contract))
    for at, contract in states:
        situation = replace(example.situation, contract=contract)
        for who in PEOPLE:
            for command in _commands(who):
                answer = answered(situation, command, policy, at)
                if isinstance(answer, Change):
                    yield answer


def _commands(who: Actor) -> list[Command]:
    return [
        Cancel(who, AT_TERM),
        Cancel(who, AT_ONCE),
        Reactivate(who),
        Restore(who, "example"),
        TransferOut(who),
    ]
