"""What will happen to a contract if nobody does anything: its calendar folded forward.

Each step is the decision the job would take on that day, on the contract as the steps before left
it, so that a forecast cannot differ from what happens. The job is taken to run on every day.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime

from tacit.domain.calendar import expiry_due_on
from tacit.domain.commands import ComeDue, Follow
from tacit.domain.days import day_start, local_day
from tacit.domain.decision import Change, Decision, Situation
from tacit.domain.life import decide
from tacit.domain.policy import Policy
from tacit.domain.refusals import Broken
from tacit.domain.values import JOB, Contract

MOST_STEPS = 200


@dataclass(frozen=True, slots=True)
class Step:
    """One decision and its day; or, where the record will wait for a person, why (`parked`)."""

    on: date
    change: Change | None
    parked: str | None = None


@dataclass(frozen=True, slots=True)
class Forecast:
    """`whole`: nothing more comes until the day asked for; else there were too many steps."""

    steps: tuple[Step, ...]
    whole: bool


class _Course:
    """A contract on its way: where it stands, and the day on which the job looks at it next."""

    def __init__(self, situation: Situation, contract: Contract, policy: Policy, today: date):
        self.situation, self.contract, self.policy = situation, contract, policy
        due_on = expiry_due_on(contract, policy)
        self.looks_on = max(due_on, today) if due_on else None

    def decide(self, command: ComeDue | Follow, at: datetime, parent: Contract | None) -> Decision:
        situation = replace(self.situation, contract=self.contract)
        if parent is not None:
            situation = replace(situation, parent=parent)
        return decide(situation, command, self.policy, at)

    def take(self, decision: Decision, today: date) -> None:
        """After a step the job asks at once for the next. One that waits is looked at again on
        the day it names, on its calendar's, or when its parent moves."""
        if isinstance(decision, Change):
            self.contract, self.looks_on = decision.contract, today
            return
        days = (decision.again_on, expiry_due_on(self.contract, self.policy))
        self.looks_on = next((day for day in days if day is not None and day > today), None)


def forecast(
    situation: Situation,
    policy: Policy,
    now: datetime,
    until: date,
    parent: tuple[Situation, Policy] | None = None,
) -> Forecast:
    """Every step up to and including the day `until`. `parent`: the situation of the contract
    that this one hangs on, whose own steps are taken but not told."""
    contract = situation.contract
    if contract is None:
        return Forecast((), True)
    today = local_day(now, policy.zone)
    own = _Course(situation, contract, policy, today)
    above: _Course | None = None
    if parent is not None and parent[0].contract is not None:
        above = _Course(parent[0], parent[0].contract, parent[1], today)
    steps: list[Step] = []
    while (course := _first(above, own, until)) is not None and course.looks_on is not None:
        on = course.looks_on
        at = max(now, day_start(on, policy.zone))
        try:
            step = _taken(course, own, above, on, at)
        except Broken as doubt:
            course.looks_on = None
            step = Step(on, None, str(doubt)) if course is own else None
        if step is None:
            continue
        if len(steps) == MOST_STEPS:
            return Forecast(tuple(steps), False)
        steps.append(step)
        if step.change is None:
            break
    return Forecast(tuple(steps), True)


def _first(above: _Course | None, own: _Course, until: date) -> _Course | None:
    """Who is looked at next; on the same day the parent goes first."""
    found = [
        (course.looks_on, course)
        for course in (above, own)
        if course is not None and course.looks_on is not None and course.looks_on <= until
    ]
    return min(found, key=lambda each: each[0])[1] if found else None


def _taken(
    course: _Course, own: _Course, above: _Course | None, on: date, at: datetime
) -> Step | None:
    """The step of whoever is due, as far as it is the contract's own; a parent's step is followed
    on the same day."""
    kin = above.contract if above is not None else None
    decision = course.decide(ComeDue(JOB), at, kin if course is own else None)
    course.take(decision, on)
    if course is not own and isinstance(decision, Change):
        decision = own.decide(Follow(JOB), at, course.contract)
        if isinstance(decision, Change):
            own.take(decision, on)
    elif course is not own:
        return None
    return Step(on, decision) if isinstance(decision, Change) else None
