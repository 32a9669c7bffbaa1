"""The capacity units of a shop's changes in docs/keys.md, counted from the items we write."""

from tacit.domain.tickets.shops import ChangeSettings, InvoiceWish, ShopChange, UndoSettings
from tacit.runtime import shop_bodies
from tacit.store.codec import Raw, to_raw
from tacit.store.shop_items import shop_item
from tacit.store.shops import shop_writes
from tests.unit.shops import NOW, OLGA, REGISTERED, a_shop, moved
from tests.unit.test_docs_keys import PAGE, ROW, index_units, kept, units_of

Figures = tuple[int, int, int, int]
CHANGED = ChangeSettings(OLGA, "Théâtre du Port", InvoiceWish(reminders=1))


def figures(change: ShopChange) -> Figures:
    writes = shop_writes(change, NOW)
    raws = [to_raw(write.item or {}) for write in writes]
    before = to_raw(shop_item(change.before)) if change.before else {}
    indexes = sum(index_units(before if is_head(raw) else {}, raw) for raw in raws)
    new = change.before is None
    shape = shop_bodies.registered_answer if new else shop_bodies.command_answer
    record = 2 * units_of(kept(shape(change), NOW))
    return len(raws), sum(2 * units_of(raw) for raw in raws), indexes, record


def is_head(raw: Raw) -> bool:
    return raw["item"] == {"S": "shop"}


def counted() -> dict[str, Figures]:
    young, old = a_shop(1), a_shop(30)
    assert len(old.snapshots) == 21
    return {
        "register a shop": figures(moved(None, REGISTERED)),
        "change its settings": figures(moved(young, CHANGED)),
        "undo or redo": figures(moved(young, UndoSettings(OLGA))),
        "change its settings, 21 of them kept": figures(moved(old, CHANGED)),
        "undo or redo, 21 of them kept": figures(moved(old, UndoSettings(OLGA))),
    }


def test_the_units_of_each_change_of_a_shop_are_those_of_its_items() -> None:
    text = PAGE.read_text("utf-8").partition("## What a change of a shop writes")[2]
    shown = {
        row[0].strip(): tuple(map(int, row[1:])) for row in ROW.findall(text.partition("\n## ")[0])
    }
    assert shown == counted()
