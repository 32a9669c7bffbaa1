"""The functions' own stack with its table on DynamoDB Local; only queue, bus and post take notes.

Contracts come in and change through the service, as they do through the doors.
"""

import json
import os
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any

from tacit.domain.commands import Cancel, Command, Register, Registration
from tacit.domain.decision import Decision, Situation
from tacit.domain.ordering import Arrange, Detach, Ordering, Switch
from tacit.domain.registration import register
from tacit.domain.values import JOB, Actor, Contract, Order
from tacit.policies import newest, shipped
from tacit.replies import Answer, Request
from tacit.runtime.caller import Caller
from tacit.runtime.collector import Collector
from tacit.runtime.jobs import EXPIRIES, REMINDERS, Jobs, Parcel
from tacit.runtime.reminder import Reminder
from tacit.runtime.stack import Settings, Stack
from tacit.runtime.worker import Worker
from tacit.service import View
from tacit.store.codec import Raw, from_raw
from tacit.store.fuses import Fuses
from tacit.store.runs import ALL, Run
from tacit.store.table import Table
from tests.unit.cases import STAFF, at, registration

REGION = "eu-central-1"
LONG = 900_000
KEYS_AT_ONCE = 40
_ALWAYS = ("done", "unchanged", "parked", "failed")
NO_KEY = Request()
Asking = Callable[[Actor], Command]
ERIN = Caller("erin", frozenset(), frozenset(), True)

# A premium domain of alice's, paid for three months here and to 2026-04-01 at the registry.
PREMIUM: dict[str, Any] = {
    "provider": "svenska-domaner",
    "plan": "premium-domain-3",
    "label": "example.org.nz",
    "starts_on": date(2025, 4, 1),
    "registry_expires_on": date(2026, 4, 1),
    "imported": True,
}
ADD_ON: dict[str, Any] = {
    "provider": "svenska-domaner",
    "plan": "mail-addon",
    "label": "mail",
    "parent_id": "d-1",
    "starts_on": date(2024, 6, 15),
}


def at_once(actor: Actor) -> Cancel:
    return Cancel(actor, "immediate")


class Queue:
    """In the place of SQS: keeps what is sent, in order."""

    def __init__(self) -> None:
        self.bodies: list[str] = []

    def send_message(
        self,
        QueueUrl: str,  # noqa: ARG002, N803
        MessageBody: str,  # noqa: N803
        DelaySeconds: int = 0,  # noqa: ARG002, N803
    ) -> dict[str, Any]:
        self.bodies.append(MessageBody)
        return {"MessageId": str(len(self.bodies))}


def willing(entry: dict[str, Any]) -> None:
    """A bus that refuses nothing."""


class Bus:
    """In the place of EventBridge: keeps what it takes; `refusal` says why not, entry by entry,
    or raises, as the client does for a call that fails whole."""

    def __init__(self) -> None:
        self.taken: list[dict[str, Any]] = []
        self.refusal: Callable[[dict[str, Any]], str | None] = willing

    def put_events(self, Entries: list[dict[str, Any]]) -> dict[str, Any]:  # noqa: N803
        assert 0 < len(Entries) <= 10
        results = []
        for entry in Entries:
            code = self.refusal(entry)
            if code is None:
                self.taken.append(entry)
            results.append({"ErrorCode": code} if code else {"EventId": str(len(self.taken))})
        return {"FailedEntryCount": sum("ErrorCode" in r for r in results), "Entries": results}

    @property
    def ids(self) -> list[str]:
        return [json.loads(entry["Detail"])["id"] for entry in self.taken]


class Post:
    """In the place of SES: keeps what it takes."""

    def __init__(self) -> None:
        self.mails: list[dict[str, Any]] = []

    def send_email(self, **mail: Any) -> dict[str, Any]:
        self.mails.append(mail)
        return {"MessageId": str(len(self.mails))}


