"""Servers of kriax live like any contract: bought, cancelled, taken back, renewed, over. And X3,
X8: the numbers of its plan changes are there for everyone to read."""

from typing import Any

from tests.integration.conftest import ALICE, BOB, STAFF, World, customer
from tests.integration.money import balance, moved, opened
from tests.integration.rules.policy_files import PolicyFiles
from tests.integration.rules.scenes import cancel, imported, it_is, job, reactivate

PARIS = "Europe/Paris"
SERVERS = [{"id": "s-1", "ip": "192.0.2.1"}, {"id": "s-2", "ip": "192.0.2.2"}]
VPS: dict[str, Any] = {
    "provider": "kriax",
    "plan": "vps-m",
    "label": "Servers",
    "quantity": 2,
    "servers": SERVERS,
    "options": ["flexi_plus", "instant_change_pass"],
}


def funded(world: World, amount: str) -> None:
    opened(world, "a-1", amount, provider="kriax", currency="EUR")


def test_a_server_contract_is_registered_as_it_is_sold_and_seen_by_its_parties(
    world: World,
) -> None:
    it_is(world, "2025-05-31")
    world.register("c-1", **VPS, starts_on="2025-05-31")
    for who in (ALICE, BOB, STAFF):
        seen = world.contract("c-1", who)
        assert (seen["status"], seen["kind"], seen["policy"]) == ("active", "vps", "kriax/1")
        assert (seen["expires_on"], seen["quantity"]) == ("2026-05-31", 2)
        assert seen["price"] == {"amount": "20.00", "currency": "EUR"}
        assert [server["id"] for server in seen["servers"]] == ["s-1", "s-2"]
        assert seen["options"] == VPS["options"]


def test_X6_three_plans_of_servers_are_sold_and_a_contract_has_fifty_at_most(world: World) -> None:
    it_is(world, "2025-05-31")
    plans = world.call("GET", "/providers/kriax/plans", ALICE).json["items"]
    sold = {plan["id"]: plan["price"]["amount"] for plan in plans if plan["kind"] == "vps"}
    assert sold == {"vps-s": "10.00", "vps-m": "20.00", "vps-l": "40.00"}
    assert {plan["term_months"] for plan in plans if plan["kind"] == "vps"} == {12}
    body = {"provider": "kriax", "label": "Servers", "holder": "alice", "starts_on": "2025-05-31"}
    body["email"] = "alice@example.net"
    ordered = {"c-50": ("vps-s", 50), "c-51": ("vps-s", 51), "c-xs": ("vps-xs", 1)}
    answers = {
        each: world.call("PUT", f"/contracts/{each}", STAFF, {**body, "plan": p, "quantity": n})
        for each, (p, n) in ordered.items()
    }
    assert answers["c-50"].status == 201, answers["c-50"].text
    assert (answers["c-51"].status, answers["c-51"].code) == (422, "too_many")
    assert (answers["c-xs"].status, answers["c-xs"].code) == (409, "plan_not_sold")
    imported(world, "c-xs", **{**body, "plan": "vps-xs", "expires_on": "2026-05-31"})
    assert world.contract("c-xs", ALICE)["plan"] == "vps-xs"


def test_what_is_cancelled_is_taken_back_until_midnight_in_paris_and_then_over(
    world: World,
) -> None:
    it_is(world, "2025-05-01")
    dates = {"starts_on": "2024-05-31", "expires_on": "2025-05-31"}
    imported(world, "c-1", **VPS, **dates)
    imported(world, "c-2", **VPS, **dates)
    for each in ("c-1", "c-2"):
        assert cancel(world, each).status == 200
    it_is(world, "2025-05-30", "23:59")
    assert reactivate(world, "c-1", BOB).status == 403
    assert reactivate(world, "c-1").status == 200
    job(world, "2025-05-31", "00:00", PARIS)
    kept, over = world.contract("c-1", ALICE), world.contract("c-2")
    assert (kept["status"], kept["expires_on"]) == ("active", "2025-05-31")
    assert (over["status"], over["phase"]) == ("expired", "pending_deletion")
    assert world.call("GET", "/contracts/c-2", ALICE).status == 200
    assert reactivate(world, "c-2").status == 409
    job(world, "2025-06-13", "23:59", PARIS)
    assert world.contract("c-2")["status"] == "expired"
    job(world, "2025-06-14", "00:00", PARIS)
    assert world.contract("c-2")["closed_reason"] == "terminated"
    assert world.call("GET", "/contracts/c-2", ALICE).status == 410


