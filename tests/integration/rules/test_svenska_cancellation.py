"""Rules S1, S2, S4, S5, S10, S15 and the worked example SW1: cancelling and undoing it.

There are no renewal notices yet, so S1 is told as far as the calendars go: a cancelled contract
is not looked at by the renewals job. The days on which windows close stand in `test_windows.py`.
"""

from typing import Any

import pytest

from tests.integration.conftest import ALICE, BOB, STAFF, World, customer
from tests.integration.rules.policy_files import PolicyFiles
from tests.integration.rules.scenes import (
    calendars,
    cancel,
    heard,
    history,
    imported,
    instant,
    it_is,
    job,
    reactivate,
    snapshot,
)

DOMAIN = {
    "provider": "svenska-domaner",
    "plan": "premium-domain",
    "label": "example.org.nz",
    "starts_on": "2024-06-01",
    "registry_expires_on": "2025-06-01",
}


def domain(world: World, contract_id: str = "d-1", **fields: Any) -> None:
    """A domain of alice, contract and domain to 2025-06-01; it is 10 May."""
    it_is(world, "2025-05-10")
    world.register(contract_id, **{**DOMAIN, **fields})


def test_S1_a_cancelled_contract_leaves_the_renewals_calendar_and_comes_back_on_undo(
    world: World,
) -> None:
    domain(world)
    before = calendars(world, "d-1")
    assert before["renewals_due_at"] is not None
    assert cancel(world, "d-1").json["contract"]["next"]["action"] == "expire"
    assert calendars(world, "d-1")["renewals_due_at"] is None
    assert world.contract("d-1", BOB)["next"] == {"action": "expire", "on": "2025-06-01"}
    reactivate(world, "d-1")
    assert calendars(world, "d-1") == before
    assert world.contract("d-1", BOB)["next"]["action"] == "renew"


def test_S1_no_autorenewal_is_waited_for_and_it_ends_on_the_day(world: World) -> None:
    domain(world)
    cancel(world, "d-1")
    assert world.contract("d-1")["autorenewal"] is True
    job(world, "2025-05-31", "23:59")
    assert world.contract("d-1")["status"] == "non_renewing"
    job(world, "2025-06-01", "00:00")
    assert world.contract("d-1", ALICE)["status"] == "expired"
    assert calendars(world, "d-1")["renewals_due_at"] is None


@pytest.mark.parametrize(
    ("lead", "day"), [(None, "2025-05-02"), (20, "2025-05-12")], ids=["30", "20"]
)
def test_S0_the_renewal_is_looked_at_some_days_before_the_end(
    world: World, policies: PolicyFiles, lead: int | None, day: str
) -> None:
    if lead is not None:
        policies.edit("svenska-domaner", {"renewal.lead_days": lead})
    it_is(world, "2025-04-01")
    world.register("d-1", **DOMAIN)
    assert world.contract("d-1", ALICE)["next"] == {"action": "renew", "on": day}
    due_at = calendars(world, "d-1")["renewals_due_at"]
    assert due_at[:19] + "Z" <= instant(day, "00:00")


def test_S2_until_expiry_it_is_served_as_usual_and_says_that_it_was_cancelled(
    world: World,
) -> None:
    domain(world)
    cancel(world, "d-1", reason="not needed any more")
    for day, at in (("2025-05-10", "12:00"), ("2025-05-31", "23:59")):
        it_is(world, day, at)
        seen = world.contract("d-1", BOB)
        assert (seen["status"], seen["expires_on"]) == ("non_renewing", "2025-06-01")
        assert seen["cancellation"]["on"] == "2025-05-10"
        assert world.listed(ALICE, status="non_renewing") == ["d-1"]


@pytest.mark.parametrize(
    ("day", "at"), [("2025-05-10", "12:01"), ("2025-05-31", "23:59")], ids=["at once", "at last"]
)
def test_S2_it_can_be_undone_at_any_time_at_no_cost(world: World, day: str, at: str) -> None:
    domain(world)
    cancel(world, "d-1")
    it_is(world, day, at)
    reply = reactivate(world, "d-1")
    assert (reply.status, reply.json["charges"]) == (200, [])
    seen = world.contract("d-1", BOB)
    assert (seen["status"], seen["expires_on"]) == ("active", "2025-06-01")
    assert seen["cancellation"] is None


def test_S2_it_is_not_undone_from_another_status(world: World) -> None:
    domain(world)
    before = snapshot(world, "d-1")
    reply = reactivate(world, "d-1")
    assert (reply.status, reply.json["events"]) == (200, [])
    assert snapshot(world, "d-1") == before
    cancel(world, "d-1")
    job(world, "2025-06-01")
    before = snapshot(world, "d-1")
    refused = reactivate(world, "d-1")
    assert (refused.status, refused.code) == (409, "expired")
    assert snapshot(world, "d-1") == before


def test_S2_cancelling_is_the_holders_and_staffs_and_the_policys_to_give(
    world: World, policies: PolicyFiles
) -> None:
    domain(world)
    before = snapshot(world, "d-1")
    assert cancel(world, "d-1", BOB).code == "not_your_role"
    assert snapshot(world, "d-1") == before
    policies.edit("svenska-domaner", {"actions.cancel.by": ["billing_contact"]})
    assert cancel(world, "d-1", ALICE).code == "not_your_role"
    assert cancel(world, "d-1", BOB).status == 200
    assert world.contract("d-1", ALICE)["status"] == "non_renewing"


