"""`make test`: the layers of tests, one pytest run each, with their seconds beside the budgets."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Mapping

from local.places import ROOT, aws_environment
from local.progress import say

BUDGETS: dict[str, float | None] = {
    "unit": 10,
    "integration": 60,
    "repository": 60,
    "memory": 10,
    "template": None,
    "e2e": 120,
}
# Two at a time where every test has values, a stack or a table of its own. Each file in one of
# them, since many play one story for all of their tests; and in their own order, or a file of one
# long test would come last, and one processor would wait for the other. Of the other layers one is
# quick, and one shares a stack and its clock.
TWO = ["-n", "2", "--no-loadscope-reorder", "--dist"]
PARALLEL = ("unit", "integration", "repository", "memory")
# The repository suite once more, on the engine in memory that other tests believe.
ASKED = {"memory": ["tests/memory", "tests/repository", "--engine", "memory"]}
TITLES = {"repository": "DynamoDB Local", "memory": "in memory", "e2e": "end to end"}


def run(
    layer: str,
    *options: str,
    variables: Mapping[str, str] | None = None,
    dealt: str = "loadfile",
) -> tuple[int, float]:
    """pytest's exit code and the seconds it took; a layer without a test has failed (code 5).
    `dealt`: how its tests come to two processes, in the words of pytest-xdist."""
    say(f"\n=== {title(layer)} ===")
    started = time.monotonic()
    asked = ASKED.get(layer, [f"tests/{layer}"])
    command = [sys.executable, "-m", "pytest", *asked]
    command += [*TWO, dealt] if layer in PARALLEL else []
    # A test that forgets to say which AWS it means must not find the developer's own.
    environment = {**aws_environment(), **(variables or {})}
    # Else pytest would read and rewrite every test anew, which takes as long as the shortest layer.
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    code = subprocess.run([*command, *options], cwd=ROOT, env=environment, check=False).returncode
    return code, time.monotonic() - started


def title(layer: str) -> str:
    return TITLES.get(layer, layer)


def summary(results: dict[str, tuple[int, float]]) -> str:
    """One line a layer. A budget that is passed is told and nothing more: machines differ."""
    lines = [""]
    for layer, (code, seconds) in results.items():
        budget = BUDGETS[layer]
        beside = f"budget {budget:3.0f} s" if budget else ""
        over = "  over budget" if budget and seconds > budget else ""
        result = "passed" if code == 0 else f"FAILED (pytest says {code})"
        lines.append(f"{title(layer):15} {seconds:6.1f} s  {beside:13} {result}{over}")
    return "\n".join(lines)


def main() -> int:
    results = {layer: run(layer) for layer in sys.argv[1:] or BUDGETS}
    say(summary(results))
    return 1 if any(code for code, _ in results.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
