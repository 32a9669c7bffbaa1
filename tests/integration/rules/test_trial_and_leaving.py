"""R8 and R9: ten days on trial, what is paid far ahead is cheaper, and those who leave get back
what they paid for days they do not use; a renewed domain is not refunded, a failed renewal takes
nothing."""

from typing import Any

import pytest

from tests.integration.conftest import ALICE, STAFF, Reply, World
from tests.integration.edge import assert_problem, nothing_written
from tests.integration.money import balance, ledger, moved
from tests.integration.rules.policy_files import PolicyFiles
from tests.integration.rules.scenes import cancel, history, instant, it_is
from tests.integration.rules.terms import (
    MOSCOW,
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
)

NEW_HOSTING: dict[str, Any] = {
    "plan": "hosting-1",
    "starts_on": "2025-04-01",
    "term_months": 1,
    "status": "pending",
}


def activate(world: World, contract_id: str, **body: Any) -> Reply:
    who = STAFF if "reference" in body else ALICE
    return world.call("POST", f"/contracts/{contract_id}/activation", who, body)


@pytest.mark.parametrize("days", [None, 14], ids=["shipped", "14 days"])
def test_R9_ten_days_on_trial_cost_nothing_and_the_first_term_is_paid_when_they_are_over(
    world: World, policies: PolicyFiles, days: int | None
) -> None:
    """One by hand, one by the job, one that leaves before it is over."""
    if days is not None:
        policies.edit("registrar-ru", {"plans.1.trial_days": days})
    last, over = ("2025-04-10", "2025-04-11") if days is None else ("2025-04-14", "2025-04-15")
    it_is(world, "2025-04-01")
    funded(world, "a-1", "1000.00")
    for contract_id in ("h-hand", "h-job", "h-gone", "h-left"):
        bought(world, contract_id, "2025-05-01", **NEW_HOSTING)
    assert activate(world, "h-hand").json["charges"] == []
    renewals(world, "2025-04-01")
    everyone = ("h-hand", "h-job", "h-gone", "h-left")
    assert ends(world, *everyone) == dict.fromkeys(everyone, over)
    assert set(statuses(world, *everyone).values()) == {"active"}
    cancel(world, "h-gone")
    it_is(world, "2025-04-08")
    assert cancel(world, "h-left", mode="immediate").json["contract"]["status"] == "closed"
    for at in ("00:00", "23:59"):
        renewals(world, last, at)
        expiries(world, last, at)
    assert (taken(world), balance(world, "a-1")) == ([], "1000.00")
    expiries(world, over, "00:00")
    renewals(world, over, "00:00")
    assert taken(world) == [("h-hand", "-150.00"), ("h-job", "-150.00")]
    assert ends(world, "h-hand") == {"h-hand": over.replace("-04-", "-05-")}
    assert statuses(world, "h-gone", "h-left") == {"h-gone": "closed", "h-left": "closed"}
    assert states(world, "h-gone") == {"h-gone": []}


def test_R9_a_trial_without_money_or_autorenewal_ends_and_costs_nothing(world: World) -> None:
    it_is(world, "2025-04-01")
    funded(world, "a-1", "149.99")
    for contract_id in ("h-1", "h-2"):
        bought(world, contract_id, "2025-05-01", **NEW_HOSTING)
        activate(world, contract_id)
    switch(world, "~h-2", False)
    renewals(world, "2025-04-11", "00:00")
    expiries(world, "2025-04-11", "01:00")
    assert statuses(world, "h-1", "h-2") == {"h-1": "closed", "h-2": "closed"}
    assert moved(world, "a-1") == [("by bank transfer", "149.99")]


PREPAID = {5: "1000.00", 6: "950.00", 11: "950.00", 12: "900.00", 23: "900.00", 24: "850.00"}
OTHER = {5: "1000.00", 6: "1000.00", 11: "880.00", 12: "880.00", 23: "880.00", 24: "880.00"}


