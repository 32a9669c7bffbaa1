"""Whose run is whose: what it covers, who sees it, and who sees what it parked."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.integration.conftest import STAFF, Person, World, new_world
from tests.integration.edge import KIM, SVEN, assert_problem, nothing_written
from tests.integration.money import opened

BOTH = Person("two", "[staff.kreativmedia staff.svenska-domaner]")
AS_OF = "2025-02-01T11:00:00Z"


def break_head(world: World, contract: str, **attributes: str) -> None:
    """The head as no code of ours would write it."""
    world.dynamodb.update_item(
        TableName=world.names.table_name,
        Key={"pk": {"S": f"contract#{contract}"}, "sk": {"S": "head"}},
        UpdateExpression="SET " + ", ".join(f"#{name} = :{name}" for name in attributes),
        ExpressionAttributeNames={f"#{name}": name for name in attributes},
        ExpressionAttributeValues={f":{name}": {"S": v} for name, v in attributes.items()},
    )


@pytest.fixture(scope="module")
def scene() -> Iterator[tuple[World, dict[str, str]]]:
    """Five contracts that are over, two of them broken; a run by each kind of staff."""
    with new_world() as world:
        world.set_clock("2024-01-10T11:00:00Z")
        for number in range(3):
            world.register(f"k-{number}", starts_on="2024-01-15")
            world.register(
                f"s-{number}",
                provider="svenska-domaner",
                plan="premium-domain",
                label=f"{number}x.se",
                starts_on="2024-01-15",
            )
        break_head(world, "k-0", expires_on="1969-12-31")
        break_head(world, "s-0", policy="svenska-domaner/99")
        runs = {}
        for minute, who in enumerate((SVEN, KIM, BOTH, STAFF)):
            world.set_clock(f"2025-02-01T11:0{minute}:00Z")
            body = {"job": "expiries", "as_of": AS_OF}
            runs[who.subject] = world.call("POST", "/job-runs", who, body).json["id"]
            world.work_queue()
        yield world, runs


def counts(world: World, run: str) -> dict[str, Any]:
    found: dict[str, Any] = world.call("GET", f"/job-runs/{run}", STAFF).json
    assert found["status"] == "done"
    return found


def test_a_run_of_one_providers_staff_covers_that_provider_only(
    scene: tuple[World, dict[str, str]],
) -> None:
    world, runs = scene
    first = counts(world, runs["sven"])
    assert first["scope"] == ["svenska-domaner"]
    assert (first["counts"]["done"], first["counts"]["parked"]) == (2, 1)
    second = counts(world, runs["kim"])
    assert second["scope"] == ["kreativmedia"]
    assert (second["counts"]["done"], second["counts"]["parked"]) == (2, 1)
    assert counts(world, runs["two"])["scope"] == ["kreativmedia", "svenska-domaner"]
    assert counts(world, runs["erin"])["scope"] is None
    for contract in ("k-1", "s-2"):
        events = world.call("GET", f"/contracts/{contract}/timeline", STAFF).json["items"]
        assert [event["type"] for event in events][:1] == ["contract.expired"]


def test_a_run_of_the_renewals_covers_the_same_and_leaves_the_others_contracts_alone(
    world: World,
) -> None:
    """All four are alice's, and those of a provider meet in one shard of their own."""
    world.set_clock("2024-12-20T11:00:00Z")
    for name, provider, currency in (("k", "kreativmedia", "CHF"), ("s", "svenska-domaner", "SEK")):
        plan = "hosting-start" if name == "k" else "premium-domain"
        opened(world, f"a-{name}", "5000.00", provider=provider, currency=currency)
        for number in (1, 2):
            label, contract_id = f"{name}{number}x.se", f"{name}-{number}"
            fields = {"plan": plan, "label": label, "starts_on": "2024-01-15"}
            world.register(contract_id, provider=provider, **fields)
    body = {"job": "renewals", "as_of": "2024-12-20T11:00:00Z"}
    dry = world.call("POST", "/job-runs", KIM, body, query={"dry_run": "true"})
    assert dry.json["counts"]["due"] == 2
    run = world.call("POST", "/job-runs", KIM, body).json["id"]
    world.work_queue(job="renewals")
    assert world.messages(world.names.expiries_queue_url) == []
    seen = counts(world, run)
    assert (seen["job"], seen["scope"], seen["counts"]["done"]) == ("renewals", ["kreativmedia"], 2)
    ends = {each: world.contract(each)["expires_on"] for each in ("k-1", "k-2", "s-1", "s-2")}
    assert ends == {
        "k-1": "2026-01-15",
        "k-2": "2026-01-15",
        "s-1": "2025-01-15",
        "s-2": "2025-01-15",
    }
    assert_problem(world.call("GET", f"/job-runs/{run}", SVEN), 404, "not_found")
    every = world.run_job("2024-12-20T11:00:00Z", "renewals")
    assert counts(world, every)["counts"]["done"] == 2


