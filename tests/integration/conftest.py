"""The functions as they are deployed, on an imitation of AWS in this process.

`world.call` goes through the template's routes into the real handlers, with the claims a gateway
would pass on; `world.run_job` carries the queue's messages to the worker, `world.relay` the
table's new events to the bus, and from there to the mail function.
"""

import importlib
import json
import re
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from types import SimpleNamespace
from typing import Any
from urllib.parse import quote

import boto3
import pytest

from tacit.runtime.stack import forget_stack
from tests.integration import described
from tests.integration.imitation import imitated_aws
from tests.invariants.at_the_end import AtTheEnd
from tests.tables import table_definition, template

REGION = "eu-central-1"
CLIENT_ID = "client-1"
ENVIRONMENT = {
    "AWS_DEFAULT_REGION": REGION,
    "AWS_REGION": REGION,
    "AWS_ACCESS_KEY_ID": "testing",
    "AWS_SECRET_ACCESS_KEY": "testing",
    "CLIENT_ID": CLIENT_ID,
    "SUBJECT_CLAIM": "cognito:username",
    "JOB_MESSAGES": "4",
    "SENDER": "contracts@tacit.example",
    "POWERTOOLS_SERVICE_NAME": "tests",
    "POWERTOOLS_METRICS_NAMESPACE": "Tacit",
    "TEST_CLOCK": "enabled",
}


@dataclass(frozen=True)
class Person:
    """Somebody with a token: his subject, and the groups as the gateway writes them."""

    subject: str
    groups: str

    @property
    def claims(self) -> dict[str, str]:
        claims = {"cognito:username": self.subject, "token_use": "id", "aud": CLIENT_ID}
        return {**claims, "cognito:groups": self.groups} if self.groups else claims


PROVIDERS = ("infomaniak", "kreativmedia", "kriax", "registrar-ru", "svenska-domaner")


def customer(subject: str, *providers: str) -> Person:
    groups = [f"customer.{p}" for p in providers or PROVIDERS]
    return Person(subject, f"[{' '.join(groups)}]")


STAFF = Person("erin", "[staff]")
ALICE, BOB, CAROL = customer("alice"), customer("bob"), customer("carol")


@dataclass
class Reply:
    status: int
    headers: dict[str, str]
    text: str

    @property
    def json(self) -> Any:
        return json.loads(self.text)

    @property
    def code(self) -> str:
        assert self.headers["Content-Type"] == "application/problem+json"
        return str(self.json["code"])


@cache
def aws(service: str) -> Any:
    """A client of the tests' own, made once: making one takes as long as ten calls."""
    return boto3.client(service, region_name=REGION)


def _routes() -> dict[tuple[str, str], str]:
    """(method, path) to module, as the template deploys them."""
    found = {}
    for resource in template()["Resources"].values():
        for event in resource.get("Properties", {}).get("Events", {}).values():
            if event["Type"] == "Api":
                module = resource["Properties"]["Handler"].split(".")[0]
                found[event["Properties"]["Method"].upper(), event["Properties"]["Path"]] = module
    return found


ROUTES = _routes()
_LISTENING = (
    ("mail", "MailRule"),
    ("follow", "FollowRule"),
    ("message_sender", "HeldMessagesRule"),
)


@dataclass
class Context:
    """What Lambda tells a function about its invocation."""

    left: Callable[[], int] = lambda: 900_000
    aws_request_id: str = field(default_factory=lambda: uuid.uuid4().hex)
    function_name: str = "function"
    memory_limit_in_mb: int = 512
    invoked_function_arn: str = "arn:aws:lambda:eu-central-1:123456789012:function:function"

    def get_remaining_time_in_millis(self) -> int:
        return self.left()


