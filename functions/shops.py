"""Shops over HTTP: look, register, set, go back and forth between settings."""

from collections.abc import Callable
from typing import Any

from tacit.domain.tickets.shops import RegisterShop, ShopCommand
from tacit.domain.values import Actor, Role
from tacit.replies import Answer, Request
from tacit.runtime import shop_bodies
from tacit.runtime.answers import dumps
from tacit.runtime.doors import Door, Reply, api, fingerprint, lambda_handler, page_answer, respond
from tacit.runtime.shops import shops_seen_by
from tacit.runtime.stack import stack

app = api()


@app.get("/shops")
def list_shops() -> Reply:
    door = Door(app)
    door.known_query("limit", "next")
    sources = shops_seen_by(door.caller)
    paging, limit, place = door.page(sources)
    found, behind = stack().listing.shops(sources, limit, place)
    items = [shop_bodies.shop_json(shop) for shop in found]
    return respond(page_answer(items, paging.token(behind)))


@app.get("/shops/<id>")
def get_shop(id: str) -> Reply:
    door = Door(app)
    shop, _ = stack().shops.find(door.caller, door.id())
    door.known_query()
    return respond(Answer(200, dumps(shop_bodies.shop_json(shop))))


@app.get("/shops/<id>/changes")
def get_changes(id: str) -> Reply:
    door = Door(app)
    shop, actor = stack().shops.find(door.caller, door.id())
    door.known_query("limit", "next")
    paging, limit, place = door.page([shop.id])
    before = place["before"] if place else shop.numbered + 1
    older = [each for each in reversed(shop.snapshots) if each.number < before]
    page = older[:limit]
    items = [shop_bodies.snapshot_json(shop, each, actor.role) for each in page]
    behind = {"before": page[-1].number} if len(older) > limit else None
    return respond(page_answer(items, paging.token(behind)))


@app.put("/shops/<id>")
def register(id: str) -> Reply:
    door = Door(app)
    body = door.json()
    door.staff_only()
    shop_id, actor = door.id(), Actor(Role.STAFF, door.caller.subject)

    def asked() -> tuple[RegisterShop, Request]:
        request = door.request(body)
        return shop_bodies.registration(shop_id, body, fingerprint(body), actor), request

    return respond(
        stack().shops.register(
            door.caller, shop_id, body.get("provider"), asked, shop_bodies.registered_answer
        )
    )


@app.patch("/shops/<id>")
def change_settings(id: str) -> Reply:
    return _carried_out(shop_bodies.change)


@app.post("/shops/<id>/undo")
def undo(id: str) -> Reply:
    return _carried_out(shop_bodies.undoing)


@app.post("/shops/<id>/redo")
def redo(id: str) -> Reply:
    return _carried_out(shop_bodies.redoing)


def _carried_out(read: Callable[[dict[str, Any], Actor], ShopCommand]) -> Reply:
    door = Door(app)
    body = door.json()

    def asked(actor: Actor) -> tuple[ShopCommand, Request]:
        request = door.request(body)
        return read(body, actor), request

    return respond(
        stack().shops.carry_out(door.caller, door.id(), asked, shop_bodies.command_answer)
    )


handler = lambda_handler(app)
