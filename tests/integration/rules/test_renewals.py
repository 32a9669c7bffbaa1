"""R1, R4 to R6, S0, S1, G2, G8: contracts renew by themselves and are paid from accounts."""

from typing import Any

from tests.integration.conftest import ALICE, STAFF, World
from tests.integration.edge import assert_problem
from tests.integration.rules.scenes import cancel, it_is, job

MOSCOW = "Europe/Moscow"
RU = {"provider": "registrar-ru"}


def account(world: World, account_id: str, amount: str, **fields: Any) -> None:
    """alice's account with so much on it."""
    body = {"provider": "registrar-ru", "holder": "alice", "currency": "RUB", **fields}
    assert world.call("PUT", f"/accounts/{account_id}", STAFF, body).status == 201
    deposit = {
        "amount": {"amount": amount, "currency": body["currency"]},
        "reference": f"first-{account_id}",
        "reason": "transfer",
    }
    reply = world.call("POST", f"/accounts/{account_id}/deposits", STAFF, deposit)
    assert reply.status == 200, reply.text


def balance(world: World, account_id: str) -> str:
    reply = world.call("GET", f"/accounts/{account_id}", ALICE)
    assert reply.status == 200, reply.text
    return str(reply.json["balance"]["amount"])


def ledger(world: World, account_id: str) -> list[tuple[str, str, str | None]]:
    """(reason, amount, contract), oldest first."""
    reply = world.call("GET", f"/accounts/{account_id}/ledger", ALICE, query={"limit": "200"})
    rows = [(r["reason"], r["amount"]["amount"], r["contract_id"]) for r in reply.json["items"]]
    return rows[::-1]


def bought(world: World, contract_id: str, plan: str, price: str, ends: str, **fields: Any) -> None:
    body = {
        **RU,
        "import": True,
        "plan": plan,
        "label": f"{contract_id}.ru",
        "price": {"amount": price, "currency": "RUB"},
        "starts_on": f"{int(ends[:4]) - 1}{ends[4:]}",
        "expires_on": ends,
        **fields,
    }
    world.register(contract_id, **body)


def renewals(world: World, day: str, at: str = "12:00") -> None:
    job(world, day, at, MOSCOW, name="renewals")


def test_RW1_one_account_pays_the_domain_first_then_the_vps_and_the_order_waits(
    world: World,
) -> None:
    it_is(world, "2025-03-01")
    account(world, "a-1", "1100.00")
    bought(world, "c-vps", "vps-1", "900.00", "2025-05-01", order_id="o-1")
    bought(world, "d-dom", "domain-ru", "200.00", "2025-05-01", order_id="o-2")
    renewals(world, "2025-03-30")
    assert [world.contract(each)["expires_on"] for each in ("c-vps", "d-dom")] == ["2025-05-01"] * 2
    assert balance(world, "a-1") == "1100.00"

    it_is(world, "2025-04-01")
    ordered = {"order_id": "o-3", "status": "pending"}
    bought(world, "a-new", "ssl-certificate", "800.00", "2026-03-01", **ordered)
    renewals(world, "2025-04-02")
    assert ledger(world, "a-1")[-2:] == [
        ("renewal", "-200.00", "d-dom"),
        ("renewal", "-900.00", "c-vps"),
    ]
    assert balance(world, "a-1") == "0.00"
    assert [world.contract(each)["expires_on"] for each in ("c-vps", "d-dom")] == ["2026-05-01"] * 2
    assert world.contract("a-new")["status"] == "pending"
    before = ledger(world, "a-1")
    renewals(world, "2025-04-02", "13:00")
    assert ledger(world, "a-1") == before


def test_S1_a_cancellation_annuls_the_notice_and_taking_it_back_opens_the_same_one(
    world: World,
) -> None:
    it_is(world, "2025-04-01")
    account(world, "a-1", "10.00")
    bought(world, "d-dom", "domain-ru", "200.00", "2025-05-01")
    renewals(world, "2025-04-02")
    for door, status in (
        ("cancellation", "annulled"),
        ("reactivation", "open"),
        ("cancellation", "annulled"),
        ("reactivation", "open"),
    ):
        assert world.call("POST", f"/contracts/d-dom/{door}", ALICE).status == 200
        assert [row["status"] for row in notices(world)] == [status]
    cancel(world, "d-dom")
    renewals(world, "2025-04-03")
    assert [row["status"] for row in notices(world)] == ["annulled"]


def notices(world: World, contract_id: str = "d-dom") -> list[dict[str, Any]]:
    reply = world.call("GET", "/notices", ALICE, query={"contract_id": contract_id})
    assert reply.status == 200, reply.text
    found: list[dict[str, Any]] = reply.json["items"]
    return found


