"""Days and months: the one place where dates are reckoned.

A *day* is a date in the provider's zone, an *instant* an aware UTC datetime. Month steps start
from a stored anchor day, so that the 31st comes back after a short month (rule G7).
"""

from calendar import monthrange
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import assert_never
from zoneinfo import ZoneInfo

EARLIEST = date(1990, 1, 1)
LATEST = date(2199, 12, 31)


def local_day(instant: datetime, zone: ZoneInfo) -> date:
    """The day that the provider's wall calendar shows at this instant."""
    return instant.astimezone(zone).date()


def day_start(day: date, zone: ZoneInfo) -> datetime:
    """The first instant (UTC) of a local day.

    Where the clocks jump over midnight the day starts at the jump: `fold=0` of a time that does
    not exist is read with the offset before the jump, which is that very instant.
    """
    return datetime.combine(day, time.min, zone).astimezone(UTC)


def add_months(start: date, months: int, anchor_day: int) -> date:
    """`months` later on the anchor day, or on the month's last day where it is shorter (G7)."""
    index = start.year * 12 + start.month - 1 + months
    year, month = divmod(index, 12)
    month += 1
    return date(year, month, min(anchor_day, monthrange(year, month)[1]))


def anchor_of(starts_on: date, expires_on: date) -> int:
    """The anchor day of a term: that of its start where the end fits it, else that of the end."""
    return kept_anchor(starts_on.day, expires_on)


def kept_anchor(anchor_day: int, day: date) -> int:
    """The anchor day where the day is what it comes to in that month, else the day's own."""
    last = monthrange(day.year, day.month)[1]
    return anchor_day if day.day == min(anchor_day, last) else day.day


def add_days(day: date, days: int) -> date:
    return day + timedelta(days=days)


def is_working_day(day: date) -> bool:
    """Monday to Friday. Public holidays are not known here: each country has its own, some are
    announced from year to year, and a list out of date would be wrong in silence."""
    return day.weekday() < 5


def add_working_days(day: date, n: int) -> date:
    """The n-th working day after `day`, which itself does not count: Saturday + 1 is Monday."""
    for _ in range(n):
        day = add_days(day, 1)
        while not is_working_day(day):
            day = add_days(day, 1)
    return day


class Unit(StrEnum):
    """What a length is counted in."""

    DAYS = "days"
    WORKING_DAYS = "working_days"
    MONTHS = "months"


@dataclass(frozen=True, slots=True)
class Length:
    """So many days, working days or calendar months; `count` is at least 1."""

    unit: Unit
    count: int

    def after(self, start: date) -> date:
        """The first day no longer in it. Months come back to the day of `start` (G7)."""
        match self.unit:
            case Unit.DAYS:
                return add_days(start, self.count)
            case Unit.WORKING_DAYS:
                return add_working_days(start, self.count)
            case Unit.MONTHS:
                return add_months(start, self.count, start.day)
            case _:
                assert_never(self.unit)
