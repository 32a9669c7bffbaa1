"""K5 to K9: what has expired comes back through support, at the price that was said."""

from typing import Any

import pytest

from tests.integration.conftest import ALICE, BOB, STAFF, Reply, World


def expired(world: World, contract_id: str, plan: str, ends: str, **fields: Any) -> None:
    """A contract that was cancelled, and ended on that day; of one year unless said."""
    year = int(ends[:4])
    world.register(
        contract_id,
        plan=plan,
        status="non_renewing",
        **{"import": True, "starts_on": f"{year - 1}{ends[4:]}", **fields},
    )
    world.run_job(f"{ends}T12:00:00Z")


def restore(world: World, contract_id: str, who: Any = STAFF, **query: str) -> Reply:
    return world.call(
        "POST", f"/contracts/{contract_id}/restoration", who, {"reference": "inv-1"}, query=query
    )


def charges(reply: Reply) -> list[tuple[str, str]]:
    return [(row["reason"], row["amount"]["amount"]) for row in reply.json["charges"]]


def test_KW2_an_expired_domain_is_restored_through_support_until_its_last_day(
    world: World,
) -> None:
    for twin, label in (("c-1", "example.ch"), ("c-2", "twin.ch"), ("c-3", "late.ch")):
        expired(world, twin, "domain-ch", "2025-03-31", label=label)
    world.set_clock("2025-04-02T10:00:00Z")
    assert world.listed(ALICE) == []
    assert "c-1" in world.listed(STAFF)
    for door in ("reactivation", "restoration"):
        refused = world.call(
            "POST",
            f"/contracts/c-1/{door}",
            ALICE,
            {"reference": "mine"} if door == "restoration" else None,
        )
        assert refused.status == 409
        assert refused.json["params"]["contact"]["email"] == "support@kreativmedia.ch"

    world.set_clock("2025-05-01T10:00:00Z")
    for method, taken in (("PUT", "c-9"),):
        body = {
            "provider": "kreativmedia",
            "plan": "domain-ch",
            "label": "example.ch",
            "holder": "mallory",
            "email": "mallory@example.net",
        }
        assert world.call(method, f"/contracts/{taken}", STAFF, body).code == "label_taken"
    quote = world.call("GET", "/contracts/c-1/restoration-quote", STAFF).json
    assert (quote["total"]["amount"], quote["expires_on"], quote["until"]) == (
        "144.00",
        "2026-03-31",
        "2025-05-10",
    )
    preview = restore(world, "c-1", dry_run="true")
    assert world.contract("c-1")["status"] == "expired"
    done = restore(world, "c-1")
    assert done.json == preview.json
    assert charges(done) == [("restoration_fee", "120.00"), ("renewal", "24.00")]
    assert [(r["reason"], r["amount"]["amount"]) for r in quote["charges"]] == charges(done)
    seen = world.contract("c-1", ALICE)
    assert (seen["status"], seen["expires_on"], seen["phase"]) == ("active", "2026-03-31", None)

    world.set_clock("2025-05-09T21:59:00Z")
    assert restore(world, "c-2").status == 200
    world.set_clock("2025-05-09T22:00:00Z")
    late = restore(world, "c-3")
    assert (late.status, late.code) == (409, "restoration_over")
    world.run_job("2025-05-12T10:00:00Z")
    assert restore(world, "c-3").code == "closed"


def test_K5_the_kind_decides_what_restoring_costs_and_until_when(world: World) -> None:
    expired(world, "d", "domain-ch", "2025-03-31", label="example.ch")
    expired(world, "h", "hosting-start", "2025-03-31")
    expired(world, "o", "mailbox", "2025-03-31")
    world.set_clock("2025-04-02T10:00:00Z")
    found = {
        contract_id: (quote["until"], [row["reason"] for row in quote["charges"]])
        for contract_id in "dho"
        for quote in [world.call("GET", f"/contracts/{contract_id}/restoration-quote", STAFF).json]
    }
    assert found == {
        "d": ("2025-05-10", ["restoration_fee", "renewal"]),
        "h": ("2025-04-30", ["renewal"]),
        "o": (None, ["renewal"]),
    }


def test_K6_the_holder_is_sent_to_support_and_the_others_are_not_asked(world: World) -> None:
    expired(world, "c-1", "domain-ch", "2025-03-31", label="example.ch")
    world.set_clock("2025-04-02T10:00:00Z")
    assert restore(world, "c-1", ALICE).code == "ask_support"
    assert restore(world, "c-1", BOB).code == "not_your_role"
    assert world.contract("c-1")["status"] == "expired"


