"""Working a message of a job: some shards of a run, everything due in them, page by page.

A page is written down before it is worked and counted when it is over, so that a message that
comes twice, or was cut off, ends with the same counts.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace

from tacit.runtime.jobs import CALENDARS, Jobs, Parcel
from tacit.runtime.observability import count, logger
from tacit.runtime.stack import Stack
from tacit.store import keys
from tacit.store.runs import COUNTS, ShardState
from tacit.store.table import Page

PAGE = 50

# What a job makes of a page: how many of its records were worked before time ran out, and what
# came of them. One record at least is worked.
WorkPage = Callable[[tuple[keys.Key, ...], Parcel], tuple[int, Counter[str]]]


class Shards:
    """`time_left` gives the milliseconds this invocation still has; below `reserve` it stops
    after the record at hand and sends the rest on as a message of its own. One record at least is
    worked by every invocation, so that a run always ends."""

    def __init__(self, stack: Stack, time_left: Callable[[], int], reserve: int = 30_000) -> None:
        self._jobs = Jobs(stack)
        self._time_left = time_left
        self._reserve = reserve

    def work(self, parcel: Parcel, work_page: WorkPage) -> None:
        totals: Counter[str] = Counter(dict.fromkeys(COUNTS, 0))
        for number, shard in enumerate(parcel.shards):
            late = number > 0 and self.is_late()
            if late or not self._work_shard(parcel, shard, totals, work_page):
                self._jobs.send([replace(parcel, shards=parcel.shards[number:])])
                break
        logger().info("parcel worked", run=parcel.run_id, counts=dict(totals))
        count({name.capitalize(): value for name, value in totals.items()})

    def is_late(self) -> bool:
        return self._time_left() < self._reserve

    def _work_shard(
        self, parcel: Parcel, shard: str, totals: Counter[str], work_page: WorkPage
    ) -> bool:
        """True when the shard is done, False when time ran out before its end."""
        state = self._jobs.runs.shard(parcel.run_id, shard)
        if state.page == 0:
            state = self._saved(parcel, state.turned({}, self._behind(state, parcel)))
        while not state.done:
            worked, counts = work_page(state.records, parcel)
            totals.update(counts)
            if worked < len(state.records):
                self._saved(parcel, state.left_at(worked, counts))
                return False
            state = self._saved(parcel, state.turned(counts, self._behind(state, parcel)))
            if not state.done and self.is_late():
                return False
        return True

    def _behind(self, state: ShardState, parcel: Parcel) -> Page:
        """The page behind the one at hand; it is not asked for where the index had no more."""
        if not state.reads_on:
            return Page()
        runs = self._jobs.runs
        return runs.due(CALENDARS[parcel.job], state.shard, parcel.as_of, PAGE, state.after)

    def _saved(self, parcel: Parcel, state: ShardState) -> ShardState:
        """Where another worker has come as far with the shard, his state is the one to go on."""
        runs = self._jobs.runs
        saved = runs.save(parcel.run_id, state)
        return state if saved else runs.shard(parcel.run_id, state.shard)
