"""A household as its calendars would lead it: a contract, the one it follows, and whatever else is
paid from the same accounts, lived day by day.

Each step is the decision a job would take on that day, on the values as the steps before left
them. Both jobs are taken to run on every day: the expiries', the renewals', and the expiries'
again.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from tacit.domain.collecting import Purse, by_priority, collect
from tacit.domain.commands import ComeDue, Follow
from tacit.domain.course import Course
from tacit.domain.days import day_start
from tacit.domain.decision import Change, Decision, Situation
from tacit.domain.life import decide
from tacit.domain.money import Money
from tacit.domain.notices import notice_of_period
from tacit.domain.policy import Policy
from tacit.domain.refusals import Broken
from tacit.domain.values import JOB, Account

MOST_STEPS = 200
MOST_DECISIONS = 20_000
Member = tuple[Situation, Policy]


@dataclass(frozen=True, slots=True)
class Step:
    """One decision on one contract and its day; or, where the record will wait for a person, why
    (`parked`)."""

    on: date
    contract_id: str
    change: Change | None
    parked: str | None = None


@dataclass(frozen=True, slots=True)
class Lack:
    """What was asked for on a day and could not be paid: `short` is missing on the account that
    lacks least (None: there is none in its currency)."""

    on: date
    contract_id: str
    amount: Money
    short: Money
    account_id: str | None


class Household:
    """Everybody on the way, what is on the accounts, and the steps so far: those of the contract
    `of`, or of all."""

    def __init__(
        self,
        members: Iterable[tuple[Situation, Policy]],
        accounts: Sequence[Account],
        today: date,
        of: str | None,
    ) -> None:
        self.accounts, self.of = tuple(accounts), of
        self.steps: list[Step] = []
        self.lacks: list[Lack] = []
        self.decisions = self.happened = 0
        self.is_still = False
        self.courses = {
            situation.contract.id: Course(situation, situation.contract, policy, today)
            for situation, policy in members
            if situation.contract is not None
        }

    def next_day(self) -> date | None:
        """While nothing else happens, what waits for money finds none on another day either."""
        courses = self.courses.values()
        days = [c.expiry_on for c in courses if c.expiry_on is not None]
        days += [
            c.renewal_on
            for c in courses
            if c.renewal_on is not None and not (self.is_still and c.waits_to_begin)
        ]
        return min(days, default=None)

    def live(self, on: date, now: datetime) -> None:
        """One day. The jobs run on it more than once: where something came of the first run, what
        it had found short may find money that was kept until then."""
        before = self.happened
        self._run(on, now)
        short = [c for c in self.courses.values() if c.was_found_short(on)]
        if short and self.happened > before:
            for course in short:
                course.ask_again(on)
            self._run(on, now)
        self.is_still = self.happened == before

    def _run(self, on: date, now: datetime) -> None:
        """What ends, what is collected, and what ends because it was not."""
        self._expiries(on, now)
        self._renewals(on, now)
        self._expiries(on, now)

    def _expiries(self, on: date, now: datetime) -> None:
        """Those that others hang on first, so that these find them as they will be."""
        due = [c for c in self.courses.values() if c.expiry_on is not None and c.expiry_on <= on]
        for course in sorted(due, key=lambda c: (c.contract.parent_id is not None, c.contract.id)):
            self._come_due(course, on, now)

    def _come_due(self, course: Course, on: date, now: datetime) -> None:
        """One step after the other, until none is due."""
        at = max(now, day_start(on, course.policy.zone))
        try:
            while isinstance(decision := self._decide(course, ComeDue(JOB), at), Change):
                self._take(course, decision, on, at)
        except Broken as doubt:
            self._parked(course, on, doubt)
            return
        course.wait(decision.again_on, on)

    def _renewals(self, on: date, now: datetime) -> None:
        due = {
            c.contract.id: c
            for c in self.courses.values()
            if c.renewal_on is not None and c.renewal_on <= on
        }
        purse = Purse(self.accounts)
        for contract, policy in by_priority([(c.contract, c.policy) for c in due.values()]):
            course, at = due[contract.id], max(now, day_start(on, policy.zone))
            self.decisions += 1
            try:
                collected = collect(course.situation, contract, purse, JOB, policy, at)
            except Broken as doubt:
                self._parked(course, on, doubt)
                continue
            if isinstance(collected.decision, Change):
                self.lacks += _lack(purse, collected.decision, on)
                self._take(course, collected.decision, on, at)
            elif course.was_found_short(on):
                course.wait_until_tomorrow(on)
            else:
                course.wait_for_money(on)
            purse = collected.purse
        self.accounts = purse.accounts

    def _decide(self, course: Course, command: ComeDue | Follow, at: datetime) -> Decision:
        self.decisions += 1
        situation = replace(course.situation, contract=course.contract)
        above = self.courses.get(course.contract.parent_id or "")
        if above is not None:
            situation = replace(situation, parent=above.contract)
        return decide(situation, command, course.policy, at)

    def _take(self, course: Course, change: Change, on: date, at: datetime) -> None:
        """The step, and those of whatever follows the contract, on the same day."""
        course.take(change, on)
        if change.events:
            self._tell(Step(on, change.contract.id, change))
        for other in self.courses.values():
            if other.contract.parent_id == change.contract.id:
                followed = self._decide(other, Follow(JOB), at)
                if isinstance(followed, Change):
                    self._take(other, followed, on, at)

    def _parked(self, course: Course, on: date, doubt: Broken) -> None:
        course.stop()
        self._tell(Step(on, course.contract.id, None, str(doubt)))

    def _tell(self, step: Step) -> None:
        self.happened += 1
        if self.of in (None, step.contract_id):
            self.steps.append(step)


def _lack(purse: Purse, change: Change, on: date) -> Iterator[Lack]:
    """What the change asked the purse for in vain: its next term, or what its warranty laid out."""
    contract = change.contract
    notice = contract.owed.notice if contract.owed is not None else notice_of_period(contract)
    if notice is None or change.movement is not None or notice.tried_on != on:
        return
    account = purse.fullest(notice.amount)
    short = purse.missing(account, notice.amount) if account else notice.amount
    if short.minor > 0:
        account_id = account.id if account else None
        yield Lack(on, contract.id, notice.amount, short, account_id)
