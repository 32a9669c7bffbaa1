"""Money on an account: every movement is a line of its ledger, and the balance is their sum.

Nothing here reads: each function takes an account as a value and gives the one after it, so that
a row of charges can be decided one behind the other on what the first of them saw.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from tacit.domain.money import Money
from tacit.domain.refusals import Refused
from tacit.domain.values import Account, Actor, Charge, Contract, Event, Line, Scalar


@dataclass(frozen=True, slots=True)
class Open:
    """Keep an account for a holder; it begins with nothing on it."""

    by: Actor
    id: str
    provider: str
    holder: str
    currency: str


@dataclass(frozen=True, slots=True)
class Deposit:
    """Money has come in. `amount` is positive; `reference` counts once on an account."""

    by: Actor
    amount: Money
    reference: str
    reason: str


@dataclass(frozen=True, slots=True)
class Withdraw:
    """Money goes back to the holder. `amount` is positive; `reference` counts once."""

    by: Actor
    amount: Money
    reference: str
    reason: str


@dataclass(frozen=True, slots=True)
class Movement:
    """What one transaction does to an account: the values before (None: it is new) and after, its
    new lines, and an event for each of them."""

    before: Account | None
    account: Account
    lines: tuple[Line, ...]
    events: tuple[Event, ...]


@dataclass(frozen=True, slots=True)
class NothingToBook:
    """The wish is already fulfilled; `code` says how."""

    account: Account
    code: str


Booking = Movement | NothingToBook


def opened(there: Account | None, command: Open, now: datetime) -> Booking:
    """The same account again is nothing to do, another one under its id `already_registered`."""
    wanted = (command.provider, command.holder, command.currency)
    if there is None:
        nothing = Money(0, command.currency)
        account = Account(command.id, *wanted, balance=nothing, lines=0, version=1)
        data: dict[str, Scalar] = {"account_id": account.id, "currency": account.currency}
        return Movement(
            None, account, (), (_event(account, 1, "account.opened", data, command.by, now),)
        )
    if (there.provider, there.holder, there.currency) == wanted:
        return NothingToBook(there, "already_registered")
    raise Refused("already_registered", {"id": there.id, "version": there.version})


def booked(
    account: Account, command: Deposit | Withdraw, earlier: Money | None, now: datetime
) -> Booking:
    """A deposit or a withdrawal. `earlier` is the signed amount that its reference was booked with
    before, None where it is new. Raises Refused `other_currency`, `reference_reused`,
    `balance_too_small`."""
    _check_currency(account, command.amount)
    deposit = isinstance(command, Deposit)
    minor = command.amount.minor if deposit else -command.amount.minor
    amount = Money(minor, command.amount.currency)
    if earlier is not None:
        return _booked_before(account, command.reference, amount, earlier)
    if not deposit:
        _check_balance(account, command.amount)
    line = Line(account.lines + 1, now, amount, command.reason, reference=command.reference)
    return _moved(
        account, (line,), "account.deposited" if deposit else "account.withdrawn", command.by
    )


def charged(
    account: Account, charges: Sequence[Charge], contract: Contract, by: Actor, now: datetime
) -> Movement:
    """All of the charges, a line each, or none of them. Raises Refused `balance_too_small`, which
    says how much is short and on which account, or `other_currency`."""
    for charge in charges:
        _check_currency(account, charge.amount)
    _check_balance(account, _sum([charge.amount for charge in charges], account.currency))
    lines = tuple(
        Line(
            number,
            now,
            Money(-charge.amount.minor, charge.amount.currency),
            charge.reason,
            contract_id=contract.id,
            period_start=charge.period_start,
        )
        for number, charge in enumerate(charges, account.lines + 1)
    )
    return _moved(account, lines, "account.charged", by)


def taken_from(
    account: Account | None, charge: Charge, contract: Contract, by: Actor, now: datetime
) -> Movement | None:
    """One charge; without an account what costs nothing, which is paid where it is decided."""
    return charged(account, (charge,), contract, by, now) if account is not None else None


def given_back(
    account: Account, charge: Charge, contract: Contract, by: Actor, now: datetime
) -> Movement:
    """A charge that is taken back, as a line of its own: what was written stays. Raises Refused
    `other_currency`."""
    _check_currency(account, charge.amount)
    line = Line(
        account.lines + 1,
        now,
        charge.amount,
        f"{charge.reason}_back",
        contract_id=contract.id,
        period_start=charge.period_start,
    )
    return _moved(account, (line,), "account.given_back", by)


def _booked_before(account: Account, reference: str, amount: Money, earlier: Money) -> Booking:
    """A reference counts once: the same again is nothing to do, something else a mistake."""
    if earlier == amount:
        return NothingToBook(account, "already_booked")
    params = {"account_id": account.id, "reference": reference, "booked": _shown(earlier)}
    raise Refused("reference_reused", params)


def _check_currency(account: Account, amount: Money) -> None:
    if amount.currency != account.currency:
        params = {
            "account_id": account.id,
            "currency": account.currency,
            "other": amount.currency,
        }
        raise Refused("other_currency", params)


def _check_balance(account: Account, needed: Money) -> None:
    """No charge and no withdrawal takes more than there is."""
    short = needed.minor - account.balance.minor
    if short > 0:
        params = {
            "account_id": account.id,
            "balance": _shown(account.balance),
            "needed": _shown(needed),
            "short": _shown(Money(short, account.currency)),
        }
        raise Refused("balance_too_small", params)


def _moved(account: Account, lines: tuple[Line, ...], event_type: str, by: Actor) -> Movement:
    """The account with these lines; the event of a line has its number and one more, since the
    first event is the opening."""
    events, balance = [], account.balance
    for line in lines:
        balance = _sum([balance, line.amount], account.currency)
        data = _data(account, line, balance)
        events.append(_event(account, line.number + 1, event_type, data, by, line.at))
    after = replace(
        account,
        balance=balance,
        lines=account.lines + len(lines),
        version=account.version + 1,
    )
    return Movement(account, after, lines, tuple(events))


def _data(account: Account, line: Line, balance: Money) -> dict[str, Scalar]:
    """The line without a person's own words, and the balance after it. Which way the money went
    is the event's type: the amount has no sign."""
    data: dict[str, Scalar] = {
        "account_id": account.id,
        "line": line.number,
        "amount": Money(abs(line.amount.minor), line.amount.currency).amount,
        "balance": balance.amount,
        "currency": account.currency,
    }
    if line.contract_id is None or line.period_start is None:
        return {**data, "reference": line.reference}
    period_start = line.period_start.isoformat()
    charge = {"contract_id": line.contract_id, "period_start": period_start, "reason": line.reason}
    return data | charge


def _event(
    account: Account,
    number: int,
    event_type: str,
    data: Mapping[str, Scalar],
    by: Actor,
    at: datetime,
) -> Event:
    """`account/` before the id keeps an account's events apart from those of a contract that is
    called the same; no id has a slash in it."""
    subject = f"account/{account.id}"
    return Event(event_type, subject, account.provider, number, at, by, data)


def _sum(amounts: Sequence[Money], currency: str) -> Money:
    return Money(sum(amount.minor for amount in amounts), currency)


def _shown(money: Money) -> dict[str, str]:
    return {"amount": money.amount, "currency": money.currency}
