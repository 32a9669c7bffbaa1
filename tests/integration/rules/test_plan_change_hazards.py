"""What a plan change meets on its way: terms that were paid before, notices that are open, money
that was promised back. Stories in which something was nearly charged twice, or never again."""

import re
from typing import Any

import pytest

from tests.integration.conftest import ALICE, STAFF, Reply, World
from tests.integration.edge import assert_problem
from tests.integration.rules.scenes import it_is
from tests.integration.rules.terms import (
    ends,
    funded,
    notices,
    pay,
    renew,
    renewals,
    states,
    taken,
)

EURO: dict[str, Any] = {"provider": "kriax", "currency": "EUR"}


def rented(world: World, starts_on: str, plan: str = "vps-s", **fields: Any) -> None:
    """A year of servers of alice's, v-1."""
    wanted = {"plan": plan, "label": "servers", "starts_on": starts_on, **fields}
    world.register("v-1", provider="kriax", **wanted)


def change(world: World, plan: str, quantity: int = 1) -> Reply:
    """From the quote to the confirmation, with the code of the mail."""
    base = "/contracts/v-1"
    body = {"plan": plan, "quantity": quantity}
    quoted = world.call("POST", f"{base}/plan-change-quotes", ALICE, body)
    assert quoted.status == 201, quoted.text
    asked = world.call("POST", f"{base}/plan-changes", ALICE, {"quote_id": quoted.json["id"]})
    assert asked.status == 201, asked.text
    code = re.findall(r"\b\d{6}\b", world.mails()[-1]["body"])
    path = f"{base}/plan-changes/{asked.json['id']}/confirmation"
    reply = world.call("POST", path, ALICE, {"code": code[0]})
    assert reply.status == 200, reply.text
    return reply


def reverse(world: World, period_start: str) -> Reply:
    body = {"period_start": period_start, "reason": "refused"}
    return world.call("POST", "/contracts/v-1/renewal-reversal", STAFF, body)


@pytest.fixture
def paid_before(world: World) -> World:
    """A second year was paid ahead, and a plan of twice the price brings the end back to the very
    day from which that year was paid."""
    it_is(world, "2024-12-01")
    funded(world, "a-1", "500.00", **EURO)
    rented(world, "2024-12-01")
    assert renew(world, "v-1", "2025-12-01").status == 200
    assert ends(world, "v-1") == {"v-1": "2026-12-01"}
    change(world, "vps-m")
    assert ends(world, "v-1") == {"v-1": "2025-12-01"}
    return world


def test_X1_a_term_whose_first_day_was_paid_before_can_be_paid_again(paid_before: World) -> None:
    """Otherwise nobody could ever renew it: the charge of that day is there already."""
    reply = renew(paid_before, "v-1", "2025-12-01")
    assert reply.status == 200, reply.text
    assert ends(paid_before, "v-1") == {"v-1": "2026-12-01"}
    assert taken(paid_before) == [("v-1", "-10.00"), ("v-1", "-20.00")]
    assert renew(paid_before, "v-1", "2025-12-01").json["warnings"][0]["code"] == "already_renewed"
    assert taken(paid_before) == [("v-1", "-10.00"), ("v-1", "-20.00")]


def test_X1_the_job_pays_that_term_once(paid_before: World) -> None:
    renewals(paid_before, "2025-11-05")
    renewals(paid_before, "2025-11-05", "15:00")
    assert taken(paid_before) == [("v-1", "-10.00"), ("v-1", "-20.00")]
    assert ends(paid_before, "v-1") == {"v-1": "2026-12-01"}


def test_X1_a_renewal_from_before_the_change_cannot_be_taken_back(paid_before: World) -> None:
    """Its days are days of another plan by now."""
    assert_problem(reverse(paid_before, "2025-12-01"), 409, "not_reversible")
    assert ends(paid_before, "v-1") == {"v-1": "2025-12-01"}
    assert taken(paid_before) == [("v-1", "-10.00")]


def test_X1_a_renewal_from_after_it_can_and_is_paid_again(paid_before: World) -> None:
    renew(paid_before, "v-1", "2025-12-01")
    assert reverse(paid_before, "2025-12-01").status == 200
    assert ends(paid_before, "v-1") == {"v-1": "2025-12-01"}
    it_is(paid_before, "2024-12-02")
    assert renew(paid_before, "v-1", "2025-12-01").status == 200
    amounts = [amount for _, amount in taken(paid_before)]
    assert amounts == ["-10.00", "-20.00", "20.00", "-20.00"]


NOTICE = "v-1:2025-12-01"


def test_X1_a_reference_that_paid_a_period_does_not_pay_it_again_after_a_plan_change(
    world: World,
) -> None:
    """A year from 1 December is paid under bank-1. Fourteen servers bring the end back to that very
    day, whose notice is made anew: the bank's list that is imported again is no new money."""
    it_is(world, "2025-11-02")
    rented(world, "2024-12-01", **{"import": True})
    renewals(world, "2025-11-02", "13:00")
    assert pay(world, NOTICE).status == 200
    it_is(world, "2025-11-03")
    change(world, "vps-s", 14)
    assert ends(world, "v-1") == {"v-1": "2025-12-01"}
    renewals(world, "2025-11-03", "13:00")
    assert states(world, "v-1") == {"v-1": ["open"]}
    again = pay(world, NOTICE)
    assert_problem(again, 409, "reference_reused")
    assert again.json["params"]["booked"] == {"amount": "10.00", "currency": "EUR"}
    assert ends(world, "v-1") == {"v-1": "2025-12-01"}
    assert pay(world, NOTICE, "bank-2").status == 200


