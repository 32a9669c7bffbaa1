"""R9: those who leave get back what they paid for days they do not use; domains excepted (R8)."""

from dataclasses import replace
from datetime import date

import pytest

from tacit.domain.money import Money
from tacit.domain.money_back import money_back
from tacit.domain.values import Contract
from tests.unit.test_collecting import REGISTRAR, contract

VPS = contract("v-1", "vps-1", "365.00", "2026-01-01")


def back(leaving: Contract, day: str) -> str | None:
    refund = money_back(leaving, REGISTRAR, date.fromisoformat(day))
    return refund.amount.amount if refund else None


@pytest.mark.parametrize(
    ("day", "amount"),
    [
        ("2025-01-01", "365.00"),
        ("2025-01-02", "364.00"),
        ("2025-12-31", "1.00"),
        ("2026-01-01", None),
        ("2026-02-01", None),
    ],
)
def test_R9_paid_times_unused_days_by_days_of_the_period(day: str, amount: str | None) -> None:
    assert back(VPS, day) == amount


def test_R9_it_is_rounded_down() -> None:
    assert back(replace(VPS, price=Money(10000, "RUB")), "2025-07-02") == "50.13"


def test_R9_quantity_counts() -> None:
    assert back(replace(VPS, quantity=3), "2025-12-31") == "3.00"


def test_R8_a_renewed_domain_gives_nothing_back() -> None:
    assert back(contract("d-1", "domain-ru", "365.00", "2026-01-01"), "2025-01-02") is None


def test_R9_a_trial_was_not_paid_for() -> None:
    assert back(replace(VPS, trial_until=VPS.expires_on), "2025-06-01") is None
