"""Runs that a person looks at: previewed, carried out as they were seen, held, and released."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tests.integration.conftest import ALICE, STAFF, World
from tests.integration.faults.scenes import Prepare, Scene
from tests.integration.faults.scenes_jobs import EXPIRIES, JOBS, NOON, REMINDERS, RENEWALS, works
from tests.integration.faults.stage import Act, Stage
from tests.integration.money import opened
from tests.integration.rules.policy_files import policy_files
from tests.integration.sales import placed
from tests.integration.shops import opened_shop

# Two irreversible steps in a run are far more than usual.
FEW = {"fuse.min_count": 2, "fuse.absolute": 1, "fuse.share_percent": 200}
RELEASE = ("POST", "/job-runs/{id}/release")
_AS_OF = dict(
    zip(JOBS, (f"2026-02-01{NOON}", f"2025-02-16{NOON}", f"2025-03-04{NOON}"), strict=True)
)


def two_of(job: str, world: World) -> None:
    """Two that the job takes an irreversible step with."""
    if job == RENEWALS:
        opened(world, "a-1", "500.00")
    if job == REMINDERS:
        opened_shop(world)
    for number in (1, 2):
        if job == REMINDERS:
            placed(world, f"t-{number}", f"B-{number}")
        elif job == RENEWALS:
            world.register(f"n-{number}", starts_on="2024-02-20")
        else:
            world.register(f"c-{number}")
            path = f"/contracts/c-{number}/cancellation"
            assert world.call("POST", path, ALICE).status == 200
    for day in ("02-11", "02-21", "03-03") if job == REMINDERS else ():
        world.run_job(f"2025-{day}{NOON}", job)  # the last one a day before: no silence


@contextmanager
def few(then: Callable[[World], Any], world: World) -> Iterator[Any]:
    """The fuses hold soon, for as long as the world is there."""
    with TemporaryDirectory() as folder, policy_files(Path(folder)) as files:
        for provider in ("kreativmedia", "infomaniak"):
            files.edit(provider, FEW)
        yield then(world)


def prepared(then: Callable[[World], Any]) -> Prepare:
    def prepare(world: World) -> AbstractContextManager[Any]:
        return few(then, world)

    return prepare


def _bodies(world: World, job: str) -> list[str]:
    return [message["body"] for message in world.messages(world.queue_of(job))]


@cache
def dealt(job: str) -> Prepare:
    """A run whose fuse will hold it."""

    def then(world: World) -> list[str]:
        two_of(job, world)
        world.set_clock(_AS_OF[job])
        world.invoke(job, {"as_of": _AS_OF[job]})
        return _bodies(world, job)

    return prepared(then)


def _held(world: World, job: str) -> str:
    two_of(job, world)
    world.set_clock(_AS_OF[job])
    run = world.run_job(_AS_OF[job], job)
    assert world.call("GET", f"/job-runs/{run}", STAFF).json["status"] == "held"
    return run


@cache
def held(job: str) -> Prepare:
    """Given is the id of a run that waits."""
    return prepared(lambda world: _held(world, job))


@cache
def released(job: str) -> Prepare:
    """Given are the messages of a run that may go on."""

    def then(world: World) -> list[str]:
        run = _held(world, job)
        assert world.call("POST", f"/job-runs/{run}/release", STAFF, {}).status == 202
        return _bodies(world, job)

    return prepared(then)


def _asked(job: str, **more: Any) -> dict[str, Any]:
    return {"job": job, "as_of": _AS_OF[job], **more}


def _previewed(job: str, world: World) -> str:
    two_of(job, world)
    dry = {"dry_run": "true"}
    reply = world.call("POST", "/job-runs", STAFF, _asked(job), query=dry)
    assert reply.status == 202, reply.text
    return str(reply.json["id"])


@cache
def previewing(job: str) -> Prepare:
    """Given are the messages of a preview."""

    def prepare(world: World) -> list[str]:
        _previewed(job, world)
        return _bodies(world, job)

    return prepare


@cache
def previewed(job: str) -> Prepare:
    """Given is the id of a preview that is done."""

    def prepare(world: World) -> str:
        run = _previewed(job, world)
        world.work_queue(job=job)
        world.set_clock(_AS_OF[job])
        return run

    return prepare


@cache
def as_seen(job: str) -> Prepare:
    """Given are the messages of a run that does what was seen."""

    def prepare(world: World) -> list[str]:
        run = previewed(job)(world)
        reply = world.call("POST", "/job-runs", STAFF, _asked(job, preview_id=run))
        assert reply.status == 202, reply.text
        return _bodies(world, job)

    return prepare


def releases(key: bool) -> Act:
    return lambda stage: stage.asks("POST", f"/job-runs/{stage.given}/release", STAFF, {}, key=key)


def previews(stage: Stage) -> Any:
    dry = {"dry_run": "true"}
    return stage.asks("POST", "/job-runs", STAFF, _asked(EXPIRIES), query=dry)


def starts_as_seen(stage: Stage) -> Any:
    body = _asked(EXPIRIES, preview_id=stage.given)
    return stage.asks("POST", "/job-runs", STAFF, body, key=True)


def reads_lines(stage: Stage) -> Any:
    return stage.reads(f"/job-runs/{stage.given}/items", STAFF)


def reads_differences(stage: Stage) -> Any:
    return stage.reads(f"/job-runs/{stage.given}/items", STAFF, {"only": "differences"})


def _worked(name: str, prepare: Callable[[str], Prepare]) -> list[Scene]:
    """The jobs have this in common; a slice looks at one of them."""
    return [
        Scene(f"{job}: {name}", prepare(job), works(job), sends_on=True, far=job != EXPIRIES)
        for job in JOBS
    ]


RELEASED = Scene("a held run is released", held(EXPIRIES), releases(key=True), RELEASE)
AS_SEEN = _worked("carried out as it was seen", as_seen)
RUN_SCENES = [
    *_worked("held before it does far more than usual", dealt),
    *_worked("released", released),
    *_worked("previewed", previewing),
    *AS_SEEN,
    RELEASED,
    Scene("a held run is released, without a key", held(EXPIRIES), releases(key=False), RELEASE),
    Scene("a run is previewed", previewed(EXPIRIES), previews, twice=False, answered_twice=False),
    Scene("a run is asked for as it was seen", previewed(EXPIRIES), starts_as_seen),
    Scene("a run's lines", previewed(EXPIRIES), reads_lines, ("GET", "/job-runs/{id}/items")),
    Scene("a run's differences", previewed(EXPIRIES), reads_differences),
]
