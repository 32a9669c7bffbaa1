"""The invoice reminders' worker: ticket orders that are to be reminded, or cancelled unpaid.

An order is decided on fresh values and committed alone; one that fails never fails its message.
"""

from collections import Counter
from collections.abc import Callable, Mapping

from tacit.domain.refusals import Broken
from tacit.domain.tickets.commands import ComeDue
from tacit.domain.tickets.decision import NoChange, Standing
from tacit.domain.tickets.life import decide
from tacit.domain.values import JOB
from tacit.runtime.jobs import CALENDARS, Parcel
from tacit.runtime.observability import log_unexpected, logger
from tacit.runtime.related import is_covered, is_parked
from tacit.runtime.setbacks import Setbacks
from tacit.runtime.shards import Shards
from tacit.runtime.stack import Stack
from tacit.runtime.ticket_policies import policy_of_order
from tacit.store import keys
from tacit.store.codec import Raw
from tacit.store.patience import Busy
from tacit.store.repository import LostRace, done_by
from tacit.store.ticket_items import ticket_order_of
from tacit.store.ticket_orders import TicketBook

_LOST_RACES = 10
_STEPS = 4  # more can not be due of one order at once

Raws = Mapping[keys.Key, Raw]


class Reminder:
    """`time_left` gives the milliseconds this invocation still has."""

    def __init__(self, stack: Stack, time_left: Callable[[], int], reserve: int = 30_000) -> None:
        self._book = TicketBook(stack.table)
        self._clock = stack.clock
        self._setbacks = Setbacks(stack)
        self._shards = Shards(stack, time_left, reserve)

    def work(self, parcel: Parcel) -> None:
        self._shards.work(parcel, self._work_page)

    def _work_page(self, records: tuple[keys.Key, ...], parcel: Parcel) -> tuple[int, Counter[str]]:
        heads = self._book.table.get_many(records)
        counts: Counter[str] = Counter()
        for number, key in enumerate(records):
            if number and self._shards.is_late():
                return number, counts
            raw = heads.get(key)
            if raw is not None and is_covered(raw, parcel.scope):
                counts[self._work_one(key, raw, parcel)] += 1
        return len(records), counts

    def _work_one(self, key: keys.Key, raw: Raw, parcel: Parcel) -> str:
        try:
            if is_parked(raw, CALENDARS[parcel.job]):
                return "parked"
            return self._brought_up_to_date(key, raw, parcel)
        except Broken as broken:
            return self._setbacks.parked(key, raw, str(broken), parcel.run_id)
        except (Busy, LostRace) as passing:
            logger().warning("record left to the next run", record=key[0], reason=str(passing))
            return "failed"
        except Exception as error:
            log_unexpected(error)
            return self._setbacks.failed(key, raw, type(error).__name__, parcel.run_id)

    def _brought_up_to_date(self, key: keys.Key, raw: Raw, parcel: Parcel) -> str:
        """One step of the calendar after the other, each its own transaction, until none is due.
        What this run did before it was cut off counts as done."""
        order, lost = ticket_order_of(raw), 0
        outcome = "done" if done_by(raw) == parcel.run_id else "unchanged"
        for _ in range(_STEPS + _LOST_RACES):
            rules = policy_of_order(order)
            decision = decide(Standing(order), ComeDue(JOB), rules, parcel.as_of)
            if isinstance(decision, NoChange):
                return outcome
            try:
                self._book.commit(decision, rules, self._clock.now(), run=parcel.run_id)
                order, outcome = decision.order, "done"
            except LostRace:
                lost += 1
                fresh = self._book.table.get_raw(key)
                if fresh is None or lost > _LOST_RACES:
                    raise
                order = ticket_order_of(fresh)
                outcome = "done" if done_by(fresh) == parcel.run_id else outcome
        raise Broken("its steps come to no end")
