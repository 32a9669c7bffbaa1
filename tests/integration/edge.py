"""People at the doors, and what every refusal must look like."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from tacit.runtime.problem_table import PROBLEMS
from tests.integration.conftest import STAFF, Person, Reply, World, customer
from tests.integration.money import opened
from tests.integration.rules.scenes import job

ALICE_ELSEWHERE = customer("alice", "svenska-domaner")
MALLORY = customer("mallory", "kreativmedia")
OLGA = customer("olga", "svenska-domaner")
KIM = Person("kim", "[staff.kreativmedia]")
SVEN = Person("sven", "[staff.svenska-domaner]")
NOBODY = Person("nina", "")

# What PUT /contracts/{id} needs; `World.register` sends the same and more.
CONTRACT: dict[str, Any] = {
    "provider": "kreativmedia",
    "plan": "hosting-start",
    "label": "Hosting of Alice",
    "holder": "alice",
    "billing_contact": "bob",
    "technical_contact": "carol",
    "email": "alice@example.net",
    "starts_on": "2025-01-15",
}

SVENSKA = {"provider": "svenska-domaner"}
NEW_ADD_ON: dict[str, Any] = {
    **CONTRACT, **SVENSKA, "plan": "mail-addon", "label": "mail", "parent_id": "s-1"
}  # fmt: skip
REGISTRY = {"registry_expires_on": "2026-06-01", "fetched_at": "2025-02-01T10:00:00Z"}
AT_ONCE = {"mode": "immediate"}


def family(world: World) -> None:
    """A domain here, and one there with an add-on."""
    world.register("d-1", plan="domain-ch", label="family.ch")
    world.register("s-1", **SVENSKA, plan="premium-domain", label="family.se")
    world.register("a-1", **SVENSKA, plan="mail-addon", parent_id="s-1")


PLACED = {"provider": "kreativmedia", "holder": "alice", "contracts": ["g-1", "g-3"]}


def grouped(world: World) -> None:
    """Two contracts in one order, one in its own."""
    for contract_id in ("g-1", "g-2"):
        world.register(contract_id, order_id="o-1")
    world.register("g-3")


RENEWAL = {"current_expires_on": "2026-01-15", "account_id": "a-7"}
REVERSAL = {"period_start": "2025-02-20", "reason": "refused"}


def payable(world: World) -> None:
    """Money on an account, one that waits to be activated, and a domain that can be warranted."""
    opened(world, "a-7", "500.00")
    world.register("p-7", status="pending")
    world.register("i-1", provider="infomaniak", plan="domain-ch", label="mine.ch")


def noticed(world: World) -> None:
    """The notice of n-1 is open, that of n-2 is paid."""
    for contract_id in ("n-1", "n-2"):
        world.register(contract_id, starts_on="2024-02-20")
    job(world, "2025-02-01", name="renewals")
    paid = {"reference": "bank-0"}
    assert world.call("POST", "/notices/n-2:2025-02-20/payment", STAFF, paid).status == 200


def called_for(world: World) -> None:
    """A warranty has stepped in, and somebody has to call: the task w-1:6."""
    named = {"provider": "infomaniak", "plan": "domain-ch", "label": "owed.ch"}
    world.register("w-1", **named, starts_on="2024-01-15", renewal_warranty=True)
    off = world.call("PUT", "/contracts/w-1/autorenewal", STAFF, {"enabled": False})
    assert off.status == 200, off.text
    for day in ("2025-01-15", "2025-01-16", "2025-01-22", "2025-01-29", "2025-02-01"):
        job(world, day, name="renewals")


def over(world: World) -> None:
    """One that has expired, and can be brought back."""
    world.register("x-1", status="expired", starts_on="2024-01-15", **{"import": True})


def assert_problem(reply: Reply, status: int, code: str, field: str | None = None) -> None:
    """The answer is this refusal, in the form that all of them have (RFC 9457)."""
    assert (reply.status, reply.code) == (status, code), reply.text
    body = reply.json
    assert list(body) == ["type", "title", "status", "detail", "code", "params"]
    assert body["status"] == status
    assert body["type"] == f"urn:tacit:problem:{code}"
    assert body["title"] in {entry.title for entry in PROBLEMS.values()}
    assert body["detail"].strip()
    if field is not None:
        assert body["params"]["field"] == field, reply.text
    reply.text.encode()  # half a surrogate pair would be lost on the way to the client


@contextmanager
def nothing_written(world: World, but: str | None = None) -> Iterator[None]:
    """Whatever is asked inside leaves no trace in the table, `but` in partitions whose key begins
    so: a preview has items of its own."""
    before = everything(world, but)
    yield
    assert everything(world, but) == before


def everything(world: World, but: str | None = None) -> list[str]:
    """The table's items."""
    kept = (item for item in world.items() if but is None or not item["pk"]["S"].startswith(but))
    return sorted(json.dumps(item, sort_keys=True) for item in kept)
