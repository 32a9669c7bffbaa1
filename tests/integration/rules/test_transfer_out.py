"""Rule S8: a domain that has moved to another registrar is final at once and does not come back."""

from typing import Any

import pytest

from tests.integration.conftest import ALICE, BOB, STAFF, Person, Reply, World, customer
from tests.integration.rules.policy_files import PolicyFiles
from tests.integration.rules.scenes import (
    calendars,
    cancel,
    history,
    imported,
    it_is,
    job,
    reactivate,
    snapshot,
)

DOMAIN = {"provider": "svenska-domaner", "plan": "premium-domain"}
GOING_ON = {"starts_on": "2024-06-01", "expires_on": "2025-06-01"}
ENDED = {"starts_on": "2024-04-01", "expires_on": "2025-04-01"}
STATES: dict[str, dict[str, Any]] = {
    "active": GOING_ON,
    "overdue": {**ENDED, "status": "active"},
    "non_renewing": {**GOING_ON, "status": "non_renewing"},
    "inactive": {**ENDED, "status": "inactive", "registry_expires_on": "2025-12-01"},
    "expired": {**ENDED, "status": "expired"},
}


def transfer(world: World, contract_id: str, who: Person = STAFF, **query: str) -> Reply:
    return world.call("POST", f"/contracts/{contract_id}/transfer-out", who, {}, query=query)


@pytest.mark.parametrize("name", STATES)
def test_S8_from_whatever_state_it_is_final_at_once_and_no_job_looks_at_it_again(
    world: World, name: str
) -> None:
    it_is(world, "2025-05-10")
    imported(world, "d", **DOMAIN, label="example.org.nz", **STATES[name])
    before = snapshot(world, "d")
    asked = transfer(world, "d", dry_run="true")
    assert snapshot(world, "d") == before
    done = transfer(world, "d")
    assert (done.status, done.json) == (200, asked.json)
    seen = world.contract("d")
    assert (seen["status"], seen["closed_reason"]) == ("closed", "transferred_out")
    assert (seen["next"], seen["restorable_until"]) == (None, None)
    assert calendars(world, "d") == {"renewals_due_at": None, "expiries_due_at": None}
    gone = world.call("GET", "/contracts/d", ALICE)
    assert (gone.status, gone.code) == (410, "closed")
    assert world.listed(ALICE) == []
    for method, path, body in (
        ("POST", "restoration", {"reference": "inv-1"}),
        ("GET", "restoration-quote", None),
    ):
        refused = world.call(method, f"/contracts/d/{path}", STAFF, body)
        assert (refused.status, refused.code) == (409, "transferred_out")
        assert refused.json["title"] == "The domain has moved away"
    after = snapshot(world, "d")
    job(world, "2025-12-02")
    again = transfer(world, "d")
    assert (again.status, again.json["events"]) == (200, [])
    now = snapshot(world, "d")
    assert (now["seen"], now["events"]) == (after["seen"], after["events"])


def test_S8_nothing_else_can_be_asked_of_it_and_its_name_is_free(world: World) -> None:
    it_is(world, "2025-05-10")
    imported(world, "d", **DOMAIN, label="example.org.nz", **GOING_ON)
    transfer(world, "d")
    for refused in (reactivate(world, "d", STAFF), cancel(world, "d", STAFF)):
        assert (refused.status, refused.code) == (409, "transferred_out")
    theirs = {**DOMAIN, "label": "example.org.nz", "holder": "zoe", "email": "zoe@example.net"}
    assert world.call("PUT", "/contracts/new", STAFF, theirs).status == 201
    assert world.contract("new", customer("zoe"))["status"] == "active"
    assert history(world, "d") == ["contract.registered", "contract.closed"]


def test_S8_staff_alone_says_so_and_only_where_the_policy_has_it(
    world: World, policies: PolicyFiles
) -> None:
    it_is(world, "2025-05-10")
    imported(world, "d", **DOMAIN, label="example.org.nz", **GOING_ON)
    for person in (ALICE, BOB):
        assert transfer(world, "d", person).code == "not_your_role"
    world.register("hosting", starts_on="2025-05-01")
    assert transfer(world, "hosting").status == 409
    policies.edit("svenska-domaner", {"actions.transfer_out": None})
    refused = transfer(world, "d")
    assert (refused.status, refused.code) == (409, "not_offered")
    assert world.contract("d", BOB)["status"] == "active"
    assert world.contract("hosting", BOB)["status"] == "active"
