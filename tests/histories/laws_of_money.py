"""Laws of money: what is charged and for what, what comes back, and what a notice asks for."""

from __future__ import annotations

from collections.abc import Iterator

from tests.histories.eye import Deed
from tests.histories.figures import figures
from tests.histories.heads import Head, Item, day
from tests.histories.laws_of_terms import restored_from
from tests.histories.reckoning import francs
from tests.histories.world import Law, Period, World, changes

BEFORE = "before it came here"


def accounts(world: World, deed: Deed) -> Iterator[str]:
    """A balance is the sum of its lines, and never less than nothing."""
    for before, after in deed.of("account"):
        if after is None:
            yield "an account is gone"
            continue
        lines = [line for line in deed.new("line") if line["pk"] == after["pk"]]
        was = before["balance"] if before is not None else 0
        if after["balance"] != was + sum(int(line["minor"]) for line in lines):
            minors = [line["minor"] for line in lines]
            yield f"{after['id']}: {was} and {minors} is no {after['balance']}"
        if after["balance"] < 0:
            yield f"{after['id']} holds {francs(after['balance'])}"
        if after["lines"] != (before["lines"] if before is not None else 0) + len(lines):
            yield f"{after['id']} counts {after['lines']} lines, {len(lines)} are new"
    heads = {after["pk"] for _, after in deed.of("account") if after is not None}
    for line in deed.new("line"):
        if line["pk"] not in heads:
            yield f"a line of {line['pk']} moves no balance"
    moved = {head.id for _, head in deed.heads}
    for line in deed.new("line"):
        if line.get("contract_id") and line["contract_id"] not in moved:
            yield f"{line['minor']} for {line['contract_id']}, of which nothing changed (R8)"


def asked_for(world: World, deed: Deed) -> Iterator[str]:
    """What is booked under a reference is what somebody asked for (once: see `written_once`)."""
    for line in deed.new("line"):
        if line.get("contract_id") is None:
            account = str(line["pk"]).partition("#")[2]
            wanted = world.booked.get((account, str(line["reference"])), set())
            if line["minor"] not in wanted:
                yield f"{account}: {line['minor']} under {line['reference']}, asked were {wanted}"


def charged_once(world: World, deed: Deed) -> Iterator[str]:
    """One charge for each term that begins, and none for anything else (G2, R8)."""
    for before, after, said in changes(deed):
        charges = [c for c in deed.new("charge") if c["pk"] == f"contract#{after.id}"]
        found = sorted((str(c["reason"]), str(c["period_start"]), int(c["minor"])) for c in charges)
        wanted = sorted(_wanted(world, deed, before, after, said))
        if found != wanted:
            yield f"{after.id} ({', '.join(said)}): charged {found}, expected {wanted}"
        yield from _paid_by_lines(deed, after, charges)


def _wanted(
    world: World, deed: Deed, before: Head, after: Head, said: list[str]
) -> list[tuple[str, str, int]]:
    if "renewed" in said:
        paid = after.notice
        return [("renewal", str(before.expires_on), int(paid["minor"]))]
    if "owed_paid" in said:
        owed = before.owed["notice"]
        return [("renewal", str(owed["period_start"]), int(owed["minor"]))]
    if "activated" in said and after.trial_until is None:
        return [("activation", str(before.starts_on), int(after.notice["minor"]))]
    if "restored" in said:
        return list(_of_restoration(world, deed, before))
    return []


def _of_restoration(world: World, deed: Deed, before: Head) -> Iterator[tuple[str, str, int]]:
    """A fee where there is one, and a term, unless one that is paid goes on (K7, K8, I13, S4)."""
    window = figures(before.policy).window(before.kind, before.tld)
    assert window is not None
    goes_on = before.ends > world.today(deed)
    start = before.domain_ends if window.since == "registry" else before.ends
    if window.fee:
        of = str(before.ended_on) if goes_on else start.isoformat()
        yield "restoration_fee", of, window.fee
    if not goes_on:
        begins, _ = restored_from(before, world.today(deed))
        yield "renewal", begins.isoformat(), before.price


def _paid_by_lines(deed: Deed, head: Head, charges: list[Item]) -> Iterator[str]:
    """What is charged to an account stands in its ledger, amount for amount."""
    wanted = sorted(
        (str(c["account_id"]), -int(c["minor"])) for c in charges if c.get("account_id")
    )
    lines = [line for line in deed.new("line") if line.get("contract_id") == head.id]
    found = sorted(
        (str(line["pk"]).partition("#")[2], int(line["minor"]))
        for line in lines
        if not str(line["reason"]).endswith("_back")
    )
    if found != wanted:
        yield f"{head.id}: lines {found} for charges {wanted}"


