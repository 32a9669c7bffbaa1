"""X1 and X8 over thousands of plans: no value comes out of nothing, less than one new day is lost,
and the days that are required are the fewest that do.

What is expected is reckoned here from the rule's own words: a day is worth price x quantity ÷ (term
in months x 365/12), in exact fractions, rounded down once.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from random import Random

import pytest

from tacit.domain.conversion import converted, days_for_a_day, needed
from tacit.domain.money import Money
from tacit.domain.values import Contract
from tests.unit.cases import registered

MEAN_MONTH = Fraction(365, 12)
CASES = 3000


@dataclass(frozen=True)
class Plan:
    """Price of one unit and one term in minor units, units, months."""

    price: int
    quantity: int
    months: int

    @property
    def day(self) -> Fraction:
        """What one day is worth, in minor units."""
        return self.price * self.quantity / (self.months * MEAN_MONTH)


HELD = registered().contract


def days(old: Plan, new: Plan, left: int) -> int:
    """Days of the new plan, as the core reckons them."""
    return converted(left, ratio(old, new))


def ratio(old: Plan, new: Plan) -> Fraction:
    return days_for_a_day(held(old), new.price, new.quantity, new.months)


def held(plan: Plan) -> Contract:
    assert HELD is not None
    price = Money(plan.price, HELD.price.currency)
    return replace(HELD, price=price, quantity=plan.quantity, term_months=plan.months)


def drawn(chance: Random) -> Plan:
    """Prices of all sizes, and often such as differ by one cent or go into each other."""
    price = chance.choice(
        [chance.randint(1, 99), chance.randint(100, 9_999), chance.randint(10_000, 10**8), 1000]
    )
    months = chance.choice([1, 3, 6, 12, 12, 24, chance.randint(1, 120)])
    return Plan(price, chance.choice([1, 1, 2, chance.randint(1, 50)]), months)


def cases(seed: int) -> Iterator[tuple[Plan, Plan, int]]:
    """Old plan, new plan, and how many days are left; the same ones each time."""
    chance = Random(seed)
    for _ in range(CASES):
        yield drawn(chance), drawn(chance), chance.choice([0, 1, chance.randint(2, 40_000)])


@pytest.mark.parametrize(
    ("old", "new", "left", "expected"),
    [
        (Plan(1000, 1, 12), Plan(2000, 1, 12), 20, 10),  # XW1
        (Plan(1000, 1, 12), Plan(2000, 1, 12), 19, 9),
        (Plan(1000, 3, 12), Plan(1000, 2, 12), 20, 30),
        (Plan(1000, 1, 12), Plan(2000, 1, 1), 48, 2),
        (Plan(1000, 1, 12), Plan(2000, 1, 24), 20, 20),
        (Plan(1050, 2, 12), Plan(2000, 1, 12), 20, 21),
        (Plan(999, 1, 12), Plan(1000, 1, 12), 1000, 999),
        (Plan(999, 1, 12), Plan(1000, 1, 12), 999, 998),
    ],
)
def test_X1_what_is_left_in_days_of_the_new_plan(
    old: Plan, new: Plan, left: int, expected: int
) -> None:
    assert days(old, new, left) == expected


def test_X1_it_is_the_exact_fraction_rounded_down_once() -> None:
    for old, new, left in cases(1):
        exact = left * old.day / new.day
        assert days(old, new, left) == exact.numerator // exact.denominator, (old, new, left)


def test_X1_there_is_never_more_value_than_before_and_less_than_one_new_day_is_lost() -> None:
    for old, new, left in cases(2):
        before, after = left * old.day, days(old, new, left) * new.day
        assert after <= before, (old, new, left)
        assert before - after < new.day, (old, new, left)


def test_X8_the_days_that_are_required_are_the_fewest_that_convert_to_enough() -> None:
    chance = Random(3)
    for old, new, _ in cases(3):
        least = chance.choice([1, 1, 2, 7, 30, chance.randint(1, 400)])
        required = needed(least, ratio(old, new))
        assert required * old.day >= least * new.day, (old, new, least)
        assert (required - 1) * old.day < least * new.day, (old, new, least)
        assert days(old, new, required) >= least > days(old, new, required - 1)


def test_X1_there_and_back_never_gives_more_days() -> None:
    """Nor does a whole round over several plans."""
    chance = Random(4)
    for old, new, left in cases(4):
        assert days(new, old, days(old, new, left)) <= left, (old, new, left)
        place, now = old, left
        for plan in [drawn(chance) for _ in range(3)] + [old]:
            place, now = plan, days(place, plan, now)
        assert now <= left, (old, left)


def test_X1_with_one_day_more_there_are_never_fewer() -> None:
    for old, new, left in cases(5):
        assert days(old, new, left) <= days(old, new, left + 1), (old, new, left)


def test_X1_the_same_value_each_day_keeps_every_day() -> None:
    """Twice the price for twice the time, or half the price for twice the servers."""
    for old, _, left in cases(6):
        same = [
            replace(old, price=2 * old.price, months=2 * old.months),
            replace(old, price=2 * old.price, quantity=old.quantity),
        ]
        assert days(old, same[0], left) == left
        assert days(old, same[1], left) == left // 2
        half = Plan(2 * old.price, old.quantity, old.months)
        assert days(half, replace(old, quantity=2 * old.quantity), left) == left
