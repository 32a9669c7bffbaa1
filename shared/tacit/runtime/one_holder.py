"""All that is due of one holder, decided in the order of priority.

One contract after the other is decided on the purse that the one before has left, and a charge
stands on the account as its decision saw it. What could not be paid is written down when all
charges are through. When somebody came between (a deposit, a payment, another worker), whatever is
not committed yet is decided again from the first on, on the accounts as they are then: what did not
fit before may fit now, and nothing less important comes before it.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from tacit.domain.collecting import Collected, Purse, collect
from tacit.domain.decision import Change, Decision, NothingToDo
from tacit.domain.policy import ShortBalance
from tacit.domain.refusals import Broken
from tacit.domain.values import JOB
from tacit.runtime.due import Due, in_order, word_of, written
from tacit.runtime.errand import Errand, Verdict, judged
from tacit.runtime.group import Group
from tacit.runtime.tally import Tally
from tacit.runtime.till import Till
from tacit.store import keys
from tacit.store.account_items import account_of
from tacit.store.accounts_of import raw_accounts
from tacit.store.codec import Raw
from tacit.store.patience import Busy
from tacit.store.repository import LostRace, done_by
from tacit.store.together import MOST
from tacit.store.writes import Write

_LOST_RACES = 20
_OF_ACCOUNT = ("account", "line")  # how the writes of a movement are called


@dataclass(frozen=True, slots=True)
class Pending:
    """A decision of a holder's fold that is to be committed; `keeps`: money is kept for it."""

    holder: "OneHolder"
    due: Due
    change: Change
    keeps: bool = False


