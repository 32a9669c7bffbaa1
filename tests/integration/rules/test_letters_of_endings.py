"""Which letters each event sends, to whom and in which language: the holder in the contract's, and
of a restored domain the provider's desk as well, in the provider's."""

from typing import Any

import pytest

from tests.integration.conftest import ALICE, STAFF, World
from tests.integration.rules.policy_files import PolicyFiles
from tests.integration.rules.scenes import cancel, imported, it_is, job, reactivate

SVENSKA = {"provider": "svenska-domaner", "plan": "premium-domain"}
YEAR = {"starts_on": "2024-06-01", "expires_on": "2025-06-01"}
HOLDER, DESK = "alice@example.net", "desk@svenska-domaner.example"


def letters(world: World) -> list[tuple[str, str]]:
    """(address, subject) of the mails that left since the last look."""
    return sorted(
        (address, mail["subject"])
        for mail in world.mails()
        for address in mail["destinations"]["ToAddresses"]
    )


def restore(world: World, contract_id: str) -> Any:
    body = {"reference": "inv-1"}
    return world.call("POST", f"/contracts/{contract_id}/restoration", STAFF, body).json


def messages(answer: Any) -> list[tuple[str, str]]:
    return [(each["kind"], each["to"]) for each in answer["messages"]]


def test_what_people_ask_for_is_confirmed_to_the_holder_in_swedish(world: World) -> None:
    it_is(world, "2025-05-10")
    for name in ("a.org.nz", "b.org.nz", "c.org.nz"):
        imported(world, name, **SVENSKA, **YEAR, label=name)
    assert letters(world) == []
    assert messages(cancel(world, "a.org.nz").json) == [("cancelled", "holder")]
    assert letters(world) == [(HOLDER, "Uppsägning av a.org.nz")]
    assert messages(reactivate(world, "a.org.nz").json) == [("reactivated", "holder")]
    assert letters(world) == [(HOLDER, "a.org.nz fortsätter")]
    at_once = cancel(world, "b.org.nz", mode="immediate")
    assert messages(at_once.json) == [("cancelled_immediately", "holder")]
    assert letters(world) == [(HOLDER, "b.org.nz är uppsagt med omedelbar verkan")]
    moved = world.call("POST", "/contracts/c.org.nz/transfer-out", STAFF, {})
    assert messages(moved.json) == [("transferred_out", "holder")]
    assert letters(world) == [(HOLDER, "c.org.nz har flyttats till en annan registrar")]


def test_what_the_job_does_is_told_to_the_holder(world: World) -> None:
    it_is(world, "2025-05-10")
    parents = {"starts_on": "2025-03-01", "expires_on": "2026-03-01"}
    imported(world, "premium", **SVENSKA, **parents, label="premium.org.nz")
    add_on = {"provider": "svenska-domaner", "plan": "mail-addon", "status": "non_renewing"}
    imported(world, "free", **add_on, **YEAR, label="post", parent_id="premium")
    imported(world, "alone", **add_on, **YEAR, label="ensam")
    cancelled = {**SVENSKA, **YEAR, "status": "non_renewing"}
    imported(world, "kept", **cancelled, label="kept.org.nz")
    longer = {**cancelled, "label": "longer.org.nz", "registry_expires_on": "2025-08-01"}
    imported(world, "longer", **longer)
    job(world, "2025-06-01", "00:00")
    assert letters(world) == [
        (HOLDER, "ensam har gått ut"),
        (HOLDER, "kept.org.nz har gått ut"),
        (HOLDER, "longer.org.nz är avstängt"),
        (HOLDER, "post är nu ett gratiskonto"),
    ]
    job(world, "2025-07-01", "00:00")
    assert letters(world) == [(HOLDER, "ensam är avslutat för gott")]
    job(world, "2025-08-01", "00:00")
    assert letters(world) == [(HOLDER, "longer.org.nz har gått ut")]
    job(world, "2025-09-01", "00:00")
    assert letters(world) == [(HOLDER, "kept.org.nz har frigjorts")]


@pytest.mark.parametrize(
    ("locale", "subject"),
    [
        ("sv", "kept.org.nz är återställt"),
        ("fr", "kept.org.nz est rétabli"),
        ("en", "kept.org.nz is back"),
    ],
)
def test_a_restored_domain_is_told_to_the_holder_in_his_language_and_to_the_desk_in_its_own(
    world: World, locale: str, subject: str
) -> None:
    it_is(world, "2025-05-10")
    fields = {**SVENSKA, **YEAR, "status": "non_renewing", "label": "kept.org.nz"}
    imported(world, "kept", **fields, locale=locale)
    job(world, "2025-06-01")
    letters(world)
    assert messages(restore(world, "kept")) == [("restored", "holder"), ("restored", "staff")]
    holder, desk = letters(world)
    assert holder == (HOLDER, subject)
    assert desk == (DESK, "Ska återställas hos registret: kept.org.nz")
    assert letters(world) == []


def test_of_a_restored_add_on_the_desk_hears_nothing(world: World) -> None:
    it_is(world, "2025-05-10")
    add_on = {"provider": "svenska-domaner", "plan": "mail-addon", "status": "non_renewing"}
    imported(world, "alone", **add_on, **YEAR, label="ensam")
    job(world, "2025-06-01")
    letters(world)
    assert messages(restore(world, "alone")) == [("restored", "holder")]
    assert letters(world) == [(HOLDER, "ensam är återställt")]


def test_I13_I14_the_holder_is_told_in_french_and_the_desk_of_what_came_back(world: World) -> None:
    it_is(world, "2025-05-10")
    fields = {"provider": "infomaniak", "plan": "domain-com", **YEAR, "status": "non_renewing"}
    for name in ("back.com", "gone.com"):
        imported(world, name, **fields, label=name)
    job(world, "2025-06-01", "00:00")
    assert letters(world) == [(HOLDER, "back.com a expiré"), (HOLDER, "gone.com a expiré")]
    restore(world, "back.com")
    assert letters(world) == [
        (HOLDER, "back.com est rétabli"),
        ("desk@infomaniak.example", "À rétablir auprès du registre\u00a0: back.com"),
    ]
    job(world, "2025-07-01", "00:00")
    assert letters(world) == [(HOLDER, "gone.com a été libéré")]


def test_which_letters_there_are_is_the_policys_choice(world: World, policies: PolicyFiles) -> None:
    policies.edit("kreativmedia", {"messages.expired": None})
    silent = {"messages.expired": None, "messages.restored": None}
    policies.edit("svenska-domaner", silent)
    it_is(world, "2025-05-10")
    imported(world, "kept", **SVENSKA, **YEAR, status="non_renewing", label="kept.org.nz")
    imported(world, "hosting", **YEAR, status="non_renewing")
    job(world, "2025-06-01")
    assert letters(world) == []
    restore(world, "kept")
    assert [address for address, _ in letters(world)] == [DESK]
    assert world.contract("kept", ALICE)["status"] == "active"
