"""Walking over ticket orders, breadth-first, as over contracts."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

from local.exploration.tickets import PRICE, TicketScene, TicketTaken, moves_of, ticket_taken
from tacit.domain.days import day_start, local_day
from tacit.domain.policy import Policy
from tacit.domain.tickets.schedule import next_due_at
from tacit.domain.tickets.values import OrderStatus, TicketOrder

Key = tuple[object, ...]
SeeTickets = Callable[[TicketScene, list[TicketTaken]], None]


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

    def go(self, first: TicketScene, see: SeeTickets) -> None:
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
