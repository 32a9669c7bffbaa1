"""Nights of the renewals job: what is due of a holder, what he has, and what must be true after."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from typing import Any

from tacit.domain.money import Money
from tacit.domain.notices import made
from tacit.domain.values import Account, Contract, Line, Notice, Order, Shortage
from tacit.policies import newest
from tacit.runtime.jobs import RENEWALS, Jobs, Parcel
from tacit.store import keys
from tacit.store.account_items import account_item, account_link, line_item
from tacit.store.codec import from_raw
from tacit.store.mapping import contract_item
from tacit.store.notice_items import notice_item
from tacit.store.runs import ALL
from tests.repository.bulk import write_contracts, write_items
from tests.repository.desk import Desk, everything, pattern, plain
from tests.repository.tills import book, faults, opened
from tests.unit.cases import at

PROVIDER = "registrar-ru"
TONIGHT, TOMORROW = "2026-04-05", "2026-04-06"
DOMAIN, HOSTING = 20000, 10000
_PLANS = {"d": ("domain-ru", DOMAIN), "h": ("hosting-12", HOSTING)}


def due(
    kind: str, number: int, ends: date, holder: str = "alice", enabled: bool = True
) -> tuple[list[Contract], list[Order]]:
    """So many domains ("d") or hostings ("h") of a holder, forty to an order; a hosting costs half
    of what a domain does, so that it would fit where a domain does not."""
    plan, price = _PLANS[kind]
    contract, order = pattern(
        provider=PROVIDER,
        plan=plan,
        label="example.ru",
        imported=True,
        price=Money(price, "RUB"),
        holder=holder,
        billing_contact=None,
        technical_contact=None,
        starts_on=ends.replace(year=ends.year - 1),
        expires_on=ends,
    )
    contracts, orders = [], {}
    for each in range(number):
        order_id = f"o-{holder}-{kind}-{enabled}-{each // 40}"
        contract_id = f"{kind}-{holder}-{enabled}-{each:04d}"
        contracts.append(replace(contract, id=contract_id, order_id=order_id))
        orders[order_id] = replace(order, id=order_id, autorenewal=enabled)
    return contracts, list(orders.values())


def stored(desk: Desk, client: Any, *found: tuple[list[Contract], list[Order]]) -> list[Contract]:
    contracts = [contract for each, _ in found for contract in each]
    write_contracts(
        client, desk.table.name, contracts, [order for _, each in found for order in each]
    )
    return contracts


def purse(desk: Desk, minor: int, account_id: str = "a-1", holder: str = "alice") -> None:
    opened(desk, account_id, minor, provider=PROVIDER, holder=holder, currency="RUB")


def with_notice(
    contracts: list[Contract], tried_on: date | None = None
) -> list[tuple[Contract, Notice]]:
    """The contracts with an open notice, found short on that day where it was tried."""
    rules = newest(PROVIDER)
    notices = [made(each, rules, rules, date(2026, 3, 20)) for each in contracts]
    if tried_on is not None:
        notices = [
            replace(
                each,
                tried_on=tried_on,
                short=Shortage("balance_too_small", "a-1", each.amount, (), tried_on),
            )
            for each in notices
        ]
    return [
        (replace(each, notice=notice), notice)
        for each, notice in zip(contracts, notices, strict=True)
    ]


def write_notices(desk: Desk, client: Any, noticed: list[tuple[Contract, Notice]]) -> None:
    """Heads and the notices' own items."""
    rules = newest(PROVIDER)
    items = [contract_item(contract, rules) for contract, _ in noticed]
    items += [notice_item(contract.id, notice) for contract, notice in noticed]
    write_items(client, desk.table.name, items)


