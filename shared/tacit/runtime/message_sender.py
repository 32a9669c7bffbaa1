"""Sends a message by hand once its hold is over (I18).

The event that held it comes here over the bus. Whoever comes too early is put back into the queue
with the rest of the hold as its delay: SQS waits, no function does. What the event names is read
again at that moment, so that a message that was undone, or an address that has changed, is known.
"""

import json
from datetime import timedelta
from math import ceil

from tacit.domain.refusals import Broken
from tacit.domain.tickets.by_hand import (
    MessageByHand,
    MessageStatus,
    left,
    read_message_id,
)
from tacit.domain.tickets.values import Shop, TicketOrder
from tacit.runtime.clock import wall_now
from tacit.runtime.letters import Typed, Value, letter
from tacit.runtime.posting import post
from tacit.runtime.stack import Stack
from tacit.runtime.ticket_policies import policy_of_order
from tacit.store.by_hand import MessageBook
from tacit.store.messages import LEASE, StillClaimed
from tacit.store.patience import Busy
from tacit.store.repository import LostRace
from tacit.store.shops import ShopBook
from tacit.store.ticket_orders import TicketBook

_TRIES = 10
_LONGEST_DELAY = timedelta(minutes=15)  # SQS takes no longer one


class Sender:
    def __init__(self, stack: Stack) -> None:
        self._stack = stack
        self._messages = MessageBook(stack.table)
        self._orders = TicketBook(stack.table)
        self._shops = ShopBook(stack.table)

    def deliver(self, body: str) -> bool:
        """Whether a mail has left now; `body` is the event as the bus hands it over, and as it is
        put back. Raises where the mail could not be sent: the queue brings the event again."""
        told = json.loads(body)["detail"]["data"]
        order_id, number = read_message_id(told["message_id"])
        for _ in range(_TRIES):
            message = self._messages.message(order_id, number)
            if message is None or not _is_of(message, told["round"]):
                return False
            early = message.held_until - self._stack.clock.now()
            if early > timedelta():
                self._put_back(body, early)
                return False
            _check_free(message)
            order, shop = self._subject(order_id)
            try:
                claimed = self._messages.claim(message, wall_now())
            except LostRace:
                continue
            self._send(claimed, order, shop)
            self._note(claimed)
            return True
        raise Busy(f"lost {_TRIES} races")

    def _put_back(self, body: str, early: timedelta) -> None:
        """The same event once more, when the hold is over; the one in hand is done with."""
        self._stack.client("sqs").send_message(
            QueueUrl=self._stack.settings.held_messages_queue_url,
            MessageBody=body,
            DelaySeconds=ceil(min(early, _LONGEST_DELAY).total_seconds()),
        )

    def _subject(self, order_id: str) -> tuple[TicketOrder, Shop]:
        """What the message is about, as it is now."""
        order = self._orders.order(order_id)
        shop = self._shops.shop(order.shop_id) if order is not None else None
        if order is None or shop is None:
            raise Broken("a message by hand without its order or its shop")
        return order, shop

    def _send(self, message: MessageByHand, order: TicketOrder, shop: Shop) -> None:
        """To the buyer at the address he has now, in his language."""
        text = Typed(message.text)
        values: dict[str, Value] = {"shop": shop.settings.name, "order": order.id, "text": text}
        written = letter("message_by_hand", order.buyer.locale, values)
        post(self._stack, order.buyer.email, written)

    def _note(self, message: MessageByHand) -> None:
        """The order may move while we write: its event finds a number all the same."""
        now = self._stack.clock.now()
        for _ in range(_TRIES):
            order, _ = self._subject(message.order_id)
            try:
                self._messages.commit(left(order, message, now), policy_of_order(order), now)
            except LostRace as lost:
                if "message" in lost.of:
                    return  # a lost answer was repeated, or another sender came after our lease
            else:
                return
        raise Busy(f"lost {_TRIES} races")


def _is_of(message: MessageByHand, round_number: int) -> bool:
    """Whether it is still held, and in the hold that the event speaks of."""
    return message.status is MessageStatus.HELD and message.round == round_number


def _check_free(message: MessageByHand) -> None:
    """Raises StillClaimed while somebody else is sending it, or was cut off while he did."""
    if message.claimed_at is not None and message.claimed_at > wall_now() - LEASE:
        raise StillClaimed
