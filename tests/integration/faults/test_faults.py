"""A call to AWS fails, and whoever asked asks again: it comes to the same as if it had not failed.

Every call of every scene is recorded, and then each is made to fail in every way it can
(docs/decisions/28-every-call-fails.md). A slice of it, in every run, lets the process die after
each call, and each answer be lost.
"""

from collections.abc import Iterator

import pytest

from tests.integration.conftest import ROUTES, STAFF
from tests.integration.faults.faults import CUT_AFTER_A_TRANSACTION, FAULTS, SLICE
from tests.integration.faults.scenes import Scene
from tests.integration.faults.scenes_commands import ANOTHER_TIME, KEYED, KEYLESS, RECKONING
from tests.integration.faults.scenes_deliveries import DELIVERIES
from tests.integration.faults.scenes_jobs import EXPIRIES, JOB_SCENES, TWO_SHORT
from tests.integration.faults.scenes_reads import READING
from tests.integration.faults.scenes_runs import RELEASED, RUN_SCENES
from tests.integration.faults.stage import Stage, staged
from tests.integration.faults.telling import Struck, Told, faulty, repeated, told
from tests.integration.test_permissions import FUNCTIONS, granted
from tests.searches import far

SCENES = [*KEYED, *KEYLESS, *READING, *JOB_SCENES, *RUN_SCENES, *DELIVERIES]
TOLD: dict[str, Told] = {}
STRUCK: set[Struck] = set()


@pytest.fixture(scope="module")
def stage(request: pytest.FixtureRequest) -> Iterator[Stage]:
    with staged(request.param) as made:
        yield made


def each(scenes: list[Scene]) -> pytest.MarkDecorator:
    """Those that share a preparation one after the other, so that it is made once."""
    worlds = list(dict.fromkeys(scene.prepare for scene in scenes))
    scenes = sorted(scenes, key=lambda scene: worlds.index(scene.prepare))
    cases = [pytest.param(s.prepare, s, id=s.name) for s in scenes]
    return pytest.mark.parametrize(("stage", "scene"), cases, indirect=["stage"], scope="module")


def as_it_goes(stage: Stage, scene: Scene) -> Told:
    """The scene without a fault; told once, however many tests ask for it."""
    if scene.name not in TOLD:
        TOLD[scene.name] = told(stage, scene)
    return TOLD[scene.name]


@pytest.mark.search
@each(SCENES)
def test_whatever_fails_it_comes_to_the_same(stage: Stage, scene: Scene) -> None:
    before, faults, known = as_it_goes(stage, scene), far(SLICE, FAULTS), far(STRUCK, None)
    wrong = faulty(stage, scene, before, faults if far(not scene.far, True) else (), known)
    again = repeated(stage, scene, before)
    if scene.twice:
        wrong += [f"{scene.name}\n  asked twice\n    {each}" for each in again]
    assert not wrong, "\n\n".join(["", *wrong])
    assert again or scene.twice, "asked twice it comes to the same, and may be struck everywhere"
    assert stage.is_as_before()


@each([TWO_SHORT])
def test_money_stays_kept_for_the_first_although_a_worker_died(stage: Stage, scene: Scene) -> None:
    wrong = faulty(stage, scene, as_it_goes(stage, scene), [CUT_AFTER_A_TRANSACTION])
    assert not wrong, "\n\n".join(["", *wrong])


@pytest.mark.parametrize("stage", [RELEASED.prepare], indirect=True)
def test_after_a_release_a_runs_lines_say_what_was_done(stage: Stage) -> None:
    world, run = stage.world, f"/job-runs/{stage.given}"
    assert world.call("POST", f"{run}/release", STAFF, {}).status == 202
    world.work_queue(job=EXPIRIES)
    assert world.call("GET", run, STAFF).json["counts"]["done"] == 2
    lines = world.call("GET", f"{run}/items", STAFF).json["items"]
    assert "done" in {line["outcome"] for line in lines}


def test_every_door_has_a_scene() -> None:
    """One that changes something also has one with a key."""
    assert {scene.door for scene in SCENES} - {None} == set(ROUTES)
    changing = {door for door in ROUTES if door[0] != "GET"} - RECKONING
    assert {scene.door for scene in [*KEYED, RELEASED]} == changing
    assert set(ANOTHER_TIME) <= changing


@pytest.fixture(scope="module")
def every_call() -> dict[str, Told]:
    """What is not told yet, is told now."""
    for prepare in dict.fromkeys(scene.prepare for scene in SCENES):
        untold = [s for s in SCENES if s.prepare is prepare and s.name not in TOLD]
        if untold:
            with staged(prepare) as stage:
                for scene in untold:
                    as_it_goes(stage, scene)
    return TOLD


@pytest.mark.parametrize("module", FUNCTIONS)
def test_the_scenes_make_every_call_that_a_function_may_make(
    every_call: dict[str, Told], module: str
) -> None:
    calls = {call for scene in every_call.values() for call in scene.calls}
    made = {grant for call in calls if call.module == module for grant in call.grants}
    assert made == granted(module)


def test_each_call_is_hit_by_a_death_and_by_a_lost_answer(every_call: dict[str, Told]) -> None:
    calls = {call for scene in every_call.values() for call in scene.calls}
    assert len(calls) > 500
    for fault in SLICE:
        assert all(fault.hits(call) for call in calls)
