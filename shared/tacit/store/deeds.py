"""What a run has done with one record, read back from the history that its commits left.

Whoever committed tells it at the end of his page. Where he died before that, the next worker finds
the record done; what was done stands in its events and charges, which name their run.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pynamodb.expressions.operand import Path

from tacit.domain.money import Money
from tacit.domain.values import Contract, Event
from tacit.store import keys
from tacit.store.codec import Item, Raw
from tacit.store.mapping import event_of, readable
from tacit.store.table import Table

if TYPE_CHECKING:  # the contracts' jobs do without, and start sooner
    from tacit.domain.tickets.values import TicketOrder

_LATEST = 50  # more events, or charges, no run leaves in one record


@dataclass(frozen=True, slots=True)
class Paid:
    """Money that an account gave for a record."""

    account_id: str
    amount: Money
    reason: str


@dataclass(frozen=True, slots=True)
class Deed:
    """`after` is the record as it was left, `events` and `charges` in their order."""

    after: "Contract | TicketOrder"
    events: tuple[Event, ...] = ()
    charges: tuple[Paid, ...] = ()

    def behind(self, first: "Deed | None") -> "Deed":
        """Both, one behind the other."""
        if first is None:
            return self
        return Deed(self.after, first.events + self.events, first.charges + self.charges)


def by_run(item: Item, run: str | None) -> Item:
    """The item with the run that writes it; what a person does names none."""
    return item if run is None else {**item, "run": run}


def deed_of_run(table: Table, key: keys.Key, after: "Contract | TicketOrder", mark: str) -> Deed:
    """What the run of this mark did with a record that is `after` now. Two reads, which are made
    only where a worker was cut off, or two had the same to do."""
    events = _latest(table, key, "event#", mark)
    charges = _latest(table, key, "charge#", mark)
    return Deed(after, tuple(readable(events, event_of)), tuple(map(_paid, charges)))


def _latest(table: Table, key: keys.Key, sort: str, mark: str) -> list[Raw]:
    page = table.query(key[0], sort=Path("sk").startswith(sort), limit=_LATEST, forward=False)
    return [raw for raw in reversed(page.raws) if raw.get("run", {}).get("S") == mark]


def _paid(raw: Raw) -> Paid:
    amount = Money(int(raw["minor"]["N"]), raw["currency"]["S"])
    return Paid(raw["account_id"]["S"], amount, raw["reason"]["S"])
