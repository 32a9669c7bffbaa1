"""A job's run: what was asked, and how far each of its 64 shards has come in each of its stages.

Each shard has an item of its own that is overwritten, never incremented; the run is their sum.
A page of records is written down there before it is worked: whoever works it again, because the
first time was cut off or the message came twice, works the same records and counts the same.
"""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from pynamodb.expressions.operand import Path

from tacit.domain.values import Actor, Role
from tacit.store import keys
from tacit.store.codec import Item, from_raw
from tacit.store.repository import IdempotencyRecord, KeyUsed, idempotency_write
from tacit.store.shard_states import ShardState, fields_of, shard_of
from tacit.store.table import Page, Table
from tacit.store.writes import ConditionFailed, Write, absent, put

ALL = "*"
# The stages, by which the shards' items are called; a run that is held waits between two of them.
PLAN, WORK, HELD, REST = "plan", "shard", "held", "rest"
# Greater than whatever follows an instant in a calendar: the renewals' marks its holder there.
_AND_ALL_BEHIND_IT = "~"
_KEPT_SECONDS = 90 * 24 * 3600


@dataclass(frozen=True, slots=True)
class Run:
    """One run of a job for everything due at `as_of`. `scope` names the providers it covers,
    joined by `+`, or is `*` for all. `stage` is the one it is in; `preview`: it ends with planning;
    `preview_id`: it does what that preview said. `held` has, by provider, why irreversible steps
    wait; `released_at` since when they do no more. `planned` is how many records were due when it
    began, None where nobody has looked yet. `saved_at`: when this was written, in seconds of the
    wall clock, as it was read."""

    id: str
    job: str
    as_of: datetime
    started_at: datetime
    scope: str
    by: Actor
    stage: str = WORK
    preview: bool = False
    preview_id: str | None = None
    planned: int | None = None
    held: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    released_at: datetime | None = None
    finished_at: datetime | None = None
    saved_at: int = field(default=0, compare=False)

    @property
    def joined(self) -> frozenset[str]:
        """The providers whose steps wait for another run's release."""
        return frozenset(name for name, why in self.held.items() if "joins" in why)

    @property
    def waited_for(self) -> frozenset[str]:
        """The runs whose release those steps wait for."""
        return frozenset(why["joins"] for why in self.held.values() if "joins" in why)

    @property
    def own_holds(self) -> frozenset[str]:
        """The providers whose steps wait, or waited, for this run's own release."""
        return frozenset(self.held) - self.joined

    @property
    def waits(self) -> bool:
        """Whether it is held itself, and not only kept from doing what another one is held for."""
        return self.released_at is None and bool(self.own_holds)


