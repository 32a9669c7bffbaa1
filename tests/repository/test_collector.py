"""The renewals job on a holder's whole night: in the right order, once, and counted."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from itertools import count
from typing import Any

import pytest

from tacit.runtime.jobs import RENEWALS
from tacit.store import keys
from tacit.store.run_lines import LINE, RunLines
from tacit.store.runs import Runs
from tests.repository.desk import LONG, Desk
from tests.repository.nights import (
    DOMAIN,
    HOSTING,
    PROVIDER,
    TOMORROW,
    counts,
    due,
    heads,
    message,
    paid_in_order,
    purse,
    stored,
    through,
    top_up,
    untrue,
)
from tests.repository.tills import account
from tests.repository.wire import Cut, Wire
from tests.searches import far

EARLY, LATE = date(2026, 4, 20), date(2026, 5, 1)
# Their marks in the calendar are the same.
TWINS = ("h-a306a13", "h-98f43b0")


def kinds(names: list[str]) -> str:
    """ "ddh": two domains, then a hosting."""
    return "".join(name[0] for name in names)


def unpaid(desk: Desk, client: Any) -> int:
    """How many carry a notice that says what is short."""
    notices = (head.get("notice") for head in heads(desk, client).values())
    return sum(notice is not None and notice["short"] is not None for notice in notices)


@pytest.mark.parametrize(
    ("hosted", "named", "domains", "hostings"), [(200, 100, 60, 0), (20, 10, 10, 3)]
)
def test_R4_nothing_is_paid_before_a_domain_though_it_is_due_first_and_the_message_comes_twice(
    desk: Desk, dynamodb_client: Any, hosted: int, named: int, domains: int, hostings: int
) -> None:
    """There is money for so many of each, and some that is less than a domain costs."""
    stored(desk, dynamodb_client, due("h", hosted, EARLY), due("d", named, LATE))
    over = HOSTING if domains < named else HOSTING - 1
    purse(desk, domains * DOMAIN + hostings * HOSTING + over)
    with ThreadPoolExecutor(2) as both:
        list(both.map(desk.work, [message("run-1")] * 2))
    assert kinds(paid_in_order(desk)) == "d" * domains + "h" * hostings
    assert account(desk, "a-1").balance.minor == over
    assert unpaid(desk, dynamodb_client) == hosted + named - domains - hostings
    assert untrue(desk, dynamodb_client) == []
    assert through(desk, "run-1") == {"done": hosted + named}


def test_G14_what_waited_is_paid_in_its_order_once_the_money_is_there(
    desk: Desk, dynamodb_client: Any
) -> None:
    stored(desk, dynamodb_client, due("h", 6, EARLY), due("d", 4, LATE))
    purse(desk, 2 * DOMAIN + HOSTING)
    desk.work(message("run-1"))
    top_up(desk, 10 * DOMAIN, "rest")
    desk.work(message("run-2"))
    assert counts(desk, "run-2") == {"done": 8}
    desk.work(message("run-3", as_of=TOMORROW))
    assert counts(desk, "run-3") == {}
    assert kinds(paid_in_order(desk)) == "dd" + "dd" + "hhhhhh"
    assert untrue(desk, dynamodb_client) == []


def waiting(desk: Desk, client: Any) -> None:
    """12 that are paid, 5 that are written down, 4 whose order does not renew and which have their
    notice: these stay due."""
    held = due("h", 4, EARLY, enabled=False)
    stored(desk, client, held, due("h", 9, EARLY), due("d", 8, LATE))
    purse(desk, 0)
    desk.work(message("run-0", as_of="2026-03-25"))
    assert through(desk, "run-0") == {"done": 13}
    top_up(desk, 8 * DOMAIN + 4 * HOSTING, "first")


@pytest.fixture
def _few_together(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two decisions to a transaction, so that a small night has many."""
    monkeypatch.setattr("tacit.store.together.MOST", 16)


@pytest.mark.usefixtures("_few_together")
def test_a_holder_for_whom_time_ran_out_is_finished_by_the_next_messages_and_counted_once(
    desk: Desk, dynamodb_client: Any
) -> None:
    waiting(desk, dynamodb_client)
    desk.queue.bodies, invocations = [message("run-1")], 0
    while desk.queue.bodies:
        desk.work(desk.queue.bodies.pop(0), lambda: 0)
        invocations += 1
        assert len(paid_in_order(desk)) <= 2 * invocations
    assert invocations >= 7
    assert kinds(paid_in_order(desk)) == "d" * 8 + "h" * 4
    assert through(desk, "run-1") == {"done": 17, "unchanged": 4}
    assert untrue(desk, dynamodb_client) == []


