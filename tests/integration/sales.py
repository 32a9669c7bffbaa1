"""Ticket orders at the doors: one that is paid, one whose invoice waits, one with credit."""

from typing import Any

from tests.integration.conftest import STAFF, Person, Reply, World
from tests.integration.shops import opened_shop

SHOW = {"id": "gala", "name": "Gala du Lac", "starts_at": "2025-09-01T18:00:00Z"}
BUYER = {"name": "Léa Müller", "email": "lea@example.net", "locale": "fr"}
REFUND = {"method": "bank_transfer", "reason": "she is ill"}


def francs(amount: str) -> dict[str, str]:
    return {"amount": amount, "currency": "CHF"}


def order_of(*tickets: str, **fields: Any) -> dict[str, Any]:
    """What PUT /ticket-orders/{id} takes, of tickets at 50.00 for the seats of their numbers; by
    invoice, in shop-1, unless said."""
    rows = [{"number": t, "seat": f"seat {t}", "price": francs("50.00")} for t in tickets]
    return {
        "shop_id": "shop-1",
        "event": SHOW,
        "buyer": BUYER,
        "placed_at": "2025-02-01T10:00:00Z",
        "payment_method": "invoice",
        "tickets": rows,
        **fields,
    }


def placed(world: World, order_id: str, *tickets: str, **fields: Any) -> dict[str, Any]:
    body = order_of(*tickets, **fields)
    reply = world.call("PUT", f"/ticket-orders/{order_id}", STAFF, body)
    assert reply.status == 201, reply.text
    found: dict[str, Any] = reply.json
    return found


def command(
    world: World, order_id: str, door: str, body: Any, who: Person = STAFF, **asked: Any
) -> Reply:
    """One that is not refused."""
    reply = world.call("POST", f"/ticket-orders/{order_id}/{door}", who, body, **asked)
    assert reply.status == 200, reply.text
    return reply


def payment(amount: str, reference: str, value_date: str = "2025-02-01") -> dict[str, Any]:
    return {"amount": francs(amount), "reference": reference, "value_date": value_date}


PAYMENT = payment("100.00", "bank-1")


def selling(world: World) -> None:
    """Olga's shop-1, with the orders below."""
    opened_shop(world)
    sold(world)


def sold(world: World) -> None:
    """t-1 was paid by card, the invoice of t-2 waits, t-3 was cancelled, and paid all the same."""
    placed(world, "t-1", "A-1", "A-2", "A-3", payment_method="card", insured=True)
    placed(world, "t-2", "B-1", "B-2")
    placed(world, "t-3", "C-1")
    command(world, "t-3", "cancellation", {})
    command(world, "t-3", "payments", payment("50.00", "bank-0"))


# Every command and what it takes, of the three orders above.
COMMANDS: dict[str, dict[str, Any]] = {
    "/ticket-orders/t-2/payments": PAYMENT,
    "/ticket-orders/t-1/cancellation": {"tickets": ["A-2"], "refund": REFUND},
    "/ticket-orders/t-1/exchange": {"ticket": "A-3", "seat": "seat Z"},
    "/ticket-orders/t-3/credit-decision": {"revive": {"seats": {"C-1": "seat Y"}}},
    "/tickets/A-1/admission": {},
}
