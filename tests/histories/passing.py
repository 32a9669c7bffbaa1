"""Time that goes by in a history of contracts, and the jobs that go with it."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from tests.histories import runs
from tests.histories.contracts import WHICH, Contracts
from tests.histories.eye import Stop
from tests.histories.heads import Head
from tests.histories.machine import DAYS, HOURS, cut

JOBS = st.sampled_from(("renewals", "expiries"))
NUMBER = st.integers(1, 6)


class Passing(Contracts):
    """Every rule is as likely as any other, so that some say the same in other words."""

    @rule(days=DAYS, hour=HOURS)
    def time_goes_on(self, days: int, hour: int) -> None:
        self.wait(days, hour)

    @rule(days=st.sampled_from((0, 0, 1, 13, 14)), hour=HOURS, first=JOBS, whole=st.booleans())
    def next_due(self, days: int, hour: int, first: str, whole: bool) -> None:
        """The clock goes on to the next day in a calendar, or a little beyond it, and the jobs
        run."""
        due = runs.next_due(self.stage.eye, self.stage.now)
        if due is not None:
            self.stage.stand(due + timedelta(days=days, hours=hour % 12))
        self.night(first, whole)

    @rule(first=JOBS, hour=HOURS)
    def and_next_due(self, first: str, hour: int) -> None:
        """As often as this, or nobody's contract would live to see its end."""
        self.next_due(0, hour, first, True)

    @rule(first=JOBS, hour=HOURS)
    def tomorrow(self, first: str, hour: int) -> None:
        self.wait(1, hour)
        self.night(first, True)

    @rule(first=JOBS, whole=st.booleans())
    def night(self, first: str, whole: bool) -> None:
        other = "expiries" if first == "renewals" else "renewals"
        for job in (first, other) if whole else (first,):
            self.errands.run(job, self.stage.now)
            self.stage.faults += runs.left_over(self.world, job, self.stage.now)

    @rule(job=JOBS, late=st.sampled_from((0, 0, 1, 10, 40)))
    def deal(self, job: str, late: int) -> None:
        """A run whose message waits; `late`: made so many days ago, and nobody worked it."""
        self.errands.deal(job, self.stage.now - timedelta(days=late))

    @precondition(lambda self: self.errands.waiting)
    @rule(which=WHICH, number=st.integers(0, 1), records=st.sampled_from((None, None, 1, 2)))
    def work(self, which: int, number: int, records: int | None) -> None:
        """A message that waits is worked, whole or until time is up; it may have waited long."""
        waiting = self.errands.waiting
        self.errands.work(waiting.pop(which % len(waiting)), number, records)

    @precondition(lambda self: self.errands.worked)
    @rule(which=WHICH, number=st.integers(0, 1))
    def work_again(self, which: int, number: int) -> None:
        """The queue delivers a message twice."""
        self.errands.work(self.errands.worked[-1 - which % len(self.errands.worked)], number)

    @rule(job=JOBS, number=NUMBER, behind=st.booleans())
    def cut_off(self, job: str, number: int, behind: bool) -> None:
        """The worker's process ends at one of its writes; the queue brings the message again."""
        body = self.errands.deal(job, self.stage.now)
        self.errands.waiting.remove(body)
        with self.stage.stopped(Stop(number, behind, cut)):
            if not self.errands.work(body):
                self.errands.waiting.append(body)

    def one_due(self, job: str, which: int) -> Head:
        """Of those that the job would meet now, if there are any."""
        name, now = f"{job}_due_at", self.stage.now
        due = [head for head in self.heads if runs.is_due(head, name, now)]
        return due[which % len(due)] if due else self.head(which)
