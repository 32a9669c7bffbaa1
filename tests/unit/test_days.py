"""Days, months and instants."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tacit.domain.days import add_months, anchor_of, day_start, local_day

ZURICH = ZoneInfo("Europe/Zurich")
DATES = st.dates(date(1995, 1, 1), date(2100, 12, 31))
ZONES = st.sampled_from(
    ["Europe/Zurich", "Europe/Stockholm", "Europe/Moscow", "America/Sao_Paulo", "Asia/Beirut"]
).map(ZoneInfo)


def test_G7_fourteen_months_from_the_31st_come_back_to_it() -> None:
    ends = [add_months(date(2024, 1, 31), n, 31) for n in range(1, 15)]
    assert [end.day for end in ends] == [29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31, 31, 28, 31]


def test_G7_the_29th_of_february_comes_back_in_leap_years() -> None:
    years = [add_months(date(2024, 2, 29), 12 * n, 29) for n in range(1, 5)]
    assert [str(day) for day in years] == ["2025-02-28", "2026-02-28", "2027-02-28", "2028-02-29"]


def test_three_months_from_30_november_end_with_february() -> None:
    assert add_months(date(2025, 11, 30), 3, 30) == date(2026, 2, 28)


@pytest.mark.parametrize(
    ("starts_on", "expires_on", "anchor"),
    [
        ("2025-01-31", "2025-02-28", 31),
        ("2025-01-31", "2025-03-31", 31),
        ("2025-01-15", "2026-01-15", 15),
        ("2025-01-15", "2025-07-01", 1),
        ("2024-02-29", "2025-02-28", 29),
        ("2025-01-30", "2025-02-28", 30),
        ("2025-01-31", "2025-04-15", 15),
    ],
)
def test_the_anchor_is_the_start_where_the_end_fits_it(
    starts_on: str, expires_on: str, anchor: int
) -> None:
    assert anchor_of(date.fromisoformat(starts_on), date.fromisoformat(expires_on)) == anchor


@given(DATES, st.integers(1, 120))
def test_months_ahead_and_their_anchor_agree(start: date, months: int) -> None:
    assert anchor_of(start, add_months(start, months, start.day)) == start.day


@given(DATES, ZONES)
def test_a_day_begins_with_its_first_instant(day: date, zone: ZoneInfo) -> None:
    first = day_start(day, zone)
    assert local_day(first, zone) == day
    assert local_day(first - timedelta(microseconds=1), zone) == day - timedelta(days=1)


@pytest.mark.parametrize(
    ("day", "first"),
    [
        ("2026-01-15", "2026-01-14T23:00"),
        ("2026-07-15", "2026-07-14T22:00"),
        ("2026-03-29", "2026-03-28T23:00"),
        ("2026-03-30", "2026-03-29T22:00"),
        ("2026-10-26", "2026-10-25T23:00"),
    ],
)
def test_the_clock_change_does_not_move_a_day(day: str, first: str) -> None:
    expected = datetime.fromisoformat(first).replace(tzinfo=UTC)
    assert day_start(date.fromisoformat(day), ZURICH) == expected


def test_where_midnight_is_skipped_the_day_begins_at_the_jump() -> None:
    zone = ZoneInfo("America/Sao_Paulo")
    assert day_start(date(2018, 11, 4), zone) == datetime(2018, 11, 4, 3, 0, tzinfo=UTC)
