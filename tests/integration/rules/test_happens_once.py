"""Rule G2: whatever comes twice, or five times at once, happens once; a dry run never does."""

from itertools import zip_longest
from typing import Any

from tests.integration.conftest import BOB, STAFF, World
from tests.integration.rules.scenes import (
    calendars,
    cancel,
    heard,
    history,
    imported,
    instant,
    it_is,
    job,
    reactivate,
    snapshot,
)

ENDED = ["contract.registered", "contract.expired"]


def two_that_end(world: World) -> str:
    """Two cancelled contracts, of two providers, on the day they expire; that instant."""
    it_is(world, "2025-03-31")
    dates = {"starts_on": "2024-03-31", "expires_on": "2025-03-31", "status": "non_renewing"}
    imported(world, "c-1", **dates)
    domain = {"provider": "svenska-domaner", "plan": "premium-domain", "label": "example.org.nz"}
    imported(world, "d-1", **domain, **dates)
    world.mails()
    return instant("2025-03-31")


def ended_once(world: World) -> None:
    """One event each in the history, on the bus and in the mail."""
    mails = world.mails()
    assert len(mails) == 2
    for contract_id in ("c-1", "d-1"):
        assert history(world, contract_id) == ENDED
        assert world.contract(contract_id)["version"] == 2
    assert world.mails() == []


def test_G2_the_job_run_twice_changes_nothing_the_second_time(world: World) -> None:
    now = two_that_end(world)
    runs = [world.run_job(now), world.run_job(now)]
    counts = [world.call("GET", f"/job-runs/{run}", STAFF).json["counts"] for run in runs]
    assert [each["done"] for each in counts] == [2, 0]
    assert [each["parked"] + each["failed"] for each in counts] == [0, 0]
    ended_once(world)


def messages_of(world: World) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    while messages := world.messages(world.names.expiries_queue_url):
        found += messages
    return found


def work(world: World, message: dict[str, Any]) -> None:
    answer = world.invoke("expiries_worker", {"Records": [message]})
    assert answer == {"batchItemFailures": []}


def test_G2_five_runs_of_the_same_job_at_once_end_a_contract_once(world: World) -> None:
    """Their messages mixed: each run's first, then each run's second, every other run backwards."""
    now = two_that_end(world)
    piles = []
    for number in range(5):
        world.invoke("expiries", {"as_of": now})
        piles.append(messages_of(world)[:: -1 if number % 2 else 1])
    for row in zip_longest(*piles):
        for message in row:
            if message is not None:
                work(world, message)
    world.work_queue()
    ended_once(world)
    runs = world.call("GET", "/job-runs", STAFF).json["items"]
    assert sum(run["counts"]["done"] for run in runs) == 2
    assert {run["status"] for run in runs} == {"done"}


def test_G2_a_message_delivered_twice_ends_a_contract_once(world: World) -> None:
    now = two_that_end(world)
    run = world.invoke("expiries", {"as_of": now})["run"]
    messages = messages_of(world)
    for message in [*messages, *reversed(messages)]:
        work(world, message)
    ended_once(world)
    seen = world.call("GET", f"/job-runs/{run}", STAFF).json
    assert (seen["status"], seen["counts"]["done"]) == ("done", 2)


def test_G2_the_same_event_of_the_scheduler_is_one_run(world: World) -> None:
    now = two_that_end(world)
    event = {"schedule": "expiries", "as_of": now}
    first, second = (world.invoke("expiries", event) for _ in range(2))
    assert first["run"] == second["run"]
    world.work_queue()
    ended_once(world)


def test_G2_cancel_reactivate_cancel_reactivate_leaves_it_as_it_was(world: World) -> None:
    it_is(world, "2025-11-03")
    before = world.register("c-1", starts_on="2025-01-15")
    due = calendars(world, "c-1")
    world.relay()
    for _ in range(2):
        for command in (cancel, reactivate):
            assert command(world, "c-1").json["events"] != []
            again = command(world, "c-1")
            assert (again.status, again.json["events"]) == (200, [])
    done = ["contract.cancelled", "contract.reactivated"] * 2
    assert heard(world, "c-1") == done
    assert history(world, "c-1") == ["contract.registered", *done]
    after = world.contract("c-1", BOB)
    differs = {name for name in before if before[name] != after[name]} - {"actions"}
    assert differs == {"version"}
    assert calendars(world, "c-1") == due
    job(world, "2025-12-31")
    assert history(world, "c-1") == ["contract.registered", *done]
    assert world.contract("c-1", BOB)["version"] == after["version"]


def test_a_dry_run_of_anything_changes_nothing(world: World) -> None:
    now = two_that_end(world)
    world.register("c-2", starts_on="2025-03-31")
    world.relay()
    before = {each: snapshot(world, each) for each in ("c-1", "c-2", "d-1")}
    dry = {"dry_run": "true"}
    assert cancel(world, "c-2", dry_run=True).json["contract"]["status"] == "non_renewing"
    body = {"version": 1, "email": "new@example.net"}
    changed = world.call("PATCH", "/contracts/c-2", STAFF, body, query=dry)
    assert changed.json["contract"]["email"] == "new@example.net"
    run = world.call("POST", "/job-runs", STAFF, {"job": "expiries", "as_of": now}, query=dry)
    assert run.status == 202
    world.work_queue()
    assert {each: snapshot(world, each) for each in before} == before
    assert world.call("GET", "/job-runs", STAFF).json["items"] == []
    assert world.mails() == []
