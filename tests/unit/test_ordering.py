"""Decisions about orders: the switch, what is put in, what is taken out."""

from dataclasses import replace
from typing import Any

import pytest

from tacit.domain.arranging import arrange, detach, most_at_once
from tacit.domain.commands import Amend, Cancel, TransferOut
from tacit.domain.decision import Change
from tacit.domain.life import decide
from tacit.domain.ordering import (
    Arrange,
    AsItIs,
    Detach,
    OrderSituation,
    Rearranged,
    Switch,
    switch,
    switch_one,
)
from tacit.domain.orders import as_it_stands
from tacit.domain.refusals import Invalid, NotFound, Refused
from tacit.domain.values import Actor, Contract, Order, Role, Status
from tests.unit.cases import ALICE, BOB, KREATIVMEDIA, STAFF, at, registered

NOW = at("2025-06-01")


def contract(contract_id: str, order_id: str | None = "o-1", **fields: Any) -> Contract:
    found = registered(id=contract_id, order_id=order_id).contract
    assert found is not None
    return replace(found, **fields)


def order(*contracts: str, **fields: Any) -> Order:
    made = Order("o-1", "kreativmedia", "alice", True, len(contracts), 4, contracts)
    return replace(made, **fields)


def around(there: Order | None, *contracts: Contract, orders: tuple[Order, ...] = ()) -> Any:
    found = {each.id: each for each in contracts}
    others = {each.id: each for each in orders}
    return OrderSituation(there, found, others, {KREATIVMEDIA.name: KREATIVMEDIA})


def changed(decision: object) -> Rearranged:
    assert isinstance(decision, Rearranged)
    return decision


def arranged(situation: OrderSituation, *contracts: str, **fields: Any) -> Rearranged:
    command = Arrange(STAFF, "o-1", "kreativmedia", "alice", contracts=contracts)
    return changed(arrange(situation, replace(command, **fields), NOW))


def test_R2_the_switch_changes_the_order_and_its_version_and_says_so() -> None:
    change = changed(switch(around(order("c-1", "c-2")), Switch(ALICE, False), NOW))
    assert change.order == order("c-1", "c-2", autorenewal=False, version=5, events=1)
    (event,) = change.all_events
    assert (event.type, event.subject) == ("order.autorenewal_switched", "order/o-1")
    assert event.data == {"enabled": False, "contracts": 2}
    assert event.messages == ()


@pytest.mark.parametrize("enabled", [True, False])
def test_R2_the_switch_as_it_stands_is_nothing_to_do(enabled: bool) -> None:
    there = around(order("c-1", autorenewal=enabled))
    decision = switch(there, Switch(ALICE, enabled), NOW)
    assert decision == AsItIs(there.order, "already_on" if enabled else "already_off")


@pytest.mark.parametrize("role", [Role.BILLING_CONTACT, Role.TECHNICAL_CONTACT, Role.JOB])
def test_R2_the_switch_is_the_holders_and_staffs(role: Role) -> None:
    command, there = Switch(Actor(role, "somebody"), False), around(order("c-1"))
    for one in (None, contract("c-1")):
        with pytest.raises(Refused) as refused:
            if one is None:
                switch(there, command, NOW)
            else:
                switch_one(one, there, command, KREATIVMEDIA, NOW)
        assert refused.value.code == "not_your_role"
        assert refused.value.params["roles"] == ["holder", "staff"]


def test_R3_one_of_several_is_refused_with_the_order_its_size_and_whom_to_ask() -> None:
    one = contract("c-1")
    for enabled in (True, False):
        with pytest.raises(Refused) as refused:
            there = around(order("c-1", "c-2"))
            switch_one(one, there, Switch(ALICE, enabled), KREATIVMEDIA, NOW)
        assert refused.value.code == "order_wide"
        asks = KREATIVMEDIA.contact_params()
        assert refused.value.params == {"order_id": "o-1", "contracts": 2, **asks}


def test_R7_alone_in_its_order_a_contract_has_the_switch() -> None:
    one = contract("c-1")
    there = around(order("c-1"), one)
    assert changed(switch_one(one, there, Switch(ALICE, False), KREATIVMEDIA, NOW)).order == order(
        "c-1", autorenewal=False, version=5, events=1
    )


