"""The renewals job where races are lost: what is kept stays kept, and nobody waits for a loser."""

from datetime import date
from typing import Any

import pytest

from tacit.domain.commands import Cancel, Reactivate
from tacit.store import keys
from tacit.store.writes import put
from tests.repository.desk import Desk
from tests.repository.nights import (
    DOMAIN,
    HOSTING,
    PROVIDER,
    counts,
    due,
    heads,
    message,
    paid_in_order,
    purse,
    stored,
)
from tests.repository.tills import account
from tests.repository.wire import Wire

EARLY, LATE = date(2026, 4, 20), date(2026, 5, 1)


@pytest.fixture(autouse=True)
def _no_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    for place in ("tacit.store.patience", "tacit.runtime.till"):
        monkeypatch.setattr(f"{place}.time.sleep", lambda seconds: None)


def test_G14_what_is_kept_for_a_domain_stays_kept_when_a_race_is_lost_behind_it(
    desk: Desk, dynamodb_client: Any, wire: Wire
) -> None:
    """That the domain is short has been written down when somebody touches the hosting."""
    stored(desk, dynamodb_client, due("h", 1, EARLY), due("d", 1, LATE))
    purse(desk, HOSTING)

    def touched() -> None:
        desk.ask("h-alice-True-0000", Cancel)
        desk.ask("h-alice-True-0000", Reactivate)

    with wire.meanwhile("TransactWriteItems", touched):
        desk.work(message("run-1"))
    assert paid_in_order(desk) == []
    assert account(desk, "a-1").balance.minor == HOSTING
    assert counts(desk, "run-1") == {"refused": 2}


def test_G14_it_stays_kept_behind_a_pause_for_others(
    desk: Desk, dynamodb_client: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody else does anything: the transaction behind which the row is folded anew has the last
    charge, and the shortage of the hundredth domain."""
    monkeypatch.setattr("tacit.store.together.MOST", 16)
    stored(desk, dynamodb_client, due("d", 100, LATE), due("h", 1, EARLY))
    purse(desk, 99 * DOMAIN + HOSTING)
    desk.work(message("run-1"))
    assert len(paid_in_order(desk)) == 99
    assert account(desk, "a-1").balance.minor == HOSTING
    assert counts(desk, "run-1") == {"done": 99, "refused": 2}


def test_two_runs_at_once_fail_no_message(desk: Desk, dynamodb_client: Any, wire: Wire) -> None:
    stored(desk, dynamodb_client, due("d", 30, LATE))
    purse(desk, 40 * DOMAIN)
    with wire.meanwhile("TransactWriteItems", lambda: desk.work(message("run-1"))):
        desk.work(message("run-2"))
    assert len(paid_in_order(desk)) == 30
    assert counts(desk, "run-2") == {"unchanged": 30}


def test_a_switch_of_a_large_order_in_the_middle_fails_no_message(
    desk: Desk, dynamodb_client: Any, wire: Wire
) -> None:
    stored(desk, dynamodb_client, due("d", 40, LATE))
    purse(desk, 40 * DOMAIN)
    order_id = heads(desk, dynamodb_client)["d-alice-True-0000"]["order_id"]
    with wire.meanwhile("TransactWriteItems", lambda: desk.switch(order_id, enabled=False)):
        desk.work(message("run-1"))
    assert paid_in_order(desk) == []


@pytest.mark.breaks("an event is there before its time")
def test_G13_one_contract_that_always_loses_stops_nobody_else_and_is_parked(
    desk: Desk, dynamodb_client: Any
) -> None:
    """Something stands where its next event belongs: no transaction of it can go through."""
    shard = keys.shard_of(PROVIDER, "alice")

    def mark(holder: str) -> str:
        return keys.holder_in(keys.due(desk.clock.now(), PROVIDER, holder))

    names = (f"n-{number}" for number in range(1500))
    neighbour = next(name for name in names if keys.shard_of(PROVIDER, name) == shard)
    first, other = sorted(["alice", neighbour], key=mark)
    stored(desk, dynamodb_client, due("d", 90, LATE, first), due("d", 20, LATE, other))
    purse(desk, 90 * DOMAIN, "a-first", first)
    purse(desk, 20 * DOMAIN, "a-other", other)
    stuck = f"d-{first}-True-0000"
    pk, _ = keys.contract(stuck)
    _, sk = keys.event(pk, heads(desk, dynamodb_client)[stuck]["events"] + 1)
    desk.table.write(put("event", {"pk": pk, "sk": sk, "item": "event"}))
    for number in (1, 2, 3):
        desk.work(message(f"run-{number}"))
    assert len(paid_in_order(desk, "a-first")) == 89
    assert len(paid_in_order(desk, "a-other")) == 20
    assert counts(desk, "run-1") == {"done": 109, "failed": 1}
    assert heads(desk, dynamodb_client)[stuck]["parked_at"]
