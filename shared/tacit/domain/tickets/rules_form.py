"""Reading how a policy lets tickets be sold (I1 to I11, I18, I19)."""

from tacit.domain.table_form import Table
from tacit.domain.tickets.rules import (
    HOLDS,
    INVOICE,
    LATEST_MAIL_HOUR,
    Insurer,
    ReminderAnchor,
    Ticketing,
)

# As a shop may set them; whatever is made of them stays well inside the calendar.
MOST_REMINDERS, LONGEST_DAYS = 20, 365


def read_ticketing(table: Table | None) -> Ticketing | None:
    """None where the file has no such table."""
    if table is None:
        return None
    with table.whole():
        return Ticketing(
            days_before_first_reminder=table.number(
                "days_before_first_reminder", 1, most=LONGEST_DAYS
            ),
            reminders=table.number("reminders", 0, most=MOST_REMINDERS),
            closes_days_before_event=table.number("closes_days_before_event", 0, most=LONGEST_DAYS),
            anchor=table.one_of("anchor", ReminderAnchor, ReminderAnchor.ORDER),
            bank_delay_days=table.number("bank_delay_days", 0, 0, LONGEST_DAYS),
            mail_hour=table.number("mail_hour", 0, 9, LATEST_MAIL_HOUR),
            min_age_hours=table.number("min_age_hours", 0, 2, 24),
            commission_percent=table.number("commission_percent", 0, 0, 100),
            payment_methods=_payment_methods(table),
            refund_methods=frozenset(table.words("refund_methods")),
            hold_seconds=_hold(table),
            settings_kept=table.number("settings_kept", 1, 20, 50),
            insurer=_insurer(table.optional("insurer")),
        )


def _payment_methods(table: Table) -> frozenset[str]:
    """Of these, only an invoice is paid later (I1)."""
    methods = frozenset(table.words("payment_methods"))
    if methods and INVOICE not in methods:
        return table.wrong("payment_methods", f"{INVOICE!r} is not among them", methods)
    return methods


def _hold(table: Table) -> int:
    seconds = table.number("hold_seconds", 0, 15)
    if seconds not in HOLDS:
        known = ", ".join(map(str, HOLDS))
        return table.wrong("hold_seconds", f"{seconds} is none of {known}", HOLDS[0])
    return seconds


def _insurer(table: Table | None) -> Insurer | None:
    if table is None:
        return None
    with table.whole():
        return Insurer(table.take("name", str), table.take("contact", str))
