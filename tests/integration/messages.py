"""Messages by hand at the doors: an order to write about, what waits, and what left."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from tacit.runtime.stack import stack
from tests.integration.conftest import STAFF, Person, Reply, World
from tests.integration.shops import OLGA, opened_shop

BUYER = "bea@example.net"
TEXT = "The doors open at eight.\n\nYours, Olga"
ORDER: dict[str, Any] = {
    "shop_id": "shop-1",
    "event": {"id": "e-1", "name": "Giselle", "starts_at": "2025-06-20T18:00:00Z"},
    "buyer": {"name": "Bea", "email": BUYER, "locale": "en"},
    "placed_at": "2025-04-01T09:00:00Z",
    "payment_method": "card",
    "tickets": [{"number": "T-1", "price": {"amount": "50.00", "currency": "CHF"}}],
}


def ordered(world: World, order_id: str = "w-1", **fields: Any) -> None:
    """An order of bea's, in a shop of olga's that is there afterwards."""
    if world.call("GET", "/shops/shop-1", STAFF).status == 404:
        opened_shop(world)
    ticket = {**ORDER["tickets"][0], "number": f"T-{order_id}"}
    body = {**ORDER, "tickets": [ticket], **fields}
    reply = world.call("PUT", f"/ticket-orders/{order_id}", STAFF, body)
    assert reply.status == 201, reply.text


def write(
    world: World, text: str = TEXT, who: Person | None = OLGA, to: str = "buyer", **rest: Any
) -> Reply:
    body = {"subject": "w-1", "to": to, "text": text}
    return world.call("POST", "/messages", who, body, **rest)


def written(world: World, text: str = TEXT, who: Person = OLGA) -> dict[str, Any]:
    """A message that is held, about w-1."""
    reply = write(world, text, who)
    assert reply.status == 201, reply.text
    found: dict[str, Any] = reply.json["message"]
    return found


def ask(world: World, message_id: str, what: str, who: Person = OLGA, **rest: Any) -> Reply:
    """`what` is "undo", "send" or "drop"."""
    return world.call("POST", f"/messages/{message_id}/{what}", who, {}, **rest)


def listed(world: World, who: Person = OLGA, **query: str) -> list[dict[str, Any]]:
    """What was written about w-1, the newest first."""
    reply = world.call("GET", "/messages", who, query={"subject": "w-1", **query})
    assert reply.status == 200, reply.text
    found: list[dict[str, Any]] = reply.json["items"]
    return found


def statuses(world: World) -> list[str]:
    return [message["status"] for message in listed(world)]


class PostOffice:
    """What the functions hand to SES, and to any queue with a delay, as it leaves them."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.waiting: list[dict[str, Any]] = []
        self.mails: list[dict[str, Any]] = []

    @property
    def delays(self) -> list[int]:
        return [each["DelaySeconds"] for each in self.waiting]

    @property
    def addresses(self) -> list[str]:
        return [to for mail in self.mails for to in mail["Destination"]["ToAddresses"]]

    @property
    def texts(self) -> list[str]:
        return [mail["Content"]["Simple"]["Body"]["Text"]["Data"] for mail in self.mails]

    @property
    def subjects(self) -> list[str]:
        return [mail["Content"]["Simple"]["Subject"]["Data"] for mail in self.mails]

    def on_the_bus(self) -> None:
        """Everything new reaches whoever listens."""
        self.world.mails()

    def delays_over(self) -> list[Any]:
        """SQS hands out what it has delayed; what the function says of each."""
        due, self.waiting[:] = list(self.waiting), []
        return [self.hand_over(each["MessageBody"]) for each in due]

    def hand_over(self, body: str) -> Any:
        record = {"messageId": "m-1", "eventSource": "aws:sqs", "body": body}
        return self.world.invoke("message_sender", {"Records": [record]})["batchItemFailures"]


@contextmanager
def post_office(world: World) -> Iterator[PostOffice]:
    office = PostOffice(world)

    def waits(params: dict[str, Any], **_: Any) -> None:
        if "DelaySeconds" in params:
            office.waiting.append(dict(params))

    def leaves(params: dict[str, Any], **_: Any) -> None:
        office.mails.append(dict(params))

    heard = (("sqs", "SendMessage", waits), ("sesv2", "SendEmail", leaves))
    for service, operation, hear in heard:
        events = stack().client(service).meta.events
        events.register_first(f"provide-client-params.{service}.{operation}", hear)
    try:
        yield office
    finally:
        for service, operation, hear in heard:
            events = stack().client(service).meta.events
            events.unregister(f"provide-client-params.{service}.{operation}", hear)
