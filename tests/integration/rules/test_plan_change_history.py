"""X11 and X12: the customer reads what was changed, as long as the service has not expired; staff
reads it for ever."""

import pytest

from tests.integration.conftest import ALICE, BOB, CAROL, STAFF, Person, World, customer
from tests.integration.edge import assert_problem
from tests.integration.rules.plan_scenes import (
    FLEXI,
    KRIAX,
    PASS,
    changed,
    code_in_mail,
    confirm,
    mark,
    on,
    plan_changes,
    requested,
    server,
    wrong,
)
from tests.integration.rules.policy_files import PolicyFiles
from tests.integration.rules.scenes import it_is, job
from tests.integration.rules.terms import funded, switch


def shown(world: World, who: Person = ALICE) -> list[str]:
    """The plans that somebody reads in the history, newest first."""
    reply = plan_changes(world, who=who)
    assert reply.status == 200, reply.text
    return [row["to"]["plan"] for row in reply.json["items"]]


def hidden(world: World) -> None:
    """Not for the holder, nor by way of the timeline; and there for staff."""
    reply = plan_changes(world)
    assert_problem(reply, 410, "expired")
    assert reply.json["params"]["contact"]["email"] == "support@kriax.example"
    for who in (ALICE, BOB):
        assert "plan_change" not in told(world, who)
    assert shown(world, STAFF) == ["vps-m"]
    assert "contract.plan_changed" in told(world, STAFF)


def told(world: World, who: Person) -> str:
    """The timeline as somebody reads it, or that he does not."""
    reply = world.call("GET", "/contracts/v-1/timeline", who)
    assert reply.status in (200, 410), reply.text
    return reply.text


def test_X11_each_change_is_there_with_both_plans_the_dates_and_who_confirmed(
    world: World,
) -> None:
    it_is(world, "2025-05-01")
    server(world, ends="2025-05-31", quantity=2, options=[PASS])
    mark(world, "s-2")
    changed(world, "vps-s", 1)
    it_is(world, "2025-05-11")
    requested(world)
    it_is(world, "2025-05-12")
    change_id = requested(world)
    code = code_in_mail(world)
    confirm(world, change_id, wrong(code))
    it_is(world, "2025-05-12", "12:05")
    assert confirm(world, change_id, code, who=STAFF, because="she rang us up").status == 200

    late, early = plan_changes(world).json["items"]
    assert late == {
        "id": change_id,
        "contract_id": "v-1",
        "status": "confirmed",
        "from": {
            "plan": "vps-s",
            "quantity": 1,
            "price": {"amount": "10.00", "currency": "EUR"},
            "term_months": 12,
            "expires_on": "2025-06-30",
            "remaining_days": 49,
        },
        "to": {
            "plan": "vps-m",
            "quantity": 1,
            "price": {"amount": "20.00", "currency": "EUR"},
            "term_months": 12,
            "expires_on": "2025-06-05",
            "remaining_days": 24,
        },
        "removed_servers": [],
        "spent": PASS,
        "requested_at": "2025-05-12T10:00:00Z",
        "requested_by": {"role": "holder", "id": "alice"},
        "confirmed_at": "2025-05-12T10:05:00Z",
        "confirmed_by": {"role": "staff"},
    }
    assert (early["from"]["quantity"], early["to"]["quantity"]) == (2, 1)
    assert (early["from"]["expires_on"], early["to"]["expires_on"]) == ("2025-05-31", "2025-06-30")
    assert early["removed_servers"] == [{"id": "s-2", "ip": "192.0.2.2"}]
    assert early["confirmed_by"] == {"role": "holder", "id": "alice"}
    for_staff = plan_changes(world, who=STAFF).json["items"]
    assert [row["confirmed_by"].get("id") for row in for_staff] == ["erin", "alice"]
    assert on(world)[2] == late["to"]["expires_on"]


