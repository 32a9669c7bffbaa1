"""Time, the reminders' job and the bus in a shop's history, and the shop's own settings."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from tacit.domain.tickets.commands import CancelTickets
from tacit.domain.tickets.shops import ChangeSettings, InvoiceWish, RedoSettings, UndoSettings
from tacit.domain.tickets.values import Refund
from tests.histories import closing
from tests.histories.between import void
from tests.histories.eye import Stop
from tests.histories.heads import instant
from tests.histories.invoices import Invoice
from tests.histories.machine import DAYS, HOURS, cut
from tests.histories.organising import ASKER, Organising
from tests.histories.people import ORGANISER, STAFF
from tests.histories.reckoning import day_of
from tests.histories.tickets import JOB, WHICH

KEPT = 20  # I19


def due_first(order: Invoice) -> tuple[datetime, str]:
    assert order.next_at is not None
    return order.next_at, str(order.id)


class Reminding(Organising):
    """`settings` are the model's own list of them, `place_of` says which is in force."""

    @rule(days=DAYS, hour=HOURS)
    def time_goes_on(self, days: int, hour: int) -> None:
        self.wait(days, hour)

    @rule(minutes=st.sampled_from((0, 0, -1, 1, 60 * 24, 60 * 24 * 9)))
    def next_due(self, minutes: int) -> None:
        """The clock goes on to the next instant of the calendar, a minute before, or long after,
        and the job runs."""
        found = (instant(order.item, "reminders_due_at") for order in self.orders)
        due = [at for at in found if at is not None and at > self.stage.now]
        if due:
            at = min(due) + timedelta(minutes=minutes)
            self.stage.stand(max(at, self.stage.now))
        self.job()

    @rule()
    def job(self) -> None:
        self.errands.run(JOB, self.stage.now)
        for order in self.orders:
            due = instant(order.item, "reminders_due_at")
            if due is not None and due <= self.stage.now:
                self.fault(f"left behind by the reminders: {order.id}, due {due}")

    @rule(late=st.sampled_from((0, 0, 1, 10)))
    def deal(self, late: int) -> None:
        self.errands.deal(JOB, self.stage.now - timedelta(days=late))

    @precondition(lambda self: self.errands.waiting)
    @rule(which=WHICH, number=st.integers(0, 1), records=st.sampled_from((None, 1)))
    def work(self, which: int, number: int, records: int | None) -> None:
        waiting = self.errands.waiting
        self.errands.work(waiting.pop(which % len(waiting)), number, records)

    @precondition(lambda self: self.errands.worked)
    @rule(which=WHICH, number=st.integers(0, 1))
    def work_again(self, which: int, number: int) -> None:
        self.errands.work(self.errands.worked[-1 - which % len(self.errands.worked)], number)

    @rule(number=st.integers(1, 4), behind=st.booleans())
    def cut_off(self, number: int, behind: bool) -> None:
        body = self.errands.deal(JOB, self.stage.now)
        self.errands.waiting.remove(body)
        with self.stage.stopped(Stop(number, behind, cut)):
            if not self.errands.work(body):
                self.errands.waiting.append(body)

    @precondition(lambda self: self.orders)
    @rule(
        number=st.integers(1, 4), which=WHICH, what=st.sampled_from(("pay", "pay", "cancel", "job"))
    )
    def between_read_and_commit(self, number: int, which: int, what: str) -> None:
        """Money, or the organiser, or another worker comes while an order is worked."""
        coming = [order for order in self.orders if order.next_at is not None]
        order = min(coming, key=due_first) if coming else self.order(which)
        if order.next_at is not None and order.next_at > self.stage.now:
            self.stage.stand(order.next_at)
        body = self.errands.deal(JOB, self.stage.now)
        self.errands.waiting.remove(body)
        asked = None if what == "job" else self._asked(order, what)

        def meanwhile() -> None:
            if asked is not None:
                asked()
            else:
                self.errands.work(body, 1)

        with self.stage.stopped(Stop(number, False, meanwhile)):
            self.errands.work(body)

    @precondition(lambda self: self.orders)
    @rule(which=WHICH, first=st.sampled_from(("pay", "cancel")))
    def at_once(self, which: int, first: str) -> None:
        """Money is booked while the organiser cancels, or the other way round."""
        order = self.order(which)
        then = self._asked(order, "cancel" if first == "pay" else "pay")
        call = self._asked(order, first, 0)
        with self.stage.stopped(Stop(1, False, lambda: void(then()))):
            call()

    def _asked(self, order: Invoice, what: str, number: int = 1) -> Callable[[], object]:
        """By one of the two hands."""
        self.references += 1
        today, refund = day_of(self.stage.now, order.timezone), Refund("full", "ill")
        minor, reference = max(1, order.total), f"pay-{self.references}"
        door = self.doors.pay(ORGANISER, order.id, minor, reference, today)
        if what == "cancel":
            door = self.doors.order(
                ORGANISER, order.id, lambda actor: CancelTickets(actor, None, None, refund)
            )
        return lambda: self.doors.ask(ORGANISER, f"({order.id}) {what}", door, number)

    @rule()
    def relay(self) -> None:
        self.errands.relay()

    @precondition(lambda self: self.errands.events)
    @rule(which=st.integers(0, 40), number=st.integers(0, 1), keep=st.booleans())
    def bus_to_mail(self, which: int, number: int, keep: bool) -> None:
        events = self.errands.events
        place = which % len(events)
        event = events[place] if keep else events.pop(place)
        self.errands.mail(event, number)
        if self.errands.mail(event, 1 - number):
            self.fault(f"{event['id']} came twice, and two mails left")

    @rule(first=st.sampled_from((1, 5, 10)), reminders=st.integers(0, 3), asker=ASKER)
    def change_settings(self, first: int, reminders: int, asker: str) -> None:
        wish = InvoiceWish(first=first, reminders=reminders)
        wanted = (first, reminders, self.settings[self.place_of][2])
        same = wanted == self.settings[self.place_of]
        make = lambda actor: ChangeSettings(actor, None, wish)  # noqa: E731
        if self._settles(asker, f"sets {wanted}", make, "unchanged" if same else "done"):
            line = [*self.settings[: self.place_of + 1], wanted]
            self.settings = line[-(KEPT + 1) :]
            self.place_of = len(self.settings) - 1

    @rule(asker=ASKER)
    def undo(self, asker: str) -> None:
        wanted = "done" if self.place_of else "nothing_to_undo"
        if self._settles(asker, "undoes", UndoSettings, wanted):
            self.place_of -= 1

    @rule(asker=ASKER)
    def redo(self, asker: str) -> None:
        wanted = "done" if self.place_of + 1 < len(self.settings) else "nothing_to_redo"
        if self._settles(asker, "redoes", RedoSettings, wanted):
            self.place_of += 1

    def _settles(self, asker: str, words: str, make: object, wanted: str) -> bool:
        assert callable(make)
        if asker not in (ORGANISER, STAFF, "stan"):
            wanted = "not found"
        answer = self.doors.ask(asker, f"{words} (shop)", self.doors.shop(asker, make))
        if answer != wanted:
            self.fault(f"{asker} {words}: {answer}, expected {wanted}")
        return answer == "done"

    def at_the_end(self) -> None:
        """Nobody does anything any more: every invoice is paid, cancelled, or the organiser's."""
        stage, faults = self.stage, self.stage.faults
        for _ in range(8):
            found = [instant(order.item, "reminders_due_at") for order in self.orders]
            due = [at for at in found if at is not None]
            if not due:
                break
            stage.stand(max(stage.now, *due) + timedelta(days=1))
            self.job()
        faults += [
            f"{order.id} waits for ever"
            for order in self.orders
            if order.waits and not order.question
        ]
        faults += closing.as_seen(stage, self.engine.client)
        faults += closing.rebuilt(stage)
        mails = sum(len(hand.post.mails) for hand in stage.hands)
        faults += closing.mailed_once(stage.eye, mails)
