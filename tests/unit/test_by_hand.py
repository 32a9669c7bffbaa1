"""Rule I18 in the core: every command in every state, to the microsecond."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from tacit.domain.refusals import Invalid, NotFound, Refused
from tacit.domain.tickets.by_hand import (
    DropMessage,
    HoldMessage,
    MessageAsItIs,
    MessageByHand,
    MessageChange,
    MessageCommand,
    SendMessage,
    UndoMessage,
    hold,
    left,
    read_message_id,
)
from tacit.domain.tickets.rules import HOLDS
from tacit.domain.values import Actor, Role
from tests.unit.messages import HOLD, NOON, RULES, after, an_order, asked, held, moved
from tests.unit.shops import OLGA

UNDO, SEND, DROP = UndoMessage(OLGA), SendMessage(OLGA), DropMessage(OLGA)


def waiting() -> MessageByHand:
    return held().message


def leaving() -> MessageByHand:
    return replace(waiting(), claimed_at=NOON, version=2)


def sent() -> MessageByHand:
    return left(an_order(), leaving(), after(HOLD)).message


def undone() -> MessageByHand:
    return moved(waiting(), UNDO).message


def dropped() -> MessageByHand:
    return moved(waiting(), DROP).message


# What becomes of it while its hold lasts: a status, a code of nothing to do (in brackets), or of a
# refusal.
OUTCOMES: list[tuple[Callable[[], MessageByHand], MessageCommand, str]] = [
    (waiting, UNDO, "undone"),
    (waiting, SEND, "(already_held)"),
    (waiting, DROP, "dropped"),
    (leaving, UNDO, "already_sent"),
    (leaving, SEND, "(already_held)"),
    (leaving, DROP, "already_sent"),
    (sent, UNDO, "already_sent"),
    (sent, SEND, "(already_sent)"),
    (sent, DROP, "already_sent"),
    (undone, UNDO, "(already_undone)"),
    (undone, SEND, "held"),
    (undone, DROP, "dropped"),
    (dropped, UNDO, "message_dropped"),
    (dropped, SEND, "message_dropped"),
    (dropped, DROP, "(already_dropped)"),
]


def outcome(message: MessageByHand, command: MessageCommand, seconds: float) -> str:
    try:
        decision = asked(message, command, seconds)
    except Refused as refused:
        return refused.code
    if isinstance(decision, MessageAsItIs):
        assert decision.message == message
        return f"({decision.code})"
    assert decision.message.version == message.version + 1
    return str(decision.message.status)


@pytest.mark.parametrize(("there", "command", "wanted"), OUTCOMES)
def test_I18_what_each_command_does_to_a_message(
    there: Callable[[], MessageByHand], command: MessageCommand, wanted: str
) -> None:
    assert outcome(there(), command, 1) == wanted


@pytest.mark.parametrize(("there", "command", "wanted"), OUTCOMES)
def test_I18_once_the_hold_is_over_only_what_is_held_is_refused(
    there: Callable[[], MessageByHand], command: MessageCommand, wanted: str
) -> None:
    late = there() == waiting() and command != SEND
    assert outcome(there(), command, 86400) == ("already_sent" if late else wanted)


@pytest.mark.parametrize("command", [UNDO, DROP])
def test_I18_the_hold_ends_at_its_instant(command: MessageCommand) -> None:
    assert outcome(waiting(), command, HOLD - 0.000001) in ("undone", "dropped")
    assert outcome(waiting(), command, HOLD) == "already_sent"


@pytest.mark.parametrize("seconds", HOLDS)
def test_I18_a_message_is_held_for_as_long_as_the_policy_says(seconds: int) -> None:
    assert RULES.ticketing is not None
    rules = replace(RULES, ticketing=replace(RULES.ticketing, hold_seconds=seconds))
    message = hold(an_order(), HoldMessage(OLGA, "buyer", "x"), rules, NOON).message
    assert message.held_until == after(seconds)


def test_I18_sent_again_it_is_held_from_then_on_in_another_round() -> None:
    again = moved(undone(), SEND, 100).message
    assert (again.round, again.held_until) == (2, after(100 + HOLD))
    assert again.id == waiting().id


def test_I18_each_step_is_one_event_of_the_order_and_says_no_word_of_the_text() -> None:
    changes = [held(), moved(waiting(), UNDO), moved(undone(), SEND), moved(waiting(), DROP)]
    changes.append(left(an_order(), leaving(), after(HOLD)))
    told = [event for change in changes for event in change.events]
    assert [event.type for event in told] == [
        f"ticket_order.message_{done}" for done in ("held", "undone", "held", "dropped", "sent")
    ]
    for change, event in zip(changes, told, strict=True):
        assert (event.number, change.order.order.events) == (2, 2)
        assert event.data["message_id"] == "t-1:2"
        assert event.messages == ()
        assert set(event.data) <= {"shop_id", "message_id", "round", "held_until"}
    assert told[0].data["held_until"] == "2025-04-02T12:00:15.000000Z"


def test_two_messages_about_an_order_have_ids_of_their_own() -> None:
    first = held()
    second = held(order=first.order.order)
    assert [change.message.id for change in (first, second)] == ["t-1:2", "t-1:3"]


def test_a_message_is_written_and_moved_by_organiser_and_staff_alone() -> None:
    holder = Actor(Role.HOLDER, "alice")
    with pytest.raises(Refused, match="not_your_role"):
        hold(an_order(), HoldMessage(holder, "buyer", "x"), RULES, NOON)
    with pytest.raises(Refused, match="not_your_role"):
        asked(waiting(), UndoMessage(holder))


def test_nobody_but_the_buyer_is_written_to() -> None:
    for to in ("buyer", "bea@example.net", "Bea@Example.Net"):
        assert isinstance(hold(an_order(), HoldMessage(OLGA, to, "x"), RULES, NOON), MessageChange)
    with pytest.raises(Invalid, match="own buyer"):
        hold(an_order(), HoldMessage(OLGA, "bea@example.org", "x"), RULES, NOON)


def test_an_id_names_order_and_number() -> None:
    assert read_message_id("t-1:12") == ("t-1", 12)
    assert read_message_id("a:b:1") == ("a:b", 1)
    for wrong in (
        "",
        ":",
        "t-1",
        "t-1:",
        ":1",
        "t-1:01",
        "t-1:-1",
        "t-1:1x",
        "t-1:²",
        "t-1:" + "1" * 11,
    ):
        with pytest.raises(NotFound):
            read_message_id(wrong)
