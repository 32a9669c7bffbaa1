"""Words for the schemas of answers: what is in one is always there, and nothing else is."""

from __future__ import annotations

from typing import Any

Schema = dict[str, Any]

TEXT: Schema = {"type": "string"}
WHOLE: Schema = {"type": "integer"}
FLAG: Schema = {"type": "boolean"}
DAY: Schema = {"type": "string", "format": "date"}
INSTANT: Schema = {"type": "string", "format": "date-time"}
NOTHING: Schema = {"type": "null"}
# Numbers and words behind a code or a kind of event: docs/errors.md, docs/events.md.
OPEN: Schema = {"type": "object"}


def thing(**fields: Schema) -> Schema:
    """An object: all of these, and no others. An underscore behind a name is a word of Python's."""
    named = {name.rstrip("_"): schema for name, schema in fields.items()}
    return {
        "type": "object",
        "properties": named,
        "required": sorted(named),
        "additionalProperties": False,
    }


def may_have(schema: Schema, **fields: Schema) -> Schema:
    """The same object, in which these may be as well."""
    return {**schema, "properties": {**schema["properties"], **fields}}


def with_(schema: Schema, **fields: Schema) -> Schema:
    """The same object with more in it, which is always there."""
    required = sorted([*schema["required"], *fields])
    return {**may_have(schema, **fields), "required": required}


def null(schema: Schema) -> Schema:
    return {"anyOf": [schema, NOTHING]} if "type" not in schema else _or_null(schema)


def _or_null(schema: Schema) -> Schema:
    kinds = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    wider = {**schema, "type": [*kinds, "null"]}
    return {**wider, "enum": [*schema["enum"], None]} if "enum" in schema else wider


def many(schema: Schema) -> Schema:
    return {"type": "array", "items": schema}


def by_name(schema: Schema) -> Schema:
    return {"type": "object", "additionalProperties": schema}


def one_of(*words: str) -> Schema:
    return {"type": "string", "enum": [str(word) for word in words]}


def ref(name: str) -> Schema:
    return {"$ref": f"#/components/schemas/{name}"}


MONEY = ref("Money")
EVENTS, WARNINGS = many(ref("Event")), many(ref("Warning"))


def command(**about: Schema) -> Schema:
    """The answer of a command: what it was about as it is then, and what came of it."""
    return thing(
        **about,
        events=EVENTS,
        charges=many(ref("Charge")),
        messages=many(ref("MessageSaid")),
        warnings=WARNINGS,
    )


def page(schema: Schema) -> Schema:
    return thing(items=many(schema), next=null(TEXT))
