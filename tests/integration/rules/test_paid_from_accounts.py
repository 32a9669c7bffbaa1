"""S4, I15, K7: what is restored is charged to an account, and where the policy lets him the holder
restores by himself."""

from typing import Any

import pytest

from tacit.store.repository import Repository
from tests.integration.conftest import ALICE, BOB, CAROL, STAFF, Person, Reply, World, customer
from tests.integration.edge import KIM, assert_problem, everything, nothing_written
from tests.integration.money import balance, book, francs, ledger, moved, opened
from tests.integration.rules.policy_files import PolicyFiles
from tests.integration.rules.scenes import (
    cancel,
    history,
    imported,
    it_is,
    job,
    snapshot,
    told,
)

SVENSKA = {"provider": "svenska-domaner", "plan": "premium-domain", "label": "example.org.nz"}
KRONOR = {"provider": "svenska-domaner", "currency": "SEK"}
RESTORE = "kinds.domain.lives.0.phases.0.restore"


def expired(world: World, contract_id: str = "d-1", **fields: Any) -> None:
    """A domain of alice that ended on 2025-03-31; it is 2 April."""
    imported(world, contract_id, status="non_renewing", starts_on="2024-03-31", **fields)
    job(world, "2025-03-31")
    it_is(world, "2025-04-02")


@pytest.fixture
def swedish(world: World) -> World:
    """Restorable online by its holder for 249.00 kronor, and there is an account with 300.00."""
    it_is(world, "2025-03-01")
    opened(world, "a-1", "300.00", **KRONOR)
    expired(world, **SVENSKA)
    return world


def restore(
    world: World,
    who: Person = ALICE,
    contract_id: str = "d-1",
    *,
    dry_run: bool = False,
    **body: Any,
) -> Reply:
    query = {"dry_run": "true"} if dry_run else None
    return world.call("POST", f"/contracts/{contract_id}/restoration", who, body, query=query)


def restorable(world: World, who: Person, contract_id: str = "d-1") -> tuple[bool, str | None]:
    rows = world.contract(contract_id, who)["actions"]
    (row,) = (row for row in rows if row["action"] == "restore")
    return row["allowed"], row["code"]


def test_S4_the_holder_restores_online_and_his_account_is_charged(swedish: World) -> None:
    assert restorable(swedish, ALICE) == (True, None)
    with nothing_written(swedish):
        preview = restore(swedish, account_id="a-1", dry_run=True)
    done = restore(swedish, account_id="a-1")
    assert (done.status, done.json) == (200, preview.json)
    assert done.json["charges"] == [
        {"account_id": "a-1", "amount": francs("249.00", "SEK"), "reason": "renewal"}
    ]
    seen = swedish.contract("d-1", BOB)
    assert (seen["status"], seen["expires_on"]) == ("active", "2026-03-31")
    assert balance(swedish, "a-1", ALICE) == "51.00"
    line = ledger(swedish, "a-1", ALICE)[-1]
    assert line == {
        "id": "a-1:2",
        "at": "2025-04-02T10:00:00Z",
        "amount": francs("-249.00", "SEK"),
        "reason": "renewal",
        "contract_id": "d-1",
        "period_start": "2025-03-31",
        "reference": None,
    }


def test_S4_too_little_on_the_account_restores_nothing_and_says_how_much_is_short(
    swedish: World,
) -> None:
    opened(swedish, "a-2", "248.99", **KRONOR)
    before = snapshot(swedish, "d-1")
    with nothing_written(swedish):
        refused = restore(swedish, account_id="a-2")
        assert restore(swedish, account_id="a-2", dry_run=True).json == refused.json
    assert_problem(refused, 409, "balance_too_small")
    assert refused.json["params"] == {
        "account_id": "a-2",
        "balance": francs("248.99", "SEK"),
        "needed": francs("249.00", "SEK"),
        "short": francs("0.01", "SEK"),
    }
    assert snapshot(swedish, "d-1") == before
    assert balance(swedish, "a-2") == "248.99"
    assert book(swedish, "a-2", "deposits", francs("0.01", "SEK"), "r-1").status == 200
    assert restore(swedish, account_id="a-2").status == 200
    assert (balance(swedish, "a-1"), balance(swedish, "a-2")) == ("300.00", "0.00")


