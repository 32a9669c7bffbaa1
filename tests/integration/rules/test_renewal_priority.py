"""R1 and R4 to R6, G14: which account pays, what comes first, and what waits with which reason."""

import pytest

from tests.integration.conftest import World
from tests.integration.money import balance
from tests.integration.rules.policy_files import PolicyFiles
from tests.integration.rules.scenes import it_is
from tests.integration.rules.terms import (
    bought,
    ends,
    funded,
    notices,
    renewals,
    states,
    statuses,
    taken,
    topped_up,
)


@pytest.fixture
def spring(world: World) -> World:
    """1 March 2025, a month before anything here is due."""
    it_is(world, "2025-03-01")
    return world


def test_R1_the_smallest_account_that_suffices_pays_then_the_first_by_id(spring: World) -> None:
    for account_id, amount in {"a": "199.99", "d": "200.00", "c": "200.00", "b": "900.00"}.items():
        funded(spring, account_id, amount)
    for contract_id in ("d-1", "d-2", "d-3"):
        bought(spring, contract_id, "2025-05-01")
    renewals(spring, "2025-04-01")
    paid_by = {each: taken(spring, each) for each in "abcd"}
    assert paid_by == {
        "a": [],
        "b": [("d-3", "-200.00")],
        "c": [("d-1", "-200.00")],
        "d": [("d-2", "-200.00")],
    }


def test_R1_it_is_never_split_and_each_of_an_order_is_charged_by_itself(spring: World) -> None:
    funded(spring, "a", "899.99")
    funded(spring, "b", "210.00")
    order = {"order_id": "o-1"}
    bought(spring, "v-1", "2025-05-01", "vps-1", **order)
    bought(spring, "v-2", "2025-05-01", "vps-1", price="205.00", **order)
    renewals(spring, "2025-04-01")
    assert ends(spring, "v-1", "v-2") == {"v-1": "2025-05-01", "v-2": "2026-05-01"}
    assert (taken(spring, "a"), taken(spring, "b")) == ([], [("v-2", "-205.00")])
    (waiting,) = notices(spring, "v-1")
    assert (waiting["status"], waiting["why"]["code"]) == ("open", "balance_too_small")
    assert (waiting["why"]["account_id"], waiting["why"]["short"]["amount"]) == ("a", "0.01")


def test_R1_money_of_another_holder_provider_or_currency_pays_nothing(spring: World) -> None:
    funded(spring, "bobs", "900.00", holder="bob")
    funded(spring, "elsewhere", "900.00", provider="kreativmedia")
    funded(spring, "euros", "900.00", currency="EUR")
    bought(spring, "d-1", "2025-05-01")
    renewals(spring, "2025-04-01")
    assert ends(spring, "d-1") == {"d-1": "2025-05-01"}
    (notice,) = notices(spring, "d-1")
    why = notice["why"]
    assert (why["code"], why["account_id"], why["until"]) == ("no_account", None, "2025-04-30")
    assert why["short"] == {"amount": "200.00", "currency": "RUB"}
    assert [balance(spring, each) for each in ("bobs", "elsewhere", "euros")] == ["900.00"] * 3


@pytest.mark.parametrize("lead", [None, 20], ids=["shipped", "20 days"])
def test_R4_R5_S0_from_so_many_days_before_the_end_of_the_local_day(
    spring: World, policies: PolicyFiles, lead: int | None
) -> None:
    """The first minute of a day in Moscow is still the evening before in UTC."""
    if lead is not None:
        policies.edit("registrar-ru", {"renewal.lead_days": lead})
    funded(spring, "a-1", "2000.00")
    bought(spring, "d-1", "2025-05-01")
    bought(spring, "v-1", "2025-05-01", "vps-1")
    last, first = ("2025-03-31", "2025-04-01") if lead is None else ("2025-04-10", "2025-04-11")
    renewals(spring, last, "23:59")
    assert (taken(spring), states(spring, "d-1")) == ([], {"d-1": []})
    renewals(spring, first, "00:00")
    assert taken(spring) == [("d-1", "-200.00"), ("v-1", "-900.00")]
    assert states(spring, "d-1", "v-1") == {"d-1": ["paid"], "v-1": ["paid"]}


