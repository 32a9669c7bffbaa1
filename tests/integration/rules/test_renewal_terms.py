"""G7, G8 and G10: from which day, until which day, under which version and at which price a
contract is renewed; and what is answered where a piece is missing."""

import tomllib
from itertools import pairwise
from typing import Any

import pytest

from tests.integration.conftest import ALICE, BOB, STAFF, World
from tests.integration.edge import assert_problem, nothing_written
from tests.integration.money import balance, francs
from tests.integration.rules.policy_files import PolicyFiles
from tests.integration.rules.scenes import cancel, history, it_is, job, reactivate
from tests.integration.rules.terms import (
    bought,
    ends,
    expiries,
    funded,
    notices,
    pay,
    renew,
    renewals,
    states,
    statuses,
    switch,
    taken,
    topped_up,
)

FOURTEEN_MONTHS = [
    "2028-01-31",
    "2028-02-29",
    "2028-03-31",
    "2028-04-30",
    "2028-05-31",
    "2028-06-30",
    "2028-07-31",
    "2028-08-31",
    "2028-09-30",
    "2028-10-31",
    "2028-11-30",
    "2028-12-31",
    "2029-01-31",
    "2029-02-28",
    "2029-03-31",
]


def test_G7_fourteen_months_from_the_31st_and_a_late_run_moves_nothing(
    world: World, policies: PolicyFiles
) -> None:
    """One run on the last day of each term; now and then it is days late."""
    policies.edit("registrar-ru", {"renewal.lead_days": 5})
    it_is(world, "2028-01-02")
    funded(world, "a-1", "5000.00")
    monthly: dict[str, Any] = {"plan": "hosting-1", "starts_on": "2027-12-31", "term_months": 1}
    bought(world, "h-1", FOURTEEN_MONTHS[0], **monthly)
    bought(world, "d-leap", "2028-02-29", starts_on="2024-02-29")
    late = {"2028-02-29": "2028-03-09", "2028-04-30": "2028-05-11", "2029-02-28": "2029-03-05"}
    for end, after in pairwise(FOURTEEN_MONTHS):
        assert ends(world, "h-1") == {"h-1": end}
        if end in late:
            expiries(world, late[end], "11:00")
        renewals(world, late.get(end, end))
        assert ends(world, "h-1") == {"h-1": after}
    assert [each for each, _ in taken(world)].count("h-1") == 14
    assert ends(world, "d-leap") == {"d-leap": "2030-02-28"}
    it_is(world, "2029-03-10")
    for start, end in (("2030-02-28", "2031-02-28"), ("2031-02-28", "2032-02-29")):
        assert renew(world, "d-leap", start).json["contract"]["expires_on"] == end


def test_G7_cancelled_and_taken_back_in_the_short_month_it_keeps_the_31st(world: World) -> None:
    it_is(world, "2025-02-10")
    funded(world, "a-1", "1000.00")
    month: dict[str, Any] = {"plan": "hosting-1", "starts_on": "2025-01-31", "term_months": 1}
    bought(world, "h-1", "2025-02-28", **month)
    cancel(world, "h-1")
    reactivate(world, "h-1")
    for start, end in (("2025-02-28", "2025-03-31"), ("2025-03-31", "2025-04-30")):
        assert renew(world, "h-1", start).json["contract"]["expires_on"] == end


def test_G8_one_request_processed_twice_on_a_leap_day_is_one_year_and_one_charge(
    world: World,
) -> None:
    """By the holder, under a key, by staff, and after the job has renewed it, too."""
    it_is(world, "2028-02-29")
    funded(world, "a-1", "1000.00")
    for contract_id in ("d-1", "d-2"):
        bought(world, contract_id, "2028-02-29", starts_on="2024-02-29")
    body = {"current_expires_on": "2028-02-29", "account_id": "a-1"}
    key = {"Idempotency-Key": "k-1"}
    first = world.call("POST", "/contracts/d-1/renewal", ALICE, body, headers=key)
    assert first.json["charges"] == [
        {"account_id": "a-1", "amount": francs("200.00", "RUB"), "reason": "renewal"}
    ]
    renewals(world, "2028-02-29", "18:00")
    with nothing_written(world):
        again = world.call("POST", "/contracts/d-1/renewal", ALICE, body, headers=key)
        assert again.text == first.text
        for contract_id in ("d-1", "d-2"):
            for who in (ALICE, STAFF):
                reply = renew(world, contract_id, "2028-02-29", who=who)
                assert (reply.status, reply.json["events"], reply.json["charges"]) == (200, [], [])
                assert reply.json["warnings"][0]["code"] == "already_renewed"
    assert ends(world, "d-1", "d-2") == {"d-1": "2029-02-28", "d-2": "2029-02-28"}
    assert taken(world) == [("d-1", "-200.00"), ("d-2", "-200.00")]