def test_S4_asking_twice_restores_and_charges_once(swedish: World) -> None:
    assert restore(swedish, account_id="a-1").json["charges"]
    with nothing_written(swedish):
        again = restore(swedish, account_id="a-1")
    assert (again.status, again.json["charges"], again.json["events"]) == (200, [], [])
    assert [warning["code"] for warning in again.json["warnings"]] == ["not_expired"]
    assert moved(swedish, "a-1") == [("by bank transfer", "300.00"), ("renewal", "-249.00")]


def test_S4_a_key_gives_the_first_answer_although_the_money_is_gone(swedish: World) -> None:
    key = {"Idempotency-Key": "k-1"}
    path, body = "/contracts/d-1/restoration", {"account_id": "a-1"}
    first = swedish.call("POST", path, ALICE, body, headers=key)
    with nothing_written(swedish):
        again = swedish.call("POST", path, ALICE, body, headers=key)
    assert first.json["charges"]
    assert (again.status, again.text) == (200, first.text)


def test_S4_each_period_is_charged_by_itself(swedish: World) -> None:
    book(swedish, "a-1", "deposits", francs("200.00", "SEK"), "r-1")
    assert restore(swedish, account_id="a-1").status == 200
    it_is(swedish, "2025-05-01")
    cancel(swedish, "d-1")
    job(swedish, "2026-03-31")
    it_is(swedish, "2026-04-02")
    assert restore(swedish, account_id="a-1").status == 200
    lines = [(line["period_start"], line["amount"]["amount"]) for line in ledger(swedish, "a-1")]
    assert lines[2:] == [("2025-03-31", "-249.00"), ("2026-03-31", "-249.00")]
    assert balance(swedish, "a-1") == "2.00"
    assert swedish.contract("d-1")["expires_on"] == "2027-03-31"


@pytest.mark.parametrize(
    "account",
    [
        {"holder": "bob", **KRONOR},
        {"provider": "kreativmedia", "currency": "SEK"},
        {"holder": "bob", "provider": "kreativmedia", "currency": "SEK"},
    ],
)
@pytest.mark.parametrize("who", [ALICE, STAFF], ids=lambda who: who.subject)
def test_S4_only_an_account_of_the_contracts_holder_at_its_provider_is_charged(
    swedish: World, account: dict[str, Any], who: Person
) -> None:
    """Also where the one who asks may see it; and it is said before any rule's no."""
    opened(swedish, "a-2", "900.00", **account)
    imported(swedish, "d-2", **{**SVENSKA, "label": "other.org.nz"})
    with nothing_written(swedish):
        for contract_id in ("d-1", "d-2"):
            for account_id in ("a-2", "a-none"):
                refused = restore(swedish, who, contract_id, account_id=account_id)
                assert_problem(refused, 404, "not_found")


def test_S4_neither_contact_restores_from_whatever_account(swedish: World) -> None:
    opened(swedish, "b-1", "900.00", holder="bob", **KRONOR)
    with nothing_written(swedish):
        for who in (BOB, CAROL):
            for account_id in ("a-1", "b-1"):
                assert_problem(restore(swedish, who, account_id=account_id), 403, "not_your_role")


@pytest.mark.parametrize(
    ("who", "body", "code", "field"),
    [
        (ALICE, {}, "missing_field", "account_id"),
        (ALICE, {"reference": "I have paid"}, "missing_field", "account_id"),
        (ALICE, {"account_id": "a-1", "reference": "I have paid"}, "invalid_field", "reference"),
        (STAFF, {}, "missing_field", "reference"),
        (STAFF, {"account_id": "a-1", "reference": "inv-1"}, "invalid_field", "reference"),
        (STAFF, {"account_id": 7}, "invalid_field", "account_id"),
        (ALICE, {"account_id": "a-1", "amount": "1.00"}, "unknown_field", "amount"),
    ],
)
def test_S4_it_is_paid_in_one_way_and_a_holder_pays_from_an_account(
    swedish: World, who: Person, body: dict[str, Any], code: str, field: str
) -> None:
    with nothing_written(swedish):
        assert_problem(restore(swedish, who, **body), 422, code, field)


