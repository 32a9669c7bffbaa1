"""What is never said in a log, at any level: addresses, tokens, labels, keys, bodies."""

import logging
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from tacit.runtime.observability import logger
from tests.integration.conftest import ALICE, BOB, STAFF, World, aws
from tests.integration.imitation import moto_alone
from tests.integration.money import opened
from tests.integration.plan_changes import asked_for, mailed_code, other, serving
from tests.integration.sales import REFUND, order_of, payment
from tests.integration.shops import OLGA, opened_shop

TOKEN = "eyJraWQiOiJ0b2tlbi1vZi1hbGljZSJ9.secret.signature"
KEY = "key-of-alice-rhubarb"
EMAIL = "alice.private@example.net"
LABEL = "private-name-of-alice.ch"
REASON = "because of a private matter"
HOLDER = "alice"
WHY = "she called from her private number"
BUYER = "Ludivine Desrosiers-Example"
SECRETS = (
    TOKEN,
    KEY,
    EMAIL,
    LABEL,
    REASON,
    WHY,
    BUYER,
    "Ludivine",
    "ludivine",
    "alice.private",
    "private-name",
    "rhubarb",
)
HEADERS = {"Authorization": f"Bearer {TOKEN}", "Idempotency-Key": KEY}
# Ours may say which record it was; whoever is on duty needs no more.
LIBRARIES = ("boto3", "botocore", "pynamodb", "urllib3", "aws_lambda_powertools")


@pytest.fixture
def loud() -> Iterator[None]:
    """Every level on, as somebody does who looks for a bug in the night; and a wire to talk on, for
    the world that is made after it."""
    logging.getLogger("moto").setLevel(logging.INFO)  # AWS's side of the talk
    levels = {name: logging.getLogger(name).level for name in ("", *LIBRARIES)}
    ours = logger().log_level
    for name in levels:
        logging.getLogger(name).setLevel(logging.DEBUG)
    logger().setLevel("DEBUG")
    with moto_alone():
        aws.cache_clear()
        yield
    aws.cache_clear()
    logger().setLevel(ours)
    for name, level in levels.items():
        logging.getLogger(name).setLevel(level)


def live_a_life(world: World, monkeypatch: pytest.MonkeyPatch) -> str:
    """Registered, amended, cancelled, refused, mailed, expired, parked, and failed in between. The
    code of a plan change."""

    def call(method: str, path: str, who: Any, body: Any = None, **asked: Any) -> int:
        return world.call(method, path, who, body, headers=HEADERS, **asked).status

    world.set_clock("2025-02-01T11:00:00Z")
    world.register("c-1", plan="domain-ch", label=LABEL, email=EMAIL)
    world.register("c-2", label=LABEL, email=EMAIL)
    assert call("PATCH", "/contracts/c-2", STAFF, {"version": 1, "email": f"x{EMAIL}"}) == 200
    assert call("POST", "/contracts/c-1/cancellation", ALICE, {"reason": REASON}) == 200
    assert call("POST", "/contracts/c-1/cancellation", BOB, {"reason": REASON}) == 403
    assert call("POST", "/contracts/c-2/cancellation", ALICE, {"reason": REASON}) == 200
    assert call("POST", "/contracts/c-2/cancellation", ALICE, raw=f'{{"{EMAIL}": ') == 400
    assert call("POST", "/contracts/c-2/cancellation", ALICE, {EMAIL: LABEL}) == 422
    assert call("GET", "/contracts", ALICE, query={"next": TOKEN}) == 422
    assert call("GET", "/contracts/c-1/timeline", ALICE) == 200
    assert world.mails()
    code = change_plan(world)
    renew_and_take_back(world)
    sell_tickets(world)
    fail_once(world, monkeypatch)
    break_record(world)
    world.run_job("2026-02-20T12:00:00Z")
    assert call("GET", "/contracts/c-2", STAFF) == 500
    assert call("POST", "/parked/contract:c-2/retry", STAFF, {}) == 409
    assert world.mails()
    world.invoke("sweep", {"schedule": "sweep"})
    return code


def change_plan(world: World) -> str:
    """The code that was mailed, handed in wrong and right, by staff."""
    serving(world, "v-1", label=LABEL, email=EMAIL)
    change = asked_for(world, "v-1")
    code, path = mailed_code(world, "v-1"), f"/contracts/v-1/plan-changes/{change['id']}"
    for entered, status in ((other(code), 409), (code, 200)):
        body = {"code": entered, "on_behalf_reason": WHY}
        reply = world.call("POST", f"{path}/confirmation", STAFF, body, headers=HEADERS)
        assert reply.status == status, reply.text
        assert not [secret for secret in (WHY, code) if secret in reply.text]
    return code


