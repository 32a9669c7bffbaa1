"""A piece of a renewal is missing or broken: no account, another currency, a plan that is not sold
any more, a price that has changed. Each has one answer, whether the job asks or a person."""

import tomllib
from typing import Any

import pytest

from tests.integration.conftest import ALICE, World
from tests.integration.edge import assert_problem, nothing_written
from tests.integration.money import francs, opened
from tests.integration.rules.policy_files import PolicyFiles
from tests.integration.rules.scenes import history, it_is
from tests.integration.rules.terms import (
    REGISTRAR,
    bought,
    ends,
    funded,
    notices,
    renew,
    renewals,
    taken,
    topped_up,
)

ENDS, NEXT, LATER = "2025-05-01", "2026-05-01", "2025-04-02"
EACH_WAY = pytest.mark.parametrize("by", ["job", "hand"])


@pytest.fixture
def spring(world: World) -> World:
    """1 April 2025, the first day on which what ends in May is due."""
    it_is(world, "2025-04-01")
    return world


def renewed(world: World, by: str, *contracts: str) -> None:
    """By the job, or one after the other from the account a-1."""
    if by == "job":
        renewals(world, "2025-04-01")
        return
    for contract_id in contracts:
        reply = renew(world, contract_id, ENDS)
        assert reply.status == 200, reply.text


def why(world: World, contract_id: str) -> dict[str, Any]:
    (notice,) = notices(world, contract_id)
    assert notice["status"] == "open"
    found: dict[str, Any] = notice["why"]
    return found


def plans(policies: PolicyFiles) -> dict[str, dict[str, Any]]:
    form = tomllib.loads((policies.folder / f"{REGISTRAR}-1.toml").read_text("utf-8"))
    return {plan["id"]: plan for plan in form["plans"]}


def next_version(policies: PolicyFiles, *sold: dict[str, Any], **changes: Any) -> None:
    policies.add_version(REGISTRAR, 2, {"plans": list(sold), **changes})


def test_R1_without_any_account_it_waits_for_one_says_so_once_and_is_paid_from_the_first(
    spring: World,
) -> None:
    bought(spring, "d-1", ENDS)
    renewals(spring, "2025-04-01")
    with nothing_written(spring):
        assert_problem(renew(spring, "d-1", ENDS), 404, "not_found")
    renewals(spring, "2025-04-10")
    assert (why(spring, "d-1")["code"], why(spring, "d-1")["account_id"]) == ("no_account", None)
    assert history(spring, "d-1").count("contract.renewal_unpaid") == 1
    funded(spring, "a-1", "200.00")
    renewals(spring, "2025-04-11")
    assert (ends(spring, "d-1"), taken(spring)) == ({"d-1": NEXT}, [("d-1", "-200.00")])


def test_R1_an_empty_account_is_one_and_lacks_the_whole_price(spring: World) -> None:
    opened(spring, "a-1", provider=REGISTRAR, currency="RUB")
    bought(spring, "d-1", ENDS)
    renewals(spring, "2025-04-01")
    found = why(spring, "d-1")
    assert (found["code"], found["account_id"]) == ("balance_too_small", "a-1")
    assert found["short"] == francs("200.00", "RUB")
    with nothing_written(spring):
        assert_problem(renew(spring, "d-1", ENDS), 409, "balance_too_small")


def test_R1_money_in_another_currency_neither_pays_nor_makes_up_for_what_is_short(
    spring: World,
) -> None:
    funded(spring, "a-1", "150.00")
    funded(spring, "euros", "900.00", currency="EUR")
    bought(spring, "d-1", ENDS)
    renewals(spring, "2025-04-01")
    found = why(spring, "d-1")
    assert (found["account_id"], found["short"]) == ("a-1", francs("50.00", "RUB"))
    with nothing_written(spring):
        assert_problem(renew(spring, "d-1", ENDS, "euros"), 409, "other_currency")
    topped_up(spring, "a-1", "50.00")
    renewals(spring, LATER)
    assert ends(spring, "d-1") == {"d-1": NEXT}
    assert (taken(spring), taken(spring, "euros")) == ([("d-1", "-200.00")], [])


