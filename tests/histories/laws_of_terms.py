"""Laws of time: how the end of a contract moves, when it comes, and what it becomes then."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from math import floor

from tests.histories.eye import Deed
from tests.histories.figures import figures
from tests.histories.heads import Head, day
from tests.histories.laws_of_records import off_until
from tests.histories.reckoning import converted_days, later, months_later
from tests.histories.world import Law, World, changes

KEPT = ("expires_on", "anchor_day", "plan", "quantity", "price_minor", "term_months", "starts_on")
FREE_MOVES = {"followed", "downgraded"}
# Of what begins with a trial nothing was paid yet.
BACKWARDS = {"plan_changed", "renewal_reversed", "followed", "downgraded", "activated"}


def ends_move(world: World, deed: Deed) -> Iterator[str]:
    """Paid-until and anchor day move as the rules say, and never back by anything but a plan change
    or a renewal taken back."""
    for before, after, said in changes(deed):
        found = (after.ends, after.anchor_day)
        wanted = _wanted(world, deed, before, after, set(said)) or (before.ends, before.anchor_day)
        if found != wanted:
            moved = f"{before.ends} (day {before.anchor_day}) to {found[0]} (day {found[1]})"
            yield f"{after.id} ({', '.join(said)}): {moved}, expected {wanted[0]} ({wanted[1]})"
        if after.ends < before.ends and not BACKWARDS & set(said):
            yield f"{after.id}: the end moved back from {before.ends} to {after.ends}"


def _wanted(
    world: World, deed: Deed, before: Head, after: Head, said: set[str]
) -> tuple[date, int] | None:
    term, anchor, today = before.term_months, before.anchor_day, world.today(deed)
    if FREE_MOVES & said:
        parent = world.parent(after)
        return (parent.ends, after.anchor_day) if parent is not None else None
    if "plan_changed" in said:
        end = later(today, _new_days(before, after, today))
        return end, end.day
    if {"renewed", "warranted"} & said:
        return months_later(before.ends, term, anchor), anchor
    if "renewal_reversed" in said and before.status not in ("expired", "closed"):
        return months_later(before.ends, -term, anchor), anchor
    if "restored" in said:
        return _restored(before, today)
    if "activated" in said:
        plan = figures(before.policy).plans[before.plan]
        if plan.trial:
            return later(today, plan.trial), later(today, plan.trial).day
        if today > before.starts:
            return months_later(today, term, today.day), today.day
    return None


def _new_days(before: Head, after: Head, today: date) -> int:
    old, new = (
        (int(head.item["price_minor"]), int(head.quantity), int(head.term_months))
        for head in (before, after)
    )
    return floor(converted_days((before.ends - today).days, old, new))


def _restored(before: Head, today: date) -> tuple[date, int]:
    """One term; one that is paid goes on (K7, S4)."""
    if before.ends > today or figures(before.policy).window(before.kind, before.tld) is None:
        return before.ends, before.anchor_day
    start, anchor = restored_from(before, today)
    return months_later(start, before.term_months, anchor), anchor


def restored_from(before: Head, today: date) -> tuple[date, int]:
    """The old expiry, or the registry's, and the anchor day; today, where a term from there would
    be over (K9, S9, S12)."""
    window = figures(before.policy).window(before.kind, before.tld)
    assert window is not None
    start = before.domain_ends if window.since == "registry" else before.ends
    same_day = months_later(start, 0, before.anchor_day) == start
    anchor = before.anchor_day if same_day else start.day
    over = months_later(start, before.term_months, anchor) <= today
    return (today, today.day) if over else (start, anchor)


def undone(world: World, deed: Deed) -> Iterator[str]:
    """Cancelled and reactivated it is the same contract, its anchor day included (K2, S2, G7)."""
    for before, after, said in changes(deed):
        moved_since = {"plan_changed", "renewal_reversed"} & set(said)
        if "cancelled" in said and after.status == "non_renewing":
            world.cancelled[after.id] = before
        elif moved_since and after.id in world.cancelled:
            world.cancelled[after.id] = after
        if "reactivated" in said:
            was = world.cancelled.pop(after.id, before)
            moved = {n: (was.item[n], after.item[n]) for n in KEPT if was.item[n] != after.item[n]}
            if moved:
                yield f"{after.id}: cancelled and reactivated, and now {moved}"
            if world.today(deed) >= before.ends:
                yield f"{after.id}: reactivated on {world.today(deed)}, its end was {before.ends}"
        elif after.status not in ("non_renewing", "inactive"):
            world.cancelled.pop(after.id, None)


def patience(world: World, deed: Deed) -> Iterator[str]:
    """Nothing ends before its end, nor while a renewal is owed an attempt (G1)."""
    for before, after, _ in changes(deed):
        over = after.status in ("inactive", "expired", "closed")
        if deed.act.role != "job" or before.follows or not over or after.status == before.status:
            continue
        today = world.today(deed)
        if before.status in ("active", "non_renewing"):
            if today < before.ends:
                yield f"{after.id} ended on {today}, it was paid until {before.ends}"
            since = max(before.ends, day(before.waits_from) or before.ends)
            waits = later(since, figures(before.policy).patience)
            if before.status == "active" and is_owed(world, before) and today < waits:
                yield f"{after.id} ended on {today}, its renewal had until {waits} to be tried"
        elif before.status == "inactive" and today < off_until(before):
            yield f"{after.id} was switched off until {off_until(before)}, and is over on {today}"


def is_owed(world: World, head: Head) -> bool:
    """Autorenewal or a warranty is on, and nothing was found short since the end (G1); or it was
    paid, and the registry refused."""
    warranted = head.renewal_warranty and head.kind in figures(head.policy).warranty
    if warranted and head.owed is None:
        return True
    notice, order = head.due, world.order(head)
    if notice and notice.get("generation", 1) > (head.generation or 1) and not notice.get("short"):
        return True
    tried = notice is not None and notice.get("short") and notice["tried_on"] >= head.expires_on
    return bool(order is not None and order["autorenewal"] and not tried)


def what_comes(world: World, deed: Deed) -> Iterator[str]:
    """What a kind becomes at its end (S3, S4, S9, S11 to S14, K5, I13)."""
    for before, after, said in changes(deed):
        served = before.status in ("active", "non_renewing", "inactive")
        if not served or before.follows or deed.act.role != "job":
            continue
        if after.status in ("active", "non_renewing") and "downgraded" not in said:
            continue
        if after.status == before.status and "downgraded" not in said:
            continue
        wanted = _becomes(world, before, world.today(deed))
        found = "free" if "downgraded" in said else after.status
        if found != wanted:
            yield f"{after.id} became {found} at its end, expected {wanted}"


def _becomes(world: World, head: Head, today: date) -> str:
    unpaid = head.cancelled is None
    can_be_off = head.kind == "domain" or (head.kind == "addon" and unpaid)
    if world.provider == "svenska-domaner" and can_be_off and off_until(head) > today:
        return "inactive"
    if head.kind == "addon":
        parent = world.parent(head)
        over = parent is None or parent.status == "closed" or _closes(parent, today)
        tier = None if parent is None else figures(parent.policy).plans[parent.plan].tier
        if not over and tier == "premium":
            return "free"
    return "expired" if figures(head.policy).window(head.kind, head.tld) else "closed"


def _closes(parent: Head, today: date) -> bool:
    ends = day(parent.phase_ends_on) if parent.status == "expired" else None
    return ends is not None and ends <= today


LAWS: tuple[Law, ...] = (ends_move, undone, patience, what_comes)
