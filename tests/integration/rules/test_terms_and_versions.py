"""Rule G10: a term keeps the policy version it began under; a new term begins under the newest."""

from typing import Any

import pytest

from tests.integration.conftest import ALICE, BOB, STAFF, Person, World
from tests.integration.money import balance, francs, moved, opened
from tests.integration.rules import plan_scenes as plans
from tests.integration.rules.policy_files import PolicyFiles
from tests.integration.rules.scenes import (
    cancel,
    history,
    imported,
    it_is,
    job,
    patch,
    reactivate,
)
from tests.integration.rules.terms import funded, notices, renew

CH = {"plan": "domain-ch", "starts_on": "2024-03-31", "expires_on": "2025-03-31"}
SECOND: dict[str, Any] = {
    "kinds.domain.lives.0.phases.0.days": 20,
    "kinds.domain.lives.0.phases.0.restore.fee": "200.00",
    "kinds.hosting.lives.0.phases.0.days": 60,
}


def ends(world: World) -> dict[str, tuple[str, str | None]]:
    """Version and end of the window of both contracts, as staff sees them."""
    found = {name: world.contract(name) for name in ("old", "new")}
    return {name: (seen["policy"], seen["restorable_until"]) for name, seen in found.items()}


def fee(world: World, name: str) -> str:
    quote = world.call("GET", f"/contracts/{name}/restoration-quote", STAFF).json
    return str(quote["charges"][0]["amount"]["amount"])


def test_G10_it_comes_back_by_the_old_version_and_begins_its_new_term_under_the_newest(
    world: World, policies: PolicyFiles
) -> None:
    it_is(world, "2025-03-01")
    imported(world, "old", **CH, label="old.ch", status="non_renewing")
    policies.add_version("kreativmedia", 2, SECOND)
    imported(world, "new", **CH, label="new.ch", status="non_renewing")
    job(world, "2025-03-31")
    assert ends(world) == {
        "old": ("kreativmedia/1", "2025-05-10"),
        "new": ("kreativmedia/2", "2025-04-20"),
    }
    assert (fee(world, "old"), fee(world, "new")) == ("120.00", "200.00")
    back = world.call("POST", "/contracts/old/restoration", STAFF, {"reference": "inv-1"})
    assert back.json["charges"][0]["amount"]["amount"] == "120.00"
    assert world.contract("old", ALICE)["policy"] == "kreativmedia/2"
    cancel(world, "old")
    job(world, "2026-03-31")
    assert ends(world)["old"] == ("kreativmedia/2", "2026-04-20")
    assert fee(world, "old") == "200.00"


def test_G10_what_is_restored_is_charged_as_quoted_and_pays_the_price_of_the_day_from_then_on(
    world: World, policies: PolicyFiles
) -> None:
    """As its twin does that was renewed; a price of the contract's own stays."""
    it_is(world, "2025-03-01")
    opened(world, "a-1", "900.00")
    imported(world, "old", **CH, label="old.ch", status="non_renewing")
    own = {"label": "own.ch", "price": francs("20.00")}
    imported(world, "own", **CH, **own, status="non_renewing")
    imported(world, "twin", **CH, label="twin.ch")
    job(world, "2025-03-05", name="renewals")
    policies.add_version("kreativmedia", 2, {"plans.0.price": "30.00"})
    job(world, "2025-03-31")
    charged = {}
    for name in ("old", "own"):
        back = world.call("POST", f"/contracts/{name}/restoration", STAFF, {"reference": "inv-1"})
        charged[name] = back.json["charges"][1]["amount"]["amount"]
    assert charged == {"old": "24.00", "own": "20.00"}
    assert world.contract("old", ALICE)["price"] == francs("30.00")
    job(world, "2026-03-05", name="renewals")
    asked = {
        name: world.call("GET", "/notices", STAFF, query={"contract_id": name}).json["items"][0]
        for name in ("old", "own", "twin")
    }
    assert {name: notice["amount"]["amount"] for name, notice in asked.items()} == {
        "old": "30.00",
        "own": "20.00",
        "twin": "30.00",
    }


