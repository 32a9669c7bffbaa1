"""I12, I16 and I17 once more, where the policy's days are others and the holder does otherwise."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.integration.conftest import ALICE, BOB, STAFF, World
from tests.integration.edge import assert_problem, nothing_written
from tests.integration.money import balance
from tests.integration.rules.policy_files import PolicyFiles
from tests.integration.rules.scenes import cancel, history, imported, it_is, job
from tests.integration.rules.terms import ends, funded, pay, states, statuses, switch, taken

FRANCS = {"provider": "infomaniak", "currency": "CHF"}
STEPS = "kinds.domain.warranty.steps"


def domain(world: World, contract_id: str, **fields: Any) -> None:
    body = {"provider": "infomaniak", "plan": "domain-ch", "label": f"{contract_id}.ch", **fields}
    imported(world, contract_id, **{"starts_on": "2024-05-01", "expires_on": "2025-05-01", **body})


def night(world: World, day: str, at: str = "12:00") -> None:
    job(world, day, at)
    job(world, day, at, name="renewals")
    job(world, day, at)


@pytest.mark.parametrize(
    ("days", "told_on"),
    [
        (None, ["2025-04-01", "2025-04-24", "2025-05-04"]),
        (([20], [1, 5]), ["2025-04-11", "2025-05-02", "2025-05-06"]),
    ],
    ids=["shipped", "others"],
)
def test_I12_the_contracts_address_is_written_to_on_the_policys_days_and_once(
    world: World, policies: PolicyFiles, days: Any, told_on: list[str]
) -> None:
    """Nobody hears that a domain which was renewed in time is about to end."""
    if days is not None:
        rule = {"days_before": days[0], "days_after": days[1]}
        policies.edit("infomaniak", {"kinds.domain.expiry_notices": rule})
    it_is(world, "2025-03-20")
    domain(world, "d-1", status="non_renewing", email="the-domain@example.net")
    domain(world, "d-2", holder="bob")
    funded(world, "b-1", "13.50", **FRANCS, holder="bob")
    job(world, "2025-04-01", "00:00", name="renewals")
    assert taken(world, "b-1") == [("d-2", "-13.50")]
    world.mails()
    found = []
    for day in sorted({*told_on, "2025-03-31", "2025-04-12", "2025-04-23", "2025-05-07"}):
        before = history(world, "d-1").count("contract.expiry_noticed")
        job(world, day, "00:00")
        if history(world, "d-1").count("contract.expiry_noticed") > before:
            found.append(day)
            (*_, mail) = world.mails()
            assert mail["destinations"]["ToAddresses"] == ["the-domain@example.net"]
    assert found == told_on
    assert "contract.expiry_noticed" not in history(world, "d-2")


@pytest.mark.parametrize(
    ("steps", "contacts"),
    [
        (None, {"2025-05-14": 2, "2025-05-15": 3, "2025-05-30": 3, "2025-05-31": 4}),
        (
            [{"days": 1, "channel": "email"}, {"days": 5, "channel": "letter"}],
            {"2025-05-01": 0, "2025-05-02": 1, "2025-05-05": 1, "2025-05-06": 2, "2025-05-31": 2},
        ),
    ],
    ids=["shipped", "others"],
)
def test_I16_the_holder_is_contacted_on_the_policys_days_by_its_channels(
    world: World, policies: PolicyFiles, steps: Any, contacts: dict[str, int]
) -> None:
    if steps is not None:
        policies.edit("infomaniak", {STEPS: steps})
    it_is(world, "2025-04-20")
    domain(world, "d-1", renewal_warranty=True)
    night(world, "2025-05-01", "00:00")
    seen = {}
    for day in sorted({*contacts, "2025-05-02", "2025-05-08", "2025-05-31"}):
        job(world, day, name="renewals")
        seen[day] = history(world, "d-1").count("contract.warranty_contact")
    assert {day: seen[day] for day in contacts} == contacts
    people = [row["what"] for row in world.call("GET", "/tasks", STAFF).json["items"]]
    assert sorted(people) == (["letter", "phone"] if steps is None else ["letter"])
    assert world.contract("d-1", ALICE)["holder"] == "alice"


def test_I16_only_what_would_be_lost_against_the_holders_will_is_renewed(world: World) -> None:
    """Too little money, no account, autorenewal off: kept. Cancelled, or no warranty: lost. Money
    in time: renewed as any other, and nothing is owed."""
    it_is(world, "2025-04-20")
    funded(world, "a-1", "13.49", **FRANCS)
    funded(world, "c-1", "13.50", **FRANCS, holder="carla")
    domain(world, "d-poor", renewal_warranty=True)
    domain(world, "d-none", renewal_warranty=True, holder="bob")
    domain(world, "d-off", renewal_warranty=True)
    domain(world, "d-gone", renewal_warranty=True)
    domain(world, "d-bare")
    domain(world, "d-paid", renewal_warranty=True, holder="carla")
    switch(world, "~d-off", False)
    cancel(world, "d-gone")
    night(world, "2025-04-30", "23:59")
    kept = ("d-poor", "d-none", "d-off")
    assert set(ends(world, *kept).values()) == {"2025-05-01"}
    night(world, "2025-05-01", "00:00")
    assert set(ends(world, *kept, "d-paid").values()) == {"2026-05-01"}
    assert set(statuses(world, *kept, "d-paid").values()) == {"active"}
    assert statuses(world, "d-gone", "d-bare") == {"d-gone": "expired", "d-bare": "expired"}
    assert states(world, *kept) == {each: ["open"] for each in kept}
    assert states(world, "d-paid", "d-bare") == {"d-paid": ["paid"], "d-bare": ["annulled"]}
    assert taken(world) == []


def cancelled(world: World) -> None:
    assert cancel(world, "d-1").json["contract"]["status"] == "non_renewing"


def stopped(world: World) -> None:
    assert world.call("DELETE", "/contracts/d-1/renewal-warranty", ALICE).status == 200


@pytest.mark.parametrize("given_up", [cancelled, stopped])
def test_I17_stopped_or_cancelled_after_it_stepped_in_it_steps_in_no_second_time(
    world: World, given_up: Callable[[World], None]
) -> None:
    """What it laid out stays owed, and can be paid; the next end is an end."""
    it_is(world, "2025-04-20")
    domain(world, "d-1")
    path = "/contracts/d-1/renewal-warranty"
    with nothing_written(world):
        assert_problem(world.call("PUT", path, BOB), 403, "not_your_role")
    assert world.call("PUT", path, ALICE).json["renewal_warranty"] is True
    night(world, "2025-05-01", "00:00")
    assert ends(world, "d-1") == {"d-1": "2026-05-01"}
    given_up(world)
    assert pay(world, "d-1:2025-05-01").status == 200
    assert states(world, "d-1") == {"d-1": ["paid"]}
    night(world, "2026-05-01", "00:00")
    assert statuses(world, "d-1") == {"d-1": "expired"}
    assert history(world, "d-1").count("contract.warranted") == 1


def test_I16_where_the_policy_offers_none_there_is_none(
    world: World, policies: PolicyFiles
) -> None:
    policies.edit("infomaniak", {"kinds.domain.warranty": None})
    it_is(world, "2025-04-20")
    domain(world, "d-1")
    refused = world.call("PUT", "/contracts/d-1/renewal-warranty", ALICE)
    assert_problem(refused, 409, "not_offered")
    night(world, "2025-05-01", "00:00")
    assert statuses(world, "d-1") == {"d-1": "expired"}


def collected(world: World) -> None:
    funded(world, "a-1", "20.00", **FRANCS)
    night(world, "2025-06-01")


def paid_by_reference(world: World) -> None:
    assert pay(world, "d-1:2025-05-01").status == 200


def taken_back(world: World) -> None:
    body = {"period_start": "2025-05-01", "reason": "the registry never had it"}
    reply = world.call("POST", "/contracts/d-1/renewal-reversal", STAFF, body)
    assert reply.status == 200, reply.text


def to_do(world: World) -> list[tuple[str, str]]:
    items = world.call("GET", "/tasks", STAFF).json["items"]
    return sorted((row["contract_id"], row["what"]) for row in items)


@pytest.mark.parametrize("over", [collected, paid_by_reference, taken_back])
@pytest.mark.parametrize("one_is_done", [False, True])
def test_I16_nobody_is_called_about_what_is_not_owed_any_more(
    world: World, over: Callable[[World], None], one_is_done: bool
) -> None:
    it_is(world, "2025-04-20")
    domain(world, "d-1", renewal_warranty=True)
    domain(world, "d-2", renewal_warranty=True, holder="bob")
    for day in ("2025-05-01", "2025-05-02", "2025-05-08", "2025-05-15", "2025-05-31"):
        night(world, day)
    theirs = [("d-2", "letter"), ("d-2", "phone")]
    assert to_do(world) == [("d-1", "letter"), ("d-1", "phone"), *theirs]
    tasks = world.call("GET", "/tasks", STAFF).json["items"]
    mine = [row["id"] for row in tasks if row["contract_id"] == "d-1"]
    if one_is_done:
        assert world.call("POST", f"/tasks/{mine[0]}/done", STAFF).status == 200
    over(world)
    assert to_do(world) == theirs
    assert world.call("POST", f"/tasks/{mine[1]}/done", STAFF).status == 404


def test_I16_what_it_laid_out_is_collected_before_anything_else_of_the_holder(
    world: World,
) -> None:
    it_is(world, "2025-04-20")
    domain(world, "d-1", renewal_warranty=True)
    domain(world, "d-2", starts_on="2024-05-10", expires_on="2025-05-10")
    night(world, "2025-05-01", "00:00")
    funded(world, "a-1", "20.00", **FRANCS)
    night(world, "2025-05-02")
    assert taken(world) == [("d-1", "-13.50")]
    assert balance(world, "a-1") == "6.50"
    assert states(world, "d-1", "d-2") == {"d-1": ["paid"], "d-2": ["open"]}
    assert ends(world, "d-1", "d-2") == {"d-1": "2026-05-01", "d-2": "2025-05-10"}


@pytest.mark.parametrize("imports", [False, True], ids=["new", "imported"])
def test_I16_where_the_policy_offers_none_none_comes_with_a_registration(
    world: World, imports: bool
) -> None:
    """As when it is asked for later: nobody is promised what would never step in."""
    it_is(world, "2025-01-15")
    body = {
        "provider": "kreativmedia",
        "plan": "hosting-start",
        "label": "Web",
        "holder": "alice",
        "email": "alice@example.net",
        "starts_on": "2025-01-15",
        "import": imports,
        "renewal_warranty": True,
    }
    with nothing_written(world):
        refused = world.call("PUT", "/contracts/c-1", STAFF, body)
        assert_problem(refused, 409, "not_offered")
    assert refused.json["params"]["contact"]["email"]
    without = {**body, "renewal_warranty": False}
    assert world.call("PUT", "/contracts/c-1", STAFF, without).status == 201
    later = world.call("PUT", "/contracts/c-1/renewal-warranty", STAFF)
    assert_problem(later, 409, "not_offered")
    assert later.json["params"] == refused.json["params"]