SEEN = {"erin": ["erin", "two", "kim", "sven"], "two": ["two", "kim", "sven"]}


@pytest.mark.parametrize("limit", [1, 2, 7])
def test_a_run_is_listed_for_whoever_has_all_it_covers(
    scene: tuple[World, dict[str, str]], limit: int
) -> None:
    world, runs = scene
    for who in (STAFF, BOTH, KIM, SVEN):
        expected = SEEN.get(who.subject, [who.subject])
        found: list[str] = []
        query = {"limit": str(limit)}
        while True:
            page = world.call("GET", "/job-runs", who, query=query).json
            found += [run["id"] for run in page["items"]]
            if page["next"] is None:
                break
            assert len(page["items"]) == limit
            query["next"] = page["next"]
        assert found == [runs[name] for name in expected]
        for name, run in runs.items():
            reply = world.call("GET", f"/job-runs/{run}", who)
            assert reply.status == (200 if name in expected else 404)


def test_staff_of_no_provider_known_here_starts_no_run(world: World) -> None:
    world.set_clock(AS_OF)
    body = {"job": "expiries", "as_of": AS_OF}
    nowhere = Person("nora", "[staff.nowhere]")
    with nothing_written(world):
        for query in ({}, {"dry_run": "true"}, {"colour": "red"}):
            reply = world.call("POST", "/job-runs", nowhere, body, query=query)
            assert_problem(reply, 403, "not_your_role")
    assert world.messages(world.names.expiries_queue_url) == []
    for door in ("/job-runs", "/parked", "/contracts"):
        assert world.call("GET", door, nowhere).json == {"items": [], "next": None}
    partly = Person("nora", "[staff.nowhere staff.kreativmedia]")
    assert world.call("POST", "/job-runs", partly, body).json["scope"] == ["kreativmedia"]
    assert len(world.call("GET", "/job-runs", partly).json["items"]) == 1


def test_a_scheduled_run_is_seen_by_staff_of_all(scene: tuple[World, dict[str, str]]) -> None:
    world, _ = scene
    run = world.run_job("2025-02-01T12:00:00Z")
    assert world.call("GET", f"/job-runs/{run}", STAFF).status == 200
    for who in (KIM, SVEN, BOTH):
        assert_problem(world.call("GET", f"/job-runs/{run}", who), 404, "not_found")
    world.set_clock("2025-02-01T12:00:00Z")


@pytest.mark.parametrize("door", ["/job-runs", "/parked"])
@pytest.mark.parametrize("groups", ["[staff.svenska-domaner]", "[staff]"])
def test_a_token_ends_with_the_roles_it_was_made_under(
    scene: tuple[World, dict[str, str]], door: str, groups: str
) -> None:
    world, _ = scene
    asked = {"limit": "1", "next": world.call("GET", door, BOTH, query={"limit": "1"}).json["next"]}
    assert world.call("GET", door, BOTH, query=asked).status == 200
    changed = world.call("GET", door, Person(BOTH.subject, groups), query=asked)
    assert_problem(changed, 422, "invalid_next", "next")


