"""Committing a change whole, with the record of its idempotency key: all of it, or nothing."""

from datetime import datetime

from tacit.store.repository import IdempotencyRecord, KeyUsed, LostRace, idempotency_write
from tacit.store.table import Table
from tacit.store.writes import ConditionFailed, Write


def commit_whole(
    table: Table, writes: list[Write], idempotency: IdempotencyRecord | None, now: datetime
) -> None:
    """Raises KeyUsed where the key was used in the same moment, LostRace where any other condition
    did not hold, or Busy."""
    if idempotency is not None:
        writes = [*writes, idempotency_write(idempotency, now)]
    try:
        table.transact(writes)
    except ConditionFailed as failed:
        if "idempotency" in failed.writes:
            raise KeyUsed from failed
        raise LostRace(failed.writes) from failed
