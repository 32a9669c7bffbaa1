"""A message by hand on the deployed stack: stream, bus, a queue that delays, function, mail."""

import uuid
from collections.abc import Callable
from typing import Any

from local.description import Description
from tests.e2e.conftest import Api

NOW, OVER = "2025-07-01T10:00:00Z", "2025-07-01T10:00:15Z"
PROVIDER = "infomaniak"


def test_I18_a_message_waits_in_the_queue_and_leaves_unless_it_was_undone(
    api: Api,
    stack: Description,
    token: Callable[..., str],
    staff: str,
    clock: Callable[[str], None],
    eventually: Callable[..., Any],
    mailbox: Callable[..., list[dict[str, Any]]],
    aws: Callable[[str], Any],
    address: str,
) -> None:
    name = f"stage-{uuid.uuid4().hex[:10]}"
    olga = token(f"olga-{name}", f"customer.{PROVIDER}")
    clock(NOW)
    shop = {"provider": PROVIDER, "organiser": f"olga-{name}", "name": "Théâtre du Lac"}
    assert api("PUT", f"/shops/{name}", staff, {**shop, "timezone": "Europe/Zurich"}).status == 201
    order = {
        "shop_id": name,
        "event": {"id": "e-1", "name": "Giselle", "starts_at": "2025-08-01T18:00:00Z"},
        "buyer": {"name": "Bea", "email": address, "locale": "en"},
        "placed_at": "2025-06-30T10:00:00Z",
        "payment_method": "card",
        "tickets": [{"number": f"T-{name}", "price": {"amount": "50.00", "currency": "CHF"}}],
    }
    assert api("PUT", f"/ticket-orders/{name}", olga, order).status == 201

    def written(text: str) -> str:
        body = {"subject": name, "to": "buyer", "text": text}
        answer = api("POST", "/messages", olga, body)
        assert (answer.status, answer.body["message"]["status"]) == (201, "held"), answer
        return str(answer.body["message"]["id"])

    def delayed() -> bool:
        asked = {"QueueUrl": stack.queues["held_messages"], "AttributeNames": ["All"]}
        found = aws("sqs").get_queue_attributes(**asked)["Attributes"]
        return int(found["ApproximateNumberOfMessagesDelayed"]) >= 2

    def listed() -> list[str]:
        page = api("GET", f"/messages?subject={name}", olga).body
        return [message["status"] for message in page["items"]]

    regretted, meant = written("Never mind."), written("The doors open at eight.")
    eventually(delayed, within=40.0, what="two messages that wait")
    assert listed() == ["held", "held"]
    assert api("POST", f"/messages/{regretted}/undo", olga).status == 200
    clock(OVER)
    assert api("POST", f"/messages/{meant}/undo", olga).code == "already_sent"
    (mail,) = mailbox(address, 1, within=60.0)
    assert "The doors open at eight." in str(mail)
    eventually(lambda: listed() == ["sent", "undone"], within=20.0, what="one sent, one undone")
    assert len(mailbox(address, 0)) == 1
