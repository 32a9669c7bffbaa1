"""G10, G11 and G12: what stays as it is with a plan change, and what may move between its request
and its confirmation."""

from collections.abc import Callable

import pytest

from tests.integration.conftest import ALICE, STAFF, World
from tests.integration.edge import assert_problem, nothing_written
from tests.integration.rules.plan_scenes import (
    KRIAX,
    changed,
    code_in_mail,
    confirm,
    mark,
    night,
    on,
    plan_changes,
    quote,
    quoted,
    request,
    requested,
    server,
)
from tests.integration.rules.policy_files import PolicyFiles
from tests.integration.rules.scenes import calendars, cancel, it_is, job, patch, reactivate
from tests.integration.rules.terms import ends, funded, renew, switch, taken

EUROS = {"provider": KRIAX, "currency": "EUR"}


# Version 2: thirty days become ten, one day left becomes four, plan M costs 25.00.
NEWER = {
    "plan_change.cooldown_days": 10,
    "plan_change.min_days_after_change": 4,
    "plans.1.price": "25.00",
}


def test_G10_a_plan_change_keeps_the_policy_version_and_the_newest_applies_from_the_renewal(
    world: World, policies: PolicyFiles
) -> None:
    it_is(world, "2025-05-11")
    server(world, ends="2025-07-01")
    policies.add_version(KRIAX, 2, NEWER)
    assert quoted(world)["to"]["price"]["amount"] == "20.00"
    changed(world, "vps-l")
    seen = world.contract("v-1", ALICE)
    assert (seen["policy"], seen["expires_on"]) == ("kriax/1", "2025-05-23")
    it_is(world, "2025-05-21")
    assert_problem(quote(world, "vps-s"), 409, "cooldown")
    funded(world, "a-1", "100.00", **EUROS)
    assert renew(world, "v-1", "2025-05-23").status == 200
    assert world.contract("v-1")["policy"] == "kriax/2"
    assert quoted(world)["to"]["price"]["amount"] == "25.00"


def test_G10_a_version_that_ships_while_a_change_waits_does_not_change_its_rules(
    world: World, policies: PolicyFiles
) -> None:
    it_is(world, "2025-05-11")
    server(world, ends="2025-05-17")
    least = quoted(world)["required_days"]
    policies.add_version(KRIAX, 2, {**NEWER, "plans.1.price": "20.00"})
    assert quoted(world)["required_days"] == least == 2
    changed(world)
    assert on(world) == ("vps-m", 1, "2025-05-14")


def test_G11_a_quote_of_yesterday_is_refused_with_a_fresh_one(world: World) -> None:
    it_is(world, "2025-05-11", "23:59")
    server(world)
    old = quoted(world)["id"]
    it_is(world, "2025-05-12", "00:00")
    with nothing_written(world):
        reply = request(world, old)
        assert_problem(reply, 409, "quote_outdated")
    fresh = reply.json["params"]["quote"]
    assert fresh["to"] == {**fresh["to"], "remaining_days": 9, "expires_on": "2025-05-21"}
    assert fresh["valid_until"] == "2025-05-12T22:00:00Z"
    assert fresh["id"] in reply.json["detail"]
    change = request(world, fresh["id"])
    assert change.status == 201
    assert confirm(world, change.json["id"], code_in_mail(world)).status == 200
    assert ends(world, "v-1") == {"v-1": "2025-05-21"}


def paid_by_hand(world: World) -> None:
    assert renew(world, "v-1", "2025-05-31").status == 200


def paid_by_the_job(world: World) -> None:
    job(world, "2025-05-11", "12:05", name="renewals")


@pytest.mark.parametrize("renewal", [paid_by_hand, paid_by_the_job])
def test_G11_a_renewal_before_the_confirmation_makes_it_out_of_date(
    world: World, renewal: Callable[[World], None]
) -> None:
    """It is refused with what it would be now, and that one can be taken up at once."""
    it_is(world, "2025-05-11")
    server(world)
    funded(world, "a-1", "100.00", **EUROS)
    change_id = requested(world)
    code = code_in_mail(world)
    renewal(world)
    assert ends(world, "v-1") == {"v-1": "2026-05-31"}
    reply = confirm(world, change_id, code)
    assert_problem(reply, 409, "quote_outdated")
    fresh = reply.json["params"]["quote"]
    assert fresh["from"]["expires_on"] == "2026-05-31"
    assert fresh["to"]["expires_on"] == "2025-11-19"  # 385 days are 192
    assert on(world) == ("vps-s", 1, "2026-05-31")
    again = request(world, fresh["id"])
    assert again.status == 201, again.text
    assert confirm(world, again.json["id"], code_in_mail(world)).status == 200
    assert on(world) == ("vps-m", 1, "2025-11-19")
    assert taken(world) == [("v-1", "-10.00")]


