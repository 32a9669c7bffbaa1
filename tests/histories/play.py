"""Playing histories: rounds of so many examples, each round with a seed of its own.

In rounds, since hypothesis remembers every example of a search: a million steps would not fit. What
a round finds is shrunk, and told with the seed that finds it again.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext, redirect_stdout
from pathlib import Path
from unittest.mock import patch

import hypothesis
import pytest
from hypothesis.stateful import run_state_machine_as_test

from tests.histories.changing import Changing
from tests.histories.engines import Engine
from tests.histories.machine import Counter, History
from tests.histories.reminding import Reminding
from tests.histories.shelf import shelf
from tests.histories.story import Broke

# How `make prove` plays about a million steps of each machine: in parts, so that both processors
# have some, and what one part finds does not end the others.
PARTS, ROUNDS, LEAST_STEPS = 8, 50, 62_500

MACHINES: dict[str, type[History]] = {"contracts": Changing, "tickets": Reminding}
QUIET = {
    "LOG_LEVEL": "CRITICAL",
    "POWERTOOLS_SERVICE_NAME": "tests",
    "POWERTOOLS_METRICS_NAMESPACE": "Tacit",
    "POWERTOOLS_METRICS_DISABLED": "true",
}


class Player:
    """What histories are played on. Long work shows progress: after each of several rounds a line
    is written past pytest's `capture`."""

    def __init__(
        self, engine: Engine, folder: Path, capture: pytest.CaptureFixture[str] | None = None
    ) -> None:
        self.engine, self.folder, self._capture = engine, folder, capture

    def say(self, line: str) -> None:
        with self._capture.disabled() if self._capture is not None else nullcontext():
            print(line, file=sys.__stderr__, flush=True)

    def play(
        self, name: str, *, rounds: int, examples: int, steps: int, seed: int, shrink: bool = True
    ) -> Counter:
        """Raises Broke with the story of the first history that must not be."""
        counter = Counter()
        with _quietly(), shelf(self.folder) as found:
            parts = {"engine": self.engine, "shelf": found, "counter": counter}
            for number in range(seed, seed + rounds):
                machine = type("Played", (MACHINES[name],), parts)
                hypothesis.seed(number)(machine)
                try:
                    run_state_machine_as_test(machine, settings=_settings(examples, steps, shrink))
                except Broke as broke:
                    which = f"Seen in history {counter.histories} of the search."
                    again = _again(name, number, examples, steps)
                    raise Broke(f"{broke}\n{which} {again}") from None
                if rounds > 1:
                    self.say(f"{name} {number}, round {number - seed + 1} of {rounds}: {counter}")
        return counter


@contextmanager
def _quietly() -> Iterator[None]:
    """Without the logs and the numbers of a million invocations."""
    quiet = patch.dict(os.environ, QUIET)
    with quiet, Path(os.devnull).open("w") as nowhere, redirect_stdout(nowhere):
        yield


def _settings(examples: int, steps: int, shrink: bool) -> hypothesis.settings:
    phases = [hypothesis.Phase.generate, *([hypothesis.Phase.shrink] if shrink else [])]
    return hypothesis.settings(
        max_examples=examples,
        stateful_step_count=steps,
        deadline=None,
        database=None,
        derandomize=False,
        phases=phases,
        print_blob=False,
        report_multiple_bugs=False,
        verbosity=hypothesis.Verbosity.quiet,
        suppress_health_check=list(hypothesis.HealthCheck),
    )


def _again(name: str, seed: int, examples: int, steps: int) -> str:
    asked = f"{name} --seed {seed} --examples {examples} --steps {steps}"
    return f"Again: python -m tests.histories {asked}"
