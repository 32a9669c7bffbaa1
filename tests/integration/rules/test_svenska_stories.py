"""The worked examples SW1 and SW2 from one end to the other, but for notices and renewals."""

from tests.integration.conftest import ALICE, BOB, STAFF, World
from tests.integration.rules.scenes import (
    calendars,
    cancel,
    history,
    imported,
    it_is,
    job,
    reactivate,
)

DOMAIN = {"provider": "svenska-domaner", "plan": "premium-domain"}
TERM = {"starts_on": "2024-06-01", "registry_expires_on": "2025-06-01"}


def test_SW1_taken_back_expired_and_moved_away(world: World) -> None:
    it_is(world, "2025-05-10")
    for name in ("undone", "twin", "moved"):
        world.register(name, **DOMAIN, **TERM, label=f"{name}.org.nz")
    for name in ("undone", "twin"):
        cancel(world, name)
        assert world.contract(name, BOB)["status"] == "non_renewing"
        assert calendars(world, name)["renewals_due_at"] is None
    assert world.call("POST", "/contracts/moved/transfer-out", STAFF, {}).status == 200
    assert world.contract("moved")["closed_reason"] == "transferred_out"
    away = world.call("POST", "/contracts/moved/restoration", STAFF, {"reference": "inv-1"})
    assert (away.status, away.code) == (409, "transferred_out")

    it_is(world, "2025-05-30")
    assert reactivate(world, "undone").json["charges"] == []
    assert world.contract("undone", BOB)["status"] == "active"
    job(world, "2025-06-02")
    assert world.contract("twin", ALICE)["status"] == "expired"
    assert world.contract("undone", ALICE)["status"] == "active"

    it_is(world, "2025-08-20")
    path = "/contracts/twin/restoration"
    dry = {"dry_run": "true"}
    could = world.call("POST", path, STAFF, {"reference": "inv-1"}, query=dry)
    assert (could.status, could.json["contract"]["expires_on"]) == (200, "2026-06-01")
    job(world, "2025-09-03")
    closed = world.contract("twin")
    assert (closed["status"], closed["closed_reason"]) == ("closed", "released")
    late = world.call("POST", path, STAFF, {"reference": "inv-1"})
    assert (late.status, late.code) == (409, "closed")


def test_SW2_a_domain_that_goes_on_after_its_short_term(world: World) -> None:
    it_is(world, "2025-06-01")
    short = {**DOMAIN, "plan": "premium-domain-3"}
    dates = {"starts_on": "2025-04-01", "expires_on": "2025-07-01"}
    dates["registry_expires_on"] = "2026-04-01"
    imported(world, "d", **short, **dates, label="example.org.nz")
    imported(world, "twin", **short, **dates, label="twin.org.nz")
    for name in ("d", "twin"):
        assert cancel(world, name).status == 200

    job(world, "2025-06-20")
    served = world.contract("d", BOB)
    assert (served["status"], served["next"]["action"]) == ("non_renewing", "inactivate")
    job(world, "2025-07-02")
    assert world.contract("d", BOB)["status"] == "inactive"
    refused = reactivate(world, "d")
    assert (refused.status, refused.code) == (409, "inactive")
    assert refused.json["params"]["contact"]["form"] == "https://www.svenskadomaner.se/"
    assert refused.json["params"]["contact"]["form"] in refused.json["detail"]
    job(world, "2026-03-30")
    assert world.contract("d", ALICE)["status"] == "inactive"
    job(world, "2026-04-02")
    assert world.contract("d", ALICE)["status"] == "expired"
    assert world.contract("d", ALICE)["restorable_until"] == "2026-07-01"

    it_is(world, "2026-06-20")
    back = world.call("POST", "/contracts/d/restoration", STAFF, {"reference": "inv-1"})
    assert [row["amount"]["amount"] for row in back.json["charges"]] == ["69.00"]
    seen = world.contract("d", ALICE)
    assert (seen["status"], seen["term_months"]) == ("active", 3)
    assert seen["expires_on"] == "2026-07-01"
    it_is(world, "2026-07-03")
    late = world.call("POST", "/contracts/twin/restoration", STAFF, {"reference": "inv-1"})
    assert (late.status, late.code) == (409, "restoration_over")
    job(world, "2026-07-03")
    assert history(world, "twin") == [
        "contract.registered",
        "contract.cancelled",
        "contract.inactivated",
        "contract.expired",
        "contract.closed",
    ]
    body = {**short, "label": "new.org.nz", "holder": "alice", "email": "alice@example.net"}
    sold = world.call("PUT", "/contracts/new", STAFF, body)
    assert (sold.status, sold.code) == (409, "plan_not_sold")
