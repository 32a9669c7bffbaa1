"""The whole document: what the handlers ask for, what they answer, and how they say no."""

from __future__ import annotations

import json
import re
import tomllib
from typing import Any

from local.openapi import refusals
from local.openapi.answers import ANSWERS, COMPONENTS
from local.openapi.asking import Asked, doors
from local.openapi.readers import Within
from local.openapi.schemas import Schema
from local.places import ROOT
from tacit.runtime.doors import DRY_RUN, IDEMPOTENCY_KEY, LIMIT, PAGE

DOCUMENT = ROOT / "docs" / "openapi.json"
_ABOUT = """\
Runs the life of contracts: renewal, expiry, cancellation, restoration, plan changes, and tickets
that are paid by invoice. What each field means is said in docs/api.md, the codes of refusals in
docs/errors.md, the data of events in docs/events.md. Made by `make openapi`."""


def text() -> str:
    """As it is committed, ending with a newline."""
    return json.dumps(document(), indent=1, ensure_ascii=False) + "\n"


def document() -> dict[str, Any]:
    told = _told()
    paths: dict[str, dict[str, Any]] = {}
    for asked in doors():
        paths.setdefault(asked.path, {})[asked.method.lower()] = _operation(asked, told)
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    return {
        "openapi": "3.1.0",
        "info": {"title": "Tacit", "version": project["version"], "description": _ABOUT},
        "servers": [{"url": "/v1", "description": "the stack's api_url ends so"}],
        "security": [{"id_token": []}],
        "paths": dict(sorted(paths.items())),
        "components": {
            "securitySchemes": {
                "id_token": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}
            },
            "schemas": {**COMPONENTS, **refusals.schemas()},
            "responses": refusals.responses(),
        },
    }


def _told() -> dict[str, tuple[str, str]]:
    """For whom each door is, and what it does, in the words of docs/api.md."""
    page = (ROOT / "docs" / "api.md").read_text("utf-8")
    rows = re.findall(r"^\| `([A-Z]+ /[^`]*)` \| ([^|]*) \| ([^|]*) \|", page, re.MULTILINE)
    return {door: (who, what) for door, who, what in rows}


def _operation(asked: Asked, told: dict[str, tuple[str, str]]) -> dict[str, Any]:
    who, what = told[asked.key]
    return {
        "operationId": f"{asked.module}.{asked.name}",
        "tags": [asked.module],
        "summary": f"{what[:1].upper()}{what[1:]}",
        "description": f"For: {who}.",
        "parameters": [*_in_path(asked), *_in_query(asked), *_in_headers(asked)],
        **_body(asked),
        "responses": {**_answers(asked), **refusals.of_door(asked)},
    }


def _answers(asked: Asked) -> dict[str, Any]:
    return {
        str(status): {
            "description": refusals.phrase(status),
            "content": {"application/json": {"schema": schema}},
        }
        for status, schema in ANSWERS[asked.key].items()
    }


def _in_path(asked: Asked) -> list[dict[str, Any]]:
    names = re.findall(r"{(\w+)}", asked.path)
    return [
        {"name": name, "in": "path", "required": True, "schema": asked.in_path[name]}
        for name in names
    ]


def _in_query(asked: Asked) -> list[dict[str, Any]]:
    """In the order in which the handler reads its own; then those that all lists or commands
    have."""
    schemas = dict(asked.query)
    if "limit" in (asked.known or ()):
        schemas["limit"] = {**_schema(LIMIT), "default": PAGE}
        schemas["next"] = {"type": "string"}
    if asked.is_command:
        schemas["dry_run"] = {**_schema(DRY_RUN), "default": "false"}
    return [
        {"name": name, "in": "query", "required": name in asked.needed, "schema": schema}
        for name, schema in schemas.items()
    ]


def _in_headers(asked: Asked) -> list[dict[str, Any]]:
    if not asked.is_command:
        return []
    schema = _schema(IDEMPOTENCY_KEY)
    return [{"name": "Idempotency-Key", "in": "header", "required": False, "schema": schema}]


def _body(asked: Asked) -> dict[str, Any]:
    """A body that is not there is an empty one."""
    if asked.body is None or (not asked.body and asked.method == "DELETE"):
        return {}
    schema = asked.body.schema()
    content = {"application/json": {"schema": schema}}
    return {"requestBody": {"required": "required" in schema, "content": content}}


def _schema(reader: Any) -> Schema:
    return Within().described(reader)[0]
