"""Days of the sample portfolio, written relative to the day of the first fill.

`today`, `+12 days`, `-8 months`, `-3 months +1 days`, `last 01-31` (the latest 31 January that is
not in the future), `end of last month`.
"""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date, timedelta

_STEPS = re.compile(r"(?:[+-]\d+ (?:days|months))(?: [+-]\d+ (?:days|months))*\Z")
_STEP = re.compile(r"([+-]\d+) (days|months)")
_LAST = re.compile(r"last (\d\d)-(\d\d)\Z")


def day(text: str, start_day: date) -> date:
    """The day that `text` stands for; raises ValueError for what is written otherwise."""
    if text == "today":
        return start_day
    if text == "end of last month":
        return start_day.replace(day=1) - timedelta(days=1)
    if found := _LAST.match(text):
        this_year = start_day.replace(month=int(found[1]), day=int(found[2]))
        return this_year if this_year <= start_day else this_year.replace(year=start_day.year - 1)
    if not _STEPS.match(text):
        raise ValueError(f"{text!r} is no day relative to the first fill")
    for number, unit in _STEP.findall(text):
        start_day = _moved(start_day, int(number), unit)
    return start_day


def _moved(start: date, number: int, unit: str) -> date:
    if unit == "days":
        return start + timedelta(days=number)
    year, month = divmod(start.year * 12 + start.month - 1 + number, 12)
    return date(year, month + 1, min(start.day, monthrange(year, month + 1)[1]))
