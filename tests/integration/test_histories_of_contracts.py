"""Histories of contracts and their money, played in memory: every decision keeps every law.

What a history is made of, and how its story is read, is told in `docs/invariants.md`.
"""

from pathlib import Path
from typing import Any

import pytest

from tacit.domain import record
from tests.histories.engines import in_memory
from tests.histories.play import LEAST_STEPS, PARTS, ROUNDS, Player
from tests.histories.story import Broke
from tests.searches import far, seed

pytestmark = pytest.mark.search


@pytest.mark.parametrize("part", range(far(1, PARTS)))
def test_contracts_and_the_money_that_pays_for_them_keep_every_law(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], part: int
) -> None:
    with in_memory() as engine:
        player = Player(engine, tmp_path, capsys)
        counter = player.play(
            "contracts",
            rounds=far(1, ROUNDS),
            examples=far(20, 50),
            steps=far(30, 50),
            seed=seed(3000) + part * ROUNDS,
        )
    assert counter.steps > far(300, LEAST_STEPS)


def test_a_history_that_must_not_be_is_told_as_a_story(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With a rule broken on purpose: a cancellation leaves the notice as it is (S1)."""

    def as_it_was(contract: Any) -> Any:
        return contract

    monkeypatch.setattr(record, "in_step", as_it_was)
    with in_memory() as engine, pytest.raises(Broke) as broke:
        Player(engine, tmp_path).play(
            "contracts", rounds=1, examples=60, steps=30, seed=3001, shrink=False
        )
    story = str(broke.value).splitlines()
    assert story[1].startswith("A history of ")
    assert story[2].startswith("   1 20")
    (told,) = (line for line in story if line.startswith("What broke"))
    last, broken = story[story.index(told) - 1], story[story.index(told) + 1 : -1]
    names = [line.split()[1].rstrip(":") for line in broken]
    assert all(line.startswith("   notices: c-") for line in broken)
    assert all(name in last for name in names)
    assert all(" open" in line for line in broken)
    assert "python -m tests.histories contracts --seed 3001 " in story[-1]