class Standing:
    """A clock that stands where it is put."""

    is_for_tests = False

    def __init__(self, now: datetime) -> None:
        self.instant = now

    def now(self) -> datetime:
        return self.instant


class Desk(Stack):
    """One stack on one table, whose clock stands at `now`."""

    def __init__(self, table_name: str, now: str = "2025-06-01", messages: int = 8) -> None:
        super().__init__(settings(table_name, messages))
        self.queue, self.bus, self.post = Queue(), Bus(), Post()
        self._standing = Standing(at(now))
        self.clock = self._standing  # type: ignore[assignment]
        # One client for all tables: making one takes longer than most tests.
        self.table.connection._client = _client_of(os.environ["AWS_ENDPOINT_URL_DYNAMODB"])

    def stand_at(self, now: str) -> None:
        """From now on it is that instant for commands."""
        self._standing.instant = at(now)

    def client(self, service: str) -> Any:
        return {"sqs": self.queue, "events": self.bus, "sesv2": self.post}[service]

    def register(self, contract_id: str, request: Request = NO_KEY, **fields: Any) -> Contract:
        wanted: Registration = registration(id=contract_id, **fields)
        found: list[Contract] = []

        def shape(view: View, decision: Decision) -> Answer:
            found.append(decision.contract)
            return Answer(201, "{}")

        def asked() -> tuple[Registration, str, Request]:
            return wanted, f"body of {contract_id}", request

        self.contracts.register(ERIN, contract_id, wanted.provider, asked, shape)
        return found[-1]

    def ask(
        self,
        contract_id: str,
        command: Asking,
        request: Request = NO_KEY,
        action: str = "amend",
    ) -> Contract:
        """A command on the holder's behalf; it may raise Refused. Where the answer is an earlier
        one, the contract is the one that is stored."""
        found = self.asked(contract_id, command, request, action)
        found = found or self.repository.contract(contract_id)
        assert found is not None
        return found

    def asked(
        self, contract_id: str, command: Asking, request: Request, action: str = "amend"
    ) -> Contract | None:
        """The same; None where the answer is an earlier one."""
        found: list[Contract] = []

        def shape(view: View, decision: Decision) -> Answer:
            found.append(decision.contract)
            return Answer(200, "{}")

        def asked(actor: Actor) -> tuple[Command, Request]:
            return command(actor), request

        self.contracts.carry_out(ERIN, contract_id, action, asked, shape)
        return found[-1] if found else None

    def place(self, order_id: str, *contract_ids: str) -> Ordering:
        """Staff puts contracts of alice into an order."""
        asked = Arrange(STAFF, order_id, "kreativmedia", "alice", None, contract_ids)
        found: list[Ordering] = []
        self.orders.arrange(ERIN, order_id, "kreativmedia", lambda: (asked, NO_KEY), _kept(found))
        return found[-1]

    def switch(self, order_id: str, enabled: bool) -> Ordering:
        """The switch of an order, on the holder's behalf."""
        found: list[Ordering] = []
        self.orders.switch(
            ERIN, order_id, lambda actor: (Switch(actor, enabled), NO_KEY), _kept(found)
        )
        return found[-1]

    def detach(self, order_id: str, contract_id: str) -> Ordering:
        found: list[Ordering] = []
        keep = _kept(found)
        self.orders.detach(
            ERIN,
            order_id,
            lambda actor: (Detach(actor, contract_id), NO_KEY),
            lambda _, decision: keep(decision),
        )
        return found[-1]

    def started(self, run_id: str, as_of: str, job: str = EXPIRIES) -> Run:
        """A run of a job, dealt into the queue. However much is due, it is nothing unusual."""
        usual(self, job, at(as_of))
        run = Run(run_id, job, at(as_of), self.clock.now(), ALL, JOB)
        Jobs(self).start(run, self.clock.now())
        return run

    def work(self, body: str, time_left: Callable[[], int] = lambda: LONG) -> None:
        """What one invocation of the job's worker does with one message. The renewals' keys are
        asked for a few at a time, so that a test has several pages."""
        parcel = Parcel.read(body)
        if parcel.job == EXPIRIES:
            Worker(self, time_left).work(parcel)
        elif parcel.job == REMINDERS:
            Reminder(self, time_left).work(parcel)
        else:
            Collector(self, time_left, keys_at_once=KEYS_AT_ONCE).work(parcel)

    def run_job(self, run_id: str, as_of: str, job: str = EXPIRIES) -> dict[str, int]:
        """A run from its start to its last message; its counts."""
        self.started(run_id, as_of, job)
        while self.queue.bodies:
            self.work(self.queue.bodies.pop(0))
        return self.counts(run_id)

    def counts(self, run_id: str) -> dict[str, int]:
        """The run as the sum of its shards, which must all be done."""
        shards = Jobs(self).runs.shards(run_id)
        assert len(shards) == 64
        assert all(state.done for state in shards.values())
        found = Counter(dict.fromkeys(_ALWAYS, 0))
        for state in shards.values():
            found.update(state.counts)
        return dict(found)


