"""Laws of whatever is written down: versions, numbers, statuses, orders, calendars, ways out."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime

from tests.histories.eye import Deed
from tests.histories.figures import figures
from tests.histories.heads import Head, Item, day, instant
from tests.histories.reckoning import later, start_of
from tests.histories.world import Law, World, changes

ROADS: dict[str, set[str]] = {
    "pending": {"active", "closed"},
    "active": {"non_renewing", "inactive", "expired", "closed"},
    "non_renewing": {"active", "inactive", "expired", "closed"},
    "inactive": {"active", "expired", "closed"},
    "expired": {"active", "closed"},
    "closed": set(),
}
ONCE = ("charge", "line", "plan_change", "reference", "ticket_payment", "label", "ticket")


def written_once(world: World, deed: Deed) -> Iterator[str]:
    """What is its own uniqueness is never written over."""
    for kind in ONCE:
        for before, after in deed.of(kind):
            if before is not None and after is not None:
                yield f"{kind} {after['pk']} {after['sk']} was written over"
    for before, after in deed.of("event"):
        if before is not None and after is not None and _bare(before) != _bare(after):
            yield f"the event {after['sk']} of {after['pk']} was written over"
    if deed.new("failure"):
        yield f"a job stumbled: {[each['reason'] for each in deed.new('failure')]}"


def counted_on(world: World, deed: Deed) -> Iterator[str]:
    """A version a decision, and events without a gap."""
    for before, after in deed.heads:
        was = before.version if before is not None else 0
        if after.version != was + 1:
            yield f"{after.id}: version {after.version} after {was}"
        first = (before.events if before is not None else 0) + 1
        events = [e for e in deed.new("event") if e["subject"] == after.id]
        numbers = sorted(int(each["number"]) for each in events)
        if numbers != list(range(first, after.events + 1)):
            yield f"{after.id}: events {numbers}, expected from {first} to {after.events}"


OF_A_DEBT = {"owed_paid", "renewal_reversed"}


def roads(world: World, deed: Deed) -> Iterator[str]:
    """From status to status as the design has them; what is closed is final, but for what a
    warranty has laid out: that is still paid, or not owed any more where the registry refused."""
    for before, after, said in changes(deed):
        allowed = ROADS[before.status]
        if before.status != "closed" and (before.follows or "followed" in said):
            allowed = set(ROADS)  # as its domain, whatever that is (S11)
        if after.status not in {before.status, *allowed}:
            yield f"{after.id}: from {before.status} to {after.status} ({', '.join(said)})"
        if before.status == "closed" and not (before.owed and set(said) <= OF_A_DEBT):
            yield f"{after.id} is closed, and yet {', '.join(said) or 'changed'}"


def orders(world: World, deed: Deed) -> Iterator[str]:
    """What an order lists is what says of itself that it is in it; what has closed is in none."""
    names = {head.order_id for pair in deed.heads for head in pair if head is not None}
    names |= {str((a or b or {})["id"]) for b, a in deed.of("order")}
    for name in sorted(names):
        order = world.eye.item(f"order#{name}")
        if order is None:
            yield f"the order {name} is not there"
        elif not name.startswith("~"):
            inside = {
                h.id for h in world.eye.heads() if h.order_id == name and h.status != "closed"
            }
            if set(order["contracts"]) != inside or order["size"] != len(inside):
                yield f"order {name} lists {order['contracts']}, and in it are {sorted(inside)}"


def names_kept(world: World, deed: Deed) -> Iterator[str]:
    """A domain's name is its own as long as anybody has a right to it (K6)."""
    for _, after in deed.heads:
        if after.kind == "domain":
            claim = world.eye.item(f"label#{after.label}", "claim")
            mine = claim is not None and claim["contract_id"] == after.id
            if mine is (after.status == "closed"):
                yield f"{after.id} is {after.status}, and its name {after.label} is held: {mine}"


def calendars(world: World, deed: Deed) -> Iterator[str]:
    """Stored instants are never too late, and whatever is not over has a way on."""
    for _, after in deed.heads:
        if "parked_at" in after.item:
            continue
        ends_at = instant(after.item, "expiries_due_at")
        latest = _latest_end(world, after)
        if latest is not None and (ends_at is None or ends_at > latest):
            yield f"{after.id}: looked at on {ends_at}, its end is {latest}"
        if after.status in ("closed", "pending") and ends_at is not None:
            yield f"{after.id} is {after.status}, and has an end to come: {ends_at}"
        renews_at, wanted = instant(after.item, "renewals_due_at"), _renewal(world, after)
        if wanted is not None and renews_at != wanted:
            yield f"{after.id}: renewal due at {renews_at}, expected {wanted}"
        asked = after.status == "expired" and after.phase_ends_on is None
        if after.status != "closed" and not (ends_at or renews_at or asked):
            yield f"{after.id} is {after.status}, and nothing will ever lead on"


def parked(world: World, deed: Deed) -> Iterator[str]:
    """Nothing here breaks an invariant but a registry that lags behind an end we moved (G13)."""
    for entry in deed.new("parked"):
        head = world.eye.head(str(entry["id"]).partition(":")[2])
        told = day(head.registry_expires_on) if head is not None else None
        moved = day(head.expiry_moved_on) if head is not None else None
        lags = told is not None and head is not None and told < later(head.ends, -7)
        if not lags or moved is None or world.today(deed) <= later(moved, 45):
            yield f"{entry['id']} was parked: {entry['reason']}"


def _latest_end(world: World, head: Head) -> datetime | None:
    if head.status in ("active", "non_renewing"):
        return start_of(head.ends, world.zone)
    if head.status == "inactive":
        return start_of(off_until(head), world.zone)
    ends = day(head.phase_ends_on) if head.status == "expired" else None
    return start_of(ends, world.zone) if ends else None


def off_until(head: Head) -> date:
    """The first day on which something switched off is over (S9, S14)."""
    if head.kind == "addon" and not head.follows:
        return later(head.ends, 90)
    return head.domain_ends


def _renewal(world: World, head: Head) -> datetime | None:
    """S0, R4, R5: so many days before the end, where nothing else is known; after a trial on its
    last day (R9). None: the model does not say."""
    if head.status != "active" or head.follows or head.due is not None or head.owed is not None:
        return None
    lead = 0 if head.trial_until == head.expires_on else figures(head.policy).lead
    return start_of(later(head.ends, -lead), world.zone)


def _bare(event: Item) -> dict[str, object]:
    """Without the mark that says whether it is on the bus."""
    return {name: value for name, value in event.items() if not name.startswith("outbox")}


LAWS: tuple[Law, ...] = (written_once, counted_on, roads, orders, names_kept, calendars, parked)
