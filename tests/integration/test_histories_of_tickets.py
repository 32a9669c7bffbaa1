"""Histories of a shop and its ticket orders, played in memory: every decision keeps every law."""

from pathlib import Path

import pytest

from tests.histories.engines import in_memory
from tests.histories.play import LEAST_STEPS, PARTS, ROUNDS, Player
from tests.searches import far, seed

pytestmark = pytest.mark.search


@pytest.mark.parametrize("part", range(far(1, PARTS)))
def test_shops_and_what_is_sold_in_them_keep_every_law(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], part: int
) -> None:
    with in_memory() as engine:
        player = Player(engine, tmp_path, capsys)
        counter = player.play(
            "tickets",
            rounds=far(1, ROUNDS),
            examples=far(20, 50),
            steps=far(30, 50),
            seed=seed(4000) + part * ROUNDS,
        )
    assert counter.steps > far(300, LEAST_STEPS)
