"""A contract's life as the looks at it showed it: which status, from which look on."""

from collections.abc import Iterable
from datetime import date, timedelta

from tests.integration.rules.scenes import Seen


def midnights(days: Iterable[str], contracts: Iterable[str]) -> dict[str, list[str]]:
    """Looks for `play`: the last minute before each of these days, and its first."""
    names = list(contracts)
    looks: dict[str, list[str]] = {}
    for day in sorted(days):
        before = date.fromisoformat(day) - timedelta(days=1)
        looks[f"{before} 23:59"] = looks[f"{day} 00:00"] = names
    return looks


def life(seen: Seen, name: str) -> list[tuple[str, str]]:
    """(status, the look that first showed it), in order. Where the looks are `midnights`, a change
    that came a minute early or late would show."""
    changes: list[tuple[str, str]] = []
    for (contract, moment), shown in seen.items():
        if contract == name and (not changes or changes[-1][0] != shown["status"]):
            changes.append((shown["status"], moment))
    return changes


def first_look(seen: Seen, name: str, status: str) -> str:
    """When a contract was first seen with this status."""
    return next(moment for each, moment in life(seen, name) if each == status)
