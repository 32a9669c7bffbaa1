"""What somebody hostile, hurried or unlucky meets on the way to another plan."""

import json
import re
from hashlib import sha256
from typing import Any

import pytest

from tests.integration.conftest import ALICE, BOB, STAFF, Person, Reply, World
from tests.integration.edge import assert_problem
from tests.integration.rules.policy_files import PolicyFiles
from tests.integration.rules.scenes import imported, it_is, patch
from tests.integration.rules.terms import ends, funded, renew, renewals

EURO: dict[str, Any] = {"provider": "kriax", "currency": "EUR"}
BASE = "/contracts/v-1"
TWO_SERVERS = [{"id": "s-1", "ip": "192.0.2.1"}, {"id": "s-2", "ip": "192.0.2.2"}]


def rented(world: World, starts_on: str = "2025-01-15", plan: str = "vps-s", **more: Any) -> None:
    wanted = {"plan": plan, "label": "servers", "starts_on": starts_on, **more}
    world.register("v-1", **{"provider": "kriax", **wanted})


def quoted(world: World, plan: str, quantity: int = 1, who: Person = ALICE) -> Reply:
    body = {"plan": plan, "quantity": quantity}
    return world.call("POST", f"{BASE}/plan-change-quotes", who, body)


def asked(world: World, quote_id: str, who: Person = ALICE) -> Reply:
    return world.call("POST", f"{BASE}/plan-changes", who, {"quote_id": quote_id})


def code_in(world: World) -> str:
    found = re.findall(r"\b\d{6}\b", world.mails()[-1]["body"])
    return str(found[0])


def confirmed(world: World, change_id: str, code: str) -> Reply:
    path = f"{BASE}/plan-changes/{change_id}/confirmation"
    return world.call("POST", path, ALICE, {"code": code})


def change(world: World, plan: str, quantity: int = 1) -> str:
    quote = quoted(world, plan, quantity)
    assert quote.status == 201, quote.text
    request = asked(world, quote.json["id"])
    assert request.status == 201, request.text
    reply = confirmed(world, request.json["id"], code_in(world))
    assert reply.status == 200, reply.text
    return str(request.json["id"])


@pytest.mark.parametrize("servers", [[], TWO_SERVERS[:1]], ids=["none", "all marked"])
def test_X6_a_quote_id_that_asks_for_no_server_at_all_is_no_crash(
    world: World, servers: list[dict[str, str]]
) -> None:
    it_is(world, "2025-06-01")
    rented(world, servers=servers)
    if servers:
        world.call("PUT", f"{BASE}/servers/s-1/removal", ALICE, {"confirm": "s-1"})
    reply = asked(world, "v-1:vps-m:0:2025-06-01:0123456789abcdef0123456789abcdef")
    assert_problem(reply, 404, "not_found")


@pytest.mark.parametrize("quantity", ["0", "00", "0000000"])
def test_X6_a_quote_for_no_server_was_never_given(world: World, quantity: str) -> None:
    it_is(world, "2025-06-01")
    rented(world, quantity=2, servers=TWO_SERVERS)
    assert_problem(asked(world, f"v-1:vps-m:{quantity}:2025-06-01:ab"), 404, "not_found")


def test_the_history_asks_404_before_422(world: World) -> None:
    reply = world.call("GET", "/contracts/nobody/plan-changes", ALICE, query={"limit": "x"})
    assert_problem(reply, 404, "not_found")


def test_the_history_asks_403_before_422(world: World) -> None:
    it_is(world, "2025-06-01")
    rented(world)
    reply = world.call("GET", f"{BASE}/plan-changes", BOB, query={"limit": "x"})
    assert_problem(reply, 403, "not_your_role")


