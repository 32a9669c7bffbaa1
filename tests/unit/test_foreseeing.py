"""How far a forecast may be asked for, and its rows as JSON."""

import ast
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from tacit.domain import forecast as module
from tacit.domain.commands import Cancel
from tacit.domain.days import add_days
from tacit.domain.decision import Change
from tacit.domain.forecast import Forecast, Step
from tacit.domain.life import decide
from tacit.domain.refusals import Invalid
from tacit.domain.values import Actor, Role
from tacit.runtime.foreseeing import _WHY, forecast_json, until
from tacit.service import View
from tests.unit.cases import ALICE, KREATIVMEDIA, SVENSKA, at, registered

DOMAIN = Path(module.__file__).parent
DAY = date(2025, 6, 1)
NEVER_FORETOLD = {"transferred_out"}  # it comes of a command


def view(now: str) -> View:
    situation = registered()
    assert situation.contract is not None
    return View(situation, situation.contract, Actor(Role.HOLDER, "alice"), KREATIVMEDIA, at(now))


@pytest.mark.parametrize(
    ("now", "furthest"),
    [
        ("2025-06-01", date(2035, 6, 1)),
        ("2024-02-29", date(2034, 2, 28)),
        ("2025-05-31T22:30", date(2035, 6, 1)),
    ],
)
def test_ten_years_is_the_furthest_and_what_is_meant_unless_said(now: str, furthest: date) -> None:
    assert until(None, view(now)) == furthest
    assert until(furthest.isoformat(), view(now)) == furthest
    with pytest.raises(Invalid) as told:
        until(add_days(furthest, 1).isoformat(), view(now))
    assert told.value.field == "until"


def test_what_is_cut_off_says_so() -> None:
    assert forecast_json(Forecast((), False), DAY) == {"until": DAY, "whole": False, "steps": []}


def test_a_step_of_two_events_is_two_rows_and_says_everything_once() -> None:
    """Cancelled at once, a contract is cancelled and ends."""
    three_months = registered(
        SVENSKA,
        plan="premium-domain-3",
        label="example.org.nz",
        registry_expires_on=date(2026, 4, 1),
        starts_on=date(2025, 5, 1),
        imported=True,
    )
    done = decide(three_months, Cancel(ALICE, "immediate"), SVENSKA, at("2025-06-01"))
    assert isinstance(done, Change)
    first, second = done.events
    told = replace(done, events=(replace(first, data={**first.data, "why": "cancelled"}), second))
    rows = forecast_json(Forecast((Step(DAY, told),), True), DAY)["steps"]
    assert [(row["type"], row["why"], len(row["messages"])) for row in rows] == [
        ("contract.cancelled", "cancelled", 1),
        ("contract.inactivated", "immediate", 0),
    ]


def test_a_doubt_is_a_row_like_the_others() -> None:
    (row,) = forecast_json(Forecast((Step(DAY, None, "no order"),), True), DAY)["steps"]
    assert (row["type"], row["why"], row["data"]) == ("parked", "doubt", {"reason": "no order"})


def test_there_are_words_for_every_why_of_the_domain() -> None:
    found = set()
    for file in DOMAIN.glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Dict):
                pairs = zip(node.keys, node.values, strict=True)
                whys = [v for k, v in pairs if isinstance(k, ast.Constant) and k.value == "why"]
                found |= {str(why.value) for why in whys if isinstance(why, ast.Constant)}
    assert {"phase_over", "window_over", "parent_changed"} <= found
    assert found - NEVER_FORETOLD <= _WHY.keys()
