"""The stages of a run: what a worker is sent to do, what it has done, and what comes next.

Every write here can be made again: a message that comes twice finds what it wrote the first time.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from tacit.runtime.errand import Errand
from tacit.runtime.fuses import RunFuses
from tacit.runtime.jobs import Jobs, Parcel
from tacit.runtime.lines import Line
from tacit.runtime.observability import finished, logger
from tacit.runtime.stack import Stack
from tacit.runtime.tally import Tally
from tacit.store import keys
from tacit.store.repository import done_by
from tacit.store.run_lines import DIFFERENCE, LINE, PLANNED, RunLines
from tacit.store.runs import HELD, PLAN, REST, WORK, Run
from tacit.store.shard_states import ShardState
from tacit.store.writes import Write

# The pages of a release come behind those of the work, and behind all is what was missing.
_RELEASED, _AT_THE_END = 500_000, 999_999


class Stages:
    def __init__(self, stack: Stack) -> None:
        self._table = stack.table
        self._clock = stack.clock
        self._jobs = Jobs(stack)
        self._lines = RunLines(stack.table)
        self._fuses = RunFuses(stack.table)

    def errands(self, parcel: Parcel) -> Callable[[str], tuple[Errand, ShardState]]:
        """What is to be done with each of the parcel's shards, and how far it was when the message
        came; whoever saves is told where another one has come further."""
        run = self._jobs.runs.get(parcel.run_id)
        states = self._jobs.runs.some_shards(parcel.run_id, parcel.shards, parcel.stage)
        held = _held(run, parcel.stage) if run else frozenset[str]()
        preview_id = run.preview_id if run else None

        def errand(shard: str) -> tuple[Errand, ShardState]:
            sent = Errand(
                run_id=parcel.run_id,
                job=parcel.job,
                as_of=parcel.as_of,
                scope=parcel.scope,
                stage=parcel.stage,
                shard=shard,
                held=held,
                agreed=self._agreed(preview_id, shard) if preview_id else None,
                shows=run is None or run.preview,
            )
            return sent, states[shard]

        return errand

    def _agreed(self, preview_id: str, shard: str) -> dict[str, Line]:
        return {line["id"]: line for line in self._lines.of_shard(preview_id, shard, PLANNED)}

    def saved(self, errand: Errand, state: ShardState, tally: Tally | None = None) -> ShardState:
        """The shard with what came of the records that are behind it now: it moves on, counts them
        and tells them line by line, all at once or not at all. Where another worker has come as
        far, his state is the one to go on, and only he has told."""
        told: list[Write] = []
        if tally is not None:
            state = state.counting(_counts(errand, tally), tally.totals)
            told += self._told(errand, state, tally)
        if state.done and errand.agreed and not errand.plans:
            missing = self._missing(errand, tally or Tally())
            told += self._lines.told(errand.run_id, errand.shard, _AT_THE_END, missing, DIFFERENCE)
            state = state.counting({"different": len(missing)}, {})
        state = state.counting({}, self._table.units.taken())
        if self._jobs.runs.save(errand.run_id, state, errand.stage, told):
            return state
        return self._jobs.runs.shard(errand.run_id, errand.shard, errand.stage)

    def told_before(self, errand: Errand) -> frozenset[keys.Key]:
        """The records of the shard that were told in this stage."""
        kind = PLANNED if errand.plans else LINE
        lines = self._lines.of_shard(errand.run_id, errand.shard, kind, _behind(errand))
        return frozenset(keys.of_record(line["id"]) for line in lines)

    def _told(self, errand: Errand, state: ShardState, tally: Tally) -> list[Write]:
        page = (errand.run_id, errand.shard, _behind(errand) + state.page)
        kind = PLANNED if errand.plans else LINE
        lines = [] if errand.looks else self._lines.told(*page, tally.lines, kind)
        return lines + self._lines.told(*page, tally.differences, DIFFERENCE)

    def _missing(self, errand: Errand, last: Tally) -> list[dict[str, Any]]:
        """What the preview had and nobody met in the shard, not in its `last` page either: it is
        not due any more, and not by this run."""
        there = self._lines.of_shard(errand.run_id, errand.shard, LINE)
        met = {line["id"] for line in [*there, *last.lines]}
        left = {n: line for n, line in (errand.agreed or {}).items() if n not in met}
        heads = self._table.get_many([keys.of_record(name) for name in left])
        done = {key for key, raw in heads.items() if done_by(raw) == errand.mark}
        return [
            {
                "id": name,
                "provider": line["provider"],
                "why": "not_due_any_more",
                "planned": line,
                "now": None,
            }
            for name, line in left.items()
            if keys.of_record(name) not in done
        ]

    def over(self, parcel: Parcel) -> None:
        """The parcel's shards are done. Whoever finds that all are moves the run on."""
        run = self._jobs.runs.get(parcel.run_id)
        if run is not None and parcel.stage == PLAN != run.stage:
            self._fuses.let_go(run, frozenset() if run.finished_at else run.own_holds)
        if run is None or run.finished_at is not None:
            return
        states = self._jobs.runs.shards(run.id, parcel.stage)
        if len(states) < keys.SHARDS or not all(state.done for state in states.values()):
            return
        if parcel.stage == PLAN:
            run = self._planned(run, states) if run.stage == PLAN else run
            if run.stage == WORK:
                self._jobs.deal(run)
        elif parcel.stage == run.stage:
            self._worked(run, states)

    def _planned(self, run: Run, states: dict[str, ShardState]) -> Run:
        """A preview is over; any other run goes on, with or without what its fuses hold."""
        planned = sum(sum(state.counts.values()) for state in states.values())
        if run.preview:
            after = replace(run, planned=planned, finished_at=self._clock.now())
        else:
            held = self._fuses.judged(run, states, self._clock.now())
            after = replace(run, planned=planned, held=held, stage=WORK)
        if self._jobs.runs.move(after, PLAN):
            return after
        there = self._jobs.runs.get(run.id) or after
        self._fuses.let_go(there, frozenset() if there.finished_at else there.own_holds)
        return there

    def _worked(self, run: Run, states: dict[str, ShardState]) -> None:
        """All is done that may be: the run is over, or waits for its release. Only when what was
        released is done do others meet nothing of it, and may judge for themselves."""
        if not run.waits:
            self._fuses.let_go(run)
        self._fuses.done(run, states)
        if run.waits:
            self._jobs.runs.move(replace(run, stage=HELD), run.stage)
            return
        now = self._clock.now()
        if not self._jobs.runs.move(replace(run, finished_at=now), run.stage):
            return
        seconds = max(0, int((now - run.started_at).total_seconds()))
        late = max(0, int((now - run.as_of).total_seconds()))
        logger().info("run finished", run=run.id, seconds=seconds)
        finished(run.job, seconds, late)


def _behind(errand: Errand) -> int:
    """The page behind which those of the stage come."""
    return _RELEASED if errand.stage == REST else 0


def _counts(errand: Errand, tally: Tally) -> Counter[str]:
    """What did not change was counted before the release."""
    before = ("unchanged", "refused") if errand.stage == REST else ()
    return Counter({name: n for name, n in tally.counts.items() if name not in before})


def _held(run: Run, stage: str) -> frozenset[str]:
    """Whose irreversible steps wait: while working all that are held, after the release only what
    other runs are held for."""
    return run.joined if stage == REST else frozenset(run.held)
