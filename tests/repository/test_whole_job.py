"""The whole job on many contracts that are due, with everything that can go wrong at once."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from itertools import count
from typing import Any

import pytest

from tests.repository.bad_records import BAD_RECORDS, bad_heads, truth
from tests.repository.bulk import write_contracts, write_items
from tests.repository.desk import LONG, Desk, portfolio
from tests.repository.wire import Cut, Wire
from tests.searches import far

DAY = date(2025, 9, 1)
AS_OF = "2025-09-02"
DUE = far(600, 10_000)


def delivered(desk: Desk, body: str, time_left: Callable[[], int] = lambda: LONG) -> None:
    """One message until an invocation ends well, as SQS delivers it."""
    for _ in range(10):
        try:
            return desk.work(body, time_left)
        except Cut:
            continue
    raise AssertionError("ten invocations were cut off")


@pytest.mark.breaks("a record that cannot be read")
@pytest.mark.search
def test_G1_G2_all_that_is_due_cut_off_doubled_and_with_bad_ones_among_it(
    desk: Desk, dynamodb_client: Any, wire: Wire
) -> None:
    contracts, orders = portfolio(DUE, DAY, holders=25)
    write_contracts(dynamodb_client, desk.table.name, contracts, orders)
    write_items(dynamodb_client, desk.table.name, bad_heads(DAY))
    desk.started("run-1", AS_OF)
    ticks = count()

    def short() -> int:
        """Time runs out at every 400th look, wherever that is."""
        return 0 if next(ticks) % 400 == 399 else LONG

    with (
        wire.heard(),
        wire.cut_off("after", "TransactWriteItems", 40),
        wire.cut_off("before", "TransactWriteItems", 83),
        wire.cut_off("before", "PutItem", 40),
        wire.cut_off("after", "PutItem", 90),
        wire.cut_off("after", "BatchGetItem", 30),
        ThreadPoolExecutor(4) as threads,
    ):
        while desk.queue.bodies:
            taken, desk.queue.bodies = desk.queue.bodies, []
            list(threads.map(lambda body: delivered(desk, body, short), [*taken[:2], *taken]))
    statuses, events = truth(dynamodb_client, desk)
    assert statuses == {"expired": DUE}
    assert events == {"contract.expired": DUE}
    counts = desk.counts("run-1")
    assert counts == {"done": DUE, "unchanged": 0, "parked": len(BAD_RECORDS), "failed": 0}
    assert not [operation for operation, _ in wire.calls if operation == "Scan"]
    assert wire.counted["TransactWriteItems"] > DUE // 25
