"""Rule G13: a registry's date that cannot be believed, or that lags behind ours for too long, parks
the record with its reason, and nothing else.

A lag is judged when the contract has something due: here at an end that a restoration moved.
"""

from typing import Any

import pytest

from tacit.store import keys
from tests.integration.conftest import ALICE, BOB, STAFF, Reply, World
from tests.integration.money import opened
from tests.integration.rules.scenes import (
    cancel,
    history,
    imported,
    instant,
    it_is,
    job,
    patch,
)

SVENSKA = {"provider": "svenska-domaner", "plan": "premium-domain"}
YEAR = {"starts_on": "2024-06-01", "expires_on": "2025-06-01", "status": "non_renewing"}
QUARTER = {"starts_on": "2025-03-01", "expires_on": "2025-06-01", "status": "non_renewing"}


def parked(world: World) -> dict[str, str]:
    """Contract to reason, as staff sees them."""
    items = world.call("GET", "/parked", STAFF).json["items"]
    return {item["id"].removeprefix("contract:"): item["reason"] for item in items}


def noted(world: World, contract_id: str, day: str, fetched_on: str, at: str = "11:00") -> Reply:
    """The registry's date as a look at it on that day told it."""
    body = {"registry_expires_on": day, "fetched_at": instant(fetched_on, at)}
    return world.call("PUT", f"/contracts/{contract_id}/registry", STAFF, body)


def retry(world: World, contract_id: str) -> Reply:
    return world.call("POST", f"/parked/contract:{contract_id}/retry", STAFF, {})


def order_lost(world: World, order_id: str) -> dict[str, Any]:
    """The order's item as it was."""
    partition, sort = keys.order(order_id)
    key = {"pk": {"S": partition}, "sk": {"S": sort}}
    gone = world.dynamodb.delete_item(
        TableName=world.names.table_name, Key=key, ReturnValues="ALL_OLD"
    )
    return dict(gone["Attributes"])


@pytest.mark.parametrize("impossible", ["2010-01-01", "2060-01-01"], ids=["long ago", "far ahead"])
def test_G13_an_implausible_registry_date_parks_its_record_and_all_else_goes_on(
    world: World, impossible: str
) -> None:
    it_is(world, "2025-05-10")
    for name in ("told", "brought", "sound"):
        imported(world, name, **SVENSKA, **YEAR, label=f"{name}.org.nz")
    brought = {**SVENSKA, **YEAR, "label": "doubt.org.nz"}
    imported(world, "doubt", **brought, registry_expires_on=impossible)
    assert noted(world, "told", impossible, "2025-05-10").status == 200
    assert parked(world) == {}
    job(world, "2025-06-01", "00:00")
    reasons = parked(world)
    assert set(reasons) == {"told", "doubt"}
    assert all(impossible in reason for reason in reasons.values())
    for name, status in (("told", "non_renewing"), ("doubt", "non_renewing"), ("sound", "expired")):
        assert world.contract(name, BOB)["status"] == status
    job(world, "2025-06-02", "00:00")
    assert (parked(world), history(world, "told")[-1]) == (reasons, "contract.registry_noted")


def test_G13_once_the_registry_is_read_again_a_parked_record_goes_on_where_it_was(
    world: World,
) -> None:
    it_is(world, "2025-05-10")
    imported(world, "c-1", **SVENSKA, **YEAR, label="a.org.nz", registry_expires_on="2060-01-01")
    job(world, "2025-06-01")
    assert set(parked(world)) == {"c-1"}
    it_is(world, "2025-06-03")
    assert noted(world, "c-1", "2025-06-01", "2025-06-03").status == 200
    assert retry(world, "c-1").status == 200
    assert parked(world) == {}
    job(world, "2025-06-03", "13:00")
    seen = world.contract("c-1", ALICE)
    assert (seen["status"], seen["restorable_until"]) == ("expired", "2025-09-01")
    assert parked(world) == {}


@pytest.mark.parametrize("met_before", [False, True], ids=["from the start", "behind the end"])
@pytest.mark.parametrize("by", ["registry", "retry"])
def test_G1_G13_a_doubt_uses_up_no_patience_and_the_domain_is_renewed_late(
    world: World, met_before: bool, by: str
) -> None:
    """It lay aside for weeks from the fourth day on, and the expiries come first afterwards."""
    it_is(world, "2025-05-10")
    opened(world, "a-1", "500.00", provider="svenska-domaner", currency="SEK")
    fields = {**SVENSKA, **YEAR, "status": "active", "label": "a.org.nz"}
    imported(world, "c-1", **fields, price={"amount": "99.00", "currency": "SEK"})
    if met_before:
        job(world, "2025-06-02", "00:00")
    it_is(world, "2025-06-03")
    assert noted(world, "c-1", "2060-01-01", "2025-06-03").status == 200
    job(world, "2025-06-04", "00:00")
    assert set(parked(world)) == {"c-1"}
    it_is(world, "2025-07-20")
    assert noted(world, "c-1", "2026-06-01", "2025-07-20").status == 200
    if by == "retry":
        assert retry(world, "c-1").status == 200
    job(world, "2025-07-30", "23:00")
    assert world.contract("c-1", ALICE)["status"] == "active"
    job(world, "2025-07-30", "23:30", name="renewals")
    seen = world.contract("c-1", ALICE)
    assert (seen["status"], seen["expires_on"]) == ("active", "2026-06-01")
    if by == "registry":  # which brings it back to work; the list is what a person has not seen to
        assert retry(world, "c-1").status == 200