def test_R7_the_switch_of_an_own_order_stands_on_the_contract_that_is_in_it() -> None:
    one = contract("c-1", None)
    own = as_it_stands(order("c-1", id="~c-1"), one)
    assert changed(switch(around(own, one), Switch(ALICE, False), NOW)).stands_on == one
    away = replace(one, order_id="o-9")
    left = as_it_stands(order("c-1", id="~c-1"), away)
    assert (left.size, left.contracts) == (0, ())
    assert changed(switch(around(left, away), Switch(ALICE, False), NOW)).stands_on is None


def test_what_is_closed_has_no_switch() -> None:
    closed = contract("c-1", status=Status.CLOSED, closed_reason="terminated")
    with pytest.raises(Refused) as refused:
        switch_one(closed, around(order()), Switch(ALICE, False), KREATIVMEDIA, NOW)
    assert refused.value.code == "closed"


def test_G12_turned_on_it_names_what_stays_cancelled() -> None:
    given = decide(registered(id="c-1"), Cancel(ALICE), KREATIVMEDIA, NOW).contract
    over = contract("c-3", status=Status.EXPIRED, cancellation=given.cancellation)
    there = around(order("c-1", "c-2", "c-3", autorenewal=False), given, contract("c-2"), over)
    assert changed(switch(there, Switch(ALICE, True), NOW)).still_cancelled == ("c-1",)
    assert changed(arrange(there, placing(autorenewal=True), NOW)).still_cancelled == ("c-1",)
    on = replace(there, order=replace(there.order, autorenewal=True))
    assert switch(on, Switch(ALICE, True), NOW).still_cancelled == ("c-1",)
    assert switch(on, Switch(ALICE, False), NOW).still_cancelled == ()


def placing(*contracts: str, **fields: Any) -> Arrange:
    return replace(Arrange(STAFF, "o-1", "kreativmedia", "alice", contracts=contracts), **fields)


def test_R3_an_order_is_made_on_with_what_is_put_into_it() -> None:
    change = arranged(around(None, contract("c-1", None), contract("c-2", None)), "c-1", "c-2")
    assert change.is_new
    assert change.order == Order("o-1", "kreativmedia", "alice", True, 2, 1, ("c-1", "c-2"), 1)
    types = [event.type for event in change.all_events]
    assert types == ["order.made", "contract.moved", "contract.moved"]
    assert [move.contract.order_id for move in change.moves] == ["o-1", "o-1"]
    assert [move.contract.version for move in change.moves] == [2, 2]
    assert change.all_events[1].data == {
        "from_order": "~c-1",
        "to_order": "o-1",
        "autorenewal": True,
    }


def test_R3_each_order_that_is_left_is_written_once_and_an_own_one_not_at_all() -> None:
    old = order("c-1", "c-2", "c-5", id="o-2", version=7)
    there = around(
        None, contract("c-1", "o-2"), contract("c-2", "o-2"), contract("c-3", None), orders=(old,)
    )
    change = arranged(there, "c-1", "c-2", "c-3")
    assert change.orders[1:] == ((old, order("c-5", id="o-2", version=8)),)


def test_R3_putting_in_what_is_in_already_is_nothing_to_do() -> None:
    there = around(order("c-1"), contract("c-1"))
    assert arrange(there, placing("c-1"), NOW) == AsItIs(there.order, "arranged_already")
    assert arrange(there, placing(), NOW) == AsItIs(there.order, "arranged_already")


def test_R3_what_is_not_named_stays_in_the_order() -> None:
    there = around(order("c-1"), contract("c-1"), contract("c-2", None))
    change = arranged(there, "c-2", autorenewal=False)
    assert change.order.contracts == ("c-1", "c-2")
    assert [event.type for event in change.events] == ["order.autorenewal_switched"]
    assert change.events[0].data == {"enabled": False, "contracts": 2}