def test_R9_the_discount_is_that_of_the_months_paid_ahead(
    world: World, policies: PolicyFiles
) -> None:
    """The shipped table at both sides of each row, and another table."""
    table = {"kinds.hosting.prepaid": [{"months": 11, "percent": 12}]}
    it_is(world, "2025-03-01")
    for months in PREPAID:
        for name, more in (("shipped", {}), ("other", table)):
            plan = {"plans.2.term_months": months, "plans.2.price": "1000.00"}
            provider = f"{name}-{months}"
            policies.add(provider, "registrar-ru", {**plan, **more})
            funded(world, f"a-{provider}", "2000.00", provider=provider)
            term: dict[str, Any] = {"term_months": months, "starts_on": "2023-03-15"}
            bought(world, provider, "2025-03-15", "hosting-12", provider=provider, **term)
    renewals(world, "2025-03-02")
    for name, prices in (("shipped", PREPAID), ("other", OTHER)):
        for months, amount in prices.items():
            provider = f"{name}-{months}"
            assert taken(world, f"a-{provider}") == [(provider, f"-{amount}")]


def test_R9_a_discount_is_rounded_down_and_what_was_agreed_on_is_not_discounted(
    world: World, policies: PolicyFiles
) -> None:
    policies.edit("registrar-ru", {"plans.2.price": "100.05"})
    it_is(world, "2025-03-01")
    funded(world, "a-1", "500.00")
    bought(world, "h-1", "2025-03-15", "hosting-12")
    bought(world, "h-2", "2025-03-15", "hosting-12", price="100.00")
    renewals(world, "2025-03-02")
    assert taken(world) == [("h-1", "-90.04"), ("h-2", "-100.00")]


def left(world: World, contract_id: str, day: str, at: str = "12:00") -> dict[str, Any]:
    """Cancelled at once at that local time of Moscow; what the event says of the money."""
    world.set_clock(instant(day, at, MOSCOW))
    dry = cancel(world, contract_id, mode="immediate", dry_run=True)
    reply = cancel(world, contract_id, mode="immediate")
    assert (reply.status, reply.json) == (200, dry.json)
    found: dict[str, Any] = reply.json["events"][0]["data"]
    return found


LEAVING = {
    "v-before": ("2025-05-01", "00:00", "365.00"),
    "v-first": ("2025-05-02", "00:00", "364.00"),
    "v-evening": ("2025-05-02", "23:59", "364.00"),
    "v-round": ("2025-07-02", "12:00", "303.00"),
    "v-last": ("2026-04-30", "23:59", "1.00"),
}


def test_R9_who_leaves_gets_the_days_back_that_he_does_not_use(world: World) -> None:
    """365.00 for 365 days: one a day, and the day of leaving is back until it has begun."""
    it_is(world, "2025-03-25")
    funded(world, "a-1", "5000.00")
    for contract_id in LEAVING:
        bought(world, contract_id, "2025-05-01", "vps-1", price="365.00")
    renewals(world, "2025-04-02")
    for contract_id, (day, at, amount) in LEAVING.items():
        before = float(balance(world, "a-1"))
        data = left(world, contract_id, day, at)
        assert (data["money_back"], data["account_id"]) == (amount, "a-1")
        assert f"{float(balance(world, 'a-1')) - before:.2f}" == amount
        assert statuses(world, contract_id) == {contract_id: "closed"}
    again = cancel(world, "v-first", mode="immediate")
    assert again.status == 409
    taken(world)


def test_R9_it_is_rounded_down_and_reckoned_from_what_was_paid(world: World) -> None:
    """A term paid ahead with a discount: 1620.00 for 365 days; 100.00 with 304 days left."""
    it_is(world, "2025-03-25")
    funded(world, "a-1", "5000.00")
    bought(world, "h-1", "2025-05-01", "hosting-12")
    bought(world, "v-1", "2025-05-01", "vps-1", price="100.00")
    renewals(world, "2025-04-02")
    assert taken(world) == [("h-1", "-1620.00"), ("v-1", "-100.00")]
    assert left(world, "v-1", "2025-07-01")["money_back"] == "83.28"
    assert left(world, "h-1", "2025-07-01")["money_back"] == "1349.26"


