"""Rules K4, K5, K6, K9 and the worked example KW2: what is left of an expired contract.

The days on which windows close (K6, K8) stand in `test_windows.py`.
"""

import pytest

from tests.integration.conftest import ALICE, BOB, STAFF, Person, World, customer
from tests.integration.edge import nothing_written
from tests.integration.money import opened
from tests.integration.rules.policy_files import PolicyFiles
from tests.integration.rules.scenes import (
    cancel,
    imported,
    it_is,
    job,
    reactivate,
    snapshot,
)

SUPPORT = {"email": "support@kreativmedia.ch", "form": "https://www.kreativmedia.ch/"}
ZOE = customer("zoe", "kreativmedia")


def expired_hosting(world: World) -> None:
    """Cancelled hosting of alice that expired on 2025-03-31; it is that day's noon."""
    it_is(world, "2025-03-01")
    world.register("c-1", starts_on="2024-03-31")
    cancel(world, "c-1")
    job(world, "2025-03-31")


@pytest.mark.parametrize("person", [ALICE, BOB], ids=["holder", "billing contact"])
def test_K4_an_expired_contract_is_gone_for_customers(world: World, person: Person) -> None:
    expired_hosting(world)
    assert world.listed(person) == []
    for path in ("/contracts/c-1", "/contracts/c-1/timeline"):
        gone = world.call("GET", path, person)
        assert (gone.status, gone.code) == (410, "expired")
        assert gone.json["params"]["contact"] == SUPPORT
    assert SUPPORT["email"] in gone.json["detail"]
    assert SUPPORT["form"] in gone.json["detail"]


def test_K4_an_expired_contract_is_not_reactivated_online(world: World) -> None:
    expired_hosting(world)
    before = snapshot(world, "c-1")
    refused = reactivate(world, "c-1")
    assert (refused.status, refused.code) == (409, "expired")
    assert refused.json["params"]["contact"] == SUPPORT
    assert reactivate(world, "c-1", BOB).status == 403
    assert snapshot(world, "c-1") == before


SWITCHED = {"enabled": False}
NOTHING_IN_THEM = (
    ("POST", "/contracts/c-1/renewal", {"current_expires_on": "2024-03-31", "account_id": "a-1"}),
    ("PUT", "/contracts/c-1/autorenewal", SWITCHED),
    ("PUT", "/contracts/c-1/autorenewal", {"enabled": True}),
    ("DELETE", "/contracts/c-1/renewal-warranty", {}),
)
REFUSED = (
    ("POST", "/contracts/c-1/activation", {"account_id": "a-1"}),
    ("POST", "/contracts/c-1/renewal", {"current_expires_on": "2025-03-31", "account_id": "a-1"}),
    ("POST", "/contracts/c-1/cancellation", {}),
    ("POST", "/contracts/c-1/reactivation", {}),
)


def test_K4_no_command_shows_what_is_not_shown_any_more(world: World) -> None:
    """What there is nothing to do for is as gone as it is to look at; a rule's own no shows
    nothing of the contract, and names whom to ask all the same."""
    expired_hosting(world)
    opened(world, "a-1", "500.00")
    with nothing_written(world):
        for dry_run in ("true", "false"):
            for status, asked in ((410, NOTHING_IN_THEM), (409, REFUSED)):
                for method, path, body in asked:
                    reply = world.call(method, path, ALICE, body, query={"dry_run": dry_run})
                    assert (path, reply.status, reply.code) == (path, status, "expired")
                    assert reply.json["params"]["contact"] == SUPPORT
        warranty = world.call("PUT", "/contracts/c-1/renewal-warranty", ALICE, {})
        assert (warranty.status, warranty.code) == (409, "not_offered")
    for method, path, body in NOTHING_IN_THEM:
        assert world.call(method, path, STAFF, body).status == 200


def test_K4_the_answer_of_a_key_stands_also_when_the_contract_is_gone(world: World) -> None:
    it_is(world, "2025-03-31")
    world.register("c-1", starts_on="2024-03-31", status="pending")
    key = {"Idempotency-Key": "k-1"}
    given_up = ("POST", "/contracts/c-1/cancellation", ALICE, {})
    first = world.call(*given_up, headers=key)
    assert first.json["contract"]["status"] == "closed"
    assert world.call("GET", "/contracts/c-1", ALICE).status == 410
    assert world.call(*given_up, headers=key).json == first.json


def test_K4_an_expired_contract_is_not_said_to_be_active(world: World) -> None:
    expired_hosting(world)
    rows = {row["action"]: row for row in world.contract("c-1")["actions"]}
    assert (rows["activate"]["allowed"], rows["activate"]["code"]) == (False, "expired")
    assert rows["activate"]["params"]["contact"] == SUPPORT
    restored = world.call("POST", "/contracts/c-1/restoration", STAFF, {"reference": "inv-1"})
    assert restored.json["contract"]["status"] == "active"


def test_K4_the_holder_brings_back_online_what_he_does_not_see_where_the_policy_lets_him(
    world: World, policies: PolicyFiles
) -> None:
    restore = "kinds.hosting.lives.0.phases.0.restore"
    policies.edit("kreativmedia", {f"{restore}.channel": "online", f"{restore}.by": ["holder"]})
    expired_hosting(world)
    opened(world, "a-1", "500.00")
    assert world.call("GET", "/contracts/c-1", ALICE).status == 410
    body = {"account_id": "a-1"}
    restored = world.call("POST", "/contracts/c-1/restoration", ALICE, body)
    assert restored.status == 200, restored.text
    assert restored.json["contract"] == world.contract("c-1", ALICE)


