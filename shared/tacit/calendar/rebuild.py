"""Every stored instant recomputed, after a change of calendar code or registry facts.

It walks the listings of contracts and of ticket orders, and so costs what is stored; no job and no
request waits for it. A contract whose status changes meanwhile may move behind the walk and be
passed over: whoever moved it has written its instants anew. So the new code is deployed first.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from hashlib import sha256
from pathlib import Path

from tacit import policies
from tacit.calendar.heads import Heads
from tacit.domain.refusals import Broken
from tacit.runtime.ticket_policies import policy_of_order
from tacit.store.codec import Raw
from tacit.store.derived import derived, derived_of_ticket_order
from tacit.store.mapping import contract_of
from tacit.store.rebuilding import Cursor, Cursors, Spot, key_of, put_right
from tacit.store.table import Table
from tacit.store.ticket_items import ticket_order_of
from tacit.store.writes import ConditionFailed, Write
from tacit.versions import policy_of

PAGE = 100
_LOST_RACES = 10
_PACKAGE = Path(__file__).resolve().parent.parent


@dataclass(slots=True)
class Tally:
    """What one call has done. `unreadable` holds the reason by the partition key, those of
    the call before included, where it was cut off; `retried` counts
    the heads that changed between read and write, and were looked at again."""

    read: int = 0
    unchanged: int = 0
    rewritten: int = 0
    retried: int = 0
    unreadable: dict[str, str] = field(default_factory=dict)
    resumed: bool = False


class Rebuild:
    """`say` is told of each page and of each head that cannot be read. With `dry_run` it looks at
    all of them, writes nothing, and leaves the cursor of another call alone."""

    def __init__(
        self, table: Table, say: Callable[[str], None], dry_run: bool = False, page: int = PAGE
    ) -> None:
        self._table = table
        self._heads = Heads(table, tuple(policies.shipped()), page)
        self._cursors = Cursors(table)
        self._say = say
        self._dry_run = dry_run

    def run(self, from_start: bool = False) -> Tally:
        """From where the last call was cut off, unless `from_start`; raises Busy, and can then be
        called again."""
        cursor = None if from_start or self._dry_run else self._left_off()
        tally = Tally(resumed=cursor is not None)
        tally.unreadable.update(cursor.unreadable if cursor is not None else {})
        for heads, behind in self._heads.pages(cursor.spot if cursor is not None else None):
            for raw in heads:
                self._one(raw, tally)
            if behind is not None and heads:
                self._come_to(behind, tally)
        if not self._dry_run:
            self._cursors.drop()
        return tally

    def _left_off(self) -> Cursor | None:
        """Where another code came so far, its part would stay as that code left it: all anew."""
        cursor = self._cursors.read()
        if cursor is None:
            return None
        if cursor.code != code() or not self._heads.is_known(cursor.spot):
            self._say("the code has changed since the last call: from the start")
            return None
        return cursor

    def _come_to(self, spot: Spot, tally: Tally) -> None:
        if not self._dry_run:
            self._cursors.keep(Cursor(spot, code(), tally.unreadable))
        what = "shops, " if spot.shops else ""
        counted = f"{tally.read} read, {tally.rewritten} rewritten"
        self._say(f"{what}{spot.provider}, lane {spot.lane}: {counted}")

    def _one(self, raw: Raw, tally: Tally) -> None:
        tally.read += 1
        pk, _ = key_of(raw)
        try:
            self._put_right(raw, tally)
        except Broken as broken:
            tally.unreadable[pk] = str(broken)
            self._say(f"{pk}: {broken}")

    def _put_right(self, raw: Raw, tally: Tally) -> None:
        """A head that changes between read and write is read again: somebody else has got on."""
        seen: Raw | None = raw
        for _ in range(_LOST_RACES):
            write = _wanted(seen) if seen is not None else None
            if write is None:
                tally.unchanged += 1
                return
            if self._written(write):
                tally.rewritten += 1
                return
            tally.retried += 1
            seen = self._table.get_raw(write.key)
        raise Broken(f"it changed {_LOST_RACES} times between read and write")

    def _written(self, write: Write) -> bool:
        try:
            if not self._dry_run:
                self._table.write(write)
        except ConditionFailed:
            return False
        return True


def _wanted(raw: Raw) -> Write | None:
    """As a commit would write it; raises Broken, also where the rules themselves stumble: one head
    never stops the others."""
    try:
        if raw.get("item") == {"S": "ticket_order"}:
            order = ticket_order_of(raw)
            rules = policy_of_order(order)
            return put_right(raw, order.version, derived_of_ticket_order(order, rules))
        contract = contract_of(raw)
        return put_right(raw, contract.version, derived(contract, policy_of(contract)))
    except Broken:
        raise
    except Exception as error:
        raise Broken(f"its instants cannot be computed: {type(error).__name__}") from error


@cache
def code() -> str:
    """A hash of the package's code, policies and registry facts: all that an instant is made of."""
    digest = sha256()
    for file in sorted(_PACKAGE.rglob("*")):
        if file.suffix in (".py", ".toml"):
            digest.update(file.read_bytes())
    return digest.hexdigest()
