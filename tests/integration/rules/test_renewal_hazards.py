"""Where a domain could be lost or money kept in spite of every rule: refusals of the registry that
come late, weeks without a job, terms that are over, and what stays behind a contract that goes on
in another way."""

from typing import Any

from tests.integration.conftest import ALICE, CAROL, STAFF, World
from tests.integration.rules.policy_files import PolicyFiles
from tests.integration.rules.scenes import calendars, cancel, imported, it_is, job
from tests.integration.rules.terms import (
    REGISTRAR,
    bought,
    ends,
    expiries,
    funded,
    notices,
    renew,
    renewals,
    states,
    statuses,
    switch,
    taken,
)


def reversal(world: World, contract_id: str, period_start: str) -> Any:
    body = {"period_start": period_start, "reason": "refused"}
    return world.call("POST", f"/contracts/{contract_id}/renewal-reversal", STAFF, body)


def test_G2_a_domain_whose_renewal_was_taken_back_can_be_restored_and_is_charged_anew(
    world: World,
) -> None:
    it_is(world, "2025-04-02")
    funded(world, "a-1", "1000.00")
    bought(world, "d-1", "2025-05-01")
    renewals(world, "2025-04-02")
    assert reversal(world, "d-1", "2025-05-01").status == 200
    cancel(world, "d-1")
    expiries(world, "2025-05-01")
    it_is(world, "2025-05-10")
    back = world.call("POST", "/contracts/d-1/restoration", ALICE, {"account_id": "a-1"})
    assert back.status == 200, back.text
    assert taken(world) == [("d-1", "-200.00"), ("d-1", "200.00"), ("d-1", "-200.00")]
    assert ends(world, "d-1") == {"d-1": "2026-05-01"}


def test_G1_what_the_registry_refused_late_is_waited_for_from_that_day_on(world: World) -> None:
    it_is(world, "2025-04-02")
    funded(world, "a-1", "1000.00")
    bought(world, "d-1", "2025-05-01")
    renewals(world, "2025-04-02")
    it_is(world, "2025-05-20")
    assert reversal(world, "d-1", "2025-05-01").status == 200
    expiries(world, "2025-05-20", "13:00")
    assert statuses(world, "d-1") == {"d-1": "active"}
    renewals(world, "2025-05-21")
    assert ends(world, "d-1") == {"d-1": "2026-05-01"}


def test_G1_after_weeks_without_a_job_each_month_is_renewed_and_nothing_ends_between(
    world: World,
) -> None:
    it_is(world, "2025-04-01")
    funded(world, "a-1", "5000.00")
    bought(world, "h-1", "2025-05-01", plan="hosting-1", starts_on="2025-04-01")
    for at in ("12:00", "13:00"):
        renewals(world, "2025-06-16", at)
        expiries(world, "2025-06-16", at)
    assert statuses(world, "h-1") == {"h-1": "active"}
    assert ends(world, "h-1") == {"h-1": "2025-07-01"}
    assert taken(world) == [("h-1", "-150.00"), ("h-1", "-150.00")]


def test_S3_a_term_in_which_a_domain_was_switched_off_is_not_charged_afterwards(
    world: World,
) -> None:
    it_is(world, "2025-06-01")
    short = {"provider": "svenska-domaner", "plan": "premium-domain-3", "label": "example.org.nz"}
    dates = {"starts_on": "2025-04-01", "registry_expires_on": "2026-04-01"}
    bought(world, "d-1", "2025-07-01", **short, **dates)
    job(world, "2025-07-01", name="renewals")
    job(world, "2025-07-01", "13:00")
    assert statuses(world, "d-1") == {"d-1": "inactive"}
    it_is(world, "2026-03-01")
    funded(world, "a-1", "1000.00", provider="svenska-domaner", currency="SEK")
    for at in ("12:00", "13:00"):
        job(world, "2026-03-01", at, name="renewals")
    late = renew(world, "d-1", "2025-07-01", "a-1")
    assert (late.status, late.code) == (409, "term_is_over")
    assert taken(world) == []


