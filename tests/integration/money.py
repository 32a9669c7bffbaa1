"""Accounts at the doors: one with money on it, what is on it, and its ledger."""

from typing import Any

from tests.integration.conftest import STAFF, Person, Reply, World


def francs(amount: str, currency: str = "CHF") -> dict[str, str]:
    return {"amount": amount, "currency": currency}


def opened(world: World, account_id: str, amount: str | None = None, **fields: Any) -> None:
    """An account of alice at kreativmedia, unless said, with so much on it."""
    body = {"provider": "kreativmedia", "holder": "alice", "currency": "CHF", **fields}
    reply = world.call("PUT", f"/accounts/{account_id}", STAFF, body)
    assert reply.status == 201, reply.text
    if amount is not None:
        paid_in = book(world, account_id, "deposits", francs(amount, body["currency"]), "start")
        assert paid_in.status == 200, paid_in.text


def book(
    world: World,
    account_id: str,
    door: str,
    amount: dict[str, str],
    reference: str,
    who: Person = STAFF,
    **query: str,
) -> Reply:
    """`door` is `deposits` or `withdrawals`."""
    body = {"amount": amount, "reference": reference, "reason": "by bank transfer"}
    return world.call("POST", f"/accounts/{account_id}/{door}", who, body, query=query)


def balance(world: World, account_id: str, who: Person = STAFF) -> str:
    reply = world.call("GET", f"/accounts/{account_id}", who)
    assert reply.status == 200, reply.text
    return str(reply.json["balance"]["amount"])


def ledger(world: World, account_id: str, who: Person = STAFF) -> list[dict[str, Any]]:
    """Every line, oldest first, page by page."""
    found: list[dict[str, Any]] = []
    query = {"limit": "2"}
    while True:
        page = world.call("GET", f"/accounts/{account_id}/ledger", who, query=dict(query)).json
        found += page["items"]
        if page["next"] is None:
            return found[::-1]
        query["next"] = page["next"]


def moved(world: World, account_id: str) -> list[tuple[str, str]]:
    """(reason, signed amount) of every line, oldest first."""
    return [(line["reason"], line["amount"]["amount"]) for line in ledger(world, account_id)]