def test_G13_what_lay_aside_from_its_end_on_has_all_of_its_patience_left(world: World) -> None:
    """What was aside for want of its order, which is there again; and no longer than that."""
    it_is(world, "2025-05-10")
    imported(world, "c-1", **SVENSKA, **{**YEAR, "status": "active"}, label="a.org.nz")
    lost = order_lost(world, world.contract("c-1")["order_id"])
    job(world, "2025-06-01", "00:00")
    assert set(parked(world)) == {"c-1"}
    world.dynamodb.put_item(TableName=world.names.table_name, Item=lost)
    it_is(world, "2025-07-20")
    assert retry(world, "c-1").status == 200
    job(world, "2025-08-02", "23:00")
    assert world.contract("c-1", ALICE)["status"] == "active"
    job(world, "2025-08-03", "00:00")
    assert world.contract("c-1", ALICE)["status"] == "expired"


def test_G1_G13_what_a_command_brings_back_to_work_has_lost_no_patience_either(
    world: World,
) -> None:
    """It lay aside for want of its order, from its end on. flows.md: a command on a contract that
    can be read again brings it back as well."""
    it_is(world, "2025-05-10")
    year = {"starts_on": "2024-06-01", "expires_on": "2025-06-01"}
    wanted = {"provider": "svenska-domaner", "plan": "premium-domain", "label": "a.org.nz"}
    imported(world, "c-1", **wanted, **year)
    lost = order_lost(world, world.contract("c-1")["order_id"])
    job(world, "2025-06-01", "00:00")
    assert set(parked(world)) == {"c-1"}
    world.dynamodb.put_item(TableName=world.names.table_name, Item=lost)
    it_is(world, "2025-07-20")
    assert patch(world, "c-1", technical_contact="dave").status == 200
    job(world, "2025-07-20", "13:00")
    assert world.contract("c-1", ALICE)["status"] == "active"
    assert retry(world, "c-1").status == 200


def test_G1_G13_a_record_that_is_parked_day_by_day_loses_no_patience(world: World) -> None:
    """Its order is not there; the nightly reading of the registry puts the head back to work, and
    the next run parks it again. Each of these days is given back."""
    it_is(world, "2025-05-10")
    year = {"starts_on": "2024-06-01", "expires_on": "2025-06-01"}
    wanted = {"provider": "svenska-domaner", "plan": "premium-domain", "label": "a.org.nz"}
    imported(world, "c-1", **wanted, **year)
    lost = order_lost(world, world.contract("c-1")["order_id"])
    for day in range(1, 21):
        it_is(world, f"2025-06-{day:02}", "02:00")
        assert noted(world, "c-1", "2025-06-01", f"2025-06-{day:02}", "01:30").status == 200
        job(world, f"2025-06-{day:02}", "03:00")
        assert set(parked(world)) == {"c-1"}
    world.dynamodb.put_item(TableName=world.names.table_name, Item=lost)
    assert retry(world, "c-1").status == 200
    job(world, "2025-06-20", "04:00")
    assert world.contract("c-1", ALICE)["status"] == "active"


def test_G13_a_later_date_than_a_short_paid_term_is_normal(world: World) -> None:
    it_is(world, "2025-05-10")
    fields = {**SVENSKA, "plan": "premium-domain-3", **QUARTER, "label": "short.org.nz"}
    imported(world, "c-1", **fields, registry_expires_on="2026-03-01")
    job(world, "2025-06-01", "00:00")
    assert parked(world) == {}
    assert world.contract("c-1", ALICE)["status"] == "inactive"


def moved(world: World, restored_on: dict[str, str]) -> None:
    """Domains paid for three months to 1 June and brought back on these days, to 1 September; the
    registry goes on saying 1 June."""
    it_is(world, "2025-05-10")
    for name in restored_on:
        fields = {**SVENSKA, "plan": "premium-domain-3", **QUARTER, "label": f"{name}.org.nz"}
        imported(world, name, **fields, registry_expires_on="2025-06-01")
    job(world, "2025-06-01")
    for name, day in sorted(restored_on.items(), key=lambda each: each[1]):
        it_is(world, day)
        path = f"/contracts/{name}/restoration"
        assert world.call("POST", path, STAFF, {"reference": "inv-1"}).status == 200
        assert world.contract(name)["expires_on"] == "2025-09-01"
        cancel(world, name)