@pytest.mark.parametrize("who", [ALICE, STAFF])
def test_S13_what_costs_nothing_comes_back_without_an_account_and_on_nobodys_word(
    swedish: World, who: Person
) -> None:
    """A free account that was cancelled by itself; and an add-on whose price of its own is none,
    which gets its next term."""
    free = {"provider": "svenska-domaner", "import": True, "price": francs("0.00", "SEK")}
    living = {**SVENSKA, "label": "living.org.nz", "starts_on": "2025-03-31"}
    swedish.register("d-2", **living)
    follows = {"plan": "free-domain-account", "parent_id": "d-2", "starts_on": "2025-03-31"}
    swedish.register("f-1", **free, **follows)
    cancel(swedish, "f-1", mode="immediate")
    swedish.register(
        "m-1", **free, plan="mail-addon", starts_on="2024-04-02", status="non_renewing"
    )
    job(swedish, "2025-04-02")
    for contract_id, charged in (("f-1", []), ("m-1", [("renewal", "0.00")])):
        asked = swedish.call("GET", f"/contracts/{contract_id}/restoration-quote", who).json
        rows = [(row["reason"], row["amount"]["amount"]) for row in asked["charges"]]
        assert (rows, asked["total"]["amount"]) == (charged, "0.00")
        assert restorable(swedish, who, contract_id) == (True, None)
        with nothing_written(swedish):
            preview = restore(swedish, who, contract_id, dry_run=True)
            on_his_word = restore(swedish, ALICE, contract_id, reference="I have paid")
            assert_problem(on_his_word, 422, "missing_field", "account_id")
        done = restore(swedish, who, contract_id)
        assert (done.status, done.json) == (200, preview.json), done.text
        assert swedish.contract(contract_id)["status"] == "active"
    assert swedish.contract("m-1")["expires_on"] == "2026-04-02"


def test_S4_an_account_in_another_currency_pays_nothing(swedish: World) -> None:
    opened(swedish, "a-2", "900.00", provider="svenska-domaner", currency="EUR")
    with nothing_written(swedish):
        refused = restore(swedish, account_id="a-2")
    assert_problem(refused, 409, "other_currency")
    assert refused.json["params"] == {"account_id": "a-2", "currency": "EUR", "other": "SEK"}


def test_S4_the_events_of_contract_and_account_tell_of_the_charge(swedish: World) -> None:
    swedish.relay()
    assert restore(swedish, account_id="a-1").status == 200
    by_subject = {event["detail"]["subject"]: event["detail"] for event in swedish.relay()}
    data = by_subject["d-1"]["data"]
    assert data["account_id"] == "a-1"
    assert data["reference"] is None
    assert (data["amount"], data["currency"]) == ("249.00", "SEK")
    charged = by_subject["account/a-1"]
    assert (charged["type"], charged["number"], charged["actor"]) == (
        "account.charged",
        3,
        "holder",
    )
    assert charged["data"] == {
        "account_id": "a-1",
        "line": 2,
        "amount": "249.00",
        "balance": "51.00",
        "currency": "SEK",
        "contract_id": "d-1",
        "period_start": "2025-03-31",
        "reason": "renewal",
    }
    assert history(swedish, "d-1")[-1] == "contract.restored"
    assert "alice" not in str(by_subject)


def test_S4_the_last_day_ends_it_whatever_is_on_the_account(swedish: World) -> None:
    expired(swedish, "d-2", **{**SVENSKA, "label": "late.org.nz"})
    it_is(swedish, "2025-06-29", "23:59")
    assert restore(swedish, account_id="a-1").status == 200
    book(swedish, "a-1", "deposits", francs("900.00", "SEK"), "r-1")
    it_is(swedish, "2025-06-30", "00:00")
    with nothing_written(swedish):
        assert restore(swedish, contract_id="d-2", account_id="a-1").code == "restoration_over"


