"""What those who leave get back: paid × unused days ÷ days of the period, rounded down (R9).

Each period is reckoned by itself: of one that has not begun everything, of the one that runs the
days from today on. A renewed domain gives nothing back (R8): its kind says so in the policy.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from tacit.domain.days import add_months
from tacit.domain.money import Money
from tacit.domain.notices import PAID
from tacit.domain.policy import Policy
from tacit.domain.values import Contract, Notice


@dataclass(frozen=True, slots=True)
class Refund:
    """`amount` goes back to the account that had paid, of several to the one that paid last; where
    `account_id` is None it was paid elsewhere, and goes back by hand. `by_hand` is what goes back
    so besides: of each currency one amount."""

    amount: Money
    account_id: str | None
    by_hand: tuple[Money, ...] = ()


def money_back(
    contract: Contract, policy: Policy, today: date, notices: Iterable[Notice] = ()
) -> Refund | None:
    """None where the kind gives nothing back, after a plan change (X2), or where nothing is left of
    what was paid. `notices` are those of its earlier periods, which say what was paid for each, and
    from which account; of one without, it was the price, and it goes with the others."""
    if not policy.kinds[contract.kind].money_back or contract.plan_changed_on is not None:
        return None
    parts = [part for part in _unused_parts(contract, today, notices) if part[0].minor > 0]
    if not parts:
        return None
    payers = [
        (notice.account_id, amount.currency)
        for amount, notice in parts
        if notice is not None and notice.account_id is not None
    ]
    payer, currency = payers[0] if payers else (None, parts[0][0].currency)
    booked, by_hand = 0, dict[str, int]()
    for amount, notice in parts:
        elsewhere = payer is not None and notice is not None and notice.account_id is None
        if amount.currency == currency and not elsewhere:
            booked += amount.minor
        else:
            by_hand[amount.currency] = by_hand.get(amount.currency, 0) + amount.minor
    rest = tuple(Money(minor, each) for each, minor in by_hand.items())
    return Refund(Money(booked, currency), payer, rest)


def _unused_parts(
    contract: Contract, today: date, notices: Iterable[Notice]
) -> Iterator[tuple[Money, Notice | None]]:
    """The newest period first: what comes back of it, and under which notice it was paid."""
    paid = {each.period_start: each for each in notices if each.status == PAID}
    if contract.notice is not None and contract.notice.status == PAID:
        paid[contract.notice.period_start] = contract.notice
    owed = contract.owed.notice if contract.owed is not None else None
    ends, price = contract.expires_on, contract.price
    while ends > max(today, contract.starts_on) and ends != contract.trial_until:
        begins = add_months(ends, -contract.term_months, contract.anchor_day)
        begins = max(begins, contract.starts_on)
        notice = paid.get(begins) or (_first(paid) if begins == contract.starts_on else None)
        laid_out = owed is not None and owed.period_start == begins
        if not laid_out:  # what a warranty laid out, nobody has paid yet (I16)
            usual = Money(price.minor * contract.quantity, price.currency)
            whole = notice.amount if notice else usual
            yield Money(_unused(whole.minor, begins, ends, today), whole.currency), notice
        said = owed if laid_out else notice
        price = said.price_before if said and said.price_before else price
        ends = begins


def _first(paid: dict[date, Notice]) -> Notice | None:
    """The notice of an activation names the day that was ordered; the term may have begun later."""
    first = min(paid.values(), key=lambda each: each.period_start, default=None)
    return first if first is not None and first.policy_before is None else None


def _unused(paid: int, begins: date, ends: date, today: date) -> int:
    """Of one half-open period; the day on which somebody leaves is not used any more."""
    days, left = (ends - begins).days, (ends - max(today, begins)).days
    return paid * left // days if days > 0 and left > 0 else 0
