"""How fast one worker reminds and cancels, what that costs, and whether what is stored matters.

The same number of ticket orders is due in each table, among more and more that wait as well but are
not due for months: all of them are in the calendar's index. A run is dealt into messages and worked
by the job's own worker, one message after the other; the table is then put back as it was.

Beside it the bare boto3 loops of `beside`.

`python -m tests.repository.bench_reminders` prints what it found as JSON. BENCH_ORDERS, the largest
number stored, makes it shorter.
"""

from __future__ import annotations

import json
import os
import sys
import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, redirect_stdout
from copy import deepcopy
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config

from tacit.runtime.jobs import REMINDERS
from tacit.store import keys
from tacit.store.codec import Raw
from tests.dynamodb_local import REGION, client_of, running
from tests.repository.beside import (
    GROUPED,
    SINGLE,
    WORKER,
    Row,
    Took,
    Transaction,
    row,
    sent,
    singly,
    timed,
)
from tests.repository.bulk import write_items
from tests.repository.conftest import environment, fresh_table
from tests.repository.desk import Desk
from tests.repository.ticket_bulk import a_shop, items_of, orders, pattern
from tests.repository.ticket_desk import DEADLINE_REMINDED, REMINDER
from tests.repository.units import write_units
from tests.repository.wire import Wire
from tests.unit.cases import at

STORED = (2_000, 20_000, 200_000)
DUE = 1_000
ROUNDS = 3
CHUNK = 10_000
STEPS = {"reminders": REMINDER, "cancellations": DEADLINE_REMINDED}
MONTHS_LATER = at("2025-08-01")
Steps = dict[str, list[Transaction]]


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

    def put_back(self) -> None:
        """Those that were due wait again, and have not been reminded."""
        name, again = self.desk.table.name, self.due
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

    def worked(self, step: str) -> Took:
        """Wall and processor seconds of a run."""
        run_id = f"{step}-{uuid.uuid4().hex}"
        self.desk.stand_at(STEPS[step])
        found: list[dict[str, int]] = []
        took = timed(lambda: found.append(self.desk.run_job(run_id, STEPS[step], REMINDERS)))
        assert found == [{"done": DUE, "unchanged": 0, "parked": 0, "failed": 0}], found
        return took

    def calls(self) -> Iterator[tuple[str, list[Transaction], Row]]:
        """By step: a run's transactions on orders, as they were sent, and its costs for each."""
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
            on_orders = [given for given in calls if _is_of_orders(given)]
            yield step, deepcopy(on_orders), {n: round(k / DUE, 3) for n, k in figures.items()}

    def looped(self, bare: Any, calls: Steps, step: str) -> Took:
        return timed(sent(bare, self.desk.table.name, calls[step]))

    def _items(self) -> dict[keys.Key, Raw]:
        """Everything that a run may touch."""
        wanted = [key for order in self.due for key in _events(order.id)]
        wanted += [(item["pk"], item["sk"]) for order in self.due for item in items_of(order)]
        return self.desk.table.get_many(wanted)


def _events(order_id: str) -> list[keys.Key]:
    """Of the reminder and the cancellation."""
    pk, _ = keys.ticket_order(order_id)
    return [keys.event(pk, number) for number in (2, 3)]


def _is_of_orders(given: Transaction) -> bool:
    puts = [operation["Put"]["Item"] for operation in given["TransactItems"] if "Put" in operation]
    return any(item["item"]["S"] == "ticket_order" for item in puts)


def counted(pile: Pile) -> tuple[Steps, Steps, dict[str, Row]]:
    """By step: the single transactions, the grouped ones, and what an order costs."""
    single: Steps = {}
    grouped: Steps = {}
    costs: dict[str, Row] = {}
    for step, given, figures in pile.calls():
        grouped[step], costs[step] = given, figures
    pile.put_back()
    with singly():
        for step, given, _ in pile.calls():
            assert len(given) == DUE, len(given)
            single[step] = given
    pile.put_back()
    return single, grouped, costs


def compared(pile: Pile, bare: Any) -> dict[str, Row]:
    """By step; all three take turns with both steps."""
    single, grouped, costs = counted(pile)
    runners: dict[str, Callable[[str], Took]] = {
        SINGLE: partial(pile.looped, bare, single),
        WORKER: pile.worked,
        GROUPED: partial(pile.looped, bare, grouped),
    }
    took: dict[str, dict[str, list[Took]]] = {
        step: {name: [] for name in runners} for step in STEPS
    }
    for number in range(ROUNDS):
        for name, runner in runners.items():
            for step in STEPS:
                took[step][name].append(runner(step))
            pile.put_back()
        _say(f"{pile.stored}: round {number + 1} of {ROUNDS}")
    return {step: row(took[step], dict.fromkeys(runners, DUE)) | costs[step] for step in STEPS}


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
            found = {str(pile.stored): compared(pile, bare) for pile in piles}
    sys.stdout.write(json.dumps(found) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
