"""What of a condition is wrong by the values that come along, whatever is stored."""

from collections.abc import Callable, Iterator, Mapping

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
)
from tests.memory.refusals import Refusal, invalid
from tests.memory.values import Value, ordered

Check = Callable[[Mapping[str, Value]], None]
_ORDERED = frozenset({"S", "N", "B"})
_KINDS = frozenset({"S", "N", "B", "SS", "NS", "BS", "M", "L", "NULL", "BOOL"})


def checks_of(node: Node) -> Iterator[Check]:
    match node:
        case Both(left, right) | Either(left, right):
            yield from checks_of(left)
            yield from checks_of(right)
        case Opposite(of):
            yield from checks_of(of)
        case Compare(sign, left, right) if sign not in ("=", "<>"):
            yield from (_is_one_of(operand, _ORDERED) for operand in (left, right))
        case Between(value, low, high):
            yield from (_is_one_of(operand, _ORDERED) for operand in (value, low, high))
            if isinstance(low, Given) and isinstance(high, Given):
                yield _in_order(low, high)
        case Function("begins_with", arguments):
            yield from (_is_one_of(operand, frozenset({"S", "B"})) for operand in arguments)
        case Function("attribute_type", (_, kind)):
            yield _is_a_kind(kind)
        case Compare() | Among() | Function():
            pass


def _is_one_of(operand: Operand, kinds: frozenset[str]) -> Check:
    def check(values: Mapping[str, Value]) -> None:
        if isinstance(operand, Given) and kinds.isdisjoint(values[operand.name]):
            raise _wrong()

    return check


def _in_order(low: Given, high: Given) -> Check:
    def check(values: Mapping[str, Value]) -> None:
        order = ordered(values[low.name], values[high.name])
        if order is None or order > 0:
            raise invalid(
                "The BETWEEN operator requires upper bound to be greater than or equal to lower "
                "bound, and of its type"
            )

    return check


def _is_a_kind(kind: Operand) -> Check:
    def check(values: Mapping[str, Value]) -> None:
        if not isinstance(kind, Given) or values[kind.name].get("S") not in _KINDS:
            raise invalid("Invalid attribute type name found")

    return check


def _wrong() -> Refusal:
    return invalid("Incorrect operand type for operator or function")
