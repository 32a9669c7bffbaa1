"""Messages by hand in the table: items of their order's partition, each under its own version.

Undoing a message and sending it stand on the same version, so that of two in the same moment one
has happened and the other not (I18).
"""

from dataclasses import replace
from datetime import datetime

from pynamodb.expressions.operand import Path

from tacit.domain.policy import Policy
from tacit.domain.tickets.by_hand import MessageByHand, MessageChange, MessageStatus
from tacit.domain.values import Actor, Role
from tacit.store import keys
from tacit.store.codec import Item, Raw
from tacit.store.mapping import readable
from tacit.store.repository import IdempotencyRecord, KeyUsed, LostRace, idempotency_write
from tacit.store.table import Table
from tacit.store.texts import instant_text, parsed, read_instant_or_none
from tacit.store.ticket_orders import order_writes
from tacit.store.writes import ConditionFailed, Write, absent, put, update


class MessageBook:
    def __init__(self, table: Table) -> None:
        self.table = table

    def message(self, order_id: str, number: int) -> MessageByHand | None:
        """One consistent read; raises Broken."""
        raw = self.table.get_raw(keys.message_by_hand(order_id, number))
        return message_of(raw) if raw is not None else None

    def page(
        self, order_id: str, limit: int, after: Item | None
    ) -> tuple[list[MessageByHand], Item | None]:
        """Those about an order, the newest first; one that cannot be read hides no other."""
        pk, _ = keys.ticket_order(order_id)
        sort = Path("sk").startswith("by-hand#")
        page = self.table.query(pk, sort=sort, limit=limit, after=after, forward=False)
        return list(readable(page.raws, message_of)), page.after

    def commit(
        self,
        change: MessageChange,
        policy: Policy,
        now: datetime,
        idempotency: IdempotencyRecord | None = None,
    ) -> None:
        """One transaction: the message, the order's head and event, the key's record. Raises
        LostRace, KeyUsed, or Busy."""
        writes = [*order_writes(change.order, policy, now), message_write(change)]
        if idempotency is not None:
            writes.append(idempotency_write(idempotency, now))
        try:
            self.table.transact(writes)
        except ConditionFailed as failed:
            if "idempotency" in failed.writes:
                raise KeyUsed from failed
            raise LostRace(failed.writes) from failed

    def claim(self, message: MessageByHand, now: datetime) -> MessageByHand:
        """The message as somebody has it who sends it now: nobody else changes it from here on.
        `now` is the wall clock's, as a lease is. Raises LostRace where it has moved. A transaction
        of one write, since that counts once where its answer is lost and it is made once more."""
        try:
            self.table.transact([claim_write(message, now)])
        except ConditionFailed as failed:
            raise LostRace(failed.writes) from failed
        return replace(message, version=message.version + 1, claimed_at=now)


def message_write(change: MessageChange) -> Write:
    before = change.before
    unchanged = absent if before is None else Path("version") == before.version
    return put("message", message_item(change.message), unchanged)


def claim_write(message: MessageByHand, now: datetime) -> Write:
    claimed = [
        Path("claimed_at").set(keys.instant(now)),
        Path("version").set(message.version + 1),
    ]
    key = keys.message_by_hand(message.order_id, message.number)
    return update("message", key, claimed, Path("version") == message.version)


def message_item(message: MessageByHand) -> Item:
    pk, sk = keys.message_by_hand(message.order_id, message.number)
    return {
        "pk": pk,
        "sk": sk,
        "item": "message_by_hand",
        "order_id": message.order_id,
        "number": message.number,
        "to": message.to,
        "text": message.text,
        "by_role": str(message.by.role),
        "by_subject": message.by.subject,
        "status": str(message.status),
        "round": message.round,
        "held_until": keys.instant(message.held_until),
        "sent_at": instant_text(message.sent_at),
        "claimed_at": instant_text(message.claimed_at),
        "version": message.version,
    }


def message_of(raw: Raw) -> MessageByHand:
    return parsed(raw, _message)


def _message(item: Item) -> MessageByHand:
    return MessageByHand(
        order_id=item["order_id"],
        number=item["number"],
        to=item["to"],
        text=item["text"],
        by=Actor(Role(item["by_role"]), item["by_subject"]),
        status=MessageStatus(item["status"]),
        round=item["round"],
        held_until=keys.read_instant(item["held_until"]),
        version=item["version"],
        sent_at=read_instant_or_none(item.get("sent_at")),
        claimed_at=read_instant_or_none(item.get("claimed_at")),
    )
