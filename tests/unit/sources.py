"""The code base as the tests of its form look at it: each file is read and parsed once."""

import ast
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TACIT = ROOT / "shared" / "tacit"


@cache
def nodes(file: Path) -> tuple[ast.AST, ...]:
    """Every node of a module, itself first. Shared: look at them, do not change them."""
    return tuple(ast.walk(ast.parse(file.read_text("utf-8"))))
