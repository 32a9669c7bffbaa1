"""Reading a table of TOML field by field, and saying in plain words what is wrong with it.

A field that is left over is an error, so that a misspelt number can never be silently replaced by
a default. A table that is given a list of findings notes what is wrong there and reads on, so that
a file's author hears everything at once; without one the first error is raised.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeVar

T = TypeVar("T")
E = TypeVar("E", bound=StrEnum)
REQUIRED: Any = object()  # as the default of a field that must be there
# A century, in days and in months. Far beyond it there are no dates to reckon with.
MOST_DAYS, MOST_MONTHS = 36_500, 1_200


@dataclass(frozen=True, slots=True)
class Finding:
    """Something about a file: the path of the field, and what there is to say about it."""

    path: str
    says: str

    def __str__(self) -> str:
        return f"{self.path}: {self.says}"


class FormError(ValueError):
    """A file is wrong; the message names the field by its path in the file."""


class Table:
    """One table of the file, read field by field; `whole` closes it."""

    def __init__(self, data: object, path: str, findings: list[Finding] | None = None) -> None:
        self._path = path
        self._findings = findings
        readable = isinstance(data, Mapping)
        self._left: dict[str, Any] = dict(data) if isinstance(data, Mapping) else {}
        if not readable:
            self._wrong_at(path, "expected a table")
            self._findings = []  # what its fields lack follows from that

    def at(self, name: str) -> str:
        return f"{self._path}.{name}" if self._path else name

    def wrong(self, name: str, says: str, instead: T) -> T:
        """Raises, or notes it: what is read then goes on with `instead`, which means nothing."""
        self._wrong_at(self.at(name), says)
        return instead

    def take(
        self, name: str, of: type[T], default: T | None = REQUIRED, instead: T | None = None
    ) -> T:
        if name not in self._left:
            if default is REQUIRED:
                return self.wrong(name, "is missing", of() if instead is None else instead)
            return default  # type: ignore[return-value]
        value = self._left.pop(name)
        if not isinstance(value, of) or (of is int and isinstance(value, bool)):
            says = f"expected {of.__name__}, got {value!r}"
            return self.wrong(name, says, of() if instead is None else instead)
        return value

    def number(
        self, name: str, least: int, default: int | None = REQUIRED, most: int = MOST_DAYS
    ) -> int:
        value: int = self.take(name, int, default, least)
        if value is not None and value < least:
            return self.wrong(name, f"must be at least {least}, is {value}", least)
        if value is not None and value > most:
            return self.wrong(name, f"must be at most {most}, is {value}", least)
        return value

    def words(self, name: str, default: list[str] | None = REQUIRED) -> list[str]:
        values = self.take(name, list, default)
        if not all(isinstance(v, str) for v in values):
            return self.wrong(name, "expected a list of texts", [])
        return values

    def one_of(self, name: str, choices: type[E], default: Any = REQUIRED) -> E:
        value = self.take(name, str, default, next(iter(choices)))
        return default if value is None else self._member(name, choices, value)

    def many_of(self, name: str, choices: type[E]) -> frozenset[E]:
        return frozenset(self._member(name, choices, v) for v in self.words(name))

    def known(self, name: str, words: list[str], choices: frozenset[str]) -> tuple[str, ...]:
        """The words as they are: one that is not among the choices would silently mean "never"."""
        for word in words:
            if word not in choices:
                self.wrong(name, f"{word!r} is none of {', '.join(sorted(choices))}", None)
        return tuple(word for word in words if word in choices)

    def table(self, name: str) -> "Table":
        readable = isinstance(self._left.get(name), Mapping)
        return self._inner(name, self.take(name, dict), readable)

    def optional(self, name: str) -> "Table | None":
        readable = isinstance(self._left.get(name), Mapping)
        data = self.take(name, dict, None)
        return None if data is None else self._inner(name, data, readable)

    def tables(self, name: str) -> Iterator[tuple[str, "Table"]]:
        for key, value in self.take(name, dict, {}).items():
            yield key, Table(value, self.at(f"{name}.{key}" if name else key), self._findings)

    def rows(self, name: str) -> Iterator["Table"]:
        for index, value in enumerate(self.take(name, list, [])):
            yield Table(value, self.at(f"{name}[{index}]"), self._findings)

    @contextmanager
    def whole(self) -> Iterator["Table"]:
        yield self
        for name in sorted(self._left):
            self.wrong(name, "unknown field", None)

    def _wrong_at(self, path: str, says: str) -> None:
        found = Finding(path, says)
        if self._findings is None:
            raise FormError(str(found))
        self._findings.append(found)

    def _inner(self, name: str, data: object, readable: bool) -> "Table":
        """What is no table was said already; what its fields lack follows from that."""
        return Table(data, self.at(name), self._findings if readable else [])

    def _member(self, name: str, choices: type[E], value: str) -> E:
        try:
            return choices(value)
        except ValueError:
            known = ", ".join(choices)
            return self.wrong(name, f"{value!r} is none of {known}", next(iter(choices)))
