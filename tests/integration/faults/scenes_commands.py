"""Every door that changes something: with an idempotency key, and without one."""

from functools import cache
from typing import Any

from tests.integration.conftest import ALICE, STAFF, Person, World
from tests.integration.edge import noticed
from tests.integration.faults.scenes import Prepare, Scene, door_of
from tests.integration.faults.stage import Act, Stage
from tests.integration.money import francs, opened
from tests.integration.plan_changes import MARKED, changeable, filled
from tests.integration.shops import opened_shop, set_to, step
from tests.integration.test_dry_run import COMMANDS, stepped

Command = tuple[Prepare, Person, str, str, dict[str, Any]]
CHANGE = "/contracts/v-2/plan-changes/v-2:2"
ACCOUNT = {"provider": "kreativmedia", "holder": "alice", "currency": "CHF"}
BOOKING = {"amount": francs("5.00"), "reference": "r-1", "reason": "by hand"}


def rich(world: World) -> None:
    opened(world, "a-1", "50.00")


def stepped_far(world: World) -> None:
    """A shop whose settings can go two steps back, and two on."""
    opened_shop(world)
    for reminders in (1, 3, 1, 3):
        assert set_to(world, {"reminders": reminders}).status == 200
    for _ in range(2):
        assert step(world, "undo").status == 200


# Where one more step must not come to the end of the row.
_FURTHER_ON: dict[Prepare, Prepare] = {stepped: stepped_far}
# Beside those of which a preview is asked.
FURTHER: list[Command] = [
    (rich, STAFF, "PUT", "/accounts/a-2", ACCOUNT),
    (rich, STAFF, "POST", "/accounts/a-1/deposits", BOOKING),
    (rich, STAFF, "POST", "/accounts/a-1/withdrawals", BOOKING),
    (changeable, ALICE, "POST", f"{CHANGE}/confirmation", {"code": "{code}"}),
    (changeable, ALICE, "PUT", "/contracts/v-3/servers/s-2/removal", MARKED),
    (noticed, STAFF, "POST", "/notices/n-2:2025-02-20/payment", {"reference": "bank-0"}),
]
# Nothing is written: it is reckoned, and reckoned again at will.
RECKONED: list[Command] = [
    (changeable, ALICE, "POST", "/contracts/v-1/plan-change-quotes", {"plan": "vps-m"}),
]
RECKONING = {door_of(method, path) for _, _, method, path, _ in RECKONED}

# What is something else when it is asked for a second time without a key; the door as the template
# names it.
ANOTHER_TIME: dict[tuple[str, str], str] = {
    ("POST", "/messages"): "two messages may say the same",
    ("POST", "/job-runs"): "every accepted request is a run",
    ("POST", "/shops/{id}/undo"): "one step further back",
    ("POST", "/shops/{id}/redo"): "one step further on",
    ("POST", "/contracts/{id}/plan-changes/{change_id}/code"): "one more mail",
    ("PUT", "/test-clock"): "set again, it is told again",
}


@cache
def with_a_contract(prepare: Prepare) -> Prepare:
    """c-1 is there as well, as those previews have it. The same preparation is the same one."""

    def both(world: World) -> Any:
        world.register("c-1")
        return prepare(world)

    return both


def _asking(command: Command, key: bool) -> Act:
    _, who, method, path, body = command

    def act(stage: Stage) -> Any:
        return stage.asks(method, path, who, filled(body, stage.given), key=key)

    return act


def _scene(number: int, command: Command, key: bool) -> Scene:
    prepare, who, method, path, body = command
    prepare = _FURTHER_ON.get(prepare, prepare)
    door = door_of(method, path)
    again = key or door not in ANOTHER_TIME
    name = f"{number}. {who.subject} {method} {path}{'' if key else ', without a key'}"
    return Scene(name, with_a_contract(prepare), _asking(command, key), door, again, key)


_ALL = list(enumerate([*COMMANDS, *FURTHER, *RECKONED], start=1))
KEYED = [_scene(number, each, key=True) for number, each in _ALL if each not in RECKONED]
KEYLESS = [_scene(number, each, key=False) for number, each in _ALL]
