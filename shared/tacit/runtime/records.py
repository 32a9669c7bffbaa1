"""Working the records of a page one by one: what comes of each, and what of one that fails.

A record that fails never fails its message: it is left to the next run, or parked.
"""

from collections import Counter
from collections.abc import Callable, Mapping
from typing import Generic, TypeVar

from tacit.domain.refusals import Broken
from tacit.runtime.jobs import CALENDARS, Parcel
from tacit.runtime.observability import log_unexpected, logger
from tacit.runtime.related import is_covered, is_parked
from tacit.runtime.setbacks import Setbacks
from tacit.runtime.shards import Shards
from tacit.runtime.stack import Stack
from tacit.store import keys
from tacit.store.codec import Raw
from tacit.store.patience import Busy
from tacit.store.repository import LostRace

Raws = Mapping[keys.Key, Raw]
Others = TypeVar("Others")


class Records(Generic[Others]):
    """`read` gets a page's heads and whatever else they need, in batches; `bring` brings one up to
    date and says "done" or "unchanged"."""

    def __init__(
        self,
        stack: Stack,
        shards: Shards,
        read: Callable[[tuple[keys.Key, ...]], tuple[Raws, Others]],
        bring: Callable[[keys.Key, Raw, Others, Parcel], str],
    ) -> None:
        self._setbacks = Setbacks(stack)
        self._shards = shards
        self._read = read
        self._bring = bring

    def work(self, parcel: Parcel) -> None:
        self._shards.work(parcel, self._work_page)

    def _work_page(self, records: tuple[keys.Key, ...], parcel: Parcel) -> tuple[int, Counter[str]]:
        """How many of the records were worked before time ran out, and what came of them."""
        heads, others = self._read(records)
        counts: Counter[str] = Counter()
        for number, key in enumerate(records):
            if number and self._shards.is_late():
                return number, counts
            raw = heads.get(key)
            if raw is not None and is_covered(raw, parcel.scope):
                counts[self._work_one(key, raw, others, parcel)] += 1
        return len(records), counts

    def _work_one(self, key: keys.Key, raw: Raw, others: Others, parcel: Parcel) -> str:
        try:
            if is_parked(raw, CALENDARS[parcel.job]):
                return "parked"
            return self._bring(key, raw, others, parcel)
        except Broken as broken:
            return self._setbacks.parked(key, raw, str(broken), parcel.run_id)
        except (Busy, LostRace) as passing:
            logger().warning("record left to the next run", record=key[0], reason=str(passing))
            return "failed"
        except Exception as error:
            log_unexpected(error)
            return self._setbacks.failed(key, raw, type(error).__name__, parcel.run_id)
