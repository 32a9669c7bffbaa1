"""How fast one worker renews, beside a bare boto3 loop that writes the same items.

Both run on DynamoDB Local, one after the other on tables that begin alike. The loop sends the very
transactions that the worker sent in a run before, conditions and all, and does nothing else: no
calendar, no reading, no decision. With several threads each works on holders of its own, as several
workers would. The machine and the server are shared, so that only the ratio says anything.

`python -m tests.repository.bench_renewals` prints what it found as JSON.
"""

from __future__ import annotations

import json
import os
import resource
import statistics
import sys
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, redirect_stdout
from copy import deepcopy
from datetime import date
from typing import Any

import boto3
from botocore.config import Config

from tacit.runtime.collector import Collector
from tacit.runtime.jobs import Parcel
from tacit.store import keys
from tacit.store.table import Table
from tests.dynamodb_local import REGION, client_of, running
from tests.repository.conftest import environment, fresh_table
from tests.repository.desk import Desk
from tests.repository.nights import PROVIDER, counts, due, funded, message, stored, top_up
from tests.repository.tills import account
from tests.repository.wire import Wire

THREADS = (1, 4, 16)
ROUNDS = 5
HOLDERS, EACH = 16, 16
ENDS = date(2026, 5, 1)
PRICE = 20_000

NIGHT = 10_000
INVOCATION_SECONDS = 20.0
DEPOSIT_EVERY = 0.25


class Bench:
    """Fresh tables with the same contracts due: `HOLDERS` holders in shards of their own."""

    def __init__(self, endpoint_url: str, client: Any) -> None:
        self.endpoint_url, self.client = endpoint_url, client
        by_shard: dict[str, str] = {}
        for number in range(1000):
            by_shard.setdefault(keys.shard_of(PROVIDER, f"p-{number}"), f"p-{number}")
        self.holders = list(by_shard.values())[:HOLDERS]

    @contextmanager
    def table(self) -> Iterator[Desk]:
        with fresh_table(self.client) as name:
            desk = Desk(name, now="2026-04-05")
            desk.table.connection._client = self._pooled(desk)
            desk.table.get(("a", "b"))
            stored(desk, self.client, *(due("d", EACH, ENDS, each) for each in self.holders))
            funded(desk, self.client, EACH * PRICE, self.holders)
            yield desk

    def _pooled(self, desk: Desk) -> Any:
        """The worker's own client, with connections for all threads."""
        made = Table(desk.table.name, REGION, self.endpoint_url)
        made.connection._max_pool_connections = max(THREADS)
        return made.connection.client

    def sent(self) -> dict[str, list[dict[str, Any]]]:
        """The transactions of a run, by holder, in their order."""
        found: dict[str, list[dict[str, Any]]] = {}
        with self.table() as desk:
            wire = Wire(desk.table)
            for holder in self.holders:
                with wire.heard():
                    desk.work(message(f"run-{holder}", holder))
                found[holder] = [
                    deepcopy(given) for name, given in wire.calls if name == "TransactWriteItems"
                ]
        return found

    def worker(self, threads: int) -> tuple[float, float]:
        """Wall and processor seconds of all renewals."""
        with self.table() as desk:

            def work(holder: str) -> None:
                parcel = Parcel.read(message(f"run-{holder}", holder))
                Collector(desk, lambda: 900_000).work(parcel)

            took = timed(work, self.holders, threads)
            done = sum(counts(desk, f"run-{holder}")["done"] for holder in self.holders)
            assert done == HOLDERS * EACH
        return took

    def floor(self, threads: int, sent: dict[str, list[dict[str, Any]]]) -> tuple[float, float]:
        config = Config(max_pool_connections=max(THREADS))
        client = boto3.client("dynamodb", endpoint_url=self.endpoint_url, config=config)
        client.list_tables()  # what the first call of a client loads is not counted
        with self.table() as desk:
            ready = {
                holder: [addressed(given, desk.table.name) for given in calls]
                for holder, calls in sent.items()
            }

            def work(holder: str) -> None:
                for operations in ready[holder]:
                    client.transact_write_items(
                        TransactItems=operations, ClientRequestToken=str(uuid.uuid4())
                    )

            return timed(work, self.holders, threads)


def addressed(given: dict[str, Any], table_name: str) -> list[dict[str, Any]]:
    """The operations of a transaction, for another table."""
    operations = deepcopy(given["TransactItems"])
    for operation in operations:
        for content in operation.values():
            content["TableName"] = table_name
    found: list[dict[str, Any]] = operations
    return found


