"""Conditions as Python functions of an item and of the values that came along.

Asked of `{}` where nothing is stored. What cannot be compared does not hold, as DynamoDB has it.
"""

from collections.abc import Callable, Mapping
from typing import assert_never

from tests.memory.nodes import (
    Among,
    Between,
    Both,
    Compare,
    Either,
    Function,
    Given,
    Node,
    Operand,
    Opposite,
    Path,
    Size,
)
from tests.memory.refusals import invalid
from tests.memory.values import Item, Value, ordered

Given_ = Mapping[str, Value]
Test = Callable[[Item, Given_], bool]
Look = Callable[[Item, Given_], Value | None]
_ORDERS: dict[str, Callable[[int], bool]] = {
    "<": lambda order: order < 0,
    "<=": lambda order: order <= 0,
    ">": lambda order: order > 0,
    ">=": lambda order: order >= 0,
}


def test_of(node: Node) -> Test:
    match node:
        case Both(left, right):
            one, other = test_of(left), test_of(right)
            return lambda item, given: one(item, given) and other(item, given)
        case Either(left, right):
            one, other = test_of(left), test_of(right)
            return lambda item, given: one(item, given) or other(item, given)
        case Opposite(of):
            inner = test_of(of)
            return lambda item, given: not inner(item, given)
        case Compare(sign, left, right):
            return _compare(sign, look_of(left), look_of(right))
        case Between(value, low, high):
            least = _compare(">=", look_of(value), look_of(low))
            most = _compare("<=", look_of(value), look_of(high))
            return lambda item, given: least(item, given) and most(item, given)
        case Among(value, options):
            tests = [_compare("=", look_of(value), look_of(option)) for option in options]
            return lambda item, given: any(test(item, given) for test in tests)
        case Function(name, arguments):
            return _function(name, arguments)
        case _:
            assert_never(node)


def look_of(operand: Operand) -> Look:
    match operand:
        case Given(name):
            return lambda _, given: given[name]
        case Size(of):
            inner = look_of(of)
            return lambda item, given: _size(inner(item, given))
        case Path((str(name),)):
            return lambda item, _: item.get(name)
        case Path(steps):
            return lambda item, _: found_at(item, steps)
        case _:
            assert_never(operand)


def found_at(item: Item, steps: tuple[str | int, ...]) -> Value | None:
    """The value at the end of a path; None where the path leads nowhere."""
    value: Value | None = item.get(str(steps[0]))
    for step in steps[1:]:
        if value is None:
            return None
        if isinstance(step, str):
            value = value.get("M", {}).get(step)
        else:
            entries = value.get("L", [])
            value = entries[step] if step < len(entries) else None
    return value


def _compare(sign: str, left: Look, right: Look) -> Test:
    if sign in ("=", "<>"):
        return _same(left, right) if sign == "=" else _different(left, right)
    holds = _ORDERS[sign]

    def test(item: Item, given: Given_) -> bool:
        one, other = left(item, given), right(item, given)
        if one is None or other is None:
            return False
        order = ordered(one, other)
        return order is not None and holds(order)

    return test


def _same(left: Look, right: Look) -> Test:
    def test(item: Item, given: Given_) -> bool:
        one = left(item, given)
        return one is not None and one == right(item, given)

    return test


def _different(left: Look, right: Look) -> Test:
    return lambda item, given: left(item, given) != right(item, given)


def _function(name: str, arguments: tuple[Operand, ...]) -> Test:
    if name.startswith("attribute_") and not isinstance(arguments[0], Path):
        raise invalid(f"Operator or function requires a document path; function: {name}")
    if name == "attribute_exists":
        look = look_of(arguments[0])
        return lambda item, given: look(item, given) is not None
    if name == "attribute_not_exists":
        look = look_of(arguments[0])
        return lambda item, given: look(item, given) is None
    test = {"attribute_type": _is_kind, "begins_with": _begins, "contains": _contains}[name]
    first, second = (look_of(argument) for argument in arguments)

    def asked(item: Item, given: Given_) -> bool:
        one, other = first(item, given), second(item, given)
        return one is not None and other is not None and test(one, other)

    return asked


def _is_kind(value: Value, kind: Value) -> bool:
    return kind["S"] in value


def _begins(value: Value, start: Value) -> bool:
    for kind in ("S", "B"):
        if kind in value and kind in start:
            return bool(value[kind].startswith(start[kind]))
    return False


def _contains(value: Value, part: Value) -> bool:
    ((kind, content),) = value.items()
    ((of, wanted),) = part.items()
    if kind == "L":
        return part in content
    if kind in ("SS", "NS", "BS"):
        return kind[0] == of and wanted in content
    return kind == of and kind in ("S", "B") and wanted in content


def _size(value: Value | None) -> Value | None:
    if value is None:
        return None
    ((kind, content),) = value.items()
    if kind in ("N", "BOOL", "NULL"):
        return None
    # Of a text its characters, those beyond the first 65536 as two.
    length = len(content.encode("utf-16-le")) // 2 if kind == "S" else len(content)
    return {"N": str(length)}
