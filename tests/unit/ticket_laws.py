"""What holds for every step of a ticket order, whoever takes it (docs/invariants.md)."""

from local.exploration.tickets import JOB_OF_REMINDERS, TicketScene, TicketTaken
from tacit.domain.days import add_days, local_day
from tacit.domain.policy import Policy
from tacit.domain.refusals import Invalid, NotFound, Refused
from tacit.domain.tickets.decision import NoChange, OrderChange
from tacit.domain.tickets.schedule import next_due_at
from tacit.domain.tickets.values import OrderStatus, TicketOrder, TicketStatus
from tacit.domain.values import Role
from tacit.runtime.problem_table import PROBLEMS
from tests.unit.laws import named_in


def check_ticket_step(step: TicketTaken, rules: Policy) -> None:
    """Every law, on one step."""
    if step.no is not None:
        refused_as_documented(step)
    if step.move.role is Role.HOLDER:
        assert isinstance(step.no, Refused), step.move.name
        assert step.no.code == "not_your_role"
    elif step.move.name.startswith("pay"):
        assert isinstance(step.decision, OrderChange), f"money was refused: {step.no}"
        nothing_is_lost(step.before.order, step.decision)
    if step.move.name == JOB_OF_REMINDERS:
        asked_in_time(step, rules)
    if isinstance(step.decision, OrderChange):
        assert step.move.ask() == step.decision, "asked twice, and two answers"
        recorded(step, step.decision)
        told_days_stand(step.before.order, step.decision.order)
        one_seat_each(step.decision.order)


def refused_as_documented(step: TicketTaken) -> None:
    match step.no:
        case Refused() as no:
            code, told = no.code, set(no.params)
        case Invalid() as no:
            code, told = no.code, {"field", "reason"}
        case NotFound():
            code, told = "not_found", {"thing"}
        case _:
            raise AssertionError(step.no)
    assert code in PROBLEMS, code
    assert named_in(PROBLEMS[code].detail) <= told, (code, told)


def recorded(step: TicketTaken, change: OrderChange) -> None:
    before, after = step.before.order, change.order
    assert change.before == before
    assert after.version == before.version + 1
    numbers = [event.number for event in change.events]
    assert numbers == list(range(before.events + 1, after.events + 1))
    assert numbers


def nothing_is_lost(before: TicketOrder, change: OrderChange) -> None:
    """G3: what comes in is recorded, and is for the tickets or is credit, to the last centime."""
    after = change.order
    assert change.payment is not None
    came = change.payment.amount.minor
    assert after.paid.minor == before.paid.minor + came
    if after.status is OrderStatus.PENDING:
        assert after.credit == before.credit
        return
    had = before.paid.minor if before.status is OrderStatus.PENDING else before.credit.minor
    newly_paid = after.status is OrderStatus.PAID and before.status is not OrderStatus.PAID
    assert after.credit.minor == had + came - (after.total.minor if newly_paid else 0)
    assert after.credit.minor >= 0


def asked_in_time(step: TicketTaken, rules: Policy) -> None:
    """Before the stored instant nothing, from then on something; and no order is cancelled before
    its last reminder has been out for n days, or before its hard day is over (G1, G4, G5)."""
    order, now = step.before.order, step.before.now
    assert rules.ticketing is not None
    due_at = next_due_at(order, rules.ticketing)
    if due_at is None or now < due_at:
        assert isinstance(step.decision, NoChange), f"{due_at} is stored, and it came late"
        return
    assert isinstance(step.decision, OrderChange), f"due since {due_at}, and nothing happens"
    if step.decision.order.status is OrderStatus.CANCELLED:
        today = local_day(now, order.zone)
        assert order.cancels_on is not None
        assert today > order.cancels_on
        assert order.reminded_on is None or today >= add_days(order.reminded_on, order.terms.first)
        assert {m.kind for m in step.decision.messages} == {"order_cancelled"}


def told_days_stand(before: TicketOrder, after: TicketOrder) -> None:
    """What a buyer was told to pay by is never taken back, and admission is for good."""
    for had, has in ((before.due_on, after.due_on), (before.cancels_on, after.cancels_on)):
        assert had is None or (has is not None and has >= had)
    assert after.reminders_sent >= before.reminders_sent
    came_in = {t.number for t in before.tickets if t.admitted_at is not None}
    assert came_in <= {t.number for t in after.tickets if t.admitted_at is not None}


def one_seat_each(order: TicketOrder) -> None:
    seats = [t.seat for t in order.tickets if t.status is TicketStatus.VALID]
    assert len(set(seats)) == len(seats)
    assert (order.status is OrderStatus.CANCELLED) == (not seats)


def has_a_way_out(scene: TicketScene, steps: list[TicketTaken], rules: Policy) -> bool:
    """Paid and cancelled are ends. What waits is looked at by the calendar, or its organiser is
    asked; and an open question can be answered."""
    order = scene.order
    assert rules.ticketing is not None
    answered = any(
        isinstance(step.decision, OrderChange) and step.decision.order.question is None
        for step in steps
        if step.move.role is Role.ORGANISER
    )
    if order.question is not None:
        return answered
    return (
        order.status is not OrderStatus.PENDING or next_due_at(order, rules.ticketing) is not None
    )
