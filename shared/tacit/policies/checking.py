"""Checking a policy file: what is wrong with its form, and what cannot be meant by it."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from tacit.domain.policy import Policy
from tacit.domain.policy_check import errors
from tacit.domain.policy_form import read_with_findings
from tacit.domain.policy_warnings import warnings
from tacit.domain.table_form import Finding
from tacit.policies import registries

_CONCERN_NO_KIND = frozenset(
    {
        "provider",
        "version",
        "zone",
        "currency",
        "locale",
        "customer_sees",
        "contact",
        "messages",
        "plan_change",
        "ticketing",
        "fuse",
    }
)


@dataclass(frozen=True, slots=True)
class Report:
    """Everything there is to say about a file; `policy` is None where it is no TOML at all, and
    to be relied upon only where there are no errors."""

    policy: Policy | None
    errors: tuple[Finding, ...]
    warnings: tuple[Finding, ...] = ()


def check(file: Path, expires_on: date) -> Report:
    """The file read and tried on contracts that expire on that day. Raises OSError."""
    try:
        data = tomllib.loads(file.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as wrong:
        return Report(None, (Finding(file.name, f"is no TOML: {wrong}"),))
    read, findings = read_with_findings(data)
    policy = replace(read, registries=registries())
    if findings:
        meant = errors(_sound(policy, findings, data), expires_on, whole=False)
        return Report(policy, (*findings, *meant))
    return Report(
        policy,
        tuple(errors(policy, expires_on)),
        (*_name(file, policy), *warnings(policy, expires_on)),
    )


def _sound(policy: Policy, findings: list[Finding], data: Mapping[str, Any]) -> Policy:
    """What could be read, without the kinds that anything is wrong about: one mistake is not told
    twice. Nothing is left where the mistake may concern all of them."""
    broken = set()
    for finding in findings:
        first, *rest = re.split(r"[.\[\]]+", finding.path)
        if first == "kinds" and rest:
            broken.add(rest[0])
        elif first == "plans" and rest:
            row = data["plans"][int(rest[0])]
            broken.add(str(row.get("kind")) if isinstance(row, Mapping) else "")
        elif first not in _CONCERN_NO_KIND:
            return replace(policy, kinds={}, plans={}, actions={})
    return replace(
        policy,
        kinds={name: kind for name, kind in policy.kinds.items() if name not in broken},
        plans={name: plan for name, plan in policy.plans.items() if plan.kind not in broken},
    )


def _name(file: Path, policy: Policy) -> list[Finding]:
    """A file that is to be shipped is found by its name; a draft may be called anything."""
    there = re.fullmatch(r".+-\d+\.toml", file.name)
    name = f"{policy.provider}-{policy.version}.toml"
    if there is None or file.name == name:
        return []
    return [Finding("provider", f"the file is called {file.name}; it is found only as {name}")]
