"""X1, G7 and G8: after a plan change the calendars go by the new plan, its price and its end; what
was noticed for the old one is annulled."""

import pytest

from tests.integration.conftest import ALICE, STAFF, World
from tests.integration.edge import assert_problem, nothing_written
from tests.integration.rules.plan_scenes import (
    KRIAX,
    changed,
    night,
    on,
    plan_changes,
    server,
)
from tests.integration.rules.policy_files import PolicyFiles
from tests.integration.rules.scenes import it_is
from tests.integration.rules.terms import ends, funded, notices, pay, renew, switch, taken

EUROS = {"provider": KRIAX, "currency": "EUR"}


def noticed(world: World) -> list[tuple[str, str, str]]:
    """(from which day, amount, status) of each notice, by its day."""
    rows = [
        (row["period_start"], row["amount"]["amount"], row["status"])
        for row in notices(world, "v-1", STAFF)
    ]
    return sorted(rows)


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


def test_X1_an_open_notice_is_annulled_and_made_anew_when_it_is_due_at_the_new_price(
    world: World,
) -> None:
    """The old notice is for plan M and cannot be paid any more; the new one is for plan S, and for
    the new day."""
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
        assert world.contract("v-1")["status"] == "expired"
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
    assert world.contract("v-1")["status"] == "expired"


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
    assert world.contract("v-1")["price"]["amount"] == "20.00"
