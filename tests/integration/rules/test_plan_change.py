"""X1, X2, X6, X7, X9 and X10: what is left becomes days on the new plan, nothing is paid or paid
back, and until the code is entered nothing has changed."""

from typing import Any

import pytest

from tests.integration.conftest import ALICE, STAFF, World
from tests.integration.edge import assert_problem, nothing_written
from tests.integration.money import balance, moved
from tests.integration.rules.plan_scenes import (
    KRIAX,
    PASS,
    changed,
    code_in,
    code_in_mail,
    confirm,
    keep,
    mailed_text,
    mark,
    on,
    plan_changes,
    quote,
    quoted,
    requested,
    server,
    server_ids,
    wrong,
)
from tests.integration.rules.policy_files import PolicyFiles
from tests.integration.rules.scenes import calendars, cancel, it_is, job
from tests.integration.rules.terms import ends, funded, notices, renew

EUROS = {"provider": KRIAX, "currency": "EUR"}


# From twenty days: old price x quantity, new price x quantity, terms of equal length.
@pytest.mark.parametrize(
    ("bought", "wanted", "days", "expires_on"),
    [
        (("vps-s", 1), ("vps-m", 1), 10, "2025-05-21"),
        (("vps-s", 1), ("vps-l", 1), 5, "2025-05-16"),
        (("vps-m", 1), ("vps-s", 1), 40, "2025-06-20"),
        (("vps-s", 1), ("vps-s", 3), 6, "2025-05-17"),  # 20 / 3
        (("vps-m", 2), ("vps-l", 3), 6, "2025-05-17"),  # 20 x 40 / 120
        (("vps-xs", 3), ("vps-m", 3), 5, "2025-05-16"),
    ],
)
def test_X1_X6_a_plan_and_a_quantity_are_picked_and_what_is_left_becomes_days_of_them(
    world: World,
    bought: tuple[str, int],
    wanted: tuple[str, int],
    days: int,
    expires_on: str,
) -> None:
    it_is(world, "2025-05-11")
    server(world, "v-1", "2025-05-31", *bought)
    told = quoted(world, *wanted)["to"]
    assert (told["remaining_days"], told["expires_on"]) == (days, expires_on)
    assert changed(world, *wanted)["charges"] == []
    assert on(world) == (*wanted, expires_on)
    assert world.contract("v-1", ALICE)["status"] == "active"


def test_X1_the_contracts_own_price_counts_and_days_are_rounded_down_once(world: World) -> None:
    """20 days of two servers at 10.50 are worth 21 days at 20.00. Rounded for each server by itself
    they would be 20, and with a day's value in whole cents 24."""
    it_is(world, "2025-05-11")
    server(world, quantity=2, price={"amount": "10.50", "currency": "EUR"})
    mark(world, "s-2")
    seen = quoted(world, "vps-m", 1)
    assert seen["from"]["price"] == {"amount": "10.50", "currency": "EUR"}
    assert seen["to"]["remaining_days"] == 21
    changed(world, "vps-m", 1)
    assert on(world) == ("vps-m", 1, "2025-06-01")
    assert world.contract("v-1")["price"] == {"amount": "20.00", "currency": "EUR"}


@pytest.mark.parametrize(
    ("months", "expires_on"),
    [(1, "2025-05-13"), (24, "2025-06-28")],  # a day is 24 times as dear, or costs the same
)
def test_X1_a_days_worth_goes_by_the_term_of_its_plan(
    world: World, policies: PolicyFiles, months: int, expires_on: str
) -> None:
    policies.edit(KRIAX, {"plans.1.term_months": months})
    it_is(world, "2025-05-11")
    server(world, ends="2025-06-28")  # 48 days
    changed(world)
    assert on(world) == ("vps-m", 1, expires_on)
    assert world.contract("v-1")["term_months"] == months


@pytest.mark.parametrize(
    ("at", "days", "expires_on"), [("23:59", 20, "2025-05-21"), ("00:00", 19, "2025-05-21")]
)
def test_X1_today_is_the_providers_local_day(
    world: World, at: str, days: int, expires_on: str
) -> None:
    """19 days make 9.5 of the new: rounded down they end on 12 May + 9."""
    it_is(world, "2025-05-11" if at == "23:59" else "2025-05-12", at)
    server(world)
    seen = quoted(world)
    assert seen["from"]["remaining_days"] == days
    assert seen["to"]["expires_on"] == expires_on


