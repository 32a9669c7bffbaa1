"""The house keeps its one arrow: functions -> service, runtime -> store -> domain."""

import ast
import sys
from functools import cache
from pathlib import Path

import pytest

from tests.unit.sources import ROOT, TACIT, nodes

# Which of our rooms a room may look into, besides itself.
MAY = {
    "domain": set(),
    "policies": {"domain"},
    "store": {"domain"},
    "replies": {"store"},
    "callers": {"domain"},
    "versions": {"domain", "policies"},
    "named": {"domain", "store", "callers", "versions"},
    "service": {"domain", "policies", "store", "replies", "callers", "versions", "named"},
    "runtime": {
        "domain",
        "policies",
        "store",
        "replies",
        "callers",
        "versions",
        "named",
        "service",
    },
    "calendar": {"domain", "policies", "store", "versions", "runtime"},
    "erasure": {"domain", "policies", "store", "versions", "runtime"},
    "redrive": set(),
}


@cache
def imports(file: Path) -> frozenset[str]:
    """Every module a file imports, inside functions too."""
    found: set[str] = set()
    for node in nodes(file):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{file.name}: relative import"
            found.add(node.module or "")
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return frozenset(found)


def room_of(file: Path) -> str:
    return file.relative_to(TACIT).parts[0].removesuffix(".py")


FILES = [file for file in TACIT.rglob("*.py") if file.parent != TACIT or file.stem in MAY]


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(TACIT)))
def test_a_room_looks_only_where_the_arrow_points(file: Path) -> None:
    room = room_of(file)
    ours = {name.split(".")[1] for name in imports(file) if name.startswith("tacit.")}
    assert ours <= MAY[room] | {room}


@pytest.mark.parametrize("file", sorted((TACIT / "domain").glob("*.py")), ids=lambda f: f.stem)
def test_the_domain_imports_the_standard_library_alone(file: Path) -> None:
    foreign = {
        name
        for name in imports(file)
        if name.split(".")[0] not in sys.stdlib_module_names and not name.startswith("tacit.domain")
    }
    assert foreign == set()


def test_the_domain_reads_neither_clock_nor_environment() -> None:
    for file in (TACIT / "domain").glob("*.py"):
        calls = {ast.unparse(node.func) for node in nodes(file) if isinstance(node, ast.Call)}
        assert not {c for c in calls if c.endswith((".now", ".today", ".utcnow", ".getenv"))}
        assert not imports(file) & {"os", "time", "random", "uuid"}


def test_no_provider_is_named_in_code() -> None:
    providers = {file.stem.rpartition("-")[0] for file in (TACIT / "policies").glob("*-*.toml")}
    assert len(providers) == 5
    for file in [*TACIT.rglob("*.py"), *(ROOT / "functions").glob("*.py")]:
        docs = {
            ast.get_docstring(node, clean=False)
            for node in nodes(file)
            if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)
        }
        texts = {
            node.value
            for node in nodes(file)
            if isinstance(node, ast.Constant) and isinstance(node.value, str)
        }
        named = {text for text in texts - docs for p in providers if p in text}
        assert not named, file.name


def test_only_the_store_imports_pynamodb() -> None:
    for file in [*TACIT.rglob("*.py"), *(ROOT / "functions").glob("*.py")]:
        if "store" not in file.parts:
            assert not {name for name in imports(file) if name.startswith("pynamodb")}, file.name


def test_nobody_scans_the_table() -> None:
    for file in [*TACIT.rglob("*.py"), *(ROOT / "functions").glob("*.py")]:
        names = {node.attr for node in nodes(file) if isinstance(node, ast.Attribute)}
        assert "scan" not in names, file.name


def test_functions_are_thin() -> None:
    """A handler's module parses, calls and shapes: the rest has a room of its own."""
    for file in (ROOT / "functions").glob("*.py"):
        assert len(file.read_text("utf-8").splitlines()) <= 200, file.name


def test_modules_are_small() -> None:
    for file in TACIT.rglob("*.py"):
        assert len(file.read_text("utf-8").splitlines()) <= 330, file.name


def test_modules_have_names_of_things() -> None:
    for file in [*TACIT.rglob("*.py"), *(ROOT / "functions").glob("*.py")]:
        assert file.stem not in {"utils", "helpers", "manager", "base", "common", "misc"}
