"""The test clock: set by staff alone, to any instant, and not there where the stack has none."""

from collections.abc import Iterator
from typing import Any

import pytest
from botocore.client import BaseClient

from tacit.runtime.stack import forget_stack
from tacit.store.table import Table
from tests.integration.conftest import ALICE, STAFF, Reply, World
from tests.integration.edge import KIM, assert_problem, nothing_written

NOW = {"now": "2025-02-01T11:00:00Z"}


@pytest.fixture
def without_clock(world: World, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """The stack as it is in production; the item of an earlier test clock lies there still."""
    world.set_clock("2025-02-01T11:00:00Z")
    monkeypatch.delenv("TEST_CLOCK")
    forget_stack()
    yield world
    forget_stack()


def test_the_clock_goes_forth_and_back_and_is_given_back(world: World) -> None:
    for now in ("2030-01-01T00:00:00Z", "1990-01-02T00:00:00Z", "2025-03-01T10:00:00.250000Z"):
        assert world.call("PUT", "/test-clock", STAFF, {"now": now}).json == {"now": now}
        assert world.call("GET", "/test-clock", STAFF).json == {"now": now}
        world.register(f"c-{now[:4]}", starts_on=None)
        assert world.contract(f"c-{now[:4]}")["starts_on"] == now[:10]
    assert world.call("PUT", "/test-clock", STAFF, {"now": None}).json == {"now": None}
    assert world.call("GET", "/test-clock", STAFF).json == {"now": None}
    world.register("c-wall", starts_on=None)
    assert world.contract("c-wall")["starts_on"] > "2025-03-01"


def test_an_offset_is_answered_in_utc(world: World) -> None:
    reply = world.call("PUT", "/test-clock", STAFF, {"now": "2025-02-01T12:00:00+01:00"})
    assert reply.json == NOW


def test_setting_it_is_an_event_that_says_who(world: World) -> None:
    world.set_clock("2025-02-01T11:00:00Z")
    world.set_clock(None)
    events = [event for event in world.relay() if event["detail-type"] == "test_clock.set"]
    told = [(e["detail"]["number"], e["detail"]["data"].get("now")) for e in events]
    assert sorted(told) == [(1, "2025-02-01T11:00:00.000000Z"), (2, None)]
    stored = [item for item in world.items() if item.get("type") == {"S": "test_clock.set"}]
    assert {item["actor_subject"]["S"] for item in stored} == {"erin"}


def test_only_staff_of_all_sets_it(world: World) -> None:
    with nothing_written(world):
        for who in (ALICE, KIM):
            assert_problem(world.call("PUT", "/test-clock", who, NOW), 403, "not_your_role")
        assert_problem(world.call("PUT", "/test-clock", STAFF, {}), 422, "missing_field", "now")
        for now in ("", "2025-02-01", "now", 1738407600, True, "2300-01-01T00:00:00Z"):
            reply = world.call("PUT", "/test-clock", STAFF, {"now": now})
            assert_problem(reply, 422, "invalid_field", "now")


def test_two_who_set_it_at_once_are_told_apart(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = Table.transact
    inner: list[Reply] = []

    def overtaken(*args: Any, **kwargs: Any) -> None:
        monkeypatch.setattr(Table, "transact", real)
        inner.append(world.call("PUT", "/test-clock", STAFF, {"now": None}))
        real(*args, **kwargs)

    monkeypatch.setattr(Table, "transact", overtaken)
    assert_problem(world.call("PUT", "/test-clock", STAFF, NOW), 409, "busy")
    assert inner[0].status == 200
    assert world.call("GET", "/test-clock", STAFF).json == {"now": None}


def test_without_it_its_doors_lead_nowhere(without_clock: World) -> None:
    with nothing_written(without_clock, but="run#"):
        for who in (STAFF, KIM, ALICE):
            assert_problem(without_clock.call("GET", "/test-clock", who), 404, "no_such_door")
            reply = without_clock.call("PUT", "/test-clock", who, NOW)
            assert_problem(reply, 404, "no_such_door")


def test_without_it_nobody_reads_its_item_and_time_is_the_walls(
    without_clock: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = without_clock
    real = BaseClient._make_api_call  # type: ignore[attr-defined]
    read: list[str] = []

    def heard(client: Any, operation: str, params: Any) -> Any:
        read.append(f"{operation} {params}")
        return real(client, operation, params)

    monkeypatch.setattr(BaseClient, "_make_api_call", heard)
    world.register("c-1", starts_on=None)
    assert world.contract("c-1")["starts_on"] > "2025-02-01"
    world.call("POST", "/contracts/c-1/cancellation", ALICE)
    world.listed(ALICE)
    world.run_job("2025-06-01T00:00:00Z")
    world.mails()
    world.invoke("sweep", {"schedule": "sweep"})
    assert any("contract#c-1" in line for line in read)
    assert not [line for line in read if "'clock'" in line and "'head'" in line]


def test_the_future_is_refused_where_there_is_no_test_clock(without_clock: World) -> None:
    body = {"job": "expiries", "as_of": "2190-01-01T00:00:00Z"}
    with nothing_written(without_clock, but="run#"):
        reply = without_clock.call("POST", "/job-runs", STAFF, body)
        assert_problem(reply, 409, "as_of_in_future")
        assert reply.json["params"]["as_of"] == body["as_of"]
        dry = without_clock.call("POST", "/job-runs", STAFF, body, query={"dry_run": "true"})
        assert dry.status == 202
        with pytest.raises(Exception, match="as_of_in_future"):
            without_clock.invoke("expiries", {"as_of": body["as_of"]})
    past = {**body, "as_of": "2025-06-01T00:00:00Z"}
    assert without_clock.call("POST", "/job-runs", STAFF, past).status == 202


def test_a_job_takes_its_as_of_and_not_the_clock(world: World) -> None:
    world.set_clock("2025-02-01T11:00:00Z")
    world.register("c-1")
    world.call("POST", "/contracts/c-1/cancellation", ALICE)
    world.run_job("2026-01-14T12:00:00Z")
    assert world.contract("c-1")["status"] == "non_renewing"
    world.run_job("2026-01-15T12:00:00Z")
    assert world.contract("c-1")["status"] == "expired"
    newest = world.call("GET", "/contracts/c-1/timeline", STAFF).json["items"][0]
    assert newest["at"] == "2026-01-15T12:00:00Z"
