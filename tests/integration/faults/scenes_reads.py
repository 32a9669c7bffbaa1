"""Every door that only looks: whatever fails, the same is seen in the end."""

from collections.abc import Mapping
from typing import Any

from tests.integration.conftest import STAFF, Person, World, customer
from tests.integration.edge import KIM, called_for, noticed, over
from tests.integration.faults.scenes import Scene, door_of
from tests.integration.faults.stage import Act, Stage
from tests.integration.messages import ordered, write
from tests.integration.money import opened
from tests.integration.plan_changes import changed, serving
from tests.integration.sales import sold
from tests.integration.shops import INA, OLGA, opened_shop, set_to
from tests.integration.test_dry_run import broken

# Of one provider: each further one is the same again.
ALICE = customer("alice", "kreativmedia", "kriax")
NOW = "2025-02-01T11:00:00Z"
Query = Mapping[str, str]


def contracts(world: World) -> None:
    """Two in an order, one that is over, an account, notices, tasks and plan changes."""
    noticed(world)
    called_for(world)
    over(world)
    opened(world, "a-1", "50.00")
    for contract_id in ("c-1", "c-2"):
        world.register(contract_id, order_id="o-1")
    serving(world, "v-1")
    changed(world, "v-1")
    world.set_clock(NOW)


def runs(world: World) -> None:
    """One run of all staff's, one of kreativmedia's, and a record that was parked."""
    broken(world)
    world.call("POST", "/job-runs", KIM, {"job": "expiries", "as_of": NOW})


def shops(world: World) -> None:
    """Two shops, what was set in one, its orders and what was written about them."""
    opened_shop(world)
    opened_shop(world, "shop-2")
    assert set_to(world, {"reminders": 1}).status == 200
    sold(world)
    ordered(world)
    assert write(world).status == 201


READS: list[tuple[Any, Person, str, Query]] = [
    (contracts, ALICE, "/contracts", {}),
    (contracts, KIM, "/contracts", {"holder": "alice"}),
    (contracts, KIM, "/contracts", {}),
    (contracts, ALICE, "/contracts/c-1", {}),
    (contracts, ALICE, "/contracts/c-1/timeline", {}),
    (contracts, ALICE, "/contracts/c-1/forecast", {}),
    (contracts, ALICE, "/contracts/x-1/restoration-quote", {}),
    (contracts, ALICE, "/accounts", {}),
    (contracts, KIM, "/accounts", {}),
    (contracts, ALICE, "/accounts/a-1", {}),
    (contracts, ALICE, "/accounts/a-1/ledger", {}),
    (contracts, ALICE, "/accounts/a-1/forecast", {}),
    (contracts, ALICE, "/notices", {"contract_id": "n-2"}),
    (contracts, STAFF, "/tasks", {}),
    (contracts, ALICE, "/contracts/v-1/plan-changes", {}),
    (contracts, ALICE, "/orders", {}),
    (contracts, KIM, "/orders", {}),
    (contracts, ALICE, "/orders/o-1", {}),
    (contracts, ALICE, "/providers/kreativmedia/plans", {}),
    (contracts, ALICE, "/providers/kreativmedia/policy", {}),
    (contracts, STAFF, "/test-clock", {}),
    (runs, STAFF, "/job-runs", {}),
    (runs, KIM, "/job-runs", {}),
    (runs, STAFF, "/parked", {}),
    (shops, OLGA, "/shops", {}),
    (shops, INA, "/shops", {}),
    (shops, OLGA, "/shops/shop-1", {}),
    (shops, OLGA, "/shops/shop-1/changes", {}),
    (shops, OLGA, "/ticket-orders", {"shop_id": "shop-1"}),
    (shops, OLGA, "/ticket-orders", {"shop_id": "shop-1", "q": "lea@example.net"}),
    (shops, OLGA, "/ticket-orders", {"shop_id": "shop-1", "open_question": "true"}),
    (shops, OLGA, "/ticket-orders/t-1", {}),
    (shops, OLGA, "/tickets/A-1/admission", {}),
    (shops, OLGA, "/messages", {"subject": "w-1"}),
]


def _reading(who: Person, path: str, query: Query) -> Act:
    return lambda stage: stage.reads(path, who, dict(query))


def _scene(prepare: Any, who: Person, path: str, query: Query) -> Scene:
    asked = "&".join(f"{name}={value}" for name, value in query.items())
    name = " ".join(filter(None, [who.subject, "GET", path, asked]))
    return Scene(name, prepare, _reading(who, path, query), door_of("GET", path))


def a_run(stage: Stage) -> Any:
    """The newest one, by its id."""
    _, found = stage.reads("/job-runs", KIM)
    return stage.reads(f"/job-runs/{found[0]['id']}", KIM)


READING = [
    *(_scene(*each) for each in READS),
    Scene("kim GET /job-runs/{id}", runs, a_run, ("GET", "/job-runs/{id}")),
]
