"""The fuses of a run: one for each provider that it covers."""

from collections import Counter
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from tacit.domain.fuse import judged
from tacit.policies import newest, shipped
from tacit.runtime.observability import held, logger
from tacit.store.fuses import Fuses, FuseState, Held
from tacit.store.runs import ALL, REST, Run
from tacit.store.shard_states import ShardState
from tacit.store.table import Table

# A run without irreversible steps ends a silence, which days are long enough to measure.
_QUIET = timedelta(hours=12)


def providers_of(scope: str) -> list[str]:
    return sorted(shipped()) if scope == ALL else scope.split("+")


class RunFuses:
    def __init__(self, table: Table) -> None:
        self._fuses = Fuses(table)

    def least_count(self, scope: str) -> int:
        """From how many due records on a run looks before it leaps: below, no fuse can hold it."""
        return min(newest(name).fuse.min_count for name in providers_of(scope))

    def joined(self, job: str, scope: str) -> dict[str, dict[str, Any]]:
        """The providers that another run of the job is held for: what waits there waits here."""
        fuses = self._fuses.of(job, providers_of(scope))
        return {
            name: {"joins": fuse.held.run_id}
            for name, fuse in fuses.items()
            if fuse.held is not None
        }

    def judged(
        self, run: Run, states: Mapping[str, ShardState], now: datetime
    ) -> dict[str, dict[str, Any]]:
        """Why irreversible steps wait, by provider; what is found to be held raises the alarm."""
        wanted, found = _irreversible(states), dict[str, dict[str, Any]]()
        for name, fuse in self._fuses.of(run.job, providers_of(run.scope)).items():
            hold = fuse.held or self._tripped(run, fuse, wanted[name], now)
            if hold is None:
                continue
            if hold.run_id == run.id:
                found[name] = {"code": str(hold.tripped.code), **hold.tripped.numbers}
            else:
                found[name] = {"joins": hold.run_id}
        return found

    def _tripped(self, run: Run, fuse: FuseState, wanted: int, now: datetime) -> Held | None:
        """The hold that there is from now on: this run's, or of another one that came first."""
        name = fuse.provider
        tripped = judged(wanted, fuse.usual, newest(name).fuse, run.as_of)
        if tripped is None:
            return None
        if self._fuses.hold(run.job, name, run.id, tripped, now):
            logger().error("run held", run=run.id, provider=name, code=str(tripped.code))
            held(run.job)
        return self._fuses.one(run.job, name).held

    def done(self, run: Run, states: Mapping[str, ShardState]) -> None:
        """What the run has done is usual from now on. Of a held provider, once it is released."""
        done = _irreversible(states)
        every = frozenset(providers_of(run.scope))
        over = every & run.own_holds if run.stage == REST else every - frozenset(run.held)
        for name, fuse in self._fuses.of(run.job, sorted(over)).items():
            last = fuse.usual.last_as_of
            recent = last is not None and run.as_of - last < _QUIET
            if done[name] or not recent:
                # What was released is of the day of its release: the silence is over then.
                as_of = max(run.as_of, run.released_at or run.as_of)
                self._fuses.done(run.job, name, run.id, as_of, done[name])

    def let_go(self, run: Run, but: frozenset[str] = frozenset()) -> None:
        """Whatever is held by this run, and should not be: a run that is over holds nothing, and of
        two who judged it at once only one moved it on."""
        for name, fuse in self._fuses.of(run.job, providers_of(run.scope)).items():
            if fuse.held is not None and fuse.held.run_id == run.id and name not in but:
                self._fuses.release(run.job, name, run.id)


def _irreversible(states: Mapping[str, ShardState]) -> Counter[str]:
    """How many records had an irreversible step, by provider."""
    found: Counter[str] = Counter()
    for state in states.values():
        for name, number in state.totals.items():
            kind, _, provider = name.partition("|")
            if kind == "irreversible":
                found[provider] += number
    return found