def test_G10_a_price_is_for_one_term_and_is_not_taken_for_another(
    world: World, policies: PolicyFiles
) -> None:
    """The second version sells the plan by the month: a year goes on at what it costs, renewed or
    restored, until a version sells it by the year again."""
    it_is(world, "2025-03-01")
    opened(world, "a-1", "900.00")
    world.register("year", starts_on="2024-04-01")
    imported(world, "back", starts_on="2024-04-01", expires_on="2025-04-01", status="non_renewing")
    by_the_month = {"plans.2.term_months": 1, "plans.2.price": "9.90"}
    policies.add_version("kreativmedia", 2, by_the_month)
    job(world, "2025-03-05", name="renewals")
    job(world, "2025-04-01")
    back = world.call("POST", "/contracts/back/restoration", STAFF, {"reference": "inv-1"})
    assert back.json["charges"][0]["amount"] == francs("118.80")
    for name in ("year", "back"):
        seen = world.contract(name)
        assert (seen["expires_on"], seen["price"]) == ("2026-04-01", francs("118.80"))
        assert seen["policy"] == "kreativmedia/1"
    policies.add_version("kreativmedia", 3, {"plans.2.price": "130.00"})
    job(world, "2026-03-05", name="renewals")
    renewed = [("renewal", "-118.80"), ("renewal", "-130.00"), ("renewal", "-130.00")]
    assert moved(world, "a-1")[1:] == renewed


def test_G10_nothing_within_a_term_changes_its_version(world: World, policies: PolicyFiles) -> None:
    it_is(world, "2025-03-01")
    world.register("c-1", starts_on="2024-03-31")
    policies.add_version("kreativmedia", 2, SECOND)
    cancel(world, "c-1")
    reactivate(world, "c-1")
    patch(world, "c-1", label="renamed")
    cancel(world, "c-1")
    assert world.contract("c-1", BOB)["policy"] == "kreativmedia/1"
    job(world, "2025-03-31")
    seen = world.contract("c-1")
    assert (seen["policy"], seen["restorable_until"]) == ("kreativmedia/1", "2025-04-30")
    job(world, "2025-04-29", "23:59")
    assert world.contract("c-1")["status"] == "expired"
    job(world, "2025-04-30", "00:00")
    assert world.contract("c-1")["status"] == "closed"


PAID: dict[str, tuple[Person, str, dict[str, str]]] = {
    "the holder renews": (
        ALICE,
        "/contracts/c-1/renewal",
        {"current_expires_on": "2025-04-01", "account_id": "a-1"},
    ),
    "staff books a payment": (STAFF, "/notices/c-1:2025-04-01/payment", {"reference": "bank-1"}),
}


@pytest.mark.parametrize("how", PAID)
def test_G10_the_answer_that_begins_a_term_under_another_version_is_what_is_read_next(
    world: World, policies: PolicyFiles, how: str
) -> None:
    it_is(world, "2025-03-10")
    opened(world, "a-1", "900.00")
    imported(world, "c-1", starts_on="2024-04-01", expires_on="2025-04-01")
    world.call("PUT", "/contracts/c-1/autorenewal", ALICE, {"enabled": False})
    policies.add_version(
        "kreativmedia", 2, {"renewal.lead_days": 60, "actions.reactivate.by": ["staff"]}
    )
    job(world, "2025-03-10", name="renewals")
    world.call("PUT", "/contracts/c-1/autorenewal", ALICE, {"enabled": True})
    who, path, body = PAID[how]
    previewed = world.call("POST", path, who, body, query={"dry_run": "true"})
    told = world.call("POST", path, who, body)
    read = world.contract("c-1", who)
    assert read["policy"] == "kreativmedia/2"
    assert read["next"] == {"action": "renew", "on": "2026-01-31"}
    assert told.json["contract"] == read
    assert previewed.json == told.json


def test_G10_S5_short_terms_that_the_newest_version_does_not_sell_go_on(
    world: World, policies: PolicyFiles
) -> None:
    """New registrations are refused at once, whatever version others began under."""
    short = {"provider": "svenska-domaner", "plan": "premium-domain-3", "label": "old.org.nz"}
    policies.edit("svenska-domaner", {"plans.2.orderable": True})
    it_is(world, "2025-04-01")
    world.register("old", **short, starts_on="2025-04-01")
    policies.add_version("svenska-domaner", 2, {"plans.2.orderable": False})
    it_is(world, "2025-06-01")
    body = {**short, "label": "new.org.nz", "holder": "alice", "email": "alice@example.net"}
    refused = world.call("PUT", "/contracts/new", STAFF, body)
    assert (refused.status, refused.code) == (409, "plan_not_sold")
    assert world.call("GET", "/contracts/new", STAFF).status == 404
    cancel(world, "old")
    job(world, "2025-07-01", "00:00")
    back = world.call("POST", "/contracts/old/restoration", STAFF, {"reference": "inv-1"})
    assert back.status == 200, back.text
    seen = world.contract("old", ALICE)
    assert (seen["status"], seen["policy"]) == ("active", "svenska-domaner/2")
    assert (seen["term_months"], seen["expires_on"]) == (3, "2025-10-01")
    assert history(world, "old")[-1] == "contract.restored"


