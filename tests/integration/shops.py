"""Shops at the doors: one that staff has registered, what is set in it, and what was."""

from typing import Any

from tests.integration.conftest import STAFF, Person, Reply, World, customer

OLGA = customer("olga", "infomaniak")
INA = Person("ina", "[staff.infomaniak]")
SHOP: dict[str, Any] = {
    "provider": "infomaniak",
    "organiser": "olga",
    "name": "Théâtre du Lac",
    "timezone": "Europe/Zurich",
}


def opened_shop(world: World, shop_id: str = "shop-1", **fields: Any) -> dict[str, Any]:
    """A shop of olga's, unless said."""
    reply = world.call("PUT", f"/shops/{shop_id}", STAFF, {**SHOP, **fields})
    assert reply.status == 201, reply.text
    found: dict[str, Any] = reply.json
    return found


def shop(world: World, shop_id: str = "shop-1", who: Person = STAFF) -> dict[str, Any]:
    reply = world.call("GET", f"/shops/{shop_id}", who)
    assert reply.status == 200, reply.text
    found: dict[str, Any] = reply.json
    return found


def invoice(world: World, shop_id: str = "shop-1") -> dict[str, Any]:
    found: dict[str, Any] = shop(world, shop_id)["invoice"]
    return found


def set_to(world: World, invoice: dict[str, Any], who: Person = OLGA) -> Reply:
    """Part of how shop-1 is paid by invoice, or all of it."""
    return world.call("PATCH", "/shops/shop-1", who, {"invoice": invoice})


def step(
    world: World, which: str, to: int | None = None, who: Person = OLGA, **query: str
) -> Reply:
    """`which` is "undo" or "redo"."""
    body = {} if to is None else {"to": to}
    return world.call("POST", f"/shops/shop-1/{which}", who, body, query=query)


def changes(world: World, who: Person = OLGA, limit: str = "200") -> list[dict[str, Any]]:
    """What was set, the newest first, page by page."""
    found: list[dict[str, Any]] = []
    query = {"limit": limit}
    while True:
        reply = world.call("GET", "/shops/shop-1/changes", who, query=dict(query))
        assert reply.status == 200, reply.text
        found += reply.json["items"]
        if reply.json["next"] is None:
            return found
        query["next"] = reply.json["next"]


def numbers(world: World) -> list[int]:
    return [each["number"] for each in changes(world)]