class Runs:
    def __init__(self, table: Table) -> None:
        self.table = table

    def create(self, run: Run, now: datetime, record: IdempotencyRecord | None = None) -> bool:
        """False where the run is there already: the same scheduler event came again.
        Raises KeyUsed where its idempotency key was used in the same moment."""
        pk, sk = keys.run(run.id)
        head = {"pk": pk, "sk": sk, **_run_fields(run), **_of_now()}
        writes = [put("run", head, absent)]
        for scope in () if run.preview else {run.scope, ALL}:  # previews are in no list
            entry = {**head, "pk": keys.runs(scope), "sk": f"{keys.instant(now)}#{run.id}"}
            writes.append(put(f"entry {scope}", entry))
        if record is not None:
            writes.append(idempotency_write(record, now))
        try:
            self.table.transact(writes)
        except ConditionFailed as failed:
            if "idempotency" in failed.writes:
                raise KeyUsed from failed
            return False
        return True

    def move(self, run: Run, stage: str, record: IdempotencyRecord | None = None) -> bool:
        """Write the run as it is now, where it still is in the `stage` that was read. False where
        somebody else has moved it on. Raises KeyUsed as `create` does."""
        pk, sk = keys.run(run.id)
        head = {"pk": pk, "sk": sk, **_run_fields(run), **_of_now()}
        if run.waits:  # until its release nobody else may do what it is held for
            del head["ttl"]
        same = (Path("stage") == stage) & Path("finished_at").does_not_exist()
        writes = [put("run", head, same)]
        if record is not None:
            writes.append(idempotency_write(record, run.released_at or run.started_at))
        try:
            self.table.transact(writes)
        except ConditionFailed as failed:
            if "idempotency" in failed.writes:
                raise KeyUsed from failed
            return False
        return True

    def get(self, run_id: str) -> Run | None:
        item = self.table.get(keys.run(run_id))
        return _run(item) if item else None

    def newest(
        self, scopes: Sequence[str], limit: int, place: Item | None
    ) -> tuple[list[Run], Item | None]:
        """Runs of several scopes in one row, the newest first, and where the next page begins."""
        older = Path("sk") < place["before"] if place else None
        found: list[Item] = []
        more = False
        for scope in scopes:
            page = self.table.query(keys.runs(scope), sort=older, limit=limit, forward=False)
            found += page.items
            more = more or page.after is not None
        shown = sorted(found, key=lambda item: str(item["sk"]), reverse=True)[:limit]
        more = more or len(found) > limit
        heads = self.table.get_many([keys.run(item["id"]) for item in shown])
        runs = [_run(from_raw(raw)) for raw in heads.values()]
        runs.sort(key=lambda run: (run.started_at, run.id), reverse=True)
        return runs, {"before": shown[-1]["sk"]} if more else None

    def shards(self, run_id: str, stage: str = WORK) -> dict[str, ShardState]:
        """The shards that have begun; one that is missing has not. With the keys that they keep
        they may be more than a page of a query holds."""
        pk, _ = keys.run(run_id)
        sort, after = Path("sk").startswith(f"{stage}#"), None
        found: dict[str, ShardState] = {}
        while len(found) < keys.SHARDS:
            page: Page = self.table.query(pk, sort=sort, limit=keys.SHARDS, after=after)
            found |= {state.shard: state for state in map(shard_of, page.items)}
            after = page.after
            if after is None:
                break
        return found

    def some_shards(self, run_id: str, names: Sequence[str], stage: str) -> dict[str, ShardState]:
        """These shards in one batched read, begun or not."""
        by_key = {keys.run_shard(run_id, stage, name): name for name in names}
        there = map(shard_of, map(from_raw, self.table.get_many(sorted(by_key)).values()))
        return {name: ShardState(name) for name in names} | {each.shard: each for each in there}

    def shard(self, run_id: str, shard: str, stage: str = WORK) -> ShardState:
        item = self.table.get(keys.run_shard(run_id, stage, shard))
        return shard_of(item) if item else ShardState(shard)

    def save(
        self, run_id: str, state: ShardState, stage: str = WORK, told: Sequence[Write] = ()
    ) -> bool:
        """And what is told with it, both or neither. False where another worker, or this very call
        a moment ago, has come as far."""
        pk, sk = keys.run_shard(run_id, stage, state.shard)
        item = {"pk": pk, "sk": sk, **fields_of(state), **_of_now()}
        shard = put("shard", item, absent | (Path("page") < state.page))
        try:
            if told:
                self.table.transact([shard, *told])
            else:
                self.table.write(shard)
        except ConditionFailed:
            return False
        return True

    def due(
        self, calendar: str, shard: str, as_of: datetime, limit: int, after: Item | None
    ) -> Page:
        """Keys of what is due in one shard, the longest due first."""
        return self.table.query(
            shard,
            index=calendar,
            sort=Path(f"{calendar}_due_at") <= keys.instant(as_of) + _AND_ALL_BEHIND_IT,
            limit=limit,
            after=after,
        )


def _of_now() -> Item:
    """When an item is saved, and when the table may clear it away: an hourly job would leave them
    for ever. By the wall clock, which is the one that DynamoDB and SQS look at."""
    now = int(time.time())
    return {"saved_at": now, "ttl": now + _KEPT_SECONDS}


def _run_fields(run: Run) -> Item:
    return {
        "item": "run",
        "id": run.id,
        "job": run.job,
        "as_of": keys.instant(run.as_of),
        "started_at": keys.instant(run.started_at),
        "scope": run.scope,
        "by_role": str(run.by.role),
        "by": run.by.subject,
        "stage": run.stage,
        "preview": run.preview,
        "preview_id": run.preview_id,
        "planned": run.planned,
        "held": {name: dict(why) for name, why in run.held.items()},
        "released_at": _text(run.released_at),
        "finished_at": _text(run.finished_at),
    }


def _text(at: datetime | None) -> str | None:
    return keys.instant(at) if at is not None else None


def _instant(text: str | None) -> datetime | None:
    return keys.read_instant(text) if text is not None else None


def _run(item: Item) -> Run:
    return Run(
        id=item["id"],
        job=item["job"],
        as_of=keys.read_instant(item["as_of"]),
        started_at=keys.read_instant(item["started_at"]),
        scope=item["scope"],
        by=Actor(Role(item["by_role"]), item["by"]),
        stage=item["stage"],
        preview=item["preview"],
        preview_id=item.get("preview_id"),
        planned=item.get("planned"),
        held=item["held"],
        released_at=_instant(item.get("released_at")),
        finished_at=_instant(item.get("finished_at")),
        saved_at=item.get("saved_at", 0),
    )