def test_R9_of_several_terms_paid_ahead_each_comes_back_by_itself(world: World) -> None:
    """Two that have not begun come back whole, and of the one that runs its last 21 days."""
    it_is(world, "2025-04-10")
    funded(world, "a-1", "5000.00")
    bought(world, "v-1", "2025-05-01", "vps-1", price="365.00")
    for start in ("2025-05-01", "2026-05-01"):
        assert renew(world, "v-1", start).status == 200
    assert left(world, "v-1", "2025-04-10")["money_back"] == "751.00"


def test_R9_the_term_before_the_last_comes_back_at_what_was_paid_for_it(world: World) -> None:
    """A year of hosting for 1620.00, renewed for another 1620.00, and left with 21 days to go."""
    it_is(world, "2025-03-25")
    funded(world, "a-1", "5000.00")
    bought(world, "h-1", "2025-05-01", "hosting-12")
    renewals(world, "2025-04-02")
    renewals(world, "2026-04-02")
    assert taken(world) == [("h-1", "-1620.00"), ("h-1", "-1620.00")]
    assert left(world, "h-1", "2026-04-10")["money_back"] == "1713.20"


def test_R9_on_trial_only_what_was_paid_comes_back(world: World) -> None:
    """The month after the trial, which was renewed by hand, and nothing for the trial itself."""
    it_is(world, "2025-04-01")
    funded(world, "a-1", "150.00")
    bought(world, "h-1", "2025-05-01", **NEW_HOSTING)
    activate(world, "h-1")
    assert renew(world, "h-1", "2025-04-11").json["contract"]["expires_on"] == "2025-05-11"
    assert left(world, "h-1", "2025-04-02")["money_back"] == "150.00"


def test_R9_what_was_paid_elsewhere_goes_back_by_hand_and_moves_no_account(world: World) -> None:
    it_is(world, "2025-04-10")
    bought(world, "v-1", "2025-05-01", "vps-1", price="365.00")
    renewals(world, "2025-04-10")
    funded(world, "a-1", "10.00")
    assert pay(world, notices(world, "v-1")[0]["id"]).status == 200
    data = left(world, "v-1", "2025-05-02")
    assert (data["money_back"], data["account_id"]) == ("364.00", None)
    assert balance(world, "a-1") == "10.00"


def test_R8_a_renewed_domain_is_not_refunded(world: World, policies: PolicyFiles) -> None:
    """That is the policy's word: where it says otherwise, it is."""
    at_once = {"kinds.domain.lives.0.immediate": "terminate"}
    policies.add("generous", "registrar-ru", {**at_once, "kinds.domain.money_back": True})
    policies.edit("registrar-ru", at_once)
    it_is(world, "2025-03-25")
    for provider in ("registrar-ru", "generous"):
        funded(world, f"a-{provider}", "365.00", provider=provider)
        bought(world, provider, "2025-05-01", price="365.00", provider=provider)
    renewals(world, "2025-04-02")
    it_is(world, "2025-05-02")
    for provider, back in (("registrar-ru", "0.00"), ("generous", "364.00")):
        body = {"mode": "immediate"}
        reply = world.call("POST", f"/contracts/{provider}/cancellation", STAFF, body)
        assert reply.status == 200, reply.text
        assert balance(world, f"a-{provider}") == back


