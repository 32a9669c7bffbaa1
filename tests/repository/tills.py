"""Accounts at a desk: opened, moved and charged through the same rooms as the doors use."""

from datetime import date
from typing import Any

from tacit.domain.commands import Command, Restore
from tacit.domain.decision import Decision
from tacit.domain.ledger import Booking, Deposit, Open, Withdraw
from tacit.domain.money import Money
from tacit.domain.values import Account, Actor, Contract, Line, Status
from tacit.replies import Answer, Request
from tacit.service import View
from tests.repository.desk import ERIN, NO_KEY, Desk
from tests.unit.cases import STAFF

PRICE = 24900


def kronor(minor: int) -> Money:
    return Money(minor, "SEK")


def opened(desk: Desk, account_id: str, minor: int = 0, **fields: Any) -> None:
    """An account of alice at svenska-domaner, unless said, with so much on it."""
    wanted = {"provider": "svenska-domaner", "holder": "alice", "currency": "SEK", **fields}

    def asked() -> tuple[Open, Request]:
        return Open(STAFF, account_id, **wanted), NO_KEY

    desk.accounts.open(ERIN, account_id, wanted["provider"], asked, _shape)
    if minor:
        book(desk, "deposit", account_id, minor, "start", currency=wanted["currency"])


def book(
    desk: Desk,
    kind: str,
    account_id: str,
    minor: int,
    reference: str,
    request: Request = NO_KEY,
    currency: str = "SEK",
) -> str:
    """A deposit or a withdrawal; "booked", or the code that says why there is nothing to do."""
    command: type[Deposit | Withdraw] = Deposit if kind == "deposit" else Withdraw
    codes = [""]

    def asked(actor: Actor) -> tuple[Deposit | Withdraw, Request]:
        return command(actor, Money(minor, currency), reference, kind), request

    def shape(decision: Booking) -> Answer:
        codes.append(getattr(decision, "code", "booked"))
        return _shape(decision)

    desk.accounts.book(ERIN, account_id, asked, shape)
    return codes[-1]


def restore(desk: Desk, contract_id: str, account_id: str) -> str:
    """A restoration charged to the account; the contract's status afterwards."""
    found: list[Contract] = []

    def asked(actor: Actor) -> tuple[Command, Request]:
        return Restore(actor, account_id=account_id), NO_KEY

    def shape(_: View, decision: Decision) -> Answer:
        found.append(decision.contract)
        return Answer(200, "{}")

    desk.contracts.carry_out(ERIN, contract_id, "restore", asked, shape)
    return str(found[-1].status)


def expired(desk: Desk, contract_id: str) -> Contract:
    """A domain of alice that ended a month before the desk's day, restorable for `PRICE`."""
    return desk.register(
        contract_id,
        provider="svenska-domaner",
        plan="premium-domain",
        label=f"{contract_id}.org.nz",
        starts_on=date(2024, 5, 1),
        status=Status.EXPIRED,
        imported=True,
    )


def account(desk: Desk, account_id: str) -> Account:
    found = desk.repository.account(account_id)
    assert found is not None
    return found


def lines(desk: Desk, account_id: str) -> list[Line]:
    """The whole ledger, oldest first."""
    return desk.ledger.lines(account_id, 20_000, None)[0][::-1]


def faults(desk: Desk, account_id: str) -> list[str]:
    """Every invariant that does not hold for the account as it is stored now."""
    head, ledger, found = account(desk, account_id), lines(desk, account_id), []
    if head.balance.minor != sum(line.amount.minor for line in ledger):
        found.append(f"{head.balance.minor} is not the sum of the lines")
    if head.balance.minor < 0:
        found.append("less than nothing")
    if [line.number for line in ledger] != list(range(1, head.lines + 1)):
        found.append("lines with a gap")
    pairs = [(line.contract_id, line.period_start, line.reason) for line in ledger]
    charges = [pair for pair in pairs if pair[0] is not None]
    if len(charges) != len(set(charges)):
        found.append("a period charged twice")
    return found


def _shape(_: Booking) -> Answer:
    return Answer(200, "{}")
