"""The capacity units of an order's changes in docs/keys.md, counted from the items we write."""

from collections.abc import Mapping
from dataclasses import replace

from tacit.domain.arranging import arrange, detach
from tacit.domain.decision import Situation
from tacit.domain.ordering import Arrange, Detach, OrderSituation, Rearranged, Switch, switch
from tacit.domain.orders import as_it_stands
from tacit.domain.values import Contract, Order
from tacit.replies import Answer
from tacit.runtime import order_bodies
from tacit.service import View
from tacit.store import keys
from tacit.store.codec import Raw, to_raw
from tacit.store.mapping import contract_item, order_item
from tacit.store.orders import order_writes
from tacit.store.repository import IdempotencyRecord, idempotency_write
from tests.unit.cases import ALICE, KREATIVMEDIA, STAFF, at, registered
from tests.unit.test_docs_keys import PAGE, ROW, index_units, state_after, units_of

NOW = at("2025-06-01")
POLICIES = {KREATIVMEDIA.name: KREATIVMEDIA}
Figures = tuple[int, int, int, int]


class Shelf:
    """Contracts and orders as changes leave them, and what each change costs."""

    def __init__(self, count: int) -> None:
        brought = [registered(id=f"c-{number}") for number in range(count)]
        self.contracts: dict[str, Contract] = {}
        self.orders: dict[str, Order] = {}
        self.there: dict[keys.Key, Raw] = {}
        for situation in brought:
            assert situation.contract is not None
            assert situation.order is not None
            self.contracts[situation.contract.id] = situation.contract
            self.orders[situation.order.id] = situation.order
            for item in (
                contract_item(situation.contract, KREATIVMEDIA),
                order_item(situation.order),
            ):
                self.there[item["pk"], item["sk"]] = to_raw(item)

    def situation(self, order_id: str, only: str | None = None) -> OrderSituation:
        order = self.orders.get(order_id)
        if order is not None and only is not None:
            order = as_it_stands(order, self.contracts[only])
        return OrderSituation(order, self.contracts, self.orders, POLICIES)

    def figures(self, change: object, answer: Answer) -> Figures:
        assert isinstance(change, Rearranged)
        writes = order_writes(change, POLICIES, NOW)
        raws = {write.key: state_after(write, self.there) for write in writes}
        assert len(raws) == len(writes) <= 99
        table = sum(2 * units_of(raw) for raw in raws.values())
        indexes = sum(index_units(self.there.get(key, {}), raw) for key, raw in raws.items())
        self.contracts |= {move.contract.id: move.contract for move in change.moves}
        self.orders |= {after.id: after for _, after in change.orders}
        self.there |= without_markers(raws)
        return len(writes), table, indexes, 2 * units_of(record(answer))


def without_markers(raws: Mapping[keys.Key, Raw]) -> dict[keys.Key, Raw]:
    """The relay takes them away before the next step."""
    return {
        key: {name: value for name, value in raw.items() if not name.startswith("outbox_")}
        for key, raw in raws.items()
    }


def record(answer: Answer) -> Raw:
    key = keys.idempotency("alice", "PUT", "/orders/o-1", "key")
    kept = IdempotencyRecord(key, "0" * 64, answer.status, answer.body, NOW, 1_800_000_000)
    return to_raw(idempotency_write(kept, NOW).item or {})


def placed(shelf: Shelf, order_id: str, *contract_ids: str) -> Figures:
    command = Arrange(STAFF, order_id, "kreativmedia", "alice", None, contract_ids)
    change = arrange(shelf.situation(order_id), command, NOW)
    return shelf.figures(change, order_bodies.order_answer(change))


def switched(shelf: Shelf, order_id: str, only: str | None = None) -> Figures:
    change = switch(shelf.situation(order_id, only), Switch(ALICE, False), NOW)
    return shelf.figures(change, order_bodies.order_answer(change))


def detached(shelf: Shelf, order_id: str, contract_id: str) -> Figures:
    contract = shelf.contracts[contract_id]
    change = detach(shelf.situation(order_id), Detach(STAFF, contract_id), NOW)
    situation = Situation(contract, shelf.orders[order_id])
    view = View(situation, contract, STAFF, KREATIVMEDIA, NOW)
    return shelf.figures(change, order_bodies.detached_answer(view, change))


def counted() -> dict[str, Figures]:
    shelf = Shelf(5)
    found = {
        "make an order of 2": placed(shelf, "o-1", "c-0", "c-1"),
        "switch a contract's own order": switched(shelf, "~c-2", "c-2"),
        "switch an order": switched(shelf, "o-1"),
    }
    placed(shelf, "o-2", "c-3", "c-4")
    found["put 1 into an order"] = placed(shelf, "o-1", "c-3")
    found["detach"] = detached(shelf, "o-1", "c-0")
    full = Shelf(40)
    found["put 40 into an order"] = placed(full, "o-1", *full.contracts)
    return found


def test_the_units_of_each_change_of_an_order_are_those_of_its_items() -> None:
    text = PAGE.read_text("utf-8").partition("## What a change of an order writes")[2]
    shown = {
        row[0].strip(): tuple(map(int, row[1:])) for row in ROW.findall(text.partition("\n## ")[0])
    }
    assert shown == counted()


def test_what_leaves_the_most_orders_still_fits_into_a_transaction() -> None:
    """With the record of a key, it is a hundred items."""
    shelf = Shelf(32)
    for contract in list(shelf.contracts.values()):
        order_id = f"o-{contract.id}"
        shelf.contracts[contract.id] = replace(contract, order_id=order_id)
        shelf.orders[order_id] = replace(shelf.orders[f"~{contract.id}"], id=order_id)
    assert placed(shelf, "o-1", *shelf.contracts)[0] == 98
