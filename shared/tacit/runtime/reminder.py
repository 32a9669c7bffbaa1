"""The invoice reminders' worker: ticket orders that are to be reminded, or cancelled unpaid.

An order is decided on the values read with its page, and committed under their versions.
"""

from collections.abc import Callable
from datetime import datetime

from tacit.domain.refusals import Broken
from tacit.domain.tickets.commands import ComeDue
from tacit.domain.tickets.decision import NoChange, OrderChange, Standing
from tacit.domain.tickets.life import decide
from tacit.domain.tickets.values import TicketOrder
from tacit.domain.values import JOB
from tacit.runtime.errand import Errand
from tacit.runtime.jobs import Parcel
from tacit.runtime.records import Raws, Records
from tacit.runtime.shards import Shards
from tacit.runtime.stack import Stack
from tacit.runtime.ticket_policies import policy_of_order
from tacit.store import keys
from tacit.store.codec import Raw
from tacit.store.ticket_items import ticket_order_of
from tacit.store.ticket_orders import TicketBook, order_writes
from tacit.store.writes import Write

_STEPS = 4  # more can not be due of one order at once


class Reminder:
    """`time_left` gives the milliseconds this invocation still has."""

    def __init__(self, stack: Stack, time_left: Callable[[], int], reserve: int = 30_000) -> None:
        self._records = Records(stack, Shards(stack, time_left, reserve), Reminders(stack))

    def work(self, parcel: Parcel) -> None:
        self._records.work(parcel)


class Reminders:
    """The calendar of ticket orders whose invoice waits."""

    def __init__(self, stack: Stack) -> None:
        self._book = TicketBook(stack.table)
        self._clock = stack.clock

    def read(self, records: tuple[keys.Key, ...]) -> tuple[Raws, None]:
        """An order hangs on nothing else that its calendar needs."""
        return self._book.table.get_many(records), None

    def record(self, raw: Raw) -> TicketOrder:
        return ticket_order_of(raw)

    def steps(self, raw: Raw, _: None, errand: Errand) -> tuple[OrderChange, ...]:
        order, found = ticket_order_of(raw), list[OrderChange]()
        for _turn in range(_STEPS):
            rules = policy_of_order(order)
            decision = decide(Standing(order), ComeDue(JOB), rules, self._said_at(errand))
            if isinstance(decision, NoChange):
                return tuple(found)
            found.append(decision)
            order = decision.order
        raise Broken("its steps come to no end")

    def writes(self, step: OrderChange, mark: str) -> list[Write]:
        return order_writes(step, policy_of_order(step.order), self._clock.now(), mark)

    def commit(self, step: OrderChange, mark: str) -> None:
        self._book.commit(step, policy_of_order(step.order), self._clock.now(), run=mark)

    def read_again(self, key: keys.Key) -> Raw | None:
        return self._book.table.get_raw(key)

    def _said_at(self, errand: Errand) -> datetime:
        """What is due is asked by `as_of`; the days that a buyer is told count from when he is
        told, however long a message has waited in the queue, and also in a preview, which would
        else promise what its run does not do. Where the clock is set by hand, a run is of the
        instant that it names."""
        if self._clock.is_for_tests:
            return errand.as_of
        return max(errand.as_of, self._clock.now())
