"""The test clock: one item that says which instant it is, read only where the stack allows it."""

from dataclasses import dataclass
from datetime import datetime

from pynamodb.expressions.operand import Path

from tacit.domain.values import Actor, Event
from tacit.store import keys
from tacit.store.mapping import event_item
from tacit.store.outbox import marked
from tacit.store.patience import Busy
from tacit.store.repository import IdempotencyRecord, idempotency_write
from tacit.store.table import Table
from tacit.store.writes import ConditionFailed, absent, put

PROVIDER = "*"


@dataclass(frozen=True, slots=True)
class ClockState:
    """`now` is None while the wall clock runs; `events` counts how often it was set."""

    now: datetime | None
    events: int


class TestClock:
    __test__ = False

    def __init__(self, table: Table) -> None:
        self.table = table

    def read(self) -> ClockState:
        item = self.table.get(keys.CLOCK)
        if item is None:
            return ClockState(None, 0)
        now = item.get("now")
        return ClockState(keys.read_instant(now) if now else None, item["events"])

    def set(
        self,
        now: datetime | None,
        by: Actor,
        at: datetime,
        record: IdempotencyRecord | None = None,
    ) -> Event:
        """Set it, or give it back with None; an event of its own says who and when. Raises Busy
        where somebody else sets it in the same moment."""
        state = self.read()
        event = Event(
            type="test_clock.set",
            subject="test-clock",
            provider=PROVIDER,
            number=state.events + 1,
            at=at,
            actor=by,
            data={"now": keys.instant(now) if now else None},
        )
        pk, sk = keys.CLOCK
        item = {
            "pk": pk,
            "sk": sk,
            "item": "clock",
            "now": keys.instant(now) if now else None,
            "events": event.number,
        }
        same = absent | (Path("events") == state.events)
        writes = [
            put("clock", item, same),
            put("event", marked(event_item(event, pk), now or at), absent),
        ]
        if record is not None:
            writes.append(idempotency_write(record, state.now or at))
        try:
            self.table.transact(writes)
        except ConditionFailed as failed:
            raise Busy(str(failed)) from failed
        return event
