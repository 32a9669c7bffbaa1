"""Shops at a desk: registered, set and stepped through the same rooms as the doors use."""

from dataclasses import replace
from itertools import pairwise

from tacit.domain.refusals import Refused
from tacit.domain.tickets.shops import (
    ChangeSettings,
    InvoiceWish,
    RedoSettings,
    RegisterShop,
    ShopCommand,
    ShopDecision,
    UndoSettings,
)
from tacit.domain.tickets.values import Shop
from tacit.domain.values import Event
from tacit.replies import Answer, Request
from tacit.store import keys
from tacit.store.mapping import event_of
from tests.repository.desk import ERIN, NO_KEY, Desk
from tests.unit.cases import STAFF
from tests.unit.shops import REGISTERED


def register(desk: Desk, shop_id: str, organiser: str = "olga") -> str:
    """ "registered", "there" where it was, or the code of the refusal."""
    asked = replace(
        REGISTERED, id=shop_id, organiser=organiser, registered_as=f"{shop_id} {organiser}"
    )
    found = ["registered"]

    def request() -> tuple[RegisterShop, Request]:
        return asked, NO_KEY

    def shape(decision: ShopDecision) -> Answer:
        found.append("there" if hasattr(decision, "code") else "registered")
        return Answer(201, "{}")

    try:
        desk.shops.register(ERIN, shop_id, asked.provider, request, shape)
    except Refused as refused:
        return refused.code
    return found[-1]


def set_first(desk: Desk, shop_id: str, days: int) -> str:
    return _told(desk, shop_id, ChangeSettings(STAFF, None, InvoiceWish(first=days)))


def undo(desk: Desk, shop_id: str) -> str:
    return _told(desk, shop_id, UndoSettings(STAFF))


def redo(desk: Desk, shop_id: str) -> str:
    return _told(desk, shop_id, RedoSettings(STAFF))


def _told(desk: Desk, shop_id: str, command: ShopCommand) -> str:
    """The number of the settings in force afterwards, or the code of the refusal."""
    found: list[int] = []

    def shape(decision: ShopDecision) -> Answer:
        found.append(decision.shop.in_force.number)
        return Answer(200, "{}")

    try:
        desk.shops.carry_out(ERIN, shop_id, lambda _: (command, NO_KEY), shape)
    except Refused as refused:
        return refused.code
    return str(found[-1])


def stored(desk: Desk, shop_id: str) -> Shop:
    found = desk.shop_book.shop(shop_id)
    assert found is not None
    return found


def history(desk: Desk, shop_id: str) -> list[Event]:
    """Its events, the oldest first."""
    pk, _ = keys.shop(shop_id)
    keys_of = [keys.event(pk, number) for number in range(1, stored(desk, shop_id).events + 1)]
    there = desk.table.get_many(keys_of)
    return [event_of(there[key]) for key in keys_of if key in there]


def faults(desk: Desk, shop_id: str) -> list[str]:
    """What the shop's history does not lead to."""
    shop, events, found = stored(desk, shop_id), history(desk, shop_id), []
    if len(events) != shop.version:
        found.append(f"{len(events)} events, version {shop.version}")
    for before, after in pairwise(events):
        if after.data["settings_was"] != before.data["settings_number"]:
            found.append(f"{after.type} {after.number} comes from nowhere")
    if events[-1].data["settings_number"] != shop.in_force.number:
        found.append(f"{shop.in_force.number} is in force, and nobody has set it")
    given = [e.data["settings_number"] for e in events if e.type == "shop.settings_changed"]
    if given != list(range(2, shop.numbered + 1)):
        found.append(f"numbers given: {given}")
    return found
