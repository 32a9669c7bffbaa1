"""When an invoice is reminded, until when it may be paid, and when its order is cancelled.

I2, I4: from the day of the order P, reminders at P + n, P + 2n … P + k·n, each of which extends the
day told by n. G6: nothing is told beyond the last payment day; a reminder that could not be out for
n whole days before it is dropped, and the day told before it is the last one.
"""

from datetime import UTC, date, datetime, time, timedelta

from tacit.domain.days import LATEST, add_days, day_start, local_day
from tacit.domain.tickets.rules import INVOICE, ReminderAnchor, Ticketing
from tacit.domain.tickets.values import InvoiceTerms, OrderStatus, Schedule, TicketOrder


def scheduled(placed_on: date, terms: InvoiceTerms, show_on: date, rules: Ticketing) -> Schedule:
    """Under the terms of its shop, for an event on that day of the shop's zone."""
    closes_on = add_days(show_on, -terms.closes)
    cap = max(placed_on, closes_on)
    days = [add_days(placed_on, number * terms.first) for number in range(1, terms.reminders + 1)]
    kept = [day for day in days if add_days(day, terms.first) <= cap]
    told = [_told(placed_on, number, terms, rules.anchor) for number in range(terms.reminders + 1)]
    due = [min(told[number], cap) for number in range(len(kept))] + [min(told[-1], cap)]
    return Schedule(
        placed_on=placed_on,
        reminders_on=tuple(kept),
        due_on=tuple(due),
        cancels_on=hard_day(due[-1], rules),
        last_payment_day=cap,
    )


def hard_day(due_on: date, rules: Ticketing) -> date:
    """`cancels_on` where the buyer is told this day: later by the bank's delay (G4), but no day
    that a record cannot have."""
    return min(add_days(due_on, rules.bank_delay_days), LATEST)


def schedule_of(order: TicketOrder, rules: Ticketing) -> Schedule:
    placed_on = local_day(order.placed_at, order.zone)
    return scheduled(placed_on, order.terms, local_day(order.show.starts_at, order.zone), rules)


def offered_until(terms: InvoiceTerms, show_on: date) -> date | None:
    """The last day on which payment by invoice is offered for that event (G6); None where it is
    not offered at all."""
    whole = terms.first * (1 + terms.reminders)
    return add_days(show_on, -terms.closes - whole) if terms.enabled else None


def reminder_due_at(order: TicketOrder, number: int, rules: Ticketing) -> datetime:
    """The instant of the n-th reminder: from the mail's hour of its day, and not for an order
    younger than some hours (G5)."""
    day = schedule_of(order, rules).reminders_on[number - 1]
    hour = datetime.combine(day, time(rules.mail_hour), order.zone)
    return max(hour.astimezone(UTC), order.placed_at + timedelta(hours=rules.min_age_hours))


def next_due_at(order: TicketOrder, rules: Ticketing) -> datetime | None:
    """The next step of the calendar: the next reminder, or the end of the hard day."""
    waits = order.status is OrderStatus.PENDING and order.method == INVOICE
    if not waits or order.question is not None or order.cancels_on is None:
        return None
    if order.reminders_sent < len(schedule_of(order, rules).reminders_on):
        return reminder_due_at(order, order.reminders_sent + 1, rules)
    return day_start(add_days(order.cancels_on, 1), order.zone)


def _told(placed_on: date, number: int, terms: InvoiceTerms, anchor: ReminderAnchor) -> date:
    """The day told with the n-th reminder; 0: with the invoice. I4: where the last payment day is
    counted from the first reminder, everything from that on is told n days later."""
    steps = 1 + number
    if anchor is ReminderAnchor.FIRST_REMINDER and number > 0:
        steps += 1
    return add_days(placed_on, steps * terms.first)
