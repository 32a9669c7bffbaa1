"""`make bench`: what a cold start imports, what commands and jobs cost, how fast the jobs are
beside bare loops and a scan, and what all that comes to in a year; side by side."""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
from importlib.metadata import version
from typing import Any

from local import bench_imports, bench_tables, costs
from local.places import LOCAL, ROOT
from local.progress import Trouble, say, step

RESULT = LOCAL / "bench.json"
PACKAGES = ("boto3", "botocore", "pynamodb", "aws-lambda-powertools")


def main() -> int:
    try:
        found = all_of_it()
    except Trouble as trouble:
        say(str(trouble))
        return 1
    LOCAL.mkdir(exist_ok=True)
    RESULT.write_text(json.dumps(found, indent=1))
    print(", ".join(f"{name} {number}" for name, number in found["versions"].items()))
    print(", ".join(f"{name} {number}" for name, number in found["machine"].items()))
    print(bench_tables.every(found))
    print(costs.table(found["year"]))
    return 0


def all_of_it() -> dict[str, Any]:
    """Everything that is measured, by the names that bench.json has; raises Trouble."""
    versions = {"python": platform.python_version()} | {name: version(name) for name in PACKAGES}
    found: dict[str, Any] = {"versions": versions, "machine": machine()}
    with step("Importing each function in fresh interpreters"):
        found["imports"] = bench_imports.measure()
    with step("Importing some of them in shapes that were tried"):
        found["tried"] = bench_imports.tried()
    with step("Counting units on DynamoDB Local"):
        found["costs"] = count_costs()
    with step("Calling what a portal calls"):
        found["calls"] = measured("bench_calls")
    with step("Ending contracts on DynamoDB Local, beside bare loops"):
        found["expiries"] = measured("bench_expiries")
    with step("Renewing on DynamoDB Local, beside bare loops; and a night of ten thousand"):
        found["renewals"] = measured("bench_renewals")
    say("Reminding and cancelling on DynamoDB Local, among more and more orders stored:")
    found["reminders"] = measured("bench_reminders", heard=True)
    say("Looking for what is due among what is stored, beside a scan:")
    found["due"] = measured("bench_due", heard=True)
    found["machine"]["load after"] = round(os.getloadavg()[0], 1)
    return found | {"year": costs.year(found)}


def machine() -> dict[str, Any]:
    """What it ran on, and how busy that was: a figure of a busy machine is to be renewed."""
    load = round(os.getloadavg()[0], 1)
    return {"system": platform.platform(terse=True), "cores": os.cpu_count(), "load before": load}


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


if __name__ == "__main__":
    sys.exit(main())
