"""Reading an account's ledger, and committing what moves money on it and nothing else."""

from datetime import datetime

from pynamodb.expressions.operand import Path

from tacit.domain.ledger import Movement
from tacit.domain.money import Money
from tacit.domain.values import Line
from tacit.store import keys
from tacit.store.account_items import line_of, movement_writes
from tacit.store.codec import Item
from tacit.store.mapping import readable
from tacit.store.repository import IdempotencyRecord
from tacit.store.table import Table
from tacit.store.whole import commit_whole


class Ledger:
    def __init__(self, table: Table) -> None:
        self.table = table

    def lines(
        self, account_id: str, limit: int, after: Item | None
    ) -> tuple[list[Line], Item | None]:
        """Lines, newest first; one that cannot be read does not hide the others."""
        pk, _ = keys.account(account_id)
        page = self.table.query(
            pk, sort=Path("sk").startswith("line#"), limit=limit, after=after, forward=False
        )
        return list(readable(page.raws, line_of)), page.after

    def booked(self, account_id: str, reference: str) -> Money | None:
        """The signed amount that the reference stands for on the account."""
        item = self.table.get(keys.account_reference(account_id, reference))
        return Money(item["minor"], item["currency"]) if item is not None else None

    def commit(
        self, movement: Movement, now: datetime, idempotency: IdempotencyRecord | None = None
    ) -> None:
        """One transaction: head, lines, reference, events with their markers, the key's record.
        Raises LostRace, KeyUsed, or Busy."""
        writes = movement_writes(movement, now)
        commit_whole(self.table, writes, idempotency, now)
