"""Laws of invoices: what a buyer is told, when he is reminded, when it is too late (I1 to I5)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from tests.histories.eye import Deed
from tests.histories.heads import day, instant
from tests.histories.invoices import Invoice
from tests.histories.laws_of_tickets import orders
from tests.histories.reckoning import day_of, later
from tests.histories.world import Law, World

TO_BUYERS = {"reminded", "cancelled"}


def registered(world: World, deed: Deed) -> Iterator[str]:
    """I2, I4, G6: what is told first, and the hard day."""
    for before, after, _ in orders(deed):
        if before is None and after.waits:
            wanted = after.told(0), after.hard_by_rule
            if (after.due, after.hard) != wanted:
                yield f"{after.id}: told {after.due}, hard day {after.hard}, expected {wanted}"


def calendars(world: World, deed: Deed) -> Iterator[str]:
    for _, after, _ in orders(deed):
        found, wanted = instant(after.item, "reminders_due_at"), after.next_at
        if found != wanted and "parked_at" not in after.item:
            yield f"{after.id}: looked at again at {found}, expected {wanted}"


def reminders(world: World, deed: Deed) -> Iterator[str]:
    """Each on its day or later, the newest only, never to whom has paid (I2, G1, G5)."""
    for before, after, said in orders(deed):
        if "reminded" not in said or before is None:
            continue
        number, now = int(after.reminders_sent), deed.act.at
        today = day_of(now, after.timezone)
        if not before.waits or before.paid >= before.total:
            yield f"{after.id}: reminded, and it is {before.status} with {before.paid} paid"
        if number <= before.reminders_sent or now < before.remind_at(number):
            yield f"{after.id}: reminder {number} at {now}, after {before.reminders_sent}"
        newer = range(number + 1, len(before.reminders) + 1)
        if any(now >= before.remind_at(each) for each in newer):
            yield f"{after.id}: reminder {number}, and a newer one is due"
        wanted = min(max(before.told(number), later(today, after.every)), after.last_day)
        if after.due != wanted or today > after.last_day:
            yield f"{after.id}: reminder {number} on {today} tells {after.due}, expected {wanted}"


def deadlines(world: World, deed: Deed) -> Iterator[str]:
    """Not before the hard day is over and the last reminder was out for n days (G1, G4, G5); where
    that is too late, the organiser is asked."""
    for before, after, said in orders(deed):
        if before is None or deed.act.role != "job":
            continue
        today = day_of(deed.act.at, after.timezone)
        if "cancelled" in said:
            out = before.reminded_on is None or _out(before) <= today
            all_sent = before.reminders_sent >= len(before.reminders)
            if before.hard is None or today <= before.hard or not (out and all_sent):
                yield f"{after.id}: cancelled on {today}, hard day {before.hard}, {before.item}"
            if not before.waits or before.paid >= before.total:
                yield f"{after.id}: cancelled, and it was {before.status} with {before.paid} paid"
            if after.cancelled_on != before.cancels_on:
                yield f"{after.id}: dated {after.cancelled_on}, hard day {before.cancels_on}"
        if "question_opened" in said:
            late = before.reminded_too_late or today > before.last_day
            if not late:
                yield f"{after.id}: put to the organiser on {today}, it could be reminded in time"


def _out(order: Invoice) -> date:
    """The day from which the last reminder has been out for n days."""
    reminded = day(order.reminded_on)
    assert reminded is not None
    return later(reminded, order.every)


def to_buyers(world: World, deed: Deed) -> Iterator[str]:
    """Only reminders and the automatic cancellation are mailed to the buyer (I5)."""
    for event in deed.new("event"):
        kind = str(event["type"]).partition(".")[2]
        job = event["actor_role"] == "job"
        wanted = str(event["type"]).startswith("ticket_order.") and job and kind in TO_BUYERS
        told = any(message.get("to") == "buyer" for message in event["messages"])
        if told is not wanted:
            yield f"{event['subject']}: {kind} by {event['actor_role']} mails the buyer: {told}"


LAWS: tuple[Law, ...] = (registered, calendars, reminders, deadlines, to_buyers)
