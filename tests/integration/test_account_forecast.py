"""`GET /accounts/{id}/forecast`: how far the money reaches, for whom, and in which shape."""

from typing import Any

import pytest

from tests.integration.conftest import ALICE, BOB, STAFF, Person, World
from tests.integration.edge import KIM, MALLORY, OLGA, assert_problem
from tests.integration.money import balance, book, francs, moved, opened
from tests.integration.rules.scenes import job

NOW = "2025-02-01T11:00:00Z"
TEN_YEARS = "2035-02-01"
PRICE = "24.00"


@pytest.fixture
def stack(world: World) -> World:
    """Two domains of alice's, a month and two from their ends, and money for one of them."""
    world.set_clock(NOW)
    for name, ends in (("d-1", "2025-03-20"), ("d-2", "2025-04-20")):
        term = {"starts_on": ends.replace("2025", "2024"), "expires_on": ends, "import": True}
        world.register(name, plan="domain-ch", label=f"{name}.ch", **term)
    opened(world, "a-1", "30.00")
    return world


def foreseen(world: World, who: Person = ALICE, **query: str) -> dict[str, Any]:
    reply = world.call("GET", "/accounts/a-1/forecast", who, query=query or None)
    assert reply.status == 200, reply.text
    found: dict[str, Any] = reply.json
    assert found.keys() == {"account_id", "until", "whole", "covered_until", "short", "charges"}
    return found


def test_it_says_until_when_it_reaches_what_is_short_then_and_what_is_paid_until_then(
    stack: World,
) -> None:
    found = foreseen(stack, until="2025-12-31")
    assert found == {
        "account_id": "a-1",
        "until": "2025-12-31",
        "whole": True,
        "covered_until": "2025-03-20",
        "short": {
            "contract_id": "d-2",
            "on": "2025-03-21",
            "amount": francs(PRICE),
            "short": francs("18.00"),
            "account_id": "a-1",
        },
        "charges": [
            {
                "on": "2025-02-18",
                "contract_id": "d-1",
                "reason": "renewal",
                "amount": francs(PRICE),
                "balance": francs("6.00"),
            }
        ],
    }


def test_it_comes_true_and_topping_up_what_is_short_covers_the_next(stack: World) -> None:
    missing = foreseen(stack, until="2025-12-31")["short"]["short"]
    assert book(stack, "a-1", "deposits", missing, "top-up").status == 200
    found = foreseen(stack, until="2025-12-31")
    assert (found["short"], found["covered_until"]) == (None, "2025-12-31")
    for charge in found["charges"]:
        job(stack, charge["on"], name="renewals")
        assert balance(stack, "a-1") == charge["balance"]["amount"]
    assert moved(stack, "a-1")[2:] == [("renewal", f"-{PRICE}")] * 2
    assert foreseen(stack, until="2025-12-31")["charges"] == []


@pytest.mark.parametrize("until", ["2025-01-31", "2035-02-02", "", "tomorrow"])
def test_it_looks_ten_years_ahead_at_most_and_not_back(stack: World, until: str) -> None:
    assert foreseen(stack)["until"] == TEN_YEARS
    reply = stack.call("GET", "/accounts/a-1/forecast", ALICE, query={"until": until})
    assert_problem(reply, 422, "invalid_field", "until")


def test_another_parameter_is_refused(stack: World) -> None:
    reply = stack.call("GET", "/accounts/a-1/forecast", ALICE, query={"limit": "5"})
    assert_problem(reply, 422, "unknown_field", "limit")


def test_it_is_for_its_holder_and_staff_of_the_provider(stack: World) -> None:
    assert foreseen(stack, KIM) == foreseen(stack, STAFF) == foreseen(stack, ALICE)
    for who in (BOB, MALLORY, OLGA):
        reply = stack.call("GET", "/accounts/a-1/forecast", who, query={"until": "never"})
        assert_problem(reply, 404, "not_found")


def test_a_contract_whose_order_does_not_renew_asks_nothing_of_it(stack: World) -> None:
    off = stack.call("PUT", "/contracts/d-1/autorenewal", ALICE, {"enabled": False})
    assert off.status == 200
    found = foreseen(stack, until="2025-12-31")
    assert [charge["contract_id"] for charge in found["charges"]] == ["d-2"]
    assert found["short"] is None


def test_more_contracts_than_can_be_asked_are_refused_at_both_doors(
    stack: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tacit.runtime.households._FORESEEN", 1)
    for path in ("/accounts/a-1/forecast", "/contracts/d-1/forecast"):
        reply = stack.call("GET", path, ALICE)
        assert_problem(reply, 409, "too_many_to_foresee")
        assert reply.json["params"] == {"most": 1}
    monkeypatch.setattr("tacit.runtime.households._FORESEEN", 2)
    assert foreseen(stack)["charges"]


def test_looking_ahead_leaves_everything_as_it_is(stack: World) -> None:
    before = stack.items()
    foreseen(stack)
    assert stack.items() == before