class World:
    """One empty stack."""

    def __init__(self, names: SimpleNamespace) -> None:
        self.names = names
        self.dynamodb = aws("dynamodb")
        self.sqs = aws("sqs")
        self.ses = aws("sesv2")

    def call(
        self,
        method: str,
        path: str,
        who: Person | None,
        body: Any = None,
        *,
        raw: str | None = None,
        query: dict[str, str] | None = None,
        headers: dict[str, str] | None = None,
        claims: dict[str, str] | None = None,
    ) -> Reply:
        """One request through the gateway's routes. `raw` is a body as it stands, `claims` stand
        in for those of `who`."""
        resource, parameters = _matched(method, path)
        passed = claims if claims is not None else who.claims if who else {}
        event = {
            "resource": resource,
            "path": path,
            "httpMethod": method,
            "headers": {"Content-Type": "application/json", **(headers or {})},
            "multiValueHeaders": {},
            "queryStringParameters": query,
            "multiValueQueryStringParameters": None,
            "pathParameters": parameters,
            "stageVariables": None,
            "requestContext": {
                "resourcePath": resource,
                "httpMethod": method,
                "path": f"/v1{path}",
                "stage": "v1",
                "authorizer": {"claims": passed},
                "identity": {},
                "requestId": uuid.uuid4().hex,
            },
            "body": raw if raw is not None else None if body is None else json.dumps(body),
            "isBase64Encoded": False,
        }
        answer = self.invoke(ROUTES[method, resource], event)
        found = {name: values[0] for name, values in answer["multiValueHeaders"].items()}
        reply = Reply(answer["statusCode"], found, answer["body"])
        described.check(f"{method} {resource}", event, reply.status, reply.text)
        return reply

    def invoke(self, module: str, event: Any, context: Context | None = None) -> Any:
        handler = importlib.import_module(module).handler
        return handler(json.loads(json.dumps(event)), context or Context())

    def set_clock(self, now: str | None) -> None:
        """An instant such as "2026-01-10T11:00:00Z", or None for the wall clock."""
        reply = self.call("PUT", "/test-clock", STAFF, {"now": now})
        assert reply.status == 200, reply.text

    def run_job(self, as_of: str, job: str = "expiries") -> str:
        """Start a run and work its messages until the queue is empty; its id."""
        run = self.invoke(job, {"as_of": as_of})
        self.work_queue(job=job)
        return str(run["run"])

    def work_queue(self, context: Callable[[], Context] = Context, job: str = "expiries") -> int:
        """Hand every message of the queue to the worker, continuations included."""
        worked = 0
        while messages := self.messages(self.queue_of(job)):
            for message in messages:
                answer = self.invoke(f"{job}_worker", {"Records": [message]}, context())
                assert answer == {"batchItemFailures": []}, answer
                worked += 1
        return worked

    def queue_of(self, job: str) -> str:
        return str(getattr(self.names, f"{job}_queue_url"))

    def messages(self, url: str) -> list[dict[str, Any]]:
        """Up to ten messages, taken from a queue, in the form in which Lambda gets them."""
        taken = self.sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", [])
        if taken:
            handles = [{"Id": m["MessageId"], "ReceiptHandle": m["ReceiptHandle"]} for m in taken]
            gone = self.sqs.delete_message_batch(QueueUrl=url, Entries=handles)
            assert len(gone["Successful"]) == len(taken), gone
        return [
            {
                "messageId": message["MessageId"],
                "receiptHandle": message["ReceiptHandle"],
                "body": message["Body"],
                "attributes": {},
                "messageAttributes": {},
                "eventSource": "aws:sqs",
                "eventSourceARN": "arn:aws:sqs:eu-central-1:123456789012:queue",
                "awsRegion": REGION,
            }
            for message in taken
        ]

    def items(self) -> list[dict[str, Any]]:
        """Everything in the table, as DynamoDB holds it."""
        pages = self.dynamodb.get_paginator("scan").paginate(TableName=self.names.table_name)
        return [item for page in pages for item in page["Items"]]

    def relay(self) -> list[dict[str, Any]]:
        """What the stream would bring, through the relay; the details that reached the bus."""
        scan = self.dynamodb.get_paginator("scan").paginate(
            TableName=self.names.table_name, FilterExpression="attribute_exists(outbox_at)"
        )
        marked = [item for page in scan for item in page["Items"]]
        records = [{"eventName": "INSERT", "dynamodb": {"NewImage": item}} for item in marked]
        self.invoke("relay", {"Records": records})
        return self.bus()

    def bus(self) -> list[dict[str, Any]]:
        """The events that have reached the bus since the last look."""
        found = []
        while messages := self.messages(self.names.bus_queue_url):
            found += [json.loads(message["body"]) for message in messages]
        return found

    def mails(self) -> list[dict[str, Any]]:
        """Relay what is new and hand it to whoever listens, until the bus is quiet; the mails that
        left since the last look."""
        from moto.core.models import DEFAULT_ACCOUNT_ID
        from moto.ses.models import ses_backends

        box = ses_backends[DEFAULT_ACCOUNT_ID][REGION].sent_messages
        before = len(box)
        while events := self.relay():
            for event in events:
                self.hand_out(event)
        return [vars(mail) for mail in box[before:]]

    def hand_out(self, event: dict[str, Any]) -> None:
        """One event of the bus to each function whose rule asks for it."""
        record = {"messageId": "m-1", "eventSource": "aws:sqs", "body": json.dumps(event)}
        for module, rule in _LISTENING:
            pattern = template()["Resources"][rule]["Properties"]["EventPattern"]
            if event["detail-type"] in pattern["detail-type"]:
                answer = self.invoke(module, {"Records": [record]})
                assert answer == {"batchItemFailures": []}, answer

    def register(self, contract_id: str, **fields: Any) -> dict[str, Any]:
        """A contract as staff registers it; hosting of alice, unless said."""
        body = {
            "provider": "kreativmedia",
            "plan": "hosting-start",
            "label": f"{contract_id} hosting",
            "holder": "alice",
            "billing_contact": "bob",
            "technical_contact": "carol",
            "email": "alice@example.net",
            "starts_on": "2025-01-15",
            **fields,
        }
        reply = self.call("PUT", f"/contracts/{quote(contract_id)}", STAFF, body)
        assert reply.status == 201, reply.text
        found: dict[str, Any] = reply.json
        return found

    def contract(self, contract_id: str, who: Person = STAFF) -> dict[str, Any]:
        reply = self.call("GET", f"/contracts/{contract_id}", who)
        assert reply.status == 200, reply.text
        found: dict[str, Any] = reply.json
        return found

    def listed(self, who: Person, **query: str) -> list[str]:
        """The ids in a person's overview, every page of it."""
        found: list[str] = []
        while True:
            page = self.call("GET", "/contracts", who, query=query).json
            found += [contract["id"] for contract in page["items"]]
            if page["next"] is None:
                return found
            query["next"] = page["next"]


