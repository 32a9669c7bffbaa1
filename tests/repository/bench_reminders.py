"""How fast one worker reminds and cancels, what that costs, and whether what is stored matters.

The same number of ticket orders is due in each table, among more and more that wait as well but are
not due for months: all of them are in the calendar's index. A run is dealt into messages and worked
by the job's own worker, one message after the other; the table is then put back as it was.

Beside it a bare boto3 loop sends the very transactions that the worker sent in a run before,
conditions and all, and neither reads nor decides. Everything takes turns on one DynamoDB Local; the
machine and the server are shared, so that ratios say more than rates.

`python -m tests.repository.bench_reminders` prints what it found as JSON. BENCH_ORDERS, the largest
number stored, makes it shorter.
"""

from __future__ import annotations

import json
import os
import statistics
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, redirect_stdout
from copy import deepcopy
from itertools import islice
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config

from tacit.runtime.jobs import REMINDERS
from tacit.store import keys
from tacit.store.codec import Raw
from tests.dynamodb_local import REGION, client_of, running
from tests.repository.bench_renewals import addressed
from tests.repository.bulk import write_items
from tests.repository.conftest import environment, fresh_table
from tests.repository.desk import Desk
from tests.repository.ticket_bulk import a_shop, items_of, orders, pattern
from tests.repository.ticket_desk import DEADLINE_REMINDED, REMINDER
from tests.repository.units import write_units
from tests.repository.wire import Wire
from tests.unit.cases import at

DUE = 2_000
STORED = (2_000, 20_000, 200_000)
IN_THE_LOOP = 500  # of those that are due: enough to know its rate
ROUNDS = 3
CHUNK = 10_000
STEPS = {"reminders": REMINDER, "cancellations": DEADLINE_REMINDED}
MONTHS_LATER = at("2025-08-01")

Row = dict[str, float]
Transaction = dict[str, Any]


class Pile:
    """A table of so many orders, `DUE` of which are due."""

    def __init__(self, client: Any, table_name: str, stored: int) -> None:
        self.client, self.stored = client, stored
        self.desk = Desk(table_name, now=DEADLINE_REMINDED)
        like = pattern(a_shop(reminders=1))
        self.due = list(orders(like, (f"due-{n:06d}" for n in range(DUE))))
        others = orders(like, (f"late-{n:06d}" for n in range(stored - DUE)), MONTHS_LATER)
        while chunk := list(islice(others, CHUNK)):
            write_items(client, table_name, [items_of(order)[0] for order in chunk])
            _say(f"{stored}: loaded up to {chunk[-1].id}")
        self.put_back()

    def put_back(self, number: int = DUE) -> None:
        """So many of those that were due wait again, and have not been reminded."""
        name, again = self.desk.table.name, self.due[:number]
        write_items(self.client, name, [item for order in again for item in items_of(order)])
        gone = [key for order in again for key in _events(order.id)]
        for start in range(0, len(gone), 25):
            self.client.batch_write_item(
                RequestItems={
                    name: [
                        {"DeleteRequest": {"Key": {"pk": {"S": pk}, "sk": {"S": sk}}}}
                        for pk, sk in gone[start : start + 25]
                    ]
                }
            )

    def worked(self, step: str) -> tuple[float, float]:
        """Wall and processor seconds of a run."""
        run_id = f"{step}-{uuid.uuid4().hex}"
        self.desk.stand_at(STEPS[step])
        found: list[dict[str, int]] = []
        took = timed(lambda: found.append(self.desk.run_job(run_id, STEPS[step], REMINDERS)))
        assert found == [{"done": DUE, "unchanged": 0, "parked": 0, "failed": 0}], found
        return took

    def sent(self) -> Iterator[tuple[str, list[Transaction], Row]]:
        """By step: a run's transactions, in their order, and its costs for each order."""
        wire = Wire(self.desk.table)
        for step in STEPS:
            before = self._items()
            with wire.heard():
                self.worked(step)
            after = self._items()
            calls = [given for name, given in wire.calls if name == "TransactWriteItems"]
            written = sum(write_units(given, before, after) for given in calls)
            items = sum(len(given["TransactItems"]) for given in calls)
            figures = {
                "reads": len(wire.calls) - len(calls) - wire.counted.get("PutItem", 0),
                "read units": wire.read_units,
                "items written": items,
                "write units": written + wire.single_write_units,
            }
            yield step, deepcopy(calls), {name: round(n / DUE, 3) for name, n in figures.items()}

    def _items(self) -> dict[keys.Key, Raw]:
        """Everything that a run may touch."""
        wanted = [key for order in self.due for key in _events(order.id)]
        wanted += [(item["pk"], item["sk"]) for order in self.due for item in items_of(order)]
        return self.desk.table.get_many(wanted)


