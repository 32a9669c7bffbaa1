"""The fuse of a job and provider: one run is held, and each counts once, whoever else is there."""

from datetime import timedelta

import pytest

from tacit.domain.fuse import DAYS_KEPT, Tripped, Usual, Why
from tacit.domain.values import Actor, Role
from tacit.store import keys
from tacit.store.fuses import Fuses, FuseState, Held
from tacit.store.patience import Busy
from tacit.store.runs import ALL, Run, Runs
from tests.repository.desk import Desk
from tests.repository.fuse_box import AS_OF, JOB, PROVIDER, TRIPPED, seen
from tests.repository.racers import Racers
from tests.repository.wire import Wire
from tests.searches import far

ROUNDS = far(50, 200)
DAY = AS_OF.date()
HOUR = timedelta(hours=1)


@pytest.fixture
def fuses(desk: Desk) -> Fuses:
    return Fuses(desk.table)


def done(fuses: Fuses, run_id: str, count: int, later: timedelta = timedelta(0)) -> None:
    fuses.done(JOB, PROVIDER, run_id, AS_OF + later, count)


def test_before_any_run_nothing_is_usual_and_nothing_held(fuses: Fuses) -> None:
    assert fuses.one(JOB, PROVIDER) == FuseState(JOB, PROVIDER, Usual(), None, 0)
    assert fuses.of(JOB, [PROVIDER]) == {PROVIDER: fuses.one(JOB, PROVIDER)}


def test_runs_of_a_day_are_summed_and_the_latest_instant_is_kept(desk: Desk, fuses: Fuses) -> None:
    done(fuses, "r-1", 7)
    done(fuses, "r-2", 5, 2 * HOUR)
    done(fuses, "r-3", 0, HOUR)
    done(fuses, "r-4", 9, timedelta(days=1))
    days = {DAY: 12, DAY + timedelta(days=1): 9}
    assert seen(desk) == (Usual(days, AS_OF + timedelta(days=1)), None)


def test_a_run_counts_once_however_often_it_is_said(desk: Desk, fuses: Fuses) -> None:
    for _ in range(3):
        done(fuses, "r-1", 7)
    done(fuses, "r-2", 5)
    done(fuses, "r-1", 700, timedelta(days=3))
    assert seen(desk) == (Usual({DAY: 12}, AS_OF), None)


def test_each_job_and_provider_has_a_fuse_of_its_own(desk: Desk, fuses: Fuses) -> None:
    """Also where a name has the separator of keys in it; a run of all providers counts for each."""
    places = [("expiries", "a"), ("renewals", "a"), ("expiries", "b"), ("a#b", "c"), ("a", "b#c")]
    for count, (job, provider) in enumerate(places, start=1):
        fuses.done(job, provider, "r-1", AS_OF, count)
    fuses.hold("renewals", "a", "r-2", TRIPPED, AS_OF)
    for count, (job, provider) in enumerate(places, start=1):
        held = "r-2" if (job, provider) == ("renewals", "a") else None
        assert seen(desk, job, provider) == (Usual({DAY: count}, AS_OF), held)


def test_five_weeks_of_an_hourly_job_stay_within_a_kilobyte_or_two(
    desk: Desk, fuses: Fuses
) -> None:
    """What is read before every run must not grow with the number of runs."""
    for back in range(40):
        fuses.done(JOB, PROVIDER, f"r-{back}", AS_OF - timedelta(days=40 - back), 100_000)
    usual, _ = seen(desk)
    assert len(usual.days) == DAYS_KEPT
    item = desk.table.get(keys.fuse(JOB, PROVIDER))
    assert len(str(item)) < 1_200


def test_a_held_run_is_held_with_its_reason_until_it_is_released(desk: Desk, fuses: Fuses) -> None:
    done(fuses, "r-1", 12)
    assert fuses.hold(JOB, PROVIDER, "r-2", TRIPPED, AS_OF + HOUR)
    assert Fuses(desk.table).one(JOB, PROVIDER).held == Held("r-2", TRIPPED, AS_OF + HOUR)
    assert seen(desk) == (Usual({DAY: 12}, AS_OF), "r-2")
    assert fuses.release(JOB, PROVIDER, "r-2")
    assert seen(desk) == (Usual({DAY: 12}, AS_OF), None)


