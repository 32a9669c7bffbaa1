"""Laws of ticket orders: money, commission, seats, admissions, late money (I5 to I9, G3)."""

from __future__ import annotations

from collections.abc import Iterator

from tests.histories.eye import Deed
from tests.histories.heads import Item
from tests.histories.invoices import Invoice
from tests.histories.world import Law, World

ROADS = {
    "pending": {"pending", "paid", "cancelled"},
    "paid": {"paid", "cancelled"},
    "cancelled": {"cancelled", "paid"},
}
PERCENT = 4

Moved = Iterator[tuple[Invoice | None, Invoice, list[str]]]


def orders(deed: Deed) -> Moved:
    for before, after in deed.of("ticket_order"):
        if after is not None and (before is None or before["version"] != after["version"]):
            said = deed.said(f"ticket_order/{after['id']}")
            yield Invoice(before) if before is not None else None, Invoice(after), said


def counted_on(world: World, deed: Deed) -> Iterator[str]:
    for before, after, said in orders(deed):
        version, events = (before.version, before.events) if before is not None else (0, 0)
        if after.version != version + 1 or after.events != events + len(said) or not said:
            yield f"{after.id}: version {after.version} after {version}, events {said}"
        if before is not None and after.status not in ROADS[before.status]:
            yield f"{after.id}: from {before.status} to {after.status} ({', '.join(said)})"


def money(world: World, deed: Deed) -> Iterator[str]:
    """What came in is for tickets, credit, or was given back: nothing is lost (G3)."""
    for before, after, said in orders(deed):
        new = [p for p in deed.new("ticket_payment") if p["pk"] == after.pk]
        came = sum(int(payment["minor"]) for payment in new)
        had = before.paid if before is not None else after.total if after.status == "paid" else 0
        if after.paid != had + came:
            yield f"{after.id}: {after.paid} paid, {had} before and {came} came in"
        if said.count("payment_booked") != len(new):
            yield f"{after.id}: {len(new)} payments, told {said}"
        spent = _spent(world, before, after, said)
        if not after.waits and spent + after.credit != after.paid:
            yield f"{after.id}: {after.paid} paid, {spent} spent, {after.credit} credit"
        if after.credit < 0 or (after.waits and after.credit):
            yield f"{after.id}: a credit of {after.credit}"


def _spent(world: World, before: Invoice | None, after: Invoice, said: list[str]) -> int:
    """For tickets, or given back; remembered from decision to decision."""
    spent = world.spent.get(after.id, 0)
    if before is None:
        spent = after.total if after.status == "paid" else 0
    if "paid" in said or "revived" in said:
        spent += after.total
    if "credit_refunded" in said and before is not None:
        spent += before.credit
    if "cancelled" in said and before is not None and before.waits and _refunded(before, after):
        spent += before.paid
    world.spent[after.id] = spent
    return spent


def _refunded(before: Invoice, after: Invoice) -> bool:
    return len(after.refunds) > len(before.refunds)


def commissions(world: World, deed: Deed) -> Iterator[str]:
    """Due from what was paid, and it stays (I6)."""
    for before, after, said in orders(deed):
        was = before.commission if before is not None else None
        if (before is None and after.status == "paid") or "paid" in said:
            wanted: int | None = after.total * PERCENT // 100
        elif "revived" in said:
            wanted = max(after.total * PERCENT // 100, was or 0)
        else:
            wanted = was
        if after.commission != wanted:
            yield f"{after.id} ({', '.join(said)}): commission {after.commission}, not {wanted}"


def seats(world: World, deed: Deed) -> Iterator[str]:
    """A seat is held while a valid ticket is for it, and by that order alone."""
    for _, after, said in orders(deed):
        show = f"show#{after.shop_id}#{after.item['show']['id']}"
        held = world.eye.parts.get(show, {})
        mine = {sk.partition("#")[2] for sk, each in held.items() if each["order_id"] == after.id}
        if mine != after.seats:
            yield f"{after.id} ({said}) holds {sorted(mine)}, valid {sorted(after.seats)}"
    for had, has in deed.of("seat"):
        if had is not None and has is not None:
            yield f"the seat {has['sk']} went from {had['order_id']} to {has['order_id']}"


def admissions(world: World, deed: Deed) -> Iterator[str]:
    """Once, with a valid ticket of a paid order."""
    for before, after, _ in orders(deed):
        was = {t["number"]: t for t in before.item["tickets"]} if before is not None else {}
        for ticket in after.item["tickets"]:
            old: Item = was.get(ticket["number"], {})
            if ticket.get("admitted_at") == old.get("admitted_at"):
                continue
            if old.get("admitted_at") or old.get("status") != "valid" or after.status != "paid":
                yield f"{ticket['number']} was let in: {dict(old)}, its order {after.status}"


def late_money(world: World, deed: Deed) -> Iterator[str]:
    """G3: what the deadline alone did is undone if all seats are free and the event is to come."""
    for before, after, said in orders(deed):
        if before is None or before.status != "cancelled" or "payment_booked" not in said:
            continue
        back = [t for t in before.item["tickets"] if t["with_order"]]
        shown = world.eye.parts.get(f"show#{after.shop_id}#{after.item['show']['id']}", {})
        names = {f"seat#{str(t['seat']).casefold()}" for t in back if t.get("seat")}
        free = all(shown[n]["order_id"] == after.id for n in names if n in shown)
        came = after.paid - before.paid
        enough = before.credit + came >= sum(int(t["minor"]) for t in back)
        wanted = before.cancelled_by == "deadline" and free and enough
        wanted = wanted and deed.act.at < before.show
        if ("revived" in said) is not wanted:
            yield f"{after.id}: {', '.join(said)}; seats free {free}, enough {enough}"
        if not wanted and not after.question:
            yield f"{after.id}: late money is kept, and nobody is asked"


LAWS: tuple[Law, ...] = (counted_on, money, commissions, seats, admissions, late_money)
