"""Ticket orders as their doors use them: load, decide, commit, as `service` does for contracts.

Who the organiser is, is read from the stored shop, never from a request.
"""

from collections.abc import Callable
from datetime import datetime

from tacit.callers import Caller, Now
from tacit.domain.policy import Policy
from tacit.domain.refusals import Broken, NotFound
from tacit.domain.tickets.cancelling import next_numbers
from tacit.domain.tickets.commands import Command, Exchange, Pay, Place, ReviveOrder
from tacit.domain.tickets.decision import Decision, NoChange, Standing
from tacit.domain.tickets.life import decide
from tacit.domain.tickets.values import Shop, TicketOrder
from tacit.domain.values import Actor, Role
from tacit.replies import Answer, Request, record_of, recorded
from tacit.runtime.ticket_policies import policy_for, policy_of_order
from tacit.store.patience import Busy
from tacit.store.repository import KeyUsed, LostRace, Repository
from tacit.store.shops import ShopBook
from tacit.store.ticket_orders import TicketBook

_TRIES = 10

Shape = Callable[[Decision, Policy], Answer]
Asked = Callable[[Actor], tuple[Command, Request]]


class TicketOrders:
    def __init__(
        self, repository: Repository, book: TicketBook, shops: ShopBook, clock: Now
    ) -> None:
        self.repository = repository
        self.book = book
        self.shops = shops
        self.clock = clock

    def find(self, caller: Caller, order_id: str) -> tuple[TicketOrder, Actor]:
        """The order, and as whom he acts on it. Raises NotFound also for what is somebody else's,
        Broken only for those whose it is."""
        found = self._order(caller, order_id)
        if found is None:
            raise NotFound("ticket order")
        return found

    def with_ticket(self, caller: Caller, number: str) -> tuple[TicketOrder, Actor]:
        """The order that a ticket belongs to; raises NotFound for a number that nobody has."""
        order_id = self.book.order_of_ticket(number)
        if order_id is None:
            raise NotFound("ticket")
        try:
            return self.find(caller, order_id)
        except NotFound:
            raise NotFound("ticket") from None

    def place(
        self,
        caller: Caller,
        order_id: str,
        shop_id: str,
        asked: Callable[[Actor], tuple[Place, Request]],
        shape: Shape,
    ) -> Answer:
        """`asked` reads the request, once it is known that shop and order are this organiser's or
        staff's: 404 comes before whatever is wrong with the request."""
        now = self.clock.now()
        for _ in range(_TRIES):
            shop, actor = self._actor(caller, shop_id)
            there, _ = self._order(caller, order_id) or (None, None)
            command, request = asked(actor)
            if (known := recorded(self.repository, request, now)) is not None:
                return known
            rules = policy_for(shop.provider)
            standing = self._around(there, shop, command)
            decision = decide(standing, command, rules, now)
            answer = shape(decision, rules)
            if self._committed(decision, rules, now, request, answer):
                return answer
        raise Busy(f"lost {_TRIES} races")

    def carry_out(self, caller: Caller, order_id: str, asked: Asked, shape: Shape) -> Answer:
        """A command on an order that is there; a lost race is decided again on fresh values."""
        now = self.clock.now()
        for _ in range(_TRIES):
            order, actor = self.find(caller, order_id)
            command, request = asked(actor)
            if (known := recorded(self.repository, request, now)) is not None:
                return known
            rules = policy_of_order(order)
            decision = decide(self._around(order, None, command), command, rules, now)
            answer = shape(decision, rules)
            if self._committed(decision, rules, now, request, answer):
                return answer
        raise Busy(f"lost {_TRIES} races")

    def _around(self, order: TicketOrder | None, shop: Shop | None, command: Command) -> Standing:
        """What the decision looks at besides the order: one batched read for seats and numbers."""
        match command:
            case Place():
                numbers = self.book.numbers(ticket.number for ticket in command.tickets)
                names = [ticket.seat for ticket in command.tickets if ticket.seat is not None]
                seats = self.book.seats(command.shop_id, command.show.id, names)
                return Standing(order, shop, seats=seats, numbers=numbers)
            case Pay() if order is not None:
                payment = self.book.payment(order.id, command.reference)
                return Standing(order, payment=payment, seats=self._own_seats(order))
            case Exchange() if order is not None:
                names = [command.seat] if command.seat is not None else []
                seats = self.book.seats(order.shop_id, order.show.id, names)
                numbers = self.book.numbers(next_numbers(command.number))
                return Standing(order, seats=seats, numbers=numbers)
            case ReviveOrder() if order is not None:
                return Standing(
                    order, seats=self._own_seats(order, *command.seats.values(), *command.row)
                )
            case _:
                return Standing(order)

    def _own_seats(self, order: TicketOrder, *others: str) -> dict[str, str]:
        """Who has the seats that came with the order."""
        names = {ticket.seat for ticket in order.tickets if ticket.seat is not None}
        return self.book.seats(order.shop_id, order.show.id, names.union(others))

    def _actor(self, caller: Caller, shop_id: str) -> tuple[Shop, Actor]:
        try:
            shop = self.shops.shop(shop_id)
        except Broken:
            if not caller.is_concerned(*self.shops.concerned(shop_id)):
                raise NotFound("shop") from None
            raise
        actor = caller.actor_on_shop(shop.provider, shop.organiser) if shop is not None else None
        if shop is None or actor is None:
            raise NotFound("shop")
        return shop, actor

    def _order(self, caller: Caller, order_id: str) -> tuple[TicketOrder, Actor] | None:
        """Not found by anybody else, whatever it is; Broken only for those whose it is."""
        try:
            order = self.book.order(order_id)
        except Broken:
            shop_id = self.book.shop_of(order_id)
            if shop_id is None:
                raise NotFound("ticket order") from None
            self._seen(caller, shop_id)
            raise
        if order is None:
            return None
        try:
            return order, self._seen(caller, order.shop_id)
        except NotFound:
            if not caller.is_staff_of(order.provider):
                raise
            return order, Actor(Role.STAFF, caller.subject)  # its shop is gone, its money is not

    def _seen(self, caller: Caller, shop_id: str) -> Actor:
        try:
            return self._actor(caller, shop_id)[1]
        except NotFound:
            raise NotFound("ticket order") from None

    def _committed(
        self,
        decision: Decision,
        rules: Policy,
        now: datetime,
        request: Request,
        answer: Answer,
    ) -> bool:
        """True when the answer stands; False when another writer came first."""
        if isinstance(decision, NoChange) or request.dry_run:
            return True
        try:
            self.book.commit(decision, rules, now, record_of(request, answer, now))
        except (LostRace, KeyUsed):
            return False
        return True
