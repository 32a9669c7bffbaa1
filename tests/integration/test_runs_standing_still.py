"""A run whose messages are lost says so, and nobody waits for it for ever."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tacit.runtime.jobs import TRIED_FOR
from tests.integration.conftest import STAFF, World
from tests.integration.edge import assert_problem
from tests.integration.rules.policy_files import PolicyFiles, policy_files
from tests.integration.test_fuse_at_work import FEW, ending, quiet, release, run, shown, statuses

AS_OF = "2025-01-20T12:00:00Z"


@pytest.fixture(autouse=True)
def _few(tmp_path: Path) -> Iterator[PolicyFiles]:
    """A fuse that holds from three steps on."""
    with policy_files(tmp_path) as files:
        files.edit("kreativmedia", FEW)
        yield files


def asked(world: World, **query: str) -> dict[str, Any]:
    body = {"job": "expiries", "as_of": AS_OF}
    found: dict[str, Any] = world.call("POST", "/job-runs", STAFF, body, query=query).json
    return found


def taken(world: World) -> list[dict[str, Any]]:
    """All messages that wait, out of the queue: as if they were dead letters."""
    found = []
    while messages := world.messages(world.queue_of("expiries")):
        found += messages
    return found


def ago(world: World, run_id: str, seconds: int) -> None:
    """The run as it will be so many seconds after it has come as far as it is."""
    then = int(time.time()) - seconds
    for item in items_of(world, run_id):
        if "saved_at" in item:
            world.dynamodb.update_item(
                TableName=world.names.table_name,
                Key={"pk": item["pk"], "sk": item["sk"]},
                UpdateExpression="SET saved_at = :then",
                ExpressionAttributeValues={":then": {"N": str(then)}},
            )


def items_of(world: World, run_id: str) -> list[dict[str, Any]]:
    return [item for item in world.items() if item["pk"]["S"] == f"run#{run_id}"]


def worked(world: World, messages: list[dict[str, Any]]) -> None:
    for message in messages:
        world.invoke("expiries_worker", {"Records": [message]})


def test_a_run_of_which_nothing_is_under_way_has_failed_until_its_messages_are_moved_back(
    world: World,
) -> None:
    world.set_clock("2024-01-10T12:00:00Z")
    ending(world, "c", 2, "20")
    world.set_clock(AS_OF)
    run_id = asked(world)["id"]
    letters = taken(world)
    assert len(letters) > 1
    worked(world, letters[:1])
    ago(world, run_id, TRIED_FOR["expiries"] - 60)
    assert shown(world, run_id)["status"] == "running"
    ago(world, run_id, TRIED_FOR["expiries"] + 60)
    assert shown(world, run_id)["status"] == "failed"
    listed = world.call("GET", "/job-runs", STAFF).json["items"]
    assert [(each["id"], each["status"]) for each in listed] == [(run_id, "failed")]
    worked(world, letters[1:2])
    assert shown(world, run_id)["status"] == "running"
    worked(world, letters[2:])
    assert shown(world, run_id)["status"] == "done"
    ago(world, run_id, TRIED_FOR["expiries"] + 60)
    assert shown(world, run_id)["status"] == "done"


def test_a_preview_that_will_never_be_whole_says_so(world: World) -> None:
    preview_id = asked(world, dry_run="true")["preview_id"]
    taken(world)
    ago(world, preview_id, TRIED_FOR["expiries"] + 60)
    assert shown(world, preview_id)["status"] == "failed"
    body = {"job": "expiries", "as_of": AS_OF, "preview_id": preview_id}
    refused = world.call("POST", "/job-runs", STAFF, body)
    assert_problem(refused, 409, "preview_not_ready")


@pytest.mark.parametrize("planned", [False, True], ids=["while it looks", "while it works"])
def test_a_run_that_others_wait_for_is_set_going_again_by_the_next_one(
    world: World, planned: bool
) -> None:
    """Its messages were lost behind the fuse, in the last shards of the look or in its work."""
    world.set_clock("2024-01-10T12:00:00Z")
    names = ending(world, "c", 4, "20")
    quiet(world, "19")
    world.set_clock(AS_OF)
    first = str(world.invoke("expiries", {"as_of": AS_OF})["run"])
    worked(world, taken(world))
    if planned:
        taken(world)
    else:
        back_to_planning(world, first)
        taken(world)
    refused = world.call("POST", f"/job-runs/{first}/release", STAFF, {})
    assert_problem(refused, 409, "run_not_held")
    assert run(world, "21")["held"] == [{"provider": "kreativmedia", "joins": first}]
    assert shown(world, first)["status"] == "running"  # what is under way is left alone
    ago(world, first, TRIED_FOR["expiries"] + 60)
    assert shown(world, first)["status"] == "failed"
    run(world, "22")
    assert shown(world, first)["status"] == "held"
    assert statuses(world, names) == {"non_renewing"}
    assert release(world, first)["counts"]["done"] == 4
    assert statuses(world, names) == {"expired"}


def back_to_planning(world: World, run_id: str) -> None:
    """The run as it was when its fuse was written, and the run itself not yet."""
    (head,) = (item for item in items_of(world, run_id) if item["sk"]["S"] == "head")
    head |= {"stage": {"S": "plan"}, "held": {"M": {}}, "planned": {"NULL": True}}
    world.dynamodb.put_item(TableName=world.names.table_name, Item=head)


def test_a_run_that_waits_for_its_release_is_not_cleared_away(world: World) -> None:
    world.set_clock("2024-01-10T12:00:00Z")
    ending(world, "c", 4, "20")
    quiet(world, "19")
    world.set_clock(AS_OF)
    held = run(world, "20")
    assert held["status"] == "held"

    def heads() -> list[bool]:
        found = [item for item in items_of(world, held["id"]) if item["sk"]["S"] == "head"]
        return ["ttl" in item for item in found]

    assert heads() == [False]
    ago(world, held["id"], 200 * 24 * 3600)
    assert shown(world, held["id"])["status"] == "held"
    begun = world.call("POST", f"/job-runs/{held['id']}/release", STAFF, {})
    assert begun.json["status"] == "running"
    assert heads() == [True]