@pytest.mark.usefixtures("_few_together")
@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize(
    ("operation", "number"),
    [*(("TransactWriteItems", n) for n in (1, 4, 8)), ("PutItem", 1)],
)
def test_G2_a_message_cut_off_anywhere_is_finished_by_its_next_delivery_and_counted_once(
    desk: Desk, dynamodb_client: Any, wire: Wire, when: str, operation: str, number: int
) -> None:
    waiting(desk, dynamodb_client)
    with wire.cut_off(when, operation, number), pytest.raises(Cut):
        desk.work(message("run-1"))
    desk.work(message("run-1"))
    assert kinds(paid_in_order(desk)) == "d" * 8 + "h" * 4
    assert through(desk, "run-1") == {"done": 17, "unchanged": 4}
    assert untrue(desk, dynamodb_client) == []


def test_holders_of_one_shard_and_of_one_mark_pay_each_from_their_own(
    desk: Desk, dynamodb_client: Any
) -> None:
    marks = {keys.holder_in(keys.due(desk.clock.now(), PROVIDER, holder)) for holder in TWINS}
    assert len(marks) == 1
    shard = keys.shard_of(PROVIDER, TWINS[0])
    names = [f"n-{n}" for n in range(500) if keys.shard_of(PROVIDER, f"n-{n}") == shard][:2]
    every = (*TWINS, *names)
    stored(desk, dynamodb_client, *(due("d", 3, LATE, holder) for holder in every))
    stored(desk, dynamodb_client, *(due("h", 2, EARLY, holder) for holder in every))
    for number, holder in enumerate(every):
        purse(desk, number * DOMAIN, holder, holder)
    left = count()
    desk.queue.bodies = [message("run-1", *every)]
    while desk.queue.bodies:
        desk.work(desk.queue.bodies.pop(0), lambda: 0 if next(left) % 3 == 2 else LONG)
    assert [kinds(paid_in_order(desk, holder)) for holder in every] == ["", "d", "dd", "ddd"]
    assert through(desk, "run-1") == {"done": 20}
    assert untrue(desk, dynamodb_client, every) == []


def test_a_term_that_is_due_again_at_once_waits_for_the_next_run(
    desk: Desk, dynamodb_client: Any
) -> None:
    """A job that was dark for a year and a half: one message that comes three times, another run,
    and then it is on time."""
    stored(desk, dynamodb_client, due("d", 3, date(2024, 10, 1)))
    purse(desk, 10 * DOMAIN)
    for _ in range(3):
        desk.work(message("run-1"), lambda: 0)
        desk.queue.bodies.clear()
    assert len(paid_in_order(desk)) == 3
    for run in ("run-1", "run-2", "run-3"):
        desk.work(message(run))
    assert counts(desk, "run-1") == counts(desk, "run-2") == {"done": 3}
    assert counts(desk, "run-3") == {}
    ends = {head["expires_on"] for head in heads(desk, dynamodb_client).values()}
    assert ends == {"2026-10-01"}
    assert len(paid_in_order(desk)) == 6


def test_what_comes_due_after_its_holder_was_begun_is_left_whole_to_the_next_run(
    desk: Desk, dynamodb_client: Any, wire: Wire
) -> None:
    """It would be charged by one worker, and counted by none if he died."""
    stored(desk, dynamodb_client, due("d", 3, LATE))
    purse(desk, 4 * DOMAIN)
    with wire.cut_off("before", "TransactWriteItems", 1), pytest.raises(Cut):
        desk.work(message("run-1"))
    stored(desk, dynamodb_client, due("h", 1, LATE))
    with wire.cut_off("before", "TransactWriteItems", 1, "run_shard"), pytest.raises(Cut):
        desk.work(message("run-1"))
    for run, paid in (("run-1", 3), ("run-2", 4)):
        desk.work(message(run))
        assert len(paid_in_order(desk)) == paid
    assert (counts(desk, "run-1"), counts(desk, "run-2")) == ({"done": 3}, {"done": 1})
    assert (len(told(desk)), len(told(desk, "run-2"))) == (3, 1)


@pytest.mark.search
def test_a_long_night_of_one_holder_while_money_comes_in_and_time_runs_out(
    desk: Desk, dynamodb_client: Any, wire: Wire
) -> None:
    """A deposit before every second of the job's transactions, and no message fails."""
    hosted, named = far(70, 1400), far(50, 1000)
    stored(desk, dynamodb_client, due("h", hosted, EARLY), due("d", named, LATE))
    purse(desk, named * DOMAIN + hosted * HOSTING)
    deposits, calls, ticks = count(), count(), count()

    def deposited() -> None:
        if next(calls) % 2 == 0:
            top_up(desk, DOMAIN, f"deposit-{next(deposits)}")

    desk.queue.bodies = [message("run-1")]
    with wire.meanwhile("TransactWriteItems", deposited, 10_000):
        while desk.queue.bodies:
            body = desk.queue.bodies.pop(0)
            desk.work(body, lambda: 0 if next(ticks) % 40 == 39 else LONG)
    paid = kinds(paid_in_order(desk))
    assert paid == "d" * named + "h" * hosted
    assert next(deposits) > (hosted + named) // 40
    assert counts(desk, "run-1") == {"done": hosted + named}
    assert untrue(desk, dynamodb_client) == []


