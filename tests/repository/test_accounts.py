"""Accounts on DynamoDB Local: what each transaction stands on, and races that are lost by one.

The races run in separate processes, with a barrier between read and commit.
"""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from tacit.domain.commands import Restore
from tacit.domain.decision import Change, Situation
from tacit.domain.ledger import Deposit, Movement, Withdraw, booked, charged
from tacit.domain.life import decide
from tacit.domain.refusals import Refused
from tacit.domain.values import Charge
from tacit.replies import Request
from tacit.store.listing import accounts_of_person, accounts_of_staff
from tacit.store.repository import LostRace
from tacit.versions import policy_of
from tests.repository.desk import Desk, everything, plain
from tests.repository.racers import Racers
from tests.repository.tills import (
    PRICE,
    account,
    book,
    expired,
    faults,
    kronor,
    lines,
    opened,
    restore,
)
from tests.repository.wire import Wire
from tests.searches import far
from tests.unit.cases import STAFF, at

ROUNDS = far(10, 200)
NOW = at("2025-06-01")


def moved(booking: Any) -> Movement:
    assert isinstance(booking, Movement)
    return booking


def restoration(desk: Desk, contract_id: str, account_id: str) -> Change:
    """Decided on what is stored now, and not committed."""
    contract = desk.repository.contract(contract_id)
    assert contract is not None
    order = desk.repository.order(contract.order_id)
    situation = Situation(contract, order, account=account(desk, account_id))
    decision = decide(situation, Restore(STAFF, account_id=account_id), policy_of(contract), NOW)
    assert isinstance(decision, Change)
    return decision


# ---------------------------------------------------------------- what a commit stands on


def test_an_account_and_its_ledger_come_back_as_they_were_written(desk: Desk) -> None:
    opened(desk, "a-1", 30000)
    contract = expired(desk, "d-1")
    change = restoration(desk, "d-1", "a-1")
    desk.repository.commit(change, policy_of(contract), NOW)
    assert change.movement is not None
    assert account(desk, "a-1") == change.movement.account
    assert lines(desk, "a-1")[1:] == list(change.movement.lines)
    assert faults(desk, "a-1") == []


def test_a_movement_that_was_decided_on_an_older_account_changes_nothing(
    desk: Desk, dynamodb_client: Any
) -> None:
    """Head, line and event each refuse it by themselves."""
    opened(desk, "a-1", 30000)
    seen = account(desk, "a-1")
    book(desk, "deposit", "a-1", 100, "r-1")
    before = everything(dynamodb_client, desk.table.name)
    for command in (Deposit, Withdraw):
        stale = moved(booked(seen, command(STAFF, kronor(100), "r-2", "late"), None, NOW))
        with pytest.raises(LostRace, match=r"^account, account event 3, line 2$"):
            desk.ledger.commit(stale, NOW)
    assert everything(dynamodb_client, desk.table.name) == before


def test_a_restoration_is_all_or_nothing_with_the_account_it_saw(
    desk: Desk, dynamodb_client: Any
) -> None:
    opened(desk, "a-1", 30000)
    contract = expired(desk, "d-1")
    change = restoration(desk, "d-1", "a-1")
    book(desk, "withdrawal", "a-1", 1, "r-1")
    before = everything(dynamodb_client, desk.table.name)
    with pytest.raises(LostRace, match=r"^account, "):
        desk.repository.commit(change, policy_of(contract), NOW)
    assert everything(dynamodb_client, desk.table.name) == before
    assert restore(desk, "d-1", "a-1") == "active"
    assert account(desk, "a-1").balance == kronor(30000 - 1 - PRICE)


def test_the_reference_holds_where_the_version_would_let_it_pass(desk: Desk) -> None:
    """As after a read of the reference that came too early."""
    opened(desk, "a-1", 30000)
    book(desk, "deposit", "a-1", 100, "r-1")
    fresh = account(desk, "a-1")
    again = moved(booked(fresh, Deposit(STAFF, kronor(100), "r-1", "again"), None, NOW))
    with pytest.raises(LostRace, match="reference"):
        desk.ledger.commit(again, NOW)
    assert account(desk, "a-1") == fresh


