"""`GET /contracts/{id}/forecast`: who may look ahead, how far, and in which words."""

from typing import Any

import pytest

from tests.integration.conftest import ALICE, BOB, STAFF, Person, World
from tests.integration.edge import AT_ONCE, KIM, MALLORY, OLGA, SVENSKA, assert_problem
from tests.integration.money import book, francs, opened
from tests.integration.rules.scenes import it_is, job
from tests.integration.test_docs_events import faults, schemas

NOW = "2025-02-01T11:00:00Z"
TEN_YEARS = "2035-02-01"
ROW = {"on", "type", "data", "charges", "messages", "why", "detail"}


@pytest.fixture
def stack(world: World) -> World:
    """Alice's domain of three months, cancelled, and an add-on of it that is, too."""
    world.set_clock(NOW)
    term = {"starts_on": "2025-01-15", "registry_expires_on": "2026-01-15", "import": True}
    world.register("d-1", **SVENSKA, **term, plan="premium-domain-3", label="example.org.nz")
    world.register("a-1", **SVENSKA, plan="mail-addon", parent_id="d-1", starts_on="2024-03-01")
    for contract_id in ("d-1", "a-1"):
        reply = world.call("POST", f"/contracts/{contract_id}/cancellation", ALICE, {})
        assert reply.status == 200, reply.text
    return world


def foreseen(world: World, contract_id: str, who: Person = ALICE, **query: str) -> dict[str, Any]:
    reply = world.call("GET", f"/contracts/{contract_id}/forecast", who, query=query or None)
    assert reply.status == 200, reply.text
    found: dict[str, Any] = reply.json
    assert found.keys() == {"until", "whole", "steps"}
    return found


def courses(found: dict[str, Any]) -> list[tuple[str, str, str]]:
    return [(step["on"], step["type"], step["why"]) for step in found["steps"]]


def test_it_names_each_step_with_its_day_and_why(stack: World) -> None:
    found = foreseen(stack, "d-1")
    assert (found["until"], found["whole"]) == (TEN_YEARS, True)
    assert courses(found) == [
        ("2025-04-15", "contract.inactivated", "cancelled"),
        ("2026-01-15", "contract.expired", "cancelled"),
        ("2026-04-15", "contract.closed", "window_over"),
    ]


def test_an_add_on_is_told_its_own_steps_and_those_that_come_of_its_parent(stack: World) -> None:
    assert courses(foreseen(stack, "a-1")) == [
        ("2025-03-01", "contract.downgraded", "cancelled"),
        ("2025-04-15", "contract.followed", "parent_changed"),
        ("2026-01-15", "contract.followed", "parent_changed"),
        ("2026-04-15", "contract.closed", "parent_changed"),
    ]


def test_each_row_has_the_shape_of_its_event_and_words_for_people(stack: World) -> None:
    documented = schemas()
    for contract_id in ("d-1", "a-1"):
        for step in foreseen(stack, contract_id)["steps"]:
            assert step.keys() == ROW
            assert not faults(step["data"], documented[step["type"]])
            assert step["charges"] == []
            for message in step["messages"]:
                assert message.keys() == {"kind", "channel", "to"}
            assert step["why"] == step["data"]["why"]
            assert step["detail"].endswith(".") and " " in step["detail"]
    first = foreseen(stack, "d-1")["steps"][0]
    assert first["messages"] == [{"kind": "inactivated", "channel": "email", "to": "holder"}]
    assert first["detail"] == "It was cancelled to the end of its term."


@pytest.mark.parametrize(
    ("until", "steps"),
    [("2025-02-01", 0), ("2025-04-14", 0), ("2025-04-15", 1), ("2026-04-14", 2), (TEN_YEARS, 3)],
)
def test_the_last_day_is_looked_at_and_none_behind_it(stack: World, until: str, steps: int) -> None:
    found = foreseen(stack, "d-1", until=until)
    assert (found["until"], found["whole"], len(found["steps"])) == (until, True, steps)


@pytest.mark.parametrize(
    "until", ["2025-01-31", "2035-02-02", "2199-12-31", "", "tomorrow", "2025-02-30", "2025-4-15"]
)
def test_a_day_too_far_or_past_or_none_is_refused(stack: World, until: str) -> None:
    for who in (ALICE, STAFF):
        reply = stack.call("GET", "/contracts/d-1/forecast", who, query={"until": until})
        assert_problem(reply, 422, "invalid_field", "until")