def test_R8_one_that_the_registry_refused_gives_back_all_it_took_and_no_date_stays(
    world: World, policies: PolicyFiles
) -> None:
    """The new date stood on nobody's confirmation: it goes back, with price, version and money,
    also where the contract was cancelled meanwhile; and the period can be paid again, once."""
    it_is(world, "2025-03-25")
    funded(world, "a-1", "1000.00")
    bought(world, "d-1", "2025-05-01")
    bought(world, "d-2", "2025-05-01")
    plans = {"plans.0.price": "250.00"}
    policies.add_version("registrar-ru", 2, plans)
    before = {each: world.contract(each) for each in ("d-1", "d-2")}
    renewals(world, "2025-04-02")
    assert taken(world) == [("d-1", "-250.00"), ("d-2", "-250.00")]
    cancel(world, "d-2")
    body = {"period_start": "2025-05-01", "reason": "refused"}
    for contract_id in before:
        path = f"/contracts/{contract_id}/renewal-reversal"
        assert_problem(world.call("POST", path, ALICE, body), 403, "not_your_role")
        assert world.call("POST", path, STAFF, body).status == 200
        with nothing_written(world):
            assert world.call("POST", path, STAFF, body).json["events"] == []
    for contract_id, was in before.items():
        seen = world.contract(contract_id)
        for field in ("expires_on", "price", "policy"):
            assert seen[field] == was[field]
    assert balance(world, "a-1") == "1000.00"
    assert states(world, "d-1", "d-2") == {"d-1": ["open"], "d-2": ["annulled"]}
    renewals(world, "2025-04-02", "13:00")
    assert balance(world, "a-1") == "1000.00"
    renewals(world, "2025-04-03")
    assert ends(world, "d-1", "d-2") == {"d-1": "2026-05-01", "d-2": "2025-05-01"}
    assert balance(world, "a-1") == "750.00"
    assert len({line["id"] for line in ledger(world, "a-1")}) == 6
    expiries(world, "2025-05-01")
    assert statuses(world, "d-1", "d-2") == {"d-1": "active", "d-2": "expired"}


def test_activated_by_hand_and_paid_afterwards_it_gets_one_period(world: World) -> None:
    """The activation has granted the first term; neither the notice nor the job grants it again."""
    it_is(world, "2025-04-01")
    funded(world, "a-1", "100.00")
    new = {"status": "pending", "starts_on": "2025-04-01"}
    for contract_id in ("s-account", "s-bank"):
        bought(world, contract_id, "2026-04-01", "ssl-certificate", **new)
    renewals(world, "2025-04-01")
    ids = {each: notices(world, each)[0]["id"] for each in ("s-account", "s-bank")}
    assert states(world, *ids) == {"s-account": ["open"], "s-bank": ["open"]}
    assert_problem(activate(world, "s-account", account_id="a-1"), 409, "balance_too_small")
    funded(world, "a-2", "2000.00")
    assert activate(world, "s-account", account_id="a-2").status == 200
    assert activate(world, "s-bank", reference="inv-1").status == 200
    for contract_id in ids:
        again = activate(world, contract_id, account_id="a-2")
        assert (again.status, again.json["charges"]) == (200, [])
    assert_problem(pay(world, ids["s-account"], "inv-2"), 409, "notice_paid")
    assert pay(world, ids["s-bank"], "inv-1").json["events"] == []
    renewals(world, "2025-04-02")
    assert ends(world, *ids) == {"s-account": "2026-04-01", "s-bank": "2026-04-01"}
    assert taken(world, "a-2") == [("s-account", "-800.00")]
    for contract_id in ids:
        assert history(world, contract_id).count("contract.activated") == 1


def test_R9_a_discounted_first_term_that_began_late_comes_back_at_what_was_paid(
    world: World, policies: PolicyFiles
) -> None:
    policies.edit("registrar-ru", {"plans.2.trial_days": None})
    it_is(world, "2025-04-01")
    funded(world, "a-1", "1620.00")
    bought(world, "h-1", "2026-04-01", "hosting-12", status="pending")
    it_is(world, "2025-04-03")
    path = "/contracts/h-1/activation"
    assert world.call("POST", path, ALICE, {"account_id": "a-1"}).status == 200
    assert taken(world) == [("h-1", "-1620.00")]
    assert cancel(world, "h-1", mode="immediate").status == 200
    assert balance(world, "a-1") == "1620.00"


