"""Several decisions in one transaction: as many as DynamoDB takes at once.

What is written stays what each decision would have written by itself: the items of all, each under
its own condition. Two that stand on one item go together where the second stands on what the first
leaves: two charges of one account put its head once, under the version that the first one saw, with
the balance that the second one leaves. Whatever does not go together so waits for the next one.
"""

from collections.abc import Sequence

from pynamodb.expressions.operand import Path

from tacit.store.keys import Key
from tacit.store.writes import Write

MOST = 100  # items of one transaction, DynamoDB's own limit


class Together:
    """The writes of one transaction to be. One decision always fits into an empty one."""

    def __init__(self) -> None:
        self._writes: dict[Key, Write] = {}

    def __len__(self) -> int:
        return len(self._writes)

    @property
    def writes(self) -> list[Write]:
        return list(self._writes.values())

    def take(self, writes: Sequence[Write]) -> bool:
        """All the writes of one decision, or False and none of them."""
        if not self._writes:
            self._writes = {write.key: write for write in writes}
            return True
        joined = {}
        for write in writes:
            first = self._writes.get(write.key)
            both = write if first is None else _one(first, write)
            if both is None:
                return False
            joined[write.key] = both
        if len(self._writes.keys() | joined.keys()) > MOST:
            return False
        self._writes |= joined
        return True


def _one(first: Write, second: Write) -> Write | None:
    """One write in the place of two to one item; None where there is none that says the same."""
    if first.kind == second.kind == "check":
        return first if repr(first.condition) == repr(second.condition) else None
    if first.kind != "put" or second.kind != "put" or first.item is None:
        return None
    left = Path("version") == first.item.get("version")
    if repr(second.condition) != repr(left):
        return None
    return Write(first.name, "put", first.key, second.item, first.condition)