def test_G11_the_fresh_quote_of_a_refusal_can_be_taken_up(world: World) -> None:
    """A renewal came between: what waits can never be confirmed, and must not block the new one."""
    it_is(world, "2025-06-01")
    funded(world, "a-1", "500.00", **EURO)
    rented(world)
    first = asked(world, quoted(world, "vps-m").json["id"])
    code = code_in(world)
    assert renew(world, "v-1", "2026-01-15").status == 200
    refused = confirmed(world, first.json["id"], code)
    assert_problem(refused, 409, "quote_outdated")
    fresh = refused.json["params"]["quote"]["id"]
    again = asked(world, fresh)
    assert again.status == 201, again.text


def test_X3_a_pass_that_the_quote_does_not_spend_is_not_spent(world: World) -> None:
    """flexi_plus is taken away between request and code: the recap said that nothing is spent."""
    it_is(world, "2025-06-01")
    rented(world, options=["flexi_plus", "instant_change_pass"])
    change(world, "vps-m")
    quote = quoted(world, "vps-l")
    assert quote.json["spends"] is None
    request = asked(world, quote.json["id"])
    code = code_in(world)
    assert patch(world, "v-1", options=["instant_change_pass"]).status == 200
    reply = confirmed(world, request.json["id"], code)
    assert world.contract("v-1")["options"] == ["instant_change_pass"], reply.text
    assert_problem(reply, 409, "quote_outdated")


def test_X3_one_change_spends_one_of_two_passes(world: World) -> None:
    it_is(world, "2025-06-01")
    rented(world, options=["instant_change_pass", "instant_change_pass"])
    change(world, "vps-m")
    it_is(world, "2025-06-02")
    change(world, "vps-l")
    assert world.contract("v-1")["options"] == ["instant_change_pass"]


@pytest.fixture
def over(world: World) -> World:
    """Changed once; the last paid day is over, and the job still waits for a renewal."""
    it_is(world, "2025-06-01")
    rented(world)
    world.change_id = change(world, "vps-m")  # type: ignore[attr-defined]
    end = ends(world, "v-1")["v-1"]
    it_is(world, end)
    reply = world.call("GET", f"{BASE}/plan-changes", ALICE)
    assert_problem(reply, 410, "expired")
    return world


def test_X12_sending_the_code_again_does_not_tell_the_history(over: World) -> None:
    path = f"{BASE}/plan-changes/{over.change_id}/code"  # type: ignore[attr-defined]
    reply = over.call("POST", path, ALICE, {})
    told = reply.json.get("plan_change")
    assert told is None, told


def test_X12_the_timeline_does_not_tell_the_history(over: World) -> None:
    reply = over.call("GET", f"{BASE}/timeline", ALICE)
    assert "plan_was" not in reply.text, reply.text


def test_X12_nor_does_it_tell_that_staff_confirmed_it_for_the_holder(world: World) -> None:
    """As long as the service runs it does (X10)."""
    it_is(world, "2025-06-01")
    rented(world)
    change_id = asked(world, quoted(world, "vps-m").json["id"]).json["id"]
    body = {"code": code_in(world), "on_behalf_reason": "by phone"}
    path = f"{BASE}/plan-changes/{change_id}/confirmation"
    assert world.call("POST", path, STAFF, body).status == 200
    for day, told in (("2025-06-01", True), (ends(world, "v-1")["v-1"], False)):
        it_is(world, day)
        reply = world.call("GET", f"{BASE}/timeline", ALICE)
        assert reply.status == 200, reply.text
        assert (change_id in reply.text, "on_behalf" in reply.text) == (told, told)


def test_X1_while_a_trial_runs_there_is_nothing_to_convert(
    world: World, policies: PolicyFiles
) -> None:
    policies.edit("kriax", {"plans.2.trial_days": 10})
    it_is(world, "2025-06-01")
    funded(world, "a-1", "500.00", **EURO)
    rented(world, "2025-06-01", plan="vps-l", status="pending")
    world.call("POST", f"{BASE}/activation", ALICE, {"account_id": "a-1"})
    assert renew(world, "v-1", "2025-06-11").status == 200
    assert_problem(quoted(world, "vps-s"), 409, "nothing_to_convert")
    it_is(world, "2025-06-11")
    assert quoted(world, "vps-s").json["to"]["remaining_days"] == 4 * 365