def test_servers_are_renewed_from_the_account_at_the_price_of_all_of_them(world: World) -> None:
    it_is(world, "2025-05-01")
    funded(world, "50.00")
    imported(world, "c-1", **VPS, starts_on="2024-05-31", expires_on="2025-05-31")
    job(world, "2025-04-30", "23:59", PARIS, name="renewals")
    assert world.contract("c-1")["expires_on"] == "2025-05-31"
    job(world, "2025-05-01", "00:00", PARIS, name="renewals")
    seen = world.contract("c-1", ALICE)
    assert (seen["expires_on"], seen["options"]) == ("2026-05-31", VPS["options"])
    assert [server["id"] for server in seen["servers"]] == ["s-1", "s-2"]
    assert moved(world, "a-1")[1:] == [("renewal", "-40.00")]


def test_unpaid_servers_are_over_at_their_end_and_not_before(world: World) -> None:
    it_is(world, "2025-05-01")
    funded(world, "39.99")
    imported(world, "c-1", **VPS, starts_on="2024-05-31", expires_on="2025-05-31")
    job(world, "2025-05-30", "23:00", PARIS, name="renewals")
    job(world, "2025-05-30", "23:59", PARIS)
    assert world.contract("c-1", ALICE)["status"] == "active"
    job(world, "2025-05-31", "00:00", PARIS, name="renewals")
    job(world, "2025-05-31", "00:30", PARIS)
    assert world.contract("c-1")["status"] == "expired"
    assert balance(world, "a-1") == "39.99"


def test_X2_before_a_plan_change_the_unused_days_are_paid_back_once(
    world: World, policies: PolicyFiles
) -> None:
    """Whoever cancels at once is over: with a way back he would have money and term."""
    policies.add("kept", "kriax", {"kinds.vps.money_back": False})
    it_is(world, "2025-05-11")
    back = {}
    for provider in ("kriax", "kept"):
        bought = {**VPS, "provider": provider, "starts_on": "2024-05-31"}
        imported(world, provider, **bought, expires_on="2025-05-31")
        reply = cancel(world, provider, STAFF, mode="immediate")
        assert reply.status == 200, reply.text
        back[provider] = reply.json["events"][0]["data"].get("money_back")
        assert world.contract(provider)["status"] == "expired"
        again = world.call("POST", f"/contracts/{provider}/restoration", STAFF, {"reference": "x"})
        assert again.status == 409
    # 40.00 for 365 days, of which 20 are left
    assert back == {"kriax": "2.19", "kept": None}


def test_X3_X8_the_numbers_of_plan_changes_are_the_files_and_nothing_where_it_has_none(
    world: World, policies: PolicyFiles
) -> None:
    anyone = customer("nobody")
    seen = world.call("GET", "/providers/kriax/policy", anyone).json["plan_change"]
    assert seen == {
        "kinds": ["vps"],
        "cooldown_days": 30,
        "min_days_after_change": 1,
        "unlimited_option": "flexi_plus",
        "pass_option": "instant_change_pass",
    }
    fewer = {"plan_change.cooldown_days": 7, "plan_change.min_days_after_change": 3}
    policies.add("sooner", "kriax", {**fewer, "plan_change.pass_option": None})
    sooner = world.call("GET", "/providers/sooner/policy", anyone).json["plan_change"]
    changed = {"cooldown_days": 7, "min_days_after_change": 3, "pass_option": None}
    assert sooner == {**seen, **changed}
    assert world.call("GET", "/providers/kreativmedia/policy", anyone).json["plan_change"] is None
