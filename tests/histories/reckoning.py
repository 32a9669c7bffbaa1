"""Days, months and money reckoned once more, in the plainest way: what the model believes.

Nothing here asks the product. The rules are the rulebook's: its part on days, G7 and X1.
"""

from calendar import monthrange
from datetime import UTC, date, datetime, time, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo


def day_of(at: datetime, zone: str) -> date:
    """What the wall calendar shows there."""
    return at.astimezone(ZoneInfo(zone)).date()


def start_of(day: date, zone: str) -> datetime:
    """Midnight there, in UTC."""
    return datetime.combine(day, time(0), ZoneInfo(zone)).astimezone(UTC)


def hour_of(day: date, hour: int, zone: str) -> datetime:
    return datetime.combine(day, time(hour), ZoneInfo(zone)).astimezone(UTC)


def later(day: date, days: int) -> date:
    return day + timedelta(days=days)


def months_later(day: date, months: int, anchor: int) -> date:
    """Month by month, on the anchor day or the month's last (G7)."""
    year, month = day.year, day.month
    for _ in range(abs(months)):
        month += 1 if months > 0 else -1
        if month == 13:
            year, month = year + 1, 1
        elif month == 0:
            year, month = year - 1, 12
    return date(year, month, min(anchor, monthrange(year, month)[1]))


def converted_days(days: int, old: tuple[int, int, int], new: tuple[int, int, int]) -> Fraction:
    """X1, not rounded: a day is worth price × quantity ÷ months; the mean month falls out."""
    (price, quantity, months), (other, many, term) = old, new
    return Fraction(days * price * quantity, months) / Fraction(other * many, term)


def francs(minor: int) -> str:
    sign = "-" if minor < 0 else ""
    return f"{sign}{abs(minor) // 100}.{abs(minor) % 100:02d}"
