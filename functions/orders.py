"""Orders over HTTP: look, turn autorenewal on and off, put contracts in, take one out."""

from tacit import policies
from tacit.domain.ordering import Arrange, Detach, Switch
from tacit.domain.values import Actor, Role
from tacit.replies import Answer, Request
from tacit.runtime import order_bodies, shapes
from tacit.runtime.answers import dumps
from tacit.runtime.doors import Door, Reply, api, lambda_handler, page_answer, respond
from tacit.runtime.stack import stack
from tacit.store.orders import Part, of_holder, of_provider

app = api()


@app.get("/orders")
def list_orders() -> Reply:
    door = Door(app)
    door.known_query("holder", "limit", "next")
    holder = door.query("holder", shapes.subject)
    parts = _parts(door, holder)
    paging, limit, place = door.page(parts)
    found, behind = stack().order_book.page(parts, limit, place)
    items = [order_bodies.order_json(order) for order in found]
    return respond(page_answer(items, paging.token(behind)))


def _parts(door: Door, holder: str | None) -> list[Part]:
    """Staff sees its providers whole (or one holder's part), a person what he holds himself."""
    parts: list[Part] = []
    for provider in policies.shipped():
        if door.caller.is_staff_of(provider):
            parts += of_provider(provider) if holder is None else of_holder(provider, holder)
        elif provider in door.caller.customer_of and holder in (None, door.caller.subject):
            parts += of_holder(provider, door.caller.subject)
    return parts


@app.get("/orders/<id>")
def get_order(id: str) -> Reply:
    door = Door(app)
    order = stack().orders.find(door.caller, door.id(shapes.order_id))
    door.known_query()
    return respond(Answer(200, dumps(order_bodies.order_json(order))))


@app.put("/orders/<id>")
def arrange(id: str) -> Reply:
    door = Door(app)
    body = door.json()
    door.staff_only()
    order_id, actor = door.id(shapes.order_id), Actor(Role.STAFF, door.caller.subject)

    def asked() -> tuple[Arrange, Request]:
        request = door.request(body)
        return order_bodies.arrangement(order_id, body, actor), request

    return respond(
        stack().orders.arrange(
            door.caller, order_id, body.get("provider"), asked, order_bodies.order_answer
        )
    )


@app.put("/orders/<id>/autorenewal")
def switch(id: str) -> Reply:
    door = Door(app)
    body = door.json()

    def asked(actor: Actor) -> tuple[Switch, Request]:
        return order_bodies.switching(body, actor), door.request(body)

    order_id = door.id(shapes.order_id)
    return respond(stack().orders.switch(door.caller, order_id, asked, order_bodies.order_answer))


@app.put("/contracts/<id>/autorenewal")
def switch_one(id: str) -> Reply:
    """Of a contract alone in its order; of any other, whom to ask (R3, R7)."""
    door = Door(app)
    body = door.json()

    def asked(actor: Actor) -> tuple[Switch, Request]:
        return order_bodies.switching(body, actor), door.request(body)

    return respond(
        stack().orders.switch_one(door.caller, door.id(), asked, order_bodies.contract_answer)
    )


@app.post("/orders/<id>/detachments")
def detach(id: str) -> Reply:
    door = Door(app)
    body = door.json()
    door.staff_only()

    def asked(actor: Actor) -> tuple[Detach, Request]:
        return order_bodies.detachment(body, actor), door.request(body)

    order_id = door.id(shapes.order_id)
    return respond(
        stack().orders.detach(door.caller, order_id, asked, order_bodies.detached_answer)
    )


handler = lambda_handler(app)
