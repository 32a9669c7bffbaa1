"""How tickets are sold under a policy, in words, with the days of an order that nobody pays."""

from collections.abc import Iterator
from datetime import date

from tacit.domain.days import add_days
from tacit.domain.policy import Policy
from tacit.domain.policy_ticketing import CANCELLED, REMINDER
from tacit.domain.tickets.rules import INVOICE, Ticketing
from tacit.domain.tickets.schedule import offered_until, scheduled
from tacit.domain.tickets.values import InvoiceTerms

Told = tuple[date, list[str]]


def selling(rule: Ticketing) -> list[str]:
    """What holds for every shop, and what a new one begins with (I1 to I11, I18, I19)."""
    return [
        f"ticketing: paid by {', '.join(sorted(rule.payment_methods))}; of these only an "
        f"{INVOICE} is paid later, and reminded of",
        f"a shop begins with {_reminders(rule)}, and with invoices that are paid {_closing(rule)}; "
        "it may set other numbers",
        f"reminders leave from {rule.mail_hour:02}:00 on{_young(rule)}",
        f"{rule.commission_percent} % of what was paid stay due, whatever is cancelled",
        f"whoever gives money back says how: {', '.join(sorted(rule.refund_methods))}",
        _insured(rule),
        f"{_undone(rule)}; the last {_count(rule.settings_kept, 'change')} of a shop's settings "
        "can be undone",
    ]


def unpaid(policy: Policy, rule: Ticketing, placed_on: date) -> tuple[str, list[Told]]:
    """What an order is that nobody pays, and what becomes of it, day by day. Its event is so late
    that it cuts nothing off."""
    terms = InvoiceTerms(
        enabled=True,
        first=rule.days_before_first_reminder,
        reminders=rule.reminders,
        closes=rule.closes_days_before_event,
    )
    offered = offered_until(terms, placed_on) or placed_on
    first = add_days(placed_on, (placed_on - offered).days)
    show_on = add_days(first, 2 * terms.first)
    title = (
        f"ordered by {INVOICE} on {placed_on}, for an event on {show_on}; on that day it is "
        f"offered for events from {first} on"
    )
    return title, list(_days(policy, rule, terms, placed_on, show_on))


def _days(
    policy: Policy, rule: Ticketing, terms: InvoiceTerms, placed_on: date, show_on: date
) -> Iterator[Told]:
    plan = scheduled(placed_on, terms, show_on, rule)
    yield placed_on, [f"to be paid until {plan.due_on[0]}"]
    last = len(plan.reminders_on)
    for number, day in enumerate(plan.reminders_on, start=1):
        which = f"reminder {number}{', the last one' if number == last else ''}"
        yield day, [f"{which}; to be paid until {plan.due_on[number]}", _mail(policy, REMINDER)]
    says = f"cancelled if it is still unpaid, dated {plan.cancels_on}"
    yield add_days(plan.cancels_on, 1), [says, _mail(policy, CANCELLED)]


def _mail(policy: Policy, kind: str) -> str:
    return f"mail: {kind} to the buyer" if policy.messages.get(kind) else "the buyer is not told"


def _reminders(rule: Ticketing) -> str:
    days = _count(rule.days_before_first_reminder, "day")
    if not rule.reminders:
        return f"no reminder and {days} to pay"
    after = f"{days} after the order"
    if rule.reminders == 1:
        return f"1 reminder, {after}"
    return f"{rule.reminders} reminders, the first {after} and each {days} after the one before it"


def _closing(rule: Ticketing) -> str:
    days = rule.closes_days_before_event
    return f"{_count(days, 'day')} before the event" if days else "by the day of the event"


def _young(rule: Ticketing) -> str:
    hours = rule.min_age_hours
    return f", and not within {_count(hours, 'hour')} of the order" if hours else ""


def _insured(rule: Ticketing) -> str:
    if rule.insurer is None:
        return "no order is insured"
    return f"insured with {rule.insurer.name} ({rule.insurer.contact}), which decides on claims"


def _undone(rule: Ticketing) -> str:
    if not rule.hold_seconds:
        return "a message that a person sends leaves at once"
    return f"a message that a person sends can be undone for {rule.hold_seconds} seconds"


def _count(number: int, word: str) -> str:
    return f"{number} {word}{'' if number == 1 else 's'}"
