"""Every step of every job: its start, its messages with something to do in them, a continuation
when time runs out, a record that cannot be worked; and the operator's command for the calendars."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from types import SimpleNamespace

import pytest

from tacit.calendar.rebuild import Rebuild
from tacit.policies import shipped
from tacit.runtime.stack import stack
from tacit.store.keys import shard_of
from tests.integration.conftest import ALICE, STAFF, World
from tests.integration.edge import SVENSKA
from tests.integration.faults.scenes import Prepare, Scene
from tests.integration.faults.stage import Act, Stage
from tests.integration.money import opened
from tests.integration.sales import placed
from tests.integration.shops import opened_shop
from tests.searches import far

JOBS = EXPIRIES, RENEWALS, REMINDERS = "expiries", "renewals", "invoice_reminders"
NOON = "T11:00:00Z"
_TIME, _NO_TIME = 900_000, 0
_AS_OF = {EXPIRIES: f"2026-02-01{NOON}", RENEWALS: f"2025-02-16{NOON}"}
Build = Callable[[World], None]
"""Makes what a run is to find."""


def nothing(_: World) -> None:
    return


def ended(world: World) -> None:
    """Two of one holder come to their end, in one page."""
    for contract_id in ("c-1", "c-2"):
        world.register(contract_id, order_id="o-1")
        cancel(world, contract_id)


def goes_on_for_nothing(world: World) -> None:
    """An add-on at its end, whose domain is paid for longer."""
    world.register("s-1", **SVENSKA, plan="premium-domain", label="a.se", starts_on="2025-06-15")
    world.register("a-1", **SVENSKA, plan="mail-addon", parent_id="s-1", holder="alice")
    cancel(world, "a-1")


def contract_broken(world: World) -> None:
    world.register("c-9")
    broken(world, "contract#c-9", "expires_on", "1969-12-31")


def paid(world: World) -> None:
    """Money for what one holder has, and for what he has ordered besides."""
    opened(world, "a-1", "500.00")
    world.register("n-1", starts_on="2024-02-20")
    world.register("p-1", status="pending")


def owed_in_two_shards(world: World) -> None:
    """Of two holders, so that time can run out between them."""
    names = [f"holder-{number}" for number in range(20)]
    by_shard = {shard_of("kreativmedia", name): name for name in names}
    for number, holder in enumerate(by_shard.values()):
        world.register(f"n-{number}", starts_on="2024-02-20", holder=holder)


def notice_broken(world: World) -> None:
    world.register("n-9", starts_on="2024-02-20")
    broken(world, "contract#n-9", "expires_on", "1969-12-31")


def short(world: World) -> None:
    """Not enough for the one there is."""
    opened(world, "a-1", "25.00")
    world.register("n-1", starts_on="2024-02-20")


@contextmanager
def two_short(world: World) -> Iterator[list[str]]:
    """What there is, is kept for the first of two. A transaction has room for one of them, as it
    has for some twenty-five of a holder who has more."""
    opened(world, "a-1", "25.00")
    for number in (1, 2):
        world.register(f"n-{number}", starts_on="2024-02-20")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("tacit.store.together.MOST", 6)
        yield dealt(RENEWALS, _AS_OF[RENEWALS], nothing)(world)


def warranted(world: World) -> None:
    """Nobody renews it any more, and it is warranted."""
    named = {"provider": "infomaniak", "plan": "domain-ch", "label": "owed.ch"}
    world.register("w-1", **named, starts_on="2024-02-15", renewal_warranty=True)
    off = world.call("PUT", "/contracts/w-1/autorenewal", STAFF, {"enabled": False})
    assert off.status == 200, off.text


def reminded(world: World) -> None:
    opened_shop(world)
    placed(world, "t-1", "A-1", "A-2")


def unpaid(world: World) -> None:
    """Two that were reminded twice, and are over."""
    opened_shop(world)
    for number in (1, 2):
        placed(world, f"t-{number}", f"B-{number}")
    for day in ("2025-02-11", "2025-02-21"):
        world.run_job(f"{day}{NOON}", "invoice_reminders")


def ticket_order_broken(world: World) -> None:
    opened_shop(world)
    placed(world, "t-9", "C-1")
    broken(world, "ticket_order#t-9", "placed_at", "nonsense")


def cancel(world: World, contract_id: str) -> None:
    assert world.call("POST", f"/contracts/{contract_id}/cancellation", ALICE).status == 200


def broken(world: World, pk: str, name: str, value: str) -> None:
    world.dynamodb.update_item(
        TableName=world.names.table_name,
        Key={"pk": {"S": pk}, "sk": {"S": "head"}},
        UpdateExpression="SET #name = :value",
        ExpressionAttributeNames={"#name": name},
        ExpressionAttributeValues={":value": {"S": value}},
    )


def dealt(job: str, as_of: str, build: Build) -> Prepare:
    """A run is on its way; given are its messages."""

    def prepare(world: World) -> list[str]:
        build(world)
        world.set_clock(as_of)
        world.invoke(job, {"as_of": as_of})
        bodies = [message["body"] for message in world.messages(world.queue_of(job))]
        return bodies if build is not owed_in_two_shards else [_in_one(bodies)]

    return prepare


def _in_one(bodies: list[str]) -> str:
    """As a stack deals them that has one message for all shards."""
    read = [json.loads(body) for body in bodies]
    return json.dumps({**read[0], "shards": [shard for each in read for shard in each["shards"]]})


def works(job: str, left: int = _TIME) -> Act:
    """Every message, and whatever it sends on. `left`: the milliseconds of each invocation."""

    def act(stage: Stage) -> None:
        for body in stage.given:
            stage.delivers(f"{job}_worker", body, left)
        stage.delivers_what_was_sent(f"{job}_worker", left)

    return act


def starts(job: str, event: dict[str, str]) -> Act:
    return lambda stage: stage.starts(job, event)


def stumbling(world: World) -> list[str]:
    """Two runs have stumbled over c-1, for a reason that nobody foresaw."""
    as_of = f"2026-02-01{NOON}"
    ended(world)
    world.set_clock(as_of)
    with out_of_order():
        for _ in range(2):
            world.run_job(as_of)
    given: list[str] = dealt("expiries", as_of, nothing)(world)
    return given


@contextmanager
def out_of_order() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:

        def fails(*_: object, **__: object) -> None:
            raise ValueError("out of order")

        patch.setattr("tacit.store.repository.Repository.commit", fails)
        yield


def stumbles(stage: Stage) -> None:
    """For the third time: the record is parked."""
    with out_of_order():
        works(EXPIRIES)(stage)


def displaced(world: World) -> None:
    """Contracts and a ticket order whose calendars name another day than their rules do."""
    named = {"provider": "infomaniak", "plan": "domain-ch"}
    for number in range(3):
        world.register(f"d-{number}", **named, label=f"d-{number}.ch", holder=f"h-{number}")
        broken(world, f"contract#d-{number}", "expiries_due_at", "2031-01-01T00:00:00.000000Z")
    opened_shop(world)
    placed(world, "t-1", "A-1")
    broken(world, "ticket_order#t-1", "reminders_due_at", "2031-01-01T00:00:00.000000Z")


def rebuilds(stage: Stage) -> None:
    """`python -m tacit.calendar rebuild` with small pages; in a slice for one provider of five."""
    providers = far({"infomaniak": None}, dict.fromkeys(shipped()))
    with pytest.MonkeyPatch.context() as patch:
        known = SimpleNamespace(shipped=lambda: providers)
        patch.setattr("tacit.calendar.rebuild.policies", known)
        stage.runs_command(lambda: Rebuild(stack().table, lambda _: None, page=2).run())


_SAME_EVENT = {"as_of": f"2025-02-01{NOON}"}
_REMINDED_AT, _OVER_AT = f"2025-02-12{NOON}", f"2025-03-04{NOON}"


def _at_work(job: str, build: Build, left: int = _TIME) -> Scene:
    name = f"{job}: {build.__name__}{', out of time' if left == _NO_TIME else ''}"
    return Scene(name, _dealt(job, build), works(job, left), sends_on=True)


@cache
def _dealt(job: str, build: Build) -> Prepare:
    as_of = _OVER_AT if build is unpaid else _AS_OF.get(job, _REMINDED_AT)
    return dealt(job, as_of, build)


def _started(job: str, name: str, event: dict[str, str]) -> Scene:
    return Scene(f"{job} {name}", nothing, starts(job, event), answered_twice=False)


NOTICE_BROKEN = _at_work(RENEWALS, notice_broken)
PAID = _at_work(RENEWALS, paid)
TWO_SHORT = Scene("renewals: two are short", two_short, works(RENEWALS), sends_on=True)
JOB_SCENES = [
    *(_started(job, "by schedule", {**_SAME_EVENT, "schedule": job}) for job in JOBS),
    *(_started(job, "invoked", _SAME_EVENT) for job in JOBS),
    *(_at_work(EXPIRIES, each) for each in (ended, goes_on_for_nothing, contract_broken)),
    *(_at_work(RENEWALS, each) for each in (paid, short, warranted)),
    NOTICE_BROKEN,
    *(_at_work(REMINDERS, each) for each in (reminded, unpaid, ticket_order_broken)),
    _at_work(EXPIRIES, ended, _NO_TIME),
    _at_work(RENEWALS, owed_in_two_shards, _NO_TIME),
    _at_work(REMINDERS, unpaid, _NO_TIME),
    Scene("expiries: stumbling", stumbling, stumbles, sends_on=True),
    Scene("the calendars are rebuilt", displaced, rebuilds),
]