def test_G8_a_renewal_by_hand_that_cannot_be_says_why_and_takes_nothing(world: World) -> None:
    it_is(world, "2025-04-10")
    funded(world, "a-1", "150.00")
    funded(world, "e-1", "900.00", currency="EUR")
    funded(world, "bobs", "900.00", holder="bob")
    bought(world, "d-1", "2025-05-01", billing_contact="bob")
    bought(world, "d-gone", "2025-05-01")
    bought(world, "d-over", "2025-04-01", status="expired")
    bought(world, "s-new", "2026-04-20", "ssl-certificate", status="pending")
    cancel(world, "d-gone")
    with nothing_written(world):
        short = renew(world, "d-1", "2025-05-01")
        assert_problem(short, 409, "balance_too_small")
        assert short.json["params"]["account_id"] == "a-1"
        assert short.json["params"]["short"] == francs("50.00", "RUB")
        assert_problem(renew(world, "d-1", "2025-05-01", "e-1"), 409, "other_currency")
        for account_id in ("bobs", "a-none"):
            assert_problem(renew(world, "d-1", "2025-05-01", account_id), 404, "not_found")
        ahead = renew(world, "d-1", "2026-05-01")
        assert_problem(ahead, 409, "expiry_differs")
        assert ahead.json["params"]["expires_on"] == "2025-05-01"
        assert_problem(renew(world, "d-1", "2025-05-01", "bobs", BOB), 403, "not_your_role")
        assert_problem(renew(world, "d-gone", "2025-05-01"), 409, "cancelled")
        assert_problem(renew(world, "d-over", "2025-04-01"), 409, "expired")
        assert_problem(renew(world, "s-new", "2026-04-20"), 409, "not_active_yet")


def dearer(policies: PolicyFiles, version: int = 2, by: str = "50.00") -> None:
    """A new version in which every plan costs 50.00 more."""
    plans = shipped(policies)
    for plan in plans:
        plan["price"] = f"{float(plan['price']) + float(by):.2f}"
    policies.add_version("registrar-ru", version, {"plans": plans})


def shipped(policies: PolicyFiles) -> list[dict[str, Any]]:
    form = tomllib.loads((policies.folder / "registrar-ru-1.toml").read_text("utf-8"))
    plans: list[dict[str, Any]] = form["plans"]
    return plans


def test_G10_it_renews_under_the_newest_version_and_at_the_price_of_its_notice(
    world: World, policies: PolicyFiles
) -> None:
    """The price changes between the notice and the payment: whatever way it is paid, it is what
    the notice says. Contracts without a notice pay the new one; a price of its own stays."""
    it_is(world, "2025-03-01")
    funded(world, "a-1", "100.00")
    for contract_id in ("d-job", "d-hand", "d-bank", "d-back"):
        bought(world, contract_id, "2025-05-01")
    renewals(world, "2025-04-01")
    cancel(world, "d-back")
    for contract_id, price in (("d-late", None), ("d-own", "170.00")):
        bought(world, contract_id, "2025-05-01", price=price)
    dearer(policies)
    assert pay(world, notices(world, "d-bank")[0]["id"]).status == 200
    topped_up(world, "a-1", "1000.00")
    assert renew(world, "d-hand", "2025-05-01").status == 200
    reactivate(world, "d-back")
    renewals(world, "2025-04-10")
    assert taken(world) == [
        ("d-hand", "-200.00"),
        ("d-back", "-200.00"),
        ("d-job", "-200.00"),
        ("d-late", "-250.00"),
        ("d-own", "-170.00"),
    ]
    everyone = ("d-job", "d-hand", "d-bank", "d-back", "d-late", "d-own")
    assert set(ends(world, *everyone).values()) == {"2026-05-01"}
    assert world.contract("d-late")["policy"] == "registrar-ru/2"
    topped_up(world, "a-1", "2000.00")
    renewals(world, "2026-04-01")
    amounts = dict(taken(world)[-6:])
    assert amounts.pop("d-own") == "-170.00"
    assert amounts == dict.fromkeys(set(everyone) - {"d-own"}, "-250.00")
    assert {world.contract(each)["policy"] for each in everyone} == {"registrar-ru/2"}


def test_G10_what_was_ordered_is_activated_as_it_was_ordered_and_renewed_under_the_newest(
    world: World, policies: PolicyFiles
) -> None:
    """By the job, by hand and by reference: between the order and its first day prices went up."""
    it_is(world, "2025-03-01")
    funded(world, "a-1", "2000.00")
    for contract_id in ("d-job", "d-hand", "d-bank"):
        bought(world, contract_id, "2026-04-01", status="pending", starts_on="2025-04-01")
    dearer(policies)
    it_is(world, "2025-04-01")
    for contract_id, by in (("d-hand", {"account_id": "a-1"}), ("d-bank", {"reference": "inv-1"})):
        done = world.call("POST", f"/contracts/{contract_id}/activation", STAFF, by)
        assert done.json["charges"][0]["amount"]["amount"] == "200.00"
    renewals(world, "2025-04-02")
    assert taken(world) == [("d-hand", "-200.00"), ("d-job", "-200.00")]
    assert world.contract("d-job")["policy"] == "registrar-ru/1"
    renewals(world, "2026-03-20")
    assert dict(taken(world)[2:]) == {"d-hand": "-250.00", "d-bank": "-250.00", "d-job": "-250.00"}
    assert world.contract("d-job")["policy"] == "registrar-ru/2"


