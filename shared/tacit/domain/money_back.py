"""What those who leave get back: paid × unused days ÷ days of the period, rounded down (R9).

Each period is reckoned by itself: of one that has not begun everything, of the one that runs the
days from today on. A renewed domain gives nothing back (R8): its kind says so in the policy.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from tacit.domain.days import add_months
from tacit.domain.money import Money
from tacit.domain.notices import PAID
from tacit.domain.policy import Policy
from tacit.domain.values import Contract, Notice


@dataclass(frozen=True, slots=True)
class Refund:
    """`account_id` is the account that had paid; None: it was paid elsewhere, and goes back by
    hand."""

    amount: Money
    account_id: str | None


def money_back(
    contract: Contract, policy: Policy, today: date, notices: Iterable[Notice] = ()
) -> Refund | None:
    """None where the kind gives nothing back, after a plan change (X2), or where nothing is left of
    what was paid. `notices` are
    those of its earlier periods, which say what was paid for each; without one it was the price."""
    if not policy.kinds[contract.kind].money_back or contract.plan_changed_on is not None:
        return None
    last = contract.notice if contract.notice and contract.notice.status == PAID else None
    paid = {each.period_start: each for each in notices if each.status == PAID}
    paid |= {last.period_start: last} if last is not None else {}
    ends, price, minor = contract.expires_on, contract.price, 0
    while ends > max(today, contract.starts_on) and ends != contract.trial_until:
        begins = add_months(ends, -contract.term_months, contract.anchor_day)
        begins = max(begins, contract.starts_on)
        notice = paid.get(begins)
        whole = notice.amount.minor if notice else price.minor * contract.quantity
        minor += _unused(whole, begins, ends, today)
        price = notice.price_before if notice and notice.price_before else price
        ends = begins
    if minor <= 0:
        return None
    payers = {each.account_id for each in paid.values() if each.period_start < contract.expires_on}
    account_id = payers.pop() if len(payers) == 1 else last.account_id if last else None
    return Refund(Money(minor, contract.price.currency), account_id)


def _unused(paid: int, begins: date, ends: date, today: date) -> int:
    """Of one half-open period; the day on which somebody leaves is not used any more."""
    days, left = (ends - begins).days, (ends - max(today, begins)).days
    return paid * left // days if days > 0 and left > 0 else 0
