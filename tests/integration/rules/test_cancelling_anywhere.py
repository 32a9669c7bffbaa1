"""Cancelling is possible in every state that is not final (S1, S6, S10, S13, I17), and a cancelled
contract that is switched off says clearly why it cannot be taken back (S2)."""

from typing import Any

import pytest

from tests.integration.conftest import BOB, STAFF, World
from tests.integration.rules.scenes import (
    calendars,
    cancel,
    imported,
    it_is,
    job,
    reactivate,
    snapshot,
)

DOMAIN = {"provider": "svenska-domaner", "plan": "premium-domain", "label": "example.org.nz"}
SHORT = {**DOMAIN, "plan": "premium-domain-3"}
ADD_ON = {"provider": "svenska-domaner", "plan": "mail-addon", "label": "mail"}
COMING = {"starts_on": "2024-06-01", "expires_on": "2025-06-01"}
PAST = {"starts_on": "2024-05-05", "expires_on": "2025-05-05"}

STATES: dict[str, dict[str, Any]] = {
    "pending domain": {**DOMAIN, **COMING, "status": "pending"},
    "active domain": {**DOMAIN, **COMING},
    "overdue domain": {**DOMAIN, **PAST},
    "cancelled domain": {**DOMAIN, **COMING, "status": "non_renewing"},
    "inactive domain": {
        **SHORT,
        "starts_on": "2025-01-05",
        "expires_on": "2025-04-05",
        "registry_expires_on": "2026-01-05",
        "status": "inactive",
    },
    "active add-on": {**ADD_ON, **COMING},
    "overdue add-on": {**ADD_ON, **PAST},
    "inactive add-on": {**ADD_ON, **PAST, "status": "inactive"},
    "infomaniak": {"provider": "infomaniak", "plan": "domain-ch", "label": "a.ch", **COMING},
}
AT_TERM = {
    "pending domain": "closed",
    "inactive domain": "inactive",
    "inactive add-on": "inactive",
}
AT_ONCE = {
    "pending domain": "closed",
    "active add-on": "expired",
    "overdue add-on": "expired",
    "inactive add-on": "expired",
}


def all_of_them(world: World, *, but: str = "") -> list[str]:
    """A contract in each state, under its state's name; it is 10 May."""
    it_is(world, "2025-05-10")
    names = [name for name in STATES if name != but]
    for number, name in enumerate(names):
        label = f"{number}-{STATES[name]['label']}"
        imported(world, name.replace(" ", "-"), **{**STATES[name], "label": label})
    return names


def seen_as(world: World, name: str) -> str:
    """The status as a party who did not ask for it sees it, or staff once it is final."""
    contract_id = name.replace(" ", "-")
    final = world.contract(contract_id, STAFF)["status"] == "closed"
    return str(world.contract(contract_id, STAFF if final else BOB)["status"])


def test_S1_S10_I17_ordinary_cancellation_is_possible_in_every_state_that_is_not_final(
    world: World,
) -> None:
    names = all_of_them(world)
    for name in names:
        contract_id = name.replace(" ", "-")
        assert cancel(world, contract_id).status == 200, name
        assert calendars(world, contract_id)["renewals_due_at"] is None
        assert (world.contract(contract_id)["next"] or {"action": None})["action"] != "renew"
    found = {name: seen_as(world, name) for name in names}
    assert found == {name: AT_TERM.get(name, "non_renewing") for name in names}


def test_S6_S13_cancelling_at_once_is_possible_in_every_state_that_is_not_final(
    world: World,
) -> None:
    names = all_of_them(world, but="infomaniak")
    for name in names:
        contract_id = name.replace(" ", "-")
        assert cancel(world, contract_id, mode="immediate").status == 200, name
        assert calendars(world, contract_id)["renewals_due_at"] is None
    found = {name: seen_as(world, name) for name in names}
    assert found == {name: AT_ONCE.get(name, "inactive") for name in names}


@pytest.mark.parametrize("mode", ["at_term", "immediate"])
def test_S2_a_cancelled_short_term_domain_is_inactive_and_says_so_when_it_is_to_come_back(
    world: World, mode: str
) -> None:
    it_is(world, "2025-06-01")
    dates = {"starts_on": "2025-04-01", "expires_on": "2025-07-01"}
    imported(world, "c", **SHORT, **dates, registry_expires_on="2026-04-01")
    cancel(world, "c", mode=mode)
    job(world, "2025-07-01", "00:00")
    before = snapshot(world, "c")
    refused = reactivate(world, "c")
    assert (refused.status, refused.code) == (409, "inactive")
    assert refused.json["title"] == "The contract is switched off"
    assert refused.json["params"]["contact"]["form"] in refused.json["detail"]
    assert reactivate(world, "c", STAFF).code == "inactive"
    assert snapshot(world, "c") == before


def test_S6_what_was_cancelled_for_its_end_can_still_be_cancelled_at_once(world: World) -> None:
    it_is(world, "2025-05-10")
    imported(world, "c", **DOMAIN, **COMING)
    cancel(world, "c")
    assert cancel(world, "c", mode="immediate").status == 200
    seen = world.contract("c", BOB)
    assert (seen["status"], seen["cancellation"]["mode"]) == ("inactive", "immediate")
    again = cancel(world, "c", mode="immediate")
    assert (again.status, again.json["events"]) == (200, [])
