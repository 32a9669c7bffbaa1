"""What a job's worker is measured beside: bare boto3 loops that send the very same transactions.

The loop of single transactions is the floor: one transaction for each decision, which is the least
that exactly-once asks of whoever does not put decisions together. The grouped loop sends what the
worker itself sends, several decisions in one transaction. Neither reads nor decides anything. All
begin with tables that are alike and take turns; the machine and the server are shared, so that
ratios say more than rates.
"""

import statistics
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from copy import deepcopy
from typing import Any

from tacit.store import together
from tests.repository.desk import Desk
from tests.repository.wire import Wire

Transaction = dict[str, Any]
Took = tuple[float, float]  # wall and processor seconds
Row = dict[str, float]
WORKER, SINGLE, GROUPED = "worker", "single", "grouped"


@contextmanager
def singly() -> Iterator[None]:
    """For as long as the block lasts, a job commits each decision in a transaction of its own."""
    before, together.MOST = together.MOST, 1
    try:
        yield
    finally:
        together.MOST = before


def transactions_of(desk: Desk, work: Callable[[], Any]) -> list[Transaction]:
    """What the work sends, in its order."""
    wire = Wire(desk.table)
    with wire.heard():
        work()
    return deepcopy([given for name, given in wire.calls if name == "TransactWriteItems"])


def sent(bare: Any, table_name: str, calls: list[Transaction]) -> Callable[[], None]:
    """The loop over these transactions, on another table; it is not run yet."""
    ready = [addressed(given, table_name) for given in calls]

    def send() -> None:
        for operations in ready:
            bare.transact_write_items(
                TransactItems=operations, ClientRequestToken=str(uuid.uuid4())
            )

    return send


def addressed(given: Transaction, table_name: str) -> list[dict[str, Any]]:
    """The operations of a transaction, for another table."""
    operations = deepcopy(given["TransactItems"])
    for operation in operations:
        for content in operation.values():
            content["TableName"] = table_name
    found: list[dict[str, Any]] = operations
    return found


def timed(work: Callable[[], Any]) -> Took:
    wall, processor = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - wall, time.process_time() - processor


def in_turns(runners: Mapping[str, Callable[[], Took]], rounds: int) -> dict[str, list[Took]]:
    """Each of them once in every round; every other round the other way about, so that neither
    always comes behind the same one."""
    took: dict[str, list[Took]] = {name: [] for name in runners}
    for number in range(rounds):
        names = list(runners) if number % 2 == 0 else list(runners)[::-1]
        for name in names:
            took[name].append(runners[name]())
    return took


def row(took: Mapping[str, list[Took]], numbers: Mapping[str, int]) -> Row:
    """Decisions a second and processor milliseconds for each decision, medians of the rounds; and
    the worker's rate as a part of each loop's, round by round. `numbers` says how many decisions
    each of them made or sent in a round."""
    found: Row = {}
    rates = {name: [numbers[name] / wall for wall, _ in rounds] for name, rounds in took.items()}
    for name, rounds in took.items():
        cpu = statistics.median(cpu for _, cpu in rounds) / numbers[name]
        found[f"{name} a second"] = round(statistics.median(rates[name]), 1)
        found[f"{name} cpu ms"] = round(cpu * 1e3, 2)
    for loop in (name for name in took if name != WORKER):
        ratios = [mine / its for mine, its in zip(rates[WORKER], rates[loop], strict=True)]
        found[f"× {loop}"] = round(statistics.median(ratios), 2)
        found[f"× {loop} from"] = round(min(ratios), 2)
        found[f"× {loop} to"] = round(max(ratios), 2)
    return found
