import time
from collections.abc import Iterator
from typing import Any

import pytest

from tests.integration.faults.faults import FAULTS, SLICE
from tests.integration.faults.scenes import Scene
from tests.integration.faults.scenes_commands import KEYED, KEYLESS
from tests.integration.faults.scenes_deliveries import DELIVERIES
from tests.integration.faults.scenes_jobs import JOB_SCENES
from tests.integration.faults.stage import Stage, staged
from tests.integration.faults.telling import Struck, faulty, told
from tests.searches import far


STRUCK: set[Struck] = set()


@pytest.fixture(scope="module")
def stage(request: pytest.FixtureRequest) -> Iterator[Stage]:
    with staged(request.param) as made:
        yield made


def each(scenes: list[Scene]) -> Any:
    """Those that share a preparation one after the other, so that it is made once."""
    worlds = list(dict.fromkeys(scene.prepare for scene in scenes))
    scenes = sorted(scenes, key=lambda scene: worlds.index(scene.prepare))
    cases = [pytest.param(scene.prepare, scene, id=scene.name) for scene in scenes]
    return pytest.mark.parametrize(("stage", "scene"), cases, indirect=["stage"])


@each([*KEYED, *KEYLESS, *JOB_SCENES, *DELIVERIES])
def test_a_fault_changes_nothing(stage: Stage, scene: Scene) -> None:
    as_it_goes = told(stage, scene)
    wrong = faulty(stage, scene, as_it_goes, far(SLICE, FAULTS), far(STRUCK, set()))
    assert not wrong, "\n\n".join([str(len(wrong)), *wrong[:5]])
