"""Histories of a shop and its ticket orders, played in memory: every decision keeps every law."""

from pathlib import Path

import pytest

from tests.histories.engines import in_memory
from tests.histories.play import Player
from tests.searches import far, seed

pytestmark = pytest.mark.search


def test_shops_and_what_is_sold_in_them_keep_every_law(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with in_memory() as engine:
        player = Player(engine, tmp_path, capsys)
        counter = player.play(
            "tickets", rounds=far(1, 400), examples=far(20, 50), steps=far(30, 50), seed=seed(4000)
        )
    assert counter.steps > far(300, 500_000)
