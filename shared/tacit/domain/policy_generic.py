"""What ICANN asks of registrars of generic extensions, held against a policy's notices."""

from collections.abc import Iterator
from datetime import date

from tacit.domain.policy import Kind, Policy
from tacit.domain.policy_courses import courses
from tacit.domain.policy_examples import Example, contract_of, dotted, with_facts
from tacit.domain.table_form import Finding

# ICANN, Expired Registration Recovery Policy, 2.1: registrars tell the holder of a generic name
# about a month and about a week before the expiry, and within so many days after it. How far from a
# month or a week it may be the policy leaves open; registrars take these days to comply.
ABOUT = {"a month": range(26, 36), "a week": range(4, 11)}
NOTICE_WITHIN_DAYS = 5
ERRP = "ICANN's Expired Registration Recovery Policy"


def generic_names(policy: Policy, kind: Kind, expires_on: date) -> Iterator[Finding]:
    """What ICANN asks of whoever sells generic names: two notices before the expiry, and one soon
    after it."""
    sold = [
        (tld, example)
        for place in [*range(len(kind.lives)), None]
        for tld, example in with_facts(policy, kind, place, expires_on)
        if _is_generic(tld)
    ]
    if not sold:
        return
    tlds = dotted(tuple(sorted(tld for tld, _ in sold)))
    asks = f"{kind.name!r} can be had in {tlds}, and {ERRP} asks for a notice"
    yield from _before(policy, kind, asks)
    yield from _after(policy, kind, [example for _, example in sold], asks)


def _before(policy: Policy, kind: Kind, asks: str) -> Iterator[Finding]:
    rule = kind.expiry_notices
    if rule is not None and not policy.messages.get("expiry_noticed"):
        says = "is not sent; kinds have expiry_notices, which say when it would be"
        yield Finding("messages.expiry_noticed", says)
        return
    given = rule.days_before if rule is not None else ()
    for name, days in ABOUT.items():
        if not any(day in days for day in given):
            span = f"{days.start} to {days.stop - 1} days"
            says = f"has no day about {name} before the expiry; {asks} then ({span} before)"
            yield Finding(f"kinds.{kind.name}.expiry_notices.days_before", says)


def _after(policy: Policy, kind: Kind, sold: list[Example], asks: str) -> Iterator[Finding]:
    """Notices of the kind's own, or the word that it has expired, which an outage may delay."""
    rule = kind.expiry_notices
    told = policy.messages.get("expiry_noticed") and rule is not None and rule.days_after
    if rule is not None and told and min(rule.days_after) <= NOTICE_WITHIN_DAYS:
        return
    if not policy.messages.get("expired"):
        says = f"is not sent; {asks} within {NOTICE_WITHIN_DAYS} days after the expiry"
        yield Finding("messages.expired", says)
        return
    late = max(_days_to_first_word(policy, example) for example in sold)
    if late > NOTICE_WITHIN_DAYS:
        says = (
            f"{asks} within {NOTICE_WITHIN_DAYS} days after the expiry; "
            f"whoever did not cancel hears of it {late} days after"
        )
        yield Finding("renewal.patience_days", says)


def _is_generic(tld: str) -> bool:
    """Countries have two letters, or an international name."""
    last = tld.rpartition(".")[2]
    return last.isascii() and len(last) > 2 and not last.startswith("xn--")


def _days_to_first_word(policy: Policy, example: Example) -> int:
    """How long after the domain's expiry a holder hears of it, in the slowest of all courses: the
    one in which an end waits for a renewal that nobody has tried."""
    days = [0]
    for course in courses(policy, example):
        expires_on = contract_of(course.situation).domain_expires_on
        told = [
            (step.on - expires_on).days
            for step in course.steps
            if step.change is not None
            and step.on >= expires_on
            and any(message.to == "holder" for message in step.change.messages)
        ]
        days += told[:1]
        if course.waits_until is not None and told:
            days.append((course.waits_until - expires_on).days)
    return max(days)