@pytest.mark.parametrize(
    ("expires_on", "until"),
    [
        ("2024-11-30", "2025-02-28"),
        ("2023-11-30", "2024-02-29"),
        ("2024-11-29", "2025-02-28"),
        ("2025-01-31", "2025-04-30"),
        ("2025-02-28", "2025-05-28"),
        ("2024-12-31", "2025-03-31"),
    ],
)
def test_S4_three_months_are_calendar_months(world: World, expires_on: str, until: str) -> None:
    it_is(world, expires_on)
    starts_on = f"{int(expires_on[:4]) - 1}{expires_on[4:]}"
    dates = {"starts_on": starts_on, "expires_on": expires_on, "registry_expires_on": expires_on}
    imported(world, "d-1", **{**DOMAIN, **dates}, status="non_renewing")
    job(world, expires_on)
    assert world.contract("d-1", ALICE)["restorable_until"] == until


def test_S5_periods_under_a_year_are_not_sold_any_more_and_go_on_for_those_who_have_them(
    world: World, policies: PolicyFiles
) -> None:
    it_is(world, "2025-06-20")
    body = {**DOMAIN, "plan": "premium-domain-3", "holder": "alice", "email": "alice@example.net"}
    body |= {"starts_on": "2025-06-20", "registry_expires_on": "2026-06-20"}
    refused = world.call("PUT", "/contracts/new", STAFF, body)
    assert (refused.status, refused.code) == (409, "plan_not_sold")
    assert world.call("GET", "/contracts/new", STAFF).status == 404
    plans = world.call("GET", "/providers/svenska-domaner/plans", ALICE).json["items"]
    assert {plan["term_months"] for plan in plans} == {12}
    term = {"starts_on": "2025-04-01", "expires_on": "2025-07-01"}
    imported(world, "old", **{**DOMAIN, **term, "plan": "premium-domain-3", "label": "old.org.nz"})
    seen = world.contract("old", ALICE)
    assert (seen["term_months"], seen["status"]) == (3, "active")
    policies.edit("svenska-domaner", {"plans.2.orderable": True})
    assert world.call("PUT", "/contracts/new", STAFF, body).status == 201
    assert world.contract("new", ALICE)["expires_on"] == "2025-09-20"


def test_S10_an_add_on_is_cancelled_and_taken_back_like_a_domain(world: World) -> None:
    domain(world)
    addon = {"provider": "svenska-domaner", "plan": "mail-addon", "parent_id": "d-1"}
    world.register("a-1", **addon, starts_on="2024-06-01")
    before = calendars(world, "a-1")
    cancel(world, "a-1")
    assert calendars(world, "a-1")["renewals_due_at"] is None
    assert world.contract("a-1", BOB)["status"] == "non_renewing"
    assert world.contract("d-1", BOB)["status"] == "active"
    assert reactivate(world, "a-1").json["charges"] == []
    assert world.contract("a-1", BOB)["status"] == "active"
    assert calendars(world, "a-1") == before


def test_S15_the_name_is_blocked_until_the_window_has_passed_and_free_from_then_on(
    world: World,
) -> None:
    domain(world)
    cancel(world, "d-1")
    job(world, "2025-06-01", "00:00")
    theirs = {**DOMAIN, "holder": "zoe", "email": "zoe@example.net"}
    theirs |= {"starts_on": "2025-09-01", "registry_expires_on": "2026-09-01"}
    job(world, "2025-08-31", "23:59")
    taken = world.call("PUT", "/contracts/d-2", STAFF, theirs)
    assert (taken.status, taken.code) == (409, "label_taken")
    job(world, "2025-09-01", "00:00")
    assert world.call("PUT", "/contracts/d-2", STAFF, theirs).status == 201
    assert world.contract("d-2", customer("zoe"))["label"] == "example.org.nz"
    assert world.contract("d-1")["status"] == "closed"
    assert history(world, "d-1")[-2:] == ["contract.expired", "contract.closed"]


def test_SW1_cancelled_and_taken_back_and_its_twin_that_was_not(world: World) -> None:
    """The open notice, the transfer-out and the restoration itself wait for those doors."""
    domain(world)
    domain(world, "twin", label="twin.org.nz")
    world.relay()
    for contract_id in ("d-1", "twin"):
        cancel(world, contract_id)
        assert world.contract(contract_id, BOB)["status"] == "non_renewing"
        assert calendars(world, contract_id)["renewals_due_at"] is None
    it_is(world, "2025-05-30")
    assert reactivate(world, "d-1").json["charges"] == []
    assert world.contract("d-1", BOB)["status"] == "active"
    job(world, "2025-06-02")
    assert world.contract("twin", ALICE)["status"] == "expired"
    assert world.contract("d-1", ALICE)["status"] == "active"
    job(world, "2025-08-20")
    seen = world.contract("twin", ALICE)
    assert (seen["status"], seen["restorable_until"]) == ("expired", "2025-09-01")
    job(world, "2025-09-03")
    closed = world.contract("twin")
    assert (closed["status"], closed["closed_reason"]) == ("closed", "released")
    assert heard(world, "twin") == ["contract.cancelled", "contract.expired", "contract.closed"]
