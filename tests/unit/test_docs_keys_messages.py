"""The capacity units of a message by hand in docs/keys.md, counted from the items we write."""

from dataclasses import replace

from tacit.domain.tickets.by_hand import (
    DropMessage,
    MessageChange,
    SendMessage,
    UndoMessage,
    left,
)
from tacit.domain.values import Role
from tacit.runtime import message_bodies
from tacit.store.by_hand import message_write
from tacit.store.codec import Raw, to_raw
from tacit.store.ticket_items import ticket_order_item
from tacit.store.ticket_orders import order_writes
from tests.unit.messages import NOON, RULES, TEXT, an_order, held, moved
from tests.unit.shops import OLGA
from tests.unit.test_docs_keys import PAGE, ROW, index_units, kept, units_of

Figures = tuple[int, int, int, int]


def figures(change: MessageChange) -> Figures:
    writes = [*order_writes(change.order, RULES, NOON), message_write(change)]
    raws = [to_raw(write.item or {}) for write in writes]
    before = to_raw(ticket_order_item(an_order(), RULES))
    indexes = sum(index_units(before if is_head(raw) else {}, raw) for raw in raws)
    record = 2 * units_of(kept(message_bodies.command_answer(change, Role.STAFF), NOON))
    return len(raws), sum(2 * units_of(raw) for raw in raws), indexes, record


def is_head(raw: Raw) -> bool:
    return raw["item"] == {"S": "ticket_order"}


def counted() -> dict[str, Figures]:
    new = held(TEXT)
    undone = moved(new.message, UndoMessage(OLGA))
    claimed = replace(new.message, claimed_at=NOON)
    asked = {
        figures(undone),
        figures(moved(undone.message, SendMessage(OLGA))),
        figures(moved(new.message, DropMessage(OLGA))),
    }
    (alike,) = asked
    return {
        "hold a message": figures(new),
        "undo, send again or drop a message": alike,
        "note that a message has left": figures(left(an_order(), claimed, NOON)),
        "hold a message of 2000 letters": figures(held("x" * 2000)),
    }


def test_the_units_of_each_step_of_a_message_are_those_of_its_items() -> None:
    text = PAGE.read_text("utf-8").partition("## What a message by hand writes")[2]
    shown = {
        row[0].strip(): tuple(map(int, row[1:])) for row in ROW.findall(text.partition("\n## ")[0])
    }
    assert shown == counted()
