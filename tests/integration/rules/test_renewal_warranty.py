"""I16, I17: a domain that would involuntarily be lost is renewed, and the amount stays owed."""

from typing import Any

import pytest

from tests.integration.conftest import ALICE, STAFF, World
from tests.integration.rules.policy_files import PolicyFiles
from tests.integration.rules.scenes import cancel, history, it_is, job


def domain(world: World, contract_id: str = "d-1", **fields: Any) -> None:
    body = {
        "provider": "infomaniak",
        "plan": "domain-ch",
        "label": f"{contract_id}.ch",
        "import": True,
        "starts_on": "2024-05-01",
        "expires_on": "2025-05-01",
        **fields,
    }
    world.register(contract_id, **body)


def warranty(world: World, contract_id: str = "d-1", method: str = "PUT") -> int:
    return world.call(method, f"/contracts/{contract_id}/renewal-warranty", ALICE).status


def both_jobs(world: World, day: str) -> None:
    for name in ("expiries", "renewals", "expiries"):
        job(world, day, name=name)


def tasks(world: World) -> list[tuple[str, str]]:
    reply = world.call("GET", "/tasks", STAFF)
    assert reply.status == 200, reply.text
    return [(row["contract_id"], row["what"]) for row in reply.json["items"]]


def account(world: World, amount: str) -> None:
    body = {"provider": "infomaniak", "holder": "alice", "currency": "CHF"}
    world.call("PUT", "/accounts/a-1", STAFF, body)
    money = {"amount": amount, "currency": "CHF"}
    deposit = {"amount": money, "reference": "late", "reason": "transfer"}
    assert world.call("POST", "/accounts/a-1/deposits", STAFF, deposit).status == 200


def test_I16_a_domain_that_would_be_lost_is_renewed_and_the_holder_is_contacted(
    world: World,
) -> None:
    it_is(world, "2025-04-20")
    for each in ("d-1", "d-2", "d-3"):
        domain(world, each)
    assert warranty(world) == warranty(world, "d-3") == 200
    cancel(world, "d-3")
    both_jobs(world, "2025-04-30")
    assert world.contract("d-1")["expires_on"] == "2025-05-01"
    both_jobs(world, "2025-05-01")
    found = {each: world.contract(each) for each in ("d-1", "d-2", "d-3")}
    assert {each: c["status"] for each, c in found.items()} == {
        "d-1": "active",
        "d-2": "expired",
        "d-3": "expired",
    }
    assert found["d-1"]["expires_on"] == "2026-05-01"
    assert [row["status"] for row in _notices(world)] == ["open"]

    channels = {
        "2025-05-02": [],
        "2025-05-08": [],
        "2025-05-15": ["phone"],
        "2025-05-31": ["letter"],
    }
    expected: list[tuple[str, str]] = []
    for day, people in channels.items():
        both_jobs(world, day)
        expected += [("d-1", what) for what in people]
        assert sorted(tasks(world)) == sorted(expected)
    assert history(world, "d-1").count("contract.warranty_contact") == 4
    task = world.call("GET", "/tasks", STAFF).json["items"][0]["id"]
    assert world.call("POST", f"/tasks/{task}/done", STAFF).status == 200
    assert len(tasks(world)) == 1
    assert world.call("POST", f"/tasks/{task}/done", STAFF).status == 404

    account(world, "20.00")
    both_jobs(world, "2025-06-01")
    assert world.call("GET", "/accounts/a-1", ALICE).json["balance"]["amount"] == "6.50"
    assert [row["status"] for row in _notices(world)] == ["paid"]
    assert world.contract("d-1", ALICE)["expires_on"] == "2026-05-01"
    both_jobs(world, "2025-06-02")
    assert world.call("GET", "/accounts/a-1", ALICE).json["balance"]["amount"] == "6.50"


def _notices(world: World) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = world.call(
        "GET", "/notices", ALICE, query={"contract_id": "d-1"}
    ).json["items"]
    return found