def _matched(method: str, path: str) -> tuple[str, dict[str, str] | None]:
    for known, resource in ROUTES:
        names = re.findall(r"{(\w+)}", resource)
        pattern = re.sub(r"{\w+}", "([^/]+)", resource)
        if known == method and (found := re.fullmatch(pattern, path)):
            return resource, dict(zip(names, found.groups(), strict=True)) or None
    raise LookupError(f"the gateway has no {method} {path}")


def pytest_configure(config: pytest.Config) -> None:
    config.pluginmanager.register(AtTheEnd(_all_items, all_registered=True))


def _all_items(funcargs: dict[str, Any]) -> list[dict[str, Any]] | None:
    world = funcargs.get("world")
    return world.items() if isinstance(world, World) else None


@pytest.fixture(scope="session", autouse=True)
def _aws() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        for name, value in ENVIRONMENT.items():
            patch.setenv(name, value)
        with imitated_aws():
            yield


@pytest.fixture
def world() -> Iterator[World]:
    """A stack of its own: table, queues, bus, secret, sender."""
    with new_world() as made:
        yield made


@contextmanager
def new_world() -> Iterator[World]:
    """The same outside a test: for fixtures that play a story once for several tests."""
    name = f"tacit-{uuid.uuid4().hex[:8]}"
    sqs = aws("sqs")
    events = aws("events")
    secrets = aws("secretsmanager")
    # Without its stream, which the engine does not have: `relay` brings what it would.
    table = {k: v for k, v in table_definition().items() if k != "StreamSpecification"}
    aws("dynamodb").create_table(TableName=name, **table)
    expiries = sqs.create_queue(QueueName=f"{name}-expiries")["QueueUrl"]
    renewals = sqs.create_queue(QueueName=f"{name}-renewals")["QueueUrl"]
    reminders = sqs.create_queue(QueueName=f"{name}-reminders")["QueueUrl"]
    held = sqs.create_queue(QueueName=f"{name}-held-messages")["QueueUrl"]
    heard = sqs.create_queue(QueueName=f"{name}-bus")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=heard, AttributeNames=["QueueArn"])["Attributes"]
    events.create_event_bus(Name=name)
    events.put_rule(Name=name, EventBusName=name, EventPattern='{"source": ["tacit"]}')
    target = {"Id": "queue", "Arn": arn["QueueArn"]}
    events.put_targets(Rule=name, EventBusName=name, Targets=[target])
    secret = secrets.create_secret(Name=name, SecretString=uuid.uuid4().hex)["ARN"]
    aws("sesv2").create_email_identity(EmailIdentity="tacit.example")
    forget_stack()
    names = SimpleNamespace(
        table_name=name,
        bus_name=name,
        expiries_queue_url=expiries,
        renewals_queue_url=renewals,
        invoice_reminders_queue_url=reminders,
        held_messages_queue_url=held,
        bus_queue_url=heard,
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TABLE_NAME", name)
        patch.setenv("EXPIRIES_QUEUE_URL", expiries)
        patch.setenv("RENEWALS_QUEUE_URL", renewals)
        patch.setenv("INVOICE_REMINDERS_QUEUE_URL", reminders)
        patch.setenv("HELD_MESSAGES_QUEUE_URL", held)
        patch.setenv("BUS_NAME", name)
        patch.setenv("SECRET_ARN", secret)
        made = World(names)
        try:
            yield made
        finally:
            forget_stack()
            made.dynamodb.delete_table(TableName=name)