@pytest.mark.parametrize("code", Why)
def test_every_reason_is_read_as_it_was_written(fuses: Fuses, code: Why) -> None:
    tripped = Tripped(code, {"count": 500, "min_count": 500})
    assert fuses.hold(JOB, PROVIDER, "r-1", tripped, AS_OF)
    assert fuses.one(JOB, PROVIDER).held == Held("r-1", tripped, AS_OF)


def test_a_run_is_held_again_as_it_was_and_no_other_beside_it(desk: Desk, fuses: Fuses) -> None:
    assert fuses.hold(JOB, PROVIDER, "r-1", TRIPPED, AS_OF)
    before = fuses.one(JOB, PROVIDER)
    other = Tripped(Why.NO_HISTORY, {"count": 1, "min_count": 1})
    assert fuses.hold(JOB, PROVIDER, "r-1", other, AS_OF + HOUR)
    assert not fuses.hold(JOB, PROVIDER, "r-2", other, AS_OF + HOUR)
    assert fuses.one(JOB, PROVIDER) == before
    assert fuses.one(JOB, PROVIDER).held == Held("r-1", TRIPPED, AS_OF)
    assert fuses.hold("renewals", PROVIDER, "r-2", other, AS_OF)


def test_only_the_run_that_is_held_can_be_released_and_once(desk: Desk, fuses: Fuses) -> None:
    assert not fuses.release(JOB, PROVIDER, "r-1")
    fuses.hold(JOB, PROVIDER, "r-1", TRIPPED, AS_OF)
    assert not fuses.release(JOB, PROVIDER, "r-2")
    assert not fuses.release("renewals", PROVIDER, "r-1")
    assert seen(desk)[1] == "r-1"
    assert fuses.release(JOB, PROVIDER, "r-1")
    assert not fuses.release(JOB, PROVIDER, "r-1")


def test_after_a_release_another_run_can_be_held(desk: Desk, fuses: Fuses) -> None:
    fuses.hold(JOB, PROVIDER, "r-1", TRIPPED, AS_OF)
    fuses.release(JOB, PROVIDER, "r-1")
    assert fuses.hold(JOB, PROVIDER, "r-2", TRIPPED, AS_OF)
    assert seen(desk)[1] == "r-2"


@pytest.mark.parametrize("last", ["release", "done"])
def test_a_late_message_does_not_hold_a_run_that_was_released_or_is_done(
    desk: Desk, fuses: Fuses, last: str
) -> None:
    """Nobody would release it a second time, and every later run would wait for it."""
    if last == "release":
        fuses.hold(JOB, PROVIDER, "r-1", TRIPPED, AS_OF)
        fuses.release(JOB, PROVIDER, "r-1")
    else:
        done(fuses, "r-1", 3)
    before = seen(desk)
    assert not fuses.hold(JOB, PROVIDER, "r-1", TRIPPED, AS_OF)
    assert seen(desk) == before
    assert before[1] is None


def test_a_released_run_counts_when_it_is_done_and_once(desk: Desk, fuses: Fuses) -> None:
    fuses.hold(JOB, PROVIDER, "r-1", TRIPPED, AS_OF)
    fuses.release(JOB, PROVIDER, "r-1")
    for _ in range(2):
        done(fuses, "r-1", 900)
    assert seen(desk) == (Usual({DAY: 900}, AS_OF), None)
    assert not fuses.hold(JOB, PROVIDER, "r-1", TRIPPED, AS_OF)


def test_what_a_run_before_has_done_counts_beside_a_hold(desk: Desk, fuses: Fuses) -> None:
    fuses.hold(JOB, PROVIDER, "r-2", TRIPPED, AS_OF)
    done(fuses, "r-1", 4)
    assert seen(desk) == (Usual({DAY: 4}, AS_OF), "r-2")


def test_an_answer_that_is_lost_changes_nothing(desk: Desk, fuses: Fuses, wire: Wire) -> None:
    """Each call says what came of it, although it had to be made twice."""
    with wire.answer_lost("TransactWriteItems"):
        done(fuses, "r-1", 4)
    with wire.answer_lost("TransactWriteItems"):
        assert fuses.hold(JOB, PROVIDER, "r-2", TRIPPED, AS_OF)
    assert seen(desk) == (Usual({DAY: 4}, AS_OF), "r-2")
    with wire.answer_lost("TransactWriteItems"):
        assert fuses.release(JOB, PROVIDER, "r-2")
    assert seen(desk) == (Usual({DAY: 4}, AS_OF), None)