class OneHolder:
    """`person` is (provider, holder); `accounts` are his, read with those of others: the first fold
    stands on them, any other reads them anew. `again` reads one contract afresh; None, and counted,
    where nothing is left to be done with it. `lost` says that a decision did not go through, or
    that others had their turn with an account: what was decided behind it stands on nothing."""

    def __init__(
        self,
        till: Till,
        person: tuple[str, str],
        due: list[Due],
        errand: Errand,
        tally: Tally,
        again: Callable[[keys.Key], Due | None],
        accounts: Sequence[Raw],
    ) -> None:
        self._accounts: Sequence[Raw] | None = accounts
        self._till, self._person, self._errand = till, person, errand
        self._tally, self._again = tally, again
        self._left = in_order(due)
        self._failed: set[keys.Key] = set()
        self._short: dict[keys.Key, Due] = {}  # written down, and its money is kept
        self._loser: keys.Key | None = None  # what lost the last race by itself
        self._paid: tuple[str, ...] = ()
        self._aside: list[tuple[Due, Decision, Verdict]] = []
        self.lost = self._fresher = False
        self._room = MOST  # how many decisions are put together

    def race_lost(self, of: frozenset[str]) -> None:
        """A decision of his was in a transaction that did not go through, since these writes lost a
        race. A deposit is over with that; anything else may stand in the way again."""
        self.lost = True
        if not of or not all(name.startswith(_OF_ACCOUNT) for name in of):
            self._room = 1

    def collect_all(self) -> None:
        """Whatever is left; raises OutOfTime, and Busy where others always come first."""
        lost = 0
        while self._left:
            self._left, self._short = in_order((self._left | self._short).values()), {}
            before = self._untried
            try:
                self._commit_more_and_more()
                self.settle()
                break
            except LostRace:
                stuck = self._untried == before and not self._fresher
                lost, self._fresher = lost + 1 if stuck else 0, False
                if lost > _LOST_RACES:
                    self._give_up(lost)
                    lost = 0
                self._till.step_back(lost)
        for due in self._left.values():
            if due.key in self._failed:
                self._tally.note(due.key, due.raw, "failed")

    def _give_up(self, lost: int) -> None:
        """A contract that always loses by itself stops nobody else: it is left to the next run, and
        parked after three. Raises Busy where it is an account that others always come first to."""
        due, busy = self._left.get(self._loser or ("", "")), Busy(f"lost {lost} races")
        if due is None or due.key in self._failed:
            raise busy from None
        word = self._till.fail(due.key, due.raw, busy, self._errand)
        if word == "failed":
            self._failed.add(due.key)
        else:
            self._through(due, word)

    def _commit_more_and_more(self) -> None:
        """After a race the first by itself, since it may be the one that cannot be committed;
        behind it twice as many together each time, so that one race does not make thousands slow.
        Raises LostRace where what was decided behind it stands on nothing."""
        folded, table = self.fold(), self._till.repository.table
        if self._room == 1:
            first = next(folded, None)
            if first is not None:
                self._commit(first)
            if self.lost:
                raise LostRace
            self._room = 2
        now = self._till.begins_a_transaction
        group: Group[Pending] = Group(
            table, now, self._all_through, self._none_through, most=self._room
        )
        for pending in folded:
            writes = self.writes(pending)
            if not group.take(pending, writes):
                self._flush(group)
                self._room = group.most = min(2 * group.most, MOST)
                group.take(pending, writes)
        self._flush(group)

    def _flush(self, group: Group[Pending]) -> None:
        group.flush()
        if self.lost:
            raise LostRace

    def _all_through(self, members: Sequence[Pending]) -> None:
        all_through(self._till, members)

    def _none_through(self, members: Sequence[Pending], of: frozenset[str]) -> None:
        """What pays nothing does not stand on what came before it."""
        if any(pending.change.movement is not None for pending in members):
            self.race_lost(of)
            return
        for pending in members:
            self._commit(pending)

    def fold(self) -> Iterator[Pending]:
        """What is to be committed, from the first that is left to the last: the charges, then what
        else is to be written. Each stands on what was committed before it. Where all goes through,
        `settle` is to be called."""
        self._aside, self.lost = [], False
        purse = self._purse()
        written: list[Pending] = []
        for due in list(self._left.values()):
            found = self._decided(due, purse)
            if found is None:
                continue
            if due.key in self._failed:
                purse = _kept(found, purse, due)
                continue
            decision, keeps = found.decision, found.purse.kept != purse.kept
            steps = (decision,) if isinstance(decision, Change) else ()
            verdict = judged(self._errand, due.key, due.raw, steps, due.before)
            agreed = verdict.word != "different"
            purse = found.purse if agreed else _kept(found, purse, due)
            if not isinstance(decision, Change) or not verdict.free:
                self._aside.append((due, decision, verdict))
            elif decision.movement is not None:
                yield Pending(self, due, decision)
            else:
                written.append(Pending(self, due, decision, keeps))
        yield from written

    def settle(self) -> None:
        """All went through: what is not committed is through as well. Before that it may not be,
        for it keeps its money from what comes behind it, in every fold."""
        for due, decision, verdict in self._aside:
            self._kept_back(due, decision, verdict)
        self._aside = []

    def writes(self, pending: Pending) -> list[Write]:
        return self._till.writes(pending.change, self._errand.mark)

    def went_through(self, pending: Pending) -> None:
        """The decision was committed."""
        due, change = pending.due, pending.change
        self._left.pop(due.key)
        self._tally.note(due.key, due.raw, word_of(change), (change,), due.before)
        if change.movement is not None:
            self._paid = (*self._paid, due.contract.id)
        elif pending.keeps:
            self._short[due.key] = written(due, change)

    @property
    def _untried(self) -> int:
        return len(self._left) - len(self._failed)

    def _purse(self) -> Purse:
        """The accounts as they are now. One that cannot be read is a person's turn, and with it
        all that it might have paid."""
        raws, self._accounts = self._accounts, None
        if raws is None:
            raws = raw_accounts(self._till.repository.table, [self._person])[self._person]
        try:
            return Purse(tuple(map(account_of, raws)), ahead=self._paid)
        except Broken as broken:
            for due in list(self._left.values()):
                self._park(due, f"an account of its holder cannot be read: {broken}")
            return Purse(())

    def _decided(self, due: Due, purse: Purse) -> Collected | None:
        as_of = self._errand.as_of
        try:
            return collect(due.situation, due.contract, purse, JOB, due.policy, as_of)
        except Broken as broken:
            self._park(due, str(broken))
        except Exception as error:
            self._through(due, self._till.fail(due.key, due.raw, error, self._errand))
        return None

    def _kept_back(self, due: Due, decision: Decision, verdict: Verdict) -> None:
        """Nothing is committed: there is nothing to do, or it waits, or it is only planned."""
        self._left.pop(due.key)
        if due.told and not isinstance(decision, Change) and not verdict.difference:
            return
        if isinstance(decision, Change) and verdict.word == "planned":
            word = "refused" if word_of(decision) == "refused" else "planned"
            self._tally.note(due.key, due.raw, word, (decision,))
        elif isinstance(decision, Change) or verdict.difference:
            steps = (decision,) if isinstance(decision, Change) else ()
            self._tally.keep_back(due.key, due.raw, verdict, steps, due.before)
        elif decision.code == "still_owed" and due.before is not None:
            self._tally.note(due.key, due.raw, "done", (), due.before)
        elif decision.code == "still_short" and due.before is not None:
            self._tally.note(due.key, due.raw, "refused", (), due.before)
        elif decision.code == "still_short":
            self._tally.refused_again(due.key, due.contract, self._errand.tells_all)
        else:
            self._tally.note(due.key, due.raw, "unchanged")

    def _park(self, due: Due, reason: str) -> None:
        self._through(due, self._till.park(due.key, due.raw, reason, self._errand))

    def _commit(self, pending: Pending) -> None:
        due, change = pending.due, pending.change
        pays = change.movement is not None
        try:
            word = self._till.commit(due.key, due.raw, change, self._errand)
        except LostRace as race:
            self._loser = None
            if not all(name.startswith(_OF_ACCOUNT) for name in race.of):
                self._loser = due.key
                self._read_again(due)
            there = self._left.get(due.key)
            if pays or (there is not None and done_by(there.raw) != self._errand.mark):
                raise
            if there is not None:  # another worker wrote the same down: the purse is none the less
                short = NothingToDo(there.contract, "still_short")
                self._aside.append((there, short, Verdict(0)))
            return
        if word == "done":
            all_through(self._till, [pending])
            return
        if word == "failed" and pays:
            # It may have gone through all the same; if not, its money is kept for the next run.
            self._failed.add(due.key)
            self._read_again(due)
        else:
            self._through(due, word)
        if pays:
            raise LostRace

    def _through(self, due: Due, word: str) -> None:
        self._tally.note(due.key, due.raw, word)
        self._left.pop(due.key)

    def _read_again(self, due: Due) -> None:
        """Its place in the order may be another one now."""
        found = self._again(due.key)
        self._fresher |= found is None or (found.raw, found.situation) != (due.raw, due.situation)
        if found is None:
            self._left.pop(due.key)
            self._failed.discard(due.key)
        else:
            self._left = in_order((self._left | {due.key: found}).values())


def all_through(till: Till, members: Sequence[Pending]) -> None:
    """A transaction was committed with all of these. Where others had their turn with an account
    afterwards, they may have brought money: what was decided behind it is decided again."""
    for pending in members:
        pending.holder.went_through(pending)
    paid = [(each.holder, each.change.movement) for each in members if each.change.movement]
    if till.charged({movement.account.id for _, movement in paid}):
        for holder, _ in paid:
            holder.lost = True


def _kept(found: Collected, purse: Purse, due: Due) -> Purse:
    """The purse where a charge that is not committed keeps its money."""
    decision = found.decision
    if not isinstance(decision, Change) or decision.movement is None:
        return found.purse
    if due.policy.renewal.short_balance is not ShortBalance.RESERVE:
        return purse
    account, amount = decision.movement.before, decision.charges[0].amount
    return purse.keeping(account, amount, due.contract.id)
