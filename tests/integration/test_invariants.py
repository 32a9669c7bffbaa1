"""The checker sees whatever is broken in a table, and nothing in one that is whole."""

import copy
from collections.abc import Callable
from typing import Any

import pytest

from tests.integration.conftest import World, _all_items, new_world
from tests.integration.edge import payable
from tests.integration.rules.scenes import job
from tests.integration.sales import selling
from tests.invariants.checker import broken_invariants

Item = dict[str, dict[str, Any]]
Damage = Callable[[dict[tuple[str, str], Item]], None]


@pytest.fixture(scope="module")
def items() -> dict[tuple[str, str], Item]:
    """A contract whose term was renewed from an account, an add-on of a domain, ticket orders."""
    with new_world() as world:
        payable(world)
        world.register("h-1", starts_on="2024-02-15")
        world.register("s-1", provider="svenska-domaner", plan="premium-domain", label="family.se")
        world.register("m-1", provider="svenska-domaner", plan="mail-addon", parent_id="s-1")
        world.register("g-1", order_id="o-1")
        world.register("g-2", order_id="o-1", starts_on="2024-02-20")
        selling(world)
        job(world, "2025-01-20", name="renewals")
        return {(raw["pk"]["S"], raw["sk"]["S"]): raw for raw in _raws(world)}


def _raws(world: World) -> list[Item]:
    found = _all_items({"world": world})
    assert found is not None
    return found


def without(pk: str, sk: str) -> Damage:
    """Less the first item whose keys begin so."""

    def done(table: dict[tuple[str, str], Item]) -> None:
        del table[_key(table, pk, sk)]

    return done


def with_other(pk: str, sk: str, name: str, value: dict[str, Any]) -> Damage:
    def done(table: dict[tuple[str, str], Item]) -> None:
        raw = table[_key(table, pk, sk)]
        assert raw.get(name) != value
        raw[name] = value

    return done


def _key(table: dict[tuple[str, str], Item], pk: str, sk: str) -> tuple[str, str]:
    return min(key for key in table if key[0].startswith(pk) and key[1].startswith(sk))


DAMAGES = {
    "events_without_gaps": without("contract#h-1", "event#0000000002"),
    "first_event": without("contract#h-1", "event#0000000001"),
    "party_links": without("party#kreativmedia#bob", "active#alice#h-1"),
    "names": without("label#mine.ch", "claim"),
    "orders_both_ways": with_other("order#o-1", "head", "contracts", {"L": [{"S": "g-1"}]}),
    "families": with_other("contract#s-1", "children", "children", {"N": "2"}),
    "notices": with_other("contract#h-1", "notice#", "status", {"S": "open"}),
    "stored_instants": with_other(
        "contract#h-1", "head", "expiries_due_at", {"S": "2031-01-01T00:00:00.000000Z"}
    ),
    "balances": with_other("account#a-7", "head", "balance", {"N": "1"}),
    "references": without("account#a-7", "reference#"),
    "charges": without("contract#h-1", "charge#"),
    "account_links": without("party#kreativmedia#alice", "account#a-7"),
    "claims": without("show#shop-1", "seat#"),
    "money_received": without("ticket_order#", "payment#"),
    "shop_links": without("party#infomaniak#olga", "shop#shop-1"),
    "parked": with_other("contract#h-1", "head", "parked_at", {"S": "2025-01-01T00:00:00.000000Z"}),
}


def test_a_table_that_came_about_through_doors_and_jobs_is_whole(
    items: dict[tuple[str, str], Item],
) -> None:
    assert any(key[1].startswith("charge#") for key in items)
    assert broken_invariants(items.values()) == []


@pytest.mark.parametrize("check", DAMAGES)
def test_whatever_is_broken_is_found(check: str, items: dict[tuple[str, str], Item]) -> None:
    table = copy.deepcopy(items)
    DAMAGES[check](table)
    assert check in {found.partition(":")[0] for found in broken_invariants(table.values())}
