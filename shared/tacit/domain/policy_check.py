"""What is wrong with a policy that can be read: promises that nobody can keep or ever gets.

What stands in the file is held against what the rules make of it: example contracts are carried
to their end, and what never happens on the way is an error.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from itertools import chain, pairwise

from tacit.domain.days import add_days
from tacit.domain.phases import Stage, stages
from tacit.domain.policy import (
    MESSAGE_KINDS,
    STAFF_MESSAGE_KINDS,
    ActionRule,
    Channel,
    Immediate,
    Kind,
    Life,
    Phase,
    Policy,
    RestoreRule,
)
from tacit.domain.policy_courses import changes, courses
from tacit.domain.policy_examples import (
    NO_EXTENSION,
    STAFF,
    Example,
    examples,
    on_parents,
    parent_of,
    registered,
)
from tacit.domain.policy_plan_changes import CODE, DONE, errors_of_changing
from tacit.domain.policy_renewals import collections
from tacit.domain.policy_ticketing import CANCELLED, REMINDER, errors_of_ticketing
from tacit.domain.table_form import Finding
from tacit.domain.values import Contract, Role

_DAYS_TRIED = 4 * 366  # every day of the year, a leap year and every weekday among them


def errors(policy: Policy, expires_on: date, whole: bool = True) -> list[Finding]:
    """What cannot be meant. The example contracts expire on that day. `whole`: the policy is all
    of the file; otherwise nothing is said that depends on what is left out."""
    found = [each for kind in policy.kinds.values() for each in _of_kind(policy, kind, expires_on)]
    found += [each for name in policy.actions for each in _of_action(policy.actions[name], name)]
    if whole:
        found += _plans_nobody_has(policy, expires_on)
        found += errors_of_changing(policy)
        found += errors_of_ticketing(policy)
        found += _never_said(policy, expires_on)
    return found


def _of_kind(policy: Policy, kind: Kind, expires_on: date) -> Iterator[Finding]:
    found = examples(policy, kind, expires_on)
    for place, life in enumerate(kind.lives):
        path = f"kinds.{kind.name}.lives[{place}]"
        example = next((each for each in found if each.place == place), None)
        yield from _of_life(kind, life, path)
        if example is not None:
            yield from _windows(policy, example, path)


def _of_life(kind: Kind, life: Life, path: str) -> Iterator[Finding]:
    for index, phase in enumerate(life.phases):
        yield from _of_phase(phase, f"{path}.phases[{index}]")
    yield from _paid_back(kind, life, path)
    rule = life.inactive
    if rule is not None and not rule.when:
        yield Finding(f"{path}.inactive.when", "names no end, so nothing is ever switched off")
    if rule is not None and rule.days is None and not kind.unique_label:
        says = f"{kind.name!r} is of no registry, so it would never be over; give days"
        yield Finding(f"{path}.inactive.until", says)
    if life.downgrade is not None and not kind.needs_parent:
        says = f"{kind.name!r} does not hang on another contract that it could follow"
        yield Finding(f"{path}.downgrade", says)


def _paid_back(kind: Kind, life: Life, path: str) -> Iterator[Finding]:
    """Whoever cancels at once would get his money, and then the term that it had paid for."""
    if not kind.money_back or life.immediate is not Immediate.TERMINATE:
        return
    for index, phase in enumerate(life.phases):
        if phase.restore is not None:
            says = "brings back a paid term, whose money is paid back already (money_back)"
            yield Finding(f"{path}.phases[{index}].restore", says)


def _of_phase(phase: Phase, path: str) -> Iterator[Finding]:
    if phase.restore is not None:
        yield from _nobody(phase.restore, f"{path}.restore")
    elif phase.length is None:
        says = "has no end and no way back: a contract would stay in it for ever"
        yield Finding(path, f"{phase.name!r} {says}")


def _of_action(rule: ActionRule, name: str) -> Iterator[Finding]:
    yield from _nobody(rule, f"actions.{name}")
    if name == "cancel" and not rule.modes:
        yield Finding("actions.cancel.modes", "offers no way of cancelling, so nobody can")


def _nobody(rule: ActionRule | RestoreRule, path: str) -> Iterator[Finding]:
    people = rule.by - {Role.JOB}
    if not people:
        yield Finding(f"{path}.by", "names nobody who could do it")
    elif rule.channel is Channel.SUPPORT and Role.STAFF not in people:
        yield Finding(f"{path}.by", "goes through support, and staff is not among those who may")


def _windows(policy: Policy, example: Example, path: str) -> Iterator[Finding]:
    """Each phase must end after the one before it, whatever the day; and some way must lead into
    it. What a registry cuts off is another question."""
    policy, first = replace(policy, registries={}), example.contract.expires_on
    tried = _DAYS_TRIED if len(example.life.phases) > 1 else 0
    days = [add_days(first, each) for each in range(tried)]
    on_time = [stages(_ended(example, day), policy, day) for day in days]
    entered = {
        step.change.contract.phase
        for course in courses(policy, example)
        for step in course.steps
        if step.change is not None
    }
    for index, phase in enumerate(example.life.phases):
        says = _backwards(days, on_time, index) if index else None
        if says is None and phase.name not in entered | _with_registry(policy, example, first):
            says = "can never be entered: it is over before its turn comes"
        if says is not None:
            yield Finding(f"{path}.phases[{index}]", f"{phase.name!r} {says}")


def _backwards(days: list[date], on_time: list[tuple[Stage, ...]], index: int) -> str | None:
    """The first of the days on which the phase ends before the one before it does."""
    for day, timetable in zip(days, on_time, strict=True):
        before, stage = timetable[index - 1], timetable[index]
        if before.ends_on and stage.ends_on and stage.ends_on < before.ends_on:
            return (
                f"goes back: after an expiry on {day} it is over on {stage.ends_on}, "
                f"and {before.phase.name!r} before it on {before.ends_on}"
            )
    return None


def _ended(example: Example, day: date) -> Contract:
    return replace(example.contract, expires_on=day, registry_expires_on=None)


def _with_registry(policy: Policy, example: Example, day: date) -> set[str]:
    """The phases that take some time where the domain is paid at its registry for longer."""
    paid_longer = replace(_ended(example, day), registry_expires_on=add_days(day, 366))
    return {
        stage.phase.name
        for before, stage in pairwise(stages(paid_longer, policy, day))
        if before.ends_on and (stage.ends_on is None or stage.ends_on > before.ends_on)
    }


def _plans_nobody_has(policy: Policy, expires_on: date) -> Iterator[Finding]:
    """A plan that is not sold any more goes on for those who have it, and imported contracts may
    be of it; but some nobody can get at all."""
    led_to = {
        life.downgrade.plan
        for kind in policy.kinds.values()
        for life in kind.lives
        if life.downgrade is not None
    }
    for index, plan in enumerate(policy.plans.values()):
        path = f"plans[{index}]"
        parent = parent_of(policy, None, expires_on) if plan.follows_parent else None
        tld = plan.tld or (NO_EXTENSION if policy.kinds[plan.kind].unique_label else None)
        if registered(policy, plan, tld, expires_on, parent=parent) is None:
            yield Finding(path, f"nobody can order {plan.id!r}: the rules refuse every contract")
        elif plan.follows_parent and not plan.orderable and plan.id not in led_to:
            yield Finding(path, f"nobody gets {plan.id!r}: it is not sold and no life leads to it")


def _never_said(policy: Policy, expires_on: date) -> list[Finding]:
    """A message that no contract's life ever occasions is a misunderstanding of its author."""
    aloud = _talkative(policy)
    said = {
        (kind.name, message.kind, message.to)
        for kind in policy.kinds.values()
        for example in _all_examples(aloud, kind, expires_on)
        for change in chain(changes(aloud, example), collections(aloud, example))
        for message in change.messages
    }
    to_holder = {message for _, message, to in said if to == "holder"}
    to_holder |= {CODE, DONE} if policy.plan_change is not None else set()
    to_holder |= {REMINDER, CANCELLED} if policy.ticketing is not None else set()
    to_staff = {(kind, message) for kind, message, to in said if to == "staff"}
    says = "never happens under this policy"
    return [
        Finding(f"messages.{message}", says)
        for message, channels in policy.messages.items()
        if channels and message not in to_holder
    ] + [
        Finding(f"kinds.{kind.name}.staff_messages.{message}", says)
        for kind in policy.kinds.values()
        for message, channels in kind.staff_messages.items()
        if channels and (kind.name, message) not in to_staff
    ]


def _all_examples(policy: Policy, kind: Kind, expires_on: date) -> Iterator[Example]:
    for example in examples(policy, kind, expires_on):
        yield example
        yield from on_parents(policy, example)


def _talkative(policy: Policy) -> Policy:
    """The same policy with every message on, and staff who may bring back whatever comes back."""
    aloud = dict.fromkeys(MESSAGE_KINDS, ("email",))
    to_staff = dict.fromkeys(STAFF_MESSAGE_KINDS, ("email",))
    kinds = {
        name: replace(
            kind,
            staff_messages=to_staff,
            lives=tuple(_with_staff(life) for life in kind.lives),
        )
        for name, kind in policy.kinds.items()
    }
    return replace(policy, messages=aloud, kinds=kinds)


def _with_staff(life: Life) -> Life:
    phases = tuple(
        replace(phase, restore=replace(phase.restore, by=phase.restore.by | {STAFF.role}))
        if phase.restore is not None
        else phase
        for phase in life.phases
    )
    return replace(life, phases=phases)
