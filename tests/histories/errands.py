"""What nobody asks for: jobs with their messages, and the bus: late, twice, in any order.

A message of a job is for the shards in which something is due, as the calendar shows it then.
"""

from __future__ import annotations

import json
from datetime import datetime

from tacit.runtime.family import Family
from tacit.runtime.jobs import CALENDARS, REMINDERS, Parcel
from tacit.runtime.mail import Mailer
from tacit.runtime.relay import Relay
from tacit.store.codec import to_raw
from tacit.store.messages import StillClaimed
from tacit.store.runs import ALL
from tests.histories.eye import Act
from tests.histories.heads import instant
from tests.histories.stage import Stage, Told
from tests.repository.desk import LONG, willing

RESERVE = 30_000


class Errands:
    """`mails` counts the mails that left, `waiting` are the messages that are not worked yet."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.runs = 0
        self.waiting: list[str] = []
        self.worked: list[str] = []
        self.events: list[dict[str, object]] = []

    def deal(self, job: str, as_of: datetime) -> str:
        """A new run; its message waits."""
        self.runs += 1
        shards = tuple(sorted(self._shards(job, as_of))) or ("00",)
        text = Parcel(f"run-{self.runs}", job, as_of, ALL, shards).text()
        self.waiting.append(text)
        return text

    def _shards(self, job: str, as_of: datetime) -> set[str]:
        name = f"{CALENDARS[job]}_due_at"
        heads = self.stage.eye.named("ticket_order" if job == REMINDERS else "contract")
        due = ((head, instant(head, name)) for head in heads)
        return {str(head["shard"]) for head, at in due if at is not None and at <= as_of}

    def work(self, body: str, number: int = 0, records: int | None = None) -> bool:
        """One invocation with one message; its time is up after so many records. False where it
        was cut off: the message stays in the queue."""
        hand, parcel = self.stage.hands[number], Parcel.read(body)
        reminds = parcel.job == REMINDERS  # what a buyer is told counts from when he is told
        as_of = max(parcel.as_of, self.stage.now) if reminds else parcel.as_of
        act = Act(f"the {parcel.job} job", "job", as_of, parcel.run_id)
        left = [LONG] * records if records is not None else None

        def time_left() -> int:
            return LONG if left is None else left.pop() if left else RESERVE - 1

        def call() -> Told:
            hand.work(body, time_left)
            return "worked", None

        late = "" if parcel.as_of == self.stage.now else f" as of {parcel.as_of:%Y-%m-%d %H:%M}"
        told = self.stage.perform(act, call, f"{act.who} works {parcel.run_id}{late}")
        if told[0] == "worked":
            self.worked.append(body)
            self.waiting += self.stage.queue.bodies
        self.stage.queue.bodies.clear()
        return told[0] == "worked"

    def run(self, job: str, as_of: datetime) -> str:
        """A run from its start to its end; its id."""
        body = self.deal(job, as_of)
        while body in self.waiting or self._more(body):
            mine = [each for each in self.waiting if self._same(each, body)]
            self.waiting.remove(mine[0])
            self.work(mine[0])
        return Parcel.read(body).run_id

    def _more(self, body: str) -> bool:
        return any(self._same(each, body) for each in self.waiting)

    def _same(self, one: str, other: str) -> bool:
        return bool(json.loads(one)["run"] == json.loads(other)["run"])

    def relay(self) -> int:
        """What is new goes over the bus; how many events that were."""
        hand = self.stage.hands[0]
        hand.bus.refusal = willing
        marked = [e for e in self.stage.eye.named("event") if "outbox_at" in e]
        records = [
            {"eventName": "INSERT", "dynamodb": {"NewImage": to_raw(event)}} for event in marked
        ]
        with self.stage.acting(Act("the relay", "bus", self.stage.now, "relays")):
            Relay(hand).of_stream(records)
        self.events += [json.loads(entry["Detail"]) for entry in hand.bus.taken]
        hand.bus.taken.clear()
        return len(marked)

    def follow(self, detail: dict[str, object], number: int = 0) -> int:
        """What hangs on the subject is brought along."""
        followed = 0

        def call() -> Told:
            nonlocal followed
            followed = Family(self.stage.hands[number]).bring_along(str(detail["subject"]))
            return f"{followed} changed", None

        act = Act("the bus", "job", self.stage.now, "follow")
        self.stage.perform(act, call, f"the bus brings {detail['id']} {detail['type']} to follow")
        return followed

    def mail(self, detail: dict[str, object], number: int = 0) -> int:
        """How many mails have left for the event."""
        sent = 0

        def call() -> Told:
            nonlocal sent
            try:
                sent = Mailer(self.stage.hands[number]).deliver(detail)
            except StillClaimed:
                return "somebody else is sending it", None
            return f"{sent} sent", None

        act = Act("the bus", "bus", self.stage.now, "mail")
        self.stage.perform(act, call, f"the bus brings {detail['id']} {detail['type']} to mail")
        return sent
