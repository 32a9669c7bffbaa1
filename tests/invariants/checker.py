"""All of it, on all items of a table: what is wrong, in words."""

from collections.abc import Callable, Iterable, Iterator

from tacit.domain.refusals import Broken
from tacit.store.codec import Raw
from tests.invariants import of_contracts, of_money, of_tickets
from tests.invariants.held import Held, held

CHECKS: tuple[Callable[[Held], Iterator[str]], ...] = (
    of_contracts.events_without_gaps,
    of_contracts.party_links,
    of_contracts.names,
    of_contracts.orders_both_ways,
    of_contracts.families,
    of_contracts.notices,
    of_contracts.stored_instants,
    of_contracts.plan_changes_are_history,
    of_contracts.tasks_are_of_contracts,
    of_money.balances,
    of_money.references,
    of_money.charges,
    of_money.account_links,
    of_tickets.claims,
    of_tickets.money_received,
    of_tickets.shop_links,
    of_tickets.messages,
    of_tickets.parked,
)


def broken_invariants(raws: Iterable[Raw], all_registered: bool = True) -> list[str]:
    """Empty for a table that is whole. `all_registered`: everything came in through a door, so that
    a head without its first event is one that has lost it."""
    table = held(raws)
    found = [wrong for check in CHECKS for wrong in _found(check, table)]
    unread = [f"{' '.join(key)} cannot be read: {why}" for key, why in table.broken.items()]
    return found + unread + (list(_laid(table)) if all_registered else [])


def _found(check: Callable[[Held], Iterator[str]], table: Held) -> Iterator[str]:
    """A head under a policy that nobody ships cannot be judged: that is what is wrong."""
    try:
        for wrong in check(table):
            yield f"{check.__name__}: {wrong}"
    except Broken as broken:
        yield f"{check.__name__}: {broken}"


def _laid(table: Held) -> Iterator[str]:
    for kind in ("contract", "account", "ticket_order", "shop"):
        for key in table.keys_of(kind):
            if table.laid(key):
                yield f"first_event: {' '.join(key)} has none"
