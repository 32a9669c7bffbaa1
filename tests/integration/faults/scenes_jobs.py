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
from tests.integration.conftest import STAFF, Person, World
from tests.integration.faults.job_worlds import (
    NOON,
    contract_broken,
    displaced,
    ended,
    goes_on_for_nothing,
    nothing,
    notice_broken,
    owed_in_two_shards,
    paid,
    reminded,
    short,
    ticket_order_broken,
    unpaid,
    warranted,
)
from tests.integration.faults.scenes import Prepare, Scene
from tests.integration.faults.stage import Act, Stage
from tests.integration.money import opened
from tests.searches import far

JOBS = EXPIRIES, RENEWALS, REMINDERS = "expiries", "renewals", "invoice_reminders"
_TIME, _NO_TIME = 900_000, 0
_AS_OF = {EXPIRIES: f"2026-02-01{NOON}", RENEWALS: f"2025-02-16{NOON}"}
Build = Callable[[World], None]
"""Makes what a run is to find."""


def dealt(job: str, as_of: str, build: Build) -> Prepare:
    """A run is on its way; given are its messages."""

    def prepare(world: World) -> list[str]:
        build(world)
        world.set_clock(as_of)
        begun(world, job, as_of, _PROVIDERS.get(build, "kreativmedia"))
        bodies = [message["body"] for message in world.messages(world.queue_of(job))]
        return bodies if build is not owed_in_two_shards else [_in_one(bodies)]

    return prepare


def begun(world: World, job: str, as_of: str, provider: str) -> str:
    """The id of a run of all providers; in a slice of the one that it is about, since each has a
    fuse to be asked and told."""
    who = far(Person("sam", f"[staff.{provider}]"), STAFF)
    reply = world.call("POST", "/job-runs", who, {"job": job, "as_of": as_of})
    assert reply.status == 202, reply.text
    return str(reply.json["id"])


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


_PROVIDERS: dict[Build, str] = {
    goes_on_for_nothing: "svenska-domaner",
    warranted: "infomaniak",
    **dict.fromkeys((reminded, unpaid, ticket_order_broken), "infomaniak"),
}
NOTICE_BROKEN = _at_work(RENEWALS, notice_broken)
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
