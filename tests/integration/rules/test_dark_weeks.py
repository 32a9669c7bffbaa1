"""Rule G15: a job that was dark for longer than a window lets nobody find it shut: what it comes to
late is open for the policy's days of notice from then on, as far as the registry allows."""

from typing import Any

import pytest

from tests.integration.conftest import ALICE, STAFF, World
from tests.integration.rules.policy_files import PolicyFiles
from tests.integration.rules.scenes import history, imported, it_is, job

SVENSKA = {"provider": "svenska-domaner", "plan": "premium-domain"}
YEAR = {"starts_on": "2024-06-01", "expires_on": "2025-06-01", "status": "non_renewing"}
PARENT = {"starts_on": "2025-03-01", "expires_on": "2026-03-01"}
LATE: dict[str, dict[str, Any]] = {
    "org.nz": {**SVENSKA, "label": "example.org.nz"},
    "unpaid": {**SVENSKA, "label": "unpaid.org.nz", "status": "active"},
    "se": {**SVENSKA, "label": "example.se"},
    "unheard-of": {**SVENSKA, "label": "example.unheard-of"},
    "ch": {"plan": "domain-ch", "label": "example.ch"},
    "com": {"plan": "domain-com", "label": "example.com"},
    "hosting": {},
    "add-on": {"provider": "svenska-domaner", "plan": "mail-addon", "parent_id": "parent"},
}
NOTICE = {
    "svenska-domaner": {"expired_notice_days": 20},
    "kreativmedia": {"expired_notice_days": 20},
}


def dark_until(world: World, day: str) -> dict[str, tuple[str, str | None]]:
    """Everything ends on 1 June, and the job first runs at noon of that day."""
    it_is(world, "2025-05-10")
    parent = {**SVENSKA, "plan": "budget-domain", "label": "parent.org.nz"}
    imported(world, "parent", **parent, **PARENT)
    for name, fields in LATE.items():
        imported(world, name, **{**YEAR, **fields})
    job(world, day)
    seen = {name: world.contract(name) for name in LATE}
    return {name: (each["status"], each["restorable_until"]) for name, each in seen.items()}


IN_TIME = {
    "org.nz": ("expired", "2025-09-01"),
    "unpaid": ("active", None),
    "se": ("expired", "2025-08-10"),
    "unheard-of": ("expired", "2025-09-01"),
    "ch": ("expired", "2025-07-11"),
    "com": ("expired", "2025-07-01"),
    "hosting": ("expired", "2025-07-01"),
    "add-on": ("expired", "2025-07-05"),
}
IN_JULY = {
    "org.nz": ("expired", "2025-09-01"),
    "unpaid": ("expired", "2025-09-01"),
    "se": ("expired", "2025-08-10"),
    "unheard-of": ("expired", "2025-09-01"),
    "ch": ("expired", "2025-07-11"),
    "com": ("expired", "2025-07-24"),
    "hosting": ("expired", "2025-07-24"),
    "add-on": ("expired", "2025-08-09"),
}
IN_SEPTEMBER = {
    "org.nz": ("expired", "2025-10-04"),
    "unpaid": ("expired", "2025-10-04"),
    "se": ("closed", None),
    "unheard-of": ("expired", "2025-10-04"),
    "ch": ("closed", None),
    "com": ("closed", None),
    "hosting": ("expired", "2025-10-04"),
    "add-on": ("expired", "2025-10-20"),
}
AT_THE_REGISTRYS_END = {
    "org.nz": ("expired", "2025-10-13"),
    "unpaid": ("expired", "2025-10-13"),
    "se": ("closed", None),
    "unheard-of": ("expired", "2025-10-19"),
    "ch": ("closed", None),
    "com": ("closed", None),
    "hosting": ("expired", "2025-10-19"),
    "add-on": ("expired", "2025-11-04"),
}


@pytest.mark.parametrize(
    ("first_run", "found"),
    [
        ("2025-06-05", IN_TIME),
        ("2025-07-10", IN_JULY),
        ("2025-09-20", IN_SEPTEMBER),
        ("2025-10-05", AT_THE_REGISTRYS_END),
    ],
)
def test_G15_a_window_is_never_less_than_14_days_from_the_late_run_as_far_as_the_registry_goes(
    world: World, first_run: str, found: dict[str, tuple[str, str | None]]
) -> None:
    assert dark_until(world, first_run) == found


def test_G15_with_20_days_of_notice_in_the_policy_it_is_never_less_than_20(
    world: World, policies: PolicyFiles
) -> None:
    for provider, changes in NOTICE.items():
        policies.edit(provider, changes)
    assert dark_until(world, "2025-09-20") == {
        **IN_SEPTEMBER,
        "org.nz": ("expired", "2025-10-10"),
        "unpaid": ("expired", "2025-10-10"),
        "unheard-of": ("expired", "2025-10-10"),
        "hosting": ("expired", "2025-10-10"),
    }


def test_G15_the_window_that_a_late_run_opened_is_whole(world: World) -> None:
    dark_until(world, "2025-09-20")
    for name in ("org.nz", "hosting"):
        assert history(world, name) == ["contract.registered", "contract.expired"]
    job(world, "2025-10-03", "23:59")
    back = world.call("POST", "/contracts/org.nz/restoration", STAFF, {"reference": "inv-1"})
    assert back.status == 200
    assert world.contract("org.nz", ALICE)["expires_on"] == "2026-06-01"
    assert world.contract("hosting")["status"] == "expired"
    job(world, "2025-10-04", "00:00")
    assert world.contract("hosting")["closed_reason"] == "terminated"
    assert world.contract("add-on")["status"] == "expired"
    job(world, "2025-10-19", "23:59")
    assert world.contract("add-on")["status"] == "expired"
    job(world, "2025-10-20", "00:00")
    assert world.contract("add-on")["status"] == "closed"


def test_G15_a_domain_that_should_have_been_inactive_meanwhile_keeps_its_whole_window(
    world: World,
) -> None:
    it_is(world, "2025-05-10")
    short = {**SVENSKA, "plan": "premium-domain-3", "label": "short.org.nz"}
    dates = {"starts_on": "2025-03-01", "expires_on": "2025-06-01"}
    for name, registry in (("in-time", "2025-08-20"), ("late", "2025-06-10")):
        label = {"label": f"{name}.org.nz", "status": "non_renewing"}
        imported(world, name, **{**short, **label}, **dates, registry_expires_on=registry)
    job(world, "2025-09-20")
    seen = {name: world.contract(name, ALICE) for name in ("in-time", "late")}
    assert {name: (each["status"], each["restorable_until"]) for name, each in seen.items()} == {
        "in-time": ("expired", "2025-11-20"),
        "late": ("expired", "2025-10-04"),
    }


def test_G15_an_inactive_add_on_is_terminated_late_and_restorable_from_then_on(
    world: World,
) -> None:
    """S14's 90 days are over on 30 August; the 30 days of S12 count from the day it ended."""
    it_is(world, "2025-05-10")
    imported(world, "parent", **SVENSKA, label="parent.se", **PARENT)
    addon = {"provider": "svenska-domaner", "plan": "mail-addon", **YEAR, "status": "active"}
    imported(world, "alone", **addon, label="alone")
    imported(world, "premium", **addon, label="premium", parent_id="parent")
    job(world, "2025-09-20")
    alone, premium = (world.contract(name, ALICE) for name in ("alone", "premium"))
    assert (alone["status"], alone["restorable_until"]) == ("expired", "2025-10-20")
    assert (premium["status"], premium["plan"]) == ("active", "free-domain-account")