def test_G13_a_registry_that_lags_for_more_than_45_days_parks_the_record(world: World) -> None:
    moved(world, {"day-46": "2025-07-17", "day-45": "2025-07-18"})
    job(world, "2025-09-01", "00:00")
    (reason,) = parked(world).values()
    assert set(parked(world)) == {"day-46"}
    assert "2025-06-01" in reason and "2025-09-01" in reason
    assert world.contract("day-46", BOB)["status"] == "non_renewing"
    within = world.contract("day-45", ALICE)
    assert (within["status"], within["restorable_until"]) == ("expired", "2025-12-01")


def test_G13_a_registry_that_follows_our_date_in_time_parks_nothing(world: World) -> None:
    moved(world, {"c-1": "2025-06-10"})
    it_is(world, "2025-06-20")
    assert noted(world, "c-1", "2025-09-01", "2025-06-20").status == 200
    job(world, "2025-09-01", "00:00")
    assert parked(world) == {}
    seen = world.contract("c-1", ALICE)
    assert (seen["status"], seen["restorable_until"]) == ("expired", "2025-12-01")


def test_G13_a_lag_is_mended_by_reading_the_registry_and_not_by_trying_again(world: World) -> None:
    moved(world, {"c-1": "2025-07-01"})
    job(world, "2025-09-01")
    assert set(parked(world)) == {"c-1"}
    retry(world, "c-1")
    job(world, "2025-09-02")
    assert set(parked(world)) == {"c-1"}
    assert world.contract("c-1", BOB)["status"] == "non_renewing"
    it_is(world, "2025-09-03")
    assert noted(world, "c-1", "2026-06-01", "2025-09-03").status == 200
    assert retry(world, "c-1").status == 200
    job(world, "2025-09-03", "13:00")
    assert parked(world) == {}
    seen = world.contract("c-1", ALICE)
    assert (seen["status"], seen["next"]) == ("inactive", {"action": "expire", "on": "2026-06-01"})


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"registry_expires_on": "2026-06-01"},
        {"registry_expires_on": "1969-12-31", "fetched_at": "2025-05-10T08:00:00Z"},
        {"registry_expires_on": "2026-06-01", "fetched_at": "2025-05-12T08:00:00Z"},
    ],
    ids=["nothing", "no instant", "an impossible year", "fetched tomorrow"],
)
def test_G13_what_is_no_reading_of_the_registry_is_refused(
    world: World, body: dict[str, Any]
) -> None:
    it_is(world, "2025-05-10")
    imported(world, "c-1", **SVENSKA, **YEAR, label="a.org.nz", registry_expires_on="2025-06-01")
    assert world.call("PUT", "/contracts/c-1/registry", STAFF, body).status == 422
    assert world.contract("c-1")["registry_expires_on"] == "2025-06-01"


def test_G13_an_older_reading_never_takes_the_place_of_a_newer_one(world: World) -> None:
    it_is(world, "2025-05-10")
    imported(world, "c-1", **SVENSKA, **YEAR, label="a.org.nz", registry_expires_on="2025-06-01")
    assert noted(world, "c-1", "2026-06-01", "2025-05-10", "10:00").status == 200
    noted(world, "c-1", "2025-06-01", "2025-05-10", "09:00")
    assert world.contract("c-1", BOB)["registry_expires_on"] == "2026-06-01"
    for person in (ALICE, BOB):
        body = {"registry_expires_on": "2030-06-01", "fetched_at": instant("2025-05-10", "11:30")}
        assert world.call("PUT", "/contracts/c-1/registry", person, body).status == 403
    assert world.contract("c-1", BOB)["registry_expires_on"] == "2026-06-01"


@pytest.mark.parametrize("by", ["job", "hand"])
def test_G13_what_the_registry_said_before_an_activation_is_no_doubt_about_the_term_behind_it(
    world: World, by: str
) -> None:
    """R6: the order waited for its money past the day that the registry had told. Whoever has just
    paid for a domain must not find it put aside."""
    it_is(world, "2025-01-10")
    ordered = {**SVENSKA, "label": "late.org.nz", "status": "pending", "starts_on": "2025-02-01"}
    world.register("late", **ordered)
    assert noted(world, "late", "2025-03-01", "2025-01-10").status == 200
    it_is(world, "2025-03-10")
    opened(world, "a-1", "1000.00", provider="svenska-domaner", currency="SEK")
    if by == "hand":
        paid = world.call("POST", "/contracts/late/activation", ALICE, {"account_id": "a-1"})
        assert paid.status == 200, paid.text
    else:
        job(world, "2025-03-10", name="renewals")
    seen = world.contract("late", STAFF)
    assert (seen["status"], seen["starts_on"]) == ("active", "2025-03-10")
    job(world, "2026-02-15", name="renewals")
    assert parked(world) == {}
    assert world.contract("late", STAFF)["expires_on"] == "2027-03-10"
    noted(world, "late", "2025-03-02", "2025-01-09")  # older than what is known
    assert world.contract("late", STAFF)["registry_expires_on"] is None
    assert noted(world, "late", "2027-03-10", "2026-02-15").status == 200
    assert world.contract("late", STAFF)["registry_expires_on"] == "2027-03-10"
