"""Counting the codes that were tried, before they are compared (G11).

The count is DynamoDB's own and conditional, so that a hundred guesses at once are five. It is of
one contract and local day, over all its changes; DynamoDB takes it away some days later.
"""

import time
from contextlib import suppress
from datetime import date

from pynamodb.expressions.operand import Path

from tacit.domain.plan_change import MOST_TRIES
from tacit.store import keys
from tacit.store.table import Table
from tacit.store.writes import ConditionFailed, Write, absent, update

_KEPT = 7 * 24 * 3600


class CodeTries:
    def __init__(self, table: Table) -> None:
        self.table = table

    def take(self, contract_id: str, day: date) -> int | None:
        """How many more may be wrong after this one; None where the day has had all of its tries.
        One whose answer was lost may be counted twice: that errs on the safe side."""
        try:
            self.table.write(one_more(contract_id, day))
        except ConditionFailed:
            return None
        found = self.table.get(keys.code_tries(contract_id, day))
        return MOST_TRIES - int(found["tries"]) if found is not None else 0

    def give_back(self, contract_id: str, day: date, left: int) -> None:
        """The code was right: it is no wrong try. Only while the count is what it was when the try
        was taken: repeated after a lost answer, or beside another try, it gives nothing away."""
        key, tries = keys.code_tries(contract_id, day), Path("tries")
        with suppress(ConditionFailed):
            self.table.write(update("tries", key, [tries.add(-1)], tries == MOST_TRIES - left))


def one_more(contract_id: str, day: date) -> Write:
    """DynamoDB counts by itself, and not beyond what the day allows."""
    key, tries = keys.code_tries(contract_id, day), Path("tries")
    counted = [tries.add(1), Path("item").set("code_tries"), Path("ttl").set(_forgotten())]
    return update("tries", key, counted, absent | (tries < MOST_TRIES))


def _forgotten() -> int:
    """By the wall clock, which DynamoDB goes by: a test clock may stand in another year."""
    return int(time.time()) + _KEPT
