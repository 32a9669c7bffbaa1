"""Sends the mails that events on the bus ask for; one failure is not the others' failure."""

import json
from typing import Any

from tacit.runtime.mail import Mailer
from tacit.runtime.observability import count
from tacit.runtime.queue import each_message
from tacit.runtime.stack import stack


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    mailer = Mailer(stack())
    sent = 0

    def deliver(body: str) -> None:
        nonlocal sent
        sent += mailer.deliver(json.loads(body)["detail"])

    answer = each_message(event, deliver)
    count({"MailsSent": sent})
    return answer
