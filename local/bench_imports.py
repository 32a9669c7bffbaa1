"""What it takes to import each function, beside a module that only creates a DynamoDB client.

Measured in fresh interpreters that see what Lambda sees: the layer's contents and the function's
own module, compiled as they are shipped. AWS's SDK comes from the runtime there, so here too it
comes from outside the layer. Runs are interleaved, so that a busy moment hits all alike, and the
ratio is of processor time, which others on the machine disturb less than the clock.

Beside them some functions in other shapes, which were tried: not compiled; with AWS's SDK in the
layer; with DynamoDB's description cut down to the operations that we use.
"""

from __future__ import annotations

import compileall
import os
import py_compile
import shutil
import statistics
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from local.cut_model import cut_down
from local.places import ANY_KEY, LOCAL, ROOT

FLOOR = "floor"
RUNS = 7
TRIED = ("relay", "expiries_worker", "contracts")
JOBS = ("expiries", "expiries_worker", "renewals", "renewals_worker")
TARGETS = {FLOOR: 1.0, **dict.fromkeys((*JOBS, "relay", "sweep"), 1.2)}
API_TARGET = 1.5
LAYER_PACKAGES = ("aws_lambda_powertools", "pynamodb", "jmespath", "typing_extensions.py", "tzdata")
SDK_PACKAGES = ("boto3", "botocore", "s3transfer", "urllib3", "dateutil", "six.py")

# What is timed: the module's import, and the client that every function needs for its first call.
_PROGRAM = """
import sys, time
began, spent = time.perf_counter(), time.process_time()
import {module}
{then}
took, spent = time.perf_counter() - began, time.process_time() - spent
print(took, spent, len(sys.modules))
"""
_THEN = "from tacit.runtime.stack import stack\nstack().table.connection.client"
_FLOOR = "import boto3\nboto3.client('dynamodb')\n"


Took = tuple[float, float, int]  # seconds, processor seconds, modules


def measure() -> dict[str, dict[str, float]]:
    """Milliseconds (medians) and number of modules of each function, and the ratio to the floor."""
    with _shipped() as folder:
        names = [FLOOR, *sorted(path.stem for path in (ROOT / "functions").glob("*.py"))]
        taken: dict[str, list[Took]] = {name: [] for name in names}
        for _ in range(RUNS):
            for name in names:
                taken[name].append(_run(folder, name))
    floor = _median(taken[FLOOR], 1)
    return {
        name: _row(taken[name], floor) | {"target": TARGETS.get(name, API_TARGET)} for name in names
    }


def tried(functions: Sequence[str] = TRIED) -> dict[str, dict[str, dict[str, float]]]:
    """By shape and function, in turns: as it is shipped, and what was tried beside it."""
    with _shipped() as folder:
        plain, layered = folder / "not-compiled", folder / "sdk-in-layer"
        _copy(folder, plain)
        shutil.copytree(folder / "layer", layered / "layer")
        shutil.copytree(folder / "functions", layered / "functions")
        for package in SDK_PACKAGES:
            _packed(package, layered / "layer")
        _compiled(layered)
        smaller = {"AWS_DATA_PATH": str(cut_down(folder / "models"))}
        shapes: dict[str, tuple[Path, dict[str, str]]] = {
            "as shipped": (folder, {}),
            "not compiled": (plain, {}),
            "SDK in the layer": (layered, {}),
            "a smaller description": (folder, smaller),
        }
        taken: dict[tuple[str, str], list[Took]] = {}
        for _ in range(RUNS):
            for shape, (place, variables) in shapes.items():
                for name in (FLOOR, *functions):
                    taken.setdefault((shape, name), []).append(_run(place, name, variables))
    floor = _median(taken["as shipped", FLOOR], 1)
    return {
        shape: {name: _row(taken[shape, name], floor) for name in (FLOOR, *functions)}
        for shape in shapes
    }


def _row(taken: list[Took], floor: float) -> dict[str, float]:
    return {
        "ms": round(_median(taken, 0) * 1000, 1),
        "cpu ms": round(_median(taken, 1) * 1000, 1),
        "ratio": round(_median(taken, 1) / floor, 2),
        "modules": taken[-1][2],
    }


def _median(taken: list[Took], which: int) -> float:
    return statistics.median(each[which] for each in taken)


def _run(folder: Path, name: str, more: Mapping[str, str] | None = None) -> Took:
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
        **(more or {}),
    }
    done = subprocess.run(
        [sys.executable, "-c", _PROGRAM.format(module=name, then=then)],
        env=variables, cwd=folder, capture_output=True, text=True, check=True,
    )  # fmt: skip
    seconds, spent, modules = done.stdout.split()
    return float(seconds), float(spent), int(modules)


@contextmanager
def _shipped() -> Iterator[Path]:
    """A copy of functions and layer, compiled as a build is compiled."""
    (LOCAL / "tmp").mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=LOCAL / "tmp") as made:
        folder = Path(made)
        shutil.copytree(ROOT / "functions", folder / "functions", ignore=_without_compiled)
        shutil.copytree(
            ROOT / "shared" / "tacit", folder / "layer" / "tacit", ignore=_without_compiled
        )
        for package in LAYER_PACKAGES:
            _packed(package, folder / "layer")
        (folder / "functions" / f"{FLOOR}.py").write_text(_FLOOR)
        _compiled(folder)
        yield folder


def _packed(package: str, layer: Path) -> None:
    site = Path(next(path for path in sys.path if path.endswith("site-packages")))
    copy = shutil.copytree if (site / package).is_dir() else shutil.copy
    copy(site / package, layer / package)


def _copy(folder: Path, to: Path) -> None:
    """Functions and layer without what was compiled."""
    for part in ("functions", "layer"):
        shutil.copytree(folder / part, to / part, ignore=_without_compiled)


def _compiled(folder: Path) -> None:
    compileall.compile_dir(
        folder, quiet=2, force=True,
        invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH,
    )  # fmt: skip


_without_compiled = shutil.ignore_patterns("__pycache__")
