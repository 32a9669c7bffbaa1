"""Ticket orders over HTTP: register, find, pay, cancel, exchange, decide on credit, let in."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

from tacit.domain.refusals import Broken, Invalid
from tacit.domain.tickets.admission import numbered
from tacit.domain.tickets.commands import Admit, Command, Place
from tacit.domain.tickets.values import TicketOrder
from tacit.domain.tickets.words import words_of
from tacit.domain.values import Actor
from tacit.replies import Answer, Request
from tacit.runtime import shapes, ticket_answers, ticket_bodies
from tacit.runtime.answers import dumps
from tacit.runtime.doors import Door, Reply, api, fingerprint, lambda_handler, page_answer, respond
from tacit.runtime.shops import shops_seen_by
from tacit.runtime.stack import stack
from tacit.runtime.ticket_policies import policy_of_order

app = api()

_MOST_SHOPS = 50
Reading = Callable[[dict[str, Any], Actor], Command]


@app.get("/ticket-orders")
def list_orders() -> Reply:
    """Of one shop or of all that are the caller's, to organisers and staff (I10)."""
    door = Door(app)
    shops = _shops(door)
    door.known_query("shop_id", "q", "open_question", "limit", "next")
    words = door.query("q", _words) or ()
    asked = door.query("open_question", shapes.one_of("true", "false")) == "true"
    paging, limit, place = door.page(shops)
    found, behind = stack().ticket_search.page(shops, words, asked, limit, place)
    items = list(_readable(found))
    return respond(page_answer(items, paging.token(behind)))


def _readable(found: list[TicketOrder]) -> Iterator[dict[str, Any]]:
    """One whose policy is not there does not hide the others (G13)."""
    for order in found:
        with suppress(Broken):
            yield ticket_answers.order_json(order, policy_of_order(order))


def _shops(door: Door) -> list[str]:
    """The ids of the shops that are asked for: one, or every one that the caller may see."""
    given = door.query("shop_id", shapes.identifier)
    if given is not None:
        shop, _ = stack().shops.find(door.caller, given)
        return [shop.id]
    found, behind = stack().listing.shops(shops_seen_by(door.caller), _MOST_SHOPS, None)
    if behind is not None:
        raise Invalid("shop_id", f"is missing; there are more than {_MOST_SHOPS} shops")
    return [shop.id for shop in found]


@app.get("/ticket-orders/<id>")
def get_order(id: str) -> Reply:
    door = Door(app)
    order, _ = stack().ticket_orders.find(door.caller, door.id())
    door.known_query()
    return respond(Answer(200, dumps(ticket_answers.order_json(order, policy_of_order(order)))))


@app.put("/ticket-orders/<id>")
def place(id: str) -> Reply:
    door = Door(app)
    body = door.json()
    order_id = door.id()
    shop_id = shapes.identifier("shop_id", body.get("shop_id"))

    def asked(actor: Actor) -> tuple[Place, Request]:
        request = door.request(body)
        return ticket_bodies.placed(order_id, body, fingerprint(body), actor), request

    shape = ticket_answers.registered_answer
    return respond(stack().ticket_orders.place(door.caller, order_id, shop_id, asked, shape))


@app.post("/ticket-orders/<id>/payments")
def pay(id: str) -> Reply:
    return _carried_out(ticket_bodies.payment)


@app.post("/ticket-orders/<id>/cancellation")
def cancel(id: str) -> Reply:
    return _carried_out(ticket_bodies.cancellation)


@app.post("/ticket-orders/<id>/exchange")
def exchange(id: str) -> Reply:
    return _carried_out(ticket_bodies.exchange)


@app.post("/ticket-orders/<id>/credit-decision")
def decide_on_credit(id: str) -> Reply:
    return _carried_out(ticket_bodies.credit_decision)


@app.get("/tickets/<number>/admission")
def look_at_ticket(number: str) -> Reply:
    door = Door(app)
    given = door.id(ticket_bodies.number, "number")
    order, _ = stack().ticket_orders.with_ticket(door.caller, given)
    door.known_query()
    told = ticket_answers.admission_json(order, numbered(order, given))
    return respond(Answer(200, dumps(told)))


@app.post("/tickets/<number>/admission")
def admit(number: str) -> Reply:
    """Lets somebody in: once."""
    door = Door(app)
    body = door.json()
    given = door.id(ticket_bodies.number, "number")
    order, _ = stack().ticket_orders.with_ticket(door.caller, given)

    def asked(actor: Actor) -> tuple[Command, Request]:
        shapes.Body(body).end()
        return Admit(actor, given), door.request(body)

    orders, shape = stack().ticket_orders, ticket_answers.command_answer
    return respond(orders.carry_out(door.caller, order.id, asked, shape))


def _carried_out(reading: Reading) -> Reply:
    """The body's fields and the request's circumstances are read once it is known as whom the
    caller acts."""
    door = Door(app)
    body = door.json()

    def asked(actor: Actor) -> tuple[Command, Request]:
        return reading(body, actor), door.request(body)

    orders, shape = stack().ticket_orders, ticket_answers.command_answer
    return respond(orders.carry_out(door.caller, door.id(), asked, shape))


@shapes.takes("string", minLength=1, maxLength=200)
def _words(field: str, given: str) -> tuple[str, ...]:
    """A search for nothing would list everything."""
    words = words_of(shapes.text(200)(field, given))
    if not words:
        raise Invalid(field, "holds no word to look for")
    return words


handler = lambda_handler(app)
