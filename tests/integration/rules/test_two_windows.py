"""Rule G9: a window ends at the earlier of what the provider promises and what the registry of
the extension allows, and both days are shown."""

from typing import Any

import pytest

from tests.integration.conftest import ALICE, BOB, STAFF, World
from tests.integration.rules.policy_files import PolicyFiles
from tests.integration.rules.scenes import imported, it_is, job

EXPIRES = {"starts_on": "2024-06-01", "expires_on": "2025-06-01", "status": "non_renewing"}
SVENSKA = {"provider": "svenska-domaner", "plan": "premium-domain"}
DOMAINS: dict[str, dict[str, Any]] = {
    "org.nz": {**SVENSKA, "label": "example.org.nz"},
    "se": {**SVENSKA, "label": "example.se"},
    "later.se": {**SVENSKA, "label": "later.se", "registry_expires_on": "2025-06-20"},
    "unheard-of": {**SVENSKA, "label": "example.unheard-of"},
    "ch": {"plan": "domain-ch", "label": "example.ch"},
    "com": {"provider": "infomaniak", "plan": "domain-com", "label": "example.com"},
    "hosting": {},
}

SHIPPED = {
    "org.nz": ("2025-09-01", "2025-10-13", "2025-09-01"),
    "se": ("2025-09-01", "2025-08-10", "2025-08-10"),
    "later.se": ("2025-09-20", "2025-08-29", "2025-08-29"),
    "unheard-of": ("2025-09-01", None, "2025-09-01"),
    "ch": ("2025-07-11", "2025-07-11", "2025-07-11"),
    "com": ("2025-07-01", "2025-08-15", "2025-07-01"),
    "hosting": ("2025-07-01", None, "2025-07-01"),
}
"""(provider, registry, effective), reckoned from 1 June: 3 months and 134 days; 70 days; 40 days;
30 days and 45 + 30."""


def ended(world: World) -> None:
    it_is(world, "2025-05-10")
    for name, fields in DOMAINS.items():
        imported(world, name, **EXPIRES, **fields)
    job(world, "2025-06-01", "00:00")
    job(world, "2025-06-20", "00:00")


def shown(world: World, name: str) -> tuple[Any, Any, Any]:
    """The three days as the contract has them, which the restoration quote must have as well."""
    seen = world.contract(name)
    quote = world.call("GET", f"/contracts/{name}/restoration-quote", STAFF).json
    days = (seen["provider_until"], seen["registry_until"], seen["restorable_until"])
    assert (quote["provider_until"], quote["registry_until"], quote["until"]) == days
    return days


def test_G9_the_contract_and_the_quote_show_both_days_and_the_earlier_one_holds(
    world: World,
) -> None:
    ended(world)
    assert {name: shown(world, name) for name in DOMAINS} == SHIPPED
    seen = world.contract("se", BOB)
    assert (seen["provider_until"], seen["registry_until"]) == ("2025-09-01", "2025-08-10")
    quote = world.call("GET", "/contracts/se/restoration-quote", ALICE).json
    assert quote["until"] == "2025-08-10"


def test_G9_another_fact_or_another_promise_moves_the_day(
    world: World, policies: PolicyFiles
) -> None:
    policies.edit_tld("se", {"steps.1.days": 61})
    policies.edit_tld("org.nz", {"steps.1.days": 10})
    policies.edit("kreativmedia", {"kinds.domain.lives.0.phases.0.days": 39})
    policies.edit("infomaniak", {"kinds.domain.lives.1.phases.0.days": 80})
    ended(world)
    assert {name: shown(world, name) for name in DOMAINS} == {
        **SHIPPED,
        "org.nz": ("2025-09-01", "2025-07-25", "2025-07-25"),
        "se": ("2025-09-01", "2025-08-11", "2025-08-11"),
        "later.se": ("2025-09-20", "2025-08-30", "2025-08-30"),
        "ch": ("2025-07-10", "2025-07-11", "2025-07-10"),
        "com": ("2025-08-20", "2025-08-15", "2025-08-15"),
    }


@pytest.mark.parametrize(
    ("name", "last", "over"),
    [("org.nz", "2025-08-31", "2025-09-01"), ("se", "2025-08-09", "2025-08-10")],
)
def test_G9_the_earlier_day_is_the_one_that_restoring_and_the_job_go_by(
    world: World, name: str, last: str, over: str
) -> None:
    ended(world)
    path = f"/contracts/{name}/restoration"
    job(world, last, "23:59")
    dry = {"dry_run": "true"}
    assert world.call("POST", path, STAFF, {"reference": "inv-1"}, query=dry).status == 200
    it_is(world, over, "00:00")
    late = world.call("POST", path, STAFF, {"reference": "inv-1"})
    assert (late.status, late.code) == (409, "restoration_over")
    job(world, over, "00:00")
    assert world.contract(name)["closed_reason"] == "released"


def test_G9_before_its_end_and_after_it_has_come_back_no_window_is_shown(world: World) -> None:
    ended(world)
    assert world.call("POST", "/contracts/se/restoration", STAFF, {"reference": "i"}).status == 200
    seen = world.contract("se", ALICE)
    assert (seen["provider_until"], seen["registry_until"]) == (None, None)
    assert seen["restorable_until"] is None
