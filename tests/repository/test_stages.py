"""A run in its stages: planned, worked, held, released; cut off, doubled and beside another one."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from tacit.domain.values import JOB
from tacit.runtime.caller import Caller
from tacit.runtime.job_runs import released, shown
from tacit.runtime.jobs import EXPIRIES, TRIED_FOR, Jobs
from tacit.runtime.shards import PAGE
from tacit.store.fuses import Fuses
from tacit.store.run_lines import DIFFERENCE, LINE, RunLines
from tacit.store.runs import ALL, Run
from tacit.store.shard_states import ShardState
from tests.integration.rules.policy_files import policy_files
from tests.repository.bad_records import truth
from tests.repository.bulk import write_contracts
from tests.repository.desk import NO_KEY, Desk, everything, portfolio, usual
from tests.repository.wire import Cut, Wire
from tests.unit.cases import at

DAY, AS_OF = date(2025, 9, 1), "2025-09-02"
DUE = 30
STAFF = Caller("sam", frozenset(), frozenset(), True)


@pytest.fixture(autouse=True)
def _looks_before_it_leaps(tmp_path: Path) -> Iterator[None]:
    with policy_files(tmp_path) as files:
        files.edit("kreativmedia", {"fuse.min_count": 5})
        yield


@pytest.fixture
def due(desk: Desk, dynamodb_client: Any) -> Desk:
    contracts, orders = portfolio(DUE, DAY, holders=8)
    write_contracts(dynamodb_client, desk.table.name, contracts, orders)
    desk.stand_at(AS_OF)
    return desk


def started(desk: Desk, run_id: str = "run-1", **fields: Any) -> Run:
    run = Run(run_id, EXPIRIES, at(AS_OF), desk.clock.now(), ALL, JOB, **fields)
    Jobs(desk).start(run, desk.clock.now())
    return run


def delivered(desk: Desk, body: str) -> None:
    """One message until an invocation ends well, as SQS delivers it."""
    for _ in range(10):
        try:
            return desk.work(body)
        except Cut:
            continue
    raise AssertionError("ten invocations were cut off")


def emptied(desk: Desk, copies: int = 1) -> None:
    with ThreadPoolExecutor(4) as threads:
        while desk.queue.bodies:
            taken, desk.queue.bodies = desk.queue.bodies, []
            list(threads.map(lambda body: delivered(desk, body), taken * copies))


def held_run(desk: Desk) -> Run:
    run = Jobs(desk).runs.get("run-1")
    assert run is not None
    return run


def seen(desk: Desk, run_id: str = "run-1") -> dict[str, Any]:
    run = Jobs(desk).runs.get(run_id)
    assert run is not None
    return shown(Jobs(desk).runs, run)


def ids(desk: Desk, run_id: str = "run-1") -> list[str]:
    lines, behind = RunLines(desk.table).page(run_id, LINE, 200, None)
    assert behind is None
    return [line["id"] for line in lines]


def held(desk: Desk) -> str | None:
    """The run that holds the steps of the provider."""
    fuse = Fuses(desk.table).one(EXPIRIES, "kreativmedia")
    return fuse.held.run_id if fuse.held else None


def stands_still(desk: Desk, client: Any, run_id: str) -> None:
    """The run as it is when its messages have been tried for as long as any is."""
    then = int(time.time()) - TRIED_FOR[EXPIRIES] - 60
    for item in everything(client, desk.table.name):
        if item["pk"]["S"] == f"run#{run_id}" and "saved_at" in item:
            client.update_item(
                TableName=desk.table.name,
                Key={"pk": item["pk"], "sk": item["sk"]},
                UpdateExpression="SET saved_at = :then",
                ExpressionAttributeValues={":then": {"N": str(then)}},
            )


@pytest.mark.parametrize("copies", [1, 3])
def test_a_run_with_much_to_do_is_planned_and_then_worked_once(
    due: Desk, dynamodb_client: Any, copies: int
) -> None:
    usual(due, EXPIRIES, at(AS_OF))
    started(due)
    emptied(due, copies)
    assert seen(due)["status"] == "done"
    assert (seen(due)["counts"]["done"], seen(due)["counts"]["planned"]) == (DUE, DUE)
    statuses, events = truth(dynamodb_client, due)
    assert (statuses, events) == ({"expired": DUE}, {"contract.expired": DUE})
    assert Fuses(due.table).one(EXPIRIES, "kreativmedia").usual.days[date(2025, 9, 2)] == DUE


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize(
    ("operation", "number"), [("PutItem", 70), *(("TransactWriteItems", n) for n in (1, 4))]
)
def test_a_run_cut_off_anywhere_is_held_and_released_and_done_as_if_it_had_not_been(
    due: Desk, dynamodb_client: Any, wire: Wire, when: str, operation: str, number: int
) -> None:
    started(due)
    with wire.cut_off(when, operation, number):
        emptied(due)
    assert seen(due)["status"] == "held"
    assert seen(due)["counts"]["held"] == DUE
    assert truth(dynamodb_client, due)[1] == {}
    assert sorted(ids(due)) == sorted(set(ids(due)))
    released(due, held_run(due), NO_KEY, due.clock.now())
    with wire.cut_off(when, operation, number):
        emptied(due)
    assert seen(due)["status"] == "done"
    assert (seen(due)["counts"]["held"], seen(due)["counts"]["done"]) == (0, DUE)
    assert truth(dynamodb_client, due) == ({"expired": DUE}, {"contract.expired": DUE})
    assert Fuses(due.table).one(EXPIRIES, "kreativmedia").held is None


@pytest.mark.parametrize("number", [1, 2, 3])
@pytest.mark.parametrize("when", ["before", "after"])
def test_a_release_that_was_cut_off_is_asked_again(
    due: Desk, dynamodb_client: Any, wire: Wire, when: str, number: int
) -> None:
    """What it writes is the run, and the fuse; then it deals."""
    started(due)
    emptied(due)
    with suppress(Cut), wire.cut_off(when, "TransactWriteItems", number):
        released(due, held_run(due), NO_KEY, due.clock.now())
    due.queue.bodies.clear()
    released(due, held_run(due), NO_KEY, due.clock.now())
    emptied(due, 2)
    assert seen(due)["status"] == "done"
    assert truth(dynamodb_client, due)[0] == {"expired": DUE}
    assert Fuses(due.table).one(EXPIRIES, "kreativmedia").held is None


def test_two_runs_at_once_are_one_hold(due: Desk, dynamodb_client: Any) -> None:
    for run_id in ("run-1", "run-2"):
        started(due, run_id)
    emptied(due)
    holding = [name for name in ("run-1", "run-2") if seen(due, name)["status"] == "held"]
    assert len(holding) == 1
    (other,) = {"run-1", "run-2"} - set(holding)
    assert seen(due, other)["held"] == [{"provider": "kreativmedia", "joins": holding[0]}]
    assert truth(dynamodb_client, due)[1] == {}


def test_a_release_that_was_cut_off_is_done_and_holds_nobody(
    due: Desk, dynamodb_client: Any, wire: Wire
) -> None:
    """Nobody asks again, and its messages were never sent: the next run that waits for it deals it,
    and whoever comes later finds nothing held."""
    started(due)
    emptied(due)
    with suppress(Cut), wire.cut_off("after", "TransactWriteItems", 1):
        released(due, held_run(due), NO_KEY, due.clock.now())
    due.queue.bodies.clear()
    stands_still(due, dynamodb_client, "run-1")
    started(due, "run-2")
    emptied(due)
    assert (seen(due)["status"], held(due)) == ("done", None)
    contracts, orders = portfolio(3, date(2025, 8, 30), holders=2)
    write_contracts(dynamodb_client, due.table.name, contracts, orders)
    started(due, "run-3")
    emptied(due)
    assert truth(dynamodb_client, due)[0] == {"expired": DUE + 3}


def test_two_who_judge_a_run_differently_leave_no_hold_that_nobody_can_release(
    due: Desk, wire: Wire
) -> None:
    """The last message of the look comes twice, and between the two another run is done, so that
    what was unusual is usual: one moves the run on, the other wants it held."""
    started(due)
    bodies, due.queue.bodies = due.queue.bodies, []
    for body in bodies[:-1]:
        due.work(body)

    def other() -> None:
        usual(due, EXPIRIES, at(AS_OF))
        due.work(bodies[-1])

    with wire.meanwhile("TransactWriteItems", other):  # before the hold is written
        due.work(bodies[-1])
    emptied(due)
    assert (seen(due)["status"], held(due)) == ("done", None)


def test_a_run_between_a_release_and_its_work_is_not_held_for_the_same(
    due: Desk, dynamodb_client: Any
) -> None:
    started(due)
    emptied(due)
    released(due, held_run(due), NO_KEY, due.clock.now())
    waiting, due.queue.bodies = due.queue.bodies, []
    started(due, "run-2")
    emptied(due)
    assert held(due) == "run-1"
    due.queue.bodies = waiting
    emptied(due)
    assert truth(dynamodb_client, due)[0] == {"expired": DUE}
    assert [seen(due, name)["status"] for name in ("run-1", "run-2")] == ["done", "done"]
    assert held(due) is None


def test_what_was_previewed_is_done_and_usual_while_another_run_is_held(
    due: Desk, dynamodb_client: Any
) -> None:
    started(due)
    emptied(due)
    started(due, "preview", preview=True)
    emptied(due)
    started(due, "run-2", preview_id="preview")
    emptied(due)
    assert seen(due)["status"] == "held"
    assert (seen(due, "run-2")["status"], seen(due, "run-2")["held"]) == ("done", [])
    assert truth(dynamodb_client, due)[0] == {"expired": DUE}
    assert Fuses(due.table).one(EXPIRIES, "kreativmedia").usual.days[date(2025, 9, 2)] == DUE


def test_a_preview_of_what_was_previewed_already_says_nothing_is_missing(
    desk: Desk, dynamodb_client: Any
) -> None:
    contracts, orders = portfolio(PAGE + 20, DAY, holders=1)
    write_contracts(dynamodb_client, desk.table.name, contracts, orders)
    desk.stand_at(AS_OF)
    for run_id, preview_id in (("run-1", None), ("run-2", "run-1")):
        started(desk, run_id, preview=True, preview_id=preview_id)
        emptied(desk)
        assert seen(desk, run_id)["counts"]["planned"] == PAGE + 20
        assert seen(desk, run_id)["counts"]["different"] == 0
        assert RunLines(desk.table).page(run_id, DIFFERENCE, 200, None) == ([], None)


def test_a_preview_writes_nothing_that_is_not_its_own(due: Desk, wire: Wire) -> None:
    with wire.heard():
        started(due, preview=True)
        emptied(due)
    assert (seen(due)["status"], seen(due)["counts"]["planned"]) == ("done", DUE)
    written = {
        given["Item"]["pk"]["S"] for operation, given in wire.calls if operation == "PutItem"
    }
    assert written == {"run#run-1"}
    transactions = [given for name, given in wire.calls if name == "TransactWriteItems"]
    touched = {
        operation["Put"]["Item"]["pk"]["S"]
        for given in transactions
        for operation in given["TransactItems"]
    }
    assert touched == {"run#run-1"}


def test_a_run_tells_its_capacity(due: Desk) -> None:
    usual(due, EXPIRIES, at(AS_OF))
    started(due)
    emptied(due)
    capacity = seen(due)["capacity"]
    assert capacity["read_units"] > DUE
    assert capacity["write_units"] > 64


def test_every_shard_of_a_run_is_read_however_many_keys_they_keep(desk: Desk) -> None:
    """Eight with some hundred and fifty kilobytes each are more than a query answers at once."""
    runs = Jobs(desk).runs
    many = [(f"contract#{'x' * 60}-{number:06d}", "head") for number in range(1900)]
    for number in range(64):
        assert runs.save(
            "run-1", ShardState(f"{number:02d}").begun("m", many if number < 8 else [])
        )
    assert len(runs.shards("run-1")) == 64
