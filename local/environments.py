"""Makes the virtual environments: `dev` (tests, scripts), `sam`, `ministack`, `audit` (checks) and
`schemathesis`.

They are apart because SAM CLI and MiniStack pin other versions of the same libraries and because
nobody who only starts the stack should wait for what looks over the code. They come from one
interpreter, because MiniStack runs the functions with its own, whatever the template says.
Runs before anything is installed, so it knows nothing but the standard library.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from local.places import DEVELOPER, LOCAL, ROOT, environment
from local.progress import Trouble, exit_code, step

NAMES = ("dev", "sam", "ministack", "audit", "schemathesis")
VERSIONS = ((3, 11), (3, 12), (3, 13))
MARK = "made-from"
CHOSEN = LOCAL / "python"


def interpreter(*, this_one: bool) -> str:
    """A real Python that Lambda also has, never a version manager's shim.

    The one that made the environments stays in use until another is asked for by name
    (`make up PYTHON=…`): the next `make token` should not have to repeat it.
    """
    if not this_one and CHOSEN.exists():
        chosen = CHOSEN.read_text()
        if os.access(chosen, os.X_OK):
            return chosen
    base: str = getattr(sys, "_base_executable", None) or sys.executable
    if sys.version_info[:2] in VERSIONS:
        return os.path.realpath(base)
    for major, minor in reversed(VERSIONS):
        found = shutil.which(f"python{major}.{minor}")
        if not found:
            continue
        asked = [found, "-c", "import sys; print(sys._base_executable)"]
        answer = subprocess.run(asked, capture_output=True, text=True, check=False)
        if answer.returncode == 0:
            return os.path.realpath(answer.stdout.strip())
    raise Trouble("Python 3.11, 3.12 or 3.13 is needed; say which one with `make PYTHON=…`.")


def fingerprint(name: str, python: str) -> str:
    """Changes with the pins and with the interpreter; then the environment is made anew."""
    pins = (ROOT / "requirements" / f"{name}.txt").read_bytes()
    return hashlib.sha256(pins + python.encode()).hexdigest()


def is_made(name: str, python: str) -> bool:
    mark = environment(name) / MARK
    return mark.exists() and mark.read_text() == fingerprint(name, python)


def make(names: tuple[str, ...], *, this_one: bool = False) -> None:
    """Make what is missing or out of date among `names`, at the same time where several are."""
    python = interpreter(this_one=this_one)
    if all(is_made(name, python) for name in names):
        return
    DEVELOPER.logs.mkdir(parents=True, exist_ok=True)
    with (LOCAL / "environments.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        missing = [name for name in names if not is_made(name, python)]
        if not missing:
            return
        what = f"Installing tools ({', '.join(missing)}) under .local, once"
        with step(what), ThreadPoolExecutor(len(missing)) as pool:
            list(pool.map(lambda name: _make_one(name, python), missing))
        CHOSEN.write_text(python)


def _make_one(name: str, python: str) -> None:
    folder, log = environment(name), DEVELOPER.logs / f"environment-{name}.log"
    shutil.rmtree(folder, ignore_errors=True)
    pip = [str(folder / "bin" / "python"), "-m", "pip", "--disable-pip-version-check", "--no-input"]
    pins = f"requirements/{name}.txt"
    _run([python, "-m", "venv", str(folder)], log, "A virtual environment could not be made")
    _run([*pip, "install", "--no-deps", "-r", pins], log, f"Not all of {pins} could be installed")
    (folder / MARK).write_text(fingerprint(name, python))


def _run(command: list[str], log: Path, trouble: str) -> None:
    with log.open("a") as out:
        done = subprocess.run(
            command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT
        )
    if done.returncode:
        raise Trouble(f"{trouble}; {log.relative_to(ROOT)} says why.")


def main() -> None:
    asked = sys.argv[1:]
    names = tuple(each for each in asked if each != "--with-this-python")
    make(names or NAMES, this_one=len(names) < len(asked))


if __name__ == "__main__":
    sys.exit(exit_code(main))
