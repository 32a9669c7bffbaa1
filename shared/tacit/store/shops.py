"""Shops in the table: one of them read for a decision, and the transaction of a change."""

from datetime import datetime

from pynamodb.expressions.operand import Path

from tacit.domain.tickets.shops import ShopChange
from tacit.domain.tickets.values import Shop
from tacit.store import keys
from tacit.store.mapping import event_item
from tacit.store.outbox import marked
from tacit.store.repository import IdempotencyRecord
from tacit.store.shop_items import shop_item, shop_link, shop_of
from tacit.store.table import Table
from tacit.store.whole import commit_whole
from tacit.store.writes import Write, absent, put


class ShopBook:
    def __init__(self, table: Table) -> None:
        self.table = table

    def shop(self, shop_id: str) -> Shop | None:
        """One consistent read; raises Broken."""
        raw = self.table.get_raw(keys.shop(shop_id))
        return shop_of(raw) if raw is not None else None

    def concerned(self, shop_id: str) -> tuple[str, frozenset[str]]:
        """Provider and organiser, as far as they are there: for a shop that is broken."""
        raw = self.table.get_raw(keys.shop(shop_id)) or {}
        provider, organiser = (raw.get(name, {}).get("S") for name in ("provider", "organiser"))
        return provider or "", frozenset(filter(None, (organiser,)))

    def commit(
        self, change: ShopChange, now: datetime, idempotency: IdempotencyRecord | None = None
    ) -> None:
        """One transaction: head, link, event with its marker, the key's record. Raises LostRace,
        KeyUsed, or Busy."""
        writes = shop_writes(change, now)
        commit_whole(self.table, writes, idempotency, now)


def shop_writes(change: ShopChange, now: datetime) -> list[Write]:
    """Every item of a change, each with the condition that makes it exact."""
    before, shop = change.before, change.shop
    pk, _ = keys.shop(shop.id)
    unchanged = absent if before is None else Path("version") == before.version
    writes = [put("shop", shop_item(shop), unchanged)]
    if before is None:
        writes.append(put("shop link", shop_link(shop)))
    writes += [
        put(f"shop event {event.number}", marked(event_item(event, pk), now), absent)
        for event in change.events
    ]
    return writes