def test_today_is_the_providers(stack: World) -> None:
    """At 23:30 in UTC it is the next day in Stockholm already."""
    stack.set_clock("2025-01-31T23:30:00Z")
    assert foreseen(stack, "d-1")["until"] == TEN_YEARS
    reply = stack.call("GET", "/contracts/d-1/forecast", ALICE, query={"until": "2025-01-31"})
    assert_problem(reply, 422, "invalid_field", "until")


def test_another_parameter_is_refused(stack: World) -> None:
    for query in ({"limit": "5"}, {"Until": "2025-04-15"}, {"dry_run": "true"}):
        reply = stack.call("GET", "/contracts/d-1/forecast", ALICE, query=query)
        assert_problem(reply, 422, "unknown_field", next(iter(query)))


def test_it_is_for_parties_and_staff_of_the_provider(stack: World) -> None:
    for who in (BOB, STAFF):
        assert foreseen(stack, "d-1", who) == foreseen(stack, "d-1")
    for who in (MALLORY, OLGA, KIM):
        reply = stack.call("GET", "/contracts/d-1/forecast", who, query={"until": "never"})
        assert_problem(reply, 404, "not_found")


def test_K4_what_is_no_longer_shown_is_not_foretold_to_its_holder_either(world: World) -> None:
    world.set_clock(NOW)
    gone = {"status": "expired", "starts_on": "2024-01-15", "import": True}
    world.register("c-1", **gone)
    reply = world.call("GET", "/contracts/c-1/forecast", ALICE)
    assert_problem(reply, 410, "expired")
    assert reply.json["params"]["contact"]["email"]
    wrong = world.call("GET", "/contracts/c-1/forecast", ALICE, query={"until": "never"})
    assert_problem(wrong, 422, "invalid_field", "until")
    assert courses(foreseen(world, "c-1", STAFF)) == [
        ("2025-02-14", "contract.closed", "window_over")
    ]


def test_G13_a_doubt_is_where_it_ends_and_says_what_is_wrong(stack: World) -> None:
    body = {"registry_expires_on": "2024-12-31", "fetched_at": "2025-02-01T10:00:00Z"}
    assert stack.call("PUT", "/contracts/d-1/registry", STAFF, body).status == 200
    (row,) = foreseen(stack, "d-1")["steps"]
    assert (row["on"], row["type"], row["why"]) == ("2025-04-15", "parked", "doubt")
    assert "2024-12-31" in row["data"]["reason"]
    assert row.keys() == ROW
    assert stack.contract("d-1")["next"] == {"action": "wait_for_staff", "on": "2025-04-15"}


def test_S14_what_is_switched_off_unpaid_is_foretold_to_be_paid_from_the_accounts(
    world: World,
) -> None:
    world.set_clock("2026-01-10T11:00:00Z")
    opened(world, "a-1", "10.00", provider="svenska-domaner", currency="SEK")
    world.register("m-1", **SVENSKA, plan="mail-addon", starts_on="2025-02-01")
    job(world, "2026-01-20", name="renewals")
    job(world, "2026-02-01", name="renewals")
    job(world, "2026-02-01")
    assert world.contract("m-1")["status"] == "inactive"
    it_is(world, "2026-02-10")
    book(world, "a-1", "deposits", francs("1000.00", "SEK"), "bank-1")
    foretold = foreseen(world, "m-1", until="2026-12-01")["steps"]
    assert [(row["on"], row["type"], row["why"]) for row in foretold] == [
        ("2026-02-10", "contract.renewed", "paid")
    ]
    assert foretold[0]["charges"][0]["account_id"] == "a-1"
    job(world, "2026-02-10", "13:00", name="renewals")
    assert world.contract("m-1")["status"] == "active"


def test_looking_ahead_leaves_everything_as_it_is(stack: World) -> None:
    before = stack.items()
    foreseen(stack, "a-1")
    assert stack.items() == before
    assert stack.contract("a-1")["status"] == "non_renewing"


def test_what_is_closed_has_nothing_before_it(stack: World) -> None:
    assert stack.call("POST", "/contracts/d-1/transfer-out", STAFF).status == 200
    assert foreseen(stack, "d-1", STAFF)["steps"] == []
    at_once = stack.call("POST", "/contracts/a-1/cancellation", ALICE, AT_ONCE)
    assert at_once.status == 200
    assert courses(foreseen(stack, "a-1")) == [("2025-03-03", "contract.closed", "window_over")]
