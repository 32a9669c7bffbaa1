"""Takes inserted events from the table's stream to the bus. It never raises: see runtime/relay."""

from typing import Any

from tacit.runtime.observability import log_unexpected
from tacit.runtime.relay import Relay
from tacit.runtime.stack import stack


def handler(event: dict[str, Any], context: Any) -> None:
    try:
        Relay(stack()).of_stream(event.get("Records", []))
    except Exception as error:
        log_unexpected(error)
