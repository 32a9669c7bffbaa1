"""A job's worker: one message, some shards of a run, everything due in them, page by page.

A record is read again, decided and committed alone; one that fails never fails its message. The
cursor is saved after every page, so that a message that comes twice, or was cut off, goes on
where the last page ended.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from tacit.domain.commands import ComeDue
from tacit.domain.decision import NothingToDo, Situation
from tacit.domain.life import decide
from tacit.domain.refusals import Broken
from tacit.domain.values import JOB
from tacit.runtime.jobs import Jobs, Parcel
from tacit.runtime.observability import count, log_unexpected, logger
from tacit.runtime.stack import Stack
from tacit.service import policy_of
from tacit.store import keys
from tacit.store.codec import Raw
from tacit.store.mapping import contract_of, order_of
from tacit.store.parking import RUNS_BEFORE_PARKING, Parking
from tacit.store.repository import LostRace
from tacit.store.runs import ALL, COUNTS, ShardState

PAGE = 50
_TRIES = 10
_STEPS = 12


class Worker:
    """`time_left` gives the milliseconds this invocation still has; below `reserve` it stops
    after the page at hand and sends the rest on as a message of its own."""

    def __init__(self, stack: Stack, time_left: Callable[[], int], reserve: int = 30_000) -> None:
        self._repository = stack.repository
        self._clock = stack.clock
        self._jobs = Jobs(stack)
        self._parking = Parking(stack.table)
        self._time_left = time_left
        self._reserve = reserve

    def work(self, parcel: Parcel) -> None:
        totals = dict.fromkeys(COUNTS, 0)
        for number, shard in enumerate(parcel.shards):
            if not self._work_shard(parcel, shard, totals):
                self._jobs.send([replace(parcel, shards=parcel.shards[number:])])
                break
        logger().info("parcel worked", run=parcel.run_id, counts=totals)
        count({name.capitalize(): value for name, value in totals.items()})

    def _work_shard(self, parcel: Parcel, shard: str, totals: dict[str, int]) -> bool:
        """True when the shard is done, False when time ran out before its end."""
        state = self._jobs.runs.shard(parcel.run_id, shard)
        while not state.done:
            page = self._jobs.runs.due(parcel.job, shard, parcel.as_of, PAGE, state.after)
            counts = dict.fromkeys(COUNTS, 0)
            for outcome in self._work_page([item["pk"] for item in page.items], parcel):
                counts[outcome] += 1
                totals[outcome] += 1
            state = self._saved(parcel.run_id, state.advanced(counts, page.after))
            if not state.done and self._time_left() < self._reserve:
                return False
        return True

    def _saved(self, run_id: str, state: ShardState) -> ShardState:
        """Where another worker has come further with the shard, his state is the one to go on."""
        runs = self._jobs.runs
        return state if runs.save(run_id, state) else runs.shard(run_id, state.shard)

    def _work_page(self, pks: list[str], parcel: Parcel) -> list[str]:
        """The page's heads and their orders, two batched reads; then each record alone."""
        heads = self._repository.table.get_many([(pk, keys.HEAD) for pk in pks])
        order_keys = {keys.order(raw["order_id"]["S"]) for raw in heads.values() if _has_order(raw)}
        orders = self._repository.table.get_many(sorted(order_keys))
        outcomes = []
        scope = parcel.scope.split("+")
        for key, raw in heads.items():
            if parcel.scope != ALL and raw.get("provider", {}).get("S") not in scope:
                continue
            order = orders.get(keys.order(raw["order_id"]["S"])) if _has_order(raw) else None
            outcomes.append(self._work_one(key, raw, order, parcel))
        return outcomes

    def _work_one(self, key: keys.Key, raw: Raw, order: Raw | None, parcel: Parcel) -> str:
        try:
            return self._brought_up_to_date(key, raw, order, parcel.as_of)
        except Broken as broken:
            return self._parked(key, raw, str(broken), parcel)
        except Exception as error:
            log_unexpected(error)
            return self._failed(key, raw, type(error).__name__, parcel)

    def _brought_up_to_date(
        self, key: keys.Key, raw: Raw, order_raw: Raw | None, as_of: datetime
    ) -> str:
        """One step of the calendar after the other, each its own transaction, until none is due."""
        outcome = "unchanged"
        lost = 0
        for _ in range(_STEPS):
            contract = contract_of(raw)
            order = order_of(order_raw) if order_raw else self._repository.order(contract.order_id)
            rules = policy_of(contract)
            decision = decide(Situation(contract, order), ComeDue(JOB), rules, as_of)
            if isinstance(decision, NothingToDo):
                return outcome
            try:
                self._repository.commit(decision, rules, self._clock.now())
                outcome = "done"
            except LostRace:
                lost += 1
                if lost > _TRIES:
                    raise
            fresh = self._repository.table.get_raw(key)
            if fresh is None:
                return outcome
            raw, order_raw = fresh, None
        raise Broken(f"more than {_STEPS} steps were due at once")

    def _parked(self, key: keys.Key, raw: Raw, reason: str, parcel: Parcel) -> str:
        logger().error("record parked", record=key[0], run=parcel.run_id)
        if not self._parking.park(key, raw, reason, self._clock.now()):
            return "unchanged"
        return "parked"

    def _failed(self, key: keys.Key, raw: Raw, reason: str, parcel: Parcel) -> str:
        """Left for the next run; after three runs it is a person's turn."""
        try:
            runs = self._parking.failed(key, raw, parcel.run_id, reason)
            if runs >= RUNS_BEFORE_PARKING:
                return self._parked(key, raw, f"failed in {runs} runs: {reason}", parcel)
        except Exception as error:
            log_unexpected(error)
        return "failed"


def _has_order(raw: Raw) -> bool:
    return isinstance(raw.get("order_id", {}).get("S"), str)
