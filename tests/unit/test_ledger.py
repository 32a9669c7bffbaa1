"""Money on an account: the balance is the sum of the lines, and nothing makes it negative."""

import random
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from tacit.domain.ledger import (
    Booking,
    Deposit,
    Movement,
    NothingToBook,
    Open,
    Withdraw,
    booked,
    charged,
    opened,
)
from tacit.domain.money import Money
from tacit.domain.refusals import Refused
from tacit.domain.values import Account, Charge, Contract, Line
from tests.searches import far, seed
from tests.unit.cases import ALICE, STAFF, at, registered

NOW = at("2026-03-01")
OPEN = Open(STAFF, "a-1", "kreativmedia", "alice", "CHF")
PERIOD = date(2026, 3, 1)


def chf(minor: int) -> Money:
    return Money(minor, "CHF")


def moved(booking: Booking) -> Movement:
    assert isinstance(booking, Movement)
    return booking


def holding(minor: int) -> Account:
    """An account with so much on it, all of it in one line."""
    account = moved(opened(None, OPEN, NOW)).account
    if minor == 0:
        return account
    return moved(booked(account, Deposit(STAFF, chf(minor), "start", "deposit"), None, NOW)).account


def contract() -> Contract:
    found = registered().contract
    assert found is not None
    return found


def refusal(call: Any) -> Refused:
    with pytest.raises(Refused) as raised:
        call()
    return raised.value


def test_an_account_begins_with_nothing_and_its_opening_is_its_first_event() -> None:
    movement = moved(opened(None, OPEN, NOW))
    assert movement.before is None
    assert movement.account == Account("a-1", "kreativmedia", "alice", "CHF", chf(0), 0, 1)
    (event,) = movement.events
    assert (event.type, event.subject, event.number) == ("account.opened", "account/a-1", 1)
    assert movement.lines == ()


def test_the_same_account_again_is_nothing_to_do_and_another_one_is_refused() -> None:
    there = holding(500)
    again = opened(there, OPEN, NOW)
    assert again == NothingToBook(there, "already_registered")
    for other in (
        replace(OPEN, holder="bob"),
        replace(OPEN, currency="EUR"),
        replace(OPEN, provider="svenska-domaner"),
    ):
        no = refusal(lambda other=other: opened(there, other, NOW))
        assert (no.code, no.params) == ("already_registered", {"id": "a-1", "version": 2})


def test_a_deposit_comes_in_and_a_withdrawal_goes_out() -> None:
    first = moved(booked(holding(0), Deposit(STAFF, chf(500), "r-1", "cash"), None, NOW))
    second = moved(booked(first.account, Withdraw(STAFF, chf(200), "r-2", "back"), None, NOW))
    assert first.lines == (Line(1, NOW, chf(500), "cash", reference="r-1"),)
    assert second.lines == (Line(2, NOW, chf(-200), "back", reference="r-2"),)
    assert second.account == replace(holding(0), balance=chf(300), lines=2, version=3)
    assert second.before == first.account


def test_an_event_carries_amounts_and_no_words_of_a_person() -> None:
    account = holding(500)
    (event,) = moved(
        booked(account, Withdraw(STAFF, chf(200), "r-2", "Alice Muster"), None, NOW)
    ).events
    assert (event.type, event.number) == ("account.withdrawn", 3)
    assert event.data == {
        "account_id": "a-1",
        "line": 2,
        "amount": "2.00",
        "balance": "3.00",
        "currency": "CHF",
        "reference": "r-2",
    }
    assert event.messages == ()


def test_a_reference_counts_once_and_means_one_thing() -> None:
    account = holding(100)
    deposit, withdrawal = (
        Deposit(STAFF, chf(100), "r-1", "again"),
        Withdraw(STAFF, chf(100), "r-1", "again"),
    )
    assert booked(account, deposit, chf(100), NOW) == NothingToBook(account, "already_booked")
    assert booked(account, withdrawal, chf(-100), NOW) == NothingToBook(account, "already_booked")
    for command, earlier in (
        (deposit, chf(99)),
        (deposit, chf(-100)),
        (withdrawal, chf(100)),
    ):
        no = refusal(
            lambda command=command, earlier=earlier: booked(account, command, earlier, NOW)
        )
        assert no.code == "reference_reused"
        assert no.params["booked"] == {"amount": earlier.amount, "currency": "CHF"}


