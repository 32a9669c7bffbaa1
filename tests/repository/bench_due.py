"""What a run of a job costs when so many are due among so many, beside a scan that looks for them.

The job asks its calendar, a sparse index that holds what is due by instant. The peer is what a
table without one would do: read all of it, consistently, with a filter on the very attribute.
Capacity is what DynamoDB Local says of each read.

The job only plans: what it reads and decides is what the calendar is for, and what it would write
is the same whoever found it. The scan only finds: it neither reads the orders nor decides.

`python -m tests.repository.bench_due` prints what it found as JSON. BENCH_DUE, the largest number
of contracts, makes it shorter, or with 1000000 longer; so many are loaded, and not scanned.
"""

from __future__ import annotations

import json
import os
import statistics
import sys
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stdout
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from tacit.domain.values import Contract, Order
from tacit.policies import policy
from tacit.runtime.jobs import EXPIRIES, Jobs, Parcel
from tacit.store import keys
from tacit.store.mapping import contract_item, order_item
from tacit.store.runs import ALL, PLAN
from tests.dynamodb_local import client_of, running
from tests.repository.beside import Row, timed
from tests.repository.bulk import write_items
from tests.repository.conftest import environment, fresh_table
from tests.repository.desk import Desk, portfolio
from tests.repository.wire import Wire
from tests.unit.cases import at

FEW = 500
# Due, and stored.
SHAPES = ((FEW, 10_000), (2_000, 10_000), (5_000, 10_000), (FEW, 100_000), (FEW, 1_000_000))
USUAL, SCANNED = 100_000, 100_000  # DynamoDB Local takes longer for a page the more is stored
ROUNDS = 3
TODAY, NEXT_YEAR, AS_OF = date(2025, 9, 1), date(2026, 9, 1), "2025-09-02"
CHUNK = 10_000
_SHARDS = tuple(f"{number:02d}" for number in range(keys.SHARDS))


def load(client: Any, table_name: str, due: int, stored: int, say: Callable[[str], None]) -> None:
    """So many contracts end today, all others in a year. Heads and orders: what hangs on them is
    read by nobody here, and would only make the scan dearer."""
    heads(client, table_name, *portfolio(due, TODAY, 400))
    for start in range(due, stored, CHUNK):
        number = min(CHUNK, stored - start)
        contracts, orders = portfolio(number, NEXT_YEAR, 400)
        heads(client, table_name, [replace(c, id=f"{c.id}-{start}") for c in contracts], orders)
        say(f"{due} of {stored}: loaded up to {start + number}")


def heads(client: Any, table_name: str, contracts: list[Contract], orders: list[Order]) -> None:
    items = [order_item(order) for order in orders]
    items += [contract_item(each, policy(each.policy)) for each in contracts]
    write_items(client, table_name, items)


def planned(desk: Desk, due: int) -> tuple[float, float]:
    """Seconds and read units of all shards, planned."""
    run_id = f"plan-{uuid.uuid4().hex}"
    parcel = Parcel(run_id, EXPIRIES, at(AS_OF), ALL, _SHARDS, PLAN)
    wire = Wire(desk.table)
    with wire.heard():
        took, _ = timed(lambda: desk.work(parcel.text()))
    states = Jobs(desk).runs.shards(run_id, PLAN).values()
    assert sum(state.counts["planned"] for state in states) == due
    return took, wire.read_units


def scanned(client: Any, table_name: str, due: int) -> tuple[float, float]:
    """Seconds and read units of the same search without a calendar."""
    found, units = list[Any](), [0.0]

    def scan() -> None:
        pages = client.get_paginator("scan").paginate(
            TableName=table_name,
            ConsistentRead=True,
            FilterExpression="expiries_due_at <= :now",
            ExpressionAttributeValues={":now": {"S": keys.instant(at(AS_OF))}},
            ReturnConsumedCapacity="TOTAL",
        )
        for page in pages:
            found.extend(page["Items"])
            units[0] += page["ConsumedCapacity"]["CapacityUnits"]

    took, _ = timed(scan)
    assert len(found) == due, len(found)
    return took, units[0]


def compared(client: Any, shapes: list[tuple[int, int]], say: Callable[[str], None]) -> list[Row]:
    return [_compared(client, due, stored, say) for due, stored in shapes]


def _compared(client: Any, due: int, stored: int, say: Callable[[str], None]) -> Row:
    with _loaded(client, due, stored, say) as desk:
        job: list[tuple[float, float]] = []
        scan: list[tuple[float, float]] = []
        for _ in range(ROUNDS):
            job.append(planned(desk, due))
            if stored <= SCANNED:
                scan.append(scanned(client, desk.table.name, due))
    return {
        "due": due,
        "stored": stored,
        "job s": round(statistics.median(s for s, _ in job), 2),
        "job read units": job[0][1],
        "job units for each due": round(job[0][1] / due, 2),
        **(_beside(job, scan) if scan else {}),
    }


def _beside(job: list[tuple[float, float]], scan: list[tuple[float, float]]) -> Row:
    ratios = [of_scan / of_job for (of_job, _), (of_scan, _) in zip(job, scan, strict=True)]
    return {
        "scan s": round(statistics.median(s for s, _ in scan), 2),
        "scan read units": scan[0][1],
        "× scan, units": round(scan[0][1] / job[0][1], 2),
        "× scan, time": round(statistics.median(ratios), 2),
    }


@contextmanager
def _loaded(client: Any, due: int, stored: int, say: Callable[[str], None]) -> Iterator[Desk]:
    with fresh_table(client) as name:
        load(client, name, due, stored, say)
        yield Desk(name, now=AS_OF)


def _say(text: str) -> None:
    sys.stderr.write(f"{text}\n")


def main() -> int:
    largest = int(os.environ.get("BENCH_DUE") or USUAL)
    shapes = [(due, stored) for due, stored in SHAPES if stored <= largest]
    with running() as endpoint_url:
        os.environ.update(environment(endpoint_url))
        with Path(os.devnull).open("w") as nowhere, redirect_stdout(nowhere):
            found = compared(client_of(endpoint_url), shapes, _say)
    sys.stdout.write(json.dumps(found) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
