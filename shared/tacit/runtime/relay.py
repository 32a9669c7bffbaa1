"""From the table to the bus: what the stream brings, and what the sweep finds left behind.

At least once, in no promised order. An event keeps its marker until the bus has taken it, entry
by entry; nothing here raises for the sake of one event, because a stream that is refused once
stands still for all that follow.
"""

import json
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from tacit.domain.refusals import Broken
from tacit.domain.values import Event
from tacit.runtime.observability import count, log_unexpected, logger
from tacit.runtime.stack import Stack
from tacit.store import keys
from tacit.store.codec import Item, Raw
from tacit.store.mapping import event_of
from tacit.store.outbox import Outbox
from tacit.store.parking import Parking

SOURCE = "tacit"
OVERDUE = timedelta(minutes=10)
_BATCH = 10
_PAGE = 100
_ENTRY_BYTES = 256 * 1024  # the bus's limit for one call, and so for the largest entry
_TYPE_LENGTH = 128

Entry = tuple[keys.Key, dict[str, Any], int]


def detail_of(event: Event) -> dict[str, Any]:
    """The event as the bus carries it: ids, dates and amounts; who acted only by his role, and
    nothing of what he wrote about it."""
    return {
        "id": f"{event.subject}:{event.number}",
        "subject": event.subject,
        "provider": event.provider,
        "number": event.number,
        "type": event.type,
        "at": keys.instant(event.at),
        "actor": str(event.actor.role),
        "data": dict(event.data),
        "messages": [{"kind": m.kind, "channel": m.channel, "to": m.to} for m in event.messages],
    }


class Relay:
    def __init__(self, stack: Stack) -> None:
        self._stack = stack
        self._outbox = Outbox(stack.table)
        self._parking = Parking(stack.table)

    def of_stream(self, records: Iterable[Mapping[str, Any]]) -> None:
        """Inserted events of one batch; whatever goes wrong is left to the sweep."""
        events = [image for record in records if (image := _inserted_event(record)) is not None]
        sent = self._publish(events)
        count({"Relayed": sent, "RelayLeftBehind": len(events) - sent})

    def sweep(self, now: datetime, time_left: Callable[[], int], reserve: int = 15_000) -> int:
        """Events older than ten minutes, lane by lane; the ones that can never be sent are parked.

        Each sweep begins with another lane, so that none waits for ever behind a full one.
        """
        before, first = now - OVERDUE, int(now.timestamp()) // 600
        found = sent = parked = 0

        def park(raw: Raw, reason: str) -> None:
            nonlocal parked
            key = (raw["pk"]["S"], raw["sk"]["S"])
            logger().error("event parked", record=key[0])
            parked += self._parking.park(key, raw, reason, now)

        for turn in range(keys.LANES):
            after: Item | None = None
            while time_left() > reserve:
                page = self._outbox.overdue((first + turn) % keys.LANES, before, _PAGE, after)
                wanted = [(item["pk"], item["sk"]) for item in page.items]
                waiting = list(self._stack.table.get_many(wanted).values())
                waiting = [raw for raw in waiting if "outbox_at" in raw]
                found += len(waiting)
                sent += self._publish(waiting, park)
                after = page.after
                if after is None:
                    break
        count({"OutboxOverdue": found, "Swept": sent, "Parked": parked})
        return sent

    def _publish(
        self, raws: list[Raw], unreadable: Callable[[Raw, str], None] | None = None
    ) -> int:
        """How many the bus has taken. Those have lost their marker, the others keep it."""
        entries = []
        for raw in raws:
            try:
                entries.append(self._entry(raw))
            except Exception as wrong:
                logger().error("event cannot be sent", error_type=type(wrong).__name__)
                reason = str(wrong) if isinstance(wrong, Broken) else type(wrong).__name__
                if unreadable is not None:
                    _carefully(unreadable, raw, reason)
        return sum(self._put(batch) for batch in _batches(entries))

    def _put(self, batch: list[Entry]) -> int:
        """An entry can be refused inside an answer that says 200: each is looked at. A call that
        fails whole is tried entry by entry: one of them may be what the bus cannot take."""
        try:
            bus = self._stack.client("events")
            results = bus.put_events(Entries=[entry for _, entry, _ in batch])["Entries"]
            taken = [
                key for (key, _, _), result in zip(batch, results, strict=True) if _taken(result)
            ]
        except Exception as error:
            log_unexpected(error)
            return sum(self._put([entry]) for entry in batch) if len(batch) > 1 else 0
        for key in taken:
            _carefully(self._outbox.done, key)
        if len(taken) < len(batch):
            logger().warning("the bus refused entries", refused=len(batch) - len(taken))
        return len(taken)

    def _entry(self, raw: Raw) -> Entry:
        """Key, entry and its size; raises where the event cannot be read, or not be sent ever."""
        event = event_of(raw)
        if not isinstance(event.type, str) or not 0 < len(event.type) <= _TYPE_LENGTH:
            raise Broken("the event's type is no text that the bus takes")
        detail = json.dumps(detail_of(event), ensure_ascii=False)
        size = len(detail.encode()) + len(event.type.encode()) + len(SOURCE) + 14
        if size > _ENTRY_BYTES:
            raise Broken(f"the event has {size} bytes, too many for the bus")
        entry = {
            "EventBusName": self._stack.settings.bus_name,
            "Source": SOURCE,
            "DetailType": event.type,
            "Time": event.at,
            "Detail": detail,
        }
        return (raw["pk"]["S"], raw["sk"]["S"]), entry, size


def _inserted_event(record: Any) -> Raw | None:
    """The event that a record of the stream inserted; None for everything else, whatever it is."""
    try:
        image: Raw = record["dynamodb"]["NewImage"]
        ours = record["eventName"] == "INSERT" and image["item"] == {"S": "event"}
    except (KeyError, TypeError, IndexError):
        return None
    return image if ours else None


def _batches(entries: list[Entry]) -> Iterable[list[Entry]]:
    """As many as one call takes, by number and by size."""
    batch: list[Entry] = []
    size = 0
    for entry in entries:
        if batch and (len(batch) == _BATCH or size + entry[2] > _ENTRY_BYTES):
            yield batch
            batch, size = [], 0
        batch.append(entry)
        size += entry[2]
    if batch:
        yield batch


def _taken(result: Mapping[str, Any]) -> bool:
    return bool(result.get("EventId")) and not result.get("ErrorCode")


def _carefully(call: Callable[..., None], *args: Any) -> None:
    """What fails here keeps its marker and comes again."""
    try:
        call(*args)
    except Exception as error:
        log_unexpected(error)
