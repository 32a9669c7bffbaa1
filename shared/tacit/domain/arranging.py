"""Putting contracts into an order, and taking one out (R3, R7): staff's part of ordering."""

from dataclasses import replace
from datetime import datetime

from tacit.domain.decision import Change
from tacit.domain.ordering import (
    Arrange,
    AsItIs,
    Detach,
    Ordering,
    OrderSituation,
    Rearranged,
    still_cancelled,
)
from tacit.domain.orders import (
    own_contract,
    own_order,
    with_contract,
    with_event,
    without_contract,
)
from tacit.domain.permission import check_roles
from tacit.domain.phases import closed_refusal
from tacit.domain.record import changed
from tacit.domain.refusals import Invalid, NotFound
from tacit.domain.registration import CONTRACTS_IN_AN_ORDER
from tacit.domain.values import Actor, Contract, Event, Order, Role, Scalar, Status

ITEMS_OF_A_TRANSACTION = 100
_BESIDES = 3  # the order, its event, the record of the request's key


def arrange(situation: OrderSituation, command: Arrange, now: datetime) -> Ordering:
    """Staff's way of putting contracts of one holder under one switch. All that is named is of the
    same provider and holder; anything else is not found."""
    there, only = situation.order, own_contract(command.id)
    mine = (command.provider, command.holder)
    if (there is None and only) or (there and (there.provider, there.holder) != mine):
        raise NotFound("order")
    named = [_held(situation, each, mine, "contracts") for each in command.contracts]
    if only and any(contract.id != only for contract in named):
        raise Invalid("contracts", "an order of a contract's own holds nothing else")
    coming = [contract for contract in named if contract.order_id != command.id]
    order = there or Order(command.id, *mine, autorenewal=True, size=0, version=0)
    _check_room(order, coming)
    for contract in named:
        _check_open(contract, situation)
    wanted = order.autorenewal if command.autorenewal is None else command.autorenewal
    if there is not None and not coming and wanted is there.autorenewal:
        return AsItIs(there, "arranged_already")
    after = replace(order, autorenewal=wanted, version=order.version + 1)
    for contract in coming:
        after = with_contract(after, contract.id)
    after, events = _its_own(there, after, command.by, now)
    moves = tuple(_moved(c, after, "contract.moved", command.by, situation, now) for c in coming)
    turned_on = wanted and not (there is not None and there.autorenewal)
    return Rearranged(
        ((there, after), *_left(situation, coming)),
        events,
        moves,
        still_cancelled=still_cancelled(situation, after.contracts) if turned_on else (),
    )


def _its_own(
    there: Order | None, after: Order, by: Actor, now: datetime
) -> tuple[Order, tuple[Event, ...]]:
    """The order's own event: it was made, or its switch was turned, or neither."""
    if there is not None and there.autorenewal is after.autorenewal:
        return after, ()
    made = there is None
    event_type = "order.made" if made else "order.autorenewal_switched"
    after, event = with_event(after, event_type, "autorenewal" if made else "enabled", by, now)
    return after, (event,)


def detach(situation: OrderSituation, command: Detach, now: datetime) -> Ordering:
    """R7: into an order of its own, whose switch stands as that of the order it leaves did."""
    order = situation.order
    if order is None:
        raise NotFound("order")
    check_roles(frozenset({Role.STAFF}), command.by)
    mine = (order.provider, order.holder)
    contract = _held(situation, command.contract_id, mine, "contract_id")
    if contract.order_id not in (order.id, own_order(contract.id)):
        raise NotFound("contract_id")
    _check_open(contract, situation)
    if contract.order_id != order.id or order.size == 1:
        return AsItIs(order, "alone_already")
    there = situation.orders.get(own_order(contract.id))
    own = there or Order(own_order(contract.id), *mine, autorenewal=True, size=0, version=0)
    own = replace(own, autorenewal=order.autorenewal, version=own.version + 1)
    own = replace(own, size=1, contracts=(contract.id,))
    move = _moved(contract, own, "contract.detached", command.by, situation, now)
    return Rearranged(((order, without_contract(order, contract.id)), (there, own)), moves=(move,))


def most_at_once(coming: list[Contract]) -> int:
    """How many of the contracts, in this order, one transaction can move: for each its head and its
    event, and once each order that they leave."""
    items, left = _BESIDES, set[str]()
    for number, contract in enumerate(coming):
        if own_contract(contract.order_id) is None:
            left.add(contract.order_id)
        items += 2
        if items + len(left) > ITEMS_OF_A_TRANSACTION:
            return number
    return len(coming)


def _check_room(order: Order, coming: list[Contract]) -> None:
    if order.size + len(coming) > CONTRACTS_IN_AN_ORDER and own_contract(order.id) is None:
        reason = f"an order holds {CONTRACTS_IN_AN_ORDER} contracts, and {order.size} are in it"
        raise Invalid("contracts", reason, "too_many")
    most = most_at_once(coming)
    if len(coming) > most:
        reason = (
            f"they are in too many orders to be moved at once: move the first {most}, "
            "and the others with a request of their own"
        )
        raise Invalid("contracts", reason, "too_many")


def _held(
    situation: OrderSituation, contract_id: str, mine: tuple[str, str], thing: str
) -> Contract:
    contract = situation.contracts.get(contract_id)
    if contract is None or (contract.provider, contract.holder) != mine:
        raise NotFound(thing)
    return contract


def _check_open(contract: Contract, situation: OrderSituation) -> None:
    if contract.status is Status.CLOSED:
        raise closed_refusal(contract, situation.policies[contract.policy])


def _left(situation: OrderSituation, coming: list[Contract]) -> tuple[tuple[Order, Order], ...]:
    """The orders that the contracts leave, each once; those of their own are left as they are."""
    found: dict[str, Order] = {}
    for contract in coming:
        if own_contract(contract.order_id) is None:
            order = found.get(contract.order_id) or situation.orders.get(contract.order_id)
            if order is not None:
                found[order.id] = without_contract(order, contract.id)
    return tuple(
        (situation.orders[each.id], replace(each, version=situation.orders[each.id].version + 1))
        for each in found.values()
    )


def _moved(
    contract: Contract,
    to: Order,
    event_type: str,
    by: Actor,
    situation: OrderSituation,
    now: datetime,
) -> Change:
    after = replace(contract, order_id=to.id)
    data: dict[str, Scalar] = {
        "from_order": contract.order_id,
        "to_order": to.id,
        "autorenewal": to.autorenewal,
    }
    return changed(contract, after, event_type, data, by, situation.policies[contract.policy], now)
