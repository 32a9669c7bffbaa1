"""The marker that makes an event's item its own outbox entry, and reading what still has one."""

from datetime import datetime

from pynamodb.expressions.operand import Path

from tacit.store import keys
from tacit.store.codec import Item
from tacit.store.table import Page, Table
from tacit.store.writes import ConditionFailed, update


def marked(event: Item, now: datetime) -> Item:
    """The event's item with the marker that puts it into the sparse index."""
    return {**event, "outbox_lane": keys.lane_of(event["pk"]), "outbox_at": keys.instant(now)}


class Outbox:
    def __init__(self, table: Table) -> None:
        self.table = table

    def done(self, key: keys.Key) -> None:
        """The event is on the bus: its marker goes, the event stays as history."""
        unmark = [Path("outbox_lane").remove(), Path("outbox_at").remove()]
        try:
            self.table.write(update("event", key, unmark, Path("pk").exists()))
        except ConditionFailed:
            return

    def overdue(self, lane: int, before: datetime, limit: int, after: Item | None) -> Page:
        """Keys of events that have waited since before this instant, the oldest first."""
        return self.table.query(
            str(lane),
            index="outbox",
            sort=Path("outbox_at") <= keys.instant(before),
            limit=limit,
            after=after,
        )
