"""docs/openapi.json, held against every request that a door takes here and every answer it gives.

What is taken has to be described, and so has every status, every code of a refusal and every field
of an answer: a field that only the code knows of fails in the first test that sees it.
"""

import json
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import fastjsonschema
from fastjsonschema import generator

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "openapi.json"
# Where seconds are none, a door takes an instant without them; the standard does not.
_FORMATS = {"date-time": r"^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)\Z"}

# What is generated holds the whole description of a field behind every check of it, which makes it
# ten times as long; the errors' own words say enough.
generator.repr_default = lambda _: "None"

Validator = Callable[[Any], Any]


@cache
def document() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(DOCUMENT.read_text("utf-8"))
    return found


def check(door: str, event: Mapping[str, Any], status: int, answer: str) -> None:
    """Raises AssertionError for what `door` ("GET /contracts/{id}") was not described to do."""
    _assert_valid(_of_answer(door, status), json.loads(answer), f"{door} answered {status}")
    if status >= 400:
        return
    _assert_valid(_of_body(door), json.loads(event["body"] or "{}"), f"{door} took")
    taken = _parameters(door)
    for name, value in (event["queryStringParameters"] or {}).items():
        assert name in taken, f"{door} took {name}, which is not described"
        given = int(value) if name == "limit" else value
        _assert_valid(taken[name], given, f"{door} took {name}")


def _assert_valid(valid: Validator, value: Any, what: str) -> None:
    try:
        valid(value)
    except fastjsonschema.JsonSchemaValueException as wrong:
        raise AssertionError(f"{what}, and not as described: {wrong}") from None


def _operation(door: str) -> dict[str, Any]:
    method, path = door.split()
    found: dict[str, Any] = document()["paths"][path][method.lower()]
    return found


@cache
def _of_answer(door: str, status: int) -> Validator:
    responses = _operation(door)["responses"]
    assert str(status) in responses, f"{door} answered {status}, which is not described"
    response = responses[str(status)]
    if "$ref" in response:
        response = document()["components"]["responses"][response["$ref"].rpartition("/")[2]]
    (content,) = response["content"].values()
    return _compiled(json.dumps(content["schema"]))


@cache
def _of_body(door: str) -> Validator:
    nothing = {"type": "object", "additionalProperties": False}
    content = _operation(door).get("requestBody", {}).get("content", {})
    return _compiled(json.dumps(content.get("application/json", {}).get("schema", nothing)))


@cache
def _parameters(door: str) -> dict[str, Validator]:
    of_query = (each for each in _operation(door)["parameters"] if each["in"] == "query")
    return {each["name"]: _compiled(json.dumps(each["schema"])) for each in of_query}


@cache
def _compiled(schema: str) -> Validator:
    whole = {"components": document()["components"], **json.loads(schema)}
    found: Validator = fastjsonschema.compile(whole, formats=_FORMATS)
    return found
