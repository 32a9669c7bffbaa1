"""What an organiser does with the orders of his shop, and others would like to do with them."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from tacit.domain.tickets.commands import Admit, CancelTickets, Exchange, RefundCredit, ReviveOrder
from tacit.domain.tickets.values import Refund
from tests.histories.invoices import Invoice
from tests.histories.people import ORGANISER, STAFF
from tests.histories.reckoning import day_of
from tests.histories.tickets import SEAT, WHICH, Tickets

ASKER = st.sampled_from((ORGANISER,) * 6 + (STAFF, "stan", "alice", "dave", "olle"))
REFUND = st.sampled_from((None, Refund("full", "ill"), Refund("voucher", "rain")))


class Organising(Tickets):
    """Paid, cancelled, exchanged, let in, decided on."""

    def asks(self, who: str, order: Invoice, words: str, make: object) -> str:
        assert callable(make)
        answer = self.doors.ask(who, words, self.doors.order(who, order.id, make))
        own = who in (ORGANISER, STAFF, "stan")
        if (answer == "not found") is own and answer != "done" and "ticket" not in words:
            self.fault(f"{who} {words}: {answer}")
        if not own and answer != "not found":
            self.fault(f"{who} {words}: {answer}, it is not his")
        return answer

    @precondition(lambda self: self.orders)
    @rule(
        which=WHICH,
        asker=ASKER,
        part=st.sampled_from((1.0, 1.0, 1.0, 0.5, 1.2)),
        ago=st.sampled_from((0, 1, 5, 30)),
        again=st.booleans(),
    )
    def pay(self, which: int, asker: str, part: float, ago: int, again: bool) -> None:
        """So much of what is left of it, with a value date so many days ago; `again`: under the
        reference that was used last."""
        order = self.order(which)
        self.references += 0 if again and self.references else 1
        whole = sum(int(each["minor"]) for each in order.item["tickets"])
        minor = max(1, int((whole - (order.paid if order.waits else 0)) * part))
        day = day_of(self.stage.now, order.timezone) - timedelta(days=ago)
        reference = f"pay-{self.references}"
        had = self.stage.eye.item(f"ticket_order#{order.id}", f"payment#{reference}")
        door = self.doors.pay(asker, order.id, minor, reference, day)
        words = f"books {minor} for {order.id} under {reference}, value {day}"
        answer = self.doors.ask(asker, words, door)
        if asker not in (ORGANISER, STAFF, "stan"):
            wanted = "not found"
        elif had is not None:
            same = (had["minor"], had["value_date"]) == (minor, day.isoformat())
            wanted = "already_booked" if same else "reference_reused"
        else:
            wanted = "done"  # money is never refused (G3)
        if answer != wanted:
            self.fault(f"{asker} {words}: {answer}, expected {wanted}")

    @precondition(lambda self: self.orders)
    @rule(which=WHICH, asker=ASKER, ticket=st.sampled_from((None, None, 0, 1)), refund=REFUND)
    def cancel(self, which: int, asker: str, ticket: int | None, refund: Refund | None) -> None:
        order = self.order(which)
        tickets = order.item["tickets"]
        numbers = None if ticket is None else (str(tickets[ticket % len(tickets)]["number"]),)
        words = f"cancels {numbers or 'the whole'} of {order.id} ({refund and refund.method})"
        self.asks(asker, order, words, lambda actor: CancelTickets(actor, numbers, None, refund))

    @precondition(lambda self: self.orders)
    @rule(which=WHICH, asker=ASKER, ticket=st.integers(0, 3), seat=SEAT)
    def exchange(self, which: int, asker: str, ticket: int, seat: str | None) -> None:
        order = self.order(which)
        tickets = order.item["tickets"]
        number = str(tickets[ticket % len(tickets)]["number"])
        words = f"exchanges {number} of {order.id} for {seat}"
        self.asks(asker, order, words, lambda actor: Exchange(actor, number, seat))

    @precondition(lambda self: self.orders)
    @rule(which=WHICH, asker=ASKER, ticket=st.integers(0, 3))
    def admit(self, which: int, asker: str, ticket: int) -> None:
        order = self.order(which)
        tickets = order.item["tickets"]
        number = str(tickets[ticket % len(tickets)]["number"])
        self.asks(asker, order, f"lets {number} in", lambda actor: Admit(actor, number))

    @precondition(lambda self: self.orders)
    @rule(which=WHICH, asker=ASKER, row=st.lists(SEAT.filter(bool), max_size=3), back=st.booleans())
    def decide(self, which: int, asker: str, row: list[str], back: bool) -> None:
        """The organiser answers what is open, or what is not."""
        order = self.order(which)
        if back:
            refund = Refund("full", "late")
            words = f"gives the credit of {order.id} back"
            self.asks(asker, order, words, lambda actor: RefundCredit(actor, refund))
        else:
            words = f"revives {order.id} on {row}"
            self.asks(asker, order, words, lambda actor: ReviveOrder(actor, {}, tuple(row)))
