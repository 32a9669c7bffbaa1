"""A contract's life over HTTP, with real tokens, on the deployed template.

The rules themselves are proven elsewhere; here it is shown that the walls carry them: the
gateway's routes, the roles' permissions, the queues, the stream, the bus and the mail.
"""

import json
import uuid
from collections.abc import Callable
from typing import Any

import pytest

from local.description import Description
from local.invoke import invoke
from tests.e2e.conftest import Answer, Api

Token = Callable[..., str]
CUSTOMER = "customer.kreativmedia"


@pytest.fixture
def contract_id() -> str:
    return f"c-{uuid.uuid4().hex[:12]}"


def registered(api: Api, staff: str, contract_id: str, address: str, **fields: Any) -> Answer:
    body = {
        "provider": "kreativmedia",
        "plan": "hosting-start",
        "label": "Hosting",
        "holder": f"alice-{contract_id}",
        "billing_contact": f"bob-{contract_id}",
        "email": address,
        "starts_on": "2025-01-15",
    }
    return api("PUT", f"/contracts/{contract_id}", staff, {**body, **fields})


def subjects(body: list[dict[str, Any]]) -> list[str]:
    return [mail["Subject"] for mail in body]


def test_KW1_a_cancelled_contract_is_reactivated_by_its_holder(
    api: Api,
    token: Token,
    staff: str,
    clock: Callable[[str], None],
    mailbox: Callable[..., list[dict[str, Any]]],
    contract_id: str,
    address: str,
) -> None:
    alice, bob = token(f"alice-{contract_id}", CUSTOMER), token(f"bob-{contract_id}", CUSTOMER)
    door = f"/contracts/{contract_id}"
    clock("2025-11-03T11:00:00Z")
    assert registered(api, staff, contract_id, address).status == 201
    assert api("POST", f"{door}/cancellation", alice, {"mode": "at_term"}).status == 200

    clock("2026-01-10T11:00:00Z")
    (listed,) = api("GET", "/contracts", alice).body["items"]
    assert (listed["expires_on"], listed["last_day_to_reactivate"]) == ("2026-01-15", "2026-01-14")
    refused = api("POST", f"{door}/reactivation", bob)
    assert (refused.status, refused.code) == (403, "not_your_role")
    preview = api("POST", f"{door}/reactivation?dry_run=true", alice)
    assert preview.body["contract"]["status"] == "active"
    assert api("GET", door, bob).body["status"] == "non_renewing"
    done = api("POST", f"{door}/reactivation", alice)
    assert done.body == preview.body
    seen = api("GET", door, bob).body
    assert (seen["status"], seen["expires_on"]) == ("active", "2026-01-15")
    assert done.body["charges"] == []
    mails = mailbox(address, 2)
    assert sorted(subjects(mails)) == [
        "Hosting est réactivé",
        "Résiliation enregistrée pour Hosting",
    ]


