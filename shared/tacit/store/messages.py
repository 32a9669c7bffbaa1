"""Which messages have left: each is claimed before it is sent, so that a second delivery of the
same event finds it. Only an unknown outcome of the one call that sends may send it twice."""

from pynamodb.expressions.operand import Path

from tacit.store import keys
from tacit.store.table import Table
from tacit.store.writes import ConditionFailed, absent, put, update


class Messages:
    def __init__(self, table: Table) -> None:
        self.table = table

    def claim(self, key: keys.Key) -> bool:
        """True when it is to be sent: it is new, or an earlier try ended nobody knows how."""
        pk, sk = key
        item = {"pk": pk, "sk": sk, "item": "message", "state": "claimed"}
        try:
            self.table.write(put("message", item, absent | (Path("state") == "claimed")))
        except ConditionFailed:
            return False
        return True

    def sent(self, key: keys.Key) -> None:
        self.table.write(update("message", key, [Path("state").set("sent")]))
