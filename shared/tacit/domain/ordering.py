"""Orders: one autorenewal switch over contracts of one holder, and who turns it.

Rules R2, R3, R7 and the half of G12 that is about the switch. `arranging` puts contracts into
orders and takes them out.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from tacit.domain.decision import Change
from tacit.domain.orders import own_contract, with_event
from tacit.domain.permission import check_roles
from tacit.domain.phases import closed_refusal
from tacit.domain.policy import Policy
from tacit.domain.refusals import NotFound, Refused
from tacit.domain.values import Actor, Contract, Event, Order, Role, Status

SWITCHERS = frozenset({Role.HOLDER, Role.STAFF})


@dataclass(frozen=True, slots=True)
class Switch:
    """Turn the autorenewal of an order on or off."""

    by: Actor
    enabled: bool


@dataclass(frozen=True, slots=True)
class Arrange:
    """Make the order if it is not there, put these contracts into it, set its switch. None: the
    switch stays as it is, and is on in a new order. What is in it already and not named stays."""

    by: Actor
    id: str
    provider: str
    holder: str
    autorenewal: bool | None = None
    contracts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Detach:
    """Take one contract out of its order, into one of its own (R7)."""

    by: Actor
    contract_id: str


@dataclass(frozen=True, slots=True)
class OrderSituation:
    """What lies before a decision about an order: the order, the contracts it holds and those that
    are named, the orders these are in, and by name the policies of all of them."""

    order: Order | None
    contracts: Mapping[str, Contract] = field(default_factory=dict)
    orders: Mapping[str, Order] = field(default_factory=dict)
    policies: Mapping[str, Policy] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Rearranged:
    """What will be committed as one transaction. `orders` are those that change, before and after,
    the one that was asked for first; `events` are that one's; `moves` the contracts that come or
    go. `stands_on` is a contract that must still be what it was."""

    orders: tuple[tuple[Order | None, Order], ...]
    events: tuple[Event, ...] = ()
    moves: tuple[Change, ...] = ()
    stands_on: Contract | None = None
    still_cancelled: tuple[str, ...] = ()

    @property
    def order(self) -> Order:
        return self.orders[0][1]

    @property
    def is_new(self) -> bool:
        return self.orders[0][0] is None

    @property
    def all_events(self) -> tuple[Event, ...]:
        return self.events + tuple(event for move in self.moves for event in move.events)


@dataclass(frozen=True, slots=True)
class AsItIs:
    """The wish is already fulfilled; `code` says how."""

    order: Order
    code: str
    still_cancelled: tuple[str, ...] = ()


Ordering = Rearranged | AsItIs


def switch(situation: OrderSituation, command: Switch, now: datetime) -> Ordering:
    """R2: the holder's, or staff's on his behalf. It undoes no cancellation (G12), and says so."""
    order = situation.order
    if order is None:
        raise NotFound("order")
    check_roles(SWITCHERS, command.by)
    cancelled = still_cancelled(situation, order.contracts) if command.enabled else ()
    if order.autorenewal is command.enabled:
        return AsItIs(order, "already_on" if command.enabled else "already_off", cancelled)
    after = replace(order, autorenewal=command.enabled, version=order.version + 1)
    after, event = with_event(after, "order.autorenewal_switched", "enabled", command.by, now)
    only = own_contract(order.id)
    held = situation.contracts.get(only) if only in order.contracts and only is not None else None
    return Rearranged(((order, after),), (event,), stands_on=held, still_cancelled=cancelled)


def switch_one(
    contract: Contract, situation: OrderSituation, command: Switch, policy: Policy, now: datetime
) -> Ordering:
    """R3, R7: the switch of the contract's order, where it is alone in it; else support has to
    detach it first. Raises Refused `order_wide`."""
    check_roles(SWITCHERS, command.by)
    if contract.status is Status.CLOSED:
        raise closed_refusal(contract, policy)
    if situation.order is not None and situation.order.size > 1:
        covers = {"order_id": situation.order.id, "contracts": situation.order.size}
        raise Refused("order_wide", {**covers, **policy.contact_params()})
    return switch(situation, command, now)


def still_cancelled(situation: OrderSituation, contract_ids: tuple[str, ...]) -> tuple[str, ...]:
    """Those of the contracts whose cancellation the switch does not undo (G12)."""
    there = (situation.contracts.get(contract_id) for contract_id in contract_ids)
    over = (Status.EXPIRED, Status.CLOSED)
    return tuple(c.id for c in there if c and c.cancellation is not None and c.status not in over)