def test_G11_a_renewal_before_the_request_makes_the_quote_out_of_date(world: World) -> None:
    it_is(world, "2025-05-11")
    server(world)
    funded(world, "a-1", "100.00", **EUROS)
    old = quoted(world)["id"]
    paid_by_hand(world)
    reply = request(world, old)
    assert_problem(reply, 409, "quote_outdated")
    assert reply.json["params"]["quote"]["from"]["remaining_days"] == 385


@pytest.mark.parametrize(("price", "days"), [("25.00", 7), ("19.99", 9)])
def test_G11_a_price_that_moved_makes_it_out_of_date(
    world: World, policies: PolicyFiles, price: str, days: int
) -> None:
    """Also where the new end stays: 19 days are 9 at 20.00, and 9 at 19.99."""
    it_is(world, "2025-05-11")
    server(world, ends="2025-05-30")
    assert quoted(world)["to"]["remaining_days"] == 9
    change_id = requested(world)
    code = code_in_mail(world)
    policies.edit(KRIAX, {"plans.1.price": price})
    reply = confirm(world, change_id, code)
    assert_problem(reply, 409, "quote_outdated")
    to = reply.json["params"]["quote"]["to"]
    assert (to["price"]["amount"], to["remaining_days"]) == (price, days)
    assert on(world) == ("vps-s", 1, "2025-05-30")


def relabelled(world: World) -> None:
    assert patch(world, "v-1", label="another name").status == 200


def put_to_another_contact(world: World) -> None:
    assert patch(world, "v-1", billing_contact="dora", locale="sv").status == 200


def switched_off(world: World) -> None:
    switch(world, "~v-1", False)


def given_an_option(world: World) -> None:
    assert patch(world, "v-1", options=["backups"]).status == 200


UNRELATED = [relabelled, put_to_another_contact, switched_off, given_an_option]


@pytest.mark.parametrize("unrelated", UNRELATED)
def test_G12_what_has_nothing_to_do_with_it_clears_no_waiting_plan_change(
    world: World, unrelated: Callable[[World], None]
) -> None:
    it_is(world, "2025-05-11")
    server(world)
    change_id = requested(world)
    code = code_in_mail(world)
    unrelated(world)
    assert world.contract("v-1", ALICE)["plan_change"]["change_id"] == change_id
    assert confirm(world, change_id, code).status == 200
    assert on(world) == ("vps-m", 1, "2025-05-21")


def test_G12_nor_does_it_clear_a_mark(world: World) -> None:
    it_is(world, "2025-05-11")
    server(world, quantity=2)
    mark(world, "s-1")
    for unrelated in UNRELATED:
        unrelated(world)
        assert world.contract("v-1", ALICE)["marked_servers"] == ["s-1"]


def test_G12_a_cancellation_before_the_confirmation_stays_and_ends_it_on_the_new_day(
    world: World,
) -> None:
    it_is(world, "2025-05-11")
    server(world)
    funded(world, "a-1", "100.00", **EUROS)
    change_id = requested(world)
    code = code_in_mail(world)
    cancel(world, "v-1")
    for unrelated in UNRELATED:
        unrelated(world)
    switch(world, "~v-1", True)
    assert world.contract("v-1", ALICE)["plan_change"]["change_id"] == change_id
    assert confirm(world, change_id, code).status == 200
    seen = world.contract("v-1", ALICE)
    assert (seen["status"], seen["plan"]) == ("non_renewing", "vps-m")
    assert seen["last_day_to_reactivate"] == "2025-05-20"
    assert calendars(world, "v-1")["renewals_due_at"] is None
    night(world, "2025-05-20", "23:59")
    assert world.contract("v-1")["status"] == "non_renewing"
    night(world, "2025-05-21", "00:00")
    assert world.contract("v-1")["status"] == "expired"
    assert taken(world) == []


def test_G12_a_cancellation_that_is_taken_back_leaves_the_new_plan_and_its_anchor(
    world: World,
) -> None:
    it_is(world, "2025-05-11")
    server(world)
    change_id = requested(world)
    cancel(world, "v-1")
    assert confirm(world, change_id, code_in_mail(world)).status == 200
    assert reactivate(world, "v-1").status == 200
    seen = world.contract("v-1", ALICE)
    assert (seen["status"], seen["expires_on"], seen["anchor_day"]) == ("active", "2025-05-21", 21)


def test_G12_a_contract_that_is_over_at_once_is_not_changed_any_more(world: World) -> None:
    it_is(world, "2025-05-11")
    server(world)
    change_id = requested(world)
    code = code_in_mail(world)
    assert cancel(world, "v-1", mode="immediate").status == 200
    assert_problem(confirm(world, change_id, code), 409, "expired")
    assert plan_changes(world, who=STAFF).json["items"] == []
    assert on(world) == ("vps-s", 1, "2025-05-31")
