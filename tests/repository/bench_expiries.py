"""How fast one worker ends contracts, beside bare boto3 loops that write the same items.

Each turn has a fresh table with the same contracts, which end that day and do not renew: those of
few holders, so that each shard has many, and of many, so that each of the 64 has a few.

`python -m tests.repository.bench_expiries` prints what it found as JSON. BENCH_EXPIRIES, how many
contracts are due, makes it shorter.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from datetime import date
from typing import Any

import boto3

from tacit.runtime.jobs import EXPIRIES, Parcel
from tacit.store import keys
from tacit.store.runs import ALL
from tests.dynamodb_local import client_of, running
from tests.repository.beside import (
    GROUPED,
    SINGLE,
    WORKER,
    Row,
    Took,
    Transaction,
    in_turns,
    row,
    sent,
    singly,
    timed,
    transactions_of,
)
from tests.repository.bulk import write_contracts
from tests.repository.conftest import environment, fresh_table
from tests.repository.desk import Desk, portfolio
from tests.unit.cases import at

DUE = 512
HOLDERS = (16, 128)
ROUNDS = 5
ENDS, AS_OF = date(2025, 9, 1), "2025-09-02"


class Ending:
    """Fresh tables with the same contracts due."""

    def __init__(self, client: Any, bare: Any, due: int, holders: int) -> None:
        self.client, self.bare, self.number = client, bare, due
        self.contracts, self.orders = portfolio(due, ENDS, holders)

    @contextmanager
    def table(self) -> Iterator[Desk]:
        with fresh_table(self.client) as name:
            desk = Desk(name, now=AS_OF)
            write_contracts(self.client, name, self.contracts, self.orders)
            yield desk

    def message(self) -> str:
        shards = sorted({keys.shard_of(each.provider, each.holder) for each in self.contracts})
        return Parcel("run-1", EXPIRIES, at(AS_OF), ALL, tuple(shards)).text()

    def calls(self) -> list[Transaction]:
        with self.table() as desk:
            return transactions_of(desk, lambda: desk.work(self.message()))

    def worker(self) -> Took:
        with self.table() as desk:
            return timed(lambda: desk.work(self.message()))

    def loop(self, calls: list[Transaction]) -> Took:
        with self.table() as desk:
            return timed(sent(self.bare, desk.table.name, calls))


def compared(bench: Ending, rounds: int = ROUNDS) -> Row:
    grouped = bench.calls()
    with singly():
        single = bench.calls()
    assert len(single) == bench.number, len(single)
    took = in_turns(
        {
            SINGLE: lambda: bench.loop(single),
            WORKER: bench.worker,
            GROUPED: lambda: bench.loop(grouped),
        },
        rounds,
    )
    return row(took, dict.fromkeys(took, bench.number))


def main() -> int:
    due = int(os.environ.get("BENCH_EXPIRIES") or DUE)
    with running() as endpoint_url:
        os.environ.update(environment(endpoint_url))
        client, bare = client_of(endpoint_url), boto3.client("dynamodb", endpoint_url=endpoint_url)
        bare.list_tables()  # what the first call of a client loads is not counted
        with redirect_stdout(sys.stderr):  # the workers' metrics are not the answer
            found = {
                f"{holders} holders": compared(Ending(client, bare, due, holders))
                for holders in HOLDERS
            }
    sys.stdout.write(json.dumps(found) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
