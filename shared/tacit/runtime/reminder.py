"""The invoice reminders' worker: ticket orders that are to be reminded, or cancelled unpaid.

An order is decided on fresh values and committed alone.
"""

from collections.abc import Callable
from datetime import datetime

from tacit.domain.refusals import Broken
from tacit.domain.tickets.commands import ComeDue
from tacit.domain.tickets.decision import NoChange, Standing
from tacit.domain.tickets.life import decide
from tacit.domain.values import JOB
from tacit.runtime.jobs import Parcel
from tacit.runtime.records import Raws, Records
from tacit.runtime.shards import Shards
from tacit.runtime.stack import Stack
from tacit.runtime.ticket_policies import policy_of_order
from tacit.store import keys
from tacit.store.codec import Raw
from tacit.store.repository import LostRace, done_by
from tacit.store.ticket_items import ticket_order_of
from tacit.store.ticket_orders import TicketBook

_LOST_RACES = 10
_STEPS = 4  # more can not be due of one order at once


class Reminder:
    """`time_left` gives the milliseconds this invocation still has."""

    def __init__(self, stack: Stack, time_left: Callable[[], int], reserve: int = 30_000) -> None:
        self._book = TicketBook(stack.table)
        self._clock = stack.clock
        shards = Shards(stack, time_left, reserve)
        self._records = Records(stack, shards, self._read, self._brought_up_to_date)

    def work(self, parcel: Parcel) -> None:
        self._records.work(parcel)

    def _said_at(self, parcel: Parcel) -> datetime:
        """What is due is asked by `as_of`; the days that a buyer is told count from when he is
        told, however long a message has waited in the queue. Where the clock is set by hand, a run
        is of the instant that it names."""
        if self._clock.is_for_tests:
            return parcel.as_of
        return max(parcel.as_of, self._clock.now())

    def _read(self, records: tuple[keys.Key, ...]) -> tuple[Raws, None]:
        """An order hangs on nothing else that its calendar needs."""
        return self._book.table.get_many(records), None

    def _brought_up_to_date(self, key: keys.Key, raw: Raw, _: None, parcel: Parcel) -> str:
        """One step of the calendar after the other, each its own transaction, until none is due.
        What this run did before it was cut off counts as done."""
        order, lost = ticket_order_of(raw), 0
        outcome = "done" if done_by(raw) == parcel.run_id else "unchanged"
        for _turn in range(_STEPS + _LOST_RACES):
            rules = policy_of_order(order)
            decision = decide(Standing(order), ComeDue(JOB), rules, self._said_at(parcel))
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
