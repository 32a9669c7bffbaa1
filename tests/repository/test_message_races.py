"""Messages by hand on DynamoDB Local: undone, dropped and sent in the same moment (I18).

The races run in separate processes, with a barrier between read and commit.
"""

import pytest

from tests.repository.desk import Desk
from tests.repository.letterbox import (
    deliver,
    drop,
    held,
    history,
    send_again,
    sold,
    stored,
    undo,
)
from tests.repository.racers import Racers
from tests.searches import far

ROUNDS = far(50, 200)

pytestmark = pytest.mark.search


@pytest.fixture
def here(dynamodb_table: str, racers: Racers) -> Desk:
    racers.table = dynamodb_table
    return Desk(dynamodb_table, now="2025-06-01")


def test_a_message_comes_back_as_it_was_written(desk: Desk) -> None:
    sold(desk, "t-1")
    message_id, body = held(desk, "t-1")
    first = stored(desk, message_id)
    assert (first.text, first.to, first.round) == ("The doors open at eight.", "buyer", 1)
    assert undo(desk, message_id) == "undone"
    assert send_again(desk, message_id) == "held"
    again = stored(desk, message_id)
    assert (again.round, again.version, again.by) == (2, 3, first.by)
    desk.messages_by_hand.book.claim(again, again.held_until)
    claimed = stored(desk, message_id)
    assert (claimed.claimed_at, claimed.version) == (again.held_until, 4)
    assert desk.messages_by_hand.book.page("t-1", 10, None) == ([claimed], None)
    assert deliver(desk, body) == "left"


@pytest.mark.parametrize("what", ["undo", "drop"])
def test_I18_undone_or_dropped_in_the_moment_it_is_sent_has_one_outcome(
    racers: Racers, here: Desk, what: str
) -> None:
    done = {"undo": "undone", "drop": "dropped"}[what]
    for number in range(ROUNDS):
        order_id = f"t-{what}-{number}"
        sold(here, order_id)
        message_id, body = held(here, order_id)
        asked, sent = racers.race((f"{what} message", message_id), ("deliver", body))
        assert (asked, sent) in {(done, "left"), ("already_sent", "sent")}
        status = "sent" if sent == "sent" else done
        assert str(stored(here, message_id).status) == status
        assert history(here, order_id) == ["registered", "message_held", f"message_{status}"]
        assert deliver(here, body) == "left"


def test_I18_delivered_twice_at_once_it_leaves_once(racers: Racers, here: Desk) -> None:
    for number in range(ROUNDS):
        order_id = f"t-{number}"
        sold(here, order_id)
        message_id, body = held(here, order_id)
        results = sorted(racers.race(("deliver", body), ("deliver", body)))
        assert results in (["later", "sent"], ["left", "sent"])
        assert str(stored(here, message_id).status) == "sent"
        assert history(here, order_id)[2:] == ["message_sent"]


def test_I18_an_order_that_moves_while_its_message_leaves_keeps_both_events(
    racers: Racers, here: Desk
) -> None:
    for number in range(ROUNDS):
        order_id = f"t-{number}"
        sold(here, order_id)
        message_id, body = held(here, order_id)
        results = racers.race(("cancel order", order_id), ("deliver", body))
        assert results == ["cancelled", "sent"]
        assert str(stored(here, message_id).status) == "sent"
        assert sorted(history(here, order_id)[2:]) == ["cancelled", "message_sent"]


def test_I18_sent_again_and_dropped_at_once_it_is_dropped(racers: Racers, here: Desk) -> None:
    for number in range(ROUNDS):
        order_id = f"t-{number}"
        sold(here, order_id)
        message_id, _ = held(here, order_id)
        assert undo(here, message_id) == "undone"
        again, dropped = racers.race(("send message", message_id), ("drop message", message_id))
        assert dropped == "dropped"
        assert again in ("held", "message_dropped")
        assert str(stored(here, message_id).status) == "dropped"
        assert drop(here, message_id) == "dropped"


def test_without_their_conditions_an_undone_message_leaves(racers: Racers, here: Desk) -> None:
    """The races above can be lost: this is what they would find."""
    sold(here, "t-1")
    message_id, body = held(here, "t-1")
    race = (("undo message", message_id), ("deliver", body))
    assert racers.race(*race, unlocked=("message",)) == ["undone", "sent"]
    sold(here, "t-2")
    _, body = held(here, "t-2")
    twice = (("deliver", body), ("deliver", body))
    assert racers.race(*twice, unlocked=("message",)) == ["sent", "sent"]
