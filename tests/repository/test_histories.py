"""The same histories on AWS's own engine, by the thousand steps: what the engine in memory answers
is what this one does."""

from pathlib import Path
from typing import Any

import pytest

from tests.histories.engines import on_the_server
from tests.histories.play import Player
from tests.searches import far, seed

pytestmark = pytest.mark.search


@pytest.mark.parametrize("machine", ["contracts", "tickets"])
def test_histories_keep_every_law_on_the_server(
    machine: str, dynamodb_client: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    player = Player(on_the_server(dynamodb_client), tmp_path, capsys)
    counter = player.play(
        machine, rounds=far(1, 20), examples=far(3, 10), steps=far(12, 40), seed=seed(5000)
    )
    assert counter.steps > far(15, 4000)
