"""The renewals job's worker: one message, some shards of a run, in them one holder after the other.

All that is due of a holder meets here, because the keys of the calendar carry his mark. How many
are due of him is written down before anything of his is worked: what is committed leaves the
calendar, so that whoever goes on after a time-out, a cut or beside another worker counts what he
does not see any more. The cursor passes a holder only when all of his is worked.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial

from tacit.domain.decision import Situation
from tacit.domain.refusals import Broken
from tacit.runtime.jobs import Jobs, Parcel
from tacit.runtime.observability import count, logger
from tacit.runtime.one_holder import Due, OneHolder, OutOfTime, Till
from tacit.runtime.related import is_covered, is_parked, order_key
from tacit.runtime.stack import Stack
from tacit.store import keys
from tacit.store.codec import Item, Raw
from tacit.store.mapping import contract_of, order_of
from tacit.store.repository import done_by
from tacit.store.runs import COUNTS, ShardState
from tacit.versions import newest_of, policy_of

_KEYS_AT_ONCE = 1000
_HEADS_AT_ONCE = 500


class Collector:
    """`time_left` and `reserve` as the expiries' worker has them; `keys_at_once` is how many keys
    of the calendar are asked for with one query."""

    def __init__(
        self,
        stack: Stack,
        time_left: Callable[[], int],
        reserve: int = 30_000,
        keys_at_once: int = _KEYS_AT_ONCE,
    ) -> None:
        self._repository = stack.repository
        self._jobs = Jobs(stack)
        self._till = Till(stack, time_left, reserve)
        self._keys_at_once = keys_at_once

    def work(self, parcel: Parcel) -> None:
        totals: Counter[str] = Counter(dict.fromkeys(COUNTS, 0))
        for number, shard in enumerate(parcel.shards):
            if not self._work_shard(parcel, shard, totals):
                self._jobs.send([replace(parcel, shards=parcel.shards[number:])])
                break
        logger().info("parcel worked", run=parcel.run_id, counts=dict(totals))
        count({name.capitalize(): value for name, value in totals.items()})

    def _work_shard(self, parcel: Parcel, shard: str, totals: Counter[str]) -> bool:
        """True when the shard is done, False when time ran out before its end."""
        state = self._jobs.runs.shard(parcel.run_id, shard)
        if state.done:
            return True
        by_holder = self._by_holder(parcel, shard)
        if state.at_hand is not None:  # all of his may have been worked before a cut
            by_holder.setdefault(state.at_hand, [])
        for holder, found in sorted(by_holder.items()):
            if holder > state.last_holder and holder != state.at_hand:
                state = self._save(parcel, state.begun(holder, len(found)))
            if state.done or holder <= state.last_holder:
                continue
            counts: Counter[str] = Counter()
            try:
                self._till.check_time()
                self._work_holder(found, parcel, counts)
                self._till.worked_one()
            except OutOfTime:
                self._save(parcel, state.parked(counts["parked"]))
                return False
            finally:
                totals.update(counts)
            counts["done"] += max(0, state.due - len(found))
            state = state.past(holder, counts)
        self._save(parcel, state.over())
        return True

    def _save(self, parcel: Parcel, state: ShardState) -> ShardState:
        """Where another worker has come as far with the shard, his state is the one to go on."""
        saved = self._jobs.runs.save(parcel.run_id, state)
        return state if saved else self._jobs.runs.shard(parcel.run_id, state.shard)

    def _by_holder(self, parcel: Parcel, shard: str) -> dict[str, list[keys.Key]]:
        """All keys that are due in the shard, by the mark of their holder."""
        found: dict[str, list[keys.Key]] = {}
        after: Item | None = None
        while True:
            page = self._jobs.runs.due(parcel.job, shard, parcel.as_of, self._keys_at_once, after)
            for item in page.items:
                mark = keys.holder_in(item[f"{parcel.job}_due_at"])
                found.setdefault(mark, []).append((item["pk"], item["sk"]))
            after = page.after
            if after is None:
                return found

    def _work_holder(self, found: list[keys.Key], parcel: Parcel, counts: Counter[str]) -> None:
        """Two holders may share a mark; each has a purse of his own."""
        by_person: dict[tuple[str, str], list[Due]] = {}
        for due in self._read(found, parcel, counts):
            person = (due.contract.provider, due.contract.holder)
            by_person.setdefault(person, []).append(due)
        for person, his in sorted(by_person.items()):
            again = partial(self._again, parcel, counts)
            OneHolder(self._till, person, his, parcel, counts, again).collect_all()

    def _again(self, parcel: Parcel, counts: Counter[str], key: keys.Key) -> Due | None:
        return next(self._read([key], parcel, counts), None)

    def _read(self, found: list[keys.Key], parcel: Parcel, counts: Counter[str]) -> Iterator[Due]:
        """What is covered, can be read and was not worked by this run already; all others are
        counted. A contract that is due again after this run renewed it waits for the next run."""
        for start in range(0, len(found), _HEADS_AT_ONCE):
            some = found[start : start + _HEADS_AT_ONCE]
            heads = self._repository.table.get_many(some)
            raws = [(key, heads[key]) for key in some if key in heads]
            wanted = {order for _, raw in raws if (order := order_key(raw)) is not None}
            orders = self._repository.table.get_many(sorted(wanted))
            for key, raw in raws:
                if not is_covered(raw, parcel.scope):
                    continue
                if done_by(raw) == parcel.run_id:
                    counts["done"] += 1
                elif is_parked(raw, parcel.job):
                    counts["parked"] += 1
                else:
                    try:
                        yield _due(key, raw, orders.get(order_key(raw) or ("", "")))
                    except Broken as broken:
                        counts[self._till.park(key, raw, str(broken), parcel.run_id)] += 1


def _due(key: keys.Key, raw: Raw, order: Raw | None) -> Due:
    contract = contract_of(raw)
    read = order_of(order) if order is not None else None
    situation = Situation(contract, read, newest=newest_of(contract))
    return Due(key, raw, contract, situation, policy_of(contract))
