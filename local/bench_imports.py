"""How long each function takes to import, beside a module that only creates a DynamoDB client.

Measured in fresh interpreters that see what Lambda sees: the layer's contents and the function's
own module, compiled as they are shipped. AWS's SDK comes from the runtime there, so here too it
comes from outside the layer. Runs are interleaved, so that a busy moment hits all alike.
"""

from __future__ import annotations

import compileall
import os
import py_compile
import shutil
import statistics
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from local.places import ANY_KEY, LOCAL, ROOT

FLOOR = "floor"
RUNS = 7
JOBS = ("expiries", "expiries_worker", "renewals", "renewals_worker")
TARGETS = {FLOOR: 1.0, **dict.fromkeys((*JOBS, "relay", "sweep"), 1.2)}
API_TARGET = 1.5
LAYER_PACKAGES = ("aws_lambda_powertools", "pynamodb", "jmespath", "typing_extensions.py", "tzdata")

# What is timed: the module's import, and the client that every function needs for its first call.
_PROGRAM = """
import sys, time
began = time.perf_counter()
import {module}
{then}
took = time.perf_counter() - began
print(took, len(sys.modules))
"""
_THEN = "from tacit.runtime.stack import stack\nstack().table.connection.client"
_FLOOR = "import boto3\nboto3.client('dynamodb')\n"


def measure() -> dict[str, dict[str, float]]:
    """Milliseconds (median) and number of modules of each function, and the ratio to the floor."""
    with _shipped() as folder:
        names = [FLOOR, *sorted(path.stem for path in (ROOT / "functions").glob("*.py"))]
        taken: dict[str, list[float]] = {name: [] for name in names}
        modules = {}
        for _ in range(RUNS):
            for name in names:
                seconds, modules[name] = _run(folder, name)
                taken[name].append(seconds)
    floor = statistics.median(taken[FLOOR])
    return {
        name: {
            "ms": round(statistics.median(taken[name]) * 1000, 1),
            "ratio": round(statistics.median(taken[name]) / floor, 2),
            "modules": modules[name],
            "target": TARGETS.get(name, API_TARGET),
        }
        for name in names
    }


def _run(folder: Path, name: str) -> tuple[float, int]:
    then = "" if name == FLOOR else _THEN
    variables = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": os.pathsep.join(str(folder / part) for part in ("functions", "layer")),
        "TABLE_NAME": "none",
        "AWS_REGION": "eu-central-1",
        "AWS_DEFAULT_REGION": "eu-central-1",
        "AWS_ACCESS_KEY_ID": "none",
        "AWS_SECRET_ACCESS_KEY": ANY_KEY,
        "POWERTOOLS_SERVICE_NAME": "tacit",
        "POWERTOOLS_METRICS_NAMESPACE": "Tacit",
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    done = subprocess.run(
        [sys.executable, "-c", _PROGRAM.format(module=name, then=then)],
        env=variables, cwd=folder, capture_output=True, text=True, check=True,
    )  # fmt: skip
    seconds, modules = done.stdout.split()
    return float(seconds), int(modules)


@contextmanager
def _shipped() -> Iterator[Path]:
    """A copy of functions and layer, compiled as a build is compiled."""
    (LOCAL / "tmp").mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=LOCAL / "tmp") as made:
        folder = Path(made)
        site = Path(next(path for path in sys.path if path.endswith("site-packages")))
        shutil.copytree(ROOT / "functions", folder / "functions", ignore=_without_compiled)
        shutil.copytree(
            ROOT / "shared" / "tacit", folder / "layer" / "tacit", ignore=_without_compiled
        )
        for package in LAYER_PACKAGES:
            copy = shutil.copytree if (site / package).is_dir() else shutil.copy
            copy(site / package, folder / "layer" / package)
        (folder / "functions" / f"{FLOOR}.py").write_text(_FLOOR)
        compileall.compile_dir(
            folder, quiet=2, force=True,
            invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH,
        )  # fmt: skip
        yield folder


_without_compiled = shutil.ignore_patterns("__pycache__")
