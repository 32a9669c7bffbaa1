"""What the letters to a buyer may name: days are those of the event, in the zone of its shop; the
amount is what is still owed when a letter leaves."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from tacit.domain.days import local_day
from tacit.domain.money import Money
from tacit.domain.tickets.values import TicketOrder
from tacit.runtime.letters import Value


def of_ticket_order(
    order: TicketOrder, shop_name: str, data: Mapping[str, Any]
) -> dict[str, Value]:
    owed = Money(max(order.total.minor - order.paid.minor, 0), order.paid.currency)
    return {
        "order": order.id,
        "shop": shop_name,
        "event": order.show.name,
        "event_on": local_day(order.show.starts_at, order.zone),
        "amount": f"{owed.amount} {owed.currency}",
        "invoice": f"{order.id}-{order.invoice}",
        "number": str(data["number"]) if data.get("number") else None,
        "last": bool(data.get("last")),
        "due_on": _day(data.get("due_on")),
        "cancels_on": _day(data.get("cancels_on")),
        "cancelled_on": _day(data.get("cancelled_on")),
        "zone": order.timezone,
    }


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
