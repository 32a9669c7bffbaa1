"""Whether a letter about a ticket order is still true when it leaves (G5): a request for money
whose reason is gone would only frighten whoever has paid by then."""

from collections.abc import Mapping
from typing import Any

from tacit.domain.tickets.values import CancelledBy, OrderStatus, TicketOrder


def is_overtaken(kind: str, data: Mapping[str, Any], order: TicketOrder) -> bool:
    """`data` is the event's, `order` as it is now. Of a cancellation only the deadline's is written
    about, and an organiser's, after money had undone that one, is for him to tell (I5)."""
    match kind:
        case "invoice_reminder":
            newest = data.get("number") == order.reminders_sent
            return order.status is not OrderStatus.PENDING or not newest
        case "order_cancelled":
            return order.cancelled_by is not CancelledBy.DEADLINE
        case _:
            return False