def test_G10_the_term_that_runs_keeps_its_version_until_it_is_renewed(
    world: World, policies: PolicyFiles
) -> None:
    """The lead of the version that it runs under counts, not that of a newer one."""
    it_is(world, "2025-03-01")
    funded(world, "a-1", "1000.00")
    bought(world, "d-1", "2025-05-01")
    policies.add_version("registrar-ru", 2, {"renewal.lead_days": 10})
    renewals(world, "2025-04-01")
    assert (ends(world, "d-1"), world.contract("d-1")["policy"]) == (
        {"d-1": "2026-05-01"},
        "registrar-ru/2",
    )
    renewals(world, "2026-04-20")
    assert ends(world, "d-1") == {"d-1": "2026-05-01"}
    renewals(world, "2026-04-21")
    assert ends(world, "d-1") == {"d-1": "2027-05-01"}


def test_G10_S5_a_plan_that_is_not_sold_any_more_goes_on_at_what_it_costs(
    world: World, policies: PolicyFiles
) -> None:
    """Taken out of the newest version, or only not for order."""
    it_is(world, "2025-03-01")
    funded(world, "a-1", "3000.00")
    bought(world, "v-1", "2025-05-01", "vps-1")
    bought(world, "s-1", "2025-05-01", "ssl-certificate")
    plans = [plan for plan in shipped(policies) if plan["id"] != "vps-1"]
    plans[-1] |= {"orderable": False, "price": "810.00"}
    policies.add_version("registrar-ru", 2, {"plans": plans})
    renewals(world, "2025-04-01")
    assert sorted(taken(world)) == [("s-1", "-810.00"), ("v-1", "-900.00")]
    assert ends(world, "v-1", "s-1") == {"v-1": "2026-05-01", "s-1": "2026-05-01"}
    cancel(world, "v-1", mode="immediate")
    assert statuses(world, "v-1") == {"v-1": "closed"}


def test_S5_existing_short_periods_are_renewed_and_new_ones_are_not_sold(world: World) -> None:
    it_is(world, "2025-06-01")
    kronor = {"provider": "svenska-domaner", "currency": "SEK"}
    funded(world, "a-1", "138.00", **kronor)
    short = {"provider": "svenska-domaner", "plan": "premium-domain-3"}
    dates = {"starts_on": "2025-04-01", "registry_expires_on": "2026-04-01"}
    bought(world, "d-1", "2025-07-01", **short, **dates, label="one.org.nz")
    for day, end in (
        ("2025-06-01", "2025-07-01"),
        ("2025-06-02", "2025-10-01"),
        ("2025-08-31", "2025-10-01"),
        ("2025-09-01", "2026-01-01"),
    ):
        if day != "2025-06-01":
            job(world, day, name="renewals")
        assert ends(world, "d-1") == {"d-1": end}
    assert taken(world) == [("d-1", "-69.00"), ("d-1", "-69.00")]
    body = {**short, "label": "new.org.nz", "holder": "alice", "email": "alice@example.net"}
    assert_problem(world.call("PUT", "/contracts/new", STAFF, body), 409, "plan_not_sold")
    half = {**body, "plan": "premium-domain", "term_months": 6}
    assert world.call("PUT", "/contracts/new", STAFF, half).status == 422
    assert world.call("GET", "/contracts/new", STAFF).status == 404


def test_G12_switching_on_takes_back_no_cancellation_and_renews_only_what_is_not_cancelled(
    world: World,
) -> None:
    it_is(world, "2025-03-01")
    funded(world, "a-1", "1000.00")
    for contract_id in ("d-1", "d-2"):
        bought(world, contract_id, "2025-05-01", order_id="o-1")
    switch(world, "o-1", False)
    renewals(world, "2025-04-05")
    assert (taken(world), states(world, "d-1")) == ([], {"d-1": ["open"]})
    cancel(world, "d-1")
    switch(world, "o-1", True)
    renewals(world, "2025-04-06")
    assert taken(world) == [("d-2", "-200.00")]
    assert (statuses(world, "d-1"), states(world, "d-1")) == (
        {"d-1": "non_renewing"},
        {"d-1": ["annulled"]},
    )
    expiries(world, "2025-05-01", "00:00")
    assert statuses(world, "d-1", "d-2") == {"d-1": "expired", "d-2": "active"}
    assert "contract.reactivated" not in history(world, "d-1")
    assert balance(world, "a-1") == "800.00"


@pytest.mark.parametrize(("quantity", "amount"), [(1, "-36.00"), (3, "-108.00")])
def test_R1_the_price_is_for_one_unit(world: World, quantity: int, amount: str) -> None:
    it_is(world, "2025-03-01")
    kreativ = {"provider": "kreativmedia"}
    funded(world, "a-1", "200.00", **kreativ, currency="CHF")
    bought(world, "m-1", "2025-05-01", "mailbox", **kreativ, quantity=quantity)
    renewals(world, "2025-04-02")
    assert taken(world) == [("m-1", amount)]
