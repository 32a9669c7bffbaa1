"""Rules K1, K2, K3, K10, K11 and the worked example KW1: undoing a cancellation in time."""

import pytest

from tests.integration.conftest import ALICE, BOB, CAROL, STAFF, Person, World, customer
from tests.integration.rules.policy_files import PolicyFiles
from tests.integration.rules.scenes import (
    cancel,
    head,
    heard,
    history,
    imported,
    it_is,
    job,
    reactivate,
    snapshot,
    told,
)

SUPPORT = {"email": "support@kreativmedia.ch", "form": "https://www.kreativmedia.ch/"}


def cancelled_hosting(world: World) -> None:
    """Hosting of alice from 2025-01-15 to 2026-01-15, cancelled on 2025-11-03."""
    it_is(world, "2025-01-15")
    world.register("c-1", starts_on="2025-01-15")
    it_is(world, "2025-11-03")
    assert cancel(world, "c-1", reason="moving house").status == 200


def test_K1_a_cancelled_contract_comes_back_until_the_last_minute_before_it_expires(
    world: World,
) -> None:
    cancelled_hosting(world)
    it_is(world, "2026-01-14", "23:59")
    assert reactivate(world, "c-1").status == 200
    assert world.contract("c-1", BOB)["status"] == "active"


def test_K1_from_the_day_of_expiry_it_does_not_come_back_whether_the_job_has_run_or_not(
    world: World,
) -> None:
    cancelled_hosting(world)
    it_is(world, "2026-01-15", "00:00")
    before = snapshot(world, "c-1")
    early = reactivate(world, "c-1")
    assert (early.status, early.code) == (409, "expired")
    assert snapshot(world, "c-1") == before
    job(world, "2026-01-15", "00:00")
    late = reactivate(world, "c-1")
    assert (late.status, late.code, late.json) == (409, "expired", early.json)
    assert world.contract("c-1")["status"] == "expired"


def test_K1_with_support_as_the_channel_the_holder_is_sent_there_and_staff_does_it(
    world: World, policies: PolicyFiles
) -> None:
    policies.edit("kreativmedia", {"actions.reactivate.channel": "support"})
    cancelled_hosting(world)
    refused = reactivate(world, "c-1")
    assert (refused.status, refused.code) == (409, "ask_support")
    assert refused.json["params"]["contact"] == SUPPORT
    assert world.contract("c-1", BOB)["status"] == "non_renewing"
    assert reactivate(world, "c-1", STAFF).status == 200
    assert world.contract("c-1", ALICE)["status"] == "active"


def test_K2_reactivation_takes_effect_at_once_and_costs_nothing(world: World) -> None:
    cancelled_hosting(world)
    world.relay()
    reply = reactivate(world, "c-1")
    assert reply.json["charges"] == []
    fresh = world.contract("c-1", CAROL)
    assert (fresh["status"], fresh["expires_on"]) == ("active", "2026-01-15")
    assert fresh["cancellation"] is None
    assert world.listed(STAFF, status="active") == ["c-1"]
    assert heard(world, "c-1") == ["contract.reactivated"]


def test_K2_the_holder_is_told_by_e_mail_where_the_policy_says_so(
    world: World, policies: PolicyFiles
) -> None:
    cancelled_hosting(world)
    world.mails()
    reactivate(world, "c-1")
    told_of_it = world.mails()
    assert [mail["destinations"]["ToAddresses"] for mail in told_of_it] == [["alice@example.net"]]
    policies.edit("kreativmedia", {"messages.reactivated": []})
    cancel(world, "c-1")
    world.mails()
    assert reactivate(world, "c-1").json["messages"] == []
    assert world.mails() == []
    assert world.contract("c-1", BOB)["status"] == "active"


@pytest.mark.parametrize("contact", [BOB, CAROL], ids=["billing", "technical"])
def test_K3_the_other_parties_see_it_and_may_not_reactivate(world: World, contact: Person) -> None:
    cancelled_hosting(world)
    before = snapshot(world, "c-1")
    assert world.listed(contact) == ["c-1"]
    assert world.contract("c-1", contact)["status"] == "non_renewing"
    refused = reactivate(world, "c-1", contact)
    assert (refused.status, refused.code) == (403, "not_your_role")
    assert reactivate(world, "c-1", contact, dry_run=True).code == "not_your_role"
    assert snapshot(world, "c-1") == before


@pytest.mark.parametrize(
    "stranger",
    [
        customer("mallory", "kreativmedia"),
        customer("alice", "svenska-domaner"),
        Person("sven", "[staff.svenska-domaner]"),
    ],
    ids=["nobody", "the same name elsewhere", "staff of another provider"],
)
def test_K3_to_everybody_else_there_is_no_such_contract(world: World, stranger: Person) -> None:
    cancelled_hosting(world)
    before = snapshot(world, "c-1")
    assert world.listed(stranger) == []
    assert world.call("GET", "/contracts/c-1", stranger).status == 404
    refused = reactivate(world, "c-1", stranger)
    assert (refused.status, refused.code) == (404, "not_found")
    assert snapshot(world, "c-1") == before


