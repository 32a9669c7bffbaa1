"""What the model knows besides the table: what was asked, and how things stood when they were."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date

from tests.histories.eye import Deed, Eye
from tests.histories.figures import Figures, figures
from tests.histories.heads import Head, Item
from tests.histories.reckoning import day_of


@dataclass
class Period:
    """A term that was begun: who paid how much for it."""

    begins: date
    ends: date
    minor: int
    account: str | None


@dataclass
class World:
    """`newest` is the version of the policy in force; `booked` what was asked to be put on an
    account or taken off, by account and reference; `cancelled` the contracts as a cancellation left
    them; `periods` the terms of each; `spent` what of a ticket order's money is for tickets or was
    given back."""

    eye: Eye
    provider: str
    zone: str
    newest: int = 1
    booked: dict[tuple[str, str], set[int]] = field(default_factory=dict)
    cancelled: dict[str, Head] = field(default_factory=dict)
    periods: dict[str, list[Period]] = field(default_factory=dict)
    spent: dict[str, int] = field(default_factory=dict)

    def today(self, deed: Deed) -> date:
        return day_of(deed.act.at, self.zone)

    def in_force(self) -> Figures:
        return figures(f"{self.provider}/{self.newest}")

    def order(self, head: Head) -> Item | None:
        return self.eye.item(f"order#{head.order_id}")

    def parent(self, head: Head) -> Head | None:
        return self.eye.head(head.parent_id) if head.parent_id else None

    def accounts(self, holder: str) -> list[Item]:
        return [each for each in self.eye.named("account") if each["holder"] == holder]


Law = Callable[[World, Deed], Iterator[str]]


def changes(deed: Deed) -> Iterator[tuple[Head, Head, list[str]]]:
    """The contracts that were there and changed, with what was said of each."""
    for before, after in deed.heads:
        if before is not None:
            yield before, after, deed.said(after.id)
