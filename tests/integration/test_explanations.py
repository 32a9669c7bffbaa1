"""`actions` and `next` of a contract say what the command and the calendar then really answer."""

from datetime import date, timedelta
from typing import Any

import pytest

from tests.integration.conftest import ALICE, BOB, CAROL, STAFF, Person, Reply, World
from tests.integration.edge import KIM, assert_problem

DOORS = {"cancel": "cancellation", "reactivate": "reactivation", "restore": "restoration"}
BODIES = {"restore": {"reference": "inv-1"}}


def as_registered(world: World) -> None:
    world.register("c-1")


def as_pending(world: World) -> None:
    world.register("c-1", status="pending")


def as_cancelled(world: World) -> None:
    world.register("c-1")
    assert world.call("POST", "/contracts/c-1/cancellation", ALICE).status == 200


def as_expired(world: World) -> None:
    as_cancelled(world)
    world.run_job("2026-01-15T12:00:00Z")
    world.set_clock("2026-01-15T12:00:00Z")


def as_due_and_not_worked(world: World) -> None:
    as_cancelled(world)
    world.set_clock("2026-01-15T12:00:00Z")


def as_closed(world: World) -> None:
    as_expired(world)
    world.run_job("2027-01-15T12:00:00Z")
    world.set_clock("2027-01-15T12:00:00Z")


@pytest.mark.parametrize(
    ("state", "status"),
    [
        (as_registered, "active"),
        (as_pending, "pending"),
        (as_cancelled, "non_renewing"),
        (as_due_and_not_worked, "non_renewing"),
        (as_expired, "expired"),
        (as_closed, "closed"),
    ],
)
def test_an_explanation_equals_the_answer(world: World, state: Any, status: str) -> None:
    world.set_clock("2025-02-01T11:00:00Z")
    state(world)
    assert world.contract("c-1")["status"] == status
    for who in (ALICE, BOB, CAROL, STAFF, KIM):
        shown = world.call("GET", "/contracts/c-1", who)
        if shown.status == 410:
            continue
        for row in shown.json["actions"]:
            door = f"/contracts/c-1/{DOORS[row['action']]}"
            body = BODIES.get(row["action"], {})
            asked = world.call("POST", door, who, body, query={"dry_run": "true"})
            assert_explained(row, asked)


def assert_explained(row: dict[str, Any], asked: Reply) -> None:
    """Allowed: something happens. Not allowed: the refusal's own words, or nothing to do."""
    if row["allowed"]:
        assert asked.status == 200
        assert asked.json["events"]
        assert row["code"] is None
    elif asked.status == 200:
        assert asked.json["events"] == []
        assert [warning["code"] for warning in asked.json["warnings"]] == [row["code"]]
    else:
        assert_problem(asked, asked.status, row["code"])
        params = dict(asked.json["params"])
        assert params.pop("available_from", None) == row["available_from"]
        assert params == row["params"]


def test_a_refusal_says_whom_to_ask(world: World) -> None:
    world.set_clock("2025-02-01T11:00:00Z")
    as_expired(world)
    gone = world.call("GET", "/contracts/c-1", ALICE)
    refused = world.call("POST", "/contracts/c-1/reactivation", ALICE)
    assert (gone.status, gone.code) == (410, "expired")
    assert (refused.status, refused.code) == (409, "expired")
    for reply in (gone, refused):
        contact = reply.json["params"]["contact"]
        assert contact["email"]
        assert contact["form"].startswith("https://")
        assert contact["email"] in reply.json["detail"]


def calendar_steps(world: World, who: Person) -> dict[str, Any] | None:
    found: dict[str, Any] | None = world.contract("c-1", who)["next"]
    return found


def test_next_is_what_the_calendar_does_on_that_day_and_not_before(world: World) -> None:
    world.set_clock("2025-02-01T11:00:00Z")
    as_cancelled(world)
    for action, event in (("expire", "contract.expired"), ("close", "contract.closed")):
        coming = calendar_steps(world, STAFF)
        assert coming is not None
        assert coming["action"] == action
        events = len(timeline(world))
        # The day begins at 23:00 or 22:00 UTC of the day before; noon UTC before that is before it.
        world.run_job(f"{day_before(coming['on'])}T12:00:00Z")
        assert len(timeline(world)) == events
        world.run_job(f"{coming['on']}T12:00:00Z")
        assert timeline(world)[0] == event
        world.set_clock(f"{coming['on']}T12:00:00Z")
    assert calendar_steps(world, STAFF) is None


def timeline(world: World) -> list[str]:
    items = world.call("GET", "/contracts/c-1/timeline", STAFF).json["items"]
    return [event["type"] for event in items]


def day_before(day: str) -> str:
    return (date.fromisoformat(day) - timedelta(days=1)).isoformat()


def test_customers_learn_that_staff_acted_and_not_who(world: World) -> None:
    world.set_clock("2025-02-01T11:00:00Z")
    world.register("c-1")
    assert world.call("POST", "/contracts/c-1/cancellation", KIM, {}).status == 200
    assert world.call("POST", "/contracts/c-1/reactivation", ALICE).status == 200
    for who, subjects in ((ALICE, {"alice"}), (BOB, {"alice"}), (STAFF, {"alice", "kim", "erin"})):
        reply = world.call("GET", "/contracts/c-1/timeline", who)
        actors = [event["actor"] for event in reply.json["items"]]
        assert actors == ["holder", "staff", "staff"]
        named = {event["actor_id"] for event in reply.json["items"] if "actor_id" in event}
        assert named == subjects
    for door in ("", "/timeline"):
        text = world.call("GET", f"/contracts/c-1{door}", BOB).text
        assert "kim" not in text
        assert "erin" not in text
    for event in world.relay():
        assert "kim" not in str(event)
        assert "erin" not in str(event)