def test_R9_money_back_goes_to_the_account_that_paid_also_where_another_paid_the_year_before(
    world: World,
) -> None:
    """R1 takes the smallest sufficient account each time; the next notice is open already."""
    it_is(world, "2024-04-10")
    funded(world, "a-1", "365.00")
    bought(world, "v-1", "2024-05-01", "vps-1", price="365.00")
    assert renew(world, "v-1", "2024-05-01", "a-1").status == 200
    it_is(world, "2025-04-10")
    funded(world, "a-2", "365.00")
    assert renew(world, "v-1", "2025-05-01", "a-2").status == 200
    order = world.contract("v-1")["order_id"]
    switch(world, order, False)
    renewals(world, "2026-04-10")
    assert [r["status"] for r in notices(world, "v-1")] == ["open", "paid", "paid"]
    data = cancel(world, "v-1", mode="immediate").json["events"][0]["data"]
    assert (data["money_back"], data["account_id"]) == ("21.00", "a-2")
    assert balance(world, "a-2") == "21.00"


def test_R9_what_a_warranty_laid_out_and_nobody_paid_does_not_come_back(
    world: World, policies: PolicyFiles
) -> None:
    policies.edit(
        "registrar-ru", {"kinds.vps.warranty": {"steps": [{"days": 0, "channel": "email"}]}}
    )
    it_is(world, "2025-04-10")
    funded(world, "a-1", "1.00")
    bought(world, "v-1", "2025-05-01", "vps-1", price="365.00", renewal_warranty=True)
    renewals(world, "2025-05-01")
    assert ends(world, "v-1") == {"v-1": "2026-05-01"}
    reply = cancel(world, "v-1", mode="immediate")
    assert reply.status == 200, reply.text
    assert "money_back" not in reply.json["events"][0]["data"]


def test_R9_each_term_goes_back_to_what_had_paid_it(world: World) -> None:
    """policies.md: to the account that had paid. The year that runs was paid at the bank, the one
    ahead from a-1: what was paid elsewhere moves no account."""
    it_is(world, "2025-04-10")
    bought(world, "v-1", "2025-05-01", "vps-1", price="365.00")
    renewals(world, "2025-04-10")
    assert pay(world, notices(world, "v-1")[0]["id"]).status == 200
    it_is(world, "2025-05-02")
    funded(world, "a-1", "365.00")
    assert renew(world, "v-1", "2026-05-01").status == 200
    data = cancel(world, "v-1", mode="immediate").json["events"][0]["data"]
    assert (data["money_back"], data["by_hand"]) == ("365.00", "364.00 RUB")
    assert balance(world, "a-1") == "365.00"


def test_R9_money_of_two_currencies_is_not_added_up(world: World, policies: PolicyFiles) -> None:
    """A year in rubles, and one ahead under a version that sells in francs: 900.00 RUB and 9.00 CHF
    are not 908.00 CHF."""
    it_is(world, "2025-04-10")
    bought(world, "v-1", "2025-05-01", "vps-1")
    funded(world, "a-1", "900.00")
    assert renew(world, "v-1", "2025-05-01").status == 200
    policies.add_version("registrar-ru", 2, {"currency": "CHF", "plans.3.price": "9.00"})
    funded(world, "a-2", "9.00", currency="CHF")
    it_is(world, "2025-05-02")
    assert renew(world, "v-1", "2026-05-01", "a-2").status == 200
    assert balance(world, "a-2") == "0.00"
    reply = cancel(world, "v-1", mode="immediate")
    assert reply.status == 200, reply.text
    assert balance(world, "a-2") == "9.00"
