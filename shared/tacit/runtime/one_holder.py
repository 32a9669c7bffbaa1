"""All that is due of one holder, collected in the order of priority.

One contract after the other is decided on the purse that the one before has left, and a charge is
committed as soon as it is decided, on the account as the decision saw it. What could not be paid
is written down when all charges are through. When somebody came between (a deposit, a payment,
another worker), whatever is not committed yet is decided again from the first on, on the accounts
as they are then: what did not fit before may fit now, and nothing less important comes before it.
"""

import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from tacit.domain.collecting import Collected, Purse, by_priority, collect
from tacit.domain.decision import Change, Decision, NothingToDo, Situation
from tacit.domain.policy import Policy, ShortBalance
from tacit.domain.refusals import Broken
from tacit.domain.values import JOB, Contract
from tacit.runtime.jobs import Parcel
from tacit.runtime.observability import log_unexpected, logger
from tacit.runtime.setbacks import Setbacks
from tacit.runtime.stack import Stack
from tacit.store import keys
from tacit.store.codec import Raw
from tacit.store.patience import Busy
from tacit.store.repository import LostRace
from tacit.versions import policy_of

_LOST_RACES = 20
# Charges follow each other faster than anybody else reads the account and moves it: a deposit would
# lose every race for as long as a holder of thousands is worked, if nobody stepped back for it.
_CHARGES_IN_A_ROW = 50
_SECONDS_FOR_OTHERS = 0.05
_OF_ACCOUNT = ("account", "line")  # how the writes of a movement are called


@dataclass(frozen=True, slots=True)
class Due:
    """One contract that is due, as it was last read."""

    key: keys.Key
    raw: Raw
    contract: Contract
    situation: Situation
    policy: Policy


class OutOfTime(Exception):
    """The rest of this holder is for the next message."""


class Till:
    """Commits for all holders of one invocation, as long as its time lasts."""

    def __init__(self, stack: Stack, time_left: Callable[[], int], reserve: int) -> None:
        self.repository = stack.repository
        self._clock = stack.clock
        self._setbacks = Setbacks(stack)
        self._time_left = time_left
        self._reserve = reserve
        self._worked = 0

    def commit(self, due: Due, change: Change, run_id: str) -> str:
        """One transaction; the word under which the record is counted. Raises LostRace, and
        OutOfTime before it where none may begin: the first of an invocation always may."""
        self.check_time()
        self._worked += 1
        try:
            rules = policy_of(change.contract)
            self.repository.commit(change, rules, self._clock.now(), run=run_id)
            return "done"
        except LostRace:
            raise
        except Busy as passing:
            logger().warning("record left to the next run", record=due.key[0], reason=str(passing))
            return "failed"
        except Broken as broken:
            return self.park(due.key, due.raw, str(broken), run_id)
        except Exception as error:
            return self.fail(due, error, run_id)

    def check_time(self) -> None:
        """Raises OutOfTime where nothing more may begin in this invocation."""
        if self._worked and self._time_left() < self._reserve:
            raise OutOfTime

    def worked_one(self) -> None:
        """Holders with whom there is nothing to do take time as well."""
        self._worked += 1

    def fail(self, due: Due, error: Exception, run_id: str) -> str:
        log_unexpected(error)
        return self._setbacks.failed(due.key, due.raw, type(error).__name__, run_id)

    def park(self, key: keys.Key, raw: Raw, reason: str, run_id: str) -> str:
        return self._setbacks.parked(key, raw, reason, run_id)


