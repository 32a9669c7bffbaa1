"""Putting right what is derived on a stored head, and remembering how far that has come.

Only derived attributes are written, under the version that was read: the head stays the contract
it was. So its version does not rise, nobody who decides on it loses a race, and there is nothing
an event could tell. Parking touches a head without a new version as well, so a head must also be
as parked, or not, as it was seen: a parked one is in no calendar.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import islice

from pynamodb.expressions.condition import Condition
from pynamodb.expressions.operand import Path

from tacit.domain.policy import Policy
from tacit.domain.values import Contract
from tacit.store import keys
from tacit.store.codec import Item, Raw, to_raw
from tacit.store.derived import derived
from tacit.store.table import Table
from tacit.store.writes import Write, delete, put, update

_CALENDARS = ("renewals_due_at", "expiries_due_at")

_TOLD = 500  # broken heads; an item holds that many, and a person mends them before the next call


def key_of(raw: Raw) -> keys.Key:
    return raw["pk"]["S"], raw["sk"]["S"]


def put_right(raw: Raw, contract: Contract, policy: Policy) -> Write | None:
    """The write that makes the derived attributes of a head what its contract says; None where
    they are."""
    wanted = derived(contract, policy)
    if "parked_at" in raw:
        wanted |= dict.fromkeys(_CALENDARS)
    right = to_raw(wanted)
    wrong = [name for name in wanted if raw.get(name) != right.get(name)]
    if not wrong:
        return None
    actions = [
        Path(name).set(wanted[name]) if name in right else Path(name).remove() for name in wrong
    ]
    return update("contract", key_of(raw), actions, _as_seen(raw, contract))


def _as_seen(raw: Raw, contract: Contract) -> Condition:
    parked_at = raw.get("parked_at", {}).get("S")
    parked = Path("parked_at")
    same: Condition = parked.does_not_exist() if parked_at is None else parked == parked_at
    unchanged: Condition = (Path("version") == contract.version) & same
    return unchanged


@dataclass(frozen=True, slots=True)
class Cursor:
    """How far a rebuild has come: behind the key `after` in one provider's lane, or at its
    beginning. `code` names the code that came so far, `unreadable` the heads that it could not
    read, so that whoever goes on tells of them as well."""

    provider: str
    lane: int
    after: Item | None
    code: str
    unreadable: Mapping[str, str]


class Cursors:
    """The one item in which a rebuild keeps its cursor."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def read(self) -> Cursor | None:
        item = self._table.get(keys.CALENDAR_REBUILD)
        if item is None:
            return None
        unreadable = item.get("unreadable", {})
        after = item.get("after")
        return Cursor(item["provider"], item["lane"], after, item["code"], unreadable)

    def keep(self, cursor: Cursor) -> None:
        pk, sk = keys.CALENDAR_REBUILD
        item = {
            "pk": pk,
            "sk": sk,
            "item": "calendar_rebuild",
            "provider": cursor.provider,
            "lane": cursor.lane,
            "after": cursor.after,
            "code": cursor.code,
            "unreadable": dict(islice(cursor.unreadable.items(), _TOLD)),
        }
        self._table.write(put("cursor", item))

    def drop(self) -> None:
        self._table.write(delete("cursor", keys.CALENDAR_REBUILD))
