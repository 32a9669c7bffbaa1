"""G13 and G14 at their edges: an account that cannot be read, and what becomes due later on a day
on which something more important was tried already."""

import pytest

from tests.integration.conftest import World
from tests.integration.rules.scenes import it_is
from tests.integration.rules.terms import (
    bought,
    ends,
    expiries,
    funded,
    renewals,
    statuses,
    switch,
    taken,
    topped_up,
)
from tests.integration.rules.test_renewal_outages import broken


@pytest.fixture
def spring(world: World) -> World:
    it_is(world, "2025-03-01")
    return world


ACCOUNTS = {
    "no balance": ("account#a-1", "REMOVE balance", None),
    "a balance in words": ("account#a-1", "SET balance = :it", "much"),
}


@pytest.mark.breaks("a record that cannot be read")
@pytest.mark.parametrize("what", ACCOUNTS)
def test_G13_a_broken_account_takes_nothing_and_stops_nobody_else(spring: World, what: str) -> None:
    """What it holds is not known: nothing is renewed on a guess. Others' contracts go on, and so
    do the expiries, which end nothing that was not tried."""
    funded(spring, "a-1", "5000.00")
    funded(spring, "b-1", "200.00", holder="bob")
    bought(spring, "d-alice", "2025-05-01")
    bought(spring, "d-bob", "2025-05-01", holder="bob")
    broken(spring, *ACCOUNTS[what])
    renewals(spring, "2025-04-10")
    assert taken(spring, "b-1") == [("d-bob", "-200.00")]
    assert ends(spring, "d-alice") == {"d-alice": "2025-05-01"}
    expiries(spring, "2025-05-01")
    assert statuses(spring, "d-alice") == {"d-alice": "active"}


def test_G14_what_was_kept_this_morning_is_kept_from_what_comes_later_in_the_day(
    spring: World,
) -> None:
    """Switched on, ordered or registered after the day's first run: the domain still comes first,
    and its turn is not over because it was asked for already."""
    funded(spring, "a-1", "150.00")
    bought(spring, "d-1", "2025-05-01")
    bought(spring, "v-1", "2025-05-01", "vps-1", price="50.00")
    switch(spring, "~v-1", False)
    renewals(spring, "2025-04-10", "06:00")
    switch(spring, "~v-1", True)
    bought(spring, "s-1", "2026-04-10", "ssl-certificate", price="50.00", status="pending")
    renewals(spring, "2025-04-10", "13:00")
    assert taken(spring) == []
    topped_up(spring, "a-1", "50.00")
    renewals(spring, "2025-04-10", "14:00")
    renewals(spring, "2025-04-11", "00:00")
    assert taken(spring) == [("d-1", "-200.00")]