def renewed(world: World, *contracts: str) -> None:
    """Each is paid from the account for one more year."""
    funded(world, "a-1", "100.00", **EUROS)
    for contract_id in contracts:
        server(world, contract_id)
        assert renew(world, contract_id, "2025-05-31").status == 200
    assert ends(world, *contracts) == dict.fromkeys(contracts, "2026-05-31")


def test_X2_before_a_plan_change_there_is_money_back_and_after_it_there_is_none(
    world: World,
) -> None:
    it_is(world, "2025-05-11")
    renewed(world, "v-1", "twin")
    assert balance(world, "a-1") == "80.00"
    quoted(world)  # asking alone costs no right
    answer = cancel(world, "twin", mode="immediate")
    assert answer.json["events"][0]["data"]["money_back"] == "10.54"  # the year, and 20 days of 365
    assert balance(world, "a-1") == "90.54"
    before = moved(world, "a-1")
    changed(world)
    for dry_run in (True, False):
        answer = cancel(world, "v-1", mode="immediate", dry_run=dry_run)
        assert answer.status == 200, answer.text
        assert answer.json["events"][0]["data"].get("money_back") in (None, "0.00")
    assert world.contract("v-1")["status"] == "expired"
    assert moved(world, "a-1") == before


def test_X2_what_is_paid_after_a_plan_change_is_not_refunded_either(world: World) -> None:
    it_is(world, "2025-05-11")
    server(world)
    changed(world)
    funded(world, "a-1", "100.00", **EUROS)
    assert renew(world, "v-1", "2025-05-21").json["contract"]["expires_on"] == "2026-05-21"
    before = moved(world, "a-1")
    answer = cancel(world, "v-1", mode="immediate")
    assert answer.json["events"][0]["data"].get("money_back") in (None, "0.00")
    assert moved(world, "a-1") == before


def test_X2_a_renewal_that_was_converted_is_not_taken_back(world: World) -> None:
    """Its days are days of another plan now; giving back its money would be the refund."""
    it_is(world, "2025-05-11")
    renewed(world, "v-1", "twin")
    changed(world)
    body = {"period_start": "2025-05-31", "reason": "refused"}
    path = "/contracts/{}/renewal-reversal"
    before = moved(world, "a-1")
    with nothing_written(world):
        refused = world.call("POST", path.format("v-1"), STAFF, body)
        assert_problem(refused, 409, "not_reversible")
    assert moved(world, "a-1") == before
    assert world.call("POST", path.format("twin"), STAFF, body).status == 200
    assert balance(world, "a-1") == "90.00"


def test_X2_the_loss_of_the_refund_is_told_in_the_quote_in_the_mail_and_with_the_change(
    world: World,
) -> None:
    it_is(world, "2025-05-11")
    server(world, locale="en")
    seen = quoted(world)
    assert seen["refundable"] is False
    assert {"what": "refund"} in seen["losses"]
    (warning,) = seen["warnings"]
    assert "money" in warning["detail"]
    assert "tokens" in warning["detail"]
    change_id = requested(world)
    text = mailed_text(world)
    assert "no refund is possible any more, neither in money nor in tokens" in text
    answer = confirm(world, change_id, code_in(text))
    assert answer.json["warnings"] == [warning]


def test_X7_X9_the_quote_and_the_mail_set_both_plans_side_by_side(world: World) -> None:
    it_is(world, "2025-05-11")
    server(world, quantity=3, locale="en")
    mark(world, "s-2")
    with nothing_written(world):
        seen = quoted(world, "vps-m", 2)
    assert seen["from"] == {
        "plan": "vps-s",
        "quantity": 3,
        "price": {"amount": "10.00", "currency": "EUR"},
        "term_months": 12,
        "expires_on": "2025-05-31",
        "remaining_days": 20,
    }
    assert seen["to"] == {
        "plan": "vps-m",
        "quantity": 2,
        "price": {"amount": "20.00", "currency": "EUR"},
        "term_months": 12,
        "expires_on": "2025-05-26",
        "remaining_days": 15,
    }
    assert seen["required_days"] == 2
    (lost,) = [loss for loss in seen["losses"] if loss["what"] == "server"]
    assert (lost["id"], lost["ip"]) == ("s-2", "192.0.2.2")
    assert seen["valid_until"] == "2025-05-11T22:00:00Z"  # midnight in Paris

    requested(world, "vps-m", 2)
    lines = mailed_text(world).splitlines()
    (old,) = [line for line in lines if "vps-s" in line]
    (new,) = [line for line in lines if "vps-m" in line]
    for said in ("quantity 3", "10.00 EUR", "31 May 2025", "20 days"):
        assert said in old
    for said in ("quantity 2", "20.00 EUR", "26 May 2025", "15 days"):
        assert said in new
    (gone,) = [line for line in lines if "192.0.2." in line]
    assert "s-2" in gone
    assert "192.0.2.2" in gone
    assert "backups" in gone


