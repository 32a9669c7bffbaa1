"""Collecting what is due from one holder's accounts, the most important first (R1, R4 to R6, G14).

The caller asks for one contract after the other in the order of `by_priority`, and hands on the
purse: what the accounts hold, and what of it is kept for something that came before. Nothing is
committed here; a charge that lost its race is asked for again with a fresh purse.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from tacit.domain.activation import activated, trial_days, tried_out
from tacit.domain.calendar import renewal_due_on, term_due_on
from tacit.domain.days import add_days, add_months, local_day
from tacit.domain.decision import Change, Decision, NothingToDo, Situation
from tacit.domain.money import Money
from tacit.domain.notices import made, notice_of_period, owed_due_on
from tacit.domain.policy import Policy, ShortBalance
from tacit.domain.record import and_at_last, changed, quietly
from tacit.domain.refusals import Broken
from tacit.domain.registry_dates import check_registry
from tacit.domain.renewal import from_account
from tacit.domain.values import (
    Account,
    Actor,
    Contract,
    Notice,
    Owed,
    Scalar,
    Shortage,
    Status,
)
from tacit.domain.warranty import contacted, paid_off, steps_in, warranted

_AHEAD = 5


@dataclass(frozen=True, slots=True)
class Purse:
    """A holder's accounts as they were last seen; `kept` is what must not be spent on something
    less important (minor units by account), `ahead` the first of what came before in this run."""

    accounts: tuple[Account, ...]
    kept: Mapping[str, int] = field(default_factory=dict)
    ahead: tuple[str, ...] = ()

    def sufficient(self, amount: Money, last_day: bool) -> Account | None:
        """R1: the smallest account that holds enough, then by id; never split. On a contract's
        own last day what is kept for others may be spent, too (G14). What costs nothing is taken
        from none, so that nobody loses it for want of an account."""
        if amount.minor == 0:
            return None
        fitting = [
            account
            for account in self._of(amount.currency)
            if self._free(account, last_day) >= amount.minor
        ]
        return min(fitting, key=lambda each: (each.balance, each.id), default=None)

    def fullest(self, amount: Money) -> Account | None:
        """The account that lacks least."""
        accounts = self._of(amount.currency)
        return max(accounts, key=lambda each: (self._free(each, False), each.id), default=None)

    def without(self, account: Account, contract_id: str) -> "Purse":
        """After a charge."""
        accounts = tuple(account if each.id == account.id else each for each in self.accounts)
        return replace(self, accounts=accounts, ahead=self._behind(contract_id))

    def keeping(self, account: Account | None, amount: Money, contract_id: str) -> "Purse":
        """What did not fit keeps its money from whatever is less important."""
        if account is None:
            return self
        kept = {**self.kept, account.id: self.kept.get(account.id, 0) + amount.minor}
        return replace(self, kept=kept, ahead=self._behind(contract_id))

    def _behind(self, contract_id: str) -> tuple[str, ...]:
        return (*self.ahead, contract_id)[:_AHEAD]

    def missing(self, account: Account, amount: Money) -> Money:
        free = max(0, self._free(account, False))
        return Money(max(amount.minor - free, 0), amount.currency)

    def _of(self, currency: str) -> list[Account]:
        return [account for account in self.accounts if account.currency == currency]

    def _free(self, account: Account, last_day: bool) -> int:
        return account.balance.minor - (0 if last_day else self.kept.get(account.id, 0))


@dataclass(frozen=True, slots=True)
class Collected:
    """A decision, and the purse as it is once the decision is committed."""

    decision: Decision
    purse: Purse


def by_priority(due: Iterable[tuple[Contract, Policy]]) -> list[tuple[Contract, Policy]]:
    """R4 to R6: by the policy's rank, activations last, then the oldest end (of what a warranty
    laid out, the one before it), then the id."""

    def place(each: tuple[Contract, Policy]) -> tuple[int, date, str]:
        contract, policy = each
        if contract.status is Status.PENDING:
            return policy.renewal.last_rank, contract.starts_on, contract.id
        oldest = contract.owed.notice.period_start if contract.owed else contract.expires_on
        return policy.renewal.rank(contract.kind), oldest, contract.id

    return sorted(due, key=place)


def collect(
    situation: Situation,
    contract: Contract,
    purse: Purse,
    by: Actor,
    policy: Policy,
    now: datetime,
) -> Collected:
    """What the renewals job does with one contract that is due: make its notice, collect it, or
    say why not. Raises Broken."""
    today = local_day(now, policy.zone)
    due_on = renewal_due_on(contract, policy)
    if due_on is None or today < due_on:
        return Collected(NothingToDo(contract, "not_due"), purse)
    check_registry(contract, policy, today)
    order = situation.order
    if order is None:
        raise Broken("its order is not there")
    if contract.owed is not None:
        found = _owed(contract, contract.owed, purse, by, policy, now)
        if isinstance(found.decision, Change) or not _begins(contract, policy, today):
            return found
        purse = found.purse  # the next term has its own turn
    there = notice_of_period(contract)
    notice = there or made(contract, policy, situation.newest, today)
    over = contract.status is Status.ACTIVE and today >= contract.expires_on
    lost = over and steps_in(contract, policy)
    if lost and not order.autorenewal:
        return _laid_out(contract, there, notice, purse, by, policy, now)
    if contract.status is Status.INACTIVE and _is_over(contract, today):
        return Collected(NothingToDo(contract, "term_is_over"), purse)
    if not order.autorenewal and (there is not None or contract.status is Status.PENDING):
        return Collected(NothingToDo(contract, "autorenewal_off"), purse)
    if not order.autorenewal:
        return Collected(_noticed(contract, notice, by, policy, now), purse)
    if contract.status is Status.PENDING and trial_days(contract, policy):
        trial = tried_out(contract, by, policy, now)
        return Collected(replace(trial, stands_on_order=order), purse)
    last_day = today >= notice.due_on
    account = purse.sufficient(notice.amount, last_day)
    if account is None and notice.amount.minor > 0:
        instead = _laid_out if lost else _short
        return instead(contract, there, notice, purse, by, policy, now)
    paid = replace(_paid(account, contract, there, notice, by, policy, now), stands_on_order=order)
    return Collected(paid, _behind(paid, purse))


def _behind(paid: Change, purse: Purse) -> Purse:
    """What cost nothing has taken nothing."""
    if paid.movement is None:
        return purse
    return purse.without(paid.movement.account, paid.contract.id)


def _paid(
    account: Account | None,
    contract: Contract,
    there: Notice | None,
    notice: Notice,
    by: Actor,
    policy: Policy,
    now: datetime,
) -> Change:
    """Notice and payment are one decision where the money is there at once."""
    pay = activated if contract.status is Status.PENDING else from_account
    if there is not None:
        return pay(account, contract, notice, by, policy, now)
    first = _noticed(contract, notice, by, policy, now)
    return and_at_last(first, pay(account, first.contract, notice, by, policy, now))


def _is_over(contract: Contract, today: date) -> bool:
    """A term in which it was switched off all the time is not charged any more."""
    return add_months(contract.expires_on, contract.term_months, contract.anchor_day) <= today


def _begins(contract: Contract, policy: Policy, today: date) -> bool:
    term_on = term_due_on(contract, policy)
    return term_on is not None and today >= term_on


def _owed(
    contract: Contract, owed: Owed, purse: Purse, by: Actor, policy: Policy, now: datetime
) -> Collected:
    """What a warranty laid out comes first, as soon as the money is there; until then its money is
    kept, and the holder is reminded, step by step (I16)."""
    account = purse.sufficient(owed.notice.amount, last_day=False)
    if account is None and owed.notice.amount.minor > 0:
        kept, again_on = _keeping(contract, owed.notice, purse, policy), owed_due_on(contract)
        if again_on is not None and local_day(now, policy.zone) < again_on:
            return Collected(NothingToDo(contract, "still_owed", again_on), kept)
        return Collected(contacted(contract, owed, by, policy, now), kept)
    paid = paid_off(contract, owed, account, by, policy, now)
    return Collected(paid, _behind(paid, purse))


def _laid_out(
    contract: Contract,
    there: Notice | None,
    notice: Notice,
    purse: Purse,
    by: Actor,
    policy: Policy,
    now: datetime,
) -> Collected:
    """The warranty steps in. What is owed from now on keeps its money on this day as well."""
    kept = _keeping(contract, notice, purse, policy)
    if there is not None:
        return Collected(warranted(contract, notice, by, policy, now), kept)
    first = _noticed(contract, notice, by, policy, now)
    change = and_at_last(first, warranted(first.contract, notice, by, policy, now))
    return Collected(change, kept)


def _keeping(contract: Contract, notice: Notice, purse: Purse, policy: Policy) -> Purse:
    """G14, where the policy keeps money for what does not fit."""
    if policy.renewal.short_balance is not ShortBalance.RESERVE:
        return purse
    return purse.keeping(purse.fullest(notice.amount), notice.amount, contract.id)


def _short(
    contract: Contract,
    there: Notice | None,
    notice: Notice,
    purse: Purse,
    by: Actor,
    policy: Policy,
    now: datetime,
) -> Collected:
    """It stays open and is tried again in every run; that it was tried is written down once a day,
    and said once for each reason."""
    today = local_day(now, policy.zone)
    fullest = purse.fullest(notice.amount)
    short = Shortage(
        code="balance_too_small" if fullest else "no_account",
        account_id=fullest.id if fullest else None,
        short=purse.missing(fullest, notice.amount) if fullest else notice.amount,
        ahead=_ahead(notice, fullest, purse),
        until=max(notice.due_on, today),
    )
    tried = replace(notice, tried_on=today, short=short)
    after = replace(contract, notice=tried)
    kept, before = _keeping(contract, notice, purse, policy), notice.short
    if before is not None and notice.tried_on == today and before.short == short.short:
        return Collected(NothingToDo(contract, "still_short", add_days(today, 1)), kept)
    if before is not None and (before.code, before.account_id) == (short.code, short.account_id):
        return Collected(quietly(contract, after), kept)
    data: dict[str, Scalar] = {
        "period_start": notice.period_start.isoformat(),
        "why": short.code,
        "amount": notice.amount.amount,
        "currency": notice.amount.currency,
        "short": short.short.amount,
        "account_id": short.account_id,
        "ahead": ",".join(short.ahead) or None,
        "until": short.until.isoformat(),
    }
    if there is None:
        first = _noticed(contract, notice, by, policy, now)
        after = replace(first.contract, notice=tried)
        event = "contract.renewal_unpaid"
        second = changed(first.contract, after, event, data, by, policy, now)
        return Collected(and_at_last(first, second), kept)
    event = "contract.renewal_unpaid"
    return Collected(changed(contract, after, event, data, by, policy, now), kept)


def _ahead(notice: Notice, fullest: Account | None, purse: Purse) -> tuple[str, ...]:
    """What came first in this run, after what took the money of the same account in earlier ones:
    tomorrow it is still why there is too little."""
    before = notice.short
    same = before is not None and fullest is not None and before.account_id == fullest.id
    earlier = before.ahead if before is not None and same else ()
    return tuple(dict.fromkeys((*earlier, *purse.ahead)))[:_AHEAD]


def _noticed(
    contract: Contract, notice: Notice, by: Actor, policy: Policy, now: datetime
) -> Change:
    """S0: the notice is made, once for the period."""
    data: dict[str, Scalar] = {
        "period_start": notice.period_start.isoformat(),
        "amount": notice.amount.amount,
        "currency": notice.amount.currency,
        "due_on": notice.due_on.isoformat(),
    }
    after = replace(contract, notice=notice)
    return changed(contract, after, "contract.renewal_noticed", data, by, policy, now)
