"""The notice of a renewal: that the next term is to be paid, once for each period (S0, S1, G2).

The contract carries the notice of its present period. An open one stands only on a contract that
can still be renewed: whatever ends it annuls the notice in the same decision, and taking the
cancellation back opens the same one again.
"""

from dataclasses import replace
from datetime import date

from tacit.domain.days import LATEST, add_days
from tacit.domain.money import Money
from tacit.domain.policy import Policy
from tacit.domain.values import Contract, Notice, Status

OPEN, PAID, ANNULLED = "open", "paid", "annulled"


def notice_of_period(contract: Contract) -> Notice | None:
    """The notice of the term that begins where this one ends (of a pending contract: of its
    first), whatever became of it."""
    notice = contract.notice
    return notice if notice is not None and notice.period_start == _next_term(contract) else None


def made(contract: Contract, policy: Policy, newest: Policy | None, today: date) -> Notice:
    """A new notice at the price of today, which is frozen in it (G10)."""
    rules, price = of_a_new_term(contract, policy, newest)
    return Notice(
        period_start=_next_term(contract),
        price=price,
        amount=_amount(contract, price, rules),
        policy=rules.name,
        due_on=_last_day(contract),
        made_on=today,
        generation=contract.generation,
    )


def of_a_new_term(
    contract: Contract, policy: Policy, newest: Policy | None
) -> tuple[Policy, Money]:
    """Under which version it would begin today, and at which price for one unit (G10). What was
    ordered and is not activated yet begins as it was ordered. A price of the contract's own stays
    with the version that bills in its currency: fees, plans and accounts of another could never be
    held against it."""
    if contract.status is Status.PENDING or newest is None:
        return policy, contract.price
    price = _price(contract, policy, newest)
    if price.currency != newest.currency or not _sells(newest, contract, policy):
        return policy, contract.price
    return newest, price


def in_step(contract: Contract) -> Contract:
    """The contract with its notice as its status wants it."""
    notice, alive = contract.notice, can_be_renewed(contract)
    if notice is None or notice.status == PAID:
        return contract
    if notice.status == OPEN and not alive:
        return replace(contract, notice=annulled(notice))
    if notice.status == ANNULLED and alive and notice == notice_of_period(contract):
        return replace(contract, notice=replace(notice, status=OPEN))
    return contract


def annulled(notice: Notice) -> Notice:
    """What was found short is forgotten whole: should the notice be opened again, it is asked for
    in the next run, and not only on the next day, with what is less important before it (G14). The
    day on which the registry refused stays."""
    tried_on = notice.tried_on if notice.short is None else None
    return replace(notice, status=ANNULLED, short=None, tried_on=tried_on)


def can_be_renewed(contract: Contract) -> bool:
    """Active, or switched off for want of payment alone."""
    alive = (Status.PENDING, Status.ACTIVE, Status.INACTIVE)
    return contract.cancellation is None and contract.status in alive


def _next_term(contract: Contract) -> date:
    return contract.starts_on if contract.status is Status.PENDING else contract.expires_on


def _last_day(contract: Contract) -> date:
    """Inclusive: the last day that is served; what is pending has no such day, and waits. The
    term that follows a trial is paid on its first day."""
    if contract.status is Status.PENDING or contract.trial_until == contract.expires_on:
        return LATEST if contract.status is Status.PENDING else contract.expires_on
    return add_days(contract.expires_on, -1)


def _amount(contract: Contract, price: Money, rules: Policy) -> Money:
    """Quantity multiplies; a term of many months paid ahead is cheaper by the policy's table
    (R9), rounded down. A price of the contract's own is what was agreed on."""
    whole = price.minor * contract.quantity
    plan = rules.plans.get(contract.plan)
    percent = rules.discount(contract) if plan is not None and plan.price == price else 0
    return Money(whole * (100 - percent) // 100, price.currency)


def _sells(rules: Policy, contract: Contract, policy: Policy) -> bool:
    """The same plan for the same term. A price is for one term: a version that sells the plan by
    the month has none for a contract that goes on by the year."""
    plan, own = rules.plans.get(contract.plan), policy.plans.get(contract.plan)
    term_months = own.term_months if own is not None else contract.term_months
    same_term = plan is not None and plan.term_months == term_months
    return plan is not None and plan.kind == contract.kind and same_term


def _price(contract: Contract, policy: Policy, newest: Policy) -> Money:
    """The plan's price of today, unless the contract has a price of its own, as imported ones may;
    one whose plan is gone keeps what it pays."""
    known, today = policy.plans.get(contract.plan), newest.plans.get(contract.plan)
    if known is None or today is None or contract.price != known.price:
        return contract.price
    return today.price


def owed_since(contract: Contract) -> date | None:
    """The day on which a warranty laid something out (I16). From then on it is due in every run, so
    that whatever is less important meets it and leaves it its money (G14)."""
    owed = contract.owed
    return owed.since if owed is not None and contract.status is not Status.CLOSED else None


def owed_due_on(contract: Contract) -> date | None:
    """The day on which there is news of it: the holder is contacted once a day at the most."""
    owed = contract.owed
    if owed is None or contract.status is Status.CLOSED:
        return None
    tried_on = owed.notice.tried_on
    return add_days(tried_on, 1) if tried_on is not None else owed.since


def found_short_on(contract: Contract) -> date | None:
    """The day on which the money for the next term was last found short: it is asked for in every
    run of that day, and there is news of it on the next."""
    notice = notice_of_period(contract)
    return notice.tried_on if notice is not None and notice.short is not None else None
