"""DynamoDB's description as botocore has it, cut down to what we use: what would that save?"""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from botocore.loaders import Loader

OPERATIONS = (
    "BatchGetItem",
    "DeleteItem",
    "GetItem",
    "PutItem",
    "Query",
    "TransactWriteItems",
    "UpdateItem",
)


def cut_down(folder: Path) -> Path:
    """A folder that botocore looks into first, with DynamoDB's description in it, less the
    operations and the documentation that nobody here uses."""
    loader = Loader()
    version = loader.determine_latest_version("dynamodb", "service-2")
    found = loader.load_data(f"dynamodb/{version}/service-2")
    operations = {name: found["operations"][name] for name in OPERATIONS}
    cut = smaller({**found, "operations": operations})
    place = folder / "dynamodb" / version
    place.mkdir(parents=True)
    with gzip.open(place / "service-2.json.gz", "wt") as out:
        json.dump(cut, out)
    return folder


def smaller(description: Mapping[str, Any]) -> dict[str, Any]:
    """A service's description with the shapes that its operations lead to, and no documentation."""
    shapes, found = description["shapes"], dict[str, Any]()
    ahead = list(_shapes_in(description["operations"]))
    while ahead:
        name = ahead.pop()
        if name not in found:
            found[name] = _silent(shapes[name])
            ahead += _shapes_in(shapes[name])
    operations = _silent(description["operations"])
    return {**description, "operations": operations, "shapes": found}


def _shapes_in(part: Any) -> Iterator[str]:
    if isinstance(part, dict):
        if isinstance(part.get("shape"), str):
            yield part["shape"]
        for each in part.values():
            yield from _shapes_in(each)
    elif isinstance(part, list):
        for each in part:
            yield from _shapes_in(each)


def _silent(part: Any) -> Any:
    if isinstance(part, dict):
        return {name: _silent(each) for name, each in part.items() if name != "documentation"}
    return [_silent(each) for each in part] if isinstance(part, list) else part
