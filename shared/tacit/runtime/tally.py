"""What comes of a page of a run: counted, summed, and told line by line."""

from collections import Counter
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tacit.domain.values import Contract
from tacit.runtime.errand import Verdict
from tacit.runtime.lines import Line, Step, deed_of, line_of, short_of, totals_of
from tacit.store.codec import Raw
from tacit.store.deeds import Deed
from tacit.store.keys import Key


@dataclass(frozen=True, slots=True)
class Entry:
    """What came of one record."""

    outcome: str
    line: Line | None = None
    totals: Mapping[str, int] = field(default_factory=dict)
    difference: Mapping[str, Any] | None = None


@dataclass(slots=True)
class Tally:
    """A record has one entry, however often it was looked at. `unseen` are records that are counted
    without having been met."""

    entries: dict[Key, Entry] = field(default_factory=dict)
    unseen: Counter[str] = field(default_factory=Counter)

    @property
    def counts(self) -> Counter[str]:
        """By outcome."""
        return Counter(entry.outcome for entry in self.entries.values()) + self.unseen

    @property
    def totals(self) -> Counter[str]:
        """As `totals_of` names them."""
        found: Counter[str] = Counter()
        for entry in self.entries.values():
            found.update(entry.totals)
        return found

    @property
    def lines(self) -> list[Line]:
        """Of what was done or would be, in its order."""
        return [entry.line for entry in self.entries.values() if entry.line is not None]

    @property
    def differences(self) -> list[dict[str, Any]]:
        """From the preview that was agreed to."""
        return [dict(e.difference) for e in self.entries.values() if e.difference is not None]

    def only(self, outcomes: Container[str]) -> "Tally":
        """The records of these outcomes."""
        return Tally({key: e for key, e in self.entries.items() if e.outcome in outcomes})

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
        if outcome == "unchanged":
            self.entries[key] = Entry(outcome)
        else:
            deed = deed_of(steps, before)
            self.entries[key] = _entry(key, raw, outcome, deed, deed)

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
        word, difference = verdict.word or "held", verdict.difference or None
        taken = steps if word == "planned" else steps[: verdict.free]
        whole, summed = deed_of(steps, before), deed_of(taken, before)
        self.entries[key] = _entry(key, raw, word, whole, summed, difference)

    def refused_again(self, key: Key, contract: Contract, told: bool) -> None:
        """It could still not be paid; `told` where it has to be said although nothing changed."""
        line = None
        if told:
            line = line_of(key, contract.provider, "refused", None) | {"short": short_of(contract)}
        self.entries[key] = Entry("refused", line)


def _entry(
    key: Key,
    raw: Raw,
    outcome: str,
    deed: Deed | None,
    summed: Deed | None,
    difference: Mapping[str, Any] | None = None,
) -> Entry:
    provider = raw.get("provider", {}).get("S", "")
    line = line_of(key, provider, outcome, deed)
    return Entry(outcome, line, totals_of(provider, summed), difference)