class OneHolder:
    """`person` is (provider, holder). `again` reads one contract afresh; None, and counted, where
    nothing is left to be done with it."""

    def __init__(
        self,
        till: Till,
        person: tuple[str, str],
        due: list[Due],
        parcel: Parcel,
        counts: Counter[str],
        again: Callable[[keys.Key], Due | None],
    ) -> None:
        self._till, self._person, self._parcel = till, person, parcel
        self._counts, self._again = counts, again
        self._left = _in_order(due)
        self._failed: set[keys.Key] = set()
        self._paid: tuple[str, ...] = ()

    def collect_all(self) -> None:
        """Raises OutOfTime, and Busy where others always come first."""
        lost = 0
        while self._left:
            before = self._untried
            try:
                self._fold()
                break
            except LostRace:
                lost = lost + 1 if self._untried == before else 0
                if lost > _LOST_RACES:
                    raise Busy(f"lost {lost} races") from None

    def _fold(self) -> None:
        """From the first that is left to the last; raises LostRace where it must begin again."""
        purse = self._purse()
        written: list[tuple[Due, Decision]] = []
        for due in list(self._left.values()):
            found = self._decided(due, purse)
            if found is None:
                continue
            if due.key in self._failed:
                purse = _kept(found, purse, due)
                continue
            purse = found.purse
            if _pays(found.decision):
                self._commit(due, found.decision)
                self._paid = (*self._paid, due.contract.id)
                if len(self._paid) % _CHARGES_IN_A_ROW == 0:
                    time.sleep(_SECONDS_FOR_OTHERS)
            else:
                written.append((due, found.decision))
        for due, decision in written:
            self._commit(due, decision)
        self._counts["failed"] += len(self._failed)

    @property
    def _untried(self) -> int:
        return len(self._left) - len(self._failed)

    def _purse(self) -> Purse:
        """The accounts as they are now. One that cannot be read is a person's turn, and with it
        all that it might have paid."""
        try:
            return Purse(self._till.repository.accounts_of(*self._person), ahead=self._paid)
        except Broken as broken:
            for due in list(self._left.values()):
                self._park(due, f"an account of its holder cannot be read: {broken}")
            return Purse(())

    def _decided(self, due: Due, purse: Purse) -> Collected | None:
        try:
            return collect(due.situation, due.contract, purse, JOB, due.policy, self._parcel.as_of)
        except Broken as broken:
            self._park(due, str(broken))
        except Exception as error:
            self._counted(due, self._till.fail(due, error, self._parcel.run_id))
        return None

    def _park(self, due: Due, reason: str) -> None:
        self._counted(due, self._till.park(due.key, due.raw, reason, self._parcel.run_id))

    def _commit(self, due: Due, decision: Decision) -> None:
        if isinstance(decision, NothingToDo):
            self._counted(due, "unchanged")
            return
        try:
            word = self._till.commit(due, decision, self._parcel.run_id)
        except LostRace as race:
            if not all(name.startswith(_OF_ACCOUNT) for name in race.of):
                self._read_again(due)
            if _pays(decision) or due.key in self._left:
                raise
            return  # another worker wrote the same down, and the purse is none the less
        if word == "failed" and _pays(decision):
            # It may have gone through all the same; if not, its money is kept for the next run.
            self._failed.add(due.key)
            self._read_again(due)
        else:
            self._counted(due, word)
        if word != "done" and _pays(decision):
            raise LostRace

    def _counted(self, due: Due, word: str) -> None:
        self._counts[word] += 1
        self._left.pop(due.key)

    def _read_again(self, due: Due) -> None:
        """Its place in the order may be another one now."""
        found = self._again(due.key)
        if found is None:
            self._left.pop(due.key)
            self._failed.discard(due.key)
        else:
            self._left = _in_order([*(self._left | {due.key: found}).values()])


def _in_order(due: list[Due]) -> dict[keys.Key, Due]:
    by_id = {each.contract.id: each for each in due}
    ordered = by_priority([(each.contract, each.policy) for each in due])
    return {by_id[contract.id].key: by_id[contract.id] for contract, _ in ordered}


def _kept(found: Collected, purse: Purse, due: Due) -> Purse:
    """The purse where a charge that could not be committed keeps its money."""
    decision = found.decision
    if not isinstance(decision, Change) or decision.movement is None:
        return found.purse
    if due.policy.renewal.short_balance is not ShortBalance.RESERVE:
        return purse
    account, amount = decision.movement.before, decision.charges[0].amount
    return purse.keeping(account, amount, due.contract.id)


def _pays(decision: Decision) -> bool:
    return isinstance(decision, Change) and decision.movement is not None
