"""Sends the messages by hand whose hold is over; the others go back into the queue."""

from typing import Any

from tacit.runtime.message_sender import Sender
from tacit.runtime.observability import count
from tacit.runtime.queue import each_message
from tacit.runtime.stack import stack


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    sender = Sender(stack())
    sent = 0

    def deliver(body: str) -> None:
        nonlocal sent
        sent += sender.deliver(body)

    answer = each_message(event, deliver)
    count({"MessagesSent": sent})
    return answer