@pytest.mark.parametrize("step", ["hold", "release", "done"])
def test_a_lost_race_is_decided_again_on_fresh_values(
    desk: Desk, fuses: Fuses, wire: Wire, step: str
) -> None:
    """Another run is done between the look and the write."""
    if step == "release":
        fuses.hold(JOB, PROVIDER, "r-1", TRIPPED, AS_OF)
    others = Fuses(Desk(desk.table.name).table)
    with wire.meanwhile("TransactWriteItems", lambda: done(others, "r-9", 5)):
        if step == "done":
            done(fuses, "r-1", 2)
        elif step == "hold":
            assert fuses.hold(JOB, PROVIDER, "r-1", TRIPPED, AS_OF)
        else:
            assert fuses.release(JOB, PROVIDER, "r-1")
    count = 7 if step == "done" else 5
    assert seen(desk) == (Usual({DAY: count}, AS_OF), "r-1" if step == "hold" else None)


def test_who_meets_another_hold_between_look_and_write_has_joined_it(
    desk: Desk, fuses: Fuses, wire: Wire
) -> None:
    others = Fuses(Desk(desk.table.name).table)
    hold = lambda: others.hold(JOB, PROVIDER, "r-9", TRIPPED, AS_OF)  # noqa: E731
    with wire.meanwhile("TransactWriteItems", hold):
        assert not fuses.hold(JOB, PROVIDER, "r-1", TRIPPED, AS_OF)
    assert seen(desk)[1] == "r-9"


def test_who_never_comes_through_says_so(desk: Desk, fuses: Fuses, wire: Wire) -> None:
    others, number = Fuses(Desk(desk.table.name).table), iter(range(100))
    again = lambda: done(others, f"r-{next(number)}", 1)  # noqa: E731
    with wire.meanwhile("TransactWriteItems", again, times=100), pytest.raises(Busy):
        done(fuses, "late", 1_000)
    usual, _ = seen(desk)
    assert usual.days[DAY] == next(number) < 1_000


def test_a_runs_mark_is_cleared_away_with_the_run_and_the_fuse_never(
    desk: Desk, fuses: Fuses
) -> None:
    Runs(desk.table).create(Run("r-1", JOB, AS_OF, AS_OF, ALL, Actor(Role.JOB, JOB)), AS_OF)
    done(fuses, "r-1", 5)
    run, mark = desk.table.get(keys.run("r-1")), desk.table.get(keys.fuse_run(JOB, PROVIDER, "r-1"))
    assert run is not None
    assert mark is not None
    assert 0 <= mark["ttl"] - run["ttl"] < 3_600
    assert "ttl" not in (desk.table.get(keys.fuse(JOB, PROVIDER)) or {"ttl": 0})


@pytest.mark.search
def test_of_runs_that_would_be_held_at_once_one_is(racers: Racers, desk: Desk) -> None:
    racers.table = desk.table.name
    for number in range(ROUNDS):
        job = f"job-{number}"
        said = racers.race(*(("hold", job, f"r-{each}") for each in range(3)))
        assert sorted(said) == ["False", "False", "True"]
        assert seen(desk, job)[1] == f"r-{said.index('True')}"


@pytest.mark.search
def test_runs_that_are_done_at_once_count_all_and_the_same_one_once(
    racers: Racers, desk: Desk
) -> None:
    racers.table = desk.table.name
    for number in range(ROUNDS):
        job = f"job-{number}"
        tasks = [("fold", job, "r-1", 10), ("fold", job, "r-2", 200), ("fold", job, "r-1", 10)]
        assert racers.race(*tasks) == ["folded"] * 3
        assert seen(desk, job)[0].days == {DAY: 210}


@pytest.mark.search
def test_without_the_version_two_are_held_and_a_count_is_lost(racers: Racers, desk: Desk) -> None:
    racers.table = desk.table.name
    held = racers.race(("hold", "h", "r-1"), ("hold", "h", "r-2"), unlocked=("fuse",))
    racers.race(("fold", "f", "r-1", 10), ("fold", "f", "r-2", 200), unlocked=("fuse",))
    assert held == ["True", "True"]
    assert seen(desk, "f")[0].days in ({DAY: 10}, {DAY: 200})
