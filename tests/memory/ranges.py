"""Key conditions as a stretch of a row: from one bound on, and before the other."""

from dataclasses import dataclass

from tests.memory.expressions import Expressions
from tests.memory.nodes import Between, Both, Compare, Function, Given, Node, Operand, Path
from tests.memory.refusals import Refusal, invalid
from tests.memory.tables import Entry, Row

_LAST = chr(0x10FFFF)


@dataclass(frozen=True, slots=True)
class Stretch:
    """From `low` on and before `high`. `least` and `most` are bounds that belong to it, where it
    has such: behind them nothing can come."""

    low: Entry = ()
    high: Entry | None = None
    least: str | None = None
    most: str | None = None


def stretch(expressions: Expressions, row: Row) -> tuple[str, Stretch]:
    """The hash key that is asked for, and how much of its row."""
    node = expressions.node("KeyConditionExpression")
    if node is None:
        raise invalid("Either the KeyConditions or KeyConditionExpression parameter must be given")
    name: str | None = None
    found = Stretch()
    parts = _parts(node)
    for part in parts:
        attribute = _attribute(part)
        if attribute == row.hash_key and isinstance(part, Compare) and part.sign == "=":
            name = _text(part.right, expressions)
        elif attribute == row.range_key:
            found = _stretch(part, expressions)
        else:
            raise invalid("Query condition missed key schema element, or is not supported")
    if name is None or len(parts) > 2 or len({_attribute(part) for part in parts}) < len(parts):
        raise invalid(f"Query condition missed key schema element: {row.hash_key}")
    return name, found


def _parts(node: Node) -> list[Node]:
    if isinstance(node, Both):
        return [*_parts(node.left), *_parts(node.right)]
    return [node]


def _attribute(part: Node) -> str | None:
    match part:
        case (
            Compare(_, Path((str(name),)))
            | Between(Path((str(name),)))
            | Function("begins_with", (Path((str(name),)), _))
        ):
            return name
        case _:
            return None


def _stretch(part: Node, expressions: Expressions) -> Stretch:
    """A text and what follows it directly stand for "from it on" and "behind it"."""
    match part:
        case Function(_, (_, start)):
            text = _text(start, expressions)
            return Stretch((text,), _behind_all(text))
        case Between(_, low, high):
            first, last = _text(low, expressions), _text(high, expressions)
            return Stretch((first,), (last + "\0",), first, last)
        case Compare(sign, _, right):
            text = _text(right, expressions)
            stretches = {
                "=": Stretch((text,), (text + "\0",)),
                "<": Stretch(high=(text,)),
                "<=": Stretch(high=(text + "\0",), most=text),
                ">": Stretch((text + "\0",)),
                ">=": Stretch((text,), least=text),
            }
            if sign in stretches:
                return stretches[sign]
    raise _unsupported()


def _behind_all(start: str) -> Entry | None:
    """The first text behind all that begin so."""
    start = start.rstrip(_LAST)
    return (start[:-1] + chr(ord(start[-1]) + 1),) if start else None


def _text(operand: Operand, expressions: Expressions) -> str:
    if not isinstance(operand, Given):
        raise _unsupported()
    found = expressions.values[operand.name].get("S")
    if found is None:
        raise invalid("One or more parameter values were invalid: Condition parameter type")
    return str(found)


def _unsupported() -> Refusal:
    return invalid("Invalid KeyConditionExpression: Invalid operator used in it")
