"""The expiries job's worker: everything due in some shards, step by step.

A record is decided on fresh values and committed alone.
"""

from collections.abc import Callable
from dataclasses import replace

from tacit.domain.commands import ComeDue
from tacit.domain.decision import NothingToDo, Situation
from tacit.domain.life import decide
from tacit.domain.refusals import Broken
from tacit.domain.values import JOB, Contract, Order
from tacit.runtime.jobs import Parcel
from tacit.runtime.records import Raws, Records
from tacit.runtime.related import order_key, parent_key
from tacit.runtime.shards import Shards
from tacit.runtime.stack import Stack
from tacit.store import keys
from tacit.store.codec import Raw
from tacit.store.mapping import contract_of, order_of
from tacit.store.repository import LostRace, done_by
from tacit.versions import newest_of, policy_of

_LOST_RACES = 10
_STEPS = 12  # more can not be due of one contract at once


class Worker:
    """`time_left` gives the milliseconds this invocation still has."""

    def __init__(self, stack: Stack, time_left: Callable[[], int], reserve: int = 30_000) -> None:
        self._repository = stack.repository
        self._clock = stack.clock
        shards = Shards(stack, time_left, reserve)
        self._records = Records(stack, shards, self._read, self._brought_up_to_date)

    def work(self, parcel: Parcel) -> None:
        self._records.work(parcel)

    def _read(self, records: tuple[keys.Key, ...]) -> tuple[Raws, Raws]:
        """The page's heads, their orders and parents: two batched reads, whatever they are."""
        heads = self._repository.table.get_many(records)
        others = {key for raw in heads.values() for key in (order_key(raw), parent_key(raw))}
        return heads, self._repository.table.get_many(sorted(filter(None, others)))

    def _brought_up_to_date(self, key: keys.Key, raw: Raw, others: Raws, parcel: Parcel) -> str:
        """One step of the calendar after the other, each its own transaction, until none is due.
        What this run did before it was cut off counts as done."""
        contract, lost = contract_of(raw), 0
        situation = self._situation(contract, raw, others)
        outcome = "done" if done_by(raw) == parcel.run_id else "unchanged"
        for _ in range(_STEPS + _LOST_RACES):
            rules = policy_of(contract)
            situation = replace(situation, contract=contract)
            decision = decide(situation, ComeDue(JOB), rules, parcel.as_of)
            if isinstance(decision, NothingToDo):
                return outcome
            try:
                written = policy_of(decision.contract)
                self._repository.commit(decision, written, self._clock.now(), run=parcel.run_id)
                contract, outcome = decision.contract, "done"
            except LostRace:
                lost += 1
                fresh = self._repository.table.get_raw(key)
                if fresh is None or lost > _LOST_RACES:
                    raise
                contract = contract_of(fresh)
                situation = self._situation(contract, fresh, {})
                outcome = "done" if done_by(fresh) == parcel.run_id else outcome
        raise Broken("its steps come to no end")

    def _situation(self, contract: Contract, raw: Raw, others: Raws) -> Situation:
        order, parent = self._order(raw, others), self._parent(raw, others)
        return Situation(contract, order, parent, newest_of(contract))

    def _parent(self, raw: Raw, others: Raws) -> Contract | None:
        key = parent_key(raw)
        found = key and (others.get(key) or self._repository.table.get_raw(key))
        try:
            return contract_of(found) if found else None
        except Broken as broken:
            raise Broken(f"its parent cannot be read: {broken}") from broken

    def _order(self, raw: Raw, orders: Raws) -> Order | None:
        """From what was read with the page, or read now where the order is not among it."""
        key = order_key(raw)
        if key is None:
            return None
        found = orders.get(key) or self._repository.table.get_raw(key)
        try:
            return order_of(found) if found is not None else None
        except Broken as broken:
            raise Broken(f"its order cannot be read: {broken}") from broken
