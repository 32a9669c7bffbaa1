"""`make check`: everything that can be seen without running anything.

What a check could not find out is neither red nor in order; its own line says so.
"""

from __future__ import annotations

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

from local.advisories import UNASKED
from local.environments import NAMES
from local.places import LOCAL, ROOT, aws_environment, program
from local.progress import say

TYPED = ("shared/tacit", "functions", "local")
SEARCHED = ("shared", "functions", "local")


def commands() -> dict[str, list[str]]:
    complete = {
        f"pip check {name}": [program(name, "python"), "-m", "pip", "check"] for name in NAMES
    }
    return {
        "ruff format": [program("dev", "ruff"), "format", "--check", "."],
        "ruff check": [program("dev", "ruff"), "check", "."],
        "bandit": [program("audit", "bandit"), "-q", "-c", "pyproject.toml", "-r", *SEARCHED],
        "mypy": [program("dev", "mypy"), "--strict", *TYPED],
        "cfn-lint": [program("sam", "cfn-lint"), "template.yaml"],
        "sam validate": [program("sam", "sam"), "validate", "--lint"],
        "pip-audit": [sys.executable, "-m", "local.advisories"],
        **complete,
    }


def run(command: list[str]) -> subprocess.CompletedProcess[str]:
    variables = aws_environment() | {
        "SAM_CLI_TELEMETRY": "0",
        "__SAM_CLI_APP_DIR": str(LOCAL / "sam"),
        "RUFF_CACHE_DIR": str(LOCAL / "ruff"),
    }
    return subprocess.run(
        command, cwd=ROOT, env=variables, stdin=subprocess.DEVNULL,
        capture_output=True, text=True, check=False,
    )  # fmt: skip


def main() -> int:
    failed = 0
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        for name, done in zip(commands(), pool.map(run, commands().values()), strict=True):
            if done.returncode == UNASKED:
                say(f"{name}: {done.stderr.strip()}")
            elif done.returncode:
                failed += 1
                say(f"{name}: FAILED\n{done.stdout}{done.stderr}")
            else:
                say(f"{name}: in order")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
