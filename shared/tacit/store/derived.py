"""What a head carries besides its contract or ticket order: where calendars and lists find it.

Functions of the head and its policy version alone. Nothing reads them back into a value.
"""

from typing import TYPE_CHECKING

from tacit.domain.calendar import expiries_due_at, renewals_due_at
from tacit.domain.orders import own_order
from tacit.domain.policy import Policy
from tacit.domain.values import Contract, Order, Status
from tacit.store import keys
from tacit.store.codec import Item

if TYPE_CHECKING:
    from tacit.domain.tickets.values import TicketOrder

CALENDARS = ("renewals_due_at", "expiries_due_at", "reminders_due_at")


def derived(contract: Contract, policy: Policy) -> Item:
    """Shard, both calendars, staff's listing, the place of its own order; None where it has none,
    so that each of the names is there."""
    shard = keys.shard_of(contract.provider, contract.holder)
    renewals, expiries = renewals_due_at(contract, policy), expiries_due_at(contract, policy)
    return {
        "shard": shard,
        "renewals_due_at": keys.due(renewals, contract.provider, contract.holder)
        if renewals
        else None,
        "expiries_due_at": keys.instant(expiries) if expiries else None,
        "listing_key": keys.listing(contract.provider, keys.lane_of(shard)),
        "listing_sort": f"{contract.status}#{keys.part(contract.id)}",
        **_own_order_place(contract),
    }


def derived_of_ticket_order(order: "TicketOrder", policy: Policy) -> Item:
    """Shard and calendar, the shop's list, that of its open questions."""
    from tacit.domain.tickets.schedule import next_due_at  # contracts do without, and start sooner

    due_at = next_due_at(order, policy.ticketing) if policy.ticketing is not None else None
    place = f"{keys.instant(order.placed_at)}#{keys.part(order.id)}"
    asked = order.question is not None
    return {
        "shard": keys.shard_of(order.provider, order.id),
        "reminders_due_at": keys.instant(due_at) if due_at else None,
        "listing_key": keys.ticket_order_listing(order.shop_id, keys.lane_of(order.id)),
        "listing_sort": place,
        "orders_key": keys.open_questions(order.shop_id) if asked else None,
        "orders_sort": place if asked else None,
    }


def order_place(order: Order) -> Item:
    """Where the order is found by its holder."""
    return {
        "orders_key": keys.order_list(order.provider, keys.lane_of(order.holder)),
        "orders_sort": keys.order_place(order.holder, order.id),
    }


def _own_order_place(contract: Contract) -> Item:
    """A contract in an order of its own stands for that order in the index: its head is written
    whenever it comes or goes, the order's item is not."""
    order_id = own_order(contract.id)
    if contract.order_id != order_id or contract.status is Status.CLOSED:
        return {"orders_key": None, "orders_sort": None}
    return order_place(Order(order_id, contract.provider, contract.holder, True, 1, 1))
