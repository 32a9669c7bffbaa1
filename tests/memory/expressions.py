"""The expressions of a request, each read once however often it is asked, and the placeholders
they share: every one is given, and every one that is given is used."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from tests.memory.conditions import Test, test_of
from tests.memory.grammar import condition, projection
from tests.memory.nodes import Node, Path
from tests.memory.operands import Check, checks_of
from tests.memory.reader import Reader
from tests.memory.refusals import NotImitated, invalid
from tests.memory.updates import Update, update
from tests.memory.values import Value, taken

_Names = tuple[tuple[str, str], ...]
_MANY = 20_000


@dataclass(frozen=True, slots=True)
class _Read:
    """What was read, with the placeholders that were met."""

    found: Any
    names: frozenset[str]
    values: frozenset[str]
    looked_into: frozenset[str]
    checks: tuple[Check, ...]


@lru_cache(_MANY)
def _read(what: str, text: str, names: _Names) -> _Read:
    reader = Reader(text, dict(names), what)
    found: Any
    checks: tuple[Check, ...] = ()
    match what:
        case "UpdateExpression":
            found = update(reader)
        case "ProjectionExpression":
            found = projection(reader)
        case _:
            node = condition(reader)
            found, checks = (node, test_of(node)), tuple(checks_of(node))
    reader.end()
    names_used, values_used = frozenset(reader.names_used), frozenset(reader.values_used)
    return _Read(found, names_used, values_used, frozenset(reader.looked_into), checks)


@dataclass(slots=True)
class Expressions:
    """Those of one request, or of one part of a transaction. `keys` are the attributes that are
    keys of the table or of an index, `values` copies of what came along."""

    given: Mapping[str, Any]
    keys: frozenset[str]
    values: dict[str, Value] = field(default_factory=dict)
    _names: _Names = ()
    _names_used: set[str] = field(default_factory=set)
    _values_used: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self._names = tuple(self.given.get("ExpressionAttributeNames", {}).items())
        for name, value in self.given.get("ExpressionAttributeValues", {}).items():
            self.values[name], _ = taken(value)

    def condition(self, what: str = "ConditionExpression") -> Test | None:
        found = self._found(what)
        test: Test | None = found[1] if found else None
        return test

    def node(self, what: str) -> Node | None:
        found = self._found(what)
        node: Node | None = found[0] if found else None
        return node

    def update(self) -> Update | None:
        found: Update | None = self._found("UpdateExpression")
        return found

    def projection(self) -> tuple[Path, ...] | None:
        found: tuple[Path, ...] | None = self._found("ProjectionExpression")
        return found

    def end(self) -> None:
        """After the last of them; raises Refusal for what was given for nothing."""
        for kind, given, used in (
            ("ExpressionAttributeNames", dict(self._names), self._names_used),
            ("ExpressionAttributeValues", self.values, self._values_used),
        ):
            if len(given) != len(used):
                unused = ", ".join(sorted(given.keys() - used))
                raise invalid(f"Value provided in {kind} unused in expressions: keys: {{{unused}}}")

    def _found(self, what: str) -> Any:
        text = self.given.get(what)
        if text is None:
            return None
        read = _read(what, text, self._names)
        for name in read.values - self.values.keys():
            raise invalid(
                f"Invalid {what}: An expression attribute value used in expression is not defined; "
                f"attribute value: {name}"
            )
        if not read.looked_into.isdisjoint(self.keys):
            raise NotImitated("what is within a key")
        for check in read.checks:
            check(self.values)
        self._names_used |= read.names
        self._values_used |= read.values
        return read.found
