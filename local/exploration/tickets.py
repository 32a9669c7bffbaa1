"""The same walk over ticket orders: placed, paid in parts, cancelled, exchanged, revived, admitted,
reminded; under each number of reminders, from both anchors, with and without the bank's delay."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from tacit.domain.days import local_day
from tacit.domain.money import Money
from tacit.domain.policy import Policy
from tacit.domain.refusals import Broken, Invalid, NotFound, Refused
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
    ReviveOrder,
)
from tacit.domain.tickets.decision import Decision, OrderChange, Standing
from tacit.domain.tickets.life import decide
from tacit.domain.tickets.rules import ReminderAnchor
from tacit.domain.tickets.values import (
    Buyer,
    InvoiceTerms,
    OrderStatus,
    Refund,
    Shop,
    ShopSettings,
    Show,
    Snapshot,
    TicketOrder,
    TicketStatus,
)
from tacit.domain.values import JOB, Actor, Role
from tacit.policies import policy

PRICE = Money(5000, "CHF")
ORGANISER, STAFF, STRANGER = (
    Actor(Role.ORGANISER, "oscar"),
    Actor(Role.STAFF, "erin"),
    Actor(Role.HOLDER, "alice"),
)
ZONE = "Europe/Zurich"
PLACED_AT = datetime.fromisoformat("2025-04-01T12:00+02:00")
SHOW = Show("e-1", "Concert", datetime.fromisoformat("2025-05-09T20:00+02:00"))
SEATS = {"T-1": "A1", "T-2": "A2"}
JOB_OF_REMINDERS = "job: invoice reminders"
OUT = Refund("cash", "asked for it")
No = Refused | Invalid | NotFound | Broken


@dataclass(frozen=True, slots=True)
class Terms:
    """One way of being paid by invoice, or another way of paying."""

    reminders: int
    anchor: ReminderAnchor = ReminderAnchor.ORDER
    bank_delay_days: int = 0
    method: str = "invoice"
    channel: str = "online"

    @property
    def rules(self) -> Policy:
        shipped = policy("infomaniak/1")
        if shipped.ticketing is None:
            raise TypeError("no tickets are sold")
        sold = replace(shipped.ticketing, anchor=self.anchor, bank_delay_days=self.bank_delay_days)
        return replace(shipped, ticketing=sold)

    def __str__(self) -> str:
        if self.method != "invoice":
            return f"{self.method}, {self.channel}"
        counted = f"{self.reminders} reminders from the {self.anchor}"
        return f"{counted}, {self.bank_delay_days} days of the bank"


TERMS = (
    *(Terms(k, anchor) for k in (0, 1, 2) for anchor in ReminderAnchor),
    Terms(1, bank_delay_days=2),
    Terms(0, method="card"),
    Terms(0, method="cash", channel="box_office"),
)


@dataclass(frozen=True, slots=True)
class TicketScene:
    """`seats_gone`: somebody else has the seats that the order has given up."""

    order: TicketOrder
    now: datetime
    seats_gone: bool = False


@dataclass(frozen=True, slots=True)
class TicketMove:
    name: str
    role: Role
    ask: Callable[[], Decision]


@dataclass(frozen=True, slots=True)
class TicketTaken:
    before: TicketScene
    move: TicketMove
    decision: Decision | None
    no: No | None
    after: TicketScene | None


def root(terms: Terms) -> TicketScene:
    rules = terms.rules
    invoice = InvoiceTerms(True, 10, terms.reminders, 0)
    settings = Snapshot(1, ShopSettings("Tickets", invoice), PLACED_AT, STAFF)
    shop = Shop("s-1", rules.provider, "oscar", ZONE, (settings,), 0, 1, 1, 1, "as asked")
    tickets = tuple(NewTicket(number, seat, PRICE) for number, seat in SEATS.items())
    buyer = Buyer("Bea", "bea@example.net", "de")
    wanted = Place(
        ORGANISER, "o-1", shop.id, SHOW, buyer, PLACED_AT, terms.method, terms.channel, tickets,
        False, "as asked",
    )  # fmt: skip
    placed = decide(Standing(None, shop), wanted, rules, PLACED_AT)
    return TicketScene(placed.order, PLACED_AT)


def moves_of(scene: TicketScene, rules: Policy) -> Iterator[TicketMove]:
    for actor in (ORGANISER, STAFF, STRANGER):
        for name, command in _commands(scene, actor):
            yield TicketMove(name, actor.role, _asked(scene, command, rules))
    yield TicketMove(JOB_OF_REMINDERS, Role.JOB, _asked(scene, ComeDue(JOB), rules))


def _asked(scene: TicketScene, command: Command, rules: Policy) -> Callable[[], Decision]:
    order = scene.order
    gone = {t.seat.casefold(): "o-2" for t in order.tickets if t.seat and scene.seats_gone}
    standing = Standing(order, seats=gone)
    return lambda: decide(standing, command, rules, scene.now)


def _commands(scene: TicketScene, by: Actor) -> Iterator[tuple[str, Command]]:
    order = scene.order
    today = local_day(scene.now, order.zone)
    half, due = Money(PRICE.minor, "CHF"), order.due_on or today
    named = f"p-{order.events}"
    yield "pay a half", Pay(by, half, named, today)
    yield "pay in time, booked late", Pay(by, Money(2 * half.minor, "CHF"), named, min(due, today))
    yield "pay too much", Pay(by, Money(3 * half.minor, "CHF"), named, today)
    for name, refund in (("", None), (", saying how it is refunded", OUT)):
        yield f"cancel the order{name}", CancelTickets(by, None, None, refund)
        yield f"cancel a ticket{name}", CancelTickets(by, ("T-1",), None, refund)
    yield "exchange a ticket", Exchange(by, "T-2", "B7")
    yield "revive", ReviveOrder(by, {})
    yield "revive on other seats", ReviveOrder(by, {"T-1": "C1", "T-2": "C2"})
    yield "give the credit back", RefundCredit(by, OUT)
    yield "admit", Admit(by, "T-1")


def ticket_taken(scene: TicketScene, move: TicketMove) -> TicketTaken:
    try:
        decision = move.ask()
    except (Refused, Invalid, NotFound, Broken) as no:
        return TicketTaken(scene, move, None, no, None)
    after = replace(scene, order=decision.order) if isinstance(decision, OrderChange) else None
    return TicketTaken(scene, move, decision, None, after)


def ticket_row(scene: TicketScene) -> str:
    """As the table of transitions names it."""
    order = scene.order
    said = [str(order.status)]
    if order.status is OrderStatus.CANCELLED:
        said.append(f"by the {order.cancelled_by}")
    if order.status is OrderStatus.PENDING and order.paid.minor:
        said.append("paid in part")
    left = {t.status for t in order.tickets if t.number in SEATS}
    if order.status is OrderStatus.PAID and TicketStatus.CANCELLED in left:
        said.append("a ticket is gone")
    if any(t.admitted_at is not None for t in order.tickets):
        said.append("somebody came in")
    if order.credit.minor:
        said.append("with credit")
    if order.question is not None:
        said.append(f"question: {order.question}")
    return ", ".join(said)