def test_G2_a_period_is_charged_once_whichever_account_pays_it(desk: Desk) -> None:
    """The charge's own key holds where contract and account would let it pass."""
    for name in ("a-1", "a-2"):
        opened(desk, name, 30000)
    contract = expired(desk, "d-1")
    assert restore(desk, "d-1", "a-1") == "active"
    restored = desk.repository.contract("d-1")
    assert restored is not None
    charge = Charge("renewal", kronor(PRICE), date(2025, 5, 1))
    movement = charged(account(desk, "a-2"), (charge,), restored, STAFF, NOW)
    after = replace(restored, version=restored.version + 1)
    twice = Change(restored, after, (), charges=(charge,), movement=movement)
    with pytest.raises(LostRace, match="charge renewal"):
        desk.repository.commit(twice, policy_of(contract), NOW)
    assert account(desk, "a-2").balance == kronor(30000)


def test_charges_of_a_row_of_contracts_are_folded_over_one_account_and_commit_one_by_one(
    desk: Desk,
) -> None:
    """As a job does that reads the account once: each stands on the version the fold saw."""
    opened(desk, "a-1", 2 * PRICE + 1)
    seen, changes = account(desk, "a-1"), []
    for name in ("d-1", "d-2", "d-3"):
        situation = Situation(expired(desk, name), account=seen)
        rules = policy_of(situation.contract)  # type: ignore[arg-type]
        command = Restore(STAFF, account_id="a-1")
        try:
            change = decide(situation, command, rules, NOW)
        except Refused as no:
            assert (name, no.code) == ("d-3", "balance_too_small")
            continue
        assert isinstance(change, Change) and change.movement is not None
        seen = change.movement.account
        changes.append(change)
    for change in changes:
        desk.repository.commit(change, policy_of(change.contract), NOW)
    assert account(desk, "a-1") == seen
    assert seen.balance == kronor(1)
    assert faults(desk, "a-1") == []


def test_what_a_commit_costs_is_one_read_for_each_thing_and_one_transaction(
    desk: Desk, wire: Wire
) -> None:
    opened(desk, "a-1", 30000)
    expired(desk, "d-1")
    with wire.heard():
        assert restore(desk, "d-1", "a-1") == "active"
    assert wire.counted == {"GetItem": 3, "TransactWriteItems": 1}
    with wire.heard():
        assert book(desk, "deposit", "a-1", 100, "r-1") == "booked"
    assert wire.counted == {"GetItem": 2, "TransactWriteItems": 1}
    with wire.heard():
        assert book(desk, "deposit", "a-1", 100, "r-1") == "already_booked"
    assert wire.counted == {"GetItem": 2}
    for operation, given in wire.calls:
        assert operation != "GetItem" or given["ConsistentRead"]


def test_an_answer_that_got_lost_moves_money_once(desk: Desk, wire: Wire) -> None:
    opened(desk, "a-1", 30000)
    with wire.answer_lost("TransactWriteItems"):
        assert book(desk, "withdrawal", "a-1", 10000, "r-1") == "booked"
    assert account(desk, "a-1").balance == kronor(20000)
    assert len(lines(desk, "a-1")) == 2


def test_a_key_is_kept_in_the_movements_own_transaction(desk: Desk, dynamodb_client: Any) -> None:
    opened(desk, "a-1", 30000)
    key = Request(key=("idempotency#1", "record"), fingerprint="asked", ttl=1)
    book(desk, "deposit", "a-1", 100, "r-1", key)
    book(desk, "deposit", "a-1", 100, "r-2", key)
    assert account(desk, "a-1").balance == kronor(30100)
    assert len(plain(everything(dynamodb_client, desk.table.name), "idempotency")) == 1


def test_accounts_are_listed_a_page_at_a_time_to_holder_and_staff(desk: Desk) -> None:
    for number in range(9):
        opened(desk, f"a-{number}", holder="alice" if number < 5 else "bob")
    opened(desk, "k-1", provider="kreativmedia", currency="CHF")
    for sources, expected in (
        (accounts_of_person("svenska-domaner", "alice"), [f"a-{n}" for n in range(5)]),
        (accounts_of_staff("svenska-domaner"), [f"a-{n}" for n in range(9)]),
        (accounts_of_staff("kreativmedia"), ["k-1"]),
    ):
        found, place = desk.listing.accounts(sources, 2, None)
        while place is not None:
            more, place = desk.listing.accounts(sources, 2, place)
            found += more
        assert sorted(each.id for each in found) == expected


