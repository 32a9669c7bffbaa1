"""Histories of a shop and of what is sold in it: its events, its orders, its seats."""

from __future__ import annotations

from datetime import datetime, timedelta

from hypothesis import strategies as st
from hypothesis.stateful import initialize, rule

from tacit.domain.tickets.shops import InvoiceWish
from tacit.domain.tickets.values import Show
from tests.histories import laws_of_invoices, laws_of_tickets
from tests.histories.box_office import BoxOffice
from tests.histories.eye import Stop
from tests.histories.invoices import Invoice
from tests.histories.laws_of_records import written_once
from tests.histories.machine import STARTS, History
from tests.histories.people import ORGANISER, STAFF

MOST = 8
WHICH = st.integers(0, MOST - 1)
SEAT = st.sampled_from((None, "A1", "A2", "a2", "B1", "B2"))
JOB = "invoice_reminders"


class Tickets(History):
    """One shop with three events, up to eight orders."""

    laws = (written_once, *laws_of_tickets.LAWS, *laws_of_invoices.LAWS)

    @initialize(
        start=st.sampled_from(STARTS),
        zone=st.sampled_from(("Europe/Zurich", "Pacific/Auckland", "America/St_Johns")),
        first=st.sampled_from((1, 5, 10)),
        reminders=st.integers(0, 3),
        closes=st.sampled_from((0, 3)),
    )
    def begin(self, start: datetime, zone: str, first: int, reminders: int, closes: int) -> None:
        title = (
            f"A shop in {zone}: {reminders} reminders, {first} days each, closes {closes} before"
        )
        self.set_up("infomaniak", zone, title, start)
        self.doors = BoxOffice(self.stage, "infomaniak")
        self.references = 0
        self.shows = [
            Show(f"show-{days}", "La Traviata", start + timedelta(days=days, hours=7))
            for days in (12, 40, 120)
        ]
        wish = InvoiceWish(first=first, reminders=reminders, closes=closes)
        self.settings, self.place_of = [(first, reminders, closes)], 0
        self.doors.ask(STAFF, "registers the shop", self.doors.register_shop(zone, wish))

    @property
    def orders(self) -> list[Invoice]:
        found = (Invoice(item) for item in self.stage.eye.named("ticket_order"))
        return sorted(found, key=lambda order: str(order.id))

    def order(self, which: int) -> Invoice:
        orders = self.orders
        return orders[which % len(orders)]

    @rule(
        seats=st.lists(st.tuples(SEAT, st.sampled_from((0, 2500, 5001))), min_size=1, max_size=3),
        show=st.integers(0, 2),
        ago=st.sampled_from((0, 0, 1, 26, 24 * 11)),
        method=st.sampled_from(("invoice", "invoice", "invoice", "card")),
        office=st.booleans(),
    )
    def place(
        self,
        seats: list[tuple[str | None, int]],
        show: int,
        ago: int,
        method: str,
        office: bool,
    ) -> None:
        """Registered so many hours after it was placed."""
        if len(self.orders) >= MOST:
            return
        if self._placed(seats, show, ago, method, office):
            self._terms(f"t-{len(self.orders)}")

    def _placed(
        self,
        seats: list[tuple[str | None, int]],
        show: int,
        ago: int,
        method: str,
        office: bool,
    ) -> bool:
        order_id, event = f"t-{len(self.orders) + 1}", self.shows[show]
        channel = "box_office" if office else "online"
        names = [seat.casefold() for seat, _ in seats if seat is not None]
        held = self.stage.eye.parts.get(f"show#shop-1#{event.id}", {})
        wanted = "done"
        if len(set(names)) < len(names):
            wanted = "invalid: tickets"
        elif any(f"seat#{name}" in held for name in names):
            wanted = "seat_taken"
        placed_at = self.stage.now - timedelta(hours=ago)
        door = self.doors.place(
            ORGANISER, order_id, event, placed_at, method, tuple(seats), channel
        )
        words = f"registers {order_id} for {event.id} by {method}: {seats}, {ago} h ago"
        answer = self.doors.ask(ORGANISER, words, door)
        if answer != wanted:
            self.fault(f"{words}: {answer}, expected {wanted}")
        return answer == "done"

    @rule(seat=SEAT.filter(bool), show=st.integers(0, 2), upper=st.booleans())
    def place_at_once(self, seat: str, show: int, upper: bool) -> None:
        """Two want the same seat in the same moment, and one gets it."""
        if len(self.orders) >= MOST - 1:
            return
        number, event = len(self.orders) + 1, self.shows[show]
        names = [f"t-{number}", f"t-{number + 1}"]
        mine = (seat.upper() if upper else seat, 2500)
        doors = [
            self.doors.place(ORGANISER, name, event, self.stage.now, "card", (ticket,))
            for name, ticket in zip(names, (mine, (seat, 2500)), strict=True)
        ]
        answers: list[str] = []

        def meanwhile() -> None:
            answers.append(
                self.doors.ask(ORGANISER, f"registers {names[0]} on {seat}", doors[0], 1)
            )

        with self.stage.stopped(Stop(1, False, meanwhile)):
            answers.append(self.doors.ask(ORGANISER, f"registers {names[1]} on {seat}", doors[1]))
        if answers.count("done") > 1:
            self.fault(f"two have {seat} of {event.id}: {answers}")

    def _terms(self, order_id: str) -> None:
        """I3, I19: an order keeps the settings that were in force when it was registered."""
        item = self.stage.eye.item(f"ticket_order#{order_id}")
        if item is not None:
            found = tuple(item["terms"][name] for name in ("first", "reminders", "closes"))
            if found != self.settings[self.place_of]:
                self.fault(f"{order_id} is under {found}, set was {self.settings[self.place_of]}")