def test_R4_R5_R6_domains_over_all_orders_then_services_then_what_is_new(
    spring: World, policies: PolicyFiles
) -> None:
    """Also where the lesser thing ends first, and was there before; another table, another
    order."""
    funded(spring, "a-1", "2250.00")
    bought(spring, "a-vps", "2025-04-20", "vps-1", order_id="o-1")
    bought(spring, "b-ssl", "2025-04-21", "ssl-certificate", order_id="o-2")
    bought(spring, "z-dom", "2025-04-29", order_id="o-3")
    bought(spring, "y-dom", "2025-04-30", order_id="o-1")
    new = {"status": "pending", "order_id": "o-4"}
    bought(spring, "a-new", "2026-03-25", price="100.00", **new)
    policies.add_version("registrar-ru", 2, {"renewal.priority": [["other"], ["domain"], ["vps"]]})
    bought(spring, "v2-vps", "2025-04-20", "vps-1", price="1.00")
    bought(spring, "v2-dom", "2025-04-29", price="2.00")
    bought(spring, "v2-ssl", "2025-04-29", "ssl-certificate", price="3.00")
    renewals(spring, "2025-04-01")
    order = [contract for contract, _ in taken(spring)]
    first, second = [each for each in order if each[0] != "v"], [o for o in order if o[0] == "v"]
    assert first == ["z-dom", "y-dom", "a-vps", "b-ssl", "a-new"]
    assert second == ["v2-ssl", "v2-dom", "v2-vps"]
    assert statuses(spring, "a-new") == {"a-new": "active"}


def test_R6_what_is_new_waits_for_money_and_is_activated_once_there_is_some(
    spring: World,
) -> None:
    funded(spring, "a-1", "799.99")
    bought(spring, "s-1", "2026-03-01", "ssl-certificate", status="pending")
    renewals(spring, "2025-03-01")
    assert statuses(spring, "s-1") == {"s-1": "pending"}
    topped_up(spring, "a-1", "0.01")
    renewals(spring, "2025-03-02")
    seen = spring.contract("s-1")
    assert (seen["status"], seen["starts_on"], seen["expires_on"]) == (
        "active",
        "2025-03-02",
        "2026-03-02",
    )
    assert taken(spring) == [("s-1", "-800.00")]


SHORT = {"reserve": "150.00", "skip": "100.00"}


@pytest.mark.parametrize("choice", SHORT)
def test_G14_what_does_not_fit_keeps_its_money_from_what_is_less_important(
    spring: World, policies: PolicyFiles, choice: str
) -> None:
    policies.edit("registrar-ru", {"renewal.short_balance": choice})
    funded(spring, "a-1", "150.00")
    bought(spring, "d-1", "2025-05-01")
    bought(spring, "v-1", "2025-05-02", "vps-1", price="50.00")
    renewals(spring, "2025-04-02")
    assert balance(spring, "a-1") == SHORT[choice]
    why = notices(spring, "d-1")[0]["why"]
    assert (why["code"], why["short"]["amount"], why["ahead"]) == ("balance_too_small", "50.00", [])
    if choice == "skip":
        assert taken(spring) == [("v-1", "-50.00")]
        return
    waits = notices(spring, "v-1")[0]
    assert (waits["status"], waits["why"]["ahead"]) == ("open", ["d-1"])
    assert waits["why"]["until"] == "2025-05-01"
    topped_up(spring, "a-1", "100.00")
    renewals(spring, "2025-04-03")
    assert taken(spring) == [("d-1", "-200.00"), ("v-1", "-50.00")]


def test_G14_on_its_own_last_day_the_lesser_one_takes_what_was_kept(spring: World) -> None:
    funded(spring, "a-1", "150.00")
    bought(spring, "d-1", "2025-05-20")
    bought(spring, "v-1", "2025-05-01", "vps-1", price="50.00")
    renewals(spring, "2025-04-29")
    assert taken(spring) == []
    renewals(spring, "2025-04-30")
    assert taken(spring) == [("v-1", "-50.00")]
    renewals(spring, "2025-05-01")
    assert notices(spring, "d-1")[0]["why"]["short"]["amount"] == "100.00"


def test_R1_what_could_not_be_paid_is_tried_every_day_and_until_the_day_it_says(
    spring: World,
) -> None:
    """Money of the last day's evening comes in time."""
    funded(spring, "a-1", "10.00")
    bought(spring, "d-1", "2025-05-01")
    renewals(spring, "2025-04-01")
    for day in ("2025-04-02", "2025-04-30"):
        renewals(spring, day, "00:00")
        (notice,) = notices(spring, "d-1")
        assert (notice["status"], notice["tried_on"]) == ("open", day)
    assert (notice["due_on"], notice["why"]["until"]) == ("2025-04-30", "2025-04-30")
    topped_up(spring, "a-1", "190.00")
    renewals(spring, "2025-05-01", "00:00")
    assert (ends(spring, "d-1"), balance(spring, "a-1")) == ({"d-1": "2026-05-01"}, "0.00")
