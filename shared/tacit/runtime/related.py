"""What a record of a page says of itself before it is read: whose it is, and what it hangs on.

It works on the raw attributes: a record that cannot be read must not stop its page.
"""

from datetime import datetime

from tacit.store import keys
from tacit.store.codec import Raw
from tacit.store.runs import ALL

LONGEST_ID = 128


def order_key(raw: Raw) -> keys.Key | None:
    order_id = _named(raw, "order_id")
    return keys.order(order_id) if order_id else None


def parent_key(raw: Raw) -> keys.Key | None:
    parent_id = _named(raw, "parent_id")
    return keys.contract(parent_id) if parent_id else None


def _named(raw: Raw, name: str) -> str | None:
    """None for what can be no id: asked for with a page, it would stop the whole page."""
    value = raw.get(name, {}).get("S")
    return value if isinstance(value, str) and 0 < len(value) <= LONGEST_ID else None


def is_covered(raw: Raw, scope: str) -> bool:
    return scope == ALL or raw.get("provider", {}).get("S") in scope.split("+")


def is_due(raw: Raw, calendar: str, as_of: datetime) -> bool:
    """Whether the calendar would still hand it out."""
    due_at = raw.get(f"{calendar}_due_at", {}).get("S")
    return isinstance(due_at, str) and due_at <= keys.instant(as_of)


def is_parked(raw: Raw, job: str) -> bool:
    """Parked since the page was written down: by this run before it was cut off, most likely."""
    return "parked_at" in raw and f"{job}_due_at" not in raw