IN_YEN = {
    "currency": "JPY",
    **{f"plans.{n}.price": p for n, p in enumerate(("1600", "3200", "6400", "800", "4800"))},
}


def test_G10_X1_a_price_of_its_own_stays_with_a_version_that_bills_in_its_currency(
    world: World, policies: PolicyFiles
) -> None:
    """Its plan is sold in yen by now, and 11.00 EUR are worth no number of days of 3200 JPY. It
    goes on as it was, and its notices and plans are those of its version."""
    it_is(world, "2025-05-01")
    plans.server(world, ends="2025-05-31", price=francs("11.00", "EUR"))
    policies.add_version("kriax", 2, IN_YEN)
    funded(world, "a-1", "100.00", provider="kriax", currency="EUR")
    assert renew(world, "v-1", "2025-05-31").status == 200
    seen = world.contract("v-1")
    assert (seen["policy"], seen["price"]) == ("kriax/1", francs("11.00", "EUR"))
    assert [row["amount"] for row in notices(world, "v-1")] == [francs("11.00", "EUR")]
    quoted = plans.quoted(world, "vps-m")
    assert quoted["to"]["price"] == francs("20.00", "EUR")


def test_G10_the_plans_price_is_that_of_the_newest_in_its_currency_and_goes_back_as_it_was(
    world: World, policies: PolicyFiles
) -> None:
    """A domain at the plan's price is renewed in euros; the registry refuses, and it has its francs
    and its version again."""
    it_is(world, "2025-05-10")
    term = {"starts_on": "2024-06-01", "expires_on": "2025-06-01"}
    imported(world, "d-1", provider="infomaniak", plan="domain-ch", label="a.ch", **term)
    before = world.contract("d-1")["price"]
    policies.add_version("infomaniak", 2, {"currency": "EUR"})
    funded(world, "a-1", "100.00", provider="infomaniak", currency="EUR")
    assert renew(world, "d-1", "2025-06-01").status == 200
    seen = world.contract("d-1")
    assert (seen["policy"], seen["price"]["currency"]) == ("infomaniak/2", "EUR")
    body = {"period_start": "2025-06-01", "reason": "refused"}
    assert world.call("POST", "/contracts/d-1/renewal-reversal", STAFF, body).status == 200
    seen = world.contract("d-1")
    assert (seen["policy"], seen["price"]) == ("infomaniak/1", before)
    assert before["currency"] == "CHF"


def test_G10_K7_the_fee_and_the_renewal_of_a_restoration_are_in_one_currency(
    world: World, policies: PolicyFiles
) -> None:
    """A price of its own in francs, under a provider that bills in euros by now."""
    it_is(world, "2025-05-10")
    term = {"starts_on": "2024-06-01", "expires_on": "2025-06-01", "price": francs("11.00")}
    imported(world, "d-1", provider="infomaniak", plan="domain-ch", label="a.ch", **term)
    policies.add_version("infomaniak", 2, {"currency": "EUR"})
    funded(world, "a-1", "100.00", provider="infomaniak", currency="CHF")
    assert renew(world, "d-1", "2025-06-01").status == 200
    cancel(world, "d-1")
    job(world, "2026-05-31")
    job(world, "2026-06-01")
    seen = world.contract("d-1")
    assert (seen["status"], seen["policy"]) == ("expired", "infomaniak/1")
    quoted = world.call("GET", "/contracts/d-1/restoration-quote", ALICE).json
    assert quoted["total"] == francs("71.00")
    assert {row["amount"]["currency"] for row in quoted["charges"]} == {"CHF"}
    path, mine = "/contracts/d-1/restoration", {"account_id": "a-1"}
    assert world.call("POST", path, ALICE, mine).status == 200
    assert balance(world, "a-1") == "18.00"