def test_what_is_parked_is_seen_and_mended_by_its_provider(
    scene: tuple[World, dict[str, str]],
) -> None:
    world, _ = scene
    seen: dict[str, list[tuple[str, str]]] = {}
    for who in (STAFF, BOTH, KIM, SVEN):
        items: list[dict[str, Any]] = []
        query = {"limit": "1"}
        while True:
            page = world.call("GET", "/parked", who, query=query).json
            items += page["items"]
            if page["next"] is None:
                break
            query["next"] = page["next"]
        seen[who.subject] = [(item["id"], item["provider"]) for item in items]
    ours = [("contract:k-0", "kreativmedia")]
    theirs = [("contract:s-0", "svenska-domaner")]
    assert seen == {"erin": ours + theirs, "two": ours + theirs, "kim": ours, "sven": theirs}
    for who, record in ((KIM, "contract:s-0"), (SVEN, "contract:k-0")):
        break_head(world, "s-0", policy="svenska-domaner/1")
        reply = world.call("POST", f"/parked/{record}/retry", who, {})
        assert_problem(reply, 404, "not_found")
    assert world.call("POST", "/parked/contract:s-0/retry", SVEN, {}).status == 200
    assert world.call("GET", "/parked", SVEN).json["items"] == []
    world.run_job("2025-02-01T13:00:00Z")
    assert world.contract("s-0")["status"] == "expired"


def test_the_longest_ids_go_back_to_work_too(world: World) -> None:
    """A parked record's id is longer than that of the thing itself, an event's longer still."""
    contract = "c" * 64
    world.set_clock("2024-01-10T11:00:00Z")
    world.register(contract, starts_on="2024-01-15")
    event = {"pk": {"S": f"contract#{contract}"}, "sk": {"S": "event#0000000001"}}

    def event_type(value: dict[str, str]) -> None:
        world.dynamodb.update_item(
            TableName=world.names.table_name,
            Key=event,
            UpdateExpression="SET #type = :type",
            ExpressionAttributeNames={"#type": "type"},
            ExpressionAttributeValues={":type": value},
        )

    event_type({"S": ""})
    break_head(world, contract, policy="nobody/9")
    world.set_clock("2025-02-01T11:00:00Z")
    world.invoke("sweep", {})
    world.run_job("2025-02-01T11:00:00Z")
    parked = [entry["id"] for entry in world.call("GET", "/parked", STAFF).json["items"]]
    assert parked == [f"contract:{contract}", f"contract:{contract}:event-0000000001"]
    event_type({"S": "contract.registered"})
    break_head(world, contract, policy="kreativmedia/1")
    for record in parked:
        reply = world.call("POST", f"/parked/{record}/retry", KIM, {})
        assert reply.status == 200, reply.text
    assert world.call("GET", "/parked", STAFF).json["items"] == []
    assert "contract.registered" in {event["detail-type"] for event in world.relay()}
    world.run_job("2025-02-01T12:00:00Z")
    assert world.contract(contract)["status"] == "expired"
    too_long = f"/parked/contract:{'c' * 120}/retry"
    assert_problem(world.call("POST", too_long, KIM, {}), 422, "invalid_field", "id")


def test_a_parked_record_without_a_provider_is_all_staffs(
    scene: tuple[World, dict[str, str]],
) -> None:
    world, _ = scene
    world.set_clock("2024-01-10T11:00:00Z")
    world.register("k-9", starts_on="2024-01-15")
    break_head(world, "k-9", provider="", expires_on="1969-12-31")
    world.run_job("2025-02-01T14:00:00Z")
    parked = world.call("GET", "/parked", STAFF).json["items"]
    assert {"contract:k-9": None}.items() <= {p["id"]: p["provider"] for p in parked}.items()
    for who in (KIM, BOTH):
        found = world.call("GET", "/parked", who).json["items"]
        assert "contract:k-9" not in {entry["id"] for entry in found}
        reply = world.call("POST", "/parked/contract:k-9/retry", who, {})
        assert_problem(reply, 404, "not_found")