def timed(work: Callable[[str], None], holders: list[str], threads: int) -> tuple[float, float]:
    wall, processor = time.perf_counter(), time.process_time()
    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(work, holders))
    return time.perf_counter() - wall, time.process_time() - processor


def compared(bench: Bench) -> dict[str, dict[str, float]]:
    """By the number of threads: renewals a second and processor milliseconds for each, of both,
    and the worker's rate as a part of the loop's; medians of rounds that take turns."""
    sent, found = bench.sent(), {}
    for threads in THREADS:
        both: dict[str, list[tuple[float, float]]] = {"worker": [], "floor": []}
        for _ in range(ROUNDS):
            both["floor"].append(bench.floor(threads, sent))
            both["worker"].append(bench.worker(threads))
        number = HOLDERS * EACH
        ratios = [f[0] / w[0] for f, w in zip(both["floor"], both["worker"], strict=True)]
        row = {"ratio": round(statistics.median(ratios), 2)}
        row |= {"ratio from": round(min(ratios), 2), "ratio to": round(max(ratios), 2)}
        for name, rounds in both.items():
            row[f"{name} a second"] = round(number / statistics.median(w for w, _ in rounds), 1)
            row[f"{name} cpu ms"] = round(statistics.median(c for _, c in rounds) / number * 1e3, 2)
        found[str(threads)] = row
    return found


def night(client: Any) -> dict[str, float]:
    """One holder, one account, half domains and half hostings that end before them, money for
    nine tenths at first and deposits all night; invocations of `INVOCATION_SECONDS` each."""
    with fresh_table(client) as name:
        desk = Desk(name, now="2026-04-05")
        half = NIGHT // 2
        stored(desk, client, due("h", half, date(2026, 4, 20)), due("d", half, ENDS))
        whole = half * PRICE + half * PRICE // 2
        funded(desk, client, whole * 9 // 10, ["alice"])
        over, deposits = threading.Event(), [0]
        paying = threading.Thread(target=_deposit, args=(desk, whole // 500, over, deposits))
        paying.start()
        began = time.monotonic()
        invocations, failed = worked_off(desk)
        took = time.monotonic() - began
        over.set()
        paying.join()
        lines = all_lines(desk)
        return {
            "contracts": NIGHT,
            "counted": sum(counts(desk, "run-1").values()),
            "renewed": sum(line.contract_id is not None for line in lines),
            "seconds": round(took, 1),
            "invocations": invocations,
            "messages failed": failed,
            "deposits": deposits[0],
            "off the sum": account(desk, "alice").balance.minor - sum_of(lines),
            "peak MB": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
        }


def worked_off(desk: Desk) -> tuple[int, int]:
    """How many invocations the holder's night took, and how many of them failed; what fails five
    times would lie among the dead letters."""
    invocations = failed = 0
    desk.queue.bodies = [message("run-1")]
    while desk.queue.bodies and failed < 5:
        body, invocations = desk.queue.bodies.pop(0), invocations + 1
        try:
            Collector(desk, until(INVOCATION_SECONDS), 0).work(Parcel.read(body))
        except Exception as error:
            sys.stderr.write(f"a message failed: {error!r}\n")
            desk.queue.bodies.append(body)
            failed += 1
    return invocations, failed


def sum_of(lines: list[Any]) -> int:
    return sum(line.amount.minor for line in lines)


def until(seconds: float) -> Callable[[], int]:
    """An invocation's milliseconds that are left, of so many seconds from now."""
    ends = time.monotonic() + seconds
    return lambda: int((ends - time.monotonic()) * 1000)


def _deposit(desk: Desk, minor: int, over: threading.Event, deposits: list[int]) -> None:
    while not over.wait(DEPOSIT_EVERY):
        top_up(desk, minor, f"deposit-{deposits[0]}", "alice")
        deposits[0] += 1


def all_lines(desk: Desk) -> list[Any]:
    found, after = desk.ledger.lines("alice", 1000, None)
    while after is not None:
        more, after = desk.ledger.lines("alice", 1000, after)
        found += more
    return found


def main() -> int:
    with running() as endpoint_url:
        os.environ.update(environment(endpoint_url))
        client = client_of(endpoint_url)
        with redirect_stdout(sys.stderr):  # the workers' metrics are not the answer
            found = {"rates": compared(Bench(endpoint_url, client)), "night": night(client)}
    sys.stdout.write(json.dumps(found) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