def test_I16_what_is_owed_can_be_paid_by_reference_and_renews_nothing_twice(world: World) -> None:
    it_is(world, "2025-04-20")
    domain(world)
    warranty(world)
    both_jobs(world, "2025-05-01")
    (notice,) = _notices(world)
    path = f"/notices/{notice['id']}/payment"
    assert world.call("POST", path, STAFF, {"reference": "bank-1"}).status == 200
    assert world.contract("d-1", ALICE)["expires_on"] == "2026-05-01"
    assert [row["status"] for row in _notices(world)] == ["paid"]


def test_I17_the_warranty_may_be_stopped_and_the_domain_be_cancelled_at_any_time(
    world: World,
) -> None:
    it_is(world, "2025-04-20")
    domain(world)
    assert [warranty(world), warranty(world, method="DELETE")] == [200, 200]
    assert world.contract("d-1", ALICE)["renewal_warranty"] is False
    both_jobs(world, "2025-05-01")
    assert world.contract("d-1", ALICE)["status"] == "expired"


def test_I12_the_address_is_written_to_before_a_domain_expires(world: World) -> None:
    it_is(world, "2025-03-20")
    domain(world)
    world.mails()
    subjects = []
    for day in ("2025-03-31", "2025-04-01", "2025-04-02", "2025-04-23", "2025-04-24", "2025-04-25"):
        job(world, day)
        subjects += [(day, mail["subject"]) for mail in world.mails()]
    assert [day for day, _ in subjects] == ["2025-04-01", "2025-04-24"]


def test_G1_of_several_notices_that_were_slept_through_only_the_newest_is_told(
    world: World,
) -> None:
    it_is(world, "2025-03-20")
    domain(world)
    job(world, "2025-04-26")
    job(world, "2025-04-27")
    assert history(world, "d-1").count("contract.expiry_noticed") == 1


def test_I16_what_the_registry_refused_after_all_is_not_owed_and_nothing_is_noticed_behind_it(
    world: World,
) -> None:
    it_is(world, "2025-04-20")
    domain(world)
    assert warranty(world) == 200
    both_jobs(world, "2025-05-01")
    for at in ("12:00", "13:00"):  # what is owed has its turn first
        job(world, "2026-04-05", at, name="renewals")
    assert notices(world) == {"2025-05-01": "open", "2026-05-01": "open"}
    body = {"period_start": "2025-05-01", "reason": "the registry never had it"}
    back = world.call("POST", "/contracts/d-1/renewal-reversal", STAFF, body)
    assert back.status == 200, back.text
    assert notices(world) == {"2025-05-01": "open", "2026-05-01": "annulled"}
    assert world.contract("d-1")["expires_on"] == "2025-05-01"


@pytest.mark.parametrize("paid", [None, "bank-7", "a-1"])
def test_G10_I16_what_a_warranty_did_goes_back_with_its_version_and_its_price(
    world: World, policies: PolicyFiles, paid: str | None
) -> None:
    """Also where what was owed had been paid, elsewhere or from an account."""
    it_is(world, "2025-04-01")
    domain(world, renewal_warranty=True)
    before = world.contract("d-1")
    policies.add_version("infomaniak", 2, {"plans.0.price": "99.00"})
    job(world, "2025-05-01", name="renewals")
    stepped_in = world.contract("d-1")
    assert (stepped_in["policy"], stepped_in["price"]["amount"]) == ("infomaniak/2", "99.00")
    if paid == "a-1":
        account(world, "99.00")
        job(world, "2025-05-02", name="renewals")
    elif paid is not None:
        body = {"reference": paid}
        assert world.call("POST", "/notices/d-1:2025-05-01/payment", STAFF, body).status == 200
    assert notices(world) == {"2025-05-01": "paid" if paid else "open"}
    body = {"period_start": "2025-05-01", "reason": "the registry never had it"}
    back = world.call("POST", "/contracts/d-1/renewal-reversal", STAFF, body)
    assert back.status == 200, back.text
    after = world.contract("d-1")
    went_back = ("expires_on", "policy", "price")
    assert [after[name] for name in went_back] == [before[name] for name in went_back]


def notices(world: World) -> dict[str, str]:
    """The status of each, by the period it is for."""
    reply = world.call("GET", "/notices", ALICE, query={"contract_id": "d-1"})
    assert reply.status == 200, reply.text
    return {row["period_start"]: row["status"] for row in reply.json["items"]}