def test_I15_the_policy_alone_lets_the_holder_restore_online(
    world: World, policies: PolicyFiles
) -> None:
    """A provider like the one that sends him to support, but for channel and people."""
    online = {f"{RESTORE}.channel": "online", f"{RESTORE}.by": ["holder", "staff"]}
    policies.add("redeemer", "kreativmedia", {**online, f"{RESTORE}.fee": "60.00"})
    it_is(world, "2025-03-01")
    hers = {"plan": "domain-ch"}
    opened(world, "a-1", "100.00", provider="redeemer")
    opened(world, "a-2", "900.00")
    expired(world, "d-1", provider="redeemer", label="one.ch", **hers)
    expired(world, "d-2", label="two.ch", **hers)
    alice = customer("alice", "redeemer", "kreativmedia")
    quoted = world.call("GET", "/contracts/d-1/restoration-quote", alice).json
    done = restore(world, alice, "d-1", account_id="a-1")
    assert done.status == 200, done.text
    assert [(c["reason"], c["amount"]) for c in done.json["charges"]] == [
        (line["reason"], line["amount"]) for line in quoted["charges"]
    ]
    assert moved(world, "a-1")[1:] == [("restoration_fee", "-60.00"), ("renewal", "-24.00")]
    assert balance(world, "a-1", alice) == "16.00"
    assert world.contract("d-1", alice)["status"] == "active"
    with nothing_written(world):
        assert restore(world, alice, "d-2", account_id="a-2").code == "ask_support"


def test_I15_both_charges_are_taken_or_none(world: World, policies: PolicyFiles) -> None:
    policies.edit(
        "kreativmedia",
        {f"{RESTORE}.channel": "online", f"{RESTORE}.by": ["holder", "staff"]},
    )
    it_is(world, "2025-03-01")
    opened(world, "a-1", "130.00")
    expired(world, plan="domain-ch", label="example.ch")
    with nothing_written(world):
        refused = restore(world, account_id="a-1")
    assert refused.json["params"]["short"] == francs("14.00")
    assert world.contract("d-1")["status"] == "expired"


def test_K7_staff_restores_for_the_holder_and_charges_his_account(world: World) -> None:
    it_is(world, "2025-03-01")
    opened(world, "a-1", "150.00")
    expired(world, plan="domain-ch", label="example.ch")
    world.relay()
    done = restore(world, KIM, account_id="a-1")
    assert [(c["account_id"], c["reason"]) for c in done.json["charges"]] == [
        ("a-1", "restoration_fee"),
        ("a-1", "renewal"),
    ]
    assert balance(world, "a-1", ALICE) == "6.00"
    (event,) = told(world, "d-1")
    assert (event["detail"]["data"]["account_id"], event["detail"]["data"]["amount"]) == (
        "a-1",
        "144.00",
    )


def test_K6_support_is_asked_before_anything_is_said_of_an_account(world: World) -> None:
    """Whoever's account he names, and whether or not it is there."""
    it_is(world, "2025-03-01")
    opened(world, "a-1", "900.00")
    opened(world, "b-1", "900.00", holder="bob")
    expired(world, plan="domain-ch", label="example.ch")
    with nothing_written(world):
        answers = {restore(world, account_id=each).text for each in ("a-1", "b-1", "a-none")}
        assert len(answers) == 1
        assert_problem(restore(world, account_id="a-1"), 409, "ask_support")


def test_a_charge_and_its_line_are_written_with_the_contract_or_not_at_all(swedish: World) -> None:
    """What another writer did to the account meanwhile is seen: it is decided again."""
    withdrawn: list[Reply] = []
    real = Repository.commit

    def overtaken(*args: Any, **kwargs: Any) -> None:
        if not withdrawn:
            withdrawn.append(book(swedish, "a-1", "withdrawals", francs("100.00", "SEK"), "r-1"))
        real(*args, **kwargs)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Repository, "commit", overtaken)
        refused = restore(swedish, account_id="a-1")
    assert withdrawn[0].status == 200
    assert_problem(refused, 409, "balance_too_small")
    assert refused.json["params"]["short"] == francs("49.00", "SEK")
    assert swedish.contract("d-1")["status"] == "expired"
    assert not [item for item in everything(swedish) if '"charge"' in item]
