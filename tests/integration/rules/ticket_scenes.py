"""The sentences in which ticketing is told: olga has a shop, somebody orders, pays or does not,
the job comes by, and olga looks at the order."""

import re
from typing import Any

from tests.integration.conftest import Person, Reply, World
from tests.integration.money import francs
from tests.integration.rules.scenes import CENTRAL, instant, it_is, job
from tests.integration.shops import OLGA, opened_shop

LEA = {"name": "Léa Müller", "email": "lea@example.net", "locale": "fr"}
SHOW = {"id": "e-1", "name": "Le Lac des cygnes", "starts_at": "2025-09-01T18:00:00Z"}
VOUCHER = {"method": "voucher", "reason": "ill"}
KEY = {"Idempotency-Key": "k-1"}


def a_shop(world: World, day: str = "2025-04-01", *, zone: str = CENTRAL, **invoice: Any) -> None:
    """olga's shop-1, opened that day with these settings of its invoices."""
    it_is(world, day, "00:01")
    opened_shop(world, timezone=zone, invoice=invoice)


def set_to(world: World, **invoice: Any) -> None:
    """olga changes how her orders are paid by invoice."""
    reply = world.call("PATCH", "/shops/shop-1", OLGA, {"invoice": invoice})
    assert reply.status == 200, reply.text


def tickets(*numbers: str, price: str = "50.00", **fields: Any) -> list[dict[str, Any]]:
    """T-1 is for seat S-1, and so on."""
    return [
        {"number": number, "seat": f"S-{number[2:]}", "price": francs(price), **fields}
        for number in numbers
    ]


def show(starts_at: str, event_id: str = "e-1") -> dict[str, str]:
    return {**SHOW, "id": event_id, "starts_at": starts_at}


def order_body(
    day: str = "2025-04-01", at: str = "12:00", zone: str = CENTRAL, **fields: Any
) -> dict[str, Any]:
    """T-1 to T-3 at 50.00 each, by invoice, unless said."""
    return {
        "shop_id": "shop-1",
        "event": SHOW,
        "buyer": LEA,
        "placed_at": instant(day, at, zone),
        "payment_method": "invoice",
        "tickets": tickets("T-1", "T-2", "T-3"),
        **fields,
    }


def ordered(
    world: World,
    order_id: str = "o-1",
    day: str = "2025-04-01",
    at: str = "12:00",
    zone: str = CENTRAL,
    who: Person = OLGA,
    **fields: Any,
) -> dict[str, Any]:
    """An order that olga registers in the moment in which it was placed."""
    world.set_clock(instant(day, at, zone))
    body = order_body(day, at, zone, **fields)
    reply = world.call("PUT", f"/ticket-orders/{order_id}", who, body)
    assert reply.status == 201, reply.text
    found: dict[str, Any] = reply.json
    return found


def bought(world: World, order_id: str = "o-1", **fields: Any) -> dict[str, Any]:
    """An order that was paid by card when it was placed."""
    return ordered(world, order_id, **{"payment_method": "card", **fields})


def pays(
    world: World,
    amount: str = "150.00",
    reference: str = "bank-1",
    value_date: str = "2025-04-15",
    order_id: str = "o-1",
    who: Person = OLGA,
    **query: str,
) -> Reply:
    body = {"amount": francs(amount), "reference": reference, "value_date": value_date}
    return world.call("POST", f"/ticket-orders/{order_id}/payments", who, body, query=query)


def paid(
    world: World, amount: str = "150.00", reference: str = "bank-1", value_date: str = "2025-04-15"
) -> dict[str, Any]:
    """Money for o-1 that has come in and is booked; what a fresh read shows then."""
    reply = pays(world, amount, reference, value_date)
    assert reply.status == 200, reply.text
    return order(world)


def cancels(
    world: World,
    *numbers: str,
    order_id: str = "o-1",
    who: Person = OLGA,
    refund: Any = VOUCHER,
    dry_run: bool = False,
    **fields: Any,
) -> Reply:
    """The whole order, unless tickets are named."""
    body: dict[str, Any] = {**fields}
    if numbers:
        body["tickets"] = list(numbers)
    if refund is not None:
        body["refund"] = refund
    query = {"dry_run": "true"} if dry_run else None
    return world.call("POST", f"/ticket-orders/{order_id}/cancellation", who, body, query=query)


def exchanges(world: World, ticket: str, seat: str | None, order_id: str = "o-1") -> Reply:
    body = {"ticket": ticket, "seat": seat}
    return world.call("POST", f"/ticket-orders/{order_id}/exchange", OLGA, body)


