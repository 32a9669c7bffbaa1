"""How far the money on an account reaches if nobody does anything: its holder's household folded
forward, seen from that account.

What is short is asked of all the holder's accounts in the account's currency, as the job does: a
charge is never split, and any of them may pay it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from tacit.domain.days import add_days, local_day
from tacit.domain.household import MOST_DECISIONS, MOST_STEPS, Household, Lack, Member, Step
from tacit.domain.money import Money
from tacit.domain.policy import Policy
from tacit.domain.values import Account


@dataclass(frozen=True, slots=True)
class Coming:
    """A charge to come, and what is on the account after it."""

    on: date
    contract_id: str
    reason: str
    amount: Money
    balance: Money


@dataclass(frozen=True, slots=True)
class Coverage:
    """`covered_until` is the last day on which everything that is collected can be paid, `short`
    what cannot be on the next. `whole`: no charge until the day asked for is left out."""

    covered_until: date
    short: Lack | None
    charges: tuple[Coming, ...]
    whole: bool


def coverage(
    account: Account,
    members: Iterable[Member],
    accounts: Sequence[Account],
    policy: Policy,
    now: datetime,
    until: date,
) -> Coverage:
    """Up to and including the day `until`; `policy` is the provider's, whose days they are."""
    today = local_day(now, policy.zone)
    household = Household(members, accounts, today, None)
    charges, short, on = list[Coming](), None, today
    while (day := household.next_day()) is not None and day <= until:
        on, steps, lacks = day, len(household.steps), len(household.lacks)
        household.live(on, now)
        charges += _charges(account, household.steps[steps:])
        short = short or _short(account, household.lacks[lacks:])
        if household.decisions > MOST_DECISIONS or (short and len(charges) > MOST_STEPS):
            break
    else:
        on = until
    whole = on == until and len(charges) <= MOST_STEPS
    covered_until = add_days(short.on, -1) if short else on
    return Coverage(covered_until, short, tuple(charges[:MOST_STEPS]), whole)


def _charges(account: Account, steps: Iterable[Step]) -> list[Coming]:
    return [
        Coming(step.on, step.contract_id, charge.reason, charge.amount, movement.account.balance)
        for step in steps
        if step.change is not None
        and (movement := step.change.movement) is not None
        and movement.account.id == account.id
        for charge in step.change.charges
    ]


def _short(account: Account, lacks: Iterable[Lack]) -> Lack | None:
    return next((each for each in lacks if each.amount.currency == account.currency), None)
