"""Putting right what is derived on a stored head, and remembering how far that has come.

Only derived attributes are written, under the version that was read: the head stays the contract
or the ticket order it was. So its version does not rise, nobody who decides on it loses a race, and
there is nothing an event could tell. Parking touches a head without a new version as well, so a
head must also be as parked, or not, as it was seen: a parked one is in no calendar.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import islice

from pynamodb.expressions.condition import Condition
from pynamodb.expressions.operand import Path

from tacit.store import keys
from tacit.store.codec import Item, Raw, to_raw
from tacit.store.derived import CALENDARS
from tacit.store.table import Table
from tacit.store.writes import Write, delete, put, update

_TOLD = 500  # broken heads; an item holds that many, and a person mends them before the next call


def key_of(raw: Raw) -> keys.Key:
    return raw["pk"]["S"], raw["sk"]["S"]


def put_right(raw: Raw, version: int, derived: Item) -> Write | None:
    """The write that makes the derived attributes of a head, read in that version, what they should
    be; None where they are. `derived` has all that such a head can have, None for those that it
    has not."""
    wanted = dict(derived)
    if "parked_at" in raw:
        wanted |= {name: None for name in CALENDARS if name in wanted}
    right = to_raw(wanted)
    wrong = [name for name in wanted if raw.get(name) != right.get(name)]
    if not wrong:
        return None
    actions = [
        Path(name).set(wanted[name]) if name in right else Path(name).remove() for name in wrong
    ]
    return update("head", key_of(raw), actions, _as_seen(raw, version))


def _as_seen(raw: Raw, version: int) -> Condition:
    parked_at = raw.get("parked_at", {}).get("S")
    parked = Path("parked_at")
    same: Condition = parked.does_not_exist() if parked_at is None else parked == parked_at
    unchanged: Condition = (Path("version") == version) & same
    return unchanged


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a page of heads begins: behind the key `after` in one provider's lane of contracts, or
    at its beginning. With `shops`, in such a lane of shops, and there with the shop behind `after`,
    behind `order_after` in one of the lanes of its ticket orders."""

    provider: str
    lane: int
    after: Item | None = None
    shops: bool = False
    shop: str | None = None
    order_lane: int = 0
    order_after: Item | None = None


@dataclass(frozen=True, slots=True)
class Cursor:
    """How far a rebuild has come. `code` names the code that came so far, `unreadable` the heads
    that it could not read, so that whoever goes on tells of them as well."""

    spot: Spot
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
        spot = Spot(
            provider=item["provider"],
            lane=item["lane"],
            after=item.get("after"),
            shops=item.get("shops", False),
            shop=item.get("shop"),
            order_lane=item.get("order_lane", 0),
            order_after=item.get("order_after"),
        )
        return Cursor(spot, item["code"], item.get("unreadable", {}))

    def keep(self, cursor: Cursor) -> None:
        pk, sk = keys.CALENDAR_REBUILD
        item = {
            "pk": pk,
            "sk": sk,
            "item": "calendar_rebuild",
            "provider": cursor.spot.provider,
            "lane": cursor.spot.lane,
            "after": cursor.spot.after,
            "shops": cursor.spot.shops,
            "shop": cursor.spot.shop,
            "order_lane": cursor.spot.order_lane,
            "order_after": cursor.spot.order_after,
            "code": cursor.code,
            "unreadable": dict(islice(cursor.unreadable.items(), _TOLD)),
        }
        self._table.write(put("cursor", item))

    def drop(self) -> None:
        self._table.write(delete("cursor", keys.CALENDAR_REBUILD))
