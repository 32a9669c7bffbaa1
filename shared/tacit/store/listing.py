"""Lists of contracts: a person's through his links, staff's through the listing index.

Both walk a fixed row of partitions and fill the page before they stop: nothing is filtered after
the limit. A place in the walk is (which partition, behind which key).
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from pynamodb.expressions.operand import Path

from tacit.domain.refusals import Broken
from tacit.domain.values import Contract, Status
from tacit.store import keys
from tacit.store.codec import Item, Raw
from tacit.store.mapping import contract_of
from tacit.store.table import Table


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
        self, sources: Sequence[Source], limit: int, place: dict[str, Any] | None
    ) -> tuple[list[Contract], dict[str, Any] | None]:
        """Up to `limit` contracts, read consistently, and the place where the next page begins."""
        start: int = place["source"] if place else 0
        after: Item | None = place["after"] if place else None
        found: list[str] = []
        for number in range(start, len(sources)):
            source = sources[number]
            page = self.table.query(
                source.pk,
                index=source.index,
                sort=self._sort(source),
                limit=limit - len(found),
                after=after,
            )
            found += [_contract_id(item) for item in page.items]
            if len(found) == limit:
                if page.after is not None:
                    return self._read(found), {"source": number, "after": page.after}
                more = number + 1 < len(sources)
                return self._read(found), {"source": number + 1, "after": None} if more else None
            after = None
        return self._read(found), None

    def _sort(self, source: Source) -> Any:
        name = "listing_sort" if source.index else "sk"
        return Path(name).startswith(source.prefix) if source.prefix else None

    def _read(self, contract_ids: list[str]) -> list[Contract]:
        wanted = [keys.contract(contract_id) for contract_id in contract_ids]
        raw = self.table.get_many(list(dict.fromkeys(wanted)))
        return list(_readable(raw[key] for key in dict.fromkeys(wanted) if key in raw))


def _readable(heads: Iterable[Raw]) -> Iterator[Contract]:
    """One record that cannot be read must not hide the others (G13); the jobs report it."""
    for raw in heads:
        with suppress(Broken):
            yield contract_of(raw)


def _contract_id(item: Item) -> str:
    if "contract_id" in item:
        return str(item["contract_id"])
    return keys.unpart(str(item["pk"]).removeprefix("contract#"))