def test_K4_the_job_expires_what_was_cancelled_and_the_holder_is_told(
    api: Api,
    token: Token,
    staff: str,
    clock: Callable[[str], None],
    mailbox: Callable[..., list[dict[str, Any]]],
    eventually: Callable[..., Any],
    contract_id: str,
    address: str,
) -> None:
    alice = token(f"alice-{contract_id}", CUSTOMER)
    door = f"/contracts/{contract_id}"
    clock("2025-12-01T11:00:00Z")
    assert registered(api, staff, contract_id, address).status == 201
    assert api("POST", f"{door}/cancellation", alice).status == 200

    clock("2026-01-15T11:00:00Z")
    asked = {"job": "expiries", "as_of": "2026-01-15T11:00:00Z"}
    run = api("POST", "/job-runs", staff, asked, {"Idempotency-Key": contract_id})
    again = api("POST", "/job-runs", staff, asked, {"Idempotency-Key": contract_id})
    assert (run.status, again.body["id"]) == (202, run.body["id"])
    done = eventually(
        lambda: (
            (found := api("GET", f"/job-runs/{run.body['id']}", staff).body)["status"] == "done"
            and found
        ),
        within=60.0,
        what="the run's end",
    )
    assert done["counts"]["done"] >= 1 and done["counts"]["failed"] == 0

    assert api("GET", "/contracts", alice).body == {"items": [], "next": None}
    gone = api("GET", door, alice)
    assert (gone.status, gone.code) == (410, "expired")
    assert gone.body["params"]["contact"]["email"] == "support@kreativmedia.ch"
    assert gone.headers["content-type"] == "application/problem+json"
    refused = api("POST", f"{door}/reactivation", alice)
    assert (refused.status, refused.code) == (409, "expired")
    seen = api("GET", door, staff).body
    assert (seen["status"], seen["restorable_until"]) == ("expired", "2026-02-14")
    types = [e["type"] for e in api("GET", f"{door}/timeline", staff).body["items"]]
    assert types == ["contract.expired", "contract.cancelled", "contract.registered"]
    assert "Hosting a expiré" in subjects(mailbox(address, 2))


def test_the_direct_invocation_is_the_same_command(
    api: Api,
    stack: Description,
    staff: str,
    clock: Callable[[str], None],
    eventually: Callable[..., Any],
    contract_id: str,
    address: str,
) -> None:
    clock("2026-02-01T11:00:00Z")
    ended = {"status": "non_renewing", "import": True}
    assert registered(api, staff, contract_id, address, **ended).status == 201
    run = invoke(stack, "expiries", {"as_of": "2026-02-01T11:00:00Z"})
    assert run["created"] is True
    door = f"/contracts/{contract_id}"
    eventually(lambda: api("GET", door, staff).body["status"] == "expired", within=60.0)
    assert api("GET", f"/job-runs/{run['run']}", staff).status == 200


def test_the_schedulers_unfilled_placeholder_is_an_error_and_never_now(stack: Description) -> None:
    from local.progress import Trouble

    with pytest.raises(Trouble, match="as_of"):
        invoke(
            stack,
            "expiries",
            {"schedule": "expiries", "as_of": "<aws.scheduler.scheduled-time>"},
        )


def test_every_event_is_on_the_bus_and_its_marker_is_gone(
    api: Api,
    aws: Callable[[str], Any],
    stack: Description,
    staff: str,
    eventually: Callable[..., Any],
    contract_id: str,
    address: str,
) -> None:
    sqs, events = aws("sqs"), aws("events")
    url = sqs.create_queue(QueueName=f"heard-{contract_id}")["QueueUrl"]
    named = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])
    pattern = json.dumps({"source": ["tacit"], "detail": {"subject": [contract_id]}})
    rule = {"Name": f"heard-{contract_id}", "EventBusName": stack.bus_name}
    events.put_rule(**rule, EventPattern=pattern)
    arn = named["Attributes"]["QueueArn"]
    events.put_targets(
        Rule=rule["Name"], EventBusName=stack.bus_name, Targets=[{"Id": "queue", "Arn": arn}]
    )
    assert registered(api, staff, contract_id, address).status == 201

    def heard() -> list[dict[str, Any]]:
        return list(sqs.receive_message(QueueUrl=url).get("Messages", []))

    (message,) = eventually(heard, what="the event on the bus")
    event = json.loads(message["Body"])
    assert event["detail-type"] == "contract.registered"
    assert event["detail"]["number"] == 1
    assert address not in message["Body"]
    assert f"alice-{contract_id}" not in message["Body"]

    def unmarked() -> bool:
        item = aws("dynamodb").get_item(
            TableName=stack.table_name,
            Key={"pk": {"S": f"contract#{contract_id}"}, "sk": {"S": "event#0000000001"}},
        )["Item"]
        return "outbox_at" not in item

    eventually(unmarked, what="the marker's end")
