"""What days on one plan are worth on another: the one place where a plan change is reckoned (X1).

A day is worth price × quantity ÷ (term in months × 365/12). The length of a mean month stands on
both sides and falls out: one present day is worth

    price × quantity ÷ months (old)  ÷  price × quantity ÷ months (new)

days of the new plan, as an exact fraction. What is left is rounded down once, at the very end: so
there is never more value than before, and never a whole day less than exact.
"""

from fractions import Fraction
from math import ceil, floor

from tacit.domain.values import Contract


def rate(price_minor: int, quantity: int, term_months: int) -> Fraction:
    """What a mean month costs, in minor units."""
    return Fraction(price_minor * quantity, term_months)


def days_for_a_day(contract: Contract, price_minor: int, quantity: int, months: int) -> Fraction:
    """New days for one present day; both prices must be more than nothing."""
    old = rate(contract.price.minor, contract.quantity, contract.term_months)
    return old / rate(price_minor, quantity, months)


def converted(days: int, ratio: Fraction) -> int:
    """Whole new days for so many present ones."""
    return floor(days * ratio)


def needed(new_days: int, ratio: Fraction) -> int:
    """The smallest number of present days that converts to at least `new_days` (X8)."""
    return ceil(Fraction(new_days) / ratio)
