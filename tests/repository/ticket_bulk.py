"""Many ticket orders at once, as placing them writes them, less the events of their past."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any

from tacit.domain.tickets.decision import OrderChange, Standing, seats_of
from tacit.domain.tickets.life import decide
from tacit.domain.tickets.shops import InvoiceWish
from tacit.domain.tickets.values import Shop, TicketOrder
from tacit.policies import newest
from tacit.store.codec import Item
from tacit.store.shop_items import shop_item
from tacit.store.ticket_items import seat_item, ticket_item, ticket_order_item
from tests.repository.bulk import write_items
from tests.repository.ticket_desk import PLACED_AT, PROVIDER, order_of
from tests.unit.shops import REGISTERED, moved

RULES = newest(PROVIDER)


def a_shop(shop_id: str = "shop-1", first: int = 10, reminders: int = 0) -> Shop:
    asked = replace(REGISTERED, id=shop_id, invoice=InvoiceWish(first=first, reminders=reminders))
    return moved(None, asked).shop


def pattern(shop: Shop) -> TicketOrder:
    """An order of one ticket that waits for its invoice to be paid."""
    asked = order_of("pattern", "A1", shop_id=shop.id)
    decision = decide(Standing(None, shop), asked, RULES, PLACED_AT)
    assert isinstance(decision, OrderChange)
    return decision.order


def orders(
    like: TicketOrder, names: Iterable[str], placed_at: datetime = PLACED_AT
) -> Iterator[TicketOrder]:
    """Each with a ticket and a seat of its own."""
    for name in names:
        (ticket,) = like.tickets
        own = replace(ticket, number=f"{name}-t1", seat=f"{name}-s1")
        yield replace(like, id=name, tickets=(own,), placed_at=placed_at)


def items_of(order: TicketOrder) -> list[Item]:
    """The head, and what is claimed with it."""
    claims = [ticket_item(order, ticket.number) for ticket in order.tickets]
    seats = [seat_item(order, seat) for seat in sorted(seats_of(order))]
    return [ticket_order_item(order, RULES), *claims, *seats]


def write_shops(client: Any, table_name: str, *shops: Shop) -> None:
    write_items(client, table_name, [shop_item(shop) for shop in shops])


def write_orders(client: Any, table_name: str, found: Iterable[TicketOrder]) -> None:
    write_items(client, table_name, [item for order in found for item in items_of(order)])