def test_R9_money_goes_back_where_it_came_from_also_when_the_next_term_is_asked_for(
    world: World,
) -> None:
    it_is(world, "2025-04-10")
    funded(world, "a-1", "200.00")
    bought(world, "h-1", "2025-05-01", plan="hosting-1", starts_on="2025-04-01")
    renewals(world, "2025-04-10")
    renewals(world, "2025-05-10")
    assert states(world, "h-1")["h-1"][0] == "open"
    it_is(world, "2025-05-16")
    gone = cancel(world, "h-1", mode="immediate")
    assert gone.status == 200, gone.text
    assert taken(world) == [("h-1", "-150.00"), ("h-1", "77.41")]


def test_G1_what_was_paid_by_hand_and_refused_late_can_be_paid_again(world: World) -> None:
    """Its switch is off: he had paid in time, and nobody but himself tries it again."""
    it_is(world, "2025-04-02")
    funded(world, "a-1", "400.00")
    for each in ("d-1", "d-2"):
        bought(world, each, "2025-05-01")
        switch(world, f"~{each}", False)
        assert renew(world, each, "2025-05-01").status == 200
    it_is(world, "2025-05-06")
    for each in ("d-1", "d-2"):
        assert reversal(world, each, "2025-05-01").status == 200
    expiries(world, "2025-05-06", "13:00")
    expiries(world, "2025-05-19", "23:00")
    assert statuses(world, "d-1", "d-2") == {"d-1": "active", "d-2": "active"}
    assert renew(world, "d-1", "2025-05-01").status == 200
    expiries(world, "2025-05-20", "00:00")
    assert statuses(world, "d-1", "d-2") == {"d-1": "active", "d-2": "expired"}


def test_S11_what_is_free_from_now_on_leaves_no_notice_open(world: World) -> None:
    it_is(world, "2025-04-01")
    svenska = {"provider": "svenska-domaner"}
    domain = {"plan": "premium-domain", "label": "example.org.nz"}
    bought(world, "d-1", "2026-03-01", **svenska, **domain)
    bought(world, "a-1", "2025-05-01", **svenska, plan="mail-addon", label="m", parent_id="d-1")
    job(world, "2025-05-01", name="renewals")
    job(world, "2025-05-01", "13:00")
    job(world, "2025-07-30")
    assert world.contract("a-1")["plan"] == "free-domain-account"
    assert states(world, "a-1") == {"a-1": ["annulled"]}


def test_G10_a_renewed_contract_is_looked_at_as_early_as_its_new_version_says(
    world: World, policies: PolicyFiles
) -> None:
    it_is(world, "2025-04-02")
    funded(world, "a-1", "1000.00")
    bought(world, "d-1", "2025-05-01")
    policies.add_version(REGISTRAR, 2, {"renewal.lead_days": 60})
    renewals(world, "2025-04-02")
    seen = world.contract("d-1")
    assert (seen["policy"], seen["next"]) == (
        f"{REGISTRAR}/2",
        {"action": "renew", "on": "2026-03-02"},
    )
    assert calendars(world, "d-1")["renewals_due_at"].startswith("2026-03-01T21:00")


def test_R1_contacts_see_that_it_is_unpaid_and_not_the_holders_accounts(world: World) -> None:
    it_is(world, "2025-03-20")
    funded(world, "a-secret", "10.00")
    bought(world, "d-secret", "2025-04-30")
    bought(world, "d-1", "2025-05-01", billing_contact="bob", technical_contact="carol")
    _hidden(world, "forecast")
    renewals(world, "2025-04-02")
    _hidden(world, "timeline")
    assert world.call("GET", "/notices", CAROL, query={"contract_id": "d-1"}).status == 403
    assert notices(world, "d-1")[0]["why"]["account_id"] == "a-secret"


def _hidden(world: World, door: str) -> None:
    seen, shown = (world.call("GET", f"/contracts/d-1/{door}", who) for who in (ALICE, CAROL))
    assert (seen.status, shown.status) == (200, 200)
    assert "contract.renewal_unpaid" in shown.text
    assert "a-secret" in seen.text
    assert "secret" not in shown.text


