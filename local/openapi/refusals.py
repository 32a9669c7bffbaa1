"""How each door says no: the statuses of the one table of problems, with the codes of each."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from local.openapi.asking import Asked
from local.openapi.schemas import OPEN, TEXT, Schema, one_of, ref, thing
from tacit.runtime.problem_table import PROBLEMS

# Whatever is asked: the gateway may be busy, a token old, a parameter unknown, a record broken.
ALWAYS = (400, 401, 403, 409, 422, 429, 500, 504)
NOT_FOUND, GONE = 404, 410
# Doors that name something else than in their path; of the others, nothing can be missing.
NAMING = {"GET /notices", "GET /messages", "POST /messages", "GET /ticket-orders", "POST /job-runs"}
# Doors that are not there in every stack.
SOMEWHERE = {"GET /test-clock", "PUT /test-clock"}
# A contract that is no longer shown to its holder, nor by what he asks of it.
SHOWING = {
    "GET /contracts/{id}",
    "GET /contracts/{id}/timeline",
    "GET /contracts/{id}/forecast",
    "GET /contracts/{id}/plan-changes",
    "POST /contracts/{id}/cancellation",
    "POST /contracts/{id}/reactivation",
    "POST /contracts/{id}/restoration",
    "POST /contracts/{id}/activation",
    "POST /contracts/{id}/renewal",
    "PUT /contracts/{id}/renewal-warranty",
    "DELETE /contracts/{id}/renewal-warranty",
    "PUT /contracts/{id}/autorenewal",
    "POST /contracts/{id}/plan-changes",
    "POST /contracts/{id}/plan-changes/{change_id}/code",
    "POST /contracts/{id}/plan-changes/{change_id}/confirmation",
    "PUT /contracts/{id}/servers/{server_id}/removal",
    "DELETE /contracts/{id}/servers/{server_id}/removal",
}


# As RFC 9110 has it; Python before 3.13 says it otherwise.
_RENAMED = {422: "Unprocessable Content"}


def phrase(status: int) -> str:
    return _RENAMED.get(status) or HTTPStatus(status).phrase


def codes(status: int) -> list[str]:
    """The codes that are said with a status, as programs read them."""
    found = {code.removeprefix("gone_") for code, e in PROBLEMS.items() if e.status == status}
    return sorted(found)


def schemas() -> dict[str, Schema]:
    """A shape for each status. `params` are the values behind the detail: docs/errors.md."""
    return {
        f"Problem{status}": thing(
            type=TEXT,
            title=TEXT,
            status={"type": "integer", "const": status},
            detail=TEXT,
            code=one_of(*codes(status)),
            params=OPEN,
        )
        for status in statuses()
    }


def statuses() -> list[int]:
    return sorted({entry.status for entry in PROBLEMS.values()})


def responses() -> dict[str, Any]:
    return {
        f"Problem{status}": {
            "description": phrase(status),
            "content": {"application/problem+json": {"schema": ref(f"Problem{status}")}},
        }
        for status in statuses()
    }


def of_door(asked: Asked) -> dict[str, Any]:
    """Each refusal that this door may answer with."""
    may = set(ALWAYS)
    if asked.in_path or asked.key in NAMING | SOMEWHERE:
        may.add(NOT_FOUND)
    if asked.key in SHOWING:
        may.add(GONE)
    return {str(s): {"$ref": f"#/components/responses/Problem{s}"} for s in sorted(may)}
