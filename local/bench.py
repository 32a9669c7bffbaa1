"""`make bench`: what a cold start imports, and what commands and the job cost, side by side."""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
from importlib.metadata import version
from typing import Any

from local import bench_imports
from local.places import LOCAL, ROOT
from local.progress import Trouble, say, step

RESULT = LOCAL / "bench.json"
PACKAGES = ("boto3", "botocore", "pynamodb", "aws-lambda-powertools")


def main() -> int:
    try:
        with step("Importing each function in fresh interpreters"):
            imports = bench_imports.measure()
        with step("Counting units on DynamoDB Local"):
            costs = count_costs()
        with step("Renewing on DynamoDB Local, beside a bare loop; and a night of ten thousand"):
            renewals = measured("bench_renewals")
        say("Reminding and cancelling on DynamoDB Local, among more and more orders stored:")
        reminders = measured("bench_reminders", heard=True)
    except Trouble as trouble:
        say(str(trouble))
        return 1
    versions = {"python": platform.python_version()} | {name: version(name) for name in PACKAGES}
    LOCAL.mkdir(exist_ok=True)
    found = {"versions": versions, "imports": imports, "costs": costs}
    found |= {"renewals": renewals, "reminders": reminders}
    RESULT.write_text(json.dumps(found, indent=1))
    print(", ".join(f"{name} {number}" for name, number in versions.items()))
    print(imports_table(imports))
    print(costs_table(costs))
    print(rates_table(renewals["rates"]))
    print(reminders_table(reminders))
    print("\nA night: " + ", ".join(f"{name} {n}" for name, n in renewals["night"].items()))
    return 0


def count_costs() -> dict[str, dict[str, float]]:
    """The tests that hold the costs count them; they are run, and their count is read."""
    counted = LOCAL / "tmp" / "costs.json"
    counted.parent.mkdir(parents=True, exist_ok=True)
    counted.unlink(missing_ok=True)
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "tests/repository/test_costs.py"],
        cwd=ROOT, env={**os.environ, "COSTS": str(counted)}, capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    if done.returncode or not counted.exists():
        raise Trouble(f"the costs could not be counted:\n{done.stdout[-1500:]}")
    found: dict[str, dict[str, float]] = json.loads(counted.read_text())
    return found


def measured(program: str, heard: bool = False) -> dict[str, Any]:
    """A program of its own, with nothing of ours in its process but what it measures. What it says
    of its progress is `heard` at once, or else kept for the case of trouble."""
    parts = os.pathsep.join(("shared", "functions", "."))
    done = subprocess.run(
        [sys.executable, "-m", f"tests.repository.{program}"],
        cwd=ROOT, env={**os.environ, "PYTHONPATH": parts}, stdout=subprocess.PIPE,
        stderr=None if heard else subprocess.PIPE, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        raise Trouble(f"{program} did not come to its end:\n{(done.stderr or '')[-1500:]}")
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def rates_table(rates: dict[str, dict[str, float]]) -> str:
    """The worker beside the loop; the ratio is the worker's rate as a part of the loop's."""
    heads = ("worker a second", "floor a second", "worker cpu ms", "floor cpu ms", "ratio")
    lines = ["", f"{'renewals, threads':18}" + "".join(f"{head:>17}" for head in heads)]
    for threads, row in rates.items():
        spread = f"  ({row['ratio from']} to {row['ratio to']})"
        lines.append(f"{threads:18}" + "".join(f"{row[head]:17.2f}" for head in heads) + spread)
    return "\n".join(lines)


def reminders_table(found: dict[str, dict[str, dict[str, float]]]) -> str:
    """Worker and loop, and what an order costs, by how many orders are stored."""
    rates = ("worker a second", "floor a second", "worker cpu ms", "floor cpu ms", "ratio")
    heads = (*rates, "read units", "write units")
    lines = ["", f"{'orders stored':24}" + "".join(f"{head:>17}" for head in heads)]
    for stored, rows in found.items():
        for what, row in rows.items():
            spread = f"  ({row['ratio from']} to {row['ratio to']})"
            name = f"{stored}, {what}"
            lines.append(f"{name:24}" + "".join(f"{row[head]:17.2f}" for head in heads) + spread)
    return "\n".join(lines)


def imports_table(imports: dict[str, dict[str, float]]) -> str:
    lines = ["", f"{'function':18}{'ms':>8}{'modules':>9}{'× floor':>9}{'target':>8}"]
    for name, row in imports.items():
        over = "  over" if row["ratio"] > row["target"] else ""
        lines.append(
            f"{name:18}{row['ms']:8.1f}{row['modules']:9.0f}{row['ratio']:9.2f}"
            f"{row['target']:8.1f}{over}"
        )
    return "\n".join(lines)


def costs_table(costs: dict[str, dict[str, float]]) -> str:
    heads = ("reads", "read units", "items written", "write units")
    lines = ["", f"{'what':32}" + "".join(f"{head:>15}" for head in heads)]
    for name, row in costs.items():
        lines.append(f"{name:32}" + "".join(f"{row[head]:15.2f}" for head in heads))
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