def test_K7_the_holder_is_told_beforehand_that_it_costs_extra(world: World) -> None:
    expired(world, "c-1", "domain-ch", "2025-03-31", label="example.ch")
    world.set_clock("2025-04-02T10:00:00Z")
    quote = world.call("GET", "/contracts/c-1/restoration-quote", ALICE)
    assert quote.status == 200
    assert quote.json["total"] == {"amount": "144.00", "currency": "CHF"}
    assert world.call("GET", "/contracts/c-1/restoration-quote", BOB).code == "not_your_role"


def test_K8_hosting_is_restorable_for_30_days_and_gets_one_term_from_the_old_expiry(
    world: World,
) -> None:
    expired(world, "c-1", "hosting-start", "2025-03-31")
    expired(world, "c-2", "hosting-start", "2025-03-31")
    world.set_clock("2025-04-29T21:59:00Z")
    done = restore(world, "c-1")
    assert charges(done) == [("renewal", "118.80")]
    assert world.contract("c-1", ALICE)["expires_on"] == "2026-03-31"
    world.set_clock("2025-04-29T22:00:00Z")
    assert restore(world, "c-2").code == "restoration_over"


def test_K9_of_any_other_contract_no_date_is_promised_and_staff_may_restore_it(
    world: World,
) -> None:
    expired(world, "c-1", "mailbox", "2025-03-31", quantity=3)
    world.run_job("2026-01-31T10:00:00Z")
    world.set_clock("2026-01-31T10:00:00Z")
    assert world.contract("c-1")["restorable_until"] is None
    assert restore(world, "c-1", ALICE).code == "ask_support"
    assert charges(restore(world, "c-1")) == [("renewal", "108.00")]
    assert world.contract("c-1")["expires_on"] == "2026-03-31"


def test_K9_a_term_that_would_be_over_already_begins_today(world: World) -> None:
    """On the last day of a year from the old expiry, and days later. No last day was promised."""
    for contract_id in ("c-1", "c-2"):
        expired(world, contract_id, "mailbox", "2025-03-31")
    check_restored(world, "2026-03-30T10:00:00Z", "c-1", "2025-03-31", "2026-03-31", 31)
    check_restored(world, "2026-04-02T10:00:00Z", "c-2", "2026-04-02", "2027-04-02", 2)


def check_restored(
    world: World, at: str, contract_id: str, begins: str, ends: str, anchor: int
) -> None:
    """As quoted, and as previewed; the charge is for the term that begins."""
    world.set_clock(at)
    path = f"/contracts/{contract_id}/restoration"
    quote = world.call("GET", f"{path}-quote", STAFF).json
    preview = restore(world, contract_id, dry_run="true")
    done = restore(world, contract_id)
    assert (done.status, done.json) == (200, preview.json), done.text
    assert [(r["reason"], r["amount"]["amount"]) for r in quote["charges"]] == charges(done)
    seen = world.contract(contract_id)
    assert (seen["status"], seen["expires_on"]) == ("active", quote["expires_on"])
    assert (seen["expires_on"], seen["anchor_day"]) == (ends, anchor)
    (line,) = (
        item
        for item in world.items()
        if item["pk"]["S"] == f"contract#{contract_id}"
        and item["item"]["S"] == "charge"
        and item["reason"]["S"] == "renewal"
    )
    assert line["period_start"]["S"] == begins


def test_K6_K7_of_a_domain_of_one_month_the_fee_is_for_its_end_and_the_term_begins_today(
    world: World,
) -> None:
    """Restorable for 40 days, and paid by the month. It may end and come back like that again."""
    month = {"term_months": 1, "price": {"amount": "2.00", "currency": "CHF"}}
    dates = {"starts_on": "2024-12-31", "expires_on": "2025-01-31"}
    expired(world, "c-1", "domain-ch", "2025-01-31", label="example.ch", **month, **dates)
    check_restored(world, "2025-03-11T10:00:00Z", "c-1", "2025-03-11", "2025-04-11", 11)
    world.call("POST", "/contracts/c-1/cancellation", ALICE, {"mode": "at_term"})
    world.run_job("2025-04-11T10:00:00Z")
    world.set_clock("2025-05-20T10:00:00Z")
    again = restore(world, "c-1")
    assert charges(again) == [("restoration_fee", "120.00"), ("renewal", "2.00")]
    assert world.contract("c-1")["expires_on"] == "2025-06-20"
    made = [
        (item["period_start"]["S"], item["reason"]["S"])
        for item in world.items()
        if item["item"]["S"] == "charge"
    ]
    assert sorted(made) == [
        ("2025-01-31", "restoration_fee"),
        ("2025-03-11", "renewal"),
        ("2025-04-11", "restoration_fee"),
        ("2025-05-20", "renewal"),
    ]


