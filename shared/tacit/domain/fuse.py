"""Whether a run goes on by itself, or waits for a person: a job that means to do far more than it
usually does may be right, but what it does cannot be taken back.

Pure arithmetic over counts of irreversible steps: ends, downgrades, releases, charges and orders
cancelled. Each job and provider has a history of its own; docs/decisions says why it is of days.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum

# Five weeks, so that every weekday is in it and every day of the month, since what renews by the
# month had its busiest day a month ago. The day of the run is one of them.
DAYS_KEPT = 35
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Fuse:
    """When a run is held, by a provider's policy. Never below `min_count` steps. From there on,
    more than `share_percent` per cent of the busiest of the last days and more than `absolute`
    steps above it are far more than usual. What a silence of up to `silence_days` has left behind
    is caught up without a hold."""

    min_count: int = 500
    share_percent: int = 300
    absolute: int = 500
    silence_days: int = 14


@dataclass(frozen=True, slots=True)
class Usual:
    """What the last runs of a job did for a provider: `days` has the irreversible steps of each day
    (of `as_of`, in UTC), DAYS_KEPT at most. `last_as_of` is the latest instant up to which a run
    has done its irreversible steps; None: none ever has."""

    days: Mapping[date, int] = field(default_factory=dict)
    last_as_of: datetime | None = None


class Why(StrEnum):
    """Why a run is held: stable, for the alarm and the API."""

    NO_HISTORY = "no_history"
    LONG_SILENCE = "long_silence"
    FAR_MORE_THAN_USUAL = "far_more_than_usual"


@dataclass(frozen=True, slots=True)
class Tripped:
    """A run is to be held: why, and what it was reckoned from. In `numbers` are always `count`
    (of the run itself) and `min_count`; of a silence its `silence` and the `silence_days` that are
    caught up, in days; of what is far more than usual the whole `day` with this run, the `busiest`
    day before it, `share_percent` and `absolute`."""

    code: Why
    numbers: Mapping[str, int]


def judged(count: int, usual: Usual, fuse: Fuse, as_of: datetime) -> Tripped | None:
    """None: the run goes on. `count`: the irreversible steps it is about to do. `as_of` may lie
    before the last one, which is no silence: somebody runs a past day again."""
    numbers = {"count": count, "min_count": fuse.min_count}
    if count < fuse.min_count:
        return None
    if usual.last_as_of is None:
        return Tripped(Why.NO_HISTORY, numbers)
    silence = as_of - usual.last_as_of
    if silence > timedelta(days=fuse.silence_days):
        told = {"silence": -(-silence // _DAY), "silence_days": fuse.silence_days}
        return Tripped(Why.LONG_SILENCE, numbers | told)
    if silence > _DAY:
        return None
    day, busiest = _compared(count, usual, as_of)
    if day * 100 <= busiest * fuse.share_percent or day <= busiest + fuse.absolute:
        return None
    told = {"share_percent": fuse.share_percent, "absolute": fuse.absolute}
    return Tripped(Why.FAR_MORE_THAN_USUAL, numbers | {"day": day, "busiest": busiest} | told)


def after(usual: Usual, as_of: datetime, count: int) -> Usual:
    """The history with a run that has done so many irreversible steps; none at all count as well,
    since they end a silence. Days that are too long before the latest one are dropped."""
    day = _day(as_of)
    days = {**usual.days, day: usual.days.get(day, 0) + count}
    oldest = max(days) - DAYS_KEPT * _DAY
    kept = {each: days[each] for each in sorted(days) if each > oldest}
    return Usual(kept, as_of if usual.last_as_of is None else max(usual.last_as_of, as_of))


def _compared(count: int, usual: Usual, as_of: datetime) -> tuple[int, int]:
    """The run's whole day, with what other runs did on it, and the busiest of the others. Today
    is no measure of itself, or an hourly job could creep up on it."""
    today = _day(as_of)
    oldest = today - DAYS_KEPT * _DAY
    others = (steps for day, steps in usual.days.items() if day != today and day > oldest)
    return usual.days.get(today, 0) + count, max(others, default=0)


def _day(as_of: datetime) -> date:
    return as_of.astimezone(UTC).date()
