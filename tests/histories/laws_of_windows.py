"""Laws of the time after the end: until when a contract can be brought back, when it is gone."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from tests.histories.eye import Deed
from tests.histories.figures import LIMITS, SHIFTED, Window, figures
from tests.histories.heads import Head, day
from tests.histories.reckoning import later, months_later
from tests.histories.world import Law, World, changes


def windows(world: World, deed: Deed) -> Iterator[str]:
    """Until when an expired contract can be brought back, and that nothing moves it (G9, G15)."""
    for before, after, _ in changes(deed):
        if after.follows or after.status != "expired":
            continue
        if before.status == "expired":
            if after.until != before.until:
                yield f"{after.id}: restorable until {before.until}, and now until {after.until}"
            continue
        window = figures(after.policy).window(after.kind, after.tld)
        today = world.today(deed)
        wanted = _until(after, window, today, figures(after.policy).told) if window else None
        if after.until != wanted:
            yield f"{after.id}: ended on {today}, restorable until {after.until}, expected {wanted}"


def _until(head: Head, window: Window, today: date, told: int) -> date | None:
    if not window.back or window.count is None:
        return None
    anchors = {"expiry": head.ends, "registry": head.domain_ends, "act": today}
    whole = _after(window, today)
    promised = max(_after(window, anchors[window.since]), min(whole, later(today, told)))
    limit = _limit(head)
    return promised if limit is None else min(promised, limit)


def _limit(head: Head) -> date | None:
    """The registry's: the first day on which it gives the name back to nobody (G9)."""
    if head.tld not in LIMITS:
        return None
    ends, worked = later(head.domain_ends, LIMITS[head.tld]), 0
    shifted = head.tld in SHIFTED and ends.weekday() > 4
    while shifted and worked < 2:
        ends = later(ends, 1)
        worked += ends.weekday() < 5
    return ends


def _after(window: Window, start: date) -> date:
    count = window.count or 0
    if window.unit == "months":
        return months_later(start, count, start.day)
    return start + timedelta(days=count)


def brought_back(world: World, deed: Deed) -> Iterator[str]:
    """Within its window, and not after; closed when it is over and not before (K6, I14, S15)."""
    for before, after, said in changes(deed):
        today = world.today(deed)
        if "restored" in said and before.until is not None and today >= before.until:
            yield f"{after.id}: restored on {today}, it could be until {before.until} exclusive"
        ends = day(before.phase_ends_on)
        closes = before.status == "expired" and after.status == "closed" and not before.follows
        if closes and deed.act.role == "job" and (ends is None or today < ends):
            yield f"{after.id}: closed on {today}, its last phase ends on {ends}"


LAWS: tuple[Law, ...] = (windows, brought_back)
