"""Sends to the bus what has waited in the outbox for more than ten minutes."""

from typing import Any

from tacit.runtime.relay import Relay
from tacit.runtime.stack import stack


def handler(event: dict[str, Any], context: Any) -> dict[str, int]:
    now = stack().clock.now()
    return {"swept": Relay(stack()).sweep(now, context.get_remaining_time_in_millis)}