def test_R1_a_version_that_sells_in_another_currency_is_paid_in_that_one(
    spring: World, policies: PolicyFiles
) -> None:
    """A notice that was made before stays in the currency it names."""
    for contract_id in ("d-noticed", "d-job", "d-hand"):
        bought(spring, contract_id, ENDS if contract_id == "d-noticed" else "2025-05-03")
    renewals(spring, "2025-04-01")
    funded(spring, "a-1", "900.00")
    euros = [{**plan, "price": "5.00"} for plan in plans(policies).values()]
    next_version(policies, *euros, currency="EUR")
    renewals(spring, "2025-04-03")
    assert taken(spring) == [("d-noticed", "-200.00")]
    assert why(spring, "d-job")["short"] == francs("5.00", "EUR")
    with nothing_written(spring):
        refused = renew(spring, "d-hand", "2025-05-03")
        assert_problem(refused, 409, "other_currency")
    funded(spring, "a-2", "10.00", currency="EUR")
    assert renew(spring, "d-hand", "2025-05-03", "a-2").status == 200
    renewals(spring, "2025-04-04")
    assert taken(spring, "a-2") == [("d-hand", "-5.00"), ("d-job", "-5.00")]


@EACH_WAY
def test_G10_a_plan_that_is_gone_goes_on_at_what_it_costs_under_the_version_it_had(
    spring: World, policies: PolicyFiles, by: str
) -> None:
    """Gone is also what now names something of another kind."""
    funded(spring, "a-1", "3000.00")
    bought(spring, "v-1", ENDS, "vps-1")
    bought(spring, "s-1", ENDS, "ssl-certificate")
    sold = plans(policies)
    del sold["vps-1"]
    sold["ssl-certificate"] |= {"kind": "vps", "price": "1.00"}
    next_version(policies, *sold.values())
    renewed(spring, by, "v-1", "s-1")
    assert sorted(taken(spring)) == [("s-1", "-800.00"), ("v-1", "-900.00")]
    assert ends(spring, "v-1", "s-1") == {"v-1": NEXT, "s-1": NEXT}
    assert {spring.contract(each)["policy"] for each in ("v-1", "s-1")} == {f"{REGISTRAR}/1"}


@EACH_WAY
def test_G10_a_plan_that_cannot_be_ordered_any_more_is_renewed_at_its_price_of_today(
    spring: World, policies: PolicyFiles, by: str
) -> None:
    funded(spring, "a-1", "1000.00")
    bought(spring, "v-1", ENDS, "vps-1")
    sold = plans(policies)
    sold["vps-1"] |= {"orderable": False, "price": "910.00"}
    next_version(policies, *sold.values())
    renewed(spring, by, "v-1")
    assert taken(spring) == [("v-1", "-910.00")]
    assert spring.contract("v-1")["policy"] == f"{REGISTRAR}/2"


@EACH_WAY
@pytest.mark.parametrize(
    ("price", "own"), [("250.00", None), ("150.00", None), ("250.00", "170.00")]
)
def test_G10_a_price_that_has_changed_is_the_one_to_pay_unless_the_contract_has_its_own(
    spring: World, policies: PolicyFiles, by: str, price: str, own: str | None
) -> None:
    """Dearer or cheaper; a preview by hand says the same."""
    funded(spring, "a-1", "1000.00")
    bought(spring, "d-1", ENDS, price=own)
    sold = plans(policies)
    sold["domain-ru"] |= {"price": price}
    next_version(policies, *sold.values())
    path, body = "/contracts/d-1/renewal", {"current_expires_on": ENDS, "account_id": "a-1"}
    shown = spring.call("POST", path, ALICE, body, query={"dry_run": "true"})
    assert [each["amount"] for each in shown.json["charges"]] == [francs(own or price, "RUB")]
    renewed(spring, by, "d-1")
    assert taken(spring) == [("d-1", f"-{own or price}")]
    assert spring.contract("d-1")["price"] == francs(own or price, "RUB")
