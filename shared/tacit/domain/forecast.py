"""What will happen to a contract if nobody does anything: its household folded forward, so that a
forecast cannot differ from what happens.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from tacit.domain.days import local_day
from tacit.domain.household import MOST_DECISIONS, MOST_STEPS, Household, Member, Step
from tacit.domain.values import Account


@dataclass(frozen=True, slots=True)
class Forecast:
    """`whole`: nothing more comes until the day asked for; else there were too many steps.
    `accounts` as they are then."""

    steps: tuple[Step, ...]
    whole: bool
    accounts: tuple[Account, ...] = ()


def forecast(
    members: Iterable[Member],
    accounts: Sequence[Account],
    now: datetime,
    until: date,
    of: str | None = None,
) -> Forecast:
    """Every step up to and including the day `until`, of the contract `of` or of all."""
    members = list(members)
    if not members:
        return Forecast((), True, tuple(accounts))
    today = local_day(now, members[0][1].zone)
    household = Household(members, accounts, today, of)
    whole = True
    while whole and (on := household.next_day()) is not None and on <= until:
        household.live(on, now)
        told = household.steps
        if of is not None and told and told[-1].change is None:
            break
        whole = len(told) <= MOST_STEPS and household.decisions <= MOST_DECISIONS
    return Forecast(tuple(household.steps[:MOST_STEPS]), whole, household.accounts)
