"""The fuse of each job and provider: what is usual, and which run is held.

One item, overwritten under its version. Beside it stands one for each run that was released or
has done its irreversible steps: that a run counts once, and is held once, is that item's key.
"""

import time
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from pynamodb.expressions.operand import Path

from tacit.domain.fuse import Tripped, Usual, Why, after
from tacit.store import keys
from tacit.store.codec import Item, from_raw
from tacit.store.patience import Busy, pauses
from tacit.store.table import Table
from tacit.store.writes import ConditionFailed, Write, absent, check, put

_KEPT_SECONDS = 90 * 24 * 3600  # as a run's own items


@dataclass(frozen=True, slots=True)
class Held:
    """Which run is held, since when, and why."""

    run_id: str
    tripped: Tripped
    at: datetime


@dataclass(frozen=True, slots=True)
class FuseState:
    """What is usual, and the run that is held; `version` is of both, and 0 before there is an
    item."""

    job: str
    provider: str
    usual: Usual = field(default_factory=Usual)
    held: Held | None = None
    version: int = 0


class Fuses:
    def __init__(self, table: Table) -> None:
        self.table = table

    def of(self, job: str, providers: Iterable[str]) -> dict[str, FuseState]:
        """One batched read for all of them."""
        by_key = {keys.fuse(job, name): name for name in providers}
        raws = self.table.get_many(sorted(by_key))
        found = {name: FuseState(job, name) for name in by_key.values()}
        return found | {by_key[key]: _fuse(from_raw(raw)) for key, raw in raws.items()}

    def one(self, job: str, provider: str) -> FuseState:
        item = self.table.get(keys.fuse(job, provider))
        return _fuse(item) if item else FuseState(job, provider)

    def hold(self, job: str, provider: str, run_id: str, tripped: Tripped, now: datetime) -> bool:
        """Whether the run is held now; again where it was held already. False where another one
        is, or where this one was released or is done: a message that comes late must not hold
        again what nobody would release."""
        unseen = check("run", keys.fuse_run(job, provider, run_id), absent)
        for pause in pauses():
            fuse = self.one(job, provider)
            if fuse.held is not None:
                return fuse.held.run_id == run_id
            lost = self._lost([fuse_write(replace(fuse, held=Held(run_id, tripped, now))), unseen])
            if not lost:
                return True
            if "run" in lost:
                return False
            time.sleep(pause)
        raise Busy("others hold or release the same fuse")

    def release(self, job: str, provider: str, run_id: str) -> bool:
        """Whether this call has released the run; False where it is not held, or no more."""
        seen = put("run", _seen(job, provider, run_id))
        for pause in pauses():
            fuse = self.one(job, provider)
            if fuse.held is None or fuse.held.run_id != run_id:
                return False
            if not self._lost([fuse_write(replace(fuse, held=None)), seen]):
                return True
            time.sleep(pause)
        raise Busy("others hold or release the same fuse")

    def done(self, job: str, provider: str, run_id: str, as_of: datetime, count: int) -> None:
        """The run has done so many irreversible steps, which are usual from now on. It counts
        once, however often this is said; whatever is held stays so."""
        seen = {**_seen(job, provider, run_id), "as_of": keys.instant(as_of), "count": count}
        once = put("run", seen, absent | Path("count").does_not_exist())
        for pause in pauses():
            fuse = self.one(job, provider)
            folded = replace(fuse, usual=after(fuse.usual, as_of, count))
            lost = self._lost([fuse_write(folded), once])
            if not lost or "run" in lost:
                return
            time.sleep(pause)
        raise Busy("other runs are done in the same moment")

    def _lost(self, writes: list[Write]) -> frozenset[str]:
        """Which conditions did not hold; none of them: all is written. A transaction also where
        one write would do, since it counts once where its answer is lost."""
        try:
            self.table.transact(writes)
        except ConditionFailed as failed:
            return failed.writes
        return frozenset()


def fuse_write(fuse: FuseState) -> Write:
    """The item one version on, under the version that was looked at."""
    same = Path("version") == fuse.version if fuse.version else absent
    return put("fuse", _item(replace(fuse, version=fuse.version + 1)), same)


def _seen(job: str, provider: str, run_id: str) -> Item:
    """A run's mark, cleared away by the wall clock, which DynamoDB goes by."""
    pk, sk = keys.fuse_run(job, provider, run_id)
    ttl = int(time.time()) + _KEPT_SECONDS
    return {"pk": pk, "sk": sk, "item": "fuse_run", "run_id": run_id, "ttl": ttl}


def _item(fuse: FuseState) -> Item:
    pk, sk = keys.fuse(fuse.job, fuse.provider)
    last, held = fuse.usual.last_as_of, fuse.held
    return {
        "pk": pk,
        "sk": sk,
        "item": "fuse",
        "job": fuse.job,
        "provider": fuse.provider,
        "days": {day.isoformat(): steps for day, steps in fuse.usual.days.items()},
        "last_as_of": keys.instant(last) if last else None,
        "held": _held_item(held) if held else None,
        "version": fuse.version,
    }


def _held_item(held: Held) -> Item:
    return {
        "run_id": held.run_id,
        "code": str(held.tripped.code),
        "numbers": dict(held.tripped.numbers),
        "at": keys.instant(held.at),
    }


def _fuse(item: Item) -> FuseState:
    days = {date.fromisoformat(day): steps for day, steps in sorted(item["days"].items())}
    last, held = item.get("last_as_of"), item.get("held")
    return FuseState(
        job=item["job"],
        provider=item["provider"],
        usual=Usual(days, keys.read_instant(last) if last else None),
        held=_held(held) if held else None,
        version=item["version"],
    )


def _held(item: Item) -> Held:
    tripped = Tripped(Why(item["code"]), item["numbers"])
    return Held(item["run_id"], tripped, keys.read_instant(item["at"]))
