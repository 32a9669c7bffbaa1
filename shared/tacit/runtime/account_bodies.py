"""Reading the body of a command on an account, and writing accounts as clients read them."""

import re
from typing import Any

from tacit.domain.ledger import Booking, Deposit, Movement, NothingToBook, Open, Withdraw
from tacit.domain.money import Money
from tacit.domain.refusals import Invalid
from tacit.domain.values import Account, Actor, Line
from tacit.policies import shipped
from tacit.replies import Answer
from tacit.runtime import shapes
from tacit.runtime.answers import dumps, money_json

_NOTHING = {
    "already_booked": "Nothing to do: the reference has been booked with this amount already.",
}

currency = shapes.matching(re.compile(r"[A-Z]{3}\Z"), "expected a currency such as CHF", "CHF")


def opening(account_id: str, data: dict[str, Any], actor: Actor) -> Open:
    """The body of PUT /accounts/{id}; raises Invalid."""
    body = shapes.Body(data)
    if body.may("id", shapes.identifier) not in (None, account_id):
        raise Invalid("id", f"the path says {account_id!r}")
    provider = body.need("provider", shapes.identifier)
    holder = body.need("holder", shapes.subject)
    wanted = Open(actor, account_id, provider, holder, body.need("currency", currency))
    body.end()
    if provider not in shipped():
        reason = f"no provider {provider!r} is known here"
        raise Invalid("provider", reason, "unknown_provider")
    return wanted


def deposit(data: dict[str, Any], actor: Actor) -> Deposit:
    return Deposit(actor, *_booking(data, "deposit"))


def withdrawal(data: dict[str, Any], actor: Actor) -> Withdraw:
    return Withdraw(actor, *_booking(data, "withdrawal"))


def _booking(data: dict[str, Any], what: str) -> tuple[Money, str, str]:
    """Amount, reference and reason; a reason that is not given is what it is."""
    body = shapes.Body(data)
    amount = body.need("amount", shapes.money)
    reference = body.need("reference", shapes.text(64))
    reason = body.may("reason", shapes.text(200))
    body.end()
    if amount.minor <= 0:
        raise Invalid("amount.amount", "is more than nothing, whichever way the money goes")
    return amount, reference, reason or what


def account_json(account: Account) -> dict[str, Any]:
    return {
        "id": account.id,
        "provider": account.provider,
        "holder": account.holder,
        "currency": account.currency,
        "balance": money_json(account.balance),
    }


def line_json(account: Account, line: Line) -> dict[str, Any]:
    return {
        "id": f"{account.id}:{line.number}",
        "at": line.at,
        "amount": money_json(line.amount),
        "reason": line.reason,
        "contract_id": line.contract_id,
        "period_start": line.period_start,
        "reference": line.reference,
    }


def opened_answer(decision: Booking) -> Answer:
    """A PUT answers the thing itself: 201 where it is new, 200 where it was there."""
    status = 201 if isinstance(decision, Movement) else 200
    return Answer(status, dumps(account_json(decision.account)))


def booked_answer(decision: Booking) -> Answer:
    """The answer of every command, with the account in the place of a contract."""
    events = decision.events if isinstance(decision, Movement) else ()
    warnings = []
    if isinstance(decision, NothingToBook):
        warnings = [{"code": decision.code, "detail": _NOTHING[decision.code]}]
    body = {
        "account": account_json(decision.account),
        "events": [{"type": e.type, "at": e.at, "data": dict(e.data)} for e in events],
        "charges": [],
        "messages": [],
        "warnings": warnings,
    }
    return Answer(200, dumps(body))
