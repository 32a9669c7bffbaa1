"""Rules I13 and I14: a domain that was not renewed, from its expiry to its release."""

from typing import Any

import pytest

from tests.integration.conftest import ALICE, BOB, STAFF, World, customer, new_world
from tests.integration.rules.lives import life, midnights
from tests.integration.rules.policy_files import policy_files
from tests.integration.rules.scenes import (
    Seen,
    imported,
    it_is,
    job,
    play,
    reactivate,
    told,
)

PROVIDER = {"provider": "infomaniak"}
YEAR = {"starts_on": "2024-06-01", "expires_on": "2025-06-01"}
DOMAINS: dict[str, dict[str, Any]] = {
    "ch": {"plan": "domain-ch", "label": "example.ch", "status": "non_renewing"},
    "com": {"plan": "domain-com", "label": "example.com", "status": "non_renewing"},
    "unpaid": {"plan": "domain-ch", "label": "unpaid.ch"},
}
LARGER = {
    "kinds.domain.lives.0.phases.0.days": 41,
    "kinds.domain.lives.0.phases.0.restore.fee": "61.00",
    "kinds.domain.lives.1.phases.0.days": 31,
    "kinds.domain.lives.1.phases.0.restore.fee": "96.00",
    "renewal.patience_days": 15,
}
LARGER_FACTS = {"steps.0.days": 41}
"""Of .ch, whose registry would keep the provider's 41 days at 40."""

FIRST = "2025-05-31 23:59"
ENDS = {
    "ch": [
        ("non_renewing", FIRST),
        ("expired", "2025-06-01 00:00"),
        ("closed", "2025-07-11 00:00"),
    ],
    "com": [
        ("non_renewing", FIRST),
        ("expired", "2025-06-01 00:00"),
        ("closed", "2025-07-01 00:00"),
    ],
    "unpaid": [("active", FIRST), ("expired", "2025-06-15 00:00"), ("closed", "2025-07-11 00:00")],
}
LARGER_ENDS = {
    "ch": [
        ("non_renewing", FIRST),
        ("expired", "2025-06-01 00:00"),
        ("closed", "2025-07-12 00:00"),
    ],
    "com": [
        ("non_renewing", FIRST),
        ("expired", "2025-06-01 00:00"),
        ("closed", "2025-07-02 00:00"),
    ],
    "unpaid": [("active", FIRST), ("expired", "2025-06-16 00:00"), ("closed", "2025-07-12 00:00")],
}


def registered(world: World) -> None:
    it_is(world, "2025-05-10")
    for name, fields in DOMAINS.items():
        imported(world, name, **PROVIDER, **YEAR, **fields)


def played(world: World, ends: dict[str, list[tuple[str, str]]]) -> Seen:
    registered(world)
    days = {moment[:10] for name in DOMAINS for _, moment in ends[name][1:]}
    return play(world, midnights(days, DOMAINS))


def asked_for(world: World, name: str) -> list[str]:
    """What the holder is told it costs to bring it back: fee, renewal, both."""
    quote = world.call("GET", f"/contracts/{name}/restoration-quote", ALICE).json
    assert [row["reason"] for row in quote["charges"]] == ["restoration_fee", "renewal"]
    return [row["amount"]["amount"] for row in quote["charges"]] + [quote["total"]["amount"]]


@pytest.mark.parametrize("larger", [False, True], ids=["as shipped", "larger numbers"])
def test_I13_I14_length_and_fee_of_the_redemption_depend_on_the_extension(
    world: World, tmp_path: Any, larger: bool
) -> None:
    with policy_files(tmp_path) as files:
        if larger:
            files.edit("infomaniak", LARGER)
            files.edit_tld("ch", LARGER_FACTS)
        ends = LARGER_ENDS if larger else ENDS
        seen = played(world, ends)
        assert {name: life(seen, name) for name in DOMAINS} == ends
        for name, (_, (_, expired), (_, closed)) in ends.items():
            assert seen[name, expired]["restorable_until"] == closed[:10]
            assert seen[name, expired]["phase"] == "redemption"
            assert seen[name, closed]["closed_reason"] == "released"
        with new_world() as other:
            registered(other)
            job(other, "2025-06-01", "00:00")
            fees = {name: asked_for(other, name) for name in ("ch", "com")}
    assert fees == {
        "ch": ["61.00", "13.50", "74.50"] if larger else ["60.00", "13.50", "73.50"],
        "com": ["96.00", "17.50", "113.50"] if larger else ["95.00", "17.50", "112.50"],
    }


def test_I13_it_is_not_served_any_more_and_stays_in_the_list_marked_as_expired(
    world: World,
) -> None:
    registered(world)
    assert sorted(world.listed(ALICE, status="non_renewing")) == ["ch", "com"]
    world.relay()
    job(world, "2025-06-01", "00:00")
    (event,) = told(world, "ch")
    assert event["detail-type"] == "contract.expired"
    assert event["detail"]["data"]["served"] is False
    for person in (ALICE, BOB):
        assert sorted(world.listed(person)) == sorted(DOMAINS)
        assert sorted(world.listed(person, status="expired")) == ["ch", "com"]
        seen = world.contract("ch", person)
        assert (seen["status"], seen["restorable_until"]) == ("expired", "2025-07-11")
    refused = reactivate(world, "ch")
    assert (refused.status, refused.code) == (409, "expired")


def test_I13_it_comes_back_for_the_fee_and_one_term_from_the_old_expiry(world: World) -> None:
    registered(world)
    job(world, "2025-06-01", "00:00")
    it_is(world, "2025-06-30", "23:59")
    done = world.call("POST", "/contracts/com/restoration", STAFF, {"reference": "inv-1"})
    assert [row["amount"]["amount"] for row in done.json["charges"]] == ["95.00", "17.50"]
    seen = world.contract("com", ALICE)
    assert (seen["status"], seen["expires_on"]) == ("active", "2026-06-01")
    assert world.listed(ALICE, status="expired") == ["ch"]


def test_I14_released_is_final_and_free_for_anybody_the_former_holder_included(
    world: World,
) -> None:
    registered(world)
    job(world, "2025-06-01", "00:00")
    theirs = {**PROVIDER, "plan": "domain-ch", "label": "example.ch", "email": "z@example.net"}
    again = {**PROVIDER, "plan": "domain-com", "label": "example.com", "email": "a@example.net"}
    job(world, "2025-07-10", "23:59")
    taken = world.call("PUT", "/contracts/new-ch", STAFF, {**theirs, "holder": "zoe"})
    assert (taken.status, taken.code) == (409, "label_taken")
    job(world, "2025-07-11", "00:00")
    for door in ("GET restoration-quote", "POST restoration"):
        method, path = door.split()
        body = {"reference": "inv-1"} if method == "POST" else None
        refused = world.call(method, f"/contracts/ch/{path}", STAFF, body)
        assert (refused.status, refused.code) == (409, "closed")
    assert world.call("PUT", "/contracts/new-ch", STAFF, {**theirs, "holder": "zoe"}).status == 201
    assert (
        world.call("PUT", "/contracts/new-com", STAFF, {**again, "holder": "alice"}).status == 201
    )
    assert world.contract("new-ch", customer("zoe", "infomaniak"))["status"] == "active"
    assert world.contract("new-com", ALICE)["status"] == "active"
    gone = world.call("GET", "/contracts/ch", ALICE)
    assert (gone.status, gone.code) == (410, "closed")
