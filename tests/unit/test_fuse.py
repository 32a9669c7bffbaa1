"""When a run is held for a person to look at it, and what counts as usual."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from tacit.domain.fuse import DAYS_KEPT, Fuse, Tripped, Usual, Why, after, judged

FUSE = Fuse()
NIGHT = datetime(2026, 3, 1, 3, tzinfo=UTC)
YESTERDAY = NIGHT - timedelta(days=1)


def usual(*counts: int, last: datetime = YESTERDAY) -> Usual:
    """Runs of that hour on as many days up to the last one, the oldest first."""
    found = Usual()
    for back, count in zip(range(len(counts) - 1, -1, -1), counts, strict=True):
        found = after(found, last - timedelta(days=back), count)
    return found


def why(count: int, history: Usual, fuse: Fuse = FUSE, as_of: datetime = NIGHT) -> str | None:
    tripped = judged(count, history, fuse, as_of)
    return tripped.code if tripped else None


def test_the_shipped_numbers_are_the_defaults() -> None:
    assert Fuse(500, 300, 500, 14) == Fuse()


@pytest.mark.parametrize("history", [Usual(), usual(0), usual(0, last=NIGHT - timedelta(days=99))])
def test_nothing_is_held_below_the_least_count_whatever_the_history(history: Usual) -> None:
    assert why(499, history) is None
    assert why(501, history) is not None


@pytest.mark.parametrize(("count", "code"), [(499, None), (500, Why.NO_HISTORY)])
def test_the_night_after_an_import_is_looked_at(count: int, code: str | None) -> None:
    """Nothing is usual where no run has ever done anything."""
    assert why(count, Usual()) == code


def test_a_run_that_had_nothing_to_do_is_a_history_too() -> None:
    assert why(600, usual(0)) == Why.FAR_MORE_THAN_USUAL
    assert why(500, usual(0)) is None, "no more than `absolute` above nothing"


@pytest.mark.parametrize(
    ("silence", "code"),
    [
        (timedelta(days=1), Why.FAR_MORE_THAN_USUAL),
        (timedelta(days=1, microseconds=1), None),
        (timedelta(days=2), None),
        (timedelta(days=14), None),
        (timedelta(days=14, microseconds=1), Why.LONG_SILENCE),
        (timedelta(days=400), Why.LONG_SILENCE),
    ],
)
def test_a_silence_of_up_to_fourteen_days_is_caught_up_whatever_the_count(
    silence: timedelta, code: str | None
) -> None:
    assert why(1_000_000, usual(10, 10, last=NIGHT - silence)) == code


def test_how_long_is_the_policys_to_say() -> None:
    history = usual(10, last=NIGHT - timedelta(days=3))
    assert why(5_000, history, Fuse(silence_days=3)) is None
    assert why(5_000, history, Fuse(silence_days=2)) == Why.LONG_SILENCE
    assert why(5_000, usual(10), Fuse(min_count=5_001)) is None


@pytest.mark.parametrize(
    ("busiest", "most"),
    [(0, 500), (100, 600), (200, 700), (250, 750), (251, 753), (1_000, 3_000), (7_000, 21_000)],
)
def test_far_more_is_over_the_share_and_over_the_absolute_both(busiest: int, most: int) -> None:
    """A small provider's threefold is nothing; a large one's five hundred more are nothing."""
    history = usual(busiest, min(busiest, 3))
    assert why(most, history) is None
    assert why(most + 1, history) == Why.FAR_MORE_THAN_USUAL


def test_share_and_absolute_are_the_policys_to_say() -> None:
    history = usual(1_000)
    assert why(1_600, history, Fuse(share_percent=150)) == Why.FAR_MORE_THAN_USUAL
    assert why(1_500, history, Fuse(share_percent=150)) is None
    assert why(1_600, history, Fuse(share_percent=150, absolute=600)) is None


def test_the_busiest_day_is_the_measure_and_not_the_last_one() -> None:
    assert why(3_000, usual(1_000, 5, 5, 5)) is None
    assert why(3_001, usual(1_000, 5, 5, 5)) == Why.FAR_MORE_THAN_USUAL


def test_the_runs_of_a_day_are_summed() -> None:
    """An hourly job must not creep up to a multiple of its day."""
    history = usual(1_000)
    for hour in range(2):
        assert why(1_300, history, as_of=NIGHT + timedelta(hours=hour)) is None
        history = after(history, NIGHT + timedelta(hours=hour), 1_300)
    assert why(400, history, as_of=NIGHT + timedelta(hours=2)) is None
    assert judged(1_300, history, FUSE, NIGHT + timedelta(hours=2)) == Tripped(
        Why.FAR_MORE_THAN_USUAL,
        {
            "count": 1_300,
            "min_count": 500,
            "day": 3_900,
            "busiest": 1_000,
            "share_percent": 300,
            "absolute": 500,
        },
    )


def test_today_is_no_measure_of_itself() -> None:
    """Where today is all there is, nothing is usual yet."""
    history = after(Usual(), NIGHT, 5_000)
    assert why(500, history, as_of=NIGHT + timedelta(hours=1)) == Why.FAR_MORE_THAN_USUAL


def test_a_day_is_one_of_utc_wherever_the_instant_was_said() -> None:
    there = timezone(timedelta(hours=9))
    history = after(Usual(), datetime(2026, 3, 1, 3, tzinfo=there), 7)
    assert history.days == {date(2026, 2, 28): 7}


def test_a_run_for_a_past_day_meets_no_silence() -> None:
    history = usual(1_000, 1_000)
    past = NIGHT - timedelta(days=300)
    assert why(3_000, history, as_of=past) is None
    assert why(3_001, history, as_of=past) == Why.FAR_MORE_THAN_USUAL


def test_a_run_for_a_past_day_does_not_move_the_last_instant_back() -> None:
    history = after(usual(10, 20), NIGHT - timedelta(days=2), 5)
    assert history.last_as_of == YESTERDAY
    assert list(history.days.values()) == [15, 20]


def test_five_weeks_are_kept_and_the_oldest_day_goes_first() -> None:
    history = usual(*range(100, 140))
    assert len(history.days) == DAYS_KEPT == 35
    assert min(history.days) == YESTERDAY.date() - timedelta(days=34)
    assert list(history.days.values()) == list(range(105, 140))
    assert list(history.days) == sorted(history.days)


def test_what_is_older_than_the_kept_days_is_not_taken_up() -> None:
    history = usual(1, 2, 3)
    assert after(history, YESTERDAY - timedelta(days=35), 9) == history
    assert len(after(history, YESTERDAY - timedelta(days=27), 9).days) == 4


def test_a_day_ages_out_of_the_measure_even_where_no_later_one_is_kept() -> None:
    """Caught up yesterday for the last time, compared with what is five weeks old today."""
    busy = after(Usual(), NIGHT - timedelta(days=35), 9_000)
    quiet = after(busy, YESTERDAY, 100)
    assert len(quiet.days) == 2
    assert why(700, quiet) == Why.FAR_MORE_THAN_USUAL
    assert why(700, quiet, as_of=NIGHT - timedelta(days=1)) is None


def test_a_silence_is_told_in_whole_days_never_fewer_than_it_was() -> None:
    history = usual(10, last=NIGHT - timedelta(days=14, hours=1))
    assert judged(500, history, FUSE, NIGHT) == Tripped(
        Why.LONG_SILENCE, {"count": 500, "min_count": 500, "silence": 15, "silence_days": 14}
    )
    assert judged(500, Usual(), FUSE, NIGHT) == Tripped(
        Why.NO_HISTORY, {"count": 500, "min_count": 500}
    )
