"""The accounts of several holders, read at once: what the renewals of a night may spend."""

from collections.abc import Iterable

from pynamodb.expressions.operand import Path

from tacit.store import keys
from tacit.store.codec import Item, Raw
from tacit.store.table import Table

Person = tuple[str, str]  # provider, holder


def raw_accounts_of(table: Table, people: Iterable[Person]) -> dict[Person, list[Raw]]:
    """One query for each holder, which accounts he has, and one batch for all of them; read
    consistently."""
    names = {person: _accounts_of(table, *person) for person in people}
    found = table.get_many([key for every in names.values() for key in every])
    return {
        person: [found[key] for key in every if key in found] for person, every in names.items()
    }


def _accounts_of(table: Table, provider: str, holder: str) -> list[keys.Key]:
    partition, links = keys.party(provider, holder), list[Item]()
    after: Item | None = None
    while True:
        sort = Path("sk").startswith("account#")
        page = table.query(partition, sort=sort, limit=100, after=after)
        links, after = links + page.items, page.after
        if after is None:
            return [keys.account(link["account_id"]) for link in links]
