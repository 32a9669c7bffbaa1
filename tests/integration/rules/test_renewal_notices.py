"""S0, S1, S6 to S8, S10, S11, S13: one notice for each period, annulled by whatever ends the
contract, opened again by what takes that back; and the worked examples SW1 and SW2 whole."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.integration.conftest import ALICE, BOB, STAFF, World
from tests.integration.edge import assert_problem, nothing_written
from tests.integration.money import balance
from tests.integration.rules.policy_files import PolicyFiles
from tests.integration.rules.scenes import cancel, history, imported, it_is, job, reactivate
from tests.integration.rules.terms import (
    ends,
    funded,
    notices,
    pay,
    renew,
    states,
    statuses,
    taken,
    topped_up,
)

SVENSKA = {"provider": "svenska-domaner"}
KRONOR = {**SVENSKA, "currency": "SEK"}
DOMAIN = {**SVENSKA, "plan": "premium-domain"}
ADD_ON = {**SVENSKA, "plan": "mail-addon"}
TO_JUNE = {
    "starts_on": "2024-06-01",
    "expires_on": "2025-06-01",
    "registry_expires_on": "2025-06-01",
}


def night(world: World, day: str, at: str = "12:00") -> None:
    """Both jobs, as they meet every hour."""
    job(world, day, at, name="renewals")
    job(world, day, at)


def domain(world: World, contract_id: str, **fields: Any) -> None:
    body = {**DOMAIN, **TO_JUNE, "label": f"{contract_id}.org.nz", **fields}
    imported(world, contract_id, **body)


def test_SW1_whole_with_its_notices(world: World) -> None:
    it_is(world, "2025-04-01")
    for contract_id in ("undone", "twin", "moved"):
        domain(world, contract_id)
    night(world, "2025-05-02")
    for contract_id in ("undone", "twin", "moved"):
        (notice,) = notices(world, contract_id)
        assert (notice["status"], notice["period_start"]) == ("open", "2025-06-01")
        assert (notice["amount"]["amount"], notice["due_on"]) == ("249.00", "2025-05-31")

    it_is(world, "2025-05-10")
    for contract_id in ("undone", "twin"):
        assert cancel(world, contract_id).json["contract"]["status"] == "non_renewing"
    assert world.call("POST", "/contracts/moved/transfer-out", STAFF).status == 200
    night(world, "2025-05-11")
    annulled = {each: ["annulled"] for each in ("undone", "twin", "moved")}
    assert states(world, *annulled) == annulled
    assert statuses(world, "moved") == {"moved": "closed"}
    body = {"reference": "inv-1"}
    away = world.call("POST", "/contracts/moved/restoration", STAFF, body)
    assert_problem(away, 409, "transferred_out")

    it_is(world, "2025-05-30")
    assert reactivate(world, "undone").json["contract"]["status"] == "active"
    assert states(world, "undone") == {"undone": ["open"]}
    funded(world, "a-1", "300.00", **KRONOR)
    night(world, "2025-06-02")
    assert statuses(world, "undone", "twin") == {"undone": "active", "twin": "expired"}
    assert ends(world, "undone") == {"undone": "2026-06-01"}
    assert taken(world) == [("undone", "-249.00")]
    assert states(world, "undone", "twin") == {"undone": ["paid"], "twin": ["annulled"]}
    it_is(world, "2025-08-20")
    dry = {"dry_run": "true"}
    could = world.call("POST", "/contracts/twin/restoration", STAFF, body, query=dry)
    assert could.status == 200
    night(world, "2025-09-03")
    assert statuses(world, "twin") == {"twin": "closed"}


def test_SW2_whole_with_its_notices_and_its_renewals(world: World) -> None:
    it_is(world, "2025-05-20")
    funded(world, "a-1", "100.00", **KRONOR)
    dates = {"starts_on": "2025-04-01", "expires_on": "2025-07-01"}
    dates["registry_expires_on"] = "2026-04-01"
    for contract_id in ("gone", "late", "kept"):
        domain(world, contract_id, plan="premium-domain-3", **dates)
    it_is(world, "2025-06-01")
    for contract_id in ("gone", "late"):
        cancel(world, contract_id)
    night(world, "2025-06-20")
    assert states(world, "gone", "kept") == {"gone": [], "kept": ["paid"]}
    assert ends(world, "kept") == {"kept": "2025-10-01"}
    assert taken(world) == [("kept", "-69.00")]
    seen = {}
    for day in ("2025-07-02", "2026-03-30", "2026-04-02"):
        night(world, day)
        seen[day] = world.contract("gone", ALICE)["status"]
    assert list(seen.values()) == ["inactive", "inactive", "expired"]
    it_is(world, "2026-06-20")
    body = {"reference": "inv-1"}
    assert world.call("POST", "/contracts/gone/restoration", STAFF, body).status == 200
    it_is(world, "2026-07-03")
    late = world.call("POST", "/contracts/late/restoration", STAFF, body)
    assert_problem(late, 409, "restoration_over")
    assert states(world, "late") == {"late": []}
    new = {**DOMAIN, "plan": "premium-domain-3", "label": "new.org.nz", "holder": "alice"}
    sold = world.call("PUT", "/contracts/new", STAFF, {**new, "email": "alice@example.net"})
    assert_problem(sold, 409, "plan_not_sold")


@pytest.mark.parametrize("lead", [None, 12], ids=["shipped", "12 days"])
def test_S0_a_notice_is_made_some_days_before_the_end_once_and_collected(
    world: World, policies: PolicyFiles, lead: int | None
) -> None:
    if lead is not None:
        policies.edit("svenska-domaner", {"renewal.lead_days": lead})
    it_is(world, "2025-03-01")
    domain(world, "d-1")
    before, first = ("2025-05-01", "2025-05-02") if lead is None else ("2025-05-19", "2025-05-20")
    night(world, before, "23:59")
    assert notices(world, "d-1") == []
    night(world, first, "00:00")
    for _ in range(2):
        night(world, "2025-05-25")
    (notice,) = notices(world, "d-1")
    assert (notice["status"], notice["made_on"], notice["tried_on"]) == (
        "open",
        first,
        "2025-05-25",
    )
    assert notices(world, "d-1", STAFF) == [notice]
    refused = world.call("GET", "/notices", BOB, query={"contract_id": "d-1"})
    assert_problem(refused, 403, "not_your_role")
    funded(world, "a-1", "249.00", **KRONOR)
    night(world, "2025-05-26", "00:00")
    assert (balance(world, "a-1"), states(world, "d-1")) == ("0.00", {"d-1": ["paid"]})
    assert history(world, "d-1").count("contract.renewal_noticed") == 1


ENDINGS = {
    "S1 cancelled": ("cancellation", {"mode": "at_term"}, "non_renewing"),
    "S6 cancelled at once": ("cancellation", {"mode": "immediate"}, "inactive"),
    "S8 moved away": ("transfer-out", {}, "closed"),
    "S10 an add-on": ("cancellation", {"mode": "at_term"}, "non_renewing"),
    "S13 an add-on at once": ("cancellation", {"mode": "immediate"}, "expired"),
}


def test_S1_S6_S8_S10_S13_what_is_given_up_owes_nothing_and_its_notice_cannot_be_paid(
    world: World,
) -> None:
    """There is money, and it stays: no autorenewal is attempted, no further notice made, and who
    pays the old one is told that it is annulled."""
    it_is(world, "2025-04-01")
    names = {what: what.split()[0].lower() for what in ENDINGS}
    for what, name in names.items():
        if "add-on" in what:
            imported(world, name, **ADD_ON, **TO_JUNE)
        else:
            domain(world, name)
    night(world, "2025-05-02")
    assert states(world, *names.values()) == {each: ["open"] for each in names.values()}
    funded(world, "a-1", "9000.00", **KRONOR)
    for what, (door, body, status) in ENDINGS.items():
        reply = world.call("POST", f"/contracts/{names[what]}/{door}", STAFF, body)
        assert reply.json["contract"]["status"] == status
    night(world, "2025-05-10")
    night(world, "2025-05-31", "23:59")
    assert states(world, *names.values()) == {each: ["annulled"] for each in names.values()}
    assert taken(world) == []
    with nothing_written(world):
        for name in names.values():
            late = pay(world, notices(world, name)[0]["id"])
            assert_problem(late, 409, "notice_annulled")
            assert renew(world, name, "2025-06-01").status == 409
    night(world, "2025-06-01", "00:00")
    assert taken(world) == []


TRIED_AGAIN = {
    "en": "We will try again.",
    "fr": "Nous allons réessayer.",
    "sv": "Vi kommer att försöka igen.",
}


def given_up(world: World) -> None:
    assert cancel(world, "w-1").status == 200


def switched_off(world: World) -> None:
    body = {"enabled": False}
    assert world.call("PUT", "/contracts/w-1/autorenewal", ALICE, body).status == 200


def warranted(world: World) -> None:
    """Off, but not lost: the warranty asks for it again."""
    switched_off(world)
    assert world.call("PUT", "/contracts/w-1/renewal-warranty", ALICE).status == 200


@pytest.mark.parametrize("locale", TRIED_AGAIN)
@pytest.mark.parametrize(
    ("before", "again"),
    [(None, True), (given_up, False), (switched_off, False), (warranted, True)],
    ids=["as it was", "cancelled", "switched off", "switched off and warranted"],
)
def test_S1_that_it_is_tried_again_is_told_only_where_it_is(
    world: World, locale: str, before: Callable[[World], None] | None, again: bool
) -> None:
    it_is(world, "2025-03-01")
    francs = {"provider": "infomaniak", "currency": "CHF"}
    funded(world, "a-1", "500.00", **francs)
    fields = {"starts_on": "2024-03-20", "expires_on": "2025-03-20", "locale": locale}
    imported(world, "w-1", provider="infomaniak", plan="domain-ch", label="w.ch", **fields)
    assert renew(world, "w-1", "2025-03-20").status == 200
    if before is not None:
        before(world)
    world.mails()
    body = {"period_start": "2025-03-20", "reason": "refused"}
    assert world.call("POST", "/contracts/w-1/renewal-reversal", STAFF, body).status == 200
    (mail,) = world.mails()
    assert "13.50 CHF" in str(mail)
    assert (TRIED_AGAIN[locale] in mail["body"]) is again
    job(world, "2025-03-20", name="renewals")
    assert (history(world, "w-1")[-1] != "contract.renewal_reversed") is again


def test_S1_S10_taken_back_the_same_notice_is_open_again_and_collected_once(world: World) -> None:
    it_is(world, "2025-04-01")
    domain(world, "d-1")
    imported(world, "x-1", **ADD_ON, **TO_JUNE)
    night(world, "2025-05-02")
    before = {each: notices(world, each)[0]["id"] for each in ("d-1", "x-1")}
    for command in (cancel, reactivate, cancel):
        for contract_id in before:
            command(world, contract_id)
    funded(world, "a-1", "448.00", **KRONOR)
    it_is(world, "2025-05-31", "23:00")
    for contract_id in before:
        assert reactivate(world, contract_id).status == 200
    assert states(world, *before) == {"d-1": ["open"], "x-1": ["open"]}
    night(world, "2025-06-01", "00:00")
    assert sorted(taken(world)) == [("d-1", "-249.00"), ("x-1", "-199.00")]
    assert {each: notices(world, each)[0]["id"] for each in before} == before
    assert states(world, *before) == {"d-1": ["paid"], "x-1": ["paid"]}


def test_S7_unpaid_it_is_over_its_notice_annulled_and_money_that_comes_later_stays(
    world: World,
) -> None:
    it_is(world, "2025-04-01")
    domain(world, "d-1")
    funded(world, "a-1", "248.99", **KRONOR)
    night(world, "2025-05-31", "23:59")
    assert (statuses(world, "d-1"), states(world, "d-1")) == ({"d-1": "active"}, {"d-1": ["open"]})
    night(world, "2025-06-01", "00:00")
    assert statuses(world, "d-1") == {"d-1": "expired"}
    assert world.contract("d-1", ALICE)["restorable_until"] == "2025-09-01"
    topped_up(world, "a-1", "0.01", "SEK")
    for day in ("2025-06-02", "2025-08-31"):
        night(world, day)
        assert (states(world, "d-1"), taken(world)) == ({"d-1": ["annulled"]}, [])
    assert_problem(pay(world, notices(world, "d-1")[0]["id"]), 409, "notice_annulled")
    back = world.call("POST", "/contracts/d-1/restoration", ALICE, {"account_id": "a-1"})
    assert back.json["contract"]["expires_on"] == "2026-06-01"
    assert taken(world) == [("d-1", "-249.00")]


@pytest.mark.parametrize("how", ["reference", "account"])
def test_S14_an_add_on_that_was_switched_off_unpaid_is_served_again_once_it_is_paid(
    world: World, how: str
) -> None:
    """The payment landed minutes after the job had switched it off."""
    it_is(world, "2025-04-01")
    imported(world, "x-1", **ADD_ON, **TO_JUNE)
    night(world, "2025-05-20")
    night(world, "2025-06-01", "00:00")
    assert (statuses(world, "x-1"), states(world, "x-1")) == (
        {"x-1": "inactive"},
        {"x-1": ["open"]},
    )
    it_is(world, "2025-06-01", "00:05")
    funded(world, "a-1", "199.00", **KRONOR)
    (notice,) = notices(world, "x-1")
    paid = pay(world, notice["id"]) if how == "reference" else renew(world, "x-1", "2025-06-01")
    assert paid.status == 200, paid.text
    assert (statuses(world, "x-1"), ends(world, "x-1")) == (
        {"x-1": "active"},
        {"x-1": "2026-06-01"},
    )
    night(world, "2025-06-02")
    night(world, "2025-08-30")
    assert statuses(world, "x-1") == {"x-1": "active"}
    assert balance(world, "a-1") == ("199.00" if how == "reference" else "0.00")


def test_S14_money_that_comes_while_it_is_switched_off_is_collected_by_the_job(
    world: World,
) -> None:
    """What could not be paid is tried every day until the end, and this is not the end."""
    it_is(world, "2025-04-01")
    imported(world, "x-1", **ADD_ON, **TO_JUNE)
    night(world, "2025-06-01", "00:00")
    assert statuses(world, "x-1") == {"x-1": "inactive"}
    funded(world, "a-1", "199.00", **KRONOR)
    night(world, "2025-06-02")
    assert (statuses(world, "x-1"), taken(world)) == ({"x-1": "active"}, [("x-1", "-199.00")])


def test_S11_a_free_account_has_no_notice_and_no_charge(world: World) -> None:
    it_is(world, "2025-03-01")
    domain(world, "d-1")
    add_on = {"parent_id": "d-1", "starts_on": "2024-04-01", "expires_on": "2025-04-01"}
    imported(world, "x-1", **ADD_ON, **add_on)
    night(world, "2025-03-02")
    cancel(world, "x-1")
    night(world, "2025-04-01", "00:00")
    assert world.contract("x-1")["plan"] == "free-domain-account"
    funded(world, "a-1", "900.00", **KRONOR)
    night(world, "2025-05-02")
    world.mails()
    assert taken(world) == [("d-1", "-249.00")]
    assert states(world, "x-1") == {"x-1": ["annulled"]}
    seen = world.contract("x-1")
    assert (seen["price"]["amount"], seen["expires_on"]) == ("0.00", "2026-06-01")
    assert_problem(renew(world, "x-1", "2026-06-01"), 409, "follows_parent")
