"""The grammar of conditions: key conditions, conditions of writes, and filters."""

from tests.memory.nodes import (
    Among,
    Between,
    Both,
    Compare,
    Either,
    Function,
    Node,
    Operand,
    Opposite,
    Path,
)
from tests.memory.reader import Reader
from tests.memory.refusals import invalid

_COMPARES = frozenset({"=", "<>", "<", "<=", ">", ">="})
_FUNCTIONS = {
    "attribute_exists": 1,
    "attribute_not_exists": 1,
    "attribute_type": 2,
    "begins_with": 2,
    "contains": 2,
}


def condition(reader: Reader) -> Node:
    found = _both(reader)
    while reader.take("OR"):
        found = Either(found, _both(reader))
    return found


def _both(reader: Reader) -> Node:
    found = _single(reader)
    while reader.take("AND"):
        found = Both(found, _single(reader))
    return found


def _single(reader: Reader) -> Node:
    if reader.take("NOT"):
        return Opposite(_single(reader))
    if reader.take("("):
        found = condition(reader)
        reader.need(")")
        return found
    if reader.next in _FUNCTIONS:
        return _function(reader)
    left = reader.operand()
    if reader.take("BETWEEN"):
        low = reader.operand()
        reader.need("AND")
        return Between(left, low, reader.operand())
    if reader.take("IN"):
        return Among(left, _in_brackets(reader))
    sign = reader.word()
    if sign not in _COMPARES:
        reader.wrong(sign)
    return Compare(sign, left, reader.operand())


def _function(reader: Reader) -> Function:
    name = reader.word()
    arguments = _in_brackets(reader)
    if len(arguments) != _FUNCTIONS[name]:
        raise invalid(f"Incorrect number of operands for operator or function; function: {name}")
    return Function(name, arguments)


def _in_brackets(reader: Reader) -> tuple[Operand, ...]:
    reader.need("(")
    found = [reader.operand()]
    while reader.take(","):
        found.append(reader.operand())
    reader.need(")")
    return tuple(found)


def projection(reader: Reader) -> tuple[Path, ...]:
    found = [reader.path()]
    while reader.take(","):
        found.append(reader.path())
    return tuple(found)
