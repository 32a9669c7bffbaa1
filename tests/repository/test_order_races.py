"""Races over an order's places and switch, in separate processes, ten rounds each, or many more."""

from dataclasses import replace

import pytest

from tacit.domain.values import Order
from tacit.store import keys
from tacit.store.mapping import order_item
from tacit.store.writes import put
from tests.repository.desk import Desk
from tests.repository.racers import Racers
from tests.searches import far

ROUNDS = far(10, 200)
FULL = 40


pytestmark = pytest.mark.search


@pytest.fixture
def here(dynamodb_table: str, racers: Racers) -> Desk:
    racers.table = dynamodb_table
    return Desk(dynamodb_table, now="2025-06-01")


def stored(desk: Desk, order_id: str) -> Order:
    order = desk.repository.order(order_id)
    assert order is not None
    return order


def where(desk: Desk, contract_id: str) -> str:
    """The order that the contract itself names; its history must have come there step by step."""
    contract = desk.repository.contract(contract_id)
    assert contract is not None
    events = desk.repository.timeline(contract_id, 50, None)[0][::-1]
    assert [event.number for event in events] == list(range(1, contract.version + 1))
    place = events[0].data["order_id"]
    for event in events[1:]:
        assert event.data["from_order"] == place
        place = event.data["to_order"]
    assert place == contract.order_id
    return contract.order_id


def faults(desk: Desk, order_ids: tuple[str, ...], contract_ids: tuple[str, ...]) -> list[str]:
    """What the orders say that the contracts do not."""
    places = {contract_id: where(desk, contract_id) for contract_id in contract_ids}
    found = []
    for order_id in order_ids:
        order = stored(desk, order_id)
        true = {contract_id for contract_id, place in places.items() if place == order_id}
        if set(order.contracts) != true or order.size != len(true):
            found.append(f"{order_id}: {order.contracts} of {order.size}, in truth {true}")
    return found


def test_a_contract_moved_twice_at_once_is_in_one_order(racers: Racers, here: Desk) -> None:
    for number in range(ROUNDS):
        contract, *orders = (f"{name}-{number}" for name in ("c", "o", "a", "b"))
        here.register(contract, order_id=orders[0])
        before = stored(here, orders[0]).version
        results = racers.race(("place", orders[1], contract), ("place", orders[2], contract))
        assert sorted(results) == orders[1:]
        assert faults(here, tuple(orders), (contract,)) == []
        assert stored(here, orders[0]).version == before + 1


def test_a_move_and_a_detachment_at_once_leave_it_in_one_order(racers: Racers, here: Desk) -> None:
    for number in range(ROUNDS):
        one, two, old, new = (f"{name}-{number}" for name in ("c", "d", "o", "a"))
        for contract in (one, two):
            here.register(contract, order_id=old)
        results = racers.race(("place", new, one), ("detach", old, one))
        # Whoever moved it first took it out of the order it was to be detached from.
        assert results[0] == new
        assert results[1] in (old, "NotFound: contract_id")
        assert faults(here, (old, new), (one, two)) == []


def test_a_switch_and_a_move_at_once_are_both_true(racers: Racers, here: Desk) -> None:
    for number in range(ROUNDS):
        one, two, old, new = (f"{name}-{number}" for name in ("c", "d", "o", "a"))
        for contract in (one, two):
            here.register(contract, order_id=old)
        before = stored(here, old).version
        assert racers.race(("switch", old), ("place", new, one)) == ["False", new]
        assert faults(here, (old, new), (one, two)) == []
        left, found = stored(here, old), stored(here, new)
        assert (left.autorenewal, found.autorenewal) == (False, True)
        assert left.version == before + 2


def with_one_place(desk: Desk, order_id: str) -> None:
    """An order of which one place is free."""
    names = tuple(f"{order_id}-{n}" for n in range(FULL - 1))
    desk.register(f"{order_id}-first", order_id=order_id)
    order = replace(stored(desk, order_id), size=FULL - 1, contracts=names)
    desk.table.write(put("order", order_item(order)))


def test_the_last_place_of_an_order_is_taken_once(racers: Racers, here: Desk) -> None:
    full = f"Invalid: order_id: an order holds {FULL} contracts"
    for number in range(ROUNDS):
        order_id, names = f"o-{number}", [f"c-{number}", f"d-{number}"]
        with_one_place(here, order_id)
        results = racers.race(*(("join", name, order_id) for name in names))
        assert sorted(results) == [full, order_id]
        assert stored(here, order_id).size == len(stored(here, order_id).contracts) == FULL
        assert sum(here.repository.contract(name) is not None for name in names) == 1


def test_the_last_place_is_taken_once_by_who_registers_or_who_moves(
    racers: Racers, here: Desk
) -> None:
    for number in range(ROUNDS):
        order_id, new, old = f"o-{number}", f"c-{number}", f"d-{number}"
        with_one_place(here, order_id)
        here.register(old)
        results = racers.race(("join", new, order_id), ("place", order_id, old))
        assert sorted(result.partition(":")[0] for result in results) == ["Invalid", order_id]
        assert stored(here, order_id).size == len(stored(here, order_id).contracts) == FULL
        there = here.repository.contract(new)
        assert (there is None) is (where(here, old) == order_id)


def test_the_last_place_is_taken_twice_once_nothing_holds_the_order(
    racers: Racers, here: Desk
) -> None:
    taken = 0
    for number in range(ROUNDS):
        order_id, names = f"u-{number}", [f"c-{number}", f"d-{number}"]
        with_one_place(here, order_id)
        racers.race(*(("join", name, order_id) for name in names), unlocked=("order",))
        taken = max(taken, sum(here.repository.contract(name) is not None for name in names))
    assert taken == 2


@pytest.mark.breaks("what happens without the condition")
def test_a_contract_is_in_two_orders_once_nothing_holds_its_head(
    racers: Racers, here: Desk
) -> None:
    broken = []
    for number in range(ROUNDS):
        contract, *orders = (f"{name}-{number}" for name in ("c", "o", "a", "b"))
        here.register(contract, order_id=orders[0])
        unlocked = ("contract", "event", "order")
        tasks = (("place", each, contract) for each in orders[1:])
        racers.race(*tasks, unlocked=unlocked)
        members = [here.repository.order(each) for each in orders[1:]]
        broken += [sum(contract in order.contracts for order in members if order)]
    assert 2 in broken


def test_every_order_is_listed_once_by_its_holder(here: Desk) -> None:
    here.register("c-1")
    here.register("c-2", order_id="o-1")
    here.place("o-2", "c-1")
    index = here.table.query(
        keys.order_list("kreativmedia", keys.lane_of("alice")), index="orders", limit=50
    )
    assert [item["orders_sort"] for item in index.items] == ["alice#o-1", "alice#o-2"]