def decides(world: World, order_id: str = "o-1", who: Person = OLGA, **answer: Any) -> Reply:
    """olga answers the question that an order's credit asks."""
    return world.call("POST", f"/ticket-orders/{order_id}/credit-decision", who, answer)


def order(world: World, order_id: str = "o-1", who: Person = OLGA) -> dict[str, Any]:
    reply = world.call("GET", f"/ticket-orders/{order_id}", who)
    assert reply.status == 200, reply.text
    found: dict[str, Any] = reply.json
    return found


def status(world: World, order_id: str = "o-1") -> str:
    return str(order(world, order_id)["status"])


def deadlines(world: World, order_id: str = "o-1") -> tuple[str, str]:
    """What the buyer is told, and the day at whose end the order is cancelled."""
    seen = order(world, order_id)
    return seen["due_on"], seen["cancels_on"]


def credit(world: World, order_id: str = "o-1") -> str:
    return str(order(world, order_id)["credit"]["amount"])


def asked_about(world: World, shop_id: str = "shop-1") -> list[str]:
    """The orders over which the organiser has something to decide."""
    return found(world, shop_id=shop_id, open_question="true")


def found(world: World, q: str | None = None, who: Person = OLGA, **query: str) -> list[str]:
    """The ids of the shop's orders, with these words in them, in the order of the alphabet."""
    asked = {"shop_id": "shop-1", "limit": "200", **query, **({} if q is None else {"q": q})}
    reply = world.call("GET", "/ticket-orders", who, query=asked)
    assert reply.status == 200, reply.text
    assert reply.json["next"] is None
    return sorted(each["id"] for each in reply.json["items"])


def lets_in(world: World, *numbers: str) -> dict[str, bool]:
    """Whether each would let somebody in, asked at the entrance."""
    return {number: bool(admission_of(world, number)["admissible"]) for number in numbers}


def admission_of(world: World, number: str, who: Person = OLGA) -> dict[str, Any]:
    reply = world.call("GET", f"/tickets/{number}/admission", who)
    assert reply.status == 200, reply.text
    seen: dict[str, Any] = reply.json
    return seen


def comes_in(world: World, number: str, who: Person = OLGA) -> Reply:
    """Somebody shows his ticket at the entrance."""
    return world.call("POST", f"/tickets/{number}/admission", who, {})


def free(world: World, *seats: str, event: dict[str, Any] = SHOW) -> list[str]:
    """Those of the seats that somebody else could buy now."""
    could = []
    for seat in seats:
        ticket = {"number": f"free-{seat}", "seat": seat, "price": francs("50.00")}
        body = order_body(payment_method="card", event=event, tickets=[ticket])
        path, query = f"/ticket-orders/free-{seat}", {"dry_run": "true"}
        reply = world.call("PUT", path, OLGA, body, query=query)
        assert reply.status == 201 or reply.code == "seat_taken", reply.text
        could += [seat] if reply.status == 201 else []
    return could


def on(
    world: World, day: str, at: str = "12:00", zone: str = CENTRAL, order_id: str = "o-1"
) -> dict[str, Any]:
    """The invoice_reminders job at that local time; what a fresh read of the order shows then."""
    job(world, day, at, zone, name="invoice_reminders")
    return order(world, order_id)


def told(world: World, order_id: str = "o-1") -> list[dict[str, Any]]:
    """What the bus has been told about an order since the last look."""
    subject = f"ticket_order/{order_id}"
    heard = [each["detail"] for each in world.relay() if each["detail"]["subject"] == subject]
    return sorted(heard, key=lambda each: int(each["number"]))


def told_types(world: World, order_id: str = "o-1") -> list[str]:
    return [each["type"].removeprefix("ticket_order.") for each in told(world, order_id)]


def letters(world: World) -> list[str]:
    """Subject and page of every mail that has left since the last look; all go to the buyer."""
    mails = world.mails()
    assert {str(mail["destinations"]) for mail in mails} <= {str({"ToAddresses": [LEA["email"]]})}
    return [f"{mail['subject']}\n{mail['body']}".replace("\xa0", " ") for mail in mails]


def mailed(world: World) -> list[str]:
    """What the buyer was written since the last look: "reminder 2", or "cancelled"."""
    subjects = [letter.split("\n")[0] for letter in letters(world)]
    return [_kind(subject) for subject in subjects]


def _kind(subject: str) -> str:
    if reminder := re.match(r"Rappel (\d+) ", subject):
        return f"reminder {reminder[1]}"
    assert re.fullmatch(r"Votre commande \S+ a été annulée", subject), subject
    return "cancelled"
