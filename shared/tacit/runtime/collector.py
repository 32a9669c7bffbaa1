"""The renewals job's worker: one message, some shards of a run, in them some holders at a time.

All that is due of a holder meets here, because the keys of the calendar carry his mark. How many
are due of the holders at hand is written down before anything of theirs is worked: what is
committed leaves the calendar, so that whoever goes on after a time-out, a cut or beside another
worker counts what he does not see any more. The cursor passes holders only when all of theirs is
worked.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from functools import partial
from typing import TypeAlias

from tacit.domain.decision import Situation
from tacit.domain.refusals import Broken
from tacit.domain.values import Contract
from tacit.runtime.due import Due
from tacit.runtime.errand import Errand
from tacit.runtime.group import Group
from tacit.runtime.jobs import Jobs, Parcel
from tacit.runtime.one_holder import OneHolder, Pending, all_through
from tacit.runtime.parcels import work_parcel
from tacit.runtime.related import is_covered, is_parked, order_key
from tacit.runtime.stack import Stack
from tacit.runtime.stages import Stages
from tacit.runtime.tally import Tally
from tacit.runtime.till import OutOfTime, Till
from tacit.store import keys
from tacit.store.accounts_of import raw_accounts
from tacit.store.codec import Item, Raw
from tacit.store.deeds import Deed, deed_of_run
from tacit.store.mapping import contract_of, order_of
from tacit.store.repository import done_by
from tacit.store.runs import ALL
from tacit.store.shard_states import ShardState
from tacit.versions import newest_of, policy_of

_KEYS_AT_ONCE = 1000
_HEADS_AT_ONCE = 500
# The keys at hand that are not counted yet; None where there are too many to be kept.
Kept: TypeAlias = frozenset[keys.Key] | None
_TOGETHER = 100  # contracts of several holders that are begun together, or one holder with more


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
        self._stack = stack
        self._jobs = Jobs(stack)
        self._stages = Stages(stack)
        self._till = Till(stack, time_left, reserve)
        self._keys_at_once = keys_at_once

    def work(self, parcel: Parcel) -> None:
        """Time is looked at before each transaction, not between shards."""
        work_parcel(self._jobs, self._stages, parcel, lambda: False, self._work_shard)

    def _work_shard(self, errand: Errand, state: ShardState, totals: Counter[str]) -> bool:
        """True when the shard is done, False when time ran out before its end."""
        by_holder = {} if state.done else self._by_holder(errand)
        past: Tally | None = None  # of the holders before, saved together with who comes next
        while not state.done:
            last, of_anybody = _next(by_holder, state)
            found = self._at_hand(of_anybody, state, errand)
            if last is None:
                state, past = self._stages.saved(errand, state.over(), past), None
                continue
            if state.at_hand is None:
                state, past = self._stages.saved(errand, state.begun(last, found), past), None
                continue  # with these holders, or where another worker is who is ahead
            tally = Tally()
            try:
                self._till.check_time()
                kept = frozenset(state.records) if state.keeps_keys else None
                self._work_holders(found, kept, errand, tally)
                self._till.worked_one()
            except OutOfTime:
                totals.update(self._out_of_time(found, state, errand, tally).counts)
                return False
            self._count_gone(found, state, errand, tally)
            totals.update(tally.counts)
            state, past = state.past(last), tally
        return True

    def _out_of_time(
        self, found: list[keys.Key], state: ShardState, errand: Errand, tally: Tally
    ) -> Tally:
        """What is through is counted and told. Everything else is met again by whoever goes on."""
        through = tally.only({"done", "parked"})
        if not state.keeps_keys:
            self._count_gone(found, state, errand, through)
        due = state.records if state.keeps_keys else found
        left = state.left_with([key for key in due if key not in through.entries])
        self._stages.saved(errand, left, through)
        return through

    def _count_gone(
        self, found: list[keys.Key], state: ShardState, errand: Errand, tally: Tally
    ) -> None:
        """What was due when its holders were begun and is not any more: an earlier worker of these
        holders has renewed it, or parked it; or somebody else took it out of the calendar."""
        if not state.keeps_keys:
            word = "unchanged" if errand.plans else "done"
            tally.unseen[word] += max(0, state.due - len(found))
            return
        gone = sorted(set(state.records) - set(found))
        heads = self._stack.table.get_many(gone)
        for key in gone:
            raw = heads.get(key, {})
            if is_parked(raw, errand.job):
                tally.note(key, raw, "parked")
            else:
                self._note_by_history(key, raw, errand, tally)

    def _note_by_history(self, key: keys.Key, raw: Raw, errand: Errand, tally: Tally) -> None:
        """A person may have changed it since this run did it: then its head does not name the run
        any more, and its history does. Planning has done nothing."""
        deed = None
        if not errand.plans:
            with suppress(Broken):  # since then: what was done is done
                deed = deed_of_run(self._stack.table, key, contract_of(raw), errand.mark)
        did = deed is not None and (deed.events or deed.charges)
        if did or done_by(raw) == errand.mark:
            tally.note(key, raw, "done", (), deed)
        else:
            tally.note(key, raw, "unchanged")

    def _deed(self, key: keys.Key, raw: Raw, contract: Contract, errand: Errand) -> Deed | None:
        if done_by(raw) != errand.mark:
            return None
        return deed_of_run(self._stack.table, key, contract, errand.mark)

    def _by_holder(self, errand: Errand) -> dict[str, list[keys.Key]]:
        """All keys that are due in the shard, by the mark of their holder."""
        found: dict[str, list[keys.Key]] = {}
        after: Item | None = None
        while True:
            page = self._jobs.runs.due(
                errand.job, errand.shard, errand.as_of, self._keys_at_once, after
            )
            for item in page.items:
                mark = keys.holder_in(item[f"{errand.job}_due_at"])
                found.setdefault(mark, []).append((item["pk"], item["sk"]))
            after = page.after
            if after is None:
                return found

    def _at_hand(self, found: list[keys.Key], state: ShardState, errand: Errand) -> list[keys.Key]:
        """What the run has to count of these. Where their keys are not kept, what it has told
        already is none of it: it may be due again at once."""
        covered = self._covered(found, errand.scope)
        if state.keeps_keys:
            return covered
        told = self._stages.told_before(errand)
        return [key for key in covered if key not in told]

    def _covered(self, found: list[keys.Key], scope: str) -> list[keys.Key]:
        """The calendar does not know providers, so that of a run of one the heads are asked before
        anything is written down of them."""
        if scope == ALL:
            return found
        covered: list[keys.Key] = []
        for start in range(0, len(found), _HEADS_AT_ONCE):
            some = found[start : start + _HEADS_AT_ONCE]
            heads = self._stack.table.get_many(some)
            covered += [key for key in some if key in heads and is_covered(heads[key], scope)]
        return covered

    def _work_holders(
        self, found: list[keys.Key], kept: Kept, errand: Errand, tally: Tally
    ) -> None:
        """Two holders may share a mark; each has a purse of his own. What is decided of all of them
        is committed together; who lost a race is then worked by himself."""
        by_person: dict[tuple[str, str], list[Due]] = {}
        for due in self._read(found, kept, errand, tally):
            person = (due.contract.provider, due.contract.holder)
            by_person.setdefault(person, []).append(due)
        again = partial(self._again, kept, errand, tally)
        accounts = raw_accounts(self._stack.table, sorted(by_person))
        holders = [
            OneHolder(self._till, person, by_person[person], errand, tally, again, raws)
            for person, raws in accounts.items()
        ]
        if not errand.plans:
            self._commit_together(holders)
        for holder in holders:
            holder.collect_all()

    def _commit_together(self, holders: list[OneHolder]) -> None:
        now = self._till.begins_a_transaction
        group: Group[Pending] = Group(self._stack.table, now, self._through, _alone)
        for holder in holders:
            for pending in holder.fold():
                writes = holder.writes(pending)
                if not group.take(pending, writes):
                    group.flush()
                    if holder.lost:
                        break  # what was decided stands on what did not go through
                    group.take(pending, writes)
        group.flush()
        for holder in holders:
            if not holder.lost:
                holder.settle()

    def _through(self, members: Sequence[Pending]) -> None:
        all_through(self._till, members)

    def _again(self, kept: Kept, errand: Errand, tally: Tally, key: keys.Key) -> Due | None:
        return next(self._read([key], kept, errand, tally), None)

    def _read(
        self, found: list[keys.Key], kept: Kept, errand: Errand, tally: Tally
    ) -> Iterator[Due]:
        """What can be read and was not worked by this run already; all others are
        counted. A contract that is due again after this run renewed it waits for the next run, and
        so does one that came due after its holder was begun; one that could not be paid is asked
        again, since money is kept for it."""
        for start in range(0, len(found), _HEADS_AT_ONCE):
            some = found[start : start + _HEADS_AT_ONCE]
            heads = self._stack.table.get_many(some)
            raws = [(key, heads[key]) for key in some if key in heads]
            wanted = {order for _, raw in raws if (order := order_key(raw)) is not None}
            orders = self._stack.table.get_many(sorted(wanted))
            for key, raw in raws:
                if kept is not None and key not in kept:
                    continue  # counted when time ran out, or not there yet
                if done_by(raw) == errand.mark and not _waits_for_money(raw):
                    self._note_by_history(key, raw, errand, tally)
                elif is_parked(raw, errand.job):
                    tally.note(key, raw, "parked")
                else:
                    try:
                        contract = contract_of(raw)
                        before = self._deed(key, raw, contract, errand)
                        placed = orders.get(order_key(raw) or ("", ""))
                        yield _due(key, raw, contract, placed, before)
                    except Broken as broken:
                        word = self._till.park(key, raw, str(broken), errand)
                        tally.note(key, raw, word)


def _next(
    by_holder: dict[str, list[keys.Key]], state: ShardState
) -> tuple[str | None, list[keys.Key]]:
    """The next holders and all that is due of them: those that were begun, else as many as are
    begun together. None where nobody is left; the last one's mark names them."""
    ahead = sorted(mark for mark in by_holder if mark > state.last_holder)
    if state.at_hand is not None:
        begun = [key for mark in ahead if mark <= state.at_hand for key in by_holder[mark]]
        return state.at_hand, begun
    last, found = None, list[keys.Key]()
    for mark in ahead:
        if found and len(found) + len(by_holder[mark]) > _TOGETHER:
            break
        last, found = mark, found + by_holder[mark]
    return last, found


def _alone(members: Sequence[Pending], of: frozenset[str]) -> None:
    for pending in members:
        pending.holder.race_lost(of)


def _waits_for_money(raw: Raw) -> bool:
    """Whether its open notice says why it could not be paid, or something is owed."""
    notice = raw.get("notice", {}).get("M", {})
    return "M" in notice.get("short", {}) or "M" in raw.get("owed", {})


def _due(
    key: keys.Key, raw: Raw, contract: Contract, order: Raw | None, before: Deed | None
) -> Due:
    read = order_of(order) if order is not None else None
    situation = Situation(contract, read, newest=newest_of(contract))
    return Due(key, raw, contract, situation, policy_of(contract), before)
