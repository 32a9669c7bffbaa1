"""A policy told as timelines: what becomes of an example contract of each life, day by day.

Every line is a decision of the rules on a day of the calendar; nothing here knows a rule.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from textwrap import wrap

from tacit.domain.policy import Kind, Life, Plan, Policy
from tacit.domain.policy_courses import Course, courses, followed
from tacit.domain.policy_examples import (
    Example,
    contract_of,
    dotted,
    example_of,
    examples,
    on_parents,
    parent_of,
    registered,
)
from tacit.domain.policy_renewals import renewed, warranted
from tacit.domain.policy_warnings import shortened
from tacit.policies.telling import by_whom, changing, told
from tacit.policies.telling_fuse import holding
from tacit.policies.telling_tickets import selling, unpaid

WIDTH = 100


def explain(policy: Policy, expires_on: date) -> str:
    """The whole policy, on contracts whose term ends that day; plain text of at most WIDTH."""
    lines = [
        f"{policy.name}: days of {policy.zone.key}, amounts in {policy.currency}",
        f'The terms of the examples end on {expires_on}. "until" names the last day.',
    ]
    for name, rule in policy.actions.items():
        ways = f" ({', '.join(rule.modes)})" if rule.modes else ""
        lines += _wrapped(0, f"{name}{ways}: {by_whom(rule)}")
    lines += _told(holding(policy.fuse))
    if policy.plan_change is not None:
        lines += _told(changing(policy.plan_change))
    lines += _ticketing(policy, expires_on)
    for kind in policy.kinds.values():
        lines += ["", f"kind {kind.name}", *_kind(policy, kind, expires_on)]
    return "".join(f"{line}\n" for line in lines)


def _told(sentences: list[str]) -> Iterator[str]:
    """The first of them, and what belongs to it below."""
    first, *more = sentences
    yield from _wrapped(0, first)
    for sentence in more:
        yield from _wrapped(2, sentence)


def _ticketing(policy: Policy, day: date) -> Iterator[str]:
    if policy.ticketing is None:
        return
    yield from _told(selling(policy.ticketing))
    title, days = unpaid(policy, policy.ticketing, day)
    yield from _wrapped(4, title)
    for on, says in days:
        yield from _dated(on, says)


def _kind(policy: Policy, kind: Kind, expires_on: date) -> Iterator[str]:
    known = examples(policy, kind, expires_on)
    rows: list[int | None] = [*range(len(kind.lives))]
    if any(example.place is None for example in known):
        rows.append(None)
    for place in rows:
        life = kind.lives[place] if place is not None else None
        yield ""
        yield from _wrapped(2, _selected(life, first=place == 0))
        having = [example for example in known if example.place == place]
        if not having:
            yield from _wrapped(4, "no contract can have this life")
            continue
        yield from _life(policy, having)
        if place is not None:
            yield from _registries(policy, kind, place, expires_on)
    for plan in policy.plans.values():
        if plan.kind == kind.name and plan.follows_parent:
            yield from _follower(policy, plan, expires_on)


def _selected(life: Life | None, first: bool) -> str:
    if life is None:
        return "whatever no row of lives is about"
    parts = []
    if life.tlds:
        parts.append(f"extension {dotted(tuple(sorted(life.tlds)))}")
    if life.tiers:
        parts.append(f"tier {', '.join(sorted(life.tiers))}")
    if life.terms:
        parts.append(f"term of {', '.join(map(str, sorted(life.terms)))} months")
    return "; ".join(parts) or ("every contract" if first else "every other contract")


def _life(policy: Policy, having: list[Example]) -> Iterator[str]:
    example, *others = having
    yield from _wrapped(4, f"example: {_plan(example.plan)}, {example.contract.label}")
    if others:
        yield from _wrapped(4, f"likewise: {'; '.join(_plan(each.plan) for each in others)}")
    alone = [_course(policy, course) for course in courses(policy, example)]
    for lines in alone:
        yield from lines
    for course in (warranted(policy, example), renewed(policy, example)):
        if course is not None:
            yield from _course(policy, course)
    for attached in on_parents(policy, example):
        parent = attached.parent
        on = contract_of(parent).plan if parent else ""
        for course in courses(policy, attached):
            if _course(policy, course) not in alone:
                yield from _course(policy, course, f"hanging on {on}: ")


def _plan(plan: Plan) -> str:
    months = "1 month" if plan.term_months == 1 else f"{plan.term_months} months"
    sold = "" if plan.orderable else ", not sold any more"
    trial = f", {plan.trial_days} days free first" if plan.trial_days else ""
    return f"{plan.id} ({months}, {plan.price.amount} {plan.price.currency}{trial}{sold})"


def _course(policy: Policy, course: Course, where: str = "") -> list[str]:
    """The heading and the days of one way to the end."""
    latest = f", at the latest on {course.last_day}" if course.last_day else ""
    lines = _wrapped(4, f"{where}{course.title}{latest}")
    ends_on, waits = contract_of(course.situation).expires_on, course.waits_until
    for step in course.steps:
        if waits is not None and step.on >= ends_on:
            waited = waits - timedelta(days=1)
            says = f"if no renewal was tried, waits until {waited} for one that is still owed"
            lines, waits = lines + _dated(ends_on, [says]), None
        lines += _dated(step.on, told(policy, step))
    return lines


def _registries(policy: Policy, kind: Kind, place: int, expires_on: date) -> Iterator[str]:
    found = shortened(policy, kind, place, expires_on)
    if found:
        yield from _wrapped(4, "some registries end the return earlier than the policy")
    for each in found:
        alone = f"until {each.provider - timedelta(days=1)}" if each.provider else "without an end"
        last = each.registry - timedelta(days=1)
        yield from _wrapped(6, f"until {last}, not {alone}: {dotted(each.tlds)}")


def _follower(policy: Policy, plan: Plan, expires_on: date) -> Iterator[str]:
    """What follows its parent, told by what becomes of a parent that is cancelled."""
    yield ""
    yield from _wrapped(2, f"{_plan(plan)}: follows its parent")
    tiers: list[str | None] = [
        tier
        for life in policy.kinds[plan.kind].lives
        if life.downgrade is not None and life.downgrade.plan == plan.id
        for tier in sorted(life.downgrade.parent_tiers)
    ]
    for tier in tiers or [None]:
        parent = parent_of(policy, tier, expires_on)
        follower = registered(policy, plan, None, expires_on, parent=parent)
        if parent is None or follower is None:
            continue
        above = example_of(policy, policy.plans[contract_of(parent).plan], parent)
        for course in courses(policy, above):
            yield from _wrapped(4, f"{contract_of(parent).plan} {course.title}")
            for step in followed(policy, follower, course):
                yield from _dated(step.on, told(policy, step))


def _dated(day: date, sentences: list[str]) -> list[str]:
    first, *more = sentences
    lines = wrap(first, WIDTH, initial_indent=f"      {day}  ", subsequent_indent=" " * 18)
    for sentence in more:
        lines += _wrapped(18, sentence)
    return lines


def _wrapped(indent: int, text: str) -> list[str]:
    return wrap(text, WIDTH, initial_indent=" " * indent, subsequent_indent=" " * (indent + 2))
