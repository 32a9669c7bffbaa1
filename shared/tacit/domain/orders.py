"""An order as a value: which contracts are in it, and how they come and go.

A contract says which order it is in; an order's own list of contracts follows from that, and is
written in the transaction that changes it.

An order of a contract's own (`~` and the contract's id) can hold that contract and nothing else:
the contract's head alone says whether it does. So a contract that leaves its own order writes
nothing there, which leaves room for 40 of them in one transaction.
"""

from dataclasses import replace
from datetime import datetime

from tacit.domain.decision import Change, Decision, Situation
from tacit.domain.values import Actor, Contract, Event, Order, Scalar, Status


def own_order(contract_id: str) -> str:
    """The order of a contract that names none; no client can name one like it."""
    return f"~{contract_id}"


def own_contract(order_id: str) -> str | None:
    """The one contract that an order of a contract's own can hold; None for any other order."""
    return order_id[1:] if order_id.startswith("~") else None


def as_it_stands(order: Order, contract: Contract | None) -> Order:
    """An order of a contract's own, with what is in it: `contract` is the only one there can be."""
    holds = contract is not None and _is_in(contract, order)
    members = (contract.id,) if contract is not None and holds else ()
    return replace(order, size=len(members), contracts=members)


def leaving_its_order(situation: Situation, decision: Decision) -> Decision:
    """A contract that closes leaves its order in the same transaction."""
    order = situation.order
    if order is None or own_contract(order.id) or not isinstance(decision, Change):
        return decision
    before, after = decision.before, decision.contract
    if before is None or before.status is Status.CLOSED or after.status is not Status.CLOSED:
        return decision
    return replace(decision, order_before=order, order=without_contract(order, after.id))


def with_contract(order: Order, contract_id: str) -> Order:
    others = tuple(each for each in order.contracts if each != contract_id)
    return replace(order, size=order.size + 1, contracts=(*others, contract_id))


def without_contract(order: Order, contract_id: str) -> Order:
    left = tuple(each for each in order.contracts if each != contract_id)
    return replace(order, size=order.size - 1, contracts=left, version=order.version + 1)


def with_event(
    order: Order, event_type: str, name: str, by: Actor, now: datetime
) -> tuple[Order, Event]:
    """The order with one event more, which says how its switch stands and how many it covers.
    `order/` before the id keeps an order's events apart from those of a contract of that id."""
    after = replace(order, events=order.events + 1)
    data: dict[str, Scalar] = {name: order.autorenewal, "contracts": order.size}
    subject = f"order/{order.id}"
    return after, Event(event_type, subject, order.provider, after.events, now, by, data)


def _is_in(contract: Contract, order: Order) -> bool:
    return contract.order_id == order.id and contract.status is not Status.CLOSED
