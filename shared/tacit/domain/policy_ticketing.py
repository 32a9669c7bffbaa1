"""What is wrong with how a policy lets tickets be sold (I1 to I11), and what its author should know
about it."""

from collections.abc import Iterator

from tacit.domain.policy import Policy
from tacit.domain.table_form import Finding

# What a buyer is mailed while his invoice is open, and once it has been open for too long.
REMINDER, CANCELLED = "invoice_reminder", "order_cancelled"


def errors_of_ticketing(policy: Policy) -> Iterator[Finding]:
    """Orders that nobody could place, be reminded of, or cancel."""
    rule = policy.ticketing
    if rule is None:
        return
    if not rule.payment_methods:
        yield Finding("ticketing.payment_methods", "is empty, so nobody could pay for an order")
    if not rule.refund_methods:
        says = "is empty, so nobody could cancel a paid order: it says how it was refunded (I6)"
        yield Finding("ticketing.refund_methods", says)
    if rule.insurer is not None and not rule.insurer.contact:
        says = "is empty, so whoever is insured would not know whom to ask (I11)"
        yield Finding("ticketing.insurer.contact", says)
    if rule.reminders and not policy.messages.get(REMINDER):
        yield Finding(f"messages.{REMINDER}", "is not sent, so nobody would ever be reminded (I2)")


def warnings_of_ticketing(policy: Policy) -> Iterator[Finding]:
    """What can be meant, and surprises all the same."""
    rule = policy.ticketing
    if rule is None:
        return
    if not rule.reminders and not policy.messages.get(REMINDER):
        says = "is not sent: the reminders that a shop sets for itself would reach nobody (I3)"
        yield Finding(f"messages.{REMINDER}", says)
    if not policy.messages.get(CANCELLED):
        says = "is not sent: a buyer does not hear that his tickets are cancelled (I2)"
        yield Finding(f"messages.{CANCELLED}", says)
    if rule.insurer is None:
        says = "is not there: insured orders would name nobody to make a claim with (I11)"
        yield Finding("ticketing.insurer", says)
