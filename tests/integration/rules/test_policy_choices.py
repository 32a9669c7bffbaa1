"""What a policy may choose and none of the shipped ones does: it is carried out all the same. And
I15: the holder restores an expired domain online, under the file as it is shipped."""

from tests.integration.conftest import ALICE, STAFF, World
from tests.integration.money import opened
from tests.integration.rules.policy_files import PolicyFiles
from tests.integration.rules.scenes import cancel, imported, it_is, job

LIFE = "kinds.hosting.lives.0"
PHASE = f"{LIFE}.phases.0"


def hosting(world: World, contract_id: str = "c-1", ends: str = "2025-06-30") -> None:
    starts = f"{int(ends[:4]) - 1}{ends[4:]}"
    imported(world, contract_id, starts_on=starts, expires_on=ends)


def test_a_cancellation_has_to_come_before_the_notice_period(
    world: World, policies: PolicyFiles
) -> None:
    policies.edit("kreativmedia", {f"{LIFE}.notice_days": 30})
    it_is(world, "2025-05-31", "23:59")
    hosting(world)
    assert cancel(world, "c-1", dry_run=True).status == 200
    it_is(world, "2025-06-01", "00:00")
    late = cancel(world, "c-1")
    assert (late.status, late.code) == (409, "notice_period")
    assert late.json["params"] == {
        "notice_days": 30,
        "last_day": "2025-05-31",
        "expires_on": "2025-06-30",
        "available_from": "2025-06-30",
    }
    (row,) = (r for r in world.contract("c-1", ALICE)["actions"] if r["action"] == "cancel")
    assert (row["allowed"], row["code"], row["available_from"]) == (
        False,
        "notice_period",
        "2025-06-30",
    )
    assert world.contract("c-1", ALICE)["status"] == "active"


def test_without_a_notice_period_the_last_day_is_the_day_before_the_end(world: World) -> None:
    it_is(world, "2025-06-29", "23:59")
    hosting(world)
    assert cancel(world, "c-1").status == 200
    assert world.contract("c-1", ALICE)["status"] == "non_renewing"


def test_a_way_back_may_cost_the_renewal_several_times(world: World, policies: PolicyFiles) -> None:
    back = {
        "by": ["staff"],
        "channel": "support",
        "price": ["multiple"],
        "multiple": 3,
        "counted_from": "expiry",
    }
    policies.edit("kreativmedia", {f"{PHASE}.restore": back})
    it_is(world, "2025-06-01")
    hosting(world)
    cancel(world, "c-1")
    job(world, "2025-06-30")
    quote = world.call("GET", "/contracts/c-1/restoration-quote", ALICE).json
    paid = world.call("POST", "/contracts/c-1/restoration", STAFF, {"reference": "inv-1"}).json
    charges = [(c["reason"], c["amount"]["amount"]) for c in paid["charges"]]
    assert charges == [("renewal", "356.40")]
    assert quote["total"]["amount"] == "356.40"
    assert world.contract("c-1", ALICE)["expires_on"] == "2026-06-30"


def test_a_window_may_be_counted_in_working_days(world: World, policies: PolicyFiles) -> None:
    policies.edit("kreativmedia", {f"{PHASE}.days": None, f"{PHASE}.working_days": 3})
    it_is(world, "2025-06-01")
    hosting(world, ends="2025-06-06")  # a Friday
    cancel(world, "c-1")
    job(world, "2025-06-06", "00:00")
    assert world.contract("c-1")["restorable_until"] == "2025-06-11"
    job(world, "2025-06-10", "23:59")
    assert world.contract("c-1")["status"] == "expired"
    job(world, "2025-06-11", "00:00")
    assert world.contract("c-1")["status"] == "closed"


def test_I15_the_holder_restores_an_expired_domain_online_from_his_account(world: World) -> None:
    it_is(world, "2025-06-01")
    opened(world, "a-1", "100.00", provider="infomaniak")
    dates = {"starts_on": "2024-06-30", "expires_on": "2025-06-30"}
    domain = {"provider": "infomaniak", "plan": "domain-ch", "label": "example.ch"}
    imported(world, "d-1", **domain, **dates)
    cancel(world, "d-1")
    job(world, "2025-06-30")
    (row,) = (r for r in world.contract("d-1", ALICE)["actions"] if r["action"] == "restore")
    assert row["allowed"] is True
    paid = world.call("POST", "/contracts/d-1/restoration", ALICE, {"account_id": "a-1"})
    assert paid.status == 200, paid.text
    assert [
        (c["account_id"], c["reason"], c["amount"]["amount"]) for c in paid.json["charges"]
    ] == [
        ("a-1", "restoration_fee", "60.00"),
        ("a-1", "renewal", "13.50"),
    ]
    account = world.call("GET", "/accounts/a-1", ALICE).json
    assert account["balance"]["amount"] == "26.50"
    seen = world.contract("d-1", STAFF)
    assert (seen["status"], seen["expires_on"]) == ("active", "2026-06-30")
