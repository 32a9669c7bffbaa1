"""Plain Python values to DynamoDB's attribute values and back.

Only what items are made of: texts, whole numbers, truth values, lists and maps. None is left out
of an item, so that an index stays sparse; inside a list or map it is kept.
"""

from collections.abc import Mapping
from typing import Any

Item = dict[str, Any]
Raw = dict[str, dict[str, Any]]


def to_raw(item: Mapping[str, Any]) -> Raw:
    """An item as DynamoDB takes it. A float is a mistake (money is whole) and raises TypeError."""
    return {name: _encode(value) for name, value in item.items() if value is not None}


def from_raw(raw: Mapping[str, Mapping[str, Any]]) -> Item:
    """An item as Python values; raises ValueError for an attribute of a type we never write."""
    return {name: _decode(value) for name, value in raw.items()}


def _encode(value: Any) -> dict[str, Any]:
    match value:
        case bool():
            return {"BOOL": value}
        case str():
            return {"S": str(value)}
        case int():
            return {"N": str(value)}
        case list() | tuple():
            return {"L": [_encode(entry) for entry in value]}
        case Mapping():
            return {"M": {name: _encode(entry) for name, entry in value.items()}}
        case None:
            return {"NULL": True}
        case _:
            raise TypeError(f"cannot store a {type(value).__name__}")


def _decode(value: Mapping[str, Any]) -> Any:
    ((kind, content),) = value.items()
    match kind:
        case "S" | "BOOL":
            return content
        case "N":
            return int(content)
        case "L":
            return [_decode(entry) for entry in content]
        case "M":
            return from_raw(content)
        case "NULL":
            return None
        case _:
            raise ValueError(f"an attribute of type {kind} is none of ours")
