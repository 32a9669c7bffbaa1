"""Lists of contracts, accounts and shops: a person's through his links, staff's through the index.

Both walk a fixed row of partitions.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from pynamodb.expressions.operand import Path

from tacit.domain.tickets.values import Shop
from tacit.domain.values import Account, Contract, Status
from tacit.store import keys
from tacit.store.account_items import account_of
from tacit.store.codec import Item, Raw
from tacit.store.mapping import contract_of, readable
from tacit.store.shop_items import shop_of
from tacit.store.table import Page, Table
from tacit.store.walk import Place, walk

T = TypeVar("T")


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


def accounts_of_person(provider: str, subject: str) -> list[Source]:
    """The accounts that one person holds at a provider."""
    return [Source(keys.party(provider, subject), keys.account_link(""), None)]


def accounts_of_staff(provider: str) -> list[Source]:
    """Every account of a provider, a lane at a time."""
    return [
        Source(keys.account_listing(provider, str(lane)), "", "listing")
        for lane in range(keys.LANES)
    ]


def shops_of_person(provider: str, subject: str) -> list[Source]:
    """The shops that one person organises at a provider."""
    return [Source(keys.party(provider, subject), keys.shop_link(""), None)]


def shops_of_staff(provider: str) -> list[Source]:
    """Every shop of a provider, a lane at a time."""
    return [
        Source(keys.shop_listing(provider, str(lane)), "", "listing") for lane in range(keys.LANES)
    ]


def ticket_orders_of(shop_id: str) -> list[Source]:
    """Every ticket order of a shop, a lane at a time."""
    return [
        Source(keys.ticket_order_listing(shop_id, str(lane)), "", "listing")
        for lane in range(keys.LANES)
    ]


class Listing:
    def __init__(self, table: Table) -> None:
        self.table = table

    def page(
        self, sources: Sequence[Source], limit: int, place: Place | None
    ) -> tuple[list[Contract], Place | None]:
        """Up to `limit` contracts, read consistently, and the place where the next page begins."""
        return self._page(sources, limit, place, _contract_key, contract_of)

    def accounts(
        self, sources: Sequence[Source], limit: int, place: Place | None
    ) -> tuple[list[Account], Place | None]:
        """The same of accounts."""
        return self._page(sources, limit, place, _account_key, account_of)

    def shops(
        self, sources: Sequence[Source], limit: int, place: Place | None
    ) -> tuple[list[Shop], Place | None]:
        """The same of shops."""
        return self._page(sources, limit, place, _shop_key, shop_of)

    def heads(
        self, sources: Sequence[Source], limit: int, place: Place | None
    ) -> tuple[list[Raw], Place | None]:
        """What the index `listing` leads to, as the table holds it, also what nobody can read."""
        return self._heads(sources, limit, place, _contract_key)

    def _page(
        self,
        sources: Sequence[Source],
        limit: int,
        place: Place | None,
        key_of: Callable[[Item], keys.Key],
        reader: Callable[[Raw], T],
    ) -> tuple[list[T], Place | None]:
        there, behind = self._heads(sources, limit, place, key_of)
        return list(readable(there, reader)), behind

    def _heads(
        self,
        sources: Sequence[Source],
        limit: int,
        place: Place | None,
        key_of: Callable[[Item], keys.Key],
    ) -> tuple[list[Raw], Place | None]:
        found, behind = walk(sources, self._ask, limit, place)
        wanted = list(dict.fromkeys(key_of(item) for item in found))
        heads = self.table.get_many(wanted)
        return [heads[key] for key in wanted if key in heads], behind

    def _ask(self, source: Source, limit: int, after: Item | None) -> Page:
        name = "listing_sort" if source.index else "sk"
        sort = Path(name).startswith(source.prefix) if source.prefix else None
        return self.table.query(source.pk, index=source.index, sort=sort, limit=limit, after=after)


def _contract_key(item: Item) -> keys.Key:
    """Of a link, which names the contract, or of the index, which has its key."""
    if "contract_id" in item:
        return keys.contract(str(item["contract_id"]))
    return str(item["pk"]), keys.HEAD


def _account_key(item: Item) -> keys.Key:
    if "account_id" in item:
        return keys.account(str(item["account_id"]))
    return str(item["pk"]), keys.HEAD


def _shop_key(item: Item) -> keys.Key:
    if "shop_id" in item:
        return keys.shop(str(item["shop_id"]))
    return str(item["pk"]), keys.HEAD
