"""The one table of refusals: every code in the code base is in it, and each can be said."""

import ast
import json
import logging
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from tacit.domain.refusals import Invalid, NotFound, Refused
from tacit.domain.values import Status
from tacit.runtime.answers import _NOTHING
from tacit.runtime.doors import problem_of
from tacit.runtime.observability import logger
from tacit.runtime.problem_table import PROBLEMS
from tacit.runtime.problems import Problem, problem_document
from tests.tables import template
from tests.unit.sources import nodes

ROOT = Path(__file__).resolve().parents[2]
FILES = [*(ROOT / "shared" / "tacit").rglob("*.py"), *(ROOT / "functions").glob("*.py")]
RAISED_WITH = {"Refused": 0, "Problem": 0, "problem_document": 0, "Invalid": 2}
GATEWAY = template()["Resources"]["Api"]["Properties"]["GatewayResponses"]


@cache
def codes_raised() -> frozenset[str]:
    """Every code that is written out where something is refused; f-strings are left to tests."""
    found: set[str] = set()
    for file in FILES:
        for node in nodes(file):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
                continue
            place = RAISED_WITH.get(node.func.id, len(node.args))
            for code in node.args[place : place + 1]:
                if isinstance(code, ast.Constant):
                    found.add(str(code.value))
    return frozenset(found)


def test_every_code_in_the_code_base_is_in_the_table() -> None:
    found = codes_raised()
    assert {"expired", "not_your_role", "unknown_field", "invalid_next", "internal"} <= found
    assert found <= set(PROBLEMS)


def test_every_code_of_the_table_is_said_by_somebody() -> None:
    gateway = {_said(name)["code"] for name in GATEWAY}
    gone = {f"gone_{status}" for status in Status}
    by_name = {"invalid_field"}  # what `Invalid` says unless told otherwise
    assert set(PROBLEMS) - codes_raised() - gateway - gone - by_name == set()


# What only a job is told: no door answers with it.
OF_JOBS = {
    "not_due",
    "left_to_renewals",
    "autorenewal_off",
    "still_owed",
    "still_short",
    "term_is_over",
    "as_its_parent",
    "goes_its_own_way",
}


def test_each_wish_that_is_fulfilled_is_said_in_words() -> None:
    codes = set()
    for file in (ROOT / "shared" / "tacit" / "domain").glob("*.py"):
        for node in nodes(file):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "NothingToDo":
                code = node.args[1]
                assert isinstance(code, ast.Constant), file.name
                codes.add(str(code.value))
    assert {"already_renewed", "not_renewed", "already_paid", "already_active"} <= codes
    # A registration that was there answers the contract itself, and no warning.
    assert codes - OF_JOBS - {"already_registered"} == set(_NOTHING)


@pytest.mark.parametrize("status", Status)
def test_whatever_a_customer_does_not_see_any_more_has_a_code(status: Status) -> None:
    """Which those are is the policy's to say, today's and any other."""
    contact = {"contact": {"email": "help@example.net", "form": None}}
    found, body = problem_of(Refused(f"gone_{status}", contact))
    assert (found, body["code"]) == (410, status)
    assert "help@example.net" in body["detail"]


def test_a_code_that_nobody_wrote_down_is_our_mistake_and_logged(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(logger(), "_logger", logging.getLogger("heard"))
    for wrong in (Refused("no_such_code", {"a": "secret"}), Problem("no_such_code", a="secret")):
        status, body = problem_of(wrong)
        assert (status, body["code"], body["params"]) == (500, "internal", {})
    assert [record.levelname for record in caplog.records] == ["ERROR", "ERROR"]


@pytest.mark.parametrize("response", GATEWAY)
def test_the_gateways_own_refusals_are_in_the_table(response: str) -> None:
    said = _said(response)
    assert PROBLEMS[said["code"]].status == said["status"]


def _said(response: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(GATEWAY[response]["ResponseTemplates"]["application/json"])
    return found


@pytest.mark.parametrize("code", PROBLEMS)
@pytest.mark.parametrize(
    "params", [{}, {"contact": None, "reason": None, "modes": [], "field": ""}]
)
def test_every_refusal_can_be_said_with_or_without_its_params(
    code: str, params: dict[str, object]
) -> None:
    status, body = problem_document(code, params)
    assert status == PROBLEMS[code].status == body["status"]
    assert list(body) == ["type", "title", "status", "detail", "code", "params"]
    assert body["code"] == code.removeprefix("gone_")
    assert body["type"].endswith(f":{body['code']}")
    assert body["params"] == params
    assert "{" not in body["detail"]


@pytest.mark.parametrize("code", PROBLEMS)
def test_a_title_says_more_than_the_code(code: str) -> None:
    assert PROBLEMS[code].title
    assert PROBLEMS[code].detail


def test_a_detail_names_the_params() -> None:
    contact = {"contact": {"email": "help@example.net", "form": "https://example.net/"}}
    _, expired = problem_document("expired", contact)
    assert "help@example.net" in expired["detail"]
    assert "https://example.net/" in expired["detail"]
    _, role = problem_document("not_your_role", {"your_role": "bob", "roles": ["holder", "staff"]})
    assert role["detail"].endswith("holder, staff.")


def test_the_first_day_that_would_do_is_told() -> None:
    status, body = problem_of(Refused("expired", {}, date(2026, 1, 15)))
    assert (status, body["params"]["available_from"]) == (409, "2026-01-15")


def test_a_param_that_looks_like_a_place_in_a_text_stays_as_it_is() -> None:
    _, body = problem_document("invalid_field", {"field": "{field}", "reason": "{0.__class__}"})
    assert body["detail"] == "{field}: {0.__class__}"


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (Invalid("label", "wrong"), 422, "invalid_field"),
        (Invalid("plan", "wrong", "unknown_plan"), 422, "unknown_plan"),
        (NotFound("contract"), 404, "not_found"),
        (RuntimeError("alice@example.net"), 500, "internal"),
    ],
)
def test_what_the_core_raises_is_said_from_the_table(
    error: Exception, status: int, code: str
) -> None:
    found, body = problem_of(error)
    assert (found, body["code"]) == (status, code)
    assert "alice@example.net" not in json.dumps(body)