@pytest.mark.parametrize("fields", [{"holder": "mallory"}, {"provider": "svenska-domaner"}])
def test_R3_what_is_another_holders_or_providers_is_not_found(fields: dict[str, Any]) -> None:
    theirs = contract("c-2", None, **fields)
    with pytest.raises(NotFound):
        arrange(around(order(), theirs), placing("c-2"), NOW)
    with pytest.raises(NotFound):
        arrange(around(replace(order(), **fields)), placing(), NOW)
    with pytest.raises(NotFound):
        detach(around(order("c-1", "c-2"), theirs), Detach(STAFF, "c-2"), NOW)


def test_R3_an_order_has_room_for_forty() -> None:
    names = tuple(f"m-{number}" for number in range(39))
    one, other = contract("c-1", None), contract("c-2", None)
    assert arranged(around(order(*names), one), "c-1").order.size == 40
    with pytest.raises(Invalid) as wrong:
        arrange(around(order(*names), one, other), placing("c-1", "c-2"), NOW)
    assert (wrong.value.code, wrong.value.field) == ("too_many", "contracts")


@pytest.mark.parametrize(("others", "most"), [(0, 40), (17, 40), (18, 39), (40, 32)])
def test_how_many_move_at_once_depends_on_the_orders_they_leave(others: int, most: int) -> None:
    """The own orders last, so that the first `most` are out of as many others as there are."""
    coming = [contract(f"c-{n}", f"o-{n}" if n < others else None) for n in range(40)]
    assert most_at_once(coming) == most


@pytest.mark.parametrize("order_id", ["o-1", None])
def test_what_is_closed_comes_into_no_order_and_out_of_none(order_id: str | None) -> None:
    closed = contract("c-1", order_id, status=Status.CLOSED, closed_reason="terminated")
    with pytest.raises(Refused):
        arrange(around(order("c-2"), closed), placing("c-1"), NOW)
    with pytest.raises(Refused):
        detach(around(order("c-2"), closed), Detach(STAFF, "c-1"), NOW)


def test_R7_a_detached_contract_has_an_order_of_its_own_that_stands_as_the_old_one() -> None:
    there = around(order("c-1", "c-2", autorenewal=False), contract("c-1"))
    change = changed(detach(there, Detach(STAFF, "c-1"), NOW))
    own = Order("~c-1", "kreativmedia", "alice", False, 1, 1, ("c-1",))
    left = order("c-2", autorenewal=False, version=5)
    assert change.orders == ((there.order, left), (None, own))
    assert [event.type for event in change.all_events] == ["contract.detached"]


def test_R7_it_comes_back_into_the_own_order_that_it_had() -> None:
    had = Order("~c-1", "kreativmedia", "alice", True, 1, 3, ("c-1",), 2)
    there = around(order("c-1", "c-2", autorenewal=False), contract("c-1"), orders=(had,))
    change = changed(detach(there, Detach(STAFF, "c-1"), NOW))
    assert change.orders[1] == (had, replace(had, autorenewal=False, version=4))


def test_R7_a_contact_detaches_nothing() -> None:
    for by in (ALICE, BOB):
        with pytest.raises(Refused) as refused:
            detach(around(order("c-1", "c-2"), contract("c-1")), Detach(by, "c-1"), NOW)
        assert refused.value.code == "not_your_role"


def test_a_contract_that_closes_leaves_its_order_and_no_other_change_does() -> None:
    domain = registered(id="c-1", plan="domain-ch", label="example.ch", order_id="o-1")
    situation = replace(domain, order=order("c-1", "c-2"))
    closed = decide(situation, TransferOut(STAFF), KREATIVMEDIA, NOW)
    assert isinstance(closed, Change)
    assert (closed.order_before, closed.order) == (situation.order, order("c-2", version=5))
    for command in (Cancel(ALICE), Amend(STAFF, 1, {"locale": "en"})):
        change = decide(situation, command, KREATIVMEDIA, NOW)
        assert isinstance(change, Change)
        assert change.order is None


def test_a_contract_that_closes_writes_nothing_to_an_order_of_its_own() -> None:
    domain = registered(id="c-1", plan="domain-ch", label="example.ch")
    closed = decide(domain, TransferOut(STAFF), KREATIVMEDIA, NOW)
    assert isinstance(closed, Change)
    assert closed.order is None