def test_X1_nor_does_one_whose_renewal_was_taken_back_before_it(world: World) -> None:
    """The provider took the renewal back, and bank-1 went back by hand. A plan that is worth the
    same keeps the end."""
    it_is(world, "2025-11-02")
    own = {"amount": "20.00", "currency": "EUR"}
    rented(world, "2024-12-01", price=own, **{"import": True})
    renewals(world, "2025-11-02", "13:00")
    assert pay(world, NOTICE).status == 200
    assert reverse(world, "2025-12-01").status == 200
    assert_problem(pay(world, NOTICE), 409, "reference_reused")
    it_is(world, "2025-11-03")
    change(world, "vps-m")
    assert ends(world, "v-1") == {"v-1": "2025-12-01"}
    renewals(world, "2025-11-03", "13:00")
    assert_problem(pay(world, NOTICE), 409, "reference_reused")


def test_X1_nor_one_that_paid_a_year_ahead_of_the_last(world: World) -> None:
    """One year under bank-1, and one more from an account: the end comes back to where the first of
    them began."""
    it_is(world, "2024-12-01")
    rented(world, "2024-12-01")
    renewals(world, "2025-11-02", "13:00")
    assert pay(world, NOTICE).status == 200
    funded(world, "a-1", "10.00", **EURO)
    assert renew(world, "v-1", "2026-12-01").status == 200
    it_is(world, "2025-11-03")
    change(world, "vps-s", 27)
    assert ends(world, "v-1") == {"v-1": "2025-12-01"}
    renewals(world, "2025-11-03", "13:00")
    assert_problem(pay(world, NOTICE), 409, "reference_reused")


def test_S1_X1_an_open_notice_is_annulled_and_made_anew_and_paid_once(world: World) -> None:
    """What was noticed for two small servers must not be collected for the large one."""
    it_is(world, "2025-01-15")
    rented(
        world,
        "2025-01-15",
        quantity=2,
        price={"amount": "11.00", "currency": "EUR"},
        **{"import": True},
    )
    renewals(world, "2025-12-20")
    assert [row["amount"]["amount"] for row in notices(world, "v-1")] == ["22.00"]
    it_is(world, "2025-12-21")
    change(world, "vps-m")
    assert states(world, "v-1") == {"v-1": ["annulled"]}
    end = ends(world, "v-1")["v-1"]
    funded(world, "a-1", "500.00", **EURO)
    renewals(world, "2025-12-22")
    assert ends(world, "v-1")["v-1"] > end
    assert taken(world) == [("v-1", "-20.00")]
    assert sorted(row["status"] for row in notices(world, "v-1")) == ["annulled", "paid"]


def test_G2_X1_the_same_period_noticed_before_and_after_is_one_notice(world: World) -> None:
    """vps-m at half a price of its own is worth what vps-s is: the very same end."""
    it_is(world, "2025-01-15")
    own = {"amount": "20.00", "currency": "EUR"}
    rented(world, "2025-01-15", price=own, **{"import": True})
    renewals(world, "2025-12-20")
    it_is(world, "2025-12-21")
    change(world, "vps-m")
    assert ends(world, "v-1") == {"v-1": "2026-01-15"}
    assert states(world, "v-1") == {"v-1": ["annulled"]}
    renewals(world, "2025-12-22")
    assert states(world, "v-1") == {"v-1": ["open"]}
    funded(world, "a-1", "500.00", **EURO)
    renewals(world, "2025-12-23")
    assert taken(world) == [("v-1", "-20.00")]
    assert states(world, "v-1") == {"v-1": ["paid"]}


def test_X2_who_leaves_after_a_change_gets_nothing_back(world: World) -> None:
    funded_world(world)
    gone = world.call("POST", "/contracts/v-1/cancellation", ALICE, {"mode": "immediate"})
    assert gone.status == 200, gone.text
    assert "money_back" not in gone.json["events"][0]["data"]
    assert [amount for _, amount in taken(world)] == ["-10.00"]


def test_X2_who_leaves_without_one_gets_the_unused_days_back(world: World) -> None:
    funded_world(world, changed=False)
    gone = world.call("POST", "/contracts/v-1/cancellation", ALICE, {"mode": "immediate"})
    assert gone.json["events"][0]["data"]["money_back"] is not None
    assert len(taken(world)) == 2


def funded_world(world: World, changed: bool = True) -> None:
    it_is(world, "2025-01-15")
    funded(world, "a-1", "500.00", **EURO)
    rented(world, "2025-01-15")
    assert renew(world, "v-1", "2026-01-15").status == 200
    if changed:
        change(world, "vps-m")


def test_X1_a_change_a_renewal_and_another_change_never_meet_an_old_charge(world: World) -> None:
    """The end comes back to the same day a third time, after two reversals on the way."""
    it_is(world, "2024-12-01")
    funded(world, "a-1", "900.00", **EURO)
    rented(world, "2024-12-01", options=["flexi_plus"])
    for plan in ("vps-m", "vps-l"):
        assert renew(world, "v-1", "2025-12-01").status == 200
        assert reverse(world, "2025-12-01").status == 200
        assert renew(world, "v-1", "2025-12-01").status == 200
        change(world, plan)
        assert ends(world, "v-1") == {"v-1": "2025-12-01"}
    assert renew(world, "v-1", "2025-12-01").status == 200
    assert ends(world, "v-1") == {"v-1": "2026-12-01"}
    assert [a for _, a in taken(world)][-1] == "-40.00"
