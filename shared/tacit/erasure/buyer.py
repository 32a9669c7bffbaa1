"""Erasing a buyer of tickets: one address, in all shops of a provider.

The address is one of the words by which his orders are found, and each order takes its words away
in the transaction that rewrites it. So what is found by the address is what is left to do.
"""

from collections.abc import Callable, Iterator
from datetime import datetime

from tacit.domain.erasing import Obstacle, ticket_order_obstacles, ticket_order_without
from tacit.domain.tickets.values import TicketOrder
from tacit.erasure.rewriting import Hindered, Rewriting, Tally, Unfinished, new_pseudonym
from tacit.runtime.ticket_policies import policy_of_order
from tacit.store import keys
from tacit.store.codec import Raw, from_raw
from tacit.store.erasing import Erasing, behind_a_ticket_order, ticket_order_writes
from tacit.store.listing import shops_of_staff
from tacit.store.table import Table
from tacit.store.ticket_items import ticket_order_of
from tacit.store.writes import Write

_ROUNDS = 5
_WAITING = ("held", "undone")


class BuyerErasure:
    """Of one address with one provider; upper and lower case are the same. `say` is told how far it
    is, without naming him."""

    def __init__(self, table: Table, provider: str, email: str, say: Callable[[str], None]) -> None:
        self._erasing = Erasing(table)
        self._provider, self._email, self._say = provider, email.casefold(), say
        self._marker = keys.erasure(provider, "buyer", self._email)
        self._tally = Tally()
        self._rewriting = Rewriting(self._erasing, self._tally)

    def looked_at(self, now: datetime) -> Tally:
        """What there is of him, and all that has to end before."""
        found = Tally()
        for order_id in self._his_orders():
            there = self._rewriting.readable(keys.ticket_order(order_id), ticket_order_of)
            if isinstance(there, Obstacle):
                found.obstacles.append(there)
                continue
            found.ticket_orders += 1
            found.obstacles += self._of_order(there[1], now)
        return found

    def carried_out(self, now: datetime) -> Tally:
        """All of it, from wherever a call before was cut off; raises Hindered, Unfinished, Busy."""
        begun = self._erasing.is_begun(self._marker)
        if not begun and next(self._his_orders(), None) is None:
            return self._tally
        pseudonym = self._erasing.began(self._marker, new_pseudonym(), now)
        for _ in range(_ROUNDS):
            for order_id in self._his_orders():
                self._order(order_id, pseudonym, now)
            if next(self._his_orders(), None) is None:
                self._erasing.ended(self._marker)
                return self._tally
        raise Unfinished("orders of the buyer were made while he was erased")

    def _his_orders(self) -> Iterator[str]:
        """By the word; an address that only looks the same, but for its accents, is another's. What
        cannot be read counts as his: nobody knows."""
        for source in shops_of_staff(self._provider):
            for shop in self._erasing.partition(source.pk, "listing"):
                shop_id = keys.unpart(from_raw(shop)["pk"].partition("#")[2])
                for order_id in self._erasing.bought(shop_id, self._email):
                    if self._may_be_his(order_id):
                        yield order_id

    def _may_be_his(self, order_id: str) -> bool:
        there = self._rewriting.readable(keys.ticket_order(order_id), ticket_order_of)
        return isinstance(there, Obstacle) or there[1].buyer.email.casefold() == self._email

    def _of_order(self, order: TicketOrder, now: datetime) -> list[Obstacle]:
        pk, _ = keys.ticket_order(order.id)
        waiting = [
            Obstacle("message_waiting", {"message_id": f"{order.id}:{item['number']}"})
            for item in map(from_raw, self._erasing.partition(pk))
            if item["item"] == "message_by_hand" and item["status"] in _WAITING
        ]
        parked = self._rewriting.parked(self._provider, pk)
        return ticket_order_obstacles(order, now) + waiting + parked

    def _order(self, order_id: str, pseudonym: str, now: datetime) -> None:
        pk, _ = key = keys.ticket_order(order_id)

        def attempt() -> list[Write]:
            there: tuple[Raw, TicketOrder] | Obstacle = self._rewriting.readable(
                key, ticket_order_of
            )
            if isinstance(there, Obstacle):
                raise Hindered([there])
            raw, order = there
            if order.buyer.email.casefold() != self._email:
                return []
            if found := self._of_order(order, now):
                raise Hindered(found)
            self._rewriting.behind(pk, behind_a_ticket_order)
            after = ticket_order_without(order, pseudonym)
            return ticket_order_writes(raw, order, after, policy_of_order(order))

        self._rewriting.until_nobody_came_between(attempt)
        self._tally.ticket_orders += 1
        self._say(f"ticket order {order_id}")
