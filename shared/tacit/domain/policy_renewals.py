"""What the renewals job makes of an example contract, with money and without.

The job's own decisions, asked for each way in which one comes due: what is ordered and what runs
on, with the switch on and off, warranted and not, with enough on an account and with nothing.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from tacit.domain.calendar import renewal_due_on
from tacit.domain.collecting import Purse, collect
from tacit.domain.commands import ReverseRenewal
from tacit.domain.days import add_days, add_months, day_start
from tacit.domain.decision import Change, Situation
from tacit.domain.forecast import forecast
from tacit.domain.household import Step
from tacit.domain.money import Money
from tacit.domain.notices import owed_due_on
from tacit.domain.policy import Policy
from tacit.domain.policy_courses import Course, answered, first_word_on
from tacit.domain.policy_examples import STAFF, Example
from tacit.domain.refusals import Broken
from tacit.domain.values import JOB, Account, Contract, Order, Status

_PLENTY = 10**15


def collections(policy: Policy, example: Example) -> Iterator[Change]:
    """Every change that collecting makes to the contract, and what may come after it."""
    ordered = replace(example.contract, status=Status.PENDING)
    warranted = replace(example.contract, renewal_warranty=True)
    for contract in (ordered, example.contract, warranted):
        due_on = renewal_due_on(contract, policy) or contract.expires_on
        for day in sorted({due_on, contract.expires_on}):
            at = day_start(day, policy.zone)
            for enabled in (True, False):
                for account in _accounts(contract):
                    change = _collected(contract, enabled, account, policy, at)
                    if change is not None:
                        yield change
                        yield from _afterwards(change, account, policy, at)


def renewed(policy: Policy, example: Example) -> Course:
    """Neither cancelled nor short of money: up to the first renewal."""
    return _until("contract.renewed", "paid from an account", policy, example, _PLENTY)


def warranted(policy: Policy, example: Example) -> Course | None:
    """Not paid, under Renewal Warranty: up to the end that it does not prevent (I16)."""
    if example.kind.warranty is None:
        return None
    contract = replace(example.contract, renewal_warranty=True)
    under = replace(example, situation=replace(example.situation, contract=contract))
    return _until("contract.expired", "not paid, under Renewal Warranty", policy, under, 0)


def _until(event_type: str, title: str, policy: Policy, example: Example, minor: int) -> Course:
    """What the calendar makes of it up to the first such event, with so much on an account."""
    contract = example.contract
    members = [(each, policy) for each in (example.situation, example.parent) if each is not None]
    until = add_months(contract.expires_on, 2 * contract.term_months, contract.anchor_day)
    at = day_start(first_word_on(policy, contract), policy.zone)
    steps = forecast(members, (_account(contract, minor),), at, until, of=contract.id).steps
    place = next((i for i, each in enumerate(steps) if event_type in _types(each)), len(steps))
    return Course(title, example.situation, at, steps[: place + 1])


def _types(step: Step) -> tuple[str, ...]:
    return tuple(event.type for event in step.change.events) if step.change else ()


def _afterwards(change: Change, account: Account, policy: Policy, at: datetime) -> Iterator[Change]:
    """The registry refuses what was renewed; a warranted amount is asked for, step by step."""
    contract = change.contract
    if contract.notice is not None:
        situation = Situation(contract, account=account)
        refused = ReverseRenewal(STAFF, contract.notice.period_start, "example")
        answer = answered(situation, refused, policy, at)
        if isinstance(answer, Change):
            yield answer
    nothing, rule = _account(contract, 0), policy.kinds[contract.kind].warranty
    for step in rule.steps if rule is not None else ():
        due_on = owed_due_on(contract)
        if due_on is None or contract.owed is None:
            return
        day = max(due_on, add_days(contract.owed.since, step.days))
        said = _collected(contract, True, nothing, policy, day_start(day, policy.zone))
        if said is None:
            return
        yield said
        contract = said.contract


def _collected(
    contract: Contract, enabled: bool, account: Account, policy: Policy, at: datetime
) -> Change | None:
    order = Order(contract.order_id, contract.provider, contract.holder, enabled, 1, 1)
    try:
        found = collect(Situation(contract, order), contract, Purse((account,)), JOB, policy, at)
    except Broken:
        return None
    return found.decision if isinstance(found.decision, Change) else None


def _accounts(contract: Contract) -> tuple[Account, ...]:
    return _account(contract, _PLENTY), _account(contract, 0)


def _account(contract: Contract, minor: int) -> Account:
    balance = Money(minor, contract.price.currency)
    return Account("example", contract.provider, contract.holder, balance.currency, balance, 0, 1)
