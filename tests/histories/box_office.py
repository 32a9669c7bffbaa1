"""What is asked of shops and ticket orders: the rooms behind those doors."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime

from tacit.domain.money import Money
from tacit.domain.tickets.commands import Command, NewTicket, Pay, Place
from tacit.domain.tickets.shops import InvoiceWish, RegisterShop, ShopCommand
from tacit.domain.tickets.values import Buyer, Show
from tacit.domain.values import Actor, Role
from tests.histories.doors import Door, Doors
from tests.histories.people import ORGANISER, STAFF, caller

SHOP = "shop-1"
LEA = Buyer("Léa Müller", "lea@example.net", "fr")


class BoxOffice(Doors):
    """Of one shop, olga's."""

    def register_shop(self, zone: str, wish: InvoiceWish) -> Door:
        actor = Actor(Role.STAFF, STAFF)
        command = RegisterShop(
            actor, SHOP, self.provider, ORGANISER, "Théâtre du Lac", zone, wish, SHOP
        )
        return lambda hand, request, shape: hand.shops.register(
            caller(STAFF, self.provider), SHOP, self.provider, lambda: (command, request), shape
        )

    def shop(self, who: str, make: Callable[[Actor], ShopCommand]) -> Door:
        return lambda hand, request, shape: hand.shops.carry_out(
            caller(who, self.provider), SHOP, lambda actor: (make(actor), request), shape
        )

    def place(
        self,
        who: str,
        order_id: str,
        show: Show,
        placed_at: datetime,
        method: str,
        tickets: tuple[tuple[str | None, int], ...],
        channel: str = "online",
    ) -> Door:
        asked = tuple(
            NewTicket(f"{order_id}-t{number}", seat, Money(minor, "CHF"))
            for number, (seat, minor) in enumerate(tickets, 1)
        )
        return lambda hand, request, shape: hand.ticket_orders.place(
            caller(who, self.provider),
            order_id,
            SHOP,
            lambda actor: (
                Place(
                    actor, order_id, SHOP, show, LEA, placed_at, method, channel, asked, False,
                    order_id,
                ),
                request,
            ),
            shape,
        )  # fmt: skip

    def order(self, who: str, order_id: str, make: Callable[[Actor], Command]) -> Door:
        return lambda hand, request, shape: hand.ticket_orders.carry_out(
            caller(who, self.provider), order_id, lambda actor: (make(actor), request), shape
        )

    def pay(self, who: str, order_id: str, minor: int, reference: str, value_date: date) -> Door:
        money = Money(minor, "CHF")
        return self.order(who, order_id, lambda actor: Pay(actor, money, reference, value_date))