def renew_and_take_back(world: World) -> None:
    """By the job, from an account; and one that the job cannot read."""
    opened(world, "a-1", "200.00")
    for contract_id in ("c-3", "c-4"):
        world.register(contract_id, label=LABEL, email=EMAIL, starts_on="2024-02-20")
    break_record(world, "c-4")
    run = world.run_job("2025-02-01T11:00:00Z", "renewals")
    counts = world.call("GET", f"/job-runs/{run}", STAFF).json["counts"]
    assert (counts["done"], counts["parked"]) == (1, 1)
    body = {"period_start": "2025-02-20", "reason": REASON}
    reply = world.call("POST", "/contracts/c-3/renewal-reversal", STAFF, body, headers=HEADERS)
    assert reply.status == 200, reply.text
    assert REASON in world.call("GET", "/contracts/c-3/timeline", STAFF, headers=HEADERS).text


def sell_tickets(world: World) -> None:
    """Sold, looked for, reminded, paid, taken back; and one that the job cannot read."""

    def call(method: str, path: str, body: Any = None, **asked: Any) -> int:
        return world.call(method, path, OLGA, body, headers=HEADERS, **asked).status

    opened_shop(world)
    buyer = {"name": BUYER, "email": EMAIL, "locale": "en"}
    for order_id, ticket in (("t-1", "A-1"), ("t-2", "B-1")):
        assert call("PUT", f"/ticket-orders/{order_id}", order_of(ticket, buyer=buyer)) == 201
    assert call("PUT", "/ticket-orders/t-1", order_of("C-1", buyer=buyer)) == 422
    assert call("PUT", "/ticket-orders/t-3", order_of("C-1", buyer={"name": BUYER})) == 422
    for wanted in (BUYER, EMAIL):
        assert call("GET", "/ticket-orders", query={"q": wanted}) == 200
    break_record(world, "t-2", "ticket_order", "placed_at")
    run = world.run_job("2025-02-11T11:00:00Z", "invoice_reminders")
    counts = world.call("GET", f"/job-runs/{run}", STAFF).json["counts"]
    assert (counts["done"], counts["parked"]) == (1, 1)
    assert world.mails()
    assert call("GET", "/ticket-orders/t-2") == 500
    assert call("POST", "/ticket-orders/t-1/payments", payment("50.00", "bank-1")) == 200
    refund = {**REFUND, "reason": REASON}
    assert call("POST", "/ticket-orders/t-1/cancellation", {"refund": refund}) == 200
    told = [event["detail"] for event in world.relay()]
    assert not [secret for secret in SECRETS if secret in str(told)]


def fail_once(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """An error whose message holds what was being written, at a door, in the mail and the relay."""

    def fails(*_: object, **__: object) -> None:
        raise RuntimeError(f"{EMAIL} {LABEL} {TOKEN} {KEY}")

    with monkeypatch.context() as patch:
        patch.setattr("tacit.store.repository.Repository.commit", fails)
        reply = world.call("POST", "/contracts/c-1/reactivation", ALICE, headers=HEADERS)
        assert reply.status == 500
        assert not [secret for secret in SECRETS if secret in reply.text]
    with monkeypatch.context() as patch:
        patch.setattr("tacit.runtime.mail.Mailer.deliver", fails)
        record = {"messageId": "m-1", "eventSource": "aws:sqs", "body": '{"detail": {}}'}
        answer = world.invoke("mail", {"Records": [record]})
        assert answer == {"batchItemFailures": [{"itemIdentifier": "m-1"}]}
    with monkeypatch.context() as patch:
        patch.setattr("tacit.runtime.relay.Relay.of_stream", fails)
        world.invoke("relay", {"Records": []})


def break_record(
    world: World, record_id: str = "c-2", kind: str = "contract", field: str = "starts_on"
) -> None:
    """A date that is none, with an address in its place: the reason of the parking names it."""
    world.dynamodb.update_item(
        TableName=world.names.table_name,
        Key={"pk": {"S": f"{kind}#{record_id}"}, "sk": {"S": "head"}},
        UpdateExpression=f"SET {field} = :text",
        ExpressionAttributeValues={":text": {"S": EMAIL}},
    )


@pytest.mark.breaks("a record that cannot be read")
def test_no_line_holds_an_address_a_token_a_label_or_a_key(
    loud: None,
    world: World,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    for handler in logging.getLogger(logger().service).handlers:
        # Made for the output of the test that was first, it writes into this one's.
        monkeypatch.setattr(handler, "stream", sys.stdout)
    code = live_a_life(world, monkeypatch)
    out, err = capfd.readouterr()
    lines = [*out.splitlines(), *err.splitlines(), *map(str, caplog.messages)]
    lines += [str(vars(record)) for record in caplog.records]
    assert any("parcel worked" in line for line in lines)
    assert any("unexpected error" in line for line in lines)
    secrets = (*SECRETS, f'"{code}"', f" {code}")
    told = [(secret, line[:300]) for line in lines for secret in secrets if secret in line]
    assert told == [], "\n".join(line for _, line in told)


def test_the_libraries_stay_quiet_whatever_level_is_on(loud: None, world: World) -> None:
    """The SDK's debug lines hold whole requests."""
    from tacit.runtime.stack import forget_stack

    forget_stack()
    assert logging.getLogger("botocore.endpoint").isEnabledFor(logging.DEBUG)
    world.call("GET", "/contracts", ALICE)
    for name in LIBRARIES:
        assert not logging.getLogger(f"{name}.any").isEnabledFor(logging.DEBUG)