def usual(desk: Desk, job: str, as_of: datetime, steps: int = 1_000_000) -> None:
    """The day before, another run has done so many irreversible steps for each provider."""
    for provider in shipped():
        day_before = as_of - timedelta(hours=23)
        Fuses(desk.table).done(job, provider, f"usual-{as_of.isoformat()}", day_before, steps)


def _kept(found: list[Ordering]) -> Callable[[Ordering], Answer]:
    def shape(decision: Ordering) -> Answer:
        found.append(decision)
        return Answer(200, "{}")

    return shape


@cache
def _client_of(endpoint_url: str) -> Any:
    return Table("any", REGION, endpoint_url).connection.client


def settings(table_name: str, messages: int) -> Settings:
    return Settings(
        table_name=table_name,
        region=REGION,
        test_clock=False,
        client_id="",
        subject_claim="cognito:username",
        secret_arn="",
        expiries_queue_url="queue",
        renewals_queue_url="renewals",
        invoice_reminders_queue_url="invoice-reminders",
        held_messages_queue_url="held",
        job_messages=messages,
        bus_name="bus",
        sender="",
    )


def pattern(**fields: Any) -> tuple[Contract, Order]:
    """A contract that is not stored, as registering it makes it, and its order."""
    wanted = registration(**fields)
    decision = register(
        Situation(None), Register(STAFF, wanted, "body"), newest(wanted.provider), at("2025-01-10")
    )
    order = getattr(decision, "order", None)
    assert order is not None
    return decision.contract, order


def portfolio(
    count: int, expires_on: date, holders: int = 40
) -> tuple[list[Contract], list[Order]]:
    """Contracts of several holders that all end on that day, and whose orders do not renew."""
    contract, order = pattern(billing_contact=None, technical_contact=None)
    contracts, orders = [], {}
    for number in range(count):
        holder = f"holder-{number % holders}"
        order_id = f"o-{holder}-{number // holders // 40}"
        contracts.append(
            replace(
                contract,
                id=f"c-{expires_on}-{number:05d}",
                holder=holder,
                order_id=order_id,
                expires_on=expires_on,
                anchor_day=expires_on.day,
            )
        )
        orders[order_id] = replace(order, id=order_id, holder=holder, autorenewal=False)
    return contracts, list(orders.values())


def everything(client: Any, table_name: str, prefix: str = "") -> list[Raw]:
    """Every item of the table, for a look at the truth behind the doors."""
    pages = client.get_paginator("scan").paginate(TableName=table_name, ConsistentRead=True)
    return [item for page in pages for item in page["Items"] if item["pk"]["S"].startswith(prefix)]


def plain(raws: list[Raw], kind: str) -> list[dict[str, Any]]:
    """The items of one kind as Python values."""
    return [from_raw(raw) for raw in raws if raw["item"]["S"] == kind]