def funded(desk: Desk, client: Any, minor: int, holders: Iterable[str]) -> None:
    """An account for each holder, called as he is, with so much as its first line."""
    items = []
    for holder in holders:
        money = Money(minor, "RUB")
        opened_then = Account(holder, PROVIDER, holder, "RUB", money, 1, 2)
        line = Line(1, desk.clock.now(), money, "deposit", reference="start")
        items += [account_item(opened_then), account_link(opened_then)]
        items.append(line_item(opened_then, line))
    write_items(client, desk.table.name, items)


def top_up(desk: Desk, minor: int, reference: str, account_id: str = "a-1") -> None:
    book(desk, "deposit", account_id, minor, reference, currency="RUB")


def message(run_id: str, *holders: str, as_of: str = TONIGHT, job: str = RENEWALS) -> str:
    """The shards of these holders, of alice's where nobody is named."""
    shards = sorted({keys.shard_of(PROVIDER, holder) for holder in holders or ("alice",)})
    return Parcel(run_id, job, at(as_of), ALL, tuple(shards)).text()


def counts(desk: Desk, run_id: str) -> dict[str, int]:
    """Of the shards that have begun; they must all be done. What is nothing is left out."""
    shards = Jobs(desk).runs.shards(run_id).values()
    assert all(state.done for state in shards)
    total: Counter[str] = Counter()
    for state in shards:
        total.update(state.counts)
    return dict(+total)


def through(desk: Desk, run_id: str) -> dict[str, int]:
    """The same, where what could not be paid and is written down is through as well."""
    found = Counter(counts(desk, run_id))
    found["done"] += found.pop("refused", 0)
    return dict(+found)


def heads(desk: Desk, client: Any) -> dict[str, dict[str, Any]]:
    found = everything(client, desk.table.name, "contract#")
    return {head["id"]: head for head in plain(found, "contract")}


def paid_in_order(desk: Desk, account_id: str = "a-1") -> list[str]:
    """The contracts of the account's charges, the first first."""
    found: list[Line] = desk.ledger.lines(account_id, 20_000, None)[0][::-1]
    return [line.contract_id for line in found if line.contract_id is not None]


def untrue(
    desk: Desk, client: Any, accounts: Iterable[str] = ("a-1",), references: int = 0
) -> list[str]:
    """Every invariant that does not hold for contracts, notices, charges and accounts; so many
    terms are paid under references."""
    found = [f"{name}: {fault}" for name in accounts for fault in faults(desk, name)]
    items = [from_raw(raw) for raw in everything(client, desk.table.name, "contract#")]
    of: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for item in items:
        of.setdefault((item["pk"], item["item"]), []).append(item)
    lines = Counter(name for account in accounts for name in paid_in_order(desk, account))
    for pk, head in ((item["pk"], item) for item in items if item["item"] == "contract"):
        events, charges = of.get((pk, "event"), []), of.get((pk, "charge"), [])
        renewals = [event for event in events if event["type"] == "contract.renewed"]
        numbers = sorted(event["number"] for event in events)
        if numbers != list(range(head["events"] - len(numbers) + 1, head["events"] + 1)):
            found.append(f"{pk}: events {numbers} of {head['events']}")
        elsewhere = sum(charge.get("reference") is not None for charge in charges)
        references -= elsewhere
        if not len(renewals) == len(charges) == lines[head["id"]] + elsewhere:
            found.append(f"{pk}: {len(renewals)} renewals, {len(charges)} charges")
        notices = {notice["period_start"]: notice for notice in of.get((pk, "notice"), [])}
        carried = head.get("notice")
        if carried and _shown(notices[carried["period_start"]]) != _shown(carried):
            found.append(f"{pk}: the notice is not the head's")
        if len([n for n in notices.values() if n["status"] == "paid"]) != len(renewals):
            found.append(f"{pk}: notices {notices}")
    return found if references == 0 else [*found, f"{references} references"]


def _shown(notice: dict[str, Any]) -> dict[str, Any]:
    """Without its key, and without what an item leaves out."""
    hidden = ("pk", "sk", "item", "contract_id")
    return {name: v for name, v in notice.items() if name not in hidden and v is not None}
