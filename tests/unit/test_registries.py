"""What registries allow after expiry: how its days are counted (G9). The facts: test_tlds."""

from datetime import date
from typing import Any

import pytest

from tacit.domain.days import Length, Unit, add_working_days
from tacit.domain.registries import (
    Confidence,
    Registry,
    Step,
    StepAnchor,
    last_restorable,
    steps_of,
)

LATER = [StepAnchor.PREVIOUS, StepAnchor.DELETION]


def day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def days(count: int) -> Length:
    return Length(Unit.DAYS, count)


def step(length: Length | None = None, **facts: Any) -> Step:
    given = {"anchor": StepAnchor.PREVIOUS, "restorable": True, "served": None, **facts}
    return Step(name="step", length=length, **given)


def registry(*steps: Step) -> Registry:
    return Registry(frozenset({"x"}), steps, None, None, ("a page",), Confidence.LOW, "")


def limit(expires_on: str, *steps: Step) -> str | None:
    last = last_restorable(registry(*steps), date.fromisoformat(expires_on))
    return last.isoformat() if last else None


# 2025-05-02 is a Friday.
@pytest.mark.parametrize(
    ("start", "n", "end"),
    [
        ("2025-05-02", 0, "2025-05-02"),
        ("2025-05-02", 1, "2025-05-05"),
        ("2025-05-03", 1, "2025-05-05"),
        ("2025-05-04", 2, "2025-05-06"),
        ("2025-05-05", 4, "2025-05-09"),
        ("2025-05-05", 5, "2025-05-12"),
        ("2025-05-02", 11, "2025-05-19"),
    ],
)
def test_working_days_are_counted_after_their_start(start: str, n: int, end: str) -> None:
    assert add_working_days(date.fromisoformat(start), n) == day(end)


def test_a_public_holiday_is_a_working_day_because_holidays_are_not_known() -> None:
    assert add_working_days(date(2025, 12, 24), 1) == date(2025, 12, 25)


@pytest.mark.parametrize(
    ("unit", "count", "start", "end"),
    [
        (Unit.DAYS, 3, "2025-01-31", "2025-02-03"),
        (Unit.WORKING_DAYS, 3, "2025-01-31", "2025-02-05"),
        (Unit.MONTHS, 3, "2025-01-31", "2025-04-30"),
        (Unit.MONTHS, 1, "2024-01-31", "2024-02-29"),
        (Unit.MONTHS, 2, "2025-01-31", "2025-03-31"),
    ],
)
def test_each_unit_of_a_length_counts_in_its_own_way(
    unit: Unit, count: int, start: str, end: str
) -> None:
    assert Length(unit, count).after(date.fromisoformat(start)) == day(end)


@pytest.mark.parametrize(
    ("anchor", "starts_on"),
    [
        (StepAnchor.EXPIRY, "2025-03-15"),
        (StepAnchor.NOTICE, "2025-03-15"),
        (StepAnchor.PREVIOUS, "2025-03-25"),
        (StepAnchor.DELETION, "2025-03-25"),
        (StepAnchor.FIRST_OF_MONTH, "2025-04-01"),
    ],
)
def test_each_anchor_is_its_own_day(anchor: StepAnchor, starts_on: str) -> None:
    facts = registry(step(days(10)), step(days(5), anchor=anchor))
    assert steps_of(facts, date(2025, 3, 15))[1].starts_on == day(starts_on)


@pytest.mark.parametrize(
    ("expires_on", "starts_on"),
    [("2025-03-01", "2025-04-01"), ("2025-03-31", "2025-04-01"), ("2025-12-31", "2026-01-01")],
)
def test_the_first_of_the_month_is_that_of_the_next(expires_on: str, starts_on: str) -> None:
    (only,) = steps_of(
        registry(step(anchor=StepAnchor.FIRST_OF_MONTH)), date.fromisoformat(expires_on)
    )
    assert only.starts_on == day(starts_on)


def test_G9_the_deletion_is_taken_to_be_as_late_as_the_registry_allows() -> None:
    deleted = step(days(30), anchor=StepAnchor.DELETION)
    assert limit("2025-03-31", step(days(45)), deleted) == "2025-06-14"
    assert limit("2025-03-31", deleted) == "2025-04-30"


def test_G9_what_cannot_come_back_does_not_move_the_limit() -> None:
    assert limit("2025-03-31", step(days(30)), step(days(5), restorable=False)) == "2025-04-30"
    assert limit("2025-03-31", step(days(5), restorable=False)) == "2025-03-31"


def test_a_step_in_between_without_return_is_counted() -> None:
    assert limit("2025-03-01", step(days(5), restorable=False), step(days(5))) == "2025-03-11"


@pytest.mark.parametrize("anchor", LATER)
def test_G9_everything_after_an_unknown_length_is_unknown(anchor: StepAnchor) -> None:
    facts = registry(step(), step(days(56), anchor=anchor))
    assert last_restorable(facts, date(2025, 3, 31)) is None
    assert [(s.starts_on, s.ends_on) for s in steps_of(facts, date(2025, 3, 31))] == [
        (date(2025, 3, 31), None),
        (None, None),
    ]


def test_G9_a_registry_without_steps_limits_nothing() -> None:
    assert limit("2025-03-31") is None


def test_an_unknown_length_without_return_leaves_the_limit_before_it_known() -> None:
    assert limit("2025-03-31", step(days(70)), step(restorable=False)) == "2025-06-09"


def test_a_step_without_a_length_ends_where_the_next_one_is_known_to_start() -> None:
    facts = registry(step(), step(days(40), anchor=StepAnchor.FIRST_OF_MONTH))
    assert [s.ends_on for s in steps_of(facts, date(2025, 3, 10))] == [
        date(2025, 4, 1),
        date(2025, 5, 11),
    ]


def test_a_step_that_counts_its_first_day_ends_a_day_earlier() -> None:
    (only,) = steps_of(registry(step(days(10), counts_first_day=True)), date(2013, 7, 2))
    assert only.ends_on == date(2013, 7, 11)


@pytest.mark.parametrize(
    ("expires_on", "ends_on"),
    [
        ("2025-05-30", "2025-05-30"),  # a Friday
        ("2025-05-31", "2025-06-03"),
        ("2025-06-01", "2025-06-03"),
        ("2025-06-02", "2025-06-02"),
    ],
)
def test_a_weekend_only_step_is_there_on_saturday_and_sunday(expires_on: str, ends_on: str) -> None:
    shift = step(Length(Unit.WORKING_DAYS, 2), weekend_only=True)
    assert limit(expires_on, shift) == ends_on
