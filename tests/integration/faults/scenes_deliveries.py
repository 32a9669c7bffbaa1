"""Whatever a queue, the stream or a schedule hands to a function: events to the bus, mails, messages
by hand, and what follows its parent.
"""

import json
from collections.abc import Callable
from typing import Any

from tests.integration.conftest import ALICE, STAFF, World
from tests.integration.edge import AT_ONCE, SVENSKA
from tests.integration.faults.scenes import Prepare, Scene
from tests.integration.faults.scenes_jobs import broken
from tests.integration.faults.stage import Act, Stage
from tests.integration.messages import ordered, written
from tests.integration.plan_changes import asked_for, serving
from tests.integration.sales import placed
from tests.integration.shops import opened_shop

LATER, OVERDUE = "2025-02-01T12:00:00Z", "2025-02-01T11:50:00Z"


def three_events(world: World) -> list[dict[str, Any]]:
    """As the stream brings them, later than they should come. One of them nobody can read."""
    for contract_id in ("c-1", "c-2", "c-9"):
        world.register(contract_id)
    world.dynamodb.update_item(
        TableName=world.names.table_name,
        Key={"pk": {"S": "contract#c-9"}, "sk": {"S": "event#0000000001"}},
        UpdateExpression="SET actor_role = :nobody",
        ExpressionAttributeValues={":nobody": {"S": "nobody"}},
    )
    world.set_clock(LATER)
    marked = [item for item in world.items() if item["pk"]["S"].startswith("contract#")]
    marked = [item for item in marked if "outbox_at" in item]
    return [{"eventName": "INSERT", "dynamodb": {"NewImage": item}} for item in marked]


def relays(stage: Stage) -> None:
    """What the stream could not bring over, the sweep does; and the next one what that could not."""
    stage.starts("relay", {"Records": stage.given})
    sweeps(stage)


def sweeps(stage: Stage) -> None:
    """By schedule, until nothing waits that is older than ten minutes."""
    for _ in range(3):
        stage.starts("sweep", {"schedule": "sweep"})
        waiting = [each["outbox_at"]["S"] for each in stage.world.items() if "outbox_at" in each]
        if all(since > OVERDUE for since in waiting):
            return


def heard(*types: str) -> Callable[[World], list[str]]:
    """The bodies of the messages that the queues behind the bus get of these events now."""

    def bodies(world: World) -> list[str]:
        return [json.dumps(each) for each in world.relay() if each["detail-type"] in types]

    return bodies


def about_a_contract(world: World) -> list[str]:
    """To the holder, and in a change of plan with its code."""
    world.register("c-1")
    assert world.call("POST", "/contracts/c-1/cancellation", ALICE).status == 200
    serving(world, "v-1")
    asked_for(world, "v-1")
    return heard("contract.cancelled", "contract.plan_change_requested")(world)


def about_a_ticket_order(world: World) -> list[str]:
    opened_shop(world)
    placed(world, "t-1", "A-1")
    world.run_job("2025-02-12T11:00:00Z", "invoice_reminders")
    return heard("ticket_order.reminded")(world)


def hung_on(world: World, *numbers: int) -> None:
    """A domain, and free accounts that hang on it."""
    brought = {**SVENSKA, "starts_on": "2025-01-15", "import": True}
    dates = {"registry_expires_on": "2026-01-15", "label": "example.org.nz"}
    world.register("d-1", **brought, **dates, plan="premium-domain-3")
    for number in numbers:
        world.register(f"a-{number}", **brought, parent_id="d-1", plan="free-domain-account")


def of_a_parent(world: World) -> list[str]:
    """It is switched off; one of the accounts cannot be read."""
    hung_on(world, 1, 2, 9)
    gone = world.call("POST", "/contracts/d-1/cancellation", ALICE, AT_ONCE)
    assert gone.status == 200, gone.text
    broken(world, "contract#a-9", "expires_on", "never")
    return heard("contract.inactivated")(world)


def gone_with_its_parent(world: World) -> list[str]:
    hung_on(world, 1)
    gone = world.call("POST", "/contracts/d-1/transfer-out", STAFF, {})
    assert gone.status == 200, gone.text
    return heard("contract.closed")(world)


def held(at: str) -> Prepare:
    """A message by hand at this instant; its hold ends at 11:00:15."""

    def prepare(world: World) -> list[str]:
        ordered(world, placed_at="2025-01-20T09:00:00Z")
        written(world)
        bodies = heard("ticket_order.message_held")(world)
        world.set_clock(at)
        return bodies

    return prepare


def delivered(module: str) -> Act:
    def act(stage: Stage) -> None:
        assert stage.given
        for body in stage.given:
            stage.delivers(module, body)

    return act


DELIVERIES = [
    Scene("events leave", three_events, relays),
    Scene("events are swept", three_events, sweeps),
    Scene("mails about a contract", about_a_contract, delivered("mail")),
    Scene("a mail about a ticket order", about_a_ticket_order, delivered("mail")),
    Scene("add-ons follow", of_a_parent, delivered("follow")),
    Scene("an add-on is gone with its domain", gone_with_its_parent, delivered("follow")),
    Scene(
        "a message by hand comes early", held("2025-02-01T11:00:05Z"), delivered("message_sender")
    ),
    Scene("a message by hand leaves", held("2025-02-01T11:00:15Z"), delivered("message_sender")),
]