def test_a_withdrawal_that_was_booked_is_nothing_to_do_although_the_money_is_gone() -> None:
    account = holding(0)
    again = Withdraw(STAFF, chf(100), "r-1", "back")
    assert isinstance(booked(account, again, chf(-100), NOW), NothingToBook)


def test_a_withdrawal_may_take_the_last_cent_and_not_one_more() -> None:
    account = holding(500)
    all_of_it = Withdraw(STAFF, chf(500), "r-1", "back")
    assert moved(booked(account, all_of_it, None, NOW)).account.balance == chf(0)
    no = refusal(lambda: booked(account, replace(all_of_it, amount=chf(501)), None, NOW))
    assert no.code == "balance_too_small"
    assert no.params["short"] == {"amount": "0.01", "currency": "CHF"}


def test_charges_are_a_line_each_and_taken_together() -> None:
    charges = (
        Charge("restoration_fee", chf(12000), PERIOD),
        Charge("renewal", chf(2400), PERIOD),
    )
    movement = charged(holding(14400), charges, contract(), ALICE, NOW)
    assert movement.account.balance == chf(0)
    assert [(line.number, line.amount, line.reason) for line in movement.lines] == [
        (2, chf(-12000), "restoration_fee"),
        (3, chf(-2400), "renewal"),
    ]
    assert {(line.contract_id, line.period_start) for line in movement.lines} == {("c-1", PERIOD)}
    assert [event.number for event in movement.events] == [3, 4]
    assert [event.data["balance"] for event in movement.events] == ["24.00", "0.00"]
    assert movement.account.version == holding(14400).version + 1


def test_too_little_for_all_charges_pays_none_and_says_how_much_is_short_and_where() -> None:
    charges = (
        Charge("restoration_fee", chf(12000), PERIOD),
        Charge("renewal", chf(2400), PERIOD),
    )
    no = refusal(lambda: charged(holding(14399), charges, contract(), ALICE, NOW))
    assert no.code == "balance_too_small"
    assert no.params == {
        "account_id": "a-1",
        "balance": {"amount": "143.99", "currency": "CHF"},
        "needed": {"amount": "144.00", "currency": "CHF"},
        "short": {"amount": "0.01", "currency": "CHF"},
    }


def test_another_currency_is_never_reckoned_together() -> None:
    account = holding(50000)
    euros = Money(100, "EUR")
    charge = Charge("renewal", euros, PERIOD)
    for call in (
        lambda: charged(account, (charge,), contract(), ALICE, NOW),
        lambda: booked(account, Deposit(STAFF, euros, "r-1", "deposit"), None, NOW),
        lambda: booked(account, Withdraw(STAFF, euros, "r-1", "back"), None, NOW),
    ):
        no = refusal(call)
        assert no.code == "other_currency"
        assert no.params == {"account_id": "a-1", "currency": "CHF", "other": "EUR"}


def step(chance: random.Random, account: Account, number: int) -> Movement:
    """Something happens to the account, often more than it has; it may raise Refused."""
    amount = chf(chance.randint(1, 1000))
    match chance.randrange(3):
        case 0:
            return moved(
                booked(account, Deposit(STAFF, amount, f"r-{number}", "deposit"), None, NOW)
            )
        case 1:
            command = Withdraw(STAFF, amount, f"r-{number}", "withdrawal")
            return moved(booked(account, command, None, NOW))
        case _:
            charges = [
                Charge("renewal", chf(chance.randint(0, 600)), PERIOD)
                for _ in range(chance.randint(1, 3))
            ]
            return charged(account, charges, contract(), ALICE, NOW)


@pytest.mark.search
@pytest.mark.parametrize("thrown", range(far(20, 1000)))
def test_after_any_history_the_balance_is_the_sum_of_the_lines(thrown: int) -> None:
    """Folded over values, as a job does: nothing is read between two steps."""
    chance, account = random.Random(seed(thrown)), holding(0)
    lines: list[Line] = []
    refused = 0
    for number in range(200):
        try:
            movement = step(chance, account, number)
        except Refused as no:
            assert no.code == "balance_too_small"
            refused += 1
            continue
        assert movement.before == account
        account = movement.account
        lines += movement.lines
        assert account.balance == chf(sum(line.amount.minor for line in lines))
        assert account.balance.minor >= 0
    assert [line.number for line in lines] == list(range(1, account.lines + 1))
    assert account.version == 1 + 200 - refused
    assert 0 < refused < 200
