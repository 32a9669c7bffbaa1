"""The checker at the end of every test that has a table, as long as the test itself went well.

It looks right behind the test's last line, before its fixtures are taken away: a policy that a
test has put in the place of another still stands then. A test that breaks data on purpose says so:
`@pytest.mark.breaks("why")`.
"""

from collections.abc import Callable, Generator, Iterable
from typing import Any

import pytest

from tacit.store.codec import Raw
from tests.invariants.checker import broken_invariants

Items = Callable[[dict[str, Any]], Iterable[Raw] | None]


class AtTheEnd:
    """`items` finds a test's table among what its fixtures gave it; None where it has none.
    `all_registered`: none of its tests lays anything into it but through a door."""

    def __init__(self, items: Items, all_registered: bool) -> None:
        self.items = items
        self.all_registered = all_registered

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_call(self, item: pytest.Function) -> Generator[None, None, None]:
        yield
        if item.get_closest_marker("breaks") is not None:
            return
        raws = self.items(item.funcargs)
        found = broken_invariants(raws, self.all_registered) if raws is not None else []
        assert not found, "the table is not whole any more:\n" + "\n".join(found)