def test_K4_staff_still_sees_it(world: World) -> None:
    expired_hosting(world)
    assert world.contract("c-1", Person("kim", "[staff.kreativmedia]"))["status"] == "expired"
    assert world.listed(STAFF) == world.listed(STAFF, status="expired") == ["c-1"]


def test_K4_what_customers_see_and_whom_they_ask_are_the_policys_choices(
    world: World, policies: PolicyFiles
) -> None:
    expired_hosting(world)
    policies.edit("kreativmedia", {"contact.email": "help@example.net"})
    gone = world.call("GET", "/contracts/c-1", ALICE)
    assert gone.json["params"]["contact"]["email"] == "help@example.net"
    policies.edit("kreativmedia", {"customer_sees": ["active", "expired"]})
    assert world.contract("c-1", ALICE)["status"] == "expired"
    assert world.listed(ALICE) == ["c-1"]


def test_K5_the_window_depends_on_kind_and_term(world: World, policies: PolicyFiles) -> None:
    restore = {"by": ["staff"], "channel": "support", "price": ["renewal"]}
    restore["counted_from"] = "expiry"
    usual = {"name": "restorable", "days": 30, "anchor": "expiry", "restore": restore}
    lives = [{"terms": [1], "phases": [{**usual, "days": 10}]}, {"phases": [usual]}]
    policies.edit("kreativmedia", {"kinds.hosting.lives": lives})
    it_is(world, "2025-03-31")
    for contract_id, starts_on, months in (("month", "2025-02-28", 1), ("year", "2024-03-31", 12)):
        fields = {"starts_on": starts_on, "expires_on": "2025-03-31", "term_months": months}
        imported(world, contract_id, status="non_renewing", **fields)
    imported(
        world,
        "mail",
        plan="mailbox",
        starts_on="2024-03-31",
        expires_on="2025-03-31",
        status="non_renewing",
    )
    job(world, "2025-03-31")
    windows = {each: world.contract(each)["restorable_until"] for each in ("month", "year", "mail")}
    assert windows == {"month": "2025-04-10", "year": "2025-04-30", "mail": None}


def test_K6_without_unique_names_in_the_policy_nobody_is_kept_waiting(
    world: World, policies: PolicyFiles
) -> None:
    policies.edit("kreativmedia", {"kinds.domain.unique_label": None})
    it_is(world, "2025-04-02")
    name = {"plan": "domain-ch", "label": "example.ch"}
    imported(world, "old", **name, starts_on="2024-03-31", expires_on="2025-03-31")
    world.register("new", **name, holder="zoe", starts_on="2025-04-02")
    assert world.contract("new", ZOE)["label"] == "example.ch"


def test_K9_of_anything_else_no_date_is_promised_and_support_is_named(world: World) -> None:
    it_is(world, "2025-03-01")
    world.register("mail", plan="mailbox", starts_on="2024-03-31")
    cancel(world, "mail")
    job(world, "2025-03-31")
    refused = reactivate(world, "mail")
    assert (refused.code, refused.json["params"]) == ("expired", {"contact": SUPPORT})
    job(world, "2035-03-31")
    fresh = world.contract("mail")
    assert (fresh["status"], fresh["restorable_until"]) == ("expired", None)
    assert fresh["next"] is None


def test_K9_a_number_of_days_in_the_policy_is_a_promise(
    world: World, policies: PolicyFiles
) -> None:
    policies.edit("kreativmedia", {"kinds.other.lives.0.phases.0.days": 7})
    it_is(world, "2025-03-31")
    fields = {"plan": "mailbox", "starts_on": "2024-03-31", "expires_on": "2025-03-31"}
    imported(world, "mail", status="non_renewing", **fields)
    job(world, "2025-03-31")
    assert world.contract("mail")["restorable_until"] == "2025-04-07"
    job(world, "2025-04-07", "00:00")
    assert world.contract("mail")["status"] == "closed"


def test_KW2_example_ch_is_lost_in_april_and_its_name_is_free_in_may(world: World) -> None:
    """Restoring it, and the charges of that, wait for restoration: they are not told here."""
    it_is(world, "2025-03-01")
    name = {"plan": "domain-ch", "label": "example.ch"}
    world.register("c-1", **name, starts_on="2024-03-31", registry_expires_on="2025-03-31")
    cancel(world, "c-1")
    job(world, "2025-03-31", "00:00")
    it_is(world, "2025-04-02")
    assert world.listed(ALICE) == []
    seen = world.contract("c-1", STAFF)
    assert (seen["status"], seen["restorable_until"]) == ("expired", "2025-05-10")
    refused = reactivate(world, "c-1")
    assert (refused.code, refused.json["params"]["contact"]) == ("expired", SUPPORT)
    it_is(world, "2025-05-01")
    theirs = {**name, "provider": "kreativmedia", "holder": "zoe", "email": "zoe@example.net"}
    taken = world.call("PUT", "/contracts/c-2", STAFF, {**theirs, "starts_on": "2025-05-01"})
    assert (taken.status, taken.code) == (409, "label_taken")
    assert world.call("GET", "/contracts/c-2", STAFF).status == 404
    job(world, "2025-05-09", "23:59")
    assert world.contract("c-1")["status"] == "expired"
    job(world, "2025-05-10", "00:00")
    closed = world.contract("c-1")
    assert (closed["status"], closed["closed_reason"]) == ("closed", "released")
    free = world.call("PUT", "/contracts/c-2", STAFF, {**theirs, "starts_on": "2025-05-10"})
    assert free.status == 201
    assert world.contract("c-2", ZOE)["label"] == "example.ch"
