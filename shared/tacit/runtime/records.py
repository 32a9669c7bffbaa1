"""Working the records of a page: what is due of each, committed together with its neighbours.

A record that fails never fails its message: it is left to the next run, or parked.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

from tacit.domain.refusals import Broken
from tacit.domain.values import Contract
from tacit.runtime.errand import Errand, Verdict, judged
from tacit.runtime.group import Group
from tacit.runtime.jobs import CALENDARS, Parcel
from tacit.runtime.lines import Step
from tacit.runtime.observability import log_unexpected, logger
from tacit.runtime.related import is_covered, is_due, is_parked
from tacit.runtime.setbacks import Setbacks
from tacit.runtime.shards import Shards
from tacit.runtime.stack import Stack
from tacit.runtime.tally import Tally
from tacit.store import keys
from tacit.store.codec import Raw
from tacit.store.deeds import Deed, deed_of_run
from tacit.store.patience import Busy
from tacit.store.repository import LostRace, done_by
from tacit.store.writes import Write

if TYPE_CHECKING:  # the contracts' jobs do without, and start sooner
    from tacit.domain.tickets.values import TicketOrder

Raws = Mapping[keys.Key, Raw]
Others = TypeVar("Others")
OneStep = TypeVar("OneStep", bound=Step)
_LOST_RACES = 10


class Calendar(Protocol[Others, OneStep]):
    """What a job knows of its records."""

    def read(self, records: tuple[keys.Key, ...]) -> tuple[Raws, Others]:
        """A page's heads and whatever else they need, in batches."""

    def record(self, raw: Raw) -> "Contract | TicketOrder":
        """Raises Broken."""

    def steps(self, raw: Raw, others: Others | None, errand: Errand) -> tuple[OneStep, ...]:
        """All that is due of a record, one step after the other, each on what the one before
        leaves; raises Broken. Without `others` they are read for it alone."""

    def writes(self, step: OneStep, mark: str) -> list[Write]: ...

    def commit(self, step: OneStep, mark: str) -> None:
        """One step by itself; raises LostRace or Busy."""

    def read_again(self, key: keys.Key) -> Raw | None: ...


@dataclass(slots=True)
class Record(Generic[OneStep]):
    """A record with the steps that are due; `next` is the one to be committed, `before` what this
    run did with the record earlier."""

    key: keys.Key
    raw: Raw
    steps: tuple[OneStep, ...]
    verdict: Verdict
    before: Deed | None = None
    next: int = 0


class Records(Generic[Others, OneStep]):
    def __init__(self, stack: Stack, shards: Shards, calendar: Calendar[Others, OneStep]) -> None:
        self._stack = stack
        self._setbacks = Setbacks(stack)
        self._shards = shards
        self._calendar = calendar

    def work(self, parcel: Parcel) -> None:
        self._shards.work(parcel, self._work_page)

    def _work_page(self, records: tuple[keys.Key, ...], errand: Errand) -> tuple[int, Tally]:
        """How many of the records were worked before time ran out, and what came of them. Time is
        looked at before each is taken up; those that are taken up are brought to their end."""
        heads, others = self._calendar.read(records)
        late = self._shards.is_late
        page = _Page(self._stack, self._calendar, self._setbacks, errand, late)
        for number, key in enumerate(records):
            if number and self._shards.is_late():
                page.end()
                return number, page.tally
            raw = heads.get(key)
            if raw is not None and is_covered(raw, errand.scope):
                page.take_up(key, raw, others)
        page.end()
        return len(records), page.tally


