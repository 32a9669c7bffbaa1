"""G7, G10, G11 and G12: what moves with a plan change and what stays, and what may move between its
request and its confirmation."""

from collections.abc import Callable

import pytest

from tests.integration.conftest import ALICE, STAFF, World
from tests.integration.edge import assert_problem, nothing_written
from tests.integration.rules.plan_scenes import (
    KRIAX,
    changed,
    code_in_mail,
    confirm,
    keep,
    mark,
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
from tests.integration.rules.terms import ends, funded, notices, pay, renew, switch, taken

EUROS = {"provider": KRIAX, "currency": "EUR"}


def night(world: World, day: str, at: str = "12:00") -> None:
    """Both jobs, as they meet every hour."""
    job(world, day, at, name="renewals")
    job(world, day, at)


def noticed(world: World) -> list[tuple[str, str, str]]:
    """(from which day, amount, status) of each notice, by its day."""
    rows = [
        (row["period_start"], row["amount"]["amount"], row["status"])
        for row in notices(world, "v-1", STAFF)
    ]
    return sorted(rows)


def price(world: World) -> str:
    return str(world.contract("v-1")["price"]["amount"])


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


@pytest.mark.parametrize(
    ("ends_on", "day", "new_end", "then"),
    [
        # (2025-03-15 - 2025-01-15) / 2 = 29 days: the 13th, every month from there
        ("2025-03-15", "2025-01-15", "2025-02-13", ["2025-03-13", "2025-04-13"]),
        # 42 / 2: 29 January, which February of a common year has not
        ("2025-02-19", "2025-01-08", "2025-01-29", ["2025-02-28", "2025-03-29"]),
        # from the 31st to a shorter month's last day: that one is the new anchor
        ("2025-05-31", "2025-04-29", "2025-05-15", ["2025-06-15", "2025-07-15"]),
    ],
)
def test_G7_the_new_expirys_day_is_the_new_anchor(
    world: World, policies: PolicyFiles, ends_on: str, day: str, new_end: str, then: list[str]
) -> None:
    """Both plans by the month, so that the anchor shows soon."""
    policies.edit(KRIAX, {"plans.0.term_months": 1, "plans.1.term_months": 1})
    it_is(world, day)
    server(world, ends=ends_on)
    changed(world)
    assert ends(world, "v-1") == {"v-1": new_end}
    assert world.contract("v-1")["anchor_day"] == int(new_end[-2:])
    funded(world, "a-1", "100.00", **EUROS)
    for was, end in zip([new_end, *then], then, strict=False):
        assert renew(world, "v-1", was).status == 200
        assert ends(world, "v-1") == {"v-1": end}


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
    """It is refused with what it would be now, and once it has lapsed that one can be taken up."""
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
    it_is(world, "2025-05-11", "12:15")
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


def test_G11_a_price_that_moved_makes_it_out_of_date(world: World, policies: PolicyFiles) -> None:
    it_is(world, "2025-05-11")
    server(world)
    change_id = requested(world)
    code = code_in_mail(world)
    policies.edit(KRIAX, {"plans.1.price": "25.00"})
    reply = confirm(world, change_id, code)
    assert_problem(reply, 409, "quote_outdated")
    to = reply.json["params"]["quote"]["to"]
    assert (to["price"]["amount"], to["remaining_days"]) == ("25.00", 8)
    assert on(world) == ("vps-s", 1, "2025-05-31")


def test_G11_marking_another_server_after_the_mail_makes_it_out_of_date(world: World) -> None:
    """The mail has said which server is lost; no other one ever is."""
    it_is(world, "2025-05-11")
    server(world, quantity=2)
    mark(world, "s-1")
    change_id = requested(world)
    code = code_in_mail(world)
    keep(world, "s-1")
    mark(world, "s-2")
    assert_problem(confirm(world, change_id, code), 409, "quote_outdated")
    assert [row["id"] for row in world.contract("v-1")["servers"]] == ["s-1", "s-2"]
    keep(world, "s-2")
    mark(world, "s-1")
    assert confirm(world, change_id, code).status == 200
    assert [row["id"] for row in world.contract("v-1")["servers"]] == ["s-2"]


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
    assert world.contract("v-1")["status"] == "closed"
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
    assert_problem(confirm(world, change_id, code), 409, "closed")
    assert plan_changes(world, who=STAFF).json["items"] == []
    assert on(world) == ("vps-s", 1, "2025-05-31")


def test_X1_an_open_notice_is_annulled_and_made_anew_when_it_is_due_at_the_new_price(
    world: World,
) -> None:
    """Three servers of plan M: the old notice is for one of plan S. Nobody can pay that one any
    more, and the new one is for the new day."""
    it_is(world, "2025-05-01")
    server(world, plan="vps-m")
    night(world, "2025-05-01")
    assert noticed(world) == [("2025-05-31", "20.00", "open")]
    (old,) = notices(world, "v-1")
    it_is(world, "2025-05-11")
    changed(world, "vps-s", 1)
    assert noticed(world) == [("2025-05-31", "20.00", "annulled")]
    assert_problem(pay(world, old["id"]), 409, "notice_annulled")
    assert ends(world, "v-1") == {"v-1": "2025-06-20"}

    night(world, "2025-05-20", "23:59")
    assert len(noticed(world)) == 1
    night(world, "2025-05-21", "00:00")
    new = ("2025-06-20", "10.00", "open")
    assert noticed(world) == [("2025-05-31", "20.00", "annulled"), new]


@pytest.mark.parametrize(("lead", "day"), [(30, "2025-05-21"), (10, "2025-06-10")])
def test_X1_the_new_notice_is_due_so_many_days_before_the_new_end(
    world: World, policies: PolicyFiles, lead: int, day: str
) -> None:
    policies.edit(KRIAX, {"renewal.lead_days": lead})
    it_is(world, "2025-05-11")
    server(world, plan="vps-m")
    changed(world, "vps-s")
    assert world.contract("v-1")["next"] == {"action": "renew", "on": day}
    night(world, day, "00:00")
    assert noticed(world) == [("2025-06-20", "10.00", "open")]


def test_X1_it_is_renewed_at_the_new_price_times_the_new_quantity(world: World) -> None:
    it_is(world, "2025-05-01")
    server(world, ends="2025-07-30")
    funded(world, "a-1", "500.00", **EUROS)
    changed(world, "vps-m", 3)
    assert on(world) == ("vps-m", 3, "2025-05-16")  # 90 days, a sixth of them
    night(world, "2025-05-01", "12:30")
    assert taken(world) == [("v-1", "-60.00")]
    assert on(world) == ("vps-m", 3, "2026-05-16")
    assert noticed(world) == [("2025-05-16", "60.00", "paid")]
    night(world, "2025-05-16")
    assert taken(world) == [("v-1", "-60.00")]


def test_X1_a_notice_of_the_very_same_day_is_made_anew_at_the_new_price(
    world: World, policies: PolicyFiles
) -> None:
    """Plan M for two years at twice the price is worth the same each day: the end stays."""
    policies.edit(KRIAX, {"plans.1.term_months": 24})
    it_is(world, "2025-05-01")
    server(world)
    night(world, "2025-05-01")
    assert noticed(world) == [("2025-05-31", "10.00", "open")]
    it_is(world, "2025-05-11")
    changed(world)
    assert on(world) == ("vps-m", 1, "2025-05-31")
    assert noticed(world) == [("2025-05-31", "10.00", "annulled")]
    night(world, "2025-05-11", "12:30")
    assert noticed(world) == [("2025-05-31", "20.00", "open")]
    assert pay(world, notices(world, "v-1")[0]["id"]).status == 200
    assert ends(world, "v-1") == {"v-1": "2027-05-31"}


@pytest.mark.parametrize("switched", [True, False])
def test_X1_the_switch_stays_as_it_is_and_what_is_not_renewed_ends_on_the_new_day(
    world: World, switched: bool
) -> None:
    """With it on the money is there and it is renewed; with it off it is over when the new day
    begins."""
    it_is(world, "2025-05-01")
    server(world)
    funded(world, "a-1", "500.00", **EUROS)
    switch(world, "~v-1", switched)
    changed(world, "vps-l")
    assert on(world) == ("vps-l", 1, "2025-05-08")  # 30 days, a quarter of them
    assert world.contract("v-1", ALICE)["autorenewal"] is switched
    night(world, "2025-05-07", "23:59")
    assert world.contract("v-1")["status"] == "active"
    night(world, "2025-05-08", "00:00")
    if switched:
        assert on(world) == ("vps-l", 1, "2026-05-08")
        assert taken(world) == [("v-1", "-40.00")]
    else:
        assert world.contract("v-1")["status"] == "closed"
        assert taken(world) == []


def test_X1_down_to_a_smaller_plan_it_outlives_its_old_end(world: World) -> None:
    it_is(world, "2025-05-11")
    server(world, plan="vps-l")
    switch(world, "~v-1", False)
    changed(world, "vps-s")
    assert on(world)[2] == "2025-07-30"
    night(world, "2025-05-31")
    night(world, "2025-07-29", "23:59")
    assert world.contract("v-1")["status"] == "active"
    night(world, "2025-07-30", "00:00")
    assert world.contract("v-1")["status"] == "closed"


def test_X1_the_forecast_goes_by_the_new_plan(world: World) -> None:
    it_is(world, "2025-05-11")
    server(world, plan="vps-m")
    funded(world, "a-1", "500.00", **EUROS)
    changed(world, "vps-s")
    path = "/contracts/v-1/forecast"
    seen = world.call("GET", path, ALICE, query={"until": "2027-01-01"}).json["steps"]
    charged = [(step["on"], step["charges"]) for step in seen if step["charges"]]
    assert [day for day, _ in charged] == ["2025-05-21", "2026-05-21"]
    assert {row["amount"]["amount"] for _, rows in charged for row in rows} == {"10.00"}


def test_G8_a_renewal_that_names_the_old_end_does_nothing(world: World) -> None:
    it_is(world, "2025-05-11")
    server(world)
    funded(world, "a-1", "100.00", **EUROS)
    changed(world)
    with nothing_written(world):
        assert_problem(renew(world, "v-1", "2025-05-31"), 409, "expiry_differs")
    assert plan_changes(world).json["items"][0]["to"]["expires_on"] == "2025-05-21"
    assert price(world) == "20.00"
