"""Where the renewals job commits: one transaction after the other, as long as there is time."""

import random
import time
from collections import Counter
from collections.abc import Callable, Iterable
from datetime import datetime

from tacit.domain.decision import Change
from tacit.domain.refusals import Broken
from tacit.runtime.errand import Errand
from tacit.runtime.observability import log_unexpected, logger
from tacit.runtime.setbacks import Setbacks
from tacit.runtime.stack import Stack
from tacit.store import keys
from tacit.store.codec import Raw
from tacit.store.patience import Busy
from tacit.store.repository import LostRace, writes_of
from tacit.store.writes import Write
from tacit.versions import policy_of

# Transactions follow each other faster than anybody else reads the account and moves it: a deposit
# would lose every race for as long as a holder of thousands is worked, if nobody stepped back for
# it. Who has few on one account is through before that.
_CHARGES_OF_ONE = 50
_SECONDS_FOR_OTHERS = 0.05


class OutOfTime(Exception):
    """The rest of these holders is for the next message."""


class Till:
    """Commits for all holders of one invocation, as long as its time lasts."""

    def __init__(self, stack: Stack, time_left: Callable[[], int], reserve: int) -> None:
        self.repository = stack.repository
        self._clock = stack.clock
        self._setbacks = Setbacks(stack)
        self._time_left = time_left
        self._reserve = reserve
        self._worked = 0
        self._charges: Counter[str] = Counter()

    def begins_a_transaction(self) -> datetime:
        """Its instant. Raises OutOfTime where none may begin: the first of an invocation always
        may."""
        self.check_time()
        self._worked += 1
        return self._clock.now()

    def writes(self, change: Change, mark: str) -> list[Write]:
        return writes_of(change, policy_of(change.contract), self._clock.now(), mark)

    def commit(self, key: keys.Key, raw: Raw, change: Change, errand: Errand) -> str:
        """One decision by itself; the word under which the record is counted. Raises LostRace, and
        OutOfTime before it."""
        now = self.begins_a_transaction()
        try:
            self.repository.commit(change, policy_of(change.contract), now, run=errand.mark)
            return "done"
        except LostRace:
            raise
        except Busy as passing:
            logger().warning("record left to the next run", record=key[0], reason=str(passing))
            return "failed"
        except Broken as broken:
            return self.park(key, raw, str(broken), errand)
        except Exception as error:
            return self.fail(key, raw, error, errand)

    def check_time(self) -> None:
        """Raises OutOfTime where nothing more may begin in this invocation."""
        if self._worked and self._time_left() < self._reserve:
            raise OutOfTime

    def worked_one(self) -> None:
        """Holders with whom there is nothing to do take time as well."""
        self._worked += 1

    def charged(self, account_ids: Iterable[str]) -> bool:
        """A transaction charged these accounts. Now and then others have their turn with them;
        whether they had it now."""
        turn = False
        for account_id in account_ids:
            self._charges[account_id] += 1
            turn = turn or self._charges[account_id] % _CHARGES_OF_ONE == 0
        if turn:
            time.sleep(_SECONDS_FOR_OTHERS)
        return turn

    def step_back(self, lost: int) -> None:
        """After races that were lost in a row without anything gained, the longer the more."""
        if lost > 1:
            time.sleep(random.uniform(0, _SECONDS_FOR_OTHERS * lost / 4))

    def fail(self, key: keys.Key, raw: Raw, error: Exception, errand: Errand) -> str:
        """Left to the next run, or parked. Planning writes nothing down."""
        log_unexpected(error)
        if errand.plans:
            return "failed"
        return self._setbacks.failed(key, raw, type(error).__name__, errand.run_id)

    def park(self, key: keys.Key, raw: Raw, reason: str, errand: Errand) -> str:
        return "parked" if errand.plans else self._setbacks.parked(key, raw, reason, errand.run_id)
