"""Which messages have left: each is claimed before it is sent, so that a second delivery of the
same event finds it. Only an unknown outcome of the one call that sends may send it twice."""

import uuid
from datetime import datetime, timedelta

from pynamodb.expressions.operand import Path

from tacit.store import keys
from tacit.store.table import Table
from tacit.store.writes import ConditionFailed, absent, put, update

# Longer than a mail function runs, shorter than the queue hides a message it brings again.
LEASE = timedelta(minutes=2)


class StillClaimed(Exception):
    """Somebody else is sending it right now, or was cut off while he did: ask again later."""


class Messages:
    def __init__(self, table: Table) -> None:
        self.table = table

    def claim(self, key: keys.Key, now: datetime) -> bool:
        """True when it is to be sent: it is new, or an earlier try ended nobody knows how.
        False when it has left. Raises StillClaimed. `now` is the wall clock's, as a lease is. A
        claim knows itself again, where its answer was lost and it is made once more."""
        (pk, sk), mine = key, uuid.uuid4().hex
        item = {
            "pk": pk,
            "sk": sk,
            "item": "message",
            "state": "claimed",
            "claimed_at": keys.instant(now),
            "claimed_by": mine,
        }
        cut_off = (Path("state") == "claimed") & (Path("claimed_at") < keys.instant(now - LEASE))
        try:
            same = Path("claimed_by") == mine
            self.table.write(put("message", item, absent | cut_off | same))
        except ConditionFailed as failed:
            found = self.table.get(key)
            if found is not None and found["state"] == "sent":
                return False
            raise StillClaimed from failed
        return True

    def sent(self, key: keys.Key) -> None:
        self.table.write(update("message", key, [Path("state").set("sent")]))
