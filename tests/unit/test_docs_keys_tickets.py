"""The capacity units of a ticket order's changes in docs/keys.md, counted from what we write."""

from dataclasses import replace
from datetime import date, datetime

from tacit.domain.money import Money
from tacit.domain.tickets.commands import (
    Admit,
    CancelTickets,
    ComeDue,
    Command,
    Exchange,
    NewTicket,
    Pay,
    Place,
    RefundCredit,
)
from tacit.domain.tickets.decision import OrderChange, Standing
from tacit.domain.tickets.life import decide
from tacit.domain.tickets.values import Buyer, Refund, Show, TicketOrder
from tacit.domain.values import JOB
from tacit.policies import newest
from tacit.runtime import ticket_answers
from tacit.store import keys
from tacit.store.codec import Raw, to_raw
from tacit.store.ticket_orders import order_writes
from tests.unit.cases import at
from tests.unit.shops import OLGA, a_shop
from tests.unit.test_docs_keys import PAGE, ROW, index_units, kept, units_of

Figures = tuple[int, int, int, int]
RULES = newest("infomaniak")
REFUND = Refund("bank_transfer", "He is ill, and has told us so the day before.")


class Box:
    """The items of one order, as the steps before have left them."""

    def __init__(self) -> None:
        self.order: TicketOrder | None = None
        self.there: dict[keys.Key, Raw] = {}

    def step(self, command: Command, day: str) -> Figures:
        now = at(day)
        shop = a_shop() if isinstance(command, Place) else None
        change = decide(Standing(self.order, shop), command, RULES, now)
        assert isinstance(change, OrderChange), change
        by_job = isinstance(command, ComeDue)
        run = "invoice_reminders-20250411T074500Z" if by_job else None
        found = self.figures(change, now, run)
        self.order = change.order
        return found

    def figures(self, change: OrderChange, now: datetime, run: str | None) -> Figures:
        writes = order_writes(change, RULES, now, run)
        raws = {write.key: to_raw(write.item or {}) for write in writes}
        # What goes costs as much as what is put: a claim on a seat is far below 1 KB.
        table = sum(2 * units_of(raw) for raw in raws.values())
        indexes = sum(index_units(self.there.get(key, {}), raw) for key, raw in raws.items())
        # The relay takes the markers away before the next step.
        self.there |= {
            key: {n: v for n, v in raw.items() if not n.startswith("outbox_")}
            for key, raw in raws.items()
        }
        new = change.before is None
        shape = ticket_answers.registered_answer if new else ticket_answers.command_answer
        return len(raws), table, indexes, 2 * units_of(kept(shape(change, RULES), now))


def place(tickets: int = 2, method: str = "invoice") -> Place:
    """With a name of two words."""
    price = Money(5000, "CHF")
    numbers = [f"T-2025-{number:04}" for number in range(tickets)]
    return Place(
        by=OLGA,
        id="order-4711",
        shop_id="shop-1",
        show=Show("gala", "Gala du Lac", at("2025-09-01")),
        buyer=Buyer("Léa Müller", "lea.mueller@example.net", "fr"),
        placed_at=at("2025-04-01"),
        method=method,
        channel="online",
        tickets=tuple(NewTicket(n, f"row 7 seat {n}", price) for n in numbers),
        insured=False,
        fingerprint="0" * 64,
    )


def pay(francs: int, reference: str, day: str) -> Pay:
    return Pay(OLGA, Money(100 * francs, "CHF"), reference, date.fromisoformat(day))


def counted() -> dict[str, Figures]:
    found = {"register an order of 30 tickets": Box().step(place(30), "2025-04-01")}
    invoice = Box()
    found["register an order of 2 tickets"] = invoice.step(place(), "2025-04-01")
    found["remind (job)"] = invoice.step(ComeDue(JOB), "2025-04-11")
    found["book a part"] = invoice.step(pay(40, "bank-1", "2025-04-12"), "2025-04-12")
    assert invoice.step(ComeDue(JOB), "2025-04-21") == found["remind (job)"]
    found["cancel unpaid (job)"] = invoice.step(ComeDue(JOB), "2025-05-02")
    late = invoice.step(pay(60, "bank-2", "2025-05-03"), "2025-05-03")
    found["book late money, which revives it"] = late
    cancelled = Box()
    cancelled.step(place(), "2025-04-01")
    found["cancel what waits"] = cancelled.step(CancelTickets(OLGA, None, None, None), "2025-04-02")
    kept_money = cancelled.step(pay(100, "bank-1", "2025-04-03"), "2025-04-03")
    found["book money that is kept as credit"] = kept_money
    found["give credit back"] = cancelled.step(RefundCredit(OLGA, REFUND), "2025-04-04")
    paid = Box()
    paid.step(place(), "2025-04-01")
    found["book all of it"] = paid.step(pay(100, "bank-1", "2025-04-03"), "2025-04-03")
    one = CancelTickets(OLGA, ("T-2025-0001",), None, REFUND)
    found["cancel 1 ticket"] = paid.step(one, "2025-04-04")
    found["exchange a ticket"] = paid.step(Exchange(OLGA, "T-2025-0000", "row 1"), "2025-04-05")
    found["admit"] = paid.step(Admit(OLGA, "T-2025-0000.x1"), "2025-09-01")
    overdue = Box()
    soon = replace(place(), show=Show("matinee", "Matinée", at("2025-04-25")))
    overdue.step(soon, "2025-04-01")
    found["ask the organiser (job)"] = overdue.step(ComeDue(JOB), "2025-04-26")
    return found


def test_the_units_of_each_change_of_a_ticket_order_are_those_of_its_items() -> None:
    text = PAGE.read_text("utf-8").partition("## What a change of a ticket order writes")[2]
    shown = {
        row[0].strip(): tuple(map(int, row[1:])) for row in ROW.findall(text.partition("\n## ")[0])
    }
    assert shown == counted()