class _Page(Generic[Others, OneStep]):
    """The records of one page while they are worked."""

    def __init__(
        self,
        stack: Stack,
        calendar: Calendar[Others, OneStep],
        setbacks: Setbacks,
        errand: Errand,
        is_late: Callable[[], bool],
    ) -> None:
        self.tally, self._table = Tally(), stack.table
        self._calendar, self._setbacks, self._errand = calendar, setbacks, errand
        self._is_late = is_late
        self._waiting: list[Record[OneStep]] = []
        self._group = Group(stack.table, stack.clock.now, self._through, self._alone)

    def take_up(self, key: keys.Key, raw: Raw, others: Others) -> None:
        def take() -> None:
            record = self._opened(key, raw, others)
            if record is not None:
                self._join(record)

        if is_parked(raw, CALENDARS[self._errand.job]):
            self.tally.note(key, raw, "parked")
        else:
            self._guarded(key, raw, take)

    def end(self) -> None:
        """Everything that was taken up is committed, to its last step."""
        self._group.flush()
        while self._waiting:
            waiting, self._waiting = self._waiting, []
            for record in waiting:
                self._join(record)
            self._group.flush()

    def _opened(
        self, key: keys.Key, raw: Raw, others: Others | None, begun: bool = False
    ) -> Record[OneStep] | None:
        """The record with what may be done; None where nothing is, and it is counted. What this
        run did before it was cut off, or before a race was lost (`begun`), counts as done."""
        errand = self._errand
        steps = self._calendar.steps(raw, others, errand)
        before = None
        if begun or done_by(raw) == errand.mark:
            before = self._done_before(key, raw)
        elif (
            not steps and not errand.plans and not is_due(raw, CALENDARS[errand.job], errand.as_of)
        ):
            changed = self._done_before(key, raw)  # by somebody else, perhaps behind this run
            before = changed if changed.events else None
        if before is not None and not steps:
            self.tally.note(key, raw, "done", (), before)
            return None
        verdict = judged(errand, key, raw, steps, before)
        if verdict.free:
            return Record(key, raw, steps, verdict, before)
        if verdict.word and (steps or verdict.difference):
            self.tally.keep_back(key, raw, verdict, steps, before)
        else:
            self.tally.note(key, raw, "unchanged" if before is None else "done", (), before)
        return None

    def _done_before(self, key: keys.Key, raw: Raw) -> Deed:
        return deed_of_run(self._table, key, self._calendar.record(raw), self._errand.mark)

    def _join(self, record: Record[OneStep]) -> None:
        step = record.steps[record.next]
        writes = self._calendar.writes(step, self._errand.mark)
        if not self._group.take(record, writes):
            self._group.flush()
            self._group.take(record, writes)

    def _through(self, records: Sequence[Record[OneStep]]) -> None:
        for record in records:
            record.next += 1
            if record.next < record.verdict.free:
                self._waiting.append(record)
            else:
                self._note(record)

    def _alone(self, records: Sequence[Record[OneStep]], _: frozenset[str]) -> None:
        """Waiting for a table that is out of reach may take all the time there is."""
        for record in records:
            if self._is_late():
                self.tally.note(record.key, record.raw, "failed")
            else:
                self._guarded(record.key, record.raw, partial(self._one_by_one, record))

    def _one_by_one(self, record: Record[OneStep]) -> None:
        """A lost race is decided again, on what is stored then."""
        lost, begun = 0, record.next > 0
        while True:
            try:
                while record.next < record.verdict.free:
                    step = record.steps[record.next]
                    self._calendar.commit(step, self._errand.mark)
                    record.next, begun = record.next + 1, True
            except LostRace:
                lost += 1
                fresh = self._calendar.read_again(record.key)
                if fresh is None or lost > _LOST_RACES:
                    raise
                again = self._opened(record.key, fresh, None, begun)
                if again is None:
                    return
                record = again
            else:
                self._note(record)
                return

    def _note(self, record: Record[OneStep]) -> None:
        if record.verdict.word is not None:
            self.tally.keep_back(
                record.key, record.raw, record.verdict, record.steps, record.before
            )
        else:
            self.tally.note(record.key, record.raw, "done", record.steps, record.before)

    def _guarded(self, key: keys.Key, raw: Raw, work: Callable[[], None]) -> None:
        """Whatever goes wrong with a record is counted, and stops no other. Planning writes nothing
        down."""
        run_id = self._errand.run_id
        try:
            work()
        except Broken as broken:
            park = partial(self._setbacks.parked, key, raw, str(broken), run_id)
            self.tally.note(key, raw, "parked" if self._errand.plans else park())
        except (Busy, LostRace) as passing:
            logger().warning("record left to the next run", record=key[0], reason=str(passing))
            self.tally.note(key, raw, "failed")
        except Exception as error:
            log_unexpected(error)
            fail = partial(self._setbacks.failed, key, raw, type(error).__name__, run_id)
            self.tally.note(key, raw, "failed" if self._errand.plans else fail())
