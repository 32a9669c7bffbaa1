"""What comes of a page of a run: counted, summed, and told line by line."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from tacit.domain.values import Contract
from tacit.runtime.errand import Verdict
from tacit.runtime.lines import Line, Step, deed_of, line_of, short_of, totals_of
from tacit.store.codec import Raw
from tacit.store.deeds import Deed
from tacit.store.keys import Key


@dataclass(slots=True)
class Tally:
    """`counts` by outcome, `totals` as `totals_of` names them, `lines` of what was done or would
    be, `differences` from the preview that was agreed to."""

    counts: Counter[str] = field(default_factory=Counter)
    totals: Counter[str] = field(default_factory=Counter)
    lines: list[Line] = field(default_factory=list)
    differences: list[dict[str, Any]] = field(default_factory=list)

    def note(
        self,
        key: Key,
        raw: Raw,
        outcome: str,
        steps: Sequence[Step] = (),
        before: Deed | None = None,
    ) -> None:
        """A record is through. What has not changed is counted and not told: it would be told
        again in every run. `before` is what this run did with it earlier, and died behind."""
        deed = deed_of(steps, before)
        self._tell(key, raw, outcome, deed, deed)

    def keep_back(
        self,
        key: Key,
        raw: Raw,
        verdict: Verdict,
        steps: Sequence[Step],
        before: Deed | None = None,
    ) -> None:
        """A record whose steps, or some of them, are not taken: the line has them all, the totals
        only those that were; in a plan all."""
        word = verdict.word or "held"
        taken = steps if word == "planned" else steps[: verdict.free]
        self._tell(key, raw, word, deed_of(steps, before), deed_of(taken, before))
        if verdict.difference:
            self.differences.append(dict(verdict.difference))

    def refused_again(self, key: Key, contract: Contract, told: bool) -> None:
        """It could still not be paid; `told` where it has to be said although nothing changed."""
        self.counts["refused"] += 1
        if told:
            line = line_of(key, contract.provider, "refused", None)
            self.lines.append({**line, "short": short_of(contract)})

    def _tell(
        self, key: Key, raw: Raw, outcome: str, deed: Deed | None, summed: Deed | None
    ) -> None:
        self.counts[outcome] += 1
        if outcome == "unchanged":
            return
        provider = raw.get("provider", {}).get("S", "")
        self.totals.update(totals_of(provider, summed))
        self.lines.append(line_of(key, provider, outcome, deed))
