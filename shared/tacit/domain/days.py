"""Days and months: the one place where dates are reckoned.

A *day* is a date in the provider's zone, an *instant* an aware UTC datetime. Month steps start
from a stored anchor day, so that the 31st comes back after a short month (rule G7).
"""

from calendar import monthrange
from datetime import UTC, date, datetime, time, timedelta
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
    last = monthrange(expires_on.year, expires_on.month)[1]
    fits = expires_on.day == min(starts_on.day, last)
    return starts_on.day if fits else expires_on.day


def add_days(day: date, days: int) -> date:
    return day + timedelta(days=days)