def visible(world: World) -> dict[str, Any]:
    """What a plan change moves, and nothing else does."""
    moves = ("plan", "quantity", "price", "term_months", "expires_on", "anchor_day", "status")
    seen = world.contract("v-1", ALICE)
    marks = ("servers", "marked_servers", "options", "plan_changed_on", "next")
    return {
        **{name: seen[name] for name in (*moves, *marks)},
        "calendars": calendars(world, "v-1"),
        "notices": notices(world, "v-1"),
        "history": plan_changes(world).json["items"],
    }


def test_X10_until_the_code_is_entered_nothing_changes(world: World) -> None:
    """Not the plan, the expiry date, the servers, the 30 days or the pass: whether the code is only
    asked for, entered wrongly, tried out or left to lapse. Once it is entered all of them do."""
    it_is(world, "2025-05-01")
    server(world, ends="2025-06-20", quantity=2, options=[PASS])
    mark(world, "s-2")
    changed(world, "vps-s", 1)  # the pass is not needed for this one
    assert on(world)[2] == "2025-08-09"
    job(world, "2025-05-11", name="renewals")
    before = visible(world)
    assert (before["options"], before["plan_changed_on"]) == ([PASS], "2025-05-01")

    change_id = requested(world, "vps-m")
    code = code_in_mail(world)
    assert visible(world) == before
    assert_problem(confirm(world, change_id, wrong(code)), 409, "wrong_code")
    assert visible(world) == before
    assert confirm(world, change_id, code, dry_run=True).json["contract"]["plan"] == "vps-m"
    assert visible(world) == before
    it_is(world, "2025-05-11", "12:15")
    assert_problem(confirm(world, change_id, code), 409, "change_lapsed")
    assert visible(world) == before

    changed(world, "vps-m")
    after = visible(world)
    assert on(world) == ("vps-m", 1, "2025-06-25")  # 90 days at half of a day's worth
    assert (after["options"], after["plan_changed_on"]) == ([], "2025-05-11")
    assert [row["to"]["plan"] for row in after["history"]] == ["vps-m", "vps-s"]


def test_X10_servers_that_are_marked_stay_until_the_code_is_entered(world: World) -> None:
    it_is(world, "2025-05-11")
    server(world, quantity=3)
    mark(world, "s-1")
    mark(world, "s-3")
    assert server_ids(world) == ["s-1", "s-2", "s-3"]
    change_id = requested(world, "vps-s", 1)
    code = code_in_mail(world)
    assert server_ids(world) == ["s-1", "s-2", "s-3"]
    confirm(world, change_id, code)
    seen = world.contract("v-1", ALICE)
    assert (seen["servers"], seen["marked_servers"]) == ([{"id": "s-2", "ip": "192.0.2.2"}], [])
    assert_problem(keep(world, "s-1"), 404, "not_found")
    assert on(world) == ("vps-s", 1, "2025-07-10")


def test_X10_a_change_that_nobody_confirmed_lapses_and_blocks_nothing(world: World) -> None:
    it_is(world, "2025-05-11")
    server(world)
    requested(world)
    assert_problem(quote(world), 409, "change_waiting")
    it_is(world, "2025-05-11", "12:14")
    assert_problem(quote(world), 409, "change_waiting")
    it_is(world, "2025-05-11", "12:15")
    changed(world, "vps-l")
    assert on(world) == ("vps-l", 1, "2025-05-16")
    assert [row["to"]["plan"] for row in plan_changes(world).json["items"]] == ["vps-l"]
