"""The few sentences in which every rule is told: somebody does something at a local time, the
job runs, and a person looks again."""

import json
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from tests.integration.conftest import ALICE, STAFF, Person, Reply, World

CENTRAL = "Europe/Zurich"
"""Zurich and Stockholm keep the same time all year."""


def instant(day: str, at: str = "12:00", zone: str = CENTRAL) -> str:
    """The local time of a day as the instant that doors and jobs take."""
    local = datetime.combine(date.fromisoformat(day), time.fromisoformat(at), tzinfo=ZoneInfo(zone))
    return local.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def it_is(world: World, day: str, at: str = "12:00") -> None:
    world.set_clock(instant(day, at))


def job(
    world: World, day: str, at: str = "12:00", zone: str = CENTRAL, *, name: str = "expiries"
) -> None:
    """The expiries job, or the renewals', at a local time, which it now is for everybody.

    Only the shards that hold somebody are worked, and the run leaves nothing behind: 64 empty
    shards would cost more than the rule that is told. `world.run_job` works a run whole and leaves
    it there.
    """
    now = instant(day, at, zone)
    world.set_clock(now)
    run = world.invoke(name, {"as_of": now})["run"]
    lived_in = _shards(world)
    _sweep(world, run, [each for each in _EVERY_SHARD if each not in lived_in])
    while messages := world.messages(world.queue_of(name)):
        for message in messages:
            body = json.loads(message["body"])
            body["shards"] = [each for each in body["shards"] if each in lived_in]
            record = {**message, "body": json.dumps(body)}
            answer = world.invoke(f"{name}_worker", {"Records": [record]})
            assert answer == {"batchItemFailures": []}, answer
    _sweep(world, run, sorted(lived_in))


_EVERY_SHARD = [f"{number:02}" for number in range(64)]


def _shards(world: World) -> set[str]:
    """Of all heads."""
    heads = (item for item in world.items() if item["sk"] == {"S": "head"})
    return {head["shard"]["S"] for head in heads if "shard" in head}


def _sweep(world: World, run: str, shards: list[str]) -> None:
    for first in range(0, len(shards), 25):
        deletes = [
            {"DeleteRequest": {"Key": {"pk": {"S": f"run#{run}"}, "sk": {"S": f"shard#{shard}"}}}}
            for shard in shards[first : first + 25]
        ]
        world.dynamodb.batch_write_item(RequestItems={world.names.table_name: deletes})


def imported(world: World, contract_id: str, **fields: Any) -> dict[str, Any]:
    """A contract that a provider brings along, with its own dates and status."""
    return world.register(contract_id, **{"import": True, **fields})


def cancel(
    world: World, contract_id: str, who: Person = ALICE, *, dry_run: bool = False, **body: Any
) -> Reply:
    return _command(world, contract_id, "cancellation", who, {"mode": "at_term", **body}, dry_run)


def reactivate(
    world: World, contract_id: str, who: Person = ALICE, *, dry_run: bool = False
) -> Reply:
    return _command(world, contract_id, "reactivation", who, {}, dry_run)


def _command(
    world: World, contract_id: str, door: str, who: Person, body: Any, dry_run: bool
) -> Reply:
    query = {"dry_run": "true"} if dry_run else None
    return world.call("POST", f"/contracts/{contract_id}/{door}", who, body, query=query)


def patch(world: World, contract_id: str, who: Person = STAFF, **fields: Any) -> Reply:
    """Change particulars, on the version that staff sees now."""
    version = world.contract(contract_id)["version"]
    body = {"version": version, **fields}
    return world.call("PATCH", f"/contracts/{contract_id}", who, body)


def history(world: World, contract_id: str, who: Person = STAFF) -> list[str]:
    """The types of a contract's events, oldest first."""
    reply = world.call("GET", f"/contracts/{contract_id}/timeline", who, query={"limit": "200"})
    assert reply.status == 200, reply.text
    return [event["type"] for event in reversed(reply.json["items"])]


def heard(world: World, contract_id: str) -> list[str]:
    """The types of what the bus has been told about a contract since the last look."""
    return [event["detail"]["type"] for event in told(world, contract_id)]


def told(world: World, contract_id: str) -> list[dict[str, Any]]:
    return [event for event in world.relay() if event["detail"]["subject"] == contract_id]


def head(world: World, contract_id: str) -> dict[str, Any]:
    """The contract's own item as the table has it: what the calendars' indexes go by."""
    key = {"pk": {"S": f"contract#{contract_id}"}, "sk": {"S": "head"}}
    found = world.dynamodb.get_item(TableName=world.names.table_name, Key=key, ConsistentRead=True)
    return {name: next(iter(value.values())) for name, value in found["Item"].items()}


def calendars(world: World, contract_id: str) -> dict[str, Any]:
    """The instants at which each job looks at the contract."""
    item = head(world, contract_id)
    return {name: item.get(name) for name in ("renewals_due_at", "expiries_due_at")}


def snapshot(world: World, contract_id: str) -> dict[str, Any]:
    """Everything that a request without consequences must leave as it was."""
    return {
        "seen": world.contract(contract_id),
        "events": history(world, contract_id),
        "calendars": calendars(world, contract_id),
    }


Seen = Mapping[tuple[str, str], dict[str, Any]]
"""(contract, "day time") to what staff's fresh read showed after the job of that local time."""


def play(world: World, looks: Mapping[str, Iterable[str]]) -> Seen:
    """Run the job at each local time ("2025-07-15 00:00"), and then look at these contracts."""
    seen = {}
    for moment, contracts in looks.items():
        job(world, *moment.split())
        for contract_id in contracts:
            seen[contract_id, moment] = world.contract(contract_id)
    return seen
