"""What must be true when a run is over, and when a history is."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from tacit.domain.commands import Cancel
from tacit.store.keys import read_instant
from tests.histories.errands import Errands
from tests.histories.eye import Eye
from tests.histories.figures import figures
from tests.histories.heads import Head, day, instant
from tests.histories.laws_of_terms import is_owed
from tests.histories.people import HOLDERS, STAFF
from tests.histories.reckoning import day_of, later, months_later
from tests.histories.world import World

if TYPE_CHECKING:
    from tests.histories.contracts import Contracts

_AS = {"non_renewing": "active", "pending": "active"}


def next_due(eye: Eye, now: datetime) -> datetime | None:
    """The first instant in a calendar that is still to come."""
    names = ("renewals_due_at", "expiries_due_at")
    found = (instant(head.item, name) for head in eye.heads() for name in names)
    return min((at for at in found if at is not None and at > now), default=None)


def is_due(head: Head, name: str, now: datetime) -> bool:
    at = instant(head.item, name)
    return at is not None and at <= now


def left_over(world: World, job: str, as_of: datetime) -> Iterator[str]:
    """A finished run leaves nothing behind but what the rules say stays due."""
    today = day_of(as_of, world.zone)
    explain = _why_not_over if job == "expiries" else _why_not_renewed
    for head in world.eye.heads():
        due_at = instant(head.item, f"{job}_due_at")
        if head.follows:
            continue  # its parent's events bring it along, whichever of them was met first
        if due_at is not None and due_at <= as_of and not explain(world, head, today):
            yield f"left behind by the {job} of {as_of}: {head.id}, {head.status}, due {due_at}"
    if job == "renewals":
        for holder in HOLDERS:
            yield from _first_of(world, holder, as_of)


def _why_not_over(world: World, head: Head, today: object) -> bool:
    """Its renewal is owed an attempt, for as long as the policy is patient: since its end, since
    that moved, since the registry refused, or since a doubt was cleared up (G1)."""
    if head.status != "active" or not is_owed(world, head):
        return False
    since = [head.ends, day(head.expiry_moved_on), day(head.waits_from)]
    since += [day(head.due["tried_on"])] if head.due and not head.due.get("short") else []
    return bool(today < later(max(filter(None, since)), figures(head.policy).patience))  # type: ignore[operator]


def _why_not_renewed(world: World, head: Head, today: object) -> bool:
    """Autorenewal is off, it was tried today and found short, nothing of the term would be left
    (S14), or it had its turn in this run already: with a term that was due before, or with what a
    warranty laid out."""
    order, notice = world.order(head), head.due
    if order is None or not order["autorenewal"] or head.owed is not None:
        return True
    if head.expiry_moved_on == str(today) or _owed_paid(world, head, today):
        return True
    if notice is not None and notice.get("short") and day(notice["tried_on"]) == today:
        return True
    return _term_is_over(head, today)


def _term_is_over(head: Head, today: object) -> bool:
    """Nothing would be left of what it paid for (S14)."""
    over = months_later(head.ends, head.term_months, head.anchor_day)
    return head.status == "inactive" and bool(over <= today)  # type: ignore[operator]


def _owed_paid(world: World, head: Head, today: object) -> bool:
    """Whether what a warranty had laid out was paid today."""
    told = world.eye.behind(f"contract#{head.id}", "event")
    paid = [each["at"] for each in told if each["type"] == "contract.owed_paid"]
    return any(day_of(read_instant(at), world.zone) == today for at in paid)


def _first_of(world: World, holder: str, as_of: datetime) -> Iterator[str]:
    """R4, R5: whatever comes first of a holder's is not short while an account of his would do.
    What a warranty laid out has a place as well, the one of its own period, and keeps its money
    (G14); it is asked for once a day, so that nothing is said of it here. Where it was paid, the
    contract has had its turn."""
    his = [head for head in world.eye.heads() if head.holder == holder]
    due = [head for head in his if _waits(world, head, as_of)]
    if not due:
        return
    first = min(due, key=lambda head: _place(world, head))
    owed = [head for head in his if head.owed and head.status != "closed"]
    if any(_place(world, head) < _place(world, first) for head in owed):
        return
    minor = int(first.due["minor"]) if first.due else 0
    enough = [a["id"] for a in world.accounts(holder) if a["balance"] >= minor]
    if enough:
        yield f"{first.id} comes first and waits for {minor}, and {enough} would do"


def _waits(world: World, head: Head, as_of: datetime) -> bool:
    due_at, notice = instant(head.item, "renewals_due_at"), head.due
    short = notice is not None and bool(notice.get("short"))
    order = world.order(head)
    on = order is not None and order["autorenewal"]
    today = day_of(as_of, world.zone)
    if head.owed or _owed_paid(world, head, today) or _term_is_over(head, today):
        return False
    return bool(short and on and due_at is not None and due_at <= as_of)


def _place(world: World, head: Head) -> tuple[int, str, str]:
    if head.status == "pending":
        return 99, str(head.starts_on), str(head.id)
    oldest = head.owed["notice"]["period_start"] if head.owed else head.expires_on
    return figures(head.policy).rank(head.kind), str(oldest), str(head.id)


def follow_all(errands: Errands) -> Iterator[str]:
    """What is on the bus, and what is not there yet, is brought to whatever hangs on something,
    until it is quiet. The order is none."""
    eye = errands.stage.eye
    for _ in range(5):
        parents = {head.parent_id for head in eye.heads() if head.status != "closed"}
        followed = 0
        for parent in sorted(filter(None, parents)):
            event = {"id": f"{parent}:last", "type": "of any type", "subject": parent}
            followed += errands.follow(event)
        if not followed:
            return
    yield "the bus does not come to rest"


def as_parents(eye: Eye) -> Iterator[str]:
    """S11: a free account is what its domain is."""
    for head in eye.heads():
        parent = eye.head(head.parent_id) if head.parent_id else None
        if head.follows and parent is not None and head.status != "closed":
            wanted = _AS.get(parent.status, parent.status)
            if (head.status, head.ends) != (wanted, parent.ends):
                yield f"{head.id} is {head.status} to {head.ends}, {parent.id} {parent.status}"


def let_it_end(history: Contracts) -> Iterator[str]:
    """Nobody pays and nobody does anything any more: everything comes to its end, or to a place
    from which staff may bring it back at any time (K9). What was never activated is given up."""
    stage, errands, eye = history.stage, history.errands, history.stage.eye
    for head in eye.heads():
        if head.status == "pending":
            door = history.doors.contract(STAFF, head.id, "cancel", Cancel)
            history.doors.ask(STAFF, f"cancels {head.id}", door)
    yield from follow_all(errands)
    for order in eye.named("order"):
        if order["autorenewal"]:
            door = history.doors.switch(STAFF, str(order["id"]), False)
            history.doors.ask(STAFF, f"switches the autorenewal of {order['id']} off", door)
    for _ in range(15):
        ends = [instant(head.item, "expiries_due_at") for head in eye.heads()]
        coming = [at for at in ends if at is not None]
        if not coming:
            break
        stage.stand(max(stage.now, *coming) + timedelta(days=15))
        errands.run("expiries", stage.now)
        yield from left_over(history.world, "expiries", stage.now)
        yield from follow_all(errands)
    for head in eye.heads():
        waits = head.status == "expired" and head.phase_ends_on is None
        parent = history.world.parent(head) if head.follows else None
        parked = any("parked_at" in each.item for each in (head, parent) if each is not None)
        if not (head.status == "closed" or waits or parked):
            yield f"{head.id} is {head.status} for ever"
