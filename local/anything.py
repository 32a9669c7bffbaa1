"""Ask a running stack anything that docs/openapi.json allows, and what it does not.

Schemathesis makes the requests. What it is told besides are a few ids that are there: whatever
names none of them is refused before it is looked at.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from local.places import ROOT, aws_environment, program

DOCUMENT = ROOT / "docs" / "openapi.json"
# The clock is everybody's, and so is what a run finds due on a day that somebody made up.
LEFT_OUT = ("PUT /test-clock", "POST /job-runs")
CHECKS = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_schema_conformance",
    "negative_data_rejection",
)

# What is likely to be there: by the name of a field or a parameter, and of a path's `id` by the
# word before it.
Likely = Mapping[str, Iterable[str]]


def pointed(likely: Likely) -> dict[str, Any]:
    """The document, in which what has likely values takes those as well: a path's ids no others,
    because most of what is asked would be nobody's."""
    document: dict[str, Any] = json.loads(DOCUMENT.read_text("utf-8"))
    for path, operations in document["paths"].items():
        for method in [*operations]:
            door = f"{method.upper()} {path}"
            if door in LEFT_OUT:
                del operations[method]
                continue
            operation = operations[method]
            for parameter in operation["parameters"]:
                named = path.split("/")[1] if parameter["name"] == "id" else parameter["name"]
                _point(parameter, named, likely)
            for content in operation.get("requestBody", {}).get("content", {}).values():
                for name, schema in content["schema"]["properties"].items():
                    field = {"schema": schema}
                    _point(field, name, likely)
                    content["schema"]["properties"][name] = field["schema"]
    return document


def _point(holder: dict[str, Any], name: str, likely: Likely) -> None:
    values = [*likely.get(name, ())]
    schema = holder["schema"]
    if values and "string" in schema["type"]:
        known = {"type": "string", "enum": values}
        holder["schema"] = known if holder.get("in") == "path" else {"anyOf": [known, schema]}


@dataclass(frozen=True)
class Asking:
    """Schemathesis on its way. It ends with 0 where nothing was found; `report` is of every
    request."""

    process: subprocess.Popen[str]
    report: Path

    def told(self) -> str:
        return self.process.communicate()[0]

    def statuses(self) -> dict[str, list[int]]:
        """What each door answered, once it has ended."""
        found: dict[str, list[int]] = {}
        for line in self.report.read_text("utf-8").splitlines():
            scenario = json.loads(line).get("ScenarioFinished", {}).get("recorder", {})
            for exchange in scenario.get("interactions", {}).values():
                answered = found.setdefault(scenario["label"], [])
                answered.append(exchange["response"]["status_code"])
        return found


def started(
    url: str, token: str, document: Path, *, examples: int, seed: int, phases: str
) -> Asking:
    """Ask what `document` describes at `url`, as whoever has `token`, `examples` for each door."""
    report = document.with_suffix(f".{sha256(token.encode()).hexdigest()[:8]}.ndjson")
    command = [
        program("schemathesis", "schemathesis"), "--no-color", "run", str(document),
        "--url", url, "--header", f"Authorization: Bearer {token}",
        "--checks", ",".join(CHECKS), "--phases", phases, "--max-examples", str(examples),
        "--seed", str(seed), "--generation-database", "none", "--continue-on-failure",
        "--suppress-health-check", "all", "--warnings", "off", "--no-shrink",
        "--request-timeout", "40", "--report", "ndjson", "--report-ndjson-path", str(report),
    ]  # fmt: skip
    process = subprocess.Popen(
        command,
        cwd=document.parent,
        env=aws_environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    return Asking(process, report)