@pytest.mark.parametrize("ends", [LATE, date(2024, 10, 1)], ids=["once", "due again at once"])
@pytest.mark.parametrize("keys_are_kept", [True, False])
def test_time_that_runs_out_again_and_again_tells_and_sums_each_renewal_once(
    desk: Desk,
    dynamodb_client: Any,
    wire: Wire,
    monkeypatch: pytest.MonkeyPatch,
    keys_are_kept: bool,
    ends: date,
) -> None:
    """And nobody has to ask the contracts' histories for what was done."""
    if not keys_are_kept:
        monkeypatch.setattr("tacit.store.shard_states._BYTES_OF_KEYS", 100)
    stored(desk, dynamodb_client, due("d", 90, ends))
    purse(desk, 90 * DOMAIN)
    ticks = count()
    desk.queue.bodies = [message("run-1")]
    invocations = 0
    with wire.heard():
        while desk.queue.bodies:
            desk.work(desk.queue.bodies.pop(0), lambda: 0 if next(ticks) % 3 == 2 else LONG)
            invocations += 1
    assert invocations > 2
    lines, _ = RunLines(desk.table).page("run-1", LINE, 200, None)
    assert len(lines) == len({line["id"] for line in lines}) == 90
    (state,) = Runs(desk.table).shards("run-1").values()
    assert (state.counts["done"], state.totals["charge|RUB"]) == (90, 90)
    assert state.totals["minor|RUB"] == 90 * DOMAIN
    asked = [given for operation, given in wire.calls if operation == "Query"]
    assert not any("event#" in str(given) for given in asked)


def test_a_whole_run_over_all_shards_adds_up(desk: Desk, dynamodb_client: Any) -> None:
    holders = [f"holder-{number}" for number in range(12)]
    stored(desk, dynamodb_client, *(due("d", 2, LATE, holder) for holder in holders))
    for holder in holders:
        purse(desk, 3 * HOSTING, holder, holder)
    total = desk.run_job("run-1", "2026-04-05", RENEWALS)
    assert total == {"done": 12, "unchanged": 0, "refused": 12, "parked": 0, "failed": 0}
    assert [kinds(paid_in_order(desk, holder)) for holder in holders] == ["d"] * 12
    assert desk.run_job("run-1", "2026-04-05", RENEWALS) == total


def told(desk: Desk, run_id: str = "run-1") -> list[str]:
    lines, behind = RunLines(desk.table).page(run_id, LINE, 2_000, None)
    assert behind is None
    return [line["id"] for line in lines]


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("time", [LONG, 0], ids=["at their end", "when time ran out"])
def test_who_dies_where_he_tells_of_his_holders_has_told_all_or_nothing(
    desk: Desk, dynamodb_client: Any, wire: Wire, when: str, time: int
) -> None:
    held = due("d", 20, EARLY, enabled=False)
    stored(desk, dynamodb_client, due("h", 60, EARLY), due("d", 40, LATE), held)
    purse(desk, 60 * HOSTING + 40 * DOMAIN)
    with wire.cut_off(when, "TransactWriteItems", 1, "run_shard"), pytest.raises(Cut):
        desk.work(message("run-1"), lambda: time)
    if time == LONG and when == "before":
        assert told(desk) == []
    desk.work(message("run-1"))
    assert len(told(desk)) == len(set(told(desk))) == 120
    assert counts(desk, "run-1") == {"done": 120}


@pytest.mark.parametrize("number", [1, 2])
def test_who_dies_between_two_items_of_lines_has_told_nothing(
    desk: Desk, dynamodb_client: Any, wire: Wire, number: int
) -> None:
    """And whoever works the holder again puts them in another order."""
    stored(desk, dynamodb_client, due("h", 60, EARLY), due("d", 60, LATE))
    purse(desk, 60 * HOSTING + 60 * DOMAIN)
    with wire.cut_off("after", "PutItem", number, "line#"), pytest.raises(Cut):
        desk.work(message("run-1"))
    assert told(desk) == []
    desk.work(message("run-1"))
    assert len(told(desk)) == len(set(told(desk))) == 120


def test_a_worker_who_is_behind_tells_nothing_over_what_was_told(
    desk: Desk, dynamodb_client: Any, wire: Wire
) -> None:
    """He is about to tell of the one for whom he had time, when another one has told of all."""
    stored(desk, dynamodb_client, due("d", 30, LATE))
    purse(desk, 30 * DOMAIN)
    with wire.meanwhile("TransactWriteItems", lambda: desk.work(message("run-1")), 1, "run_shard"):
        desk.work(message("run-1"), lambda: 0)
    assert len(told(desk)) == len(set(told(desk))) == 30
    assert counts(desk, "run-1") == {"done": 30}