def test_X11_it_is_read_page_by_page_newest_first(world: World) -> None:
    it_is(world, "2025-05-11")
    server(world, ends="2026-05-01", options=[FLEXI])
    plans = ["vps-m", "vps-l", "vps-s", "vps-m"]
    for plan in plans:
        changed(world, plan)
    assert shown(world) == plans[::-1]
    path, query, found = "/contracts/v-1/plan-changes", {"limit": "1"}, []
    while True:
        page = world.call("GET", path, ALICE, query=dict(query)).json
        assert len(page["items"]) <= 1
        found += [row["to"]["plan"] for row in page["items"]]
        if page["next"] is None:
            break
        query["next"] = page["next"]
    assert found == plans[::-1]


def test_X11_without_a_change_it_is_empty_and_it_is_of_one_contract_alone(world: World) -> None:
    it_is(world, "2025-05-11")
    server(world)
    server(world, "v-2")
    changed(world)
    assert plan_changes(world, "v-2").json == {"items": [], "next": None}
    assert shown(world) == ["vps-m"]


def test_X11_it_is_the_holders_and_staffs_to_read(world: World) -> None:
    it_is(world, "2025-05-11")
    server(world)
    changed(world)
    for who in (BOB, CAROL):
        assert_problem(plan_changes(world, who=who), 403, "not_your_role")
    assert_problem(plan_changes(world, who=customer("mallory")), 404, "not_found")
    assert_problem(plan_changes(world, "v-9"), 404, "not_found")
    assert shown(world, STAFF) == ["vps-m"]


@pytest.mark.parametrize("jobs", [True, False])
def test_X12_once_the_service_has_expired_the_customer_no_longer_reads_it(
    world: World, jobs: bool
) -> None:
    """From the first minute of the day on which it ends, whether the job was there or not."""
    it_is(world, "2025-05-11")
    server(world)
    switch(world, "~v-1", False)
    changed(world)
    it_is(world, "2025-05-20", "23:59")
    assert shown(world) == ["vps-m"]
    assert "contract.plan_changed" in told(world, BOB)
    it_is(world, "2025-05-21", "00:00")
    if jobs:
        job(world, "2025-05-21", "00:00")
        assert world.contract("v-1")["status"] == "expired"
    hidden(world)
    it_is(world, "2025-08-01")
    hidden(world)


def test_X12_a_service_that_is_ended_at_once_has_expired(world: World) -> None:
    it_is(world, "2025-05-11")
    server(world)
    changed(world)
    body = {"mode": "immediate"}
    assert world.call("POST", "/contracts/v-1/cancellation", ALICE, body).status == 200
    hidden(world)


def test_G1_X12_renewed_late_it_goes_on_and_so_does_its_history(world: World) -> None:
    """An outage of ours costs the customer nothing for good."""
    it_is(world, "2025-05-11")
    server(world)
    changed(world)
    funded(world, "a-1", "500.00", provider=KRIAX, currency="EUR")
    it_is(world, "2025-05-23")
    hidden(world)
    job(world, "2025-05-23", name="renewals")
    assert on(world) == ("vps-m", 1, "2026-05-21")
    assert shown(world) == ["vps-m"]


def test_X12_it_is_shown_again_once_the_service_is_brought_back(
    world: World, policies: PolicyFiles
) -> None:
    """Where a policy lets a server come back, for the price of its present plan."""
    back = {"by": ["holder", "staff"], "channel": "online"}
    grace = {
        "name": "grace",
        "days": 15,
        "anchor": "expiry",
        "restore": {**back, "price": ["renewal"], "counted_from": "expiry"},
    }
    policies.edit(KRIAX, {"kinds.vps.lives.0.phases": [grace], "kinds.vps.money_back": False})
    it_is(world, "2025-05-11")
    server(world)
    switch(world, "~v-1", False)
    changed(world)
    job(world, "2025-05-23")
    assert world.contract("v-1", ALICE)["status"] == "expired"
    hidden(world)
    funded(world, "a-1", "500.00", provider=KRIAX, currency="EUR")
    body = {"account_id": "a-1"}
    restored = world.call("POST", "/contracts/v-1/restoration", ALICE, body)
    assert [row["amount"]["amount"] for row in restored.json["charges"]] == ["20.00"]
    assert on(world) == ("vps-m", 1, "2026-05-21")
    assert shown(world) == ["vps-m"]
