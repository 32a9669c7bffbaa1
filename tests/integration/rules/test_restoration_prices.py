"""Rules K5, K7, K8, K9, S4: what bringing back costs, as the policy has it and with its numbers
changed, asked by the holder before and charged to staff's reference after."""

from typing import Any

import pytest

from tests.integration.conftest import ALICE, STAFF, World
from tests.integration.rules.policy_files import PolicyFiles
from tests.integration.rules.scenes import imported, it_is, job

YEAR = {"starts_on": "2024-03-31", "expires_on": "2025-03-31", "status": "non_renewing"}
CONTRACTS: dict[str, dict[str, Any]] = {
    "ch": {"plan": "domain-ch", "label": "example.ch"},
    "com": {"plan": "domain-com", "label": "example.com"},
    "hosting": {"plan": "hosting-start"},
    "mail": {"plan": "mailbox", "quantity": 3},
    "org.nz": {"provider": "svenska-domaner", "plan": "premium-domain", "label": "a.org.nz"},
}
PRICES = {
    "ch": ["120.00", "24.00"],
    "com": ["120.00", "19.00"],
    "hosting": ["118.80"],
    "mail": ["108.00"],
    "org.nz": ["249.00"],
}
FEES = {
    "kinds.domain.lives.0.phases.0.restore.fee": "121.00",
    "kinds.domain.lives.1.phases.0.restore.fee": "90.50",
    "kinds.hosting.lives.0.phases.0.restore.price": ["fee", "renewal"],
    "kinds.hosting.lives.0.phases.0.restore.fee": "5.00",
    "plans.0.price": "25.00",
    "plans.3.price": "37.00",
}
"""The plans' prices are what the contracts are registered at."""
CHANGED = {
    "ch": ["121.00", "25.00"],
    "com": ["90.50", "19.00"],
    "hosting": ["5.00", "118.80"],
    "mail": ["111.00"],
    "org.nz": ["249.00"],
}


def expired(world: World) -> None:
    it_is(world, "2025-03-01")
    for name, fields in CONTRACTS.items():
        imported(world, name, **YEAR, **fields)
    job(world, "2025-03-31")
    it_is(world, "2025-04-02")


def amounts(answer: Any) -> list[str]:
    return [row["amount"]["amount"] for row in answer["charges"]]


@pytest.mark.parametrize("changed", [False, True], ids=["as shipped", "other numbers"])
def test_K5_K7_K8_K9_S4_the_holder_is_told_the_price_that_staff_then_charges(
    world: World, policies: PolicyFiles, changed: bool
) -> None:
    if changed:
        policies.edit("kreativmedia", FEES)
    expired(world)
    asked, charged = {}, {}
    for name in CONTRACTS:
        quote = world.call("GET", f"/contracts/{name}/restoration-quote", ALICE)
        assert quote.status == 200, quote.text
        asked[name] = amounts(quote.json)
        body = {"reference": f"inv-{name}"}
        done = world.call("POST", f"/contracts/{name}/restoration", STAFF, body)
        charged[name] = amounts(done.json)
        seen = world.contract(name, ALICE)
        assert (seen["status"], seen["expires_on"]) == ("active", "2026-03-31")
    assert asked == charged == (CHANGED if changed else PRICES)


def test_K6_K9_who_may_bring_it_back_is_the_policys_choice(
    world: World, policies: PolicyFiles
) -> None:
    policies.edit("kreativmedia", {"kinds.domain.lives.0.phases.0.restore": None})
    policies.edit("svenska-domaner", {"kinds.domain.lives.0.phases.0.restore.by": ["holder"]})
    expired(world)
    body = {"reference": "inv-1"}
    refused = world.call("POST", "/contracts/ch/restoration", STAFF, body)
    assert (refused.status, refused.code) == (409, "not_restorable")
    theirs = world.call("POST", "/contracts/org.nz/restoration", STAFF, body)
    assert (theirs.status, theirs.code) == (403, "not_your_role")
    for name in ("ch", "org.nz"):
        assert world.contract(name)["status"] == "expired"
