"""What registries allow after a domain's expiry, and until when a name can come back (G9).

Everything counts from the expiry that the registry keeps. Two days that a registry counts from
are not told to us: the one on which the registrar deletes the name, and the one of the registry's
notice. A doubt never costs the customer a right, so the latest day that the registry allows is
taken. A length that nobody has published is unknown, and so is every day after it.
"""

from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import assert_never

from tacit.domain.days import Length, add_days, add_months, is_working_day


class StepAnchor(StrEnum):
    """The day a step is counted from.

    `previous`: the end of the step before, of the first one the expiry. `deletion`: the day the
    registrar deletes the name, at the latest when the step before is over. `notice`: the day of
    the registry's notice or invoice, which go out at the expiry. `first_of_month`: the first of
    the month after the expiry's.
    """

    EXPIRY = "expiry"
    PREVIOUS = "previous"
    DELETION = "deletion"
    NOTICE = "notice"
    FIRST_OF_MONTH = "first_of_month"


class Confidence(StrEnum):
    """How far the sources of an entry carry."""

    HIGH = "high"
    MEDIUM_HIGH = "medium-high"
    MEDIUM = "medium"
    LOW = "low"


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a name at its registry. `length` and `served` are None where nobody says.

    `counts_first_day`: the registry calls the day it starts on day one, so that it ends a day
    earlier. `weekend_only`: there is such a step only where it would begin on a Saturday or a
    Sunday.
    """

    name: str
    length: Length | None
    anchor: StepAnchor
    restorable: bool
    served: bool | None
    counts_first_day: bool = False
    weekend_only: bool = False

    def ends_on(self, start: date) -> date | None:
        """The first day after the step, where its length is known."""
        if self.length is None:
            return None
        if self.weekend_only and is_working_day(start):
            return start
        end = self.length.after(start)
        return add_days(end, -1) if self.counts_first_day else end


@dataclass(frozen=True, slots=True)
class Registry:
    """What is known of the extensions `names`. `least_years` and `most_years` bound one term;
    None is unknown. `sources` are addresses or titles of pages, at least one."""

    names: frozenset[str]
    steps: tuple[Step, ...]
    least_years: int | None
    most_years: int | None
    sources: tuple[str, ...]
    confidence: Confidence
    note: str


@dataclass(frozen=True, slots=True)
class DatedStep:
    """A step of one name: from `starts_on` up to, not including, `ends_on`; None is unknown."""

    step: Step
    starts_on: date | None
    ends_on: date | None


def steps_of(registry: Registry, expires_on: date) -> tuple[DatedStep, ...]:
    """Each step with its days, as far as they are known. A step without a length ends where the
    next one starts, if that day is known without it."""
    dated: list[DatedStep] = []
    previous: date | None = expires_on
    for step in registry.steps:
        start = _starts_on(step.anchor, expires_on, previous)
        if dated and dated[-1].ends_on is None:
            dated[-1] = replace(dated[-1], ends_on=start)
        previous = step.ends_on(start) if start else None
        dated.append(DatedStep(step, start, previous))
    return tuple(dated)


def last_restorable(registry: Registry, expires_on: date) -> date | None:
    """The first day (exclusive) on which the registry no longer lets the name come back (G9).

    None where it is unknown: then only the provider's window limits. `expires_on` is the date
    that the registry keeps, not the end of what is paid.
    """
    ends = [dated.ends_on for dated in steps_of(registry, expires_on) if dated.step.restorable]
    if ends:
        return ends[-1]
    return expires_on if registry.steps else None


def _starts_on(anchor: StepAnchor, expires_on: date, previous: date | None) -> date | None:
    match anchor:
        case StepAnchor.EXPIRY | StepAnchor.NOTICE:
            return expires_on
        case StepAnchor.PREVIOUS | StepAnchor.DELETION:
            return previous
        case StepAnchor.FIRST_OF_MONTH:
            return add_months(expires_on, 1, 1)
        case _:
            assert_never(anchor)
