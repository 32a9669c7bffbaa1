"""Asks whether an advisory is out against anything that is pinned, with pip-audit.

Where nobody answers (no network, or an index that hands out packages and knows no advisories),
pip-audit passes every package over and still ends with 0 and "No known vulnerabilities found". So
its answer is read, not its exit code, and not knowing is neither red nor in order.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from local.places import LOCAL, ROOT, program
from local.progress import say

CLEAR, RED = 0, 1
UNASKED = 75  # sysexits calls it a temporary failure; no other check ends with it
# What is deployed comes first: where nothing of it can be asked, the rest is not tried.
PINS = (ROOT / "shared" / "requirements.txt", *sorted((ROOT / "requirements").glob("*.txt")))
# The network's fault, by the last line of a traceback or pip-audit's own advice. The rest is ours.
UNREACHED = re.compile(
    r"^(requests|urllib3)\.exceptions\.|^pip_audit\._service\.|your network may be blocking", re.M
)


@dataclass(frozen=True)
class Heard:
    """What came back about one file of pins: advisories, whoever was not asked about, trouble."""

    advisories: tuple[str, ...] = ()
    unasked: tuple[str, ...] = ()
    trouble: str = ""
    answered: bool = True

    @property
    def outcome(self) -> int:
        if self.advisories or self.trouble:
            return RED
        return CLEAR if self.answered and not self.unasked else UNASKED


def ask(pins: Path, *options: str) -> Heard:
    """pip-audit about that file; `options` come last, so they may name another service."""
    command = [program("audit", "pip-audit"), "--requirement", str(pins), "--format", "json"]
    command += ["--no-deps", "--disable-pip", "--progress-spinner", "off", "--desc", "off"]
    command += ["--cache-dir", str(LOCAL / "pip-audit"), *options]
    done = subprocess.run(
        command, cwd=ROOT, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )
    return read(done.returncode, done.stdout, done.stderr)


def read(code: int, stdout: str, stderr: str) -> Heard:
    """pip-audit's answer; its exit code is 1 for an advisory, a broken file and a dead network."""
    ended = stderr.strip() or f"pip-audit ended with {code} and said nothing"
    try:
        packages = json.loads(stdout)["dependencies"]
    except ValueError:
        unreached = code and UNREACHED.search(stderr)
        return Heard(answered=False) if unreached else Heard(trouble=ended)
    advisories = tuple(_advisories(packages))
    unasked = tuple(each["name"] for each in packages if "skip_reason" in each)
    trouble = ended if code and not advisories else ""
    return Heard(advisories, unasked, trouble, answered=len(unasked) < len(packages))


def _advisories(packages: list[dict[str, Any]]) -> Iterator[str]:
    for package in packages:
        for each in package.get("vulns", ()):
            mended = ", ".join(each["fix_versions"]) or "no version yet"
            yield f"{package['name']} {package['version']}: {each['id']}, mended in {mended}"


def ask_all(*options: str) -> int:
    """Every file of pins; what was heard on stderr, and the worst of it as an exit code."""
    outcomes, unasked = [], set[str]()
    for pins in PINS:
        heard = ask(pins, *options)
        outcomes.append(heard.outcome)
        for line in (*heard.advisories, *filter(None, [heard.trouble])):
            say(f"{pins.relative_to(ROOT)}: {line}")
        if not heard.answered:
            break
        unasked |= set(heard.unasked)
    if UNASKED in outcomes:
        about = f" about {', '.join(sorted(unasked))}" if unasked else ""
        say(f"could not ask{about}; run it where there is a network")
    return RED if RED in outcomes else max(outcomes)


if __name__ == "__main__":
    sys.exit(ask_all())