def test_R1_what_costs_nothing_is_not_lost_for_want_of_an_account(world: World) -> None:
    """It is renewed and activated as anything else, and whoever has an account finds no line of it
    there."""
    it_is(world, "2025-04-02")
    bought(world, "d-1", "2025-05-01", price="0.00")
    bought(world, "s-1", "2026-04-02", "ssl-certificate", "0.00", status="pending")
    funded(world, "b-1", "1.00", holder="bob")
    bought(world, "d-2", "2025-05-01", price="0.00", holder="bob")
    assert world.contract("d-1", ALICE)["next"] == {"action": "renew", "on": "2025-04-02"}
    for at in ("12:00", "13:00"):
        renewals(world, "2025-04-02", at)
        expiries(world, "2025-05-01", at)
    assert ends(world, "d-1", "d-2") == {"d-1": "2026-05-01", "d-2": "2026-05-01"}
    assert set(statuses(world, "d-1", "d-2", "s-1").values()) == {"active"}
    assert states(world, "d-1", "s-1") == {"d-1": ["paid"], "s-1": ["paid"]}
    assert taken(world, "b-1") == []
    assert reversal(world, "d-1", "2025-05-01").status == 200
    assert states(world, "d-1") == {"d-1": ["open"]}


def test_I16_a_warranty_that_laid_out_nothing_is_owed_nothing(world: World) -> None:
    it_is(world, "2025-04-02")
    domain = {"provider": "infomaniak", "plan": "domain-ch", "renewal_warranty": True}
    price = {"amount": "0.00", "currency": "CHF"}
    imported(
        world, "w-1", **domain, label="w.ch", price=price, expires_on="2025-05-01",
        starts_on="2024-05-01",
    )  # fmt: skip
    switch(world, "~w-1", False)
    for day in ("2025-05-01", "2025-05-02", "2025-06-15"):
        job(world, day, name="renewals")
        job(world, day, "13:00")
    assert (ends(world, "w-1"), states(world, "w-1")) == ({"w-1": "2026-05-01"}, {"w-1": ["paid"]})
    assert world.call("GET", "/tasks", STAFF).json["items"] == []


def test_R8_a_renewal_that_the_registry_refused_goes_back_also_when_the_next_one_is_noticed(
    world: World,
) -> None:
    """By the month, the next notice is made on the day after the old end."""
    it_is(world, "2025-04-02")
    bought(world, "d-1", "2025-05-01", starts_on="2025-04-01", term_months=1)
    funded(world, "a-1", "200.00")
    renewals(world, "2025-04-02", "13:00")
    renewals(world, "2025-05-02")
    assert states(world, "d-1") == {"d-1": ["open", "paid"]}
    assert reversal(world, "d-1", "2025-05-01").status == 200
    assert taken(world) == [("d-1", "-200.00"), ("d-1", "200.00")]
    assert ends(world, "d-1") == {"d-1": "2025-05-01"}
    assert states(world, "d-1") == {"d-1": ["annulled", "open"]}
    assert reversal(world, "d-1", "2025-05-01").json["warnings"][0]["code"] == "not_renewed"
    renewals(world, "2025-05-03")
    assert ends(world, "d-1") == {"d-1": "2025-06-01"}
    assert taken(world)[2:] == [("d-1", "-200.00")]


def test_R8_months_that_were_all_refused_go_back_one_by_one_and_are_paid_again(
    world: World,
) -> None:
    """Three months ahead, the newest taken back first; each of them is charged once more, under a
    key that none of them had."""
    months = ("2025-05-01", "2025-06-01", "2025-07-01")
    it_is(world, "2025-04-02")
    bought(world, "d-1", "2025-05-01", starts_on="2025-04-01", term_months=1)
    funded(world, "a-1", "600.00")
    for month in months:
        assert renew(world, "d-1", month).status == 200
    for month in reversed(months):
        assert reversal(world, "d-1", month).status == 200
    assert ends(world, "d-1") == {"d-1": "2025-05-01"}
    assert states(world, "d-1") == {"d-1": ["annulled", "annulled", "open"]}
    for month in months:
        assert renew(world, "d-1", month).status == 200
    assert ends(world, "d-1") == {"d-1": "2025-08-01"}
    assert [amount for _, amount in taken(world)] == [*3 * ["-200.00"], *3 * ["200.00"]] + 3 * [
        "-200.00"
    ]