def test_a_change_that_is_not_there_is_404_before_its_body_is_422(world: World) -> None:
    it_is(world, "2025-06-01")
    rented(world)
    reply = world.call("POST", f"{BASE}/plan-changes/v-1:99/confirmation", ALICE, {"code": "x"})
    assert_problem(reply, 404, "not_found")


def test_a_server_that_is_not_there_is_404_before_its_body_is_422(world: World) -> None:
    it_is(world, "2025-06-01")
    rented(world, servers=TWO_SERVERS, quantity=2)
    reply = world.call("PUT", f"{BASE}/servers/s-9/removal", ALICE, {"confirm": 9})
    assert_problem(reply, 404, "not_found")


def test_X10_a_code_of_an_old_address_stays_dead_when_the_clock_goes_back(world: World) -> None:
    """Its time was over already when the address moved; it has lapsed for good all the same."""
    it_is(world, "2025-06-01", "12:00")
    rented(world)
    request = asked(world, quoted(world, "vps-m").json["id"])
    code = code_in(world)
    it_is(world, "2025-06-01", "12:20")
    assert patch(world, "v-1", email="new@example.net").status == 200
    it_is(world, "2025-06-01", "12:05")
    assert_problem(confirmed(world, request.json["id"], code), 409, "change_lapsed")
    assert world.contract("v-1")["plan"] == "vps-s"


def test_X10_nothing_in_the_table_gives_a_code_away(world: World) -> None:
    """A plain hash would: a million of them are a second's work."""
    it_is(world, "2025-06-01")
    rented(world)
    request = asked(world, quoted(world, "vps-m").json["id"])
    code = code_in(world)
    path = f"{BASE}/plan-changes/{request.json['id']}/confirmation"
    key = {"Idempotency-Key": "k-1"}
    assert world.call("POST", path, ALICE, {"code": code}, headers=key).status == 200
    hashed = sha256(f'{{"code":"{code}"}}'.encode()).hexdigest()
    assert hashed not in json.dumps(world.items())


def test_X5_fifty_servers_go_in_one_transaction(world: World) -> None:
    it_is(world, "2025-06-01")
    many = [{"id": f"s-{n}", "ip": f"192.0.2.{n}"} for n in range(1, 51)]
    rented(world, servers=many, quantity=50)
    for server in many[1:]:
        path = f"{BASE}/servers/{server['id']}/removal"
        assert world.call("PUT", path, ALICE, {"confirm": server["id"]}).status == 200
    renewals(world, "2025-12-20")
    it_is(world, "2025-12-21")
    request = asked(world, quoted(world, "vps-m").json["id"], STAFF)
    code = code_in(world)
    path = f"{BASE}/plan-changes/{request.json['id']}/confirmation"
    body = {"code": code, "on_behalf_reason": "asked for on the phone"}
    reply = world.call("POST", path, STAFF, body, headers={"Idempotency-Key": "k-1"})
    assert reply.status == 200, reply.text
    assert len(world.contract("v-1")["servers"]) == 1


def test_S11_what_follows_a_contract_hears_of_its_new_end(
    world: World, policies: PolicyFiles
) -> None:
    form = policies._form("kriax-1.toml")
    follower = {
        "id": "dns-free",
        "kind": "dns",
        "term_months": 12,
        "price": "0.00",
        "follows_parent": True,
    }
    changes = {
        "plans": [*form["plans"], follower],
        "kinds.dns": {"closed_reason": "terminated", "needs_parent": True, "lives": [{}]},
    }
    policies.edit("kriax", changes)
    it_is(world, "2025-06-01")
    rented(world)
    child = {"provider": "kriax", "plan": "dns-free", "label": "dns", "parent_id": "v-1"}
    imported(world, "d-1", **child, starts_on="2025-01-15", expires_on="2026-01-15")
    change(world, "vps-m")
    world.mails()
    dates = ends(world, "v-1", "d-1")
    assert dates["d-1"] == dates["v-1"]
