"""Messages by hand as their doors use them: load, decide, commit, as `service` does for contracts.

A message is its order's: who may not see the order does not see the message either.
"""

from collections.abc import Callable
from datetime import datetime

from tacit.callers import Caller, Now
from tacit.domain.policy import Policy
from tacit.domain.refusals import NotFound
from tacit.domain.tickets.by_hand import (
    HoldMessage,
    MessageAsItIs,
    MessageByHand,
    MessageCommand,
    MessageDecision,
    decide_message,
    hold,
    read_message_id,
)
from tacit.domain.tickets.values import TicketOrder
from tacit.domain.values import Actor, Role
from tacit.replies import Answer, Request, record_of, recorded
from tacit.runtime.ticket_orders import TicketOrders
from tacit.runtime.ticket_policies import policy_of_order
from tacit.store.by_hand import MessageBook
from tacit.store.patience import Busy
from tacit.store.repository import KeyUsed, LostRace, Repository

_TRIES = 10

Shape = Callable[[MessageDecision, Role], Answer]


class MessagesByHand:
    def __init__(
        self, repository: Repository, orders: TicketOrders, book: MessageBook, clock: Now
    ) -> None:
        self.repository = repository
        self.orders = orders
        self.book = book
        self.clock = clock

    def hold(
        self,
        caller: Caller,
        order_id: str,
        asked: Callable[[Actor], tuple[HoldMessage, Request]],
        shape: Shape,
    ) -> Answer:
        """A new message about the order. `asked` reads the request, once it is known as whom the
        caller acts: 404 comes before whatever is wrong with it."""
        now = self.clock.now()
        for _ in range(_TRIES):
            order, actor = self.orders.find(caller, order_id)
            command, request = asked(actor)
            if (known := recorded(self.repository, request, now)) is not None:
                return known
            rules = policy_of_order(order)
            decision = hold(order, command, rules, now)
            answer = shape(decision, actor.role)
            if self._committed(decision, rules, now, request, answer):
                return answer
        raise Busy(f"lost {_TRIES} races")

    def carry_out(
        self,
        caller: Caller,
        message_id: str,
        asked: Callable[[Actor], tuple[MessageCommand, Request]],
        shape: Shape,
    ) -> Answer:
        """A command on a message that is there; a lost race is decided again on fresh values."""
        now = self.clock.now()
        for _ in range(_TRIES):
            order, message, actor = self._find(caller, message_id)
            command, request = asked(actor)
            if (known := recorded(self.repository, request, now)) is not None:
                return known
            rules = policy_of_order(order)
            decision = decide_message(order, message, command, rules, now)
            answer = shape(decision, actor.role)
            if self._committed(decision, rules, now, request, answer):
                return answer
        raise Busy(f"lost {_TRIES} races")

    def _find(self, caller: Caller, message_id: str) -> tuple[TicketOrder, MessageByHand, Actor]:
        order_id, number = read_message_id(message_id)
        try:
            order, actor = self.orders.find(caller, order_id)
        except NotFound:
            raise NotFound("message") from None
        message = self.book.message(order_id, number)
        if message is None:
            raise NotFound("message")
        return order, message, actor

    def _committed(
        self,
        decision: MessageDecision,
        rules: Policy,
        now: datetime,
        request: Request,
        answer: Answer,
    ) -> bool:
        """True when the answer stands; False when another writer came first."""
        if isinstance(decision, MessageAsItIs) or request.dry_run:
            return True
        try:
            self.book.commit(decision, rules, now, record_of(request, answer, now))
        except (LostRace, KeyUsed):
            return False
        return True
