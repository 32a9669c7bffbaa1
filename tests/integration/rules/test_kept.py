"""Rules G7, G10, G12: what a contract keeps: its anchor day, its policy, its cancellation."""

from typing import Any

import pytest

from tests.integration.conftest import ALICE, BOB, STAFF, World, customer
from tests.integration.rules.policy_files import PolicyFiles
from tests.integration.rules.scenes import (
    calendars,
    cancel,
    head,
    imported,
    it_is,
    job,
    patch,
    reactivate,
)


@pytest.mark.parametrize(
    ("starts_on", "months", "expires_on"),
    [
        ("2025-01-31", 1, "2025-02-28"),
        ("2024-01-31", 1, "2024-02-29"),
        ("2025-03-31", 1, "2025-04-30"),
        ("2024-02-29", 12, "2025-02-28"),
        ("2024-02-29", 48, "2028-02-29"),
        ("2024-11-30", 3, "2025-02-28"),
        ("2025-02-28", 1, "2025-03-28"),
    ],
)
def test_G7_a_term_ends_on_its_anchor_day_or_the_last_day_before(
    world: World, policies: PolicyFiles, starts_on: str, months: int, expires_on: str
) -> None:
    policies.edit("kreativmedia", {"plans.2.term_months": months})
    it_is(world, starts_on)
    world.register("c-1", starts_on=starts_on)
    assert world.contract("c-1", BOB)["expires_on"] == expires_on
    assert head(world, "c-1")["anchor_day"] == str(int(starts_on[-2:]))
    body = {**world.contract("c-1"), "id": "c-2"}
    kept = ("provider", "plan", "label", "holder", "email", "starts_on")
    wrong = {name: body[name] for name in kept} | {"expires_on": "2030-01-01"}
    refused = world.call("PUT", "/contracts/c-2", STAFF, wrong)
    assert (refused.status, refused.code) == (422, "does_not_match_plan")


@pytest.mark.parametrize(
    ("starts_on", "expires_on", "anchor"),
    [
        ("2024-08-31", "2025-02-28", 31),
        ("2024-02-29", "2025-02-28", 29),
        ("2024-02-29", "2025-03-01", 1),
        ("2024-01-15", "2025-02-28", 28),
        ("2024-03-31", "2025-04-30", 31),
        ("2024-01-30", "2025-03-30", 30),
    ],
)
def test_G7_an_imported_contract_keeps_the_anchor_its_dates_tell(
    world: World, starts_on: str, expires_on: str, anchor: int
) -> None:
    it_is(world, "2024-12-01")
    imported(world, "c-1", starts_on=starts_on, expires_on=expires_on)
    assert head(world, "c-1")["anchor_day"] == str(anchor)


def test_G7_undoing_a_cancellation_never_moves_the_anchor(world: World) -> None:
    it_is(world, "2025-01-10")
    for contract_id, starts_on, expires_on in (
        ("c-31", "2024-08-31", "2025-02-28"),
        ("c-29", "2024-02-29", "2025-02-28"),
    ):
        imported(world, contract_id, starts_on=starts_on, expires_on=expires_on)
        for _ in range(2):
            cancel(world, contract_id)
            reactivate(world, contract_id)
        assert head(world, contract_id)["anchor_day"] == contract_id[-2:]
        assert world.contract(contract_id, BOB)["expires_on"] == expires_on
        assert world.contract(contract_id, BOB)["starts_on"] == starts_on


def test_G10_a_contract_keeps_the_version_its_term_began_under(
    world: World, policies: PolicyFiles
) -> None:
    it_is(world, "2025-03-01")
    dates = {"starts_on": "2024-03-31", "expires_on": "2025-03-31"}
    world.register("old", starts_on="2024-03-31")
    cancel(world, "old")
    policies.add_version("kreativmedia", 2, {"kinds.hosting.lives.0.phases.0.days": 60})
    imported(world, "new", **dates, status="non_renewing")
    job(world, "2025-03-31")
    shown = {each: world.contract(each) for each in ("old", "new")}
    assert [each["policy"] for each in shown.values()] == ["kreativmedia/1", "kreativmedia/2"]
    assert shown["old"]["restorable_until"] == "2025-04-30"
    assert shown["new"]["restorable_until"] == "2025-05-30"


PARTICULARS: dict[str, Any] = {
    "label": "the old site",
    "email": "new@example.net",
    "locale": "sv",
    "billing_contact": "dora",
    "technical_contact": "dora",
    "options": [],
}


def test_G12_an_unrelated_change_keeps_the_scheduled_cancellation(world: World) -> None:
    it_is(world, "2025-03-01")
    world.register("c-1", starts_on="2024-03-31")
    cancel(world, "c-1", reason="too dear")
    before = world.contract("c-1", ALICE)
    due = calendars(world, "c-1")
    for name, value in PARTICULARS.items():
        assert patch(world, "c-1", **{name: value}).status == 200
    assert patch(world, "c-1", **PARTICULARS).json["events"] == []
    after = world.contract("c-1", customer("dora"))
    assert {name: after[name] for name in PARTICULARS} == PARTICULARS
    for name in ("status", "cancellation", "last_day_to_reactivate", "expires_on", "next"):
        assert after[name] == before[name]
    assert after["cancellation"]["reason"] == "too dear"
    assert calendars(world, "c-1") == due
    job(world, "2025-03-31", "00:00")
    assert world.contract("c-1")["status"] == "expired"
