"""How fast one worker renews, beside bare boto3 loops that write the same items.

With several threads each works on holders of its own, as several workers would.

`python -m tests.repository.bench_renewals` prints what it found as JSON. BENCH_THREADS, the largest
number of threads, and BENCH_NIGHT, how many contracts a night has, make it shorter.
"""

from __future__ import annotations

import json
import os
import resource
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, redirect_stdout
from datetime import date
from functools import partial
from typing import Any

import boto3
from botocore.config import Config

from tacit.runtime.collector import Collector
from tacit.runtime.jobs import Parcel
from tacit.store import keys
from tacit.store.table import Table
from tests.dynamodb_local import REGION, client_of, running
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
from tests.repository.conftest import environment, fresh_table
from tests.repository.desk import Desk
from tests.repository.nights import PROVIDER, counts, due, funded, message, stored, top_up
from tests.repository.tills import account

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

    def calls(self) -> dict[str, list[Transaction]]:
        """The transactions of a run, by holder, in their order."""
        with self.table() as desk:
            return {
                holder: transactions_of(desk, lambda h=holder: desk.work(message(f"run-{h}", h)))  # type: ignore[misc]
                for holder in self.holders
            }

    def worker(self, threads: int) -> Took:
        with self.table() as desk:

            def work(holder: str) -> None:
                parcel = Parcel.read(message(f"run-{holder}", holder))
                Collector(desk, lambda: 900_000).work(parcel)

            took = timed(lambda: _each(self.holders, work, threads))
            done = sum(counts(desk, f"run-{holder}")["done"] for holder in self.holders)
            assert done == HOLDERS * EACH
        return took

    def loop(self, threads: int, calls: dict[str, list[Transaction]]) -> Took:
        config = Config(max_pool_connections=max(THREADS))
        bare = boto3.client("dynamodb", endpoint_url=self.endpoint_url, config=config)
        bare.list_tables()  # what the first call of a client loads is not counted
        with self.table() as desk:
            ready = {holder: sent(bare, desk.table.name, its) for holder, its in calls.items()}
            return timed(lambda: _each(self.holders, lambda holder: ready[holder](), threads))


def _each(holders: list[str], work: Callable[[str], None], threads: int) -> None:
    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(work, holders))


def compared(bench: Bench, most_threads: int) -> dict[str, Row]:
    """By the number of threads."""
    grouped, found = bench.calls(), {}
    with singly():
        single = bench.calls()
    assert sum(map(len, single.values())) == HOLDERS * EACH
    for threads in (each for each in THREADS if each <= most_threads):
        took = in_turns(
            {
                SINGLE: partial(bench.loop, threads, single),
                WORKER: partial(bench.worker, threads),
                GROUPED: partial(bench.loop, threads, grouped),
            },
            ROUNDS,
        )
        found[str(threads)] = row(took, dict.fromkeys(took, HOLDERS * EACH))
    return found


def night(client: Any, number: int) -> dict[str, float]:
    """One holder, one account, half domains and half hostings that end before them, money for
    nine tenths at first and deposits all night; invocations of `INVOCATION_SECONDS` each."""
    with fresh_table(client) as name:
        desk = Desk(name, now="2026-04-05")
        half = number // 2
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
            "contracts": number,
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
    most_threads = int(os.environ.get("BENCH_THREADS") or THREADS[-1])
    number = int(os.environ.get("BENCH_NIGHT") or NIGHT)
    with running() as endpoint_url:
        os.environ.update(environment(endpoint_url))
        client = client_of(endpoint_url)
        with redirect_stdout(sys.stderr):  # the workers' metrics are not the answer
            rates = compared(Bench(endpoint_url, client), most_threads)
            found = {"rates": rates, "night": night(client, number)}
    sys.stdout.write(json.dumps(found) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
