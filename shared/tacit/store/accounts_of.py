"""The accounts of holders, found by the links in their partitions."""

from collections.abc import Iterable

from pynamodb.expressions.operand import Path

from tacit.store import keys
from tacit.store.codec import Item, Raw
from tacit.store.table import Table

Person = tuple[str, str]  # provider, holder


def raw_accounts(table: Table, people: Iterable[Person]) -> dict[Person, list[Raw]]:
    """Of each holder all accounts, each read consistently, as DynamoDB holds them: a query for
    each of them, and one batch for all."""
    names = {person: _names(table, *person) for person in people}
    found = table.get_many([key for every in names.values() for key in every])
    return {
        person: [found[key] for key in every if key in found] for person, every in names.items()
    }


def _names(table: Table, provider: str, holder: str) -> list[keys.Key]:
    partition, links = keys.party(provider, holder), list[Item]()
    after: Item | None = None
    while True:
        sort = Path("sk").startswith("account#")
        page = table.query(partition, sort=sort, limit=100, after=after)
        links, after = links + page.items, page.after
        if after is None:
            return [keys.account(link["account_id"]) for link in links]