def _warranted(world: World) -> None:
    """A domain of a year that a warranty has renewed to 1 May 2026."""
    it_is(world, "2025-04-10")
    domain = {"provider": "infomaniak", "plan": "domain-ch", "renewal_warranty": True}
    bought(world, "d-1", "2025-05-01", label="a.ch", **domain)
    renewals(world, "2025-05-01")
    assert ends(world, "d-1") == {"d-1": "2026-05-01"}


def test_R8_what_is_closed_is_not_moved_by_a_reversal_and_owes_nothing(world: World) -> None:
    """It has moved away. The registry had refused what a warranty laid out: nobody owes for that,
    and nothing else is another than it was."""
    _warranted(world)
    assert world.call("POST", "/contracts/d-1/transfer-out", STAFF, {}).status == 200
    assert reversal(world, "d-1", "2025-05-01").status == 200
    seen = world.contract("d-1")
    assert (seen["status"], seen["expires_on"]) == ("closed", "2026-05-01")
    assert states(world, "d-1") == {"d-1": ["annulled"]}
    late = world.call("POST", "/notices/d-1:2025-05-01/payment", STAFF, {"reference": "bank-1"})
    assert (late.status, late.code) == (409, "notice_annulled")
    assert reversal(world, "d-1", "2025-05-01").code == "not_reversible"


def test_R8_a_paid_renewal_of_what_is_closed_is_not_taken_back(world: World) -> None:
    it_is(world, "2025-04-10")
    funded(world, "a-1", "13.50", provider="infomaniak", currency="CHF")
    bought(world, "d-1", "2025-05-01", provider="infomaniak", plan="domain-ch", label="a.ch")
    assert renew(world, "d-1", "2025-05-01").status == 200
    assert world.call("POST", "/contracts/d-1/transfer-out", STAFF, {}).status == 200
    assert reversal(world, "d-1", "2025-05-01").code == "not_reversible"
    assert ends(world, "d-1") == {"d-1": "2026-05-01"}


def test_R9_what_was_paid_back_on_leaving_is_not_given_back_again_with_its_renewal(
    world: World, policies: PolicyFiles
) -> None:
    """A domain that is switched off at once is not over; its money is back already."""
    policies.edit("svenska-domaner", {"kinds.domain.money_back": True})
    it_is(world, "2025-05-10")
    svenska = {"provider": "svenska-domaner", "plan": "premium-domain"}
    bought(world, "d-1", "2025-06-01", label="a.org.nz", **svenska)
    funded(world, "a-1", "249.00", provider="svenska-domaner", currency="SEK")
    assert renew(world, "d-1", "2025-06-01").status == 200
    it_is(world, "2025-06-01")
    assert cancel(world, "d-1", mode="immediate").status == 200
    assert taken(world) == [("d-1", "-249.00"), ("d-1", "249.00")]
    assert reversal(world, "d-1", "2025-06-01").code == "not_reversible"
    assert taken(world) == [("d-1", "-249.00"), ("d-1", "249.00")]


def test_R4_what_was_renewed_early_and_refused_is_not_collected_a_year_early(
    world: World,
) -> None:
    """Renewed by hand a year ahead, and the registry refused. The job asks from 30 days before its
    end on, not from the next day on."""
    it_is(world, "2025-05-10")
    bought(world, "d-1", "2026-05-01")
    funded(world, "a-1", "200.00")
    assert renew(world, "d-1", "2026-05-01").status == 200
    assert reversal(world, "d-1", "2026-05-01").status == 200
    assert world.contract("d-1", ALICE)["next"] == {"action": "renew", "on": "2026-04-01"}
    for day in ("2025-05-11", "2026-03-31"):
        renewals(world, day)
        assert ends(world, "d-1") == {"d-1": "2026-05-01"}
    assert taken(world) == [("d-1", "-200.00"), ("d-1", "200.00")]
    renewals(world, "2026-04-01")
    assert ends(world, "d-1") == {"d-1": "2027-05-01"}
