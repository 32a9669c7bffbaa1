"""How far a forecast may be asked for, and its rows as JSON."""

import ast
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from tacit.domain import forecast as module
from tacit.domain.commands import Cancel
from tacit.domain.days import add_days
from tacit.domain.decision import Change
from tacit.domain.forecast import Forecast, forecast
from tacit.domain.household import Step
from tacit.domain.life import decide
from tacit.domain.money import Money
from tacit.domain.refusals import Invalid
from tacit.domain.values import JOB, Account, Event, Role, Scalar
from tacit.runtime.foreseeing import _BY_TYPE, _WHY, forecast_json, until, why
from tests.unit.cases import ALICE, KREATIVMEDIA, SVENSKA, at, registered
from tests.unit.sources import nodes

DOMAIN = Path(module.__file__).parent
DAY = date(2025, 6, 1)
ZURICH = KREATIVMEDIA.zone
NEVER_FORETOLD = {"transferred_out"}  # it comes of a command


@pytest.mark.parametrize(
    ("now", "furthest"),
    [
        ("2025-06-01", date(2035, 6, 1)),
        ("2024-02-29", date(2034, 2, 28)),
        ("2025-05-31T22:30", date(2035, 6, 1)),
    ],
)
def test_ten_years_is_the_furthest_and_what_is_meant_unless_said(now: str, furthest: date) -> None:
    assert until(None, at(now), ZURICH) == furthest
    assert until(furthest, at(now), ZURICH) == furthest
    with pytest.raises(Invalid) as told:
        until(add_days(furthest, 1), at(now), ZURICH)
    assert told.value.field == "until"


def test_what_is_cut_off_says_so() -> None:
    assert forecast_json(Forecast((), False), DAY, Role.STAFF) == {
        "until": DAY,
        "whole": False,
        "steps": [],
    }


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
    found = Forecast((Step(DAY, "c-1", told),), True)
    rows = forecast_json(found, DAY, Role.HOLDER)["steps"]
    assert [(row["type"], row["why"], len(row["messages"])) for row in rows] == [
        ("contract.cancelled", "cancelled", 1),
        ("contract.inactivated", "immediate", 0),
    ]


def test_a_doubt_is_a_row_like_the_others() -> None:
    found = Forecast((Step(DAY, "c-1", None, "no order"),), True)
    (row,) = forecast_json(found, DAY, Role.HOLDER)["steps"]
    assert (row["type"], row["why"], row["data"]) == ("parked", "doubt", {"reason": "no order"})


def test_a_notice_that_is_paid_at_once_is_two_rows_and_the_charge_stands_beside_the_payment() -> (
    None
):
    domain = registered(SVENSKA, plan="premium-domain", label="example.org.nz")
    account = Account("a-1", "svenska-domaner", "alice", "SEK", Money(30000, "SEK"), 1, 2)
    found = forecast([(domain, SVENSKA)], [account], at("2025-06-01"), date(2026, 1, 1))
    noticed, renewed = forecast_json(found, DAY, Role.HOLDER)["steps"]
    assert (noticed["type"], noticed["why"]) == ("contract.renewal_noticed", "noticed")
    assert (renewed["type"], renewed["why"]) == ("contract.renewed", "paid")
    amount = {"amount": "249.00", "currency": "SEK"}
    assert noticed["charges"] == noticed["messages"] == []
    assert renewed["charges"] == [{"account_id": "a-1", "amount": amount, "reason": "renewal"}]
    assert renewed["messages"] == [{"kind": "renewed", "channel": "email", "to": "holder"}]


def constants(key: str) -> set[str]:
    """What the domain's modules write beside this key."""
    found = set()
    for node in of_the_domain():
        if isinstance(node, ast.Dict):
            pairs = zip(node.keys, node.values, strict=True)
            there = [v for k, v in pairs if isinstance(k, ast.Constant) and k.value == key]
            found |= {
                str(part.value)
                for value in there
                for part in ast.walk(value)
                if isinstance(part, ast.Constant)
            }
    return found


def of_the_domain() -> Iterator[ast.AST]:
    for file in DOMAIN.glob("*.py"):
        yield from nodes(file)


def test_there_are_words_for_every_why_of_the_domain() -> None:
    found = constants("why")
    assert {"phase_over", "window_over", "parent_changed", "noticed_after"} <= found
    assert found - NEVER_FORETOLD <= _WHY.keys()


def event(kind: str, **data: Scalar) -> Event:
    return Event(kind, "c-1", "kreativmedia", 1, at("2025-06-01"), JOB, data)


def test_every_event_of_the_domain_can_be_told_also_one_that_nobody_has_words_for() -> None:
    types = {
        str(node.value)
        for node in of_the_domain()
        if isinstance(node, ast.Constant) and re.fullmatch(r"contract\.[a-z_]+", str(node.value))
    }
    assert {"contract.renewed", "contract.expiry_noticed", "contract.owed_paid"} <= types
    for kind in (*types, "contract.never_heard_of"):
        assert why(event(kind)) in _WHY
        assert why(event(kind, why="never_heard_of")) in _WHY


def test_what_a_job_does_has_words_of_its_own() -> None:
    """One that says why itself is told in its own words, the others by what they are."""
    assert {why(event(kind)) for kind in _BY_TYPE} == set(_BY_TYPE.values())
    assert why(event("contract.activated", trial_days=10)) == "trial"
    for code in ("balance_too_small", "no_account"):
        assert why(event("contract.renewal_unpaid", why=code)) == code
    assert why(event("contract.expiry_noticed", why="noticed_before")) == "noticed_before"
    assert why(event("contract.expired")) == "due"
