"""Every id in a body or a query is authorised like one in the path: another's, another
provider's, and one that is not there look the same, and nothing is written."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.integration.conftest import (
    ALICE,
    STAFF,
    Person,
    World,
    customer,
    new_world,
)
from tests.integration.edge import (
    CONTRACT,
    KIM,
    NEW_ADD_ON,
    SVENSKA,
    assert_problem,
    family,
    nothing_written,
    noticed,
    over,
)
from tests.integration.messages import ordered, written
from tests.integration.money import opened
from tests.integration.plan_changes import changeable, quoted, serving
from tests.integration.sales import REFUND, order_of, selling
from tests.integration.shops import OLGA, opened_shop

MALLORY = customer("mallory")
NONE = "not-there"
KRIAX_STAFF = Person("kit", "[staff.kriax]")
SVEN = Person("sven", "[staff.svenska-domaner]")

# Accounts of another holder, of alice with another provider, and none at all.
ACCOUNTS = ("a-m", "a-s", NONE)
RENEWAL = {"current_expires_on": "2026-01-15"}
ORDER = {"provider": "kreativmedia", "holder": "alice"}

# By method, path and whoever asks: the field, what else is in the body, ids that are not his.
BODIES: list[tuple[str, str, Person, str, dict[str, Any], tuple[Any, ...]]] = [
    ("POST", "/contracts/c-1/renewal", ALICE, "account_id", RENEWAL, ACCOUNTS),
    ("POST", "/contracts/c-1/renewal", KIM, "account_id", RENEWAL, ACCOUNTS),
    ("POST", "/contracts/p-1/activation", ALICE, "account_id", {}, ACCOUNTS),
    ("POST", "/contracts/p-1/activation", STAFF, "account_id", {}, ACCOUNTS),
    ("POST", "/contracts/x-1/restoration", KIM, "account_id", {}, ACCOUNTS),
    ("POST", "/contracts/x-1/restoration", STAFF, "account_id", {}, ACCOUNTS),
    ("PUT", "/contracts/a-2", SVEN, "parent_id", NEW_ADD_ON, ("d-1", "m-1", NONE)),
    ("PUT", "/contracts/c-9", KIM, "order_id", CONTRACT, ("o-m", "o-s")),
    ("PUT", "/orders/o-1", KIM, "contracts", ORDER, (["m-1"], ["s-1"], [NONE], ["c-1", "m-1"])),
    ("PUT", "/orders/o-1", STAFF, "contracts", ORDER, (["m-1"], ["s-1"], [NONE], ["c-1", "s-1"])),
    ("POST", "/orders/~c-1/detachments", KIM, "contract_id", {}, ("m-1", "s-1", NONE)),
    ("POST", "/contracts/v-1/plan-changes", ALICE, "quote_id", {}, ("{mallory's}", "{other}", "x")),
    ("POST", "/contracts/v-1/plan-changes", STAFF, "quote_id", {}, ("{mallory's}", "{other}", "x")),
    ("PUT", "/ticket-orders/t-9", OLGA, "shop_id", order_of("D-1"), ("shop-m", NONE)),
    ("POST", "/ticket-orders/t-1/exchange", OLGA, "ticket", {}, ("B-1", "M-1", NONE)),
    (
        "POST", "/ticket-orders/t-1/cancellation", OLGA, "tickets", {"refund": REFUND},
        (["B-1"], ["A-1", "M-1"], [NONE]),
    ),
    ("POST", "/messages", OLGA, "subject", {"to": "buyer", "text": "x"}, ("t-m", NONE)),
]  # fmt: skip
# Two ids in a path: the second belongs to the first.
PATHS: list[tuple[str, str, Person, dict[str, Any]]] = [
    *(
        ("POST", f"/contracts/{contract}/plan-changes/{change}/{door}", who, body)
        for contract, change, who in (
            ("v-1", "v-2:2", ALICE),
            ("v-m", "v-2:2", MALLORY),
            ("v-1", "v-2:2", KRIAX_STAFF),
            ("v-2", "v-2:9", STAFF),
        )
        for door, body in (("code", {}), ("confirmation", {"code": "123456"}))
    ),
    ("PUT", "/contracts/v-1/servers/s-1/removal", ALICE, {"confirm": "s-1"}),
    ("DELETE", "/contracts/v-m/servers/s-1/removal", MALLORY, {}),
    ("PUT", "/contracts/v-3/servers/s-9/removal", STAFF, {"confirm": "s-9"}),
    ("POST", "/notices/c-1:2025-02-20/payment", KIM, {"reference": "bank-1"}),
    ("POST", "/tasks/c-1:6/done", KIM, {}),
    ("POST", "/messages/t-1:2/undo", OLGA, {}),
    ("POST", "/messages/w-1:9/drop", OLGA, {}),
]
QUERIES: list[tuple[str, Person, str, tuple[str, ...]]] = [
    ("/notices", ALICE, "contract_id", ("m-1", NONE)),
    ("/notices", KIM, "contract_id", ("s-1", NONE)),
    ("/messages", OLGA, "subject", ("t-m", NONE)),
    ("/ticket-orders", OLGA, "shop_id", ("shop-m", NONE)),
]


@pytest.fixture(scope="module")
def scene() -> Iterator[tuple[World, dict[str, str]]]:
    """Alice's and olga's things, and beside each what is mallory's or another provider's."""
    with new_world() as world:
        world.set_clock("2025-02-01T11:00:00Z")
        world.register("c-1")
        family(world)
        noticed(world)
        over(world)
        world.register("p-1", status="pending")
        world.register("m-1", holder="mallory", order_id="o-m")
        world.register("s-9", **SVENSKA, plan="premium-domain", label="s.se", order_id="o-s")
        opened(world, "a-1", "500.00")
        opened(world, "a-m", "500.00", holder="mallory")
        opened(world, "a-s", "500.00", provider="svenska-domaner", currency="SEK")
        changeable(world)
        serving(world, "v-m", holder="mallory")
        selling(world)
        opened_shop(world, "shop-m", organiser="mallory")
        body = order_of("M-1", shop_id="shop-m")
        assert world.call("PUT", "/ticket-orders/t-m", MALLORY, body).status == 201
        ordered(world)
        written(world)
        yield (
            world,
            {
                "{mallory's}": quoted(world, "v-m", MALLORY)["id"],
                "{other}": quoted(world, "v-3", plan="vps-m", quantity=1)["id"],
            },
        )


@pytest.mark.parametrize(
    ("method", "path", "who", "field", "rest", "foreign"),
    BODIES,
    ids=[f"{method} {path} {who.subject}" for method, path, who, *_ in BODIES],
)
def test_an_id_in_a_body_is_anothers_and_is_not_there(
    scene: tuple[World, dict[str, str]],
    method: str,
    path: str,
    who: Person,
    field: str,
    rest: dict[str, Any],
    foreign: tuple[Any, ...],
) -> None:
    world, quotes = scene
    with nothing_written(world):
        for given in foreign:
            named = quotes.get(given, given) if isinstance(given, str) else given
            body = {**rest, field: named}
            reply = world.call(method, path, who, body, headers={"Idempotency-Key": "once"})
            assert_problem(reply, 404, "not_found")
            assert not any(each in reply.text for each in ("mallory", "svenska", "olga"))


@pytest.mark.parametrize(
    ("method", "path", "who", "body"), PATHS, ids=[f"{m} {p} {w.subject}" for m, p, w, _ in PATHS]
)
def test_what_belongs_to_another_contract_or_order_is_not_in_this_one(
    scene: tuple[World, dict[str, str]], method: str, path: str, who: Person, body: dict[str, Any]
) -> None:
    world, _ = scene
    with nothing_written(world):
        assert_problem(world.call(method, path, who, body), 404, "not_found")


@pytest.mark.parametrize(("path", "who", "field", "foreign"), QUERIES)
def test_an_id_in_a_query_is_anothers_and_is_not_there(
    scene: tuple[World, dict[str, str]],
    path: str,
    who: Person,
    field: str,
    foreign: tuple[str, ...],
) -> None:
    world, _ = scene
    for given in foreign:
        reply = world.call("GET", path, who, query={field: given})
        assert_problem(reply, 404, "not_found")


def test_the_same_with_what_is_his_own_is_granted(scene: tuple[World, dict[str, str]]) -> None:
    """The other side of the tables: it is the id that was refused, and nothing else."""
    world, _ = scene
    dry = {"dry_run": "true"}
    own: list[tuple[str, str, Person, dict[str, Any]]] = [
        ("POST", "/contracts/c-1/renewal", ALICE, {**RENEWAL, "account_id": "a-1"}),
        ("POST", "/contracts/p-1/activation", ALICE, {"account_id": "a-1"}),
        ("POST", "/contracts/x-1/restoration", KIM, {"account_id": "a-1"}),
        ("PUT", "/contracts/a-2", SVEN, NEW_ADD_ON),
        ("PUT", "/orders/o-1", KIM, {**ORDER, "contracts": ["c-1"]}),
        ("PUT", "/ticket-orders/t-9", OLGA, order_of("D-1")),
        ("POST", "/ticket-orders/t-1/exchange", OLGA, {"ticket": "A-1"}),
        ("POST", "/messages", OLGA, {"subject": "w-1", "to": "buyer", "text": "x"}),
        ("PUT", "/contracts/v-3/servers/s-1/removal", ALICE, {"confirm": "s-1"}),
    ]
    for method, path, who, body in own:
        reply = world.call(method, path, who, body, query=dry)
        assert reply.status in (200, 201), (path, reply.text)