def test_K3_staff_acts_on_the_holders_behalf_and_is_not_named_to_him(world: World) -> None:
    cancelled_hosting(world)
    assert reactivate(world, "c-1", Person("kim", "[staff.kreativmedia]")).status == 200
    assert world.contract("c-1", ALICE)["status"] == "active"
    timeline = world.call("GET", "/contracts/c-1/timeline", ALICE)
    newest = timeline.json["items"][0]
    assert (newest["type"], newest["actor"]) == ("contract.reactivated", "staff")
    assert "kim" not in timeline.text


def test_K3_who_may_reactivate_is_the_policys_choice(world: World, policies: PolicyFiles) -> None:
    policies.edit("kreativmedia", {"actions.reactivate.by": ["billing_contact"]})
    cancelled_hosting(world)
    assert reactivate(world, "c-1", ALICE).code == "not_your_role"
    assert reactivate(world, "c-1", BOB).status == 200
    assert world.contract("c-1", CAROL)["status"] == "active"


def test_K10_the_overview_shows_the_dates_that_govern_each_contract(world: World) -> None:
    it_is(world, "2025-11-03")
    world.register("kept", starts_on="2025-01-31")
    world.register("ends", starts_on="2025-01-01")
    world.register("name", plan="domain-ch", label="example.ch", starts_on="2025-03-01")
    cancel(world, "ends")
    cancel(world, "name")
    items = world.call("GET", "/contracts", BOB).json["items"]
    shown = {
        item["id"]: (item["status"], item["expires_on"], item["last_day_to_reactivate"])
        for item in items
    }
    assert shown == {
        "kept": ("active", "2026-01-31", None),
        "ends": ("non_renewing", "2026-01-01", "2025-12-31"),
        "name": ("non_renewing", "2026-03-01", "2026-02-28"),
    }
    coming = {item["id"]: item["next"] for item in items}
    assert coming["kept"] == {"action": "renew", "on": "2026-01-01"}
    assert coming["ends"] == {"action": "expire", "on": "2026-01-01"}


def test_K10_the_overview_says_what_each_person_may_do_now(world: World) -> None:
    cancelled_hosting(world)
    allowed = {}
    for person in (ALICE, BOB, STAFF):
        (item,) = world.call("GET", "/contracts", person).json["items"]
        allowed[person.subject] = [each["action"] for each in item["actions"] if each["allowed"]]
    assert allowed["bob"] == []
    assert "reactivate" in allowed["alice"]
    assert "reactivate" in allowed["erin"]


def test_K11_the_answer_can_be_previewed_without_being_carried_out(world: World) -> None:
    cancelled_hosting(world)
    world.relay()
    before, stored = snapshot(world, "c-1"), head(world, "c-1")
    preview = reactivate(world, "c-1", dry_run=True)
    assert (preview.status, preview.json["contract"]["status"]) == (200, "active")
    assert world.contract("c-1", BOB)["status"] == "non_renewing"
    assert snapshot(world, "c-1") == before
    assert head(world, "c-1") == stored
    assert told(world, "c-1") == []
    assert world.mails() == []
    carried_out = reactivate(world, "c-1")
    assert carried_out.json == preview.json
    assert history(world, "c-1") == [*before["events"], "contract.reactivated"]


def test_K11_a_refusal_can_be_previewed_too(world: World) -> None:
    imported(world, "c-2", starts_on="2024-01-15", expires_on="2025-01-15", status="non_renewing")
    it_is(world, "2025-01-15")
    preview, real = reactivate(world, "c-2", dry_run=True), reactivate(world, "c-2")
    assert (preview.status, preview.json) == (409, real.json)


def test_KW1_hosting_cancelled_in_november_and_taken_back_in_january(world: World) -> None:
    cancelled_hosting(world)
    it_is(world, "2026-01-10")
    (item,) = world.call("GET", "/contracts", ALICE).json["items"]
    assert (item["id"], item["status"]) == ("c-1", "non_renewing")
    assert item["expires_on"] == "2026-01-15"
    assert item["last_day_to_reactivate"] == "2026-01-14"
    before = snapshot(world, "c-1")
    assert [reactivate(world, "c-1", who).status for who in (BOB, CAROL)] == [403, 403]
    assert snapshot(world, "c-1") == before
    preview = reactivate(world, "c-1", dry_run=True)
    assert preview.json["contract"]["status"] == "active"
    assert world.contract("c-1", ALICE)["status"] == "non_renewing"
    assert snapshot(world, "c-1") == before
    reply = reactivate(world, "c-1")
    assert (reply.status, reply.json["charges"]) == (200, [])
    fresh = world.contract("c-1", BOB)
    assert (fresh["status"], fresh["expires_on"]) == ("active", "2026-01-15")
