"""A shop's settings on DynamoDB Local: as they were written, and races over them.

The races run in separate processes, with a barrier between read and commit.
"""

import pytest

from tacit.domain.tickets.shops import ChangeSettings, InvoiceWish, UndoSettings
from tacit.store.listing import shops_of_person, shops_of_staff
from tacit.store.repository import LostRace
from tests.repository.counters import faults, redo, register, set_first, stored, undo
from tests.repository.desk import Desk
from tests.repository.racers import Racers
from tests.searches import far
from tests.unit.shops import NOW, OLGA, REGISTERED, moved

ROUNDS = far(50, 200)

pytestmark = pytest.mark.search


@pytest.fixture
def here(dynamodb_table: str, racers: Racers) -> Desk:
    racers.table = dynamodb_table
    return Desk(dynamodb_table, now="2025-06-01")


def first(desk: Desk, shop_id: str) -> int:
    return stored(desk, shop_id).settings.invoice.first


def kept(desk: Desk, shop_id: str) -> list[int]:
    return [snapshot.number for snapshot in stored(desk, shop_id).snapshots]


def opened(desk: Desk, shop_id: str, *days: int) -> None:
    """A shop in which these days were set, one after the other."""
    assert register(desk, shop_id) == "registered"
    for each in days:
        set_first(desk, shop_id, each)


def test_a_shop_comes_back_as_it_was_written(desk: Desk) -> None:
    change = moved(None, REGISTERED)
    desk.shop_book.commit(change, NOW)
    for command in (
        ChangeSettings(OLGA, "Théâtre du Port", InvoiceWish(False, 365, 20, 3)),
        ChangeSettings(OLGA, None, InvoiceWish(reminders=0)),
        UndoSettings(OLGA),
    ):
        assert stored(desk, "shop-1") == change.shop
        change = moved(change.shop, command)
        desk.shop_book.commit(change, NOW)
    assert stored(desk, "shop-1") == change.shop
    for sources in (shops_of_staff("infomaniak"), shops_of_person("infomaniak", "olga")):
        assert desk.listing.shops(sources, 10, None) == ([change.shop], None)
    for others in (shops_of_staff("kriax"), shops_of_person("infomaniak", "mallory")):
        assert desk.listing.shops(others, 10, None) == ([], None)


def test_a_change_that_was_decided_on_an_older_shop_is_lost(desk: Desk) -> None:
    """Head and event each refuse it by themselves."""
    opened(desk, "shop-1", 5)
    seen = stored(desk, "shop-1")
    set_first(desk, "shop-1", 6)
    with pytest.raises(LostRace, match=r"^shop, shop event 3$"):
        desk.shop_book.commit(moved(seen, UndoSettings(OLGA)), NOW)
    assert (first(desk, "shop-1"), faults(desk, "shop-1")) == (6, [])


def test_two_changes_at_once_are_made_one_after_the_other(racers: Racers, here: Desk) -> None:
    for number in range(ROUNDS):
        shop_id = f"shop-{number}"
        opened(here, shop_id)
        results = racers.race(("set", shop_id, 5), ("set", shop_id, 6))
        assert sorted(results) == ["2", "3"]
        assert first(here, shop_id) == (5 if results[0] == "3" else 6)
        assert (kept(here, shop_id), faults(here, shop_id)) == ([1, 2, 3], [])
        assert undo(here, shop_id) == "2"
        assert first(here, shop_id) == (6 if results[0] == "3" else 5)


def test_an_undo_and_a_change_at_once_are_both_carried_out(racers: Racers, here: Desk) -> None:
    for number in range(ROUNDS):
        shop_id = f"shop-{number}"
        opened(here, shop_id, 5)
        undone, changed = racers.race(("undo", shop_id), ("set", shop_id, 6))
        assert changed == "3"
        if undone == "1":  # It came first, and the change dropped what could have been redone.
            assert (first(here, shop_id), kept(here, shop_id)) == (6, [1, 3])
        else:
            assert undone == "2"
            assert (first(here, shop_id), kept(here, shop_id)) == (5, [1, 2, 3])
        assert faults(here, shop_id) == []


def test_a_redo_and_a_change_at_once_never_bring_back_what_was_dropped(
    racers: Racers, here: Desk
) -> None:
    for number in range(ROUNDS):
        shop_id = f"shop-{number}"
        opened(here, shop_id, 5)
        assert undo(here, shop_id) == "1"
        redone, changed = racers.race(("redo", shop_id), ("set", shop_id, 6))
        assert changed == "3"
        assert redone in ("2", "nothing_to_redo")
        assert kept(here, shop_id) == ([1, 2, 3] if redone == "2" else [1, 3])
        assert (first(here, shop_id), faults(here, shop_id)) == (6, [])


def test_the_last_step_back_is_taken_once(racers: Racers, here: Desk) -> None:
    for number in range(ROUNDS):
        shop_id = f"shop-{number}"
        opened(here, shop_id, 5)
        results = racers.race(("undo", shop_id), ("undo", shop_id))
        assert sorted(results) == ["1", "nothing_to_undo"]
        assert (redo(here, shop_id), faults(here, shop_id)) == ("2", [])


def test_a_shop_registered_twice_at_once_has_one_organiser(racers: Racers, here: Desk) -> None:
    for number in range(ROUNDS):
        shop_id, people = f"shop-{number}", [f"olga-{number}", f"otto-{number}"]
        results = racers.race(*(("open shop", shop_id, each) for each in people))
        assert sorted(results) == ["already_registered", "registered"]
        owner = people[results.index("registered")]
        assert stored(here, shop_id).organiser == owner
        for each in people:
            found, _ = here.listing.shops(shops_of_person("infomaniak", each), 10, None)
            assert [shop.id for shop in found] == ([shop_id] if each == owner else [])


def test_without_their_conditions_one_of_two_changes_is_lost(racers: Racers, here: Desk) -> None:
    """The races above can be lost: this is what they would find."""
    opened(here, "shop-1")
    results = racers.race(("set", "shop-1", 5), ("set", "shop-1", 6), unlocked=("shop",))
    assert results == ["2", "2"]
    assert kept(here, "shop-1") == [1, 2]
