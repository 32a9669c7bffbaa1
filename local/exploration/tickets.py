"""The same walk over ticket orders: placed, paid in parts, cancelled, exchanged, revived, admitted,
reminded; under each number of reminders, from both anchors, with and without the bank's delay."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

from tacit.domain.days import day_start, local_day
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
from tacit.domain.tickets.schedule import next_due_at
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
Key = tuple[object, ...]
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


See = Callable[[TicketScene, list[TicketTaken]], None]


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


def ticket_likeness(scene: TicketScene) -> Key:
    """Days as they are: every walk begins on the same one. What was booked counts up to twice of
    what the tickets cost, and how often it was written down not at all."""
    order = scene.order
    return (
        scene.now,
        scene.seats_gone,
        order.status,
        tuple((t.seat, t.status, t.admitted_at is not None, t.with_order) for t in order.tickets),
        order.paid.minor,
        order.credit.minor,
        order.question,
        order.cancelled_by,
        order.cancelled_on,
        order.reminders_sent,
        order.reminded_on,
        order.due_on,
        order.cancels_on,
        order.commission,
    )


@dataclass(slots=True)
class TicketWalk:
    rules: Policy
    depth: int
    scenes: dict[Key, TicketScene] = field(default_factory=dict)
    looked: int = 0
    steps: int = 0

    def go(self, first: TicketScene, see: See) -> None:
        queue: deque[tuple[Key, int]] = deque()
        self._meet(first, 0, queue)
        while queue:
            key, decided = queue.popleft()
            if decided > self.depth:
                continue
            scene = self.scenes[key]
            steps = [ticket_taken(scene, move) for move in moves_of(scene, self.rules)]
            self.looked, self.steps = self.looked + 1, self.steps + len(steps)
            see(scene, steps)
            later = next_ticket_instant(scene, self.rules)
            if later is not None:
                self._meet(replace(scene, now=later), decided, queue)
            self._meet(replace(scene, seats_gone=not scene.seats_gone), decided + 1, queue)
            for step in steps:
                if step.after is not None and step.after.order.paid.minor <= 4 * PRICE.minor:
                    self._meet(step.after, decided + 1, queue)

    def _meet(self, scene: TicketScene, decided: int, queue: deque[tuple[Key, int]]) -> None:
        key = ticket_likeness(scene)
        if key in self.scenes:
            return
        self.scenes[key] = scene
        put = queue.appendleft if queue and queue[0][1] >= decided else queue.append
        put((key, decided))


def ticket_taken(scene: TicketScene, move: TicketMove) -> TicketTaken:
    try:
        decision = move.ask()
    except (Refused, Invalid, NotFound, Broken) as no:
        return TicketTaken(scene, move, None, no, None)
    after = replace(scene, order=decision.order) if isinstance(decision, OrderChange) else None
    return TicketTaken(scene, move, decision, None, after)


def next_ticket_instant(scene: TicketScene, rules: Policy) -> datetime | None:
    """The next stored instant and the one before it, the days the order carries and those beside
    them."""
    order, now = scene.order, scene.now
    found = [at for day in _days(order) for at in _beside(day, order)]
    due_at = next_due_at(order, rules.ticketing) if rules.ticketing is not None else None
    if due_at is not None:
        found += [due_at - timedelta(microseconds=1), due_at]
    return min((at for at in found if at > now), default=None)


def _days(order: TicketOrder) -> Iterator[date]:
    yield local_day(order.show.starts_at, order.zone)
    if order.status is OrderStatus.PENDING or order.cancelled_on is not None:
        yield from filter(None, (order.due_on, order.cancels_on, order.cancelled_on))


def _beside(day: date, order: TicketOrder) -> Iterator[datetime]:
    """Noon, and the last instant before the day that comes after it."""
    start = day_start(day, order.zone)
    yield start + timedelta(hours=12)
    yield day_start(day + timedelta(days=1), order.zone)


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
