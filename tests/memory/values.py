"""Attribute values as DynamoDB keeps them: copied, checked and measured on their way in.

A value is `{kind: content}`, numbers are texts in their one normal form. What is kept is never
given out and never taken as it came: nobody can change it from outside.
"""

import marshal
import re
from collections.abc import Mapping
from decimal import Context, Decimal
from typing import Any

from tests.memory.refusals import Refusal, invalid

Value = dict[str, Any]
Item = dict[str, Value]
MOST_BYTES = 400 * 1024
_FORMAT = 2  # the version of marshal that is read back quickest
_DIGITS = Context(prec=38)
_DEEPEST = 32
_NUMBER = re.compile(r"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?", re.ASCII)
_SETS = {"SS": "S", "NS": "N", "BS": "B"}


class Stored:
    """An item that is kept: it is looked at, never changed. `size` is in bytes, as they are paid
    for."""

    __slots__ = ("_frozen", "item", "size")

    def __init__(self, item: Item, size: int) -> None:
        self.item, self.size = item, size
        self._frozen: bytes | None = None

    def copy(self) -> Item:
        if self._frozen is None:
            self._frozen = marshal.dumps(self.item, _FORMAT)
        copied: Item = marshal.loads(self._frozen)  # noqa: S302 - written two lines above
        return copied


def stored(given: Mapping[str, Any], depth: int = 0) -> Stored:
    """A copy of an item; raises Refusal for what is none."""
    item, size = {}, 0
    for name, value in given.items():
        if not name:
            raise invalid("One or more parameter values were invalid: an attribute has no name")
        item[name], weight = taken(value, depth)
        size += weight + (len(name) if name.isascii() else len(name.encode()))
    return Stored(item, size)


def taken(value: Any, depth: int = 0) -> tuple[Value, int]:
    """A copy of a value and its bytes; raises Refusal for what is none."""
    if len(value) != 1:
        raise invalid("Supplied AttributeValue has no or more than one datatypes set")
    ((kind, content),) = value.items()
    given = type(content)
    if kind == "S" and given is str:
        return {"S": content}, len(content) if content.isascii() else len(content.encode())
    if kind == "N" and given is str:
        number = normal(content)
        return {"N": number}, (len(number.strip("-0")) + 1) // 2 + 1
    if kind == "BOOL" and given is bool:
        return {"BOOL": content}, 1
    return _rarer(kind, content, depth + 1)


def _rarer(kind: str, content: Any, depth: int) -> tuple[Value, int]:
    if depth >= _DEEPEST and kind in ("L", "M"):
        raise invalid("Nesting Levels have exceeded supported limits")
    if kind in ("S", "N") and isinstance(content, str):
        return taken({kind: str(content)})
    if kind == "M" and isinstance(content, Mapping):
        inner = stored(content, depth)
        return {"M": inner.item}, 3 + len(content) + inner.size
    if kind == "L" and isinstance(content, list | tuple):
        parts = [taken(each, depth) for each in content]
        return {"L": [part for part, _ in parts]}, 3 + sum(1 + weight for _, weight in parts)
    if kind == "NULL" and isinstance(content, bool):
        if not content:
            raise invalid("One or more parameter values were invalid: Null attribute value types")
        return {"NULL": True}, 1
    if kind == "B" and isinstance(content, bytes):
        return {"B": bytes(content)}, len(content)
    if kind in _SETS and isinstance(content, list | tuple | set | frozenset):
        return _set(kind, list(content))
    raise Refusal("SerializationException", f"{kind} cannot be {type(content).__name__}")


def _set(kind: str, content: list[Any]) -> tuple[Value, int]:
    parts = [taken({_SETS[kind]: each}) for each in content]
    members = [part[_SETS[kind]] for part, _ in parts]
    if not members or len(set(members)) != len(members):
        raise invalid(
            "One or more parameter values were invalid: An attribute value may not contain an "
            "empty set, nor duplicates"
        )
    return {kind: sorted(members)}, sum(weight for _, weight in parts)


def normal(number: str) -> str:
    """The one text of a number: as many digits as it needs, and no exponent."""
    if number.isdigit() and number.isascii() and number[0] != "0" and len(number) <= 38:
        return str(number)
    if not _NUMBER.fullmatch(number):
        raise invalid(f"A value provided cannot be converted into a number: {number}")
    found = Decimal(number)
    return text_of(found)


def text_of(number: Decimal) -> str:
    """Raises Refusal where it is too long, too large or too small for DynamoDB."""
    short = number.normalize(Context(prec=200))
    if len(short.as_tuple().digits) > _DIGITS.prec:
        raise invalid("Attempting to store more than 38 significant digits in a Number")
    if short and not -130 <= short.adjusted() <= 125:
        raise invalid("Number overflow. Attempting to store a number with magnitude out of range")
    return format(short, "f") if short else "0"


def ordered(one: Value, other: Value) -> int | None:
    """Below 0, 0 or above 0; None where the two do not compare."""
    ((kind, left),) = one.items()
    right = other.get(kind)
    if right is None or kind not in ("S", "N", "B"):
        return None
    if kind == "N":
        left, right = Decimal(left), Decimal(right)
    return int(left > right) - int(left < right)
