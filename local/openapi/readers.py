"""A reader's JSON schema: the one it is marked with, or what it takes an object apart into."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from local.openapi.schemas import Schema, null
from tacit.domain.refusals import Invalid

_FORMATS = {
    "email": "alice@example.net",
    "date": "2027-01-15",
    "date-time": "2026-12-01T03:00:00Z",
}


class Unsaid(Exception):
    """Something is read that nobody can know of."""


@dataclass
class Field:
    """`questioned`: the reader asks whether it is there, and takes null for a value of its own."""

    schema: Schema
    required: bool
    nullable: bool
    questioned: bool = False


class Fields(dict[str, Field]):
    """The fields of one object, in the order in which they are read."""

    def __init__(self) -> None:
        super().__init__()
        self._questioned: set[str] = set()

    def question(self, name: str) -> None:
        self._questioned.add(name)

    def note(self, name: str, schema: Schema, *, required: bool) -> None:
        """A field that is read once it is known to be there may be absent, and one that may be
        absent may be null."""
        questioned = name in self._questioned
        if name not in self:
            there = required and not questioned
            self[name] = Field(schema, there, not required, questioned)

    def schema(self) -> Schema:
        shown = {n: null(f.schema) if f.nullable else f.schema for n, f in self.items()}
        required = sorted(name for name, f in self.items() if f.required)
        return {
            "type": "object",
            "properties": shown,
            **({"required": required} if required else {}),
            "additionalProperties": False,
        }


class Within:
    """Which object is being taken apart: the fields of the innermost, None of the body itself."""

    def __init__(self) -> None:
        self._frames: list[Fields | None] = []

    @property
    def fields(self) -> Fields | None:
        return self._frames[-1] if self._frames else None

    @property
    def is_known(self) -> bool:
        """Inside of a reader that has said what it takes."""
        return bool(self._frames) and self._frames[-1] is None

    def described(self, reader: Any) -> tuple[Schema, Any]:
        """The schema, and a value as the reader gives it. Raises Unsaid for a reader that
        neither is marked nor takes an object apart."""
        marked: Schema | None = getattr(reader, "schema", None)
        if marked is not None:
            schema = {name: self._inner(value) for name, value in marked.items()}
            return schema, self._read(reader, _example(schema), None)
        found = Fields()
        value = self._read(reader, {}, found)
        if not found:
            where = f"{reader.__module__}.{reader.__qualname__}"
            raise Unsaid(f"{where} does not say what it takes")
        return found.schema(), value

    def _inner(self, value: Any) -> Any:
        """A reader that stands in a schema is described in its place."""
        return self.described(value)[0] if callable(value) else value

    def _read(self, reader: Any, example: Any, frame: Fields | None) -> Any:
        self._frames.append(frame)
        try:
            with suppress(Invalid):
                return reader("field", example)
        finally:
            self._frames.pop()
        return None


def _example(schema: Schema) -> Any:
    if "examples" in schema:
        return schema["examples"][0]
    if "enum" in schema:
        return schema["enum"][0]
    if "format" in schema:
        return _FORMATS[schema["format"]]
    kinds = schema["type"]
    kind = kinds[0] if isinstance(kinds, list) else kinds
    empty: dict[str, Any] = {"array": [], "object": {}, "boolean": True}
    return empty[kind] if kind in empty else schema.get("minimum", "x")
