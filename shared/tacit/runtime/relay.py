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
_BATCH = 10
_PAGE = 100
OVERDUE = timedelta(minutes=10)


def detail_of(event: Event) -> dict[str, Any]:
    """The event as the bus carries it: ids, dates and amounts; who acted only by his role."""
    return {
        "id": f"{event.subject}:{event.number}",
        "subject": event.subject,
        "provider": event.provider,
        "number": event.number,
        "type": event.type,
        "at": keys.instant(event.at),
        "actor": str(event.actor.role),
        "data": dict(event.data),
        "messages": [{"kind": m.kind, "channel": m.channel} for m in event.messages],
    }


class Relay:
    def __init__(self, stack: Stack) -> None:
        self._stack = stack
        self._outbox = Outbox(stack.table)
        self._parking = Parking(stack.table)

    def of_stream(self, records: Iterable[Mapping[str, Any]]) -> None:
        """Inserted events of one batch; whatever goes wrong is left to the sweep."""
        images = [
            record["dynamodb"]["NewImage"]
            for record in records
            if record.get("eventName") == "INSERT" and "NewImage" in record.get("dynamodb", {})
        ]
        events = [image for image in images if image.get("item") == {"S": "event"}]
        sent = self._publish(events)
        count({"Relayed": sent, "RelayLeftBehind": len(events) - sent})

    def sweep(self, now: datetime, time_left: Callable[[], int], reserve: int = 15_000) -> int:
        """Events older than ten minutes, lane by lane; the ones that cannot be read are parked."""
        before = now - OVERDUE
        found = sent = 0

        def park(raw: Raw, reason: str) -> None:
            key = (raw["pk"]["S"], raw["sk"]["S"])
            logger().error("event parked", record=key[0])
            self._parking.park(key, raw, reason, now)

        for lane in range(keys.LANES):
            after: Item | None = None
            while time_left() > reserve:
                page = self._outbox.overdue(lane, before, _PAGE, after)
                wanted = [(item["pk"], item["sk"]) for item in page.items]
                waiting = list(self._stack.table.get_many(wanted).values())
                waiting = [raw for raw in waiting if "outbox_at" in raw]
                found += len(waiting)
                sent += self._publish(waiting, park)
                after = page.after
                if after is None:
                    break
        count({"OutboxOverdue": found, "Swept": sent})
        return sent

    def _publish(
        self, raws: list[Raw], unreadable: Callable[[Raw, str], None] | None = None
    ) -> int:
        """How many the bus has taken. Those have lost their marker, the others keep it."""
        entries = []
        for raw in raws:
            try:
                entries.append((_key(raw), self._entry(event_of(raw))))
            except Broken as broken:
                logger().error("event cannot be read", record=raw.get("pk", {}).get("S"))
                if unreadable is not None:
                    _carefully(unreadable, raw, str(broken))
        sent = 0
        for start in range(0, len(entries), _BATCH):
            sent += self._put(entries[start : start + _BATCH])
        return sent

    def _put(self, entries: list[tuple[keys.Key, dict[str, Any]]]) -> int:
        """An entry can be refused inside an answer that says 200: each is looked at. A call that
        fails whole is tried entry by entry: one of them may be what the bus cannot take."""
        try:
            answer = self._stack.client("events").put_events(Entries=[e for _, e in entries])
            results = answer["Entries"]
            taken = [
                key for (key, _), result in zip(entries, results, strict=True) if _taken(result)
            ]
        except Exception as error:
            log_unexpected(error)
            if len(entries) == 1:
                return 0
            return sum(self._put([entry]) for entry in entries)
        for key in taken:
            _carefully(self._outbox.done, key)
        if len(taken) < len(entries):
            logger().warning("the bus refused entries", refused=len(entries) - len(taken))
        return len(taken)

    def _entry(self, event: Event) -> dict[str, Any]:
        return {
            "EventBusName": self._stack.settings.bus_name,
            "Source": SOURCE,
            "DetailType": event.type,
            "Time": event.at,
            "Detail": json.dumps(detail_of(event), ensure_ascii=False),
        }


def _taken(result: Mapping[str, Any]) -> bool:
    return bool(result.get("EventId")) and not result.get("ErrorCode")


def _key(raw: Raw) -> keys.Key:
    return raw["pk"]["S"], raw["sk"]["S"]


def _carefully(call: Callable[..., None], *args: Any) -> None:
    """What fails here keeps its marker and comes again."""
    try:
        call(*args)
    except Exception as error:
        log_unexpected(error)
