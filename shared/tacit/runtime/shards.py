"""Working a message of a job: some shards of a run, everything due in them, page by page.

A page is written down before it is worked and counted when it is over, so that a message that
comes twice, or was cut off, ends with the same counts.
"""

from collections import Counter
from collections.abc import Callable

from tacit.runtime.errand import Errand
from tacit.runtime.jobs import CALENDARS, Jobs, Parcel
from tacit.runtime.parcels import work_parcel
from tacit.runtime.stack import Stack
from tacit.runtime.stages import Stages
from tacit.runtime.tally import Tally
from tacit.store import keys
from tacit.store.shard_states import ShardState
from tacit.store.table import Page

PAGE = 50

# What a job makes of a page: how many of its records were worked before time ran out, and what
# came of them. One record at least is worked.
WorkPage = Callable[[tuple[keys.Key, ...], Errand], tuple[int, Tally]]


class Shards:
    """`time_left` gives the milliseconds this invocation still has; below `reserve` it stops
    after the records at hand and sends the rest on as a message of its own. One record at least is
    worked by every invocation, so that a run always ends."""

    def __init__(self, stack: Stack, time_left: Callable[[], int], reserve: int = 30_000) -> None:
        self._jobs = Jobs(stack)
        self._stages = Stages(stack)
        self._time_left = time_left
        self._reserve = reserve

    def work(self, parcel: Parcel, work_page: WorkPage) -> None:
        def work(errand: Errand, state: ShardState, totals: Counter[str]) -> bool:
            return self._work_shard(errand, state, totals, work_page)

        work_parcel(self._jobs, self._stages, parcel, self.is_late, work)

    def is_late(self) -> bool:
        return self._time_left() < self._reserve

    def _work_shard(
        self, errand: Errand, state: ShardState, totals: Counter[str], work_page: WorkPage
    ) -> bool:
        """True when the shard is done, False when time ran out before its end. Of what is only
        looked at nothing is committed, so that the first page need not be written down."""
        if state.page == 0:
            state = state.turned(self._behind(state, errand))
            if state.done or not errand.looks:
                state = self._stages.saved(errand, state)
        while not state.done:
            worked, tally = work_page(state.records, errand)
            totals.update(tally.counts)
            if worked < len(state.records):
                self._stages.saved(errand, state.left_at(worked), tally)
                return False
            turned = state.turned(self._behind(state, errand))
            state = self._stages.saved(errand, turned, tally)
            if not state.done and self.is_late():
                return False
        return True

    def _behind(self, state: ShardState, errand: Errand) -> Page:
        """The page behind the one at hand; it is not asked for where the index had no more."""
        if not state.reads_on:
            return Page()
        calendar = CALENDARS[errand.job]
        return self._jobs.runs.due(calendar, state.shard, errand.as_of, PAGE, state.after)
