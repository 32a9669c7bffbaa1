"""Whose run is whose: what it covers, who sees it, and who sees what it parked."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.integration.conftest import STAFF, Person, World, new_world
from tests.integration.edge import KIM, SVEN, assert_problem

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


def test_a_scheduled_run_is_seen_by_staff_of_all(scene: tuple[World, dict[str, str]]) -> None:
    world, _ = scene
    run = world.run_job("2025-02-01T12:00:00Z")
    assert world.call("GET", f"/job-runs/{run}", STAFF).status == 200
    for who in (KIM, SVEN, BOTH):
        assert_problem(world.call("GET", f"/job-runs/{run}", who), 404, "not_found")
    world.set_clock("2025-02-01T12:00:00Z")


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