def test_restoring_twice_restores_and_charges_once(world: World) -> None:
    expired(world, "c-1", "domain-ch", "2025-03-31", label="example.ch")
    world.set_clock("2025-04-02T10:00:00Z")
    assert restore(world, "c-1").status == 200
    again = restore(world, "c-1")
    assert (again.status, again.json["events"], again.json["charges"]) == (200, [], [])
    lines = [item for item in world.items() if item["item"]["S"] == "charge"]
    assert sorted(line["minor"]["N"] for line in lines) == ["12000", "2400"]
    assert {line["reference"]["S"] for line in lines} == {"inv-1"}


def test_restoring_before_the_expiry_charges_nothing(world: World) -> None:
    world.set_clock("2025-06-01T10:00:00Z")
    world.register("c-1")
    done = restore(world, "c-1")
    assert (done.status, done.json["charges"]) == (200, [])
    refused = world.call("GET", "/contracts/c-1/restoration-quote", ALICE)
    assert (refused.status, refused.code) == (409, "not_expired")


def test_the_anchor_comes_back_after_a_restoration(world: World) -> None:
    expired(
        world,
        "c-1",
        "domain-ch",
        "2025-02-28",
        label="example.ch",
        starts_on="2024-01-31",
        expires_on="2025-02-28",
        term_months=13,
    )
    world.set_clock("2025-03-02T10:00:00Z")
    assert restore(world, "c-1").status == 200
    seen = world.contract("c-1")
    assert (seen["anchor_day"], seen["expires_on"]) == (31, "2026-03-31")


def test_the_holder_is_told_that_it_is_back(world: World) -> None:
    expired(world, "c-1", "domain-ch", "2025-03-31", label="example.ch")
    world.set_clock("2025-04-02T10:00:00Z")
    world.mails()
    done = restore(world, "c-1")
    assert done.json["messages"] == [
        {"kind": "restored", "channel": "email", "to": "holder"},
        {"kind": "restored", "channel": "email", "to": "staff"},
    ]
    mail, desk = world.mails()
    assert "desk@kreativmedia.example" in str(desk["destinations"])
    assert mail["subject"] == "example.ch est rétabli"
    assert "144.00 CHF" in mail["body"] and "31 mars 2026" in mail["body"]


@pytest.mark.parametrize("body", [{}, {"reference": ""}, {"reference": 3}, {"other": "a"}])
def test_without_a_reference_nothing_is_restored(world: World, body: dict[str, Any]) -> None:
    expired(world, "c-1", "domain-ch", "2025-03-31", label="example.ch")
    world.set_clock("2025-04-02T10:00:00Z")
    refused = world.call("POST", "/contracts/c-1/restoration", STAFF, body)
    assert refused.status == 422
    assert world.contract("c-1")["status"] == "expired"


@pytest.mark.parametrize("body", [{}, {"account_id": "a-1"}, {"reference": "mine"}])
def test_K6_the_holders_own_call_is_refused_whatever_he_would_pay_with(
    world: World, body: dict[str, Any]
) -> None:
    expired(world, "c-1", "domain-ch", "2025-03-31", label="example.ch")
    world.set_clock("2025-04-02T10:00:00Z")
    refused = world.call("POST", "/contracts/c-1/restoration", ALICE, body)
    assert (refused.status, refused.code) == (409, "ask_support")
    assert refused.json["params"]["contact"]["email"] == "support@kreativmedia.ch"


def test_S4_a_holder_cannot_restore_on_his_own_word_that_he_paid(world: World) -> None:
    expired(
        world,
        "c-1",
        "premium-domain",
        "2025-03-31",
        provider="svenska-domaner",
        label="example.org.nz",
    )
    world.set_clock("2025-06-29T21:59:00Z")
    refused = restore(world, "c-1", ALICE)
    assert (refused.code, refused.json["params"]["field"]) == ("missing_field", "account_id")
    assert charges(restore(world, "c-1")) == [("renewal", "249.00")]
    assert world.contract("c-1", ALICE)["expires_on"] == "2026-03-31"
