"""What a worker is sent to do with a shard of a run, and what of a record's steps it may take.

A run is worked in up to three stages, each over all shards. *Planning* decides all and commits
nothing: a preview, or the look before a leap that a fuse wants. *Working* commits. The *release*
commits what a held run has left.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from tacit.domain.irreversible import is_irreversible
from tacit.runtime.lines import Line, Step, deed_of, line_of, says_the_same, short_of
from tacit.store.codec import Raw
from tacit.store.deeds import Deed
from tacit.store.keys import Key
from tacit.store.mapping import contract_of
from tacit.store.parking import parked_id
from tacit.store.runs import PLAN, REST


@dataclass(frozen=True, slots=True)
class Errand:
    """`held` are the providers whose irreversible steps wait. `agreed` is what a preview said, by
    record: nothing else is done; None where there was none. `shows`: whether somebody will read
    line by line what is planned; else only the totals count, for the fuse."""

    run_id: str
    job: str
    as_of: datetime
    scope: str
    stage: str
    shard: str
    held: frozenset[str] = frozenset()
    agreed: Mapping[str, Line] | None = None
    shows: bool = True

    @property
    def plans(self) -> bool:
        return self.stage == PLAN

    @property
    def looks(self) -> bool:
        """Whether nothing is written down of any record, neither done nor told."""
        return self.plans and not self.shows

    @property
    def tells_all(self) -> bool:
        """Whether what is still short is told as well, though nothing changed: to be read, or met
        by who compares it with what was read."""
        return self.plans or self.agreed is not None

    @property
    def mark(self) -> str:
        """What the head of a record says of who changed it last: what the release does is told from
        what was done before it."""
        return f"{self.run_id}+{REST}" if self.stage == REST else self.run_id


@dataclass(frozen=True, slots=True)
class Verdict:
    """How many of the steps may be committed, and the word for the others: None where nothing is
    kept back."""

    free: int
    word: str | None = None
    difference: Mapping[str, Any] = field(default_factory=dict)


def judged(
    errand: Errand, key: Key, raw: Raw, steps: Sequence[Step], before: Deed | None = None
) -> Verdict:
    """What of the steps that are due may be taken: none while planning; all that is not
    irreversible while the provider's fuse holds; all or none where a preview was agreed to, of
    which `before` is done already."""
    provider = raw.get("provider", {}).get("S", "")
    if errand.plans:
        return Verdict(0, "planned")
    if errand.agreed is not None:
        return _as_agreed(errand.agreed, key, raw, steps, before)
    if provider in errand.held:
        free = _before_the_first_irreversible(steps)
        return Verdict(free, "held" if free < len(steps) else None)
    return Verdict(len(steps))


def _as_agreed(
    agreed: Mapping[str, Line],
    key: Key,
    raw: Raw,
    steps: Sequence[Step],
    before: Deed | None,
) -> Verdict:
    provider = raw.get("provider", {}).get("S", "")
    now = line_of(key, provider, "different", deed_of(steps, before))
    planned = agreed.get(parked_id(key))
    if planned is not None and says_the_same(planned, now):
        return Verdict(len(steps))
    if planned is not None and planned["outcome"] == "refused" and not steps and before is None:
        now["short"] = short_of(contract_of(raw))
        if now["short"] == planned["short"]:
            return Verdict(0)
    if planned is None and not steps:
        return Verdict(0)
    why = "not_in_the_preview" if planned is None else "decided_otherwise"
    difference = {"id": now["id"], "provider": provider, "why": why, "planned": planned, "now": now}
    return Verdict(0, "different", difference)


def _before_the_first_irreversible(steps: Sequence[Step]) -> int:
    for number, step in enumerate(steps):
        if is_irreversible(step):
            return number
    return len(steps)