# ---------------------------------------------------------------- races


@pytest.fixture
def here(desk: Desk, racers: Racers) -> Desk:
    racers.table = desk.table.name
    return desk


def both_want_it(
    racers: Racers, desk: Desk, number: str, unlocked: tuple[str, ...] = ()
) -> list[str]:
    """Two restorations of two contracts, and money for one."""
    opened(desk, f"a-{number}", PRICE + 100)
    names = [f"d-{number}-{each}" for each in "xy"]
    for name in names:
        expired(desk, name)
    return racers.race(*(("restore", name, f"a-{number}") for name in names), unlocked=unlocked)


@pytest.mark.search
def test_two_restorations_on_one_account_with_money_for_one_restore_one(
    racers: Racers, here: Desk
) -> None:
    for number in range(ROUNDS):
        results = both_want_it(racers, here, str(number))
        assert sorted(results) == ["Refused: balance_too_small", "active"]
        assert faults(here, f"a-{number}") == []
        assert account(here, f"a-{number}").balance == kronor(100)
        statuses = [here.repository.contract(f"d-{number}-{each}") for each in "xy"]
        assert [str(c.status) for c in statuses if c is not None] == [
            "active" if result == "active" else "expired" for result in results
        ]


@pytest.mark.breaks("what happens without the condition")
def test_the_same_race_spends_the_money_twice_once_nothing_holds_the_account(
    racers: Racers, here: Desk
) -> None:
    """The number of a line, and of its event, is a second lock: all of them are taken out."""
    found = []
    for number in range(ROUNDS):
        results = both_want_it(racers, here, f"u{number}", ("account", "line"))
        found.append(results == ["active", "active"] or bool(faults(here, f"a-u{number}")))
    assert any(found)


@pytest.mark.search
def test_a_restoration_against_a_withdrawal_of_the_same_money_leaves_one_of_them(
    racers: Racers, here: Desk
) -> None:
    for number in range(ROUNDS):
        name = f"a-{number}"
        opened(here, name, PRICE)
        expired(here, f"d-{number}")
        results = racers.race(("restore", f"d-{number}", name), ("withdrawal", name, PRICE, "r-1"))
        assert results in (
            ["active", "Refused: balance_too_small"],
            ["Refused: balance_too_small", "booked"],
        )
        assert faults(here, name) == []
        assert account(here, name).balance == kronor(0)


@pytest.mark.search
def test_what_there_is_money_for_all_happens(racers: Racers, here: Desk) -> None:
    for number in range(ROUNDS):
        name = f"a-{number}"
        opened(here, name, PRICE + 500)
        expired(here, f"d-{number}")
        results = racers.race(
            ("restore", f"d-{number}", name),
            ("withdrawal", name, 500, "r-1"),
            ("deposit", name, 70, "r-2"),
        )
        assert results == ["active", "booked", "booked"]
        assert faults(here, name) == []
        assert account(here, name).balance == kronor(70)
        assert account(here, name).lines == 4


@pytest.mark.search
def test_a_reference_that_comes_twice_at_once_counts_once(racers: Racers, here: Desk) -> None:
    opened(here, "a-1")
    for number in range(ROUNDS):
        task = ("deposit", "a-1", 100, f"r-{number}")
        assert sorted(racers.race(task, task)) == ["already_booked", "booked"]
    assert faults(here, "a-1") == []
    assert account(here, "a-1").balance == kronor(100 * ROUNDS)


@pytest.mark.search
def test_G2_a_contract_restored_twice_at_once_is_charged_once(racers: Racers, here: Desk) -> None:
    for number in range(ROUNDS):
        for each in "xy":
            opened(here, f"a-{number}-{each}", PRICE)
        expired(here, f"d-{number}")
        tasks = [("restore", f"d-{number}", f"a-{number}-{each}") for each in "xy"]
        assert racers.race(*tasks) == ["active", "active"]
        left = [account(here, f"a-{number}-{each}").balance.minor for each in "xy"]
        assert sorted(left) == [0, PRICE]
        contract = here.repository.contract(f"d-{number}")
        assert contract is not None
        assert contract.expires_on == date(2026, 5, 1)
