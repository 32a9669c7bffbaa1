"""The calendar of an order that waits for its invoice to be paid: remind, cancel, or ask (I2, I4).

A job that was dark catches up (G1): of several reminders only the newest is sent, the day told is
never less than n days ahead, and no order is cancelled before its last reminder has been out for
that long. Where that would pass the last payment day, nobody but the organiser can decide.
"""

from dataclasses import replace
from datetime import date, datetime

from tacit.domain.days import add_days, local_day
from tacit.domain.money import Money
from tacit.domain.policy import Policy
from tacit.domain.tickets.decision import Decision, NoChange, OrderChange, changed, to_buyer
from tacit.domain.tickets.placing import ticketing
from tacit.domain.tickets.rules import Ticketing
from tacit.domain.tickets.schedule import hard_day, next_due_at, reminder_due_at, schedule_of
from tacit.domain.tickets.values import (
    CancelledBy,
    OrderStatus,
    Schedule,
    TicketOrder,
    TicketStatus,
)
from tacit.domain.values import Actor, Scalar

OVERDUE = "overdue"


def come_due(order: TicketOrder, by: Actor, policy: Policy, now: datetime) -> Decision:
    """The next step whose hour has come."""
    rules = ticketing(policy)
    due_at = next_due_at(order, rules)
    if due_at is None or now < due_at or order.cancels_on is None:
        return NoChange(order, "not_due")
    days, today = schedule_of(order, rules), local_day(now, order.zone)
    number = _newest_reminder(order, days, rules, now)
    if number is not None and today <= days.last_payment_day:
        return _remind(order, number, days, by, policy, now)
    if number is not None or _reminded_too_late(order, days):
        return _ask(order, by, now)
    if today > order.cancels_on:
        return _cancel(order, by, policy, now)
    return NoChange(order, "not_due")


def _newest_reminder(
    order: TicketOrder, days: Schedule, rules: Ticketing, now: datetime
) -> int | None:
    numbers = range(order.reminders_sent + 1, len(days.reminders_on) + 1)
    come = (each for each in numbers if now >= reminder_due_at(order, each, rules))
    return max(come, default=None)


def _remind(
    order: TicketOrder, number: int, days: Schedule, by: Actor, policy: Policy, now: datetime
) -> OrderChange:
    """A request for payment that extends the day told (I4)."""
    today = local_day(now, order.zone)
    least = add_days(today, order.terms.first)
    due_on = min(max(days.due_on[number], least), days.last_payment_day)
    hard = hard_day(due_on, ticketing(policy))
    after = replace(
        order,
        reminders_sent=number,
        reminded_on=today,
        due_on=due_on,
        cancels_on=max(order.cancels_on or hard, hard),
    )
    data: dict[str, Scalar] = {
        "number": number,
        # Where the organiser will be asked (G1), no cancellation is announced.
        "last": number == len(days.reminders_on) and not _reminded_too_late(after, days),
        "amount": Money(order.total.minor - order.paid.minor, order.paid.currency).amount,
        "currency": order.total.currency,
        "due_on": due_on.isoformat(),
        "cancels_on": _text(after.cancels_on),
    }
    said = to_buyer("invoice_reminder", policy)
    return changed(order, after, "ticket_order.reminded", data, by, now, said)


def _reminded_too_late(order: TicketOrder, days: Schedule) -> bool:
    """Whether the last reminder has been out for n days only after the last payment day (G1): the
    bank's delay is time for money on its way, not for the buyer."""
    if order.reminded_on is None:
        return False
    return add_days(order.reminded_on, order.terms.first) > days.last_payment_day


def _ask(order: TicketOrder, by: Actor, now: datetime) -> OrderChange:
    data: dict[str, Scalar] = {"question": OVERDUE, "cancels_on": _text(order.cancels_on)}
    return changed(
        order, replace(order, question=OVERDUE), "ticket_order.question_opened", data, by, now
    )


def _cancel(order: TicketOrder, by: Actor, policy: Policy, now: datetime) -> OrderChange:
    """Dated the hard day, however late the job is. What was paid in part is credit (G3)."""
    after = cancelled_whole(order, CancelledBy.DEADLINE, order.cancels_on)
    data: dict[str, Scalar] = {
        "why": "unpaid",
        "cancelled_on": _text(order.cancels_on),
        "credit": after.credit.amount,
        "currency": after.credit.currency,
    }
    said = to_buyer("order_cancelled", policy)
    return changed(order, after, "ticket_order.cancelled", data, by, now, said)


def cancelled_whole(order: TicketOrder, by: CancelledBy, day: date | None) -> TicketOrder:
    """Every valid ticket goes with it; what came in for an order that was never paid is owed."""
    tickets = tuple(
        replace(ticket, status=TicketStatus.CANCELLED, with_order=True)
        if ticket.status is TicketStatus.VALID
        else ticket
        for ticket in order.tickets
    )
    pending = order.status is OrderStatus.PENDING
    owed = order.paid if pending else order.credit
    return replace(
        order,
        status=OrderStatus.CANCELLED,
        tickets=tickets,
        credit=owed,
        question="paid_in_part" if pending and owed.minor > 0 else None,
        cancelled_by=by,
        cancelled_on=day,
    )


def _text(day: date | None) -> str | None:
    return day.isoformat() if day is not None else None
