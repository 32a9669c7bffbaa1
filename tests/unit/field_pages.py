"""A page that explains a file's fields in tables, held against the reader of that file.

Rows are "| `path` | default | … |"; one block of TOML on the page uses every field.
"""

import re
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tacit.domain.table_form import FormError, Table

DOCS = Path(__file__).resolve().parents[2] / "docs"
ROW = re.compile(r"^\| `([^`]+)` \| (\S*)", re.MULTILINE)


def _index_free(path: str) -> str:
    return re.sub(r"\[\d+]", "[]", path)


@dataclass(frozen=True)
class FieldPage:
    """`general` writes a path such as `rows[0].name` as the page does; indexes are gone by then."""

    name: str
    read: Callable[[dict[str, Any]], object]
    general: Callable[[str], str] = str

    def text(self) -> str:
        return (DOCS / self.name).read_text("utf-8")

    def example(self) -> dict[str, Any]:
        (block,) = re.findall(r"^```toml\n(.*?)^```", self.text(), re.M | re.S)
        return tomllib.loads(block)

    def documented(self) -> dict[str, str]:
        """Each field with the default that the page gives it, empty where it must be there."""
        return {name: default.strip("`|") for name, default in ROW.findall(self.text())}

    def taken(self) -> set[str]:
        """Every field the reader asks for while it reads the example, there or not."""
        found: set[str] = set()
        real = Table.take

        def recorded(table: Any, name: str, *args: Any) -> Any:
            found.add(self._field(table.at(name)))
            return real(table, name, *args)

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(Table, "take", recorded)
            self.read(self.example())
        return found

    def used(self) -> set[str]:
        """Every field of the example."""
        found: set[str] = set()

        def walk(value: Any, path: str) -> None:
            if isinstance(value, dict):
                for name, inner in value.items():
                    inside = f"{path}.{name}" if path else name
                    found.add(self._field(inside))
                    walk(inner, inside)
            elif isinstance(value, list):
                for number, inner in enumerate(value):
                    walk(inner, f"{path}[{number}]")

        walk(self.example(), "")
        return found

    def misses(self, field: str) -> bool:
        """Whether the reader misses the field where the example goes without it; that others do
        not fit then is not its fault."""
        try:
            self.read(self._without(self.example(), field))
        except FormError as error:
            return str(error).endswith("is missing")
        return False

    def _without(self, value: Any, field: str, path: str = "") -> Any:
        if isinstance(value, list):
            return [
                self._without(each, field, f"{path}[{number}]") for number, each in enumerate(value)
            ]
        if not isinstance(value, dict):
            return value
        paths = {name: f"{path}.{name}" if path else name for name in value}
        kept = {name for name in value if self._field(paths[name]) != field}
        return {
            name: self._without(value[name], field, paths[name]) for name in value if name in kept
        }

    def _field(self, path: str) -> str:
        return self.general(_index_free(path))