def test_G8_a_renewal_by_hand_names_the_end_it_starts_from(world: World) -> None:
    it_is(world, "2025-04-01")
    account(world, "a-1", "1000.00")
    bought(world, "d-dom", "domain-ru", "200.00", "2025-05-01")
    body = {"current_expires_on": "2025-05-01", "account_id": "a-1"}
    for events in (1, 0, 0):
        reply = world.call("POST", "/contracts/d-dom/renewal", ALICE, body)
        assert (reply.status, len(reply.json["events"])) == (200, events)
    assert balance(world, "a-1") == "800.00"
    assert world.contract("d-dom", ALICE)["expires_on"] == "2026-05-01"
    renewals(world, "2025-04-02")
    assert balance(world, "a-1") == "800.00"


def test_a_notice_is_paid_by_reference_once(world: World) -> None:
    it_is(world, "2025-04-01")
    bought(world, "d-dom", "domain-ru", "200.00", "2025-05-01")
    renewals(world, "2025-04-02")
    (notice,) = notices(world)
    assert (notice["status"], notice["why"]["code"]) == ("open", "no_account")
    path = f"/notices/{notice['id']}/payment"
    assert world.call("POST", path, STAFF, {"reference": "bank-7"}).status == 200
    again = world.call("POST", path, STAFF, {"reference": "bank-7"})
    assert (again.status, again.json["events"]) == (200, [])
    other = world.call("POST", path, STAFF, {"reference": "bank-8"})
    assert_problem(other, 409, "notice_paid")
    assert "was paid by bank-7; nothing" in other.json["detail"]
    assert world.contract("d-dom", ALICE)["expires_on"] == "2026-05-01"


def test_what_an_account_has_paid_is_said_without_a_gap_to_whoever_pays_it_again(
    world: World,
) -> None:
    it_is(world, "2025-04-01")
    account(world, "a-1", "1000.00")
    bought(world, "d-dom", "domain-ru", "200.00", "2025-05-01")
    renewals(world, "2025-04-02")
    (notice,) = notices(world)
    again = world.call("POST", f"/notices/{notice['id']}/payment", STAFF, {"reference": "bank-8"})
    assert_problem(again, 409, "notice_paid")
    assert "was paid by a-1; nothing" in again.json["detail"]
    told = again.json["params"]
    assert (told["paid_by"], told["account_id"], told["reference"]) == ("a-1", "a-1", None)


def test_G2_a_reference_counts_once_on_a_notice_also_after_its_renewal_was_taken_back(
    world: World,
) -> None:
    it_is(world, "2025-04-01")
    bought(world, "d-dom", "domain-ru", "200.00", "2025-05-01")
    renewals(world, "2025-04-02")
    path, back = "/notices/d-dom:2025-05-01/payment", "/contracts/d-dom/renewal-reversal"
    refused = {"period_start": "2025-05-01", "reason": "the registry said no"}
    for reference in ("bank-7", "bank-8"):
        assert world.call("POST", path, STAFF, {"reference": reference}).status == 200
        assert world.call("POST", back, STAFF, refused).status == 200
    for reference in ("bank-7", "bank-8", "bank-7"):
        again = world.call("POST", path, STAFF, {"reference": reference})
        assert (again.status, again.code) == (409, "reference_reused")
        booked = {"amount": "200.00", "currency": "RUB"}
        assert (again.json["params"]["reference"], again.json["params"]["booked"]) == (
            reference,
            booked,
        )
    assert world.contract("d-dom", ALICE)["expires_on"] == "2025-05-01"
    cancel(world, "d-dom")
    assert world.call("POST", "/contracts/d-dom/reactivation", ALICE).status == 200
    assert world.call("POST", path, STAFF, {"reference": "bank-8"}).code == "reference_reused"
    assert world.call("POST", path, STAFF, {"reference": "bank-9"}).status == 200
    assert world.contract("d-dom", ALICE)["expires_on"] == "2026-05-01"


def test_a_renewal_that_the_registry_refused_goes_back_with_its_money(world: World) -> None:
    it_is(world, "2025-04-01")
    account(world, "a-1", "1000.00")
    bought(world, "d-dom", "domain-ru", "200.00", "2025-05-01")
    renewals(world, "2025-04-02")
    body = {"period_start": "2025-05-01", "reason": "the registry said no"}
    reply = world.call("POST", "/contracts/d-dom/renewal-reversal", STAFF, body)
    assert reply.status == 200, reply.text
    assert (balance(world, "a-1"), world.contract("d-dom")["expires_on"]) == (
        "1000.00",
        "2025-05-01",
    )
    assert world.call("POST", "/contracts/d-dom/renewal-reversal", STAFF, body).json["events"] == []
    renewals(world, "2025-04-03")
    assert (balance(world, "a-1"), world.contract("d-dom")["expires_on"]) == (
        "800.00",
        "2026-05-01",
    )
