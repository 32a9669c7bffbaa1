"""The head of a contract as the table holds it, read by the model's own eyes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

Item = Mapping[str, Any]


def day(text: Any) -> date | None:
    return date.fromisoformat(text) if text else None


@dataclass(frozen=True)
class Head:
    """`item` is all of it; the properties are what laws are about."""

    item: Item

    def __getattr__(self, name: str) -> Any:
        """An attribute that is absent is None."""
        return self.item.get(name)

    @property
    def ends(self) -> date:
        return date.fromisoformat(self.item["expires_on"])

    @property
    def starts(self) -> date:
        return date.fromisoformat(self.item["starts_on"])

    @property
    def domain_ends(self) -> date:
        """What the registry last said, where that is later; as it was when the contract ended."""
        fixed = day(self.item.get("domain_ended_on"))
        return fixed or max(self.ends, day(self.item.get("registry_expires_on")) or self.ends)

    @property
    def until(self) -> date | None:
        return day(self.item.get("restorable_until"))

    @property
    def due(self) -> Item | None:
        """The notice of the term that is next to be paid."""
        notice: Item | None = self.item.get("notice")
        begins = self.item["starts_on" if self.status == "pending" else "expires_on"]
        return notice if notice is not None and notice["period_start"] == begins else None

    @property
    def cancelled(self) -> str | None:
        """The mode of a cancellation."""
        cancellation = self.item.get("cancellation")
        return cancellation["mode"] if cancellation else None

    @property
    def follows(self) -> bool:
        """A free account that lives as its parent does; one that was cancelled by itself goes its
        own way (S11, S13)."""
        return str(self.item["plan"]).startswith("free-") and self.cancelled is None

    @property
    def price(self) -> int:
        return int(self.item["price_minor"]) * int(self.item["quantity"])


def instant(item: Item, name: str) -> datetime | None:
    """Of a calendar, less the mark behind it."""
    text = item.get(name)
    return datetime.fromisoformat(text.partition("#")[0]) if text else None
