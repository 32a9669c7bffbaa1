"""Lists of contracts: a person's through his links, staff's through the listing index.

Both walk a fixed row of partitions.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from pynamodb.expressions.operand import Path

from tacit.domain.values import Contract, Status
from tacit.store import keys
from tacit.store.codec import Item
from tacit.store.mapping import contract_of, readable
from tacit.store.table import Page, Table
from tacit.store.walk import Place, walk


@dataclass(frozen=True, slots=True)
class Source:
    """One partition, or the part of it that begins with `prefix`, of the table or an index."""

    pk: str
    prefix: str
    index: str | None


def of_person(
    provider: str, subject: str, statuses: Sequence[Status], holder: str | None
) -> list[Source]:
    """What one person sees at a provider, a status at a time."""
    pk = keys.party(provider, subject)
    only = f"{keys.part(holder)}#" if holder is not None else ""
    return [Source(pk, f"{status}#{only}", None) for status in statuses]


def of_staff(provider: str, status: Status | None) -> list[Source]:
    """Everything of a provider, a lane at a time."""
    prefix = f"{status}#" if status is not None else ""
    return [
        Source(keys.listing(provider, str(lane)), prefix, "listing") for lane in range(keys.LANES)
    ]


class Listing:
    def __init__(self, table: Table) -> None:
        self.table = table

    def page(
        self, sources: Sequence[Source], limit: int, place: Place | None
    ) -> tuple[list[Contract], Place | None]:
        """Up to `limit` contracts, read consistently, and the place where the next page begins."""
        found, behind = walk(sources, self._ask, limit, place)
        wanted = list(dict.fromkeys(keys.contract(_contract_id(item)) for item in found))
        heads = self.table.get_many(wanted)
        there = (heads[key] for key in wanted if key in heads)
        return list(readable(there, contract_of)), behind

    def _ask(self, source: Source, limit: int, after: Item | None) -> Page:
        name = "listing_sort" if source.index else "sk"
        sort = Path(name).startswith(source.prefix) if source.prefix else None
        return self.table.query(source.pk, index=source.index, sort=sort, limit=limit, after=after)


def _contract_id(item: Item) -> str:
    if "contract_id" in item:
        return str(item["contract_id"])
    return keys.unpart(str(item["pk"]).removeprefix("contract#"))
