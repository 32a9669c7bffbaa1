"""Money is whole minor units, read and written without a float."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tacit.domain.money import Money, NotMoney


@pytest.mark.parametrize(
    ("amount", "currency", "minor"),
    [
        ("24.00", "CHF", 2400),
        ("24", "CHF", 2400),
        ("0.5", "CHF", 50),
        ("-3.10", "EUR", -310),
        ("900", "JPY", 900),
        ("1.234", "KWD", 1234),
        ("10", "CLP", 10),
        ("1.234", "BHD", 1234),
        ("0.0001", "CLF", 1),
        ("-12.5", "UYW", -125000),
    ],
)
def test_an_amount_is_read_exactly(amount: str, currency: str, minor: int) -> None:
    assert Money.parse(amount, currency) == Money(minor, currency)


@pytest.mark.parametrize(
    ("amount", "currency"),
    [
        ("24.001", "CHF"),
        ("1.5", "JPY"),
        ("10.50", "CLP"),
        ("1.0", "XAF"),
        ("1.2345", "BHD"),
        ("1.23456", "CLF"),
        ("1e3", "CHF"),
        ("", "CHF"),
        ("-", "CHF"),
        ("1.", "CHF"),
        ("1 000", "CHF"),
        ("NaN", "CHF"),
        ("٣", "CHF"),
        ("9" * 13, "CHF"),
        ("1", "chf"),
        ("1", "CHFX"),
        ("1\n", "CHF"),
        ("--1", "CHF"),
    ],
)
def test_what_is_no_amount_is_refused(amount: str, currency: str) -> None:
    with pytest.raises(NotMoney):
        Money.parse(amount, currency)


@given(st.integers(-(10**11), 10**11), st.sampled_from(["CHF", "JPY", "KWD", "CLF"]))
def test_what_is_written_is_read_back(minor: int, currency: str) -> None:
    money = Money(minor, currency)
    assert Money.parse(money.amount, currency) == money
