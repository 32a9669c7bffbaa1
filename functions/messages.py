"""Messages by hand over HTTP: write to a buyer, look, undo, send again, drop (I18)."""

from collections.abc import Callable
from typing import Any

from tacit.domain.tickets.by_hand import HoldMessage, MessageCommand
from tacit.domain.values import Actor
from tacit.replies import Request
from tacit.runtime import message_bodies, shapes
from tacit.runtime.doors import Door, Reply, api, lambda_handler, page_answer, respond
from tacit.runtime.stack import stack

app = api()


@app.post("/messages")
def write() -> Reply:
    door = Door(app)
    body = door.json()
    order_id = message_bodies.subject(body.get("subject"))

    def asked(actor: Actor) -> tuple[HoldMessage, Request]:
        return message_bodies.written(body, actor), door.request(body)

    messages, shape = stack().messages_by_hand, message_bodies.held_answer
    return respond(messages.hold(door.caller, order_id, asked, shape))


@app.get("/messages")
def list_messages() -> Reply:
    """Those about one order, the newest first."""
    door = Door(app)
    order_id = message_bodies.subject(door.query("subject", shapes.identifier))
    order, actor = stack().ticket_orders.find(door.caller, order_id)
    door.known_query("subject", "limit", "next")
    paging, limit, place = door.page([order.id])
    found, behind = stack().messages_by_hand.book.page(order.id, limit, place)
    items = [message_bodies.message_json(message, actor.role) for message in found]
    return respond(page_answer(items, paging.token(behind)))


@app.post("/messages/<id>/undo")
def undo(id: str) -> Reply:
    return _carried_out(message_bodies.undoing)


@app.post("/messages/<id>/send")
def send(id: str) -> Reply:
    return _carried_out(message_bodies.sending)


@app.post("/messages/<id>/drop")
def drop(id: str) -> Reply:
    return _carried_out(message_bodies.dropping)


def _carried_out(read: Callable[[dict[str, Any], Actor], MessageCommand]) -> Reply:
    door = Door(app)
    body = door.json()

    def asked(actor: Actor) -> tuple[MessageCommand, Request]:
        return read(body, actor), door.request(body)

    messages, message_id = stack().messages_by_hand, door.id(shapes.record_id)
    return respond(
        messages.carry_out(door.caller, message_id, asked, message_bodies.command_answer)
    )


handler = lambda_handler(app)