def _events(order_id: str) -> list[keys.Key]:
    """Of the reminder and the cancellation."""
    pk, _ = keys.ticket_order(order_id)
    return [keys.event(pk, number) for number in (2, 3)]


def looped(bare: Any, pile: Pile, calls: list[Transaction]) -> tuple[float, float]:
    """Wall and processor seconds of the bare loop over the first of those that are due."""
    chosen = {keys.ticket_order(order.id)[0] for order in pile.due[:IN_THE_LOOP]}
    ready = [
        addressed(given, pile.desk.table.name)
        for given in calls
        if any(put["Put"]["Item"]["pk"]["S"] in chosen for put in _puts(given))
    ]
    assert len(ready) == IN_THE_LOOP

    def send() -> None:
        for operations in ready:
            bare.transact_write_items(
                TransactItems=operations, ClientRequestToken=str(uuid.uuid4())
            )

    return timed(send)


def _puts(given: Transaction) -> list[dict[str, Any]]:
    return [operation for operation in given["TransactItems"] if "Put" in operation]


def timed(work: Callable[[], Any]) -> tuple[float, float]:
    wall, processor = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - wall, time.process_time() - processor


def compared(piles: list[Pile], bare: Any) -> dict[str, dict[str, Row]]:
    """By what is stored and by step: orders a second and processor milliseconds for each, of
    worker and loop, the worker's rate as a part of the loop's, and what each order costs; medians
    of rounds that take turns."""
    costs: dict[tuple[int, str], Row] = {}
    calls: dict[tuple[int, str], list[Transaction]] = {}
    for pile in piles:
        for step, sent, row in pile.sent():
            costs[pile.stored, step], calls[pile.stored, step] = row, sent
        pile.put_back()
        _say(f"{pile.stored}: counted")
    took: dict[tuple[int, str, str], list[tuple[float, float]]] = {}
    for number in range(ROUNDS):
        for pile in piles:
            for step in STEPS:
                sent = calls[pile.stored, step]
                spent = looped(bare, pile, sent)
                took.setdefault((pile.stored, step, "floor"), []).append(spent)
            pile.put_back(IN_THE_LOOP)
            for step in STEPS:
                took.setdefault((pile.stored, step, "worker"), []).append(pile.worked(step))
            pile.put_back()
            _say(f"{pile.stored}: round {number + 1} of {ROUNDS}")
    return {
        str(pile.stored): {
            step: _row(took[pile.stored, step, "worker"], took[pile.stored, step, "floor"])
            | costs[pile.stored, step]
            for step in STEPS
        }
        for pile in piles
    }


def _row(worker: list[tuple[float, float]], floor: list[tuple[float, float]]) -> Row:
    rates = [DUE / wall for wall, _ in worker]
    loop = [IN_THE_LOOP / wall for wall, _ in floor]
    ratios = [mine / its for mine, its in zip(rates, loop, strict=True)]
    return {
        "worker a second": round(statistics.median(rates), 1),
        "floor a second": round(statistics.median(loop), 1),
        "worker cpu ms": round(statistics.median(cpu for _, cpu in worker) / DUE * 1e3, 2),
        "floor cpu ms": round(statistics.median(cpu for _, cpu in floor) / IN_THE_LOOP * 1e3, 2),
        "ratio": round(statistics.median(ratios), 2),
        "ratio from": round(min(ratios), 2),
        "ratio to": round(max(ratios), 2),
    }


@contextmanager
def piled(client: Any, loader: Any, largest: int) -> Iterator[list[Pile]]:
    with ExitStack() as tables:
        yield [
            Pile(loader, tables.enter_context(fresh_table(client)), stored)
            for stored in STORED
            if stored <= largest
        ]


def _say(text: str) -> None:
    sys.stderr.write(f"{text}\n")


def main() -> int:
    largest = int(os.environ.get("BENCH_ORDERS") or STORED[-1])
    if largest < STORED[0]:
        _say(f"BENCH_ORDERS is the largest number of orders stored: {STORED[0]} or more")
        return 2
    with running() as endpoint_url:
        os.environ.update(environment(endpoint_url))
        where: dict[str, Any] = {"endpoint_url": endpoint_url, "region_name": REGION}
        quick = Config(parameter_validation=False, max_pool_connections=8)
        loader = boto3.client("dynamodb", config=quick, **where)
        bare = boto3.client("dynamodb", **where)
        bare.list_tables()  # what the first call of a client loads is not counted
        with (
            Path(os.devnull).open("w") as nowhere,
            redirect_stdout(nowhere),  # the workers' metrics are not the answer
            piled(client_of(endpoint_url), loader, largest) as piles,
        ):
            found = compared(piles, bare)
    sys.stdout.write(json.dumps(found) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
