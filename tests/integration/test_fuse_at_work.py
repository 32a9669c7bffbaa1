"""A run that is about to do far more than usual is held before its first irreversible step."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.integration.conftest import STAFF, World
from tests.integration.edge import SVEN, assert_problem, nothing_written
from tests.integration.money import francs, moved, opened
from tests.integration.rules.policy_files import PolicyFiles, policy_files

FEW = {"fuse.min_count": 3, "fuse.absolute": 2, "fuse.share_percent": 200}


@pytest.fixture(autouse=True)
def _few(tmp_path: Path) -> Iterator[PolicyFiles]:
    """Fuses that hold from three steps on."""
    with policy_files(tmp_path) as files:
        for provider in ("kreativmedia", "infomaniak"):
            files.edit(provider, FEW)
        yield files


def ending(world: World, prefix: str, number: int, day: str) -> list[str]:
    """So many hostings of alice that are cancelled and end on that day of January 2025."""
    names = [f"{prefix}-{each}" for each in range(number)]
    for name in names:
        world.register(name, starts_on=f"2024-01-{day}")
        cancelled = world.call(
            "POST", f"/contracts/{name}/cancellation", STAFF, {"mode": "at_term"}
        )
        assert cancelled.status == 200, cancelled.text
    return names


def quiet(world: World, *days: str, job: str = "expiries") -> None:
    """The job on days on which little is to be done."""
    for day in days:
        world.run_job(f"2025-01-{day}T12:00:00Z", job)


def run(world: World, day: str, job: str = "expiries") -> dict[str, Any]:
    run_id = world.run_job(f"2025-01-{day}T12:00:00Z", job)
    return shown(world, run_id)


def shown(world: World, run_id: str) -> dict[str, Any]:
    found: dict[str, Any] = world.call("GET", f"/job-runs/{run_id}", STAFF).json
    return found


def statuses(world: World, names: list[str]) -> set[str]:
    return {world.contract(name)["status"] for name in names}


def release(world: World, run_id: str, job: str = "expiries") -> dict[str, Any]:
    reply = world.call("POST", f"/job-runs/{run_id}/release", STAFF, {})
    assert reply.status == 202, reply.text
    world.work_queue(job=job)
    return shown(world, run_id)


def test_a_run_that_would_end_far_more_than_usual_is_held_until_it_is_released(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    world.set_clock("2024-01-10T12:00:00Z")
    names = ending(world, "c", 4, "20")
    quiet(world, "17", "18", "19")
    world.set_clock("2025-01-20T12:00:00Z")
    capsys.readouterr()
    held = run(world, "20")
    assert held["status"] == "held"
    assert held["held"] == [
        {
            "provider": "kreativmedia",
            "code": "far_more_than_usual",
            "count": 4,
            "day": 4,
            "busiest": 0,
            "absolute": 2,
            "share_percent": 200,
            "min_count": 3,
        }
    ]
    assert (held["counts"]["held"], held["counts"]["done"]) == (4, 0)
    assert '"RunsHeld":[1.0]' in capsys.readouterr().out.replace(" ", "")
    assert statuses(world, names) == {"non_renewing"}
    done = release(world, held["id"])
    assert done["status"] == "done"
    assert (done["counts"]["held"], done["counts"]["done"]) == (0, 4)
    assert done["released_at"] == "2025-01-20T12:00:00Z"
    assert statuses(world, names) == {"expired"}
    assert run(world, "21")["status"] == "done"


def test_later_runs_of_the_job_wait_with_the_held_one_and_raise_no_alarm_of_their_own(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    world.set_clock("2024-01-10T12:00:00Z")
    names = ending(world, "c", 4, "20") + ending(world, "d", 1, "21")
    quiet(world, "19")
    world.set_clock("2025-01-21T12:00:00Z")
    first = run(world, "20")
    capsys.readouterr()
    second = run(world, "21")
    assert (second["status"], second["counts"]["held"]) == ("done", 5)
    assert second["held"] == [{"provider": "kreativmedia", "joins": first["id"]}]
    assert "RunsHeld" not in capsys.readouterr().out
    assert statuses(world, names) == {"non_renewing"}
    release(world, first["id"])
    assert statuses(world, names[:4]) == {"expired"}
    assert run(world, "21")["counts"]["done"] == 1


def test_what_helps_customers_still_goes_out(world: World) -> None:
    """Notices of renewals are made and shortages told while charges wait."""
    world.set_clock("2024-01-10T12:00:00Z")
    opened(world, "a-1", "1000.00")
    for number in range(4):
        world.register(f"c-{number}", starts_on="2024-02-10")
    opened(world, "a-2", "1.00", holder="dora")
    world.register("d-0", starts_on="2024-02-10", holder="dora")
    quiet(world, "10", job="renewals")
    world.set_clock("2025-01-11T12:00:00Z")
    held = run(world, "11", "renewals")
    assert held["status"] == "held"
    assert moved(world, "a-1") == [("by bank transfer", "1000.00")]
    (told,) = world.call("GET", "/notices", STAFF, query={"contract_id": "d-0"}).json["items"]
    assert told["status"] == "open"
    assert held["counts"]["refused"] == 1
    done = release(world, held["id"], "renewals")
    assert done["totals"]["charges"] == 4
    assert len(moved(world, "a-1")) == 5


def test_a_silence_of_up_to_fourteen_days_is_caught_up_without_a_hold_and_a_longer_one_is_held(
    world: World,
) -> None:
    world.set_clock("2024-01-10T12:00:00Z")
    names = ending(world, "c", 4, "20")
    quiet(world, "10")
    world.set_clock("2025-01-30T12:00:00Z")
    assert run(world, "24")["status"] == "done"
    assert statuses(world, names) == {"expired"}


def test_a_longer_silence_is_held(world: World) -> None:
    world.set_clock("2024-01-10T12:00:00Z")
    names = ending(world, "c", 4, "20")
    quiet(world, "10")
    world.set_clock("2025-01-30T12:00:00Z")
    held = run(world, "25")
    assert (held["status"], held["held"][0]["code"]) == ("held", "long_silence")
    assert statuses(world, names) == {"non_renewing"}


def test_the_first_night_of_a_large_portfolio_is_looked_at_by_a_person(world: World) -> None:
    world.set_clock("2024-01-10T12:00:00Z")
    names = ending(world, "c", 4, "20")
    world.set_clock("2025-01-30T12:00:00Z")
    held = run(world, "20")
    assert (held["status"], held["held"][0]["code"]) == ("held", "no_history")
    assert statuses(world, names) == {"non_renewing"}


def test_below_the_policys_number_no_fuse_holds(world: World, _few: PolicyFiles) -> None:
    world.set_clock("2024-01-10T12:00:00Z")
    names = ending(world, "c", 4, "20")
    _few.edit("kreativmedia", {"fuse.min_count": 5})
    world.set_clock("2025-01-30T12:00:00Z")
    assert run(world, "20")["status"] == "done"
    assert statuses(world, names) == {"expired"}


def test_one_providers_fuse_holds_nobody_else(world: World) -> None:
    world.set_clock("2024-01-10T12:00:00Z")
    ours = ending(world, "c", 4, "20")
    theirs = {"provider": "infomaniak", "plan": "domain-ch", "label": "other.ch"}
    world.register("i-1", **theirs, starts_on="2024-01-20")
    assert (
        world.call("POST", "/contracts/i-1/cancellation", STAFF, {"mode": "at_term"}).status == 200
    )
    quiet(world, "19")
    world.set_clock("2025-01-20T12:00:00Z")
    held = run(world, "20")
    assert [each["provider"] for each in held["held"]] == ["kreativmedia"]
    assert statuses(world, ours) == {"non_renewing"}
    assert world.contract("i-1")["status"] == "expired"


def test_what_a_person_has_previewed_is_not_held(world: World) -> None:
    world.set_clock("2024-01-10T12:00:00Z")
    names = ending(world, "c", 4, "20")
    quiet(world, "19")
    body = {"job": "expiries", "as_of": "2025-01-20T12:00:00Z"}
    seen = world.call("POST", "/job-runs", STAFF, body, query={"dry_run": "true"}).json
    world.work_queue()
    world.set_clock("2025-01-20T12:00:00Z")
    asked = {**body, "preview_id": seen["preview_id"]}
    world.call("POST", "/job-runs", STAFF, asked)
    world.work_queue()
    assert statuses(world, names) == {"expired"}


def test_a_release_is_asked_again_without_harm_and_only_of_what_is_held(world: World) -> None:
    world.set_clock("2024-01-10T12:00:00Z")
    names = ending(world, "c", 4, "20")
    ordinary = run(world, "19")
    world.set_clock("2025-01-20T12:00:00Z")
    held = run(world, "20")
    door = f"/job-runs/{held['id']}/release"
    with nothing_written(world):
        assert_problem(world.call("POST", door, SVEN, {}), 404, "not_found")
        assert_problem(world.call("POST", door, STAFF, {"x": 1}), 422, "unknown_field")
        dry = world.call("POST", door, STAFF, {}, query={"dry_run": "true"})
        assert dry.status == 202
        refused = world.call("POST", f"/job-runs/{ordinary['id']}/release", STAFF, {})
        assert_problem(refused, 409, "run_not_held")
    key = {"Idempotency-Key": "k-1"}
    first = world.call("POST", door, STAFF, {}, headers=key)
    again = world.call("POST", door, STAFF, {}, headers=key)
    assert (first.status, again.text) == (202, first.text)
    world.work_queue()
    assert shown(world, held["id"])["counts"]["done"] == 4
    assert world.call("POST", door, STAFF, {}).status == 202
    world.work_queue()
    assert shown(world, held["id"])["counts"]["done"] == 4
    assert statuses(world, names) == {"expired"}


def test_charges_that_wait_take_no_money_from_what_is_less_important(world: World) -> None:
    """R4: while the domains' charges are held, a hosting is not paid with what they need."""
    world.set_clock("2024-01-10T12:00:00Z")
    opened(world, "a-1", "100.00")
    priced = {"starts_on": "2024-01-30", "import": True, "expires_on": "2025-01-30"}
    for number in range(3):
        named = {"plan": "domain-ch", "label": f"d{number}.ch", "price": francs("30.00")}
        world.register(f"d-{number}", **named, **priced)
    world.register("h-1", price=francs("30.00"), **priced)
    quiet(world, "01", job="renewals")
    world.set_clock("2025-01-20T12:00:00Z")
    held = run(world, "20", "renewals")
    assert (held["counts"]["held"], held["counts"]["refused"]) == (3, 1)
    assert moved(world, "a-1") == [("by bank transfer", "100.00")]
