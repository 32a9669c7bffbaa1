"""What a transaction costs by AWS's rule, from the items before and after it.

DynamoDB Local makes its figures for transactions up, so they are counted here: two units for each
started KB of the larger of both states of an item, and one for each entry that an index takes or
gives up (a moved one is both).
"""

from collections.abc import Mapping
from math import ceil
from typing import Any

from tacit.store.codec import Raw

INDEXES = {
    "expiries": ("shard", "expiries_due_at"),
    "renewals": ("shard", "renewals_due_at"),
    "reminders": ("shard", "reminders_due_at"),
    "listing": ("listing_key", "listing_sort"),
    "orders": ("orders_key", "orders_sort"),
    "outbox": ("outbox_lane", "outbox_at"),
}
Items = Mapping[tuple[str, str], Raw]


def write_units(sent: Mapping[str, Any], before: Items, after: Items) -> int:
    """Units of one TransactWriteItems call; `sent` are its parameters."""
    units = 0
    for operation in sent["TransactItems"]:
        ((_, content),) = operation.items()
        place = content.get("Key") or content["Item"]
        key = (place["pk"]["S"], place["sk"]["S"])
        was, became = before.get(key), after.get(key)
        units += 2 * max(1, ceil(max(size(was), size(became)) / 1024))
        units += sum(_entries(index, was, became) for index in INDEXES.values())
    return units


def size(raw: Raw | None) -> int:
    """Bytes of an item as DynamoDB reckons them."""
    return sum(len(name.encode()) + _bytes(value) for name, value in (raw or {}).items())


def _bytes(value: Mapping[str, Any]) -> int:
    ((kind, content),) = value.items()
    match kind:
        case "S":
            return len(content.encode())
        case "N":
            return (len(content.strip("-0")) + 1) // 2 + 1
        case "L":
            return 3 + sum(1 + _bytes(each) for each in content)
        case "M":
            return 3 + sum(1 + len(n.encode()) + _bytes(each) for n, each in content.items())
        case _:
            return 1


def _entries(index: tuple[str, str], was: Raw | None, became: Raw | None) -> int:
    old, new = _entry(index, was), _entry(index, became)
    return 0 if old == new else (old is not None) + (new is not None)


def _entry(index: tuple[str, str], raw: Raw | None) -> tuple[str, ...] | None:
    if raw is None or not all(name in raw for name in index):
        return None
    return tuple(raw[name]["S"] for name in index)
