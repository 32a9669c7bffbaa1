"""What comes of a page of a run: counted, summed, and told line by line."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from tacit.domain.values import Contract
from tacit.runtime.errand import Verdict
from tacit.runtime.lines import Line, Step, line_of, short_of, totals_of
from tacit.store.codec import Raw
from tacit.store.keys import Key


@dataclass(slots=True)
class Tally:
    """`counts` by outcome, `totals` as `totals_of` names them, `lines` of what was done or would
    be, `differences` from the preview that was agreed to."""

    counts: Counter[str] = field(default_factory=Counter)
    totals: Counter[str] = field(default_factory=Counter)
    lines: list[Line] = field(default_factory=list)
    differences: list[dict[str, Any]] = field(default_factory=list)

    def note(self, key: Key, raw: Raw, outcome: str, steps: Sequence[Step] = ()) -> None:
        """A record is through. What has not changed is counted and not told: it would be told
        again in every run."""
        self._tell(key, raw, outcome, steps, steps)
        if outcome == "done" and not steps:
            self.found_done(raw)

    def found_done(self, raw: Raw) -> None:
        """This run did something with the record before, or does beside this worker; what, is not
        known here. To the fuse it counts as irreversible: what was done is usual, and not less."""
        self.totals[f"irreversible|{raw.get('provider', {}).get('S', '')}"] += 1

    def keep_back(self, key: Key, raw: Raw, verdict: Verdict, steps: Sequence[Step]) -> None:
        """A record whose steps, or some of them, are not taken: the line has them all, the totals
        only those that were; in a plan all."""
        word = verdict.word or "held"
        self._tell(key, raw, word, steps, steps if word == "planned" else steps[: verdict.free])
        if verdict.difference:
            self.differences.append(dict(verdict.difference))

    def refused_again(self, key: Key, contract: Contract, told: bool) -> None:
        """It could still not be paid; `told` where it has to be said although nothing changed."""
        self.counts["refused"] += 1
        if told:
            line = line_of(key, contract.provider, "refused", ())
            self.lines.append({**line, "short": short_of(contract)})

    def _tell(
        self, key: Key, raw: Raw, outcome: str, steps: Sequence[Step], summed: Sequence[Step]
    ) -> None:
        self.counts[outcome] += 1
        if outcome == "unchanged":
            return
        provider = raw.get("provider", {}).get("S", "")
        self.totals.update(totals_of(provider, summed))
        self.lines.append(line_of(key, provider, outcome, steps))
