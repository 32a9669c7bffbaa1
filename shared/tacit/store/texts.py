"""Days and instants as the table holds them, and reading an item whole or not at all."""

from collections.abc import Callable
from datetime import date, datetime
from typing import TypeVar

from tacit.domain.days import EARLIEST, LATEST
from tacit.domain.refusals import Broken
from tacit.store import keys
from tacit.store.codec import Item, Raw, from_raw

T = TypeVar("T")


def parsed(raw: Raw, reader: Callable[[Item], T]) -> T:
    """What the reader makes of an item; raises Broken, naming what is wrong."""
    try:
        return reader(from_raw(raw))
    except (KeyError, TypeError, ValueError, AttributeError) as wrong:
        raise Broken(f"{type(wrong).__name__}: {wrong}") from wrong


def day_text(day: date | None) -> str | None:
    return day.isoformat() if day else None


def instant_text(instant: datetime | None) -> str | None:
    return keys.instant(instant) if instant else None


def read_instant_or_none(text: str | None) -> datetime | None:
    return keys.read_instant(text) if text is not None else None


def read_day(text: str) -> date:
    """A stored date; one outside any plausible term is a broken record, not a date (G13)."""
    day = date.fromisoformat(text)
    if not EARLIEST <= day <= LATEST:
        raise ValueError(f"{text} is no plausible date")
    return day


def read_day_or_none(text: str | None) -> date | None:
    return read_day(text) if text is not None else None