def given_back(world: World, deed: Deed) -> Iterator[str]:
    """A renewal that the registry refused gives back what it took; who leaves a hosting, a server
    gets what he has not used (R9), and nothing after a plan change (X2)."""
    for before, after, said in changes(deed):
        lines = [line for line in deed.new("line") if line.get("contract_id") == after.id]
        back = {str(line["reason"]): int(line["minor"]) for line in lines if line["minor"] > 0}
        wanted: dict[str, int] = {}
        if "renewal_reversed" in said:
            for had, _ in deed.of("notice"):
                if had and had.get("account_id") and had["period_start"] == after.expires_on:
                    wanted = {"renewal_back": int(had["minor"])}
        elif "cancelled" in said and after.cancelled == "immediate":
            minor = _unused(world, deed, before)
            if minor:
                wanted = {"money_back": minor}
        if back != wanted:
            yield f"{after.id} ({', '.join(said)}): given back {back}, expected {wanted}"


def _unused(world: World, deed: Deed, head: Head) -> int:
    """Paid × unused days ÷ days, each period by itself, rounded down; to the account that paid.
    What was paid under a reference goes back by hand, and is no line; what was paid before we knew
    of it goes with the rest."""
    if head.kind not in figures(head.policy).money_back or head.plan_changed_on is not None:
        return 0
    today, whole = world.today(deed), 0
    periods = [each for each in world.periods.get(head.id, []) if each.ends > today]
    for each in periods:
        days, left = (each.ends - each.begins).days, (each.ends - max(today, each.begins)).days
        whole += each.minor * left // days if each.account is not None else 0
    return whole if any(each.account not in (None, BEFORE) for each in periods) else 0


def periods(world: World, deed: Deed) -> Iterator[str]:
    """Remembers each term that begins, and forgets one that is taken back."""
    for before, after in deed.heads:
        if before is None and after.status != "pending":
            first = Period(after.starts, after.ends, after.price, BEFORE)
            world.periods[after.id] = [first]
    for before, after, said in changes(deed):
        known = world.periods.setdefault(after.id, [])
        if "renewed" in said:
            paid = after.notice
            known.append(
                Period(before.ends, after.ends, int(paid["minor"]), paid.get("account_id"))
            )
        elif "activated" in said and after.trial_until is None:
            paid = after.notice
            known.append(
                Period(after.starts, after.ends, int(paid["minor"]), paid.get("account_id"))
            )
        elif "renewal_reversed" in said and known:
            known.pop()
    yield from ()


def notices(world: World, deed: Deed) -> Iterator[str]:
    """An open notice stands only on what can still be renewed (S1), taking back a cancellation
    opens the same one again (G2), and there is one open at most."""
    for before, after in deed.heads:
        alive = after.status in ("pending", "active", "inactive") and after.cancelled is None
        notice = after.notice
        if notice is not None and notice["status"] == "open" and not alive:
            period = notice["period_start"]
            yield f"{after.id} is {after.status}, and its notice of {period} is open"
        if after.due is not None and after.due["status"] == "annulled" and alive:
            yield f"{after.id} goes on, and its notice of {after.due['period_start']} is annulled"
        listed = world.eye.behind(f"contract#{after.id}", "notice")
        owed = after.owed["notice"]["period_start"] if after.owed else None
        now_open = [n for n in listed if n["status"] == "open" and n["period_start"] != owed]
        carried = 1 if notice is not None and notice["status"] == "open" else 0
        if len(now_open) != carried:
            days = [each["period_start"] for each in now_open]
            yield f"{after.id}: {len(now_open)} notices are open {days}, {carried} on the contract"
        if before is not None and "renewal_noticed" in deed.said(after.id):
            yield from _asked(world, deed, before, after)


def _asked(world: World, deed: Deed, before: Head, after: Head) -> Iterator[str]:
    """At the price in force on the day it is made, that of a first term as ordered (G10), for every
    unit, less what paying far ahead takes off (R9)."""
    laid_out = after.owed is not None and before.owed is None  # in the same decision
    made = after.owed["notice"] if laid_out else after.notice
    ordered = figures(before.policy)
    known = ordered.plans[before.plan]
    today = (ordered if before.status == "pending" else world.in_force()).plans[before.plan]
    usual = int(before.item["price_minor"]) == known.price
    price = today.price if usual else int(before.item["price_minor"])
    minor = price * int(before.quantity) * (100 - (today.percent if usual else 0)) // 100
    if made["minor"] != minor:
        yield f"{after.id}: the notice asks for {made['minor']}, expected {minor}"
    if day(made["made_on"]) != world.today(deed):
        yield f"{after.id}: a notice made on {made['made_on']}, today is {world.today(deed)}"


LAWS: tuple[Law, ...] = (accounts, asked_for, charged_once, given_back, periods, notices)
