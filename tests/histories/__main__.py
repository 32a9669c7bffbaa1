"""`python -m tests.histories contracts --seed 7`: one round in memory, as a search plays it.

A history that must not be is printed as its story.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from tests.histories.engines import in_memory
from tests.histories.play import MACHINES, Player
from tests.histories.story import Broke


def _say(line: str) -> None:
    """Past whoever keeps the product's own output away."""
    print(line, file=sys.__stdout__, flush=True)


def main() -> int:
    parser = argparse.ArgumentParser("python -m tests.histories", description=__doc__)
    parser.add_argument("machine", choices=sorted(MACHINES))
    parser.add_argument("--seed", type=int, default=0, help="of the first round")
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--examples", type=int, default=200, help="histories in a round")
    parser.add_argument("--steps", type=int, default=50, help="steps in a history")
    parser.add_argument("--as-found", action="store_true", help="tell it as it was found, unshrunk")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, in_memory() as engine:
        player = Player(engine, Path(folder))
        try:
            counter = player.play(
                asked.machine,
                rounds=asked.rounds,
                examples=asked.examples,
                steps=asked.steps,
                seed=asked.seed,
                shrink=not asked.as_found,
            )
        except Broke as broke:
            _say(str(broke))
            return 1
    _say(f"{counter}: nothing broke")
    return 0


if __name__ == "__main__":
    sys.exit(main())
