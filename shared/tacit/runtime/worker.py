"""The expiries job's worker: everything due in some shards, step by step.

A record is decided on values read with its page, and committed under their versions.
"""

from collections.abc import Callable
from dataclasses import replace

from tacit.domain.commands import ComeDue
from tacit.domain.decision import Change, NothingToDo, Situation
from tacit.domain.life import decide
from tacit.domain.refusals import Broken
from tacit.domain.values import JOB, Contract, Order
from tacit.runtime.errand import Errand
from tacit.runtime.jobs import Parcel
from tacit.runtime.records import Raws, Records
from tacit.runtime.related import order_key, parent_key
from tacit.runtime.shards import Shards
from tacit.runtime.stack import Stack
from tacit.store import keys
from tacit.store.codec import Raw
from tacit.store.mapping import contract_of, order_of
from tacit.store.repository import writes_of
from tacit.store.writes import Write
from tacit.versions import newest_of, policy_of

_STEPS = 12  # more can not be due of one contract at once


class Worker:
    """`time_left` gives the milliseconds this invocation still has."""

    def __init__(self, stack: Stack, time_left: Callable[[], int], reserve: int = 30_000) -> None:
        self._records = Records(stack, Shards(stack, time_left, reserve), Expiries(stack))

    def work(self, parcel: Parcel) -> None:
        self._records.work(parcel)


class Expiries:
    """The calendar of contracts' ends."""

    def __init__(self, stack: Stack) -> None:
        self._repository = stack.repository
        self._clock = stack.clock

    def read(self, records: tuple[keys.Key, ...]) -> tuple[Raws, Raws]:
        """The page's heads, their orders and parents: two batched reads, whatever they are."""
        heads = self._repository.table.get_many(records)
        others = {key for raw in heads.values() for key in (order_key(raw), parent_key(raw))}
        return heads, self._repository.table.get_many(sorted(filter(None, others)))

    def record(self, raw: Raw) -> Contract:
        return contract_of(raw)

    def steps(self, raw: Raw, others: Raws | None, errand: Errand) -> tuple[Change, ...]:
        contract, found = contract_of(raw), list[Change]()
        order, parent = self._order(raw, others or {}), self._parent(raw, others or {})
        situation = Situation(contract, order, parent, newest_of(contract))
        for _ in range(_STEPS):
            decision = decide(situation, ComeDue(JOB), policy_of(contract), errand.as_of)
            if isinstance(decision, NothingToDo):
                return tuple(found)
            found.append(decision)
            contract = decision.contract
            situation = replace(situation, contract=contract)
        raise Broken("its steps come to no end")

    def writes(self, step: Change, mark: str) -> list[Write]:
        return writes_of(step, policy_of(step.contract), self._clock.now(), mark)

    def commit(self, step: Change, mark: str) -> None:
        self._repository.commit(step, policy_of(step.contract), self._clock.now(), run=mark)

    def read_again(self, key: keys.Key) -> Raw | None:
        return self._repository.table.get_raw(key)

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
