"""A job from the outside: a run is made, and its 64 shards are dealt into messages.

POST /job-runs, the scheduler's event and a direct invocation all come here. A run that is there
already is dealt again, in the stage it is in: a message says which shards to look after, and a
shard that is done is left alone, so that dealing twice costs reads and nothing else.
"""

import json
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from tacit.domain.refusals import Refused
from tacit.domain.values import Actor
from tacit.runtime.fuses import RunFuses
from tacit.runtime.stack import Stack
from tacit.store import keys
from tacit.store.codec import Item
from tacit.store.repository import IdempotencyRecord
from tacit.store.runs import ALL, HELD, PLAN, WORK, Run, Runs
from tacit.store.shard_states import ShardState

EXPIRIES, RENEWALS, REMINDERS = "expiries", "renewals", "invoice_reminders"
JOBS = (RENEWALS, EXPIRIES, REMINDERS)
_COUNTED = 1000
# The index that a job asks, and the attribute of what is due in it.
CALENDARS = {EXPIRIES: "expiries", RENEWALS: "renewals", REMINDERS: "reminders"}
# Seconds for which a message is tried: what the queues in template.yaml wait, five times.
TRIED_FOR = {EXPIRIES: 5 * 720, RENEWALS: 5 * 5400, REMINDERS: 5 * 5400}


@dataclass(frozen=True, slots=True)
class Parcel:
    """One message: some shards of a run, in the order to be worked, the first from its cursor, in
    one of the run's stages."""

    run_id: str
    job: str
    as_of: datetime
    scope: str
    shards: tuple[str, ...]
    stage: str = WORK

    def text(self) -> str:
        return json.dumps(
            {
                "run": self.run_id,
                "job": self.job,
                "as_of": keys.instant(self.as_of),
                "scope": self.scope,
                "shards": list(self.shards),
                "stage": self.stage,
            }
        )

    @classmethod
    def read(cls, text: str) -> "Parcel":
        data = json.loads(text)
        return cls(
            run_id=data["run"],
            job=data["job"],
            as_of=keys.read_instant(data["as_of"]),
            scope=data["scope"],
            shards=tuple(data["shards"]),
            stage=data.get("stage", WORK),
        )


class Jobs:
    """Starting runs. `stack` gives the queue, the clock and the runs' store."""

    def __init__(self, stack: Stack) -> None:
        self._stack = stack
        self.runs = Runs(stack.table)
        self._fuses = RunFuses(stack.table)

    def check_as_of(self, as_of: datetime, now: datetime) -> None:
        """The future is refused: a job must not act before its day (`as_of_in_future`)."""
        if as_of > now and not self._stack.clock.is_for_tests:
            raise Refused("as_of_in_future", {"as_of": _text(as_of), "now": _text(now)})

    def planned(self, job: str, as_of: datetime, scope: str, by: Actor, now: datetime) -> Run:
        """A run that does not exist yet, under an id of its own."""
        return Run(f"{job}-{uuid.uuid4().hex}", job, as_of, now, scope, by)

    def start(self, run: Run, now: datetime, record: IdempotencyRecord | None = None) -> bool:
        """Make the run and deal it; False where it was there, then it is only dealt again. That is
        asked before it is prepared, which reads all that is due."""
        there = self.runs.get(run.id)
        if there is None:
            prepared = self.prepared(run)
            if self.runs.create(prepared, now, record):
                self.deal(prepared)
                self._set_going(prepared.waited_for)
                return True
            there = self.runs.get(run.id)
        self.deal(there or run)
        return False

    def prepared(self, run: Run) -> Run:
        """The run as it begins: with a look before the leap where so much is due that a fuse might
        hold it. What somebody has previewed, a person has looked at already: it is not held, and
        waits for no other run's release."""
        if run.preview:
            return replace(run, stage=PLAN)
        if run.preview_id is not None:
            return run
        held = self._fuses.joined(run.job, run.scope)
        enough = self._fuses.least_count(run.scope)
        due = self.how_many_due(run.job, run.as_of, run.scope, enough)
        if due >= enough:
            return replace(run, stage=PLAN, held=held)
        return replace(run, planned=due, held=held)

    def _set_going(self, run_ids: frozenset[str]) -> None:
        """Deal the runs again that this one waits for, where nothing of them is under way: with
        their messages lost they would never be held, nobody could release them, and every later
        run would wait as well."""
        for run_id in sorted(run_ids):
            run = self.runs.get(run_id)
            if run is not None and stands_still(run, self.runs.shards(run_id, run.stage)):
                self.deal(run)

    def deal(self, run: Run) -> None:
        """Send the shards of the stage that the run is in, dealt like cards, so that a full one
        does not slow its neighbours. Nothing where it waits, or is over."""
        if run.stage == HELD or run.finished_at is not None:
            return
        every = [f"{number:02d}" for number in range(keys.SHARDS)]
        count = max(1, min(self._stack.settings.job_messages, keys.SHARDS))
        parcels = [
            Parcel(run.id, run.job, run.as_of, run.scope, tuple(every[hand::count]), run.stage)
            for hand in range(count)
        ]
        self.send(parcels)

    def send(self, parcels: list[Parcel]) -> None:
        """Every parcel is in the queue, or this raises and the caller is asked again. One by one:
        a run has a handful, and a batch could be taken in part."""
        queue = self._stack.client("sqs")
        for parcel in parcels:
            url = self._stack.settings.queue_of(parcel.job)
            queue.send_message(QueueUrl=url, MessageBody=parcel.text())

    def how_many_due(self, job: str, as_of: datetime, scope: str, most: int | None = None) -> int:
        """How many of the scope's records the calendar would hand out, counted up to `most`, or a
        thousand. The others' are read as well: the calendar does not know providers."""
        due, most = 0, most or _COUNTED
        for number in range(keys.SHARDS):
            after: Item | None = None
            while due < most:
                page = self.runs.due(CALENDARS[job], f"{number:02d}", as_of, most, after)
                due += self._covered([(item["pk"], item["sk"]) for item in page.items], scope)
                after = page.after
                if after is None:
                    break
        return min(due, most)

    def _covered(self, found: list[keys.Key], scope: str) -> int:
        if scope == ALL:
            return len(found)
        heads, covered = self._stack.table.get_many(found).values(), scope.split("+")
        return sum(raw.get("provider", {}).get("S") in covered for raw in heads)


def stands_still(run: Run, states: Mapping[str, ShardState]) -> bool:
    """Whether nothing has come of a run for longer than its messages are tried. `states` are those
    of its stage. A message that has only waited behind others sets it going again by itself."""
    if run.stage == HELD or run.finished_at is not None:
        return False
    saved_at = max(run.saved_at, *(state.saved_at for state in states.values()), 0)
    return 0 < saved_at < time.time() - TRIED_FOR[run.job]


def _text(at: datetime) -> str:
    return at.isoformat().replace("+00:00", "Z")
