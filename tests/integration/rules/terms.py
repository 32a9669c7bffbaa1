"""The sentences in which renewals are told: what somebody bought, what is on his accounts, a night
of jobs, and what a person sees of it afterwards."""

from typing import Any

from tests.integration.conftest import ALICE, STAFF, Person, Reply, World
from tests.integration.money import francs, ledger, opened
from tests.integration.rules.scenes import imported, job

MOSCOW = "Europe/Moscow"
REGISTRAR = "registrar-ru"
PLANS = {"domain-ru": "200.00", "vps-1": "900.00", "ssl-certificate": "800.00"}


def funded(
    world: World, account_id: str, amount: str, provider: str = REGISTRAR, **fields: Any
) -> None:
    """alice's account with so much on it; rubles, unless said."""
    opened(world, account_id, amount, **{"provider": provider, "currency": "RUB", **fields})


def topped_up(world: World, account_id: str, amount: str, currency: str = "RUB") -> None:
    body = {"amount": francs(amount, currency), "reference": f"more-{amount}", "reason": "transfer"}
    reply = world.call("POST", f"/accounts/{account_id}/deposits", STAFF, body)
    assert reply.status == 200, reply.text


def bought(
    world: World,
    contract_id: str,
    ends: str,
    plan: str = "domain-ru",
    price: str | None = None,
    **fields: Any,
) -> None:
    """A year's contract of alice at the registrar that ends on this day; `price` is its own."""
    body: dict[str, Any] = {
        "provider": REGISTRAR,
        "plan": plan,
        "label": f"{contract_id}.ru",
        "starts_on": f"{int(ends[:4]) - 1}-{ends[5:].replace('02-29', '02-28')}",
        "expires_on": ends,
        **fields,
    }
    if price is not None:
        body["price"] = {"amount": price, "currency": "RUB"}
    imported(world, contract_id, **body)


def renewals(world: World, day: str, at: str = "12:00") -> None:
    """The renewals job at a local time of Moscow."""
    job(world, day, at, MOSCOW, name="renewals")


def expiries(world: World, day: str, at: str = "12:00") -> None:
    job(world, day, at, MOSCOW, name="expiries")


def ends(world: World, *contracts: str) -> dict[str, str]:
    """Until when each is paid."""
    return {each: world.contract(each)["expires_on"] for each in contracts}


def statuses(world: World, *contracts: str) -> dict[str, str]:
    return {each: world.contract(each)["status"] for each in contracts}


def taken(world: World, account_id: str = "a-1") -> list[tuple[str, str]]:
    """(contract, amount) of each charge, oldest first; and the lines add up to the balance."""
    lines = ledger(world, account_id)
    amounts = [_minor(line["amount"]["amount"]) for line in lines]
    seen = world.call("GET", f"/accounts/{account_id}", STAFF).json["balance"]["amount"]
    assert sum(amounts) == _minor(seen)
    return [
        (line["contract_id"], line["amount"]["amount"]) for line in lines if line["contract_id"]
    ]


def _minor(amount: str) -> int:
    return int(amount.replace(".", ""))


def notices(world: World, contract_id: str, who: Person = ALICE) -> list[dict[str, Any]]:
    reply = world.call("GET", "/notices", who, query={"contract_id": contract_id})
    assert reply.status == 200, reply.text
    found: list[dict[str, Any]] = reply.json["items"]
    return found


def states(world: World, *contracts: str) -> dict[str, list[str]]:
    """What became of the notices of each."""
    return {each: [row["status"] for row in notices(world, each, STAFF)] for each in contracts}


def pay(world: World, notice_id: str, reference: str = "bank-1") -> Reply:
    return world.call("POST", f"/notices/{notice_id}/payment", STAFF, {"reference": reference})


def renew(
    world: World, contract_id: str, from_day: str, account_id: str = "a-1", who: Person = ALICE
) -> Reply:
    body = {"current_expires_on": from_day, "account_id": account_id}
    return world.call("POST", f"/contracts/{contract_id}/renewal", who, body)


def switch(world: World, order_id: str, enabled: bool) -> None:
    reply = world.call("PUT", f"/orders/{order_id}/autorenewal", ALICE, {"enabled": enabled})
    assert reply.status == 200, reply.text


def parked(world: World) -> list[str]:
    return [row["id"] for row in world.call("GET", "/parked", STAFF).json["items"]]
