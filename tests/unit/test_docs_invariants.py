"""docs/invariants.md names checks that are there."""

import ast
import re
from functools import cache

import pytest

from tests.invariants.checker import CHECKS
from tests.unit.sources import ROOT

PAGE = ROOT / "docs" / "invariants.md"
KINDS = ("exploration", "table", "histories", "faults", "tests")


def sections() -> dict[str, str]:
    parts = re.split(r"^## (\d+\. .+)$", PAGE.read_text("utf-8"), flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def checks_of(text: str) -> dict[str, list[str]]:
    """By kind: `file::name` of each."""
    found = re.findall(rf"^- ({'|'.join(KINDS)}): (.+)$", text, re.MULTILINE)
    return {kind: re.findall(r"`([^`]+::[^`]+)`", named) for kind, named in found}


@cache
def defined_in(file: str) -> frozenset[str]:
    tree = ast.parse((ROOT / file).read_text("utf-8"))
    return frozenset(n.name for n in ast.walk(tree) if isinstance(n, ast.FunctionDef))


@pytest.mark.parametrize("title", sections())
def test_every_invariant_is_checked_and_its_checks_are_there(title: str) -> None:
    text = sections()[title]
    checks = checks_of(text)
    assert "Why: " in text
    assert {"histories", "faults"} <= set(checks), "their place is kept"
    assert any(checks.values()), "nothing checks it"
    for named in checks.values():
        for each in named:
            file, _, name = each.partition("::")
            assert name in defined_in(file), each


def test_the_invariants_are_numbered() -> None:
    numbers = [int(title.partition(".")[0]) for title in sections()]
    assert numbers == list(range(1, len(numbers) + 1))


def test_whatever_the_checker_looks_for_is_published() -> None:
    named = {
        each.partition("::")[2]
        for t in sections().values()
        for each in checks_of(t).get("table", [])
    }
    assert {check.__name__ for check in CHECKS} == named
