"""Update expressions: read once, then carried out on a copy of an item.

All that is read is read from the item as it was, whatever else the expression sets.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal, localcontext
from itertools import combinations
from typing import Any

from tests.memory.conditions import Look, found_at, look_of
from tests.memory.nodes import Path
from tests.memory.reader import Reader
from tests.memory.refusals import invalid
from tests.memory.values import Item, Value, text_of

_MISSING = "The provided expression refers to an attribute that does not exist in the item"
_NOWHERE = "The document path provided in the update expression is invalid for update"
Given_ = Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class Step:
    """What becomes of one place: `new` says what from the item as it was, None takes it away."""

    path: Path
    new: Callable[[Item, Given_], Value | None]


@dataclass(frozen=True, slots=True)
class Update:
    steps: tuple[Step, ...]

    @property
    def attributes(self) -> frozenset[str | int]:
        return frozenset(step.path.steps[0] for step in self.steps)

    def carry_out(self, item: Item, given: Given_) -> None:
        """Changes `item` in place, which must be a copy of the caller's own."""
        found = [(step.path.steps, step.new(item, given)) for step in self.steps]
        for steps, value in found:
            if value is not None:
                _set(item, steps, value)
        # The last entries of a list first: those in front of them keep their numbers.
        gone = [steps for steps, value in found if value is None]
        for steps in sorted(gone, key=_place, reverse=True):
            _remove(item, steps)


def _place(steps: tuple[str | int, ...]) -> int:
    return steps[-1] if isinstance(steps[-1], int) else -1


def update(reader: Reader) -> Update:
    clauses = {"SET": _setting, "REMOVE": _removing, "ADD": _adding, "DELETE": _deleting}
    steps: list[Step] = []
    seen: set[str] = set()
    while reader.next:
        clause = reader.word().upper()
        if clause not in clauses:
            reader.wrong(clause)
        if clause in seen:
            raise invalid(f'The "{clause}" section can only be used once in an update expression')
        seen.add(clause)
        steps.append(clauses[clause](reader))
        while reader.take(","):
            steps.append(clauses[clause](reader))
    if not steps:
        raise invalid("Invalid UpdateExpression: The expression can not be empty;")
    for one, other in combinations([step.path.steps for step in steps], 2):
        short = min(len(one), len(other))
        if one[:short] == other[:short]:
            raise invalid("Invalid UpdateExpression: Two document paths overlap with each other")
    return Update(tuple(steps))


def _setting(reader: Reader) -> Step:
    path = reader.path()
    reader.need("=")
    first = _sum_part(reader)
    if reader.next in ("+", "-"):
        sign = 1 if reader.word() == "+" else -1
        second = _sum_part(reader)
        return Step(path, lambda item, given: _sum(first(item, given), second(item, given), sign))
    return Step(path, first)


def _sum_part(reader: Reader) -> Callable[[Item, Given_], Value]:
    """An operand that must be there."""
    if reader.next in ("if_not_exists", "list_append"):
        name = reader.word()
        reader.need("(")
        first: Any = look_of(reader.path()) if name == "if_not_exists" else _sum_part(reader)
        reader.need(",")
        second = _sum_part(reader)
        reader.need(")")
        if name == "list_append":
            return lambda item, given: _joined(first(item, given), second(item, given))
        return lambda item, given: first(item, given) or second(item, given)
    operand = reader.given() if reader.next.startswith(":") else reader.path()
    return _there(look_of(operand))


def _there(look: Look) -> Callable[[Item, Given_], Value]:
    def looked(item: Item, given: Given_) -> Value:
        found = look(item, given)
        if found is None:
            raise invalid(_MISSING)
        return found

    return looked


def _removing(reader: Reader) -> Step:
    return Step(reader.path(), lambda item, given: None)


def _adding(reader: Reader) -> Step:
    path, name = reader.path(), reader.given().name

    def new(item: Item, given: Given_) -> Value:
        old, more = found_at(item, path.steps), given[name]
        ((kind, content),) = more.items()
        if kind not in ("N", "SS", "NS", "BS"):
            raise invalid(f"Incorrect operand type for operator or function; operator: ADD; {kind}")
        if old is None:
            return more
        if kind not in old:
            raise invalid("An operand in the update expression has an incorrect data type")
        if kind == "N":
            return _sum(old, more, 1)
        return {kind: sorted({*old[kind], *content})}

    return Step(path, new)


def _deleting(reader: Reader) -> Step:
    path, name = reader.path(), reader.given().name

    def new(item: Item, given: Given_) -> Value | None:
        old, less = found_at(item, path.steps), given[name]
        ((kind, content),) = less.items()
        if kind not in ("SS", "NS", "BS"):
            raise invalid("Incorrect operand type for operator or function; operator: DELETE")
        if old is None:
            return None
        if kind not in old:
            raise invalid("An operand in the update expression has an incorrect data type")
        left = sorted({*old[kind]} - {*content})
        return {kind: left} if left else None

    return Step(path, new)


def _sum(one: Value, other: Value, sign: int) -> Value:
    if "N" not in one or "N" not in other:
        raise invalid("An operand in the update expression has an incorrect data type")
    with localcontext(prec=200):
        return {"N": text_of(Decimal(one["N"]) + sign * Decimal(other["N"]))}


def _joined(one: Value, other: Value) -> Value:
    if "L" not in one or "L" not in other:
        raise invalid("An operand in the update expression has an incorrect data type")
    return {"L": [*one["L"], *other["L"]]}


def _holder(item: Item, steps: tuple[str | int, ...]) -> Any:
    """The map or list that holds the last step."""
    if len(steps) == 1:
        return item
    above = found_at(item, steps[:-1])
    kind = "M" if isinstance(steps[-1], str) else "L"
    if above is None or kind not in above:
        raise invalid(_NOWHERE)
    return above[kind]


def _set(item: Item, steps: tuple[str | int, ...], value: Value) -> None:
    holder, last = _holder(item, steps), steps[-1]
    if isinstance(last, int) and last >= len(holder):
        holder.append(value)
    else:
        holder[last] = value


def _remove(item: Item, steps: tuple[str | int, ...]) -> None:
    holder, last = _holder(item, steps), steps[-1]
    if isinstance(last, str):
        holder.pop(last, None)
    elif last < len(holder):
        del holder[last]
