"""Races for one term in separate processes, fifty times each: it is paid once, or not at all."""

import json
from collections import Counter
from datetime import date
from functools import cache
from typing import Any

import pytest

from tacit.runtime.jobs import EXPIRIES
from tacit.store import keys
from tests.repository.desk import Desk
from tests.repository.nights import (
    DOMAIN,
    PROVIDER,
    TOMORROW,
    counts,
    due,
    funded,
    heads,
    message,
    paid_in_order,
    stored,
    untrue,
    with_notice,
    write_notices,
)
from tests.repository.racers import Racers

ROUNDS = 50
UNLOCKED_ROUNDS = 8
ENDS = date(2026, 5, 1)
# Each holds a renewal by itself: all of them have to go before a race can be lost.
OF_A_TERM = ("contract", "event", "charge")
OF_AN_ACCOUNT = ("account", "line")


@pytest.fixture
def here(dynamodb_table: str, racers: Racers) -> Desk:
    racers.table = dynamodb_table
    return Desk(dynamodb_table, now=TOMORROW)


@cache
def people(rounds: int) -> list[str]:
    """Holders of whom each has a shard of his own."""
    by_shard: dict[str, str] = {}
    for number in range(1000):
        by_shard.setdefault(keys.shard_of(PROVIDER, f"p-{number}"), f"p-{number}")
    return list(by_shard.values())[:rounds]


def two_runs(racers: Racers, desk: Desk, client: Any, rounds: int, *unlocked: str) -> list[int]:
    """How often both runs together have done a holder's contract, round by round."""
    holders = people(rounds)
    stored(desk, client, *(due("d", 1, ENDS, holder) for holder in holders))
    funded(desk, client, 5 * DOMAIN, holders)
    found = []
    for holder in holders:
        runs = [f"{holder}-{name}" for name in "ab"]
        tasks = (("collect", message(run, holder)) for run in runs)
        assert racers.race(*tasks, unlocked=unlocked) == ["worked", "worked"]
        found.append(sum(counts(desk, run).get("done", 0) for run in runs))
    return found


def test_G2_two_runs_at_once_renew_each_contract_once(
    racers: Racers, here: Desk, dynamodb_client: Any
) -> None:
    assert two_runs(racers, here, dynamodb_client, ROUNDS) == [1] * ROUNDS
    assert untrue(here, dynamodb_client, people(ROUNDS)) == []
    assert all(len(paid_in_order(here, holder)) == 1 for holder in people(ROUNDS))


@pytest.mark.breaks("what happens without the condition")
def test_two_runs_at_once_renew_twice_once_nothing_holds_the_versions(
    racers: Racers, here: Desk, dynamodb_client: Any
) -> None:
    unlocked = OF_A_TERM + OF_AN_ACCOUNT
    assert max(two_runs(racers, here, dynamodb_client, UNLOCKED_ROUNDS, *unlocked)) > 1


def against_payment(
    racers: Racers, desk: Desk, client: Any, rounds: int, *unlocked: str
) -> tuple[Counter[str], int]:
    """Who won each round, and how often a term was paid under a reference and charged as well."""
    holders = people(rounds)
    written = [due("d", 1, ENDS, holder) for holder in holders]
    contracts = stored(desk, client, *written)
    write_notices(desk, client, with_notice(contracts))
    funded(desk, client, 5 * DOMAIN, holders)
    winners: Counter[str] = Counter()
    twice = 0
    for holder, contract in zip(holders, contracts, strict=True):
        job = ("collect", message(f"run-{holder}", holder))
        payment = ("pay notice", contract.id, ENDS.isoformat())
        _, said = racers.race(job, payment, unlocked=unlocked)
        charged, by_hand = bool(paid_in_order(desk, holder)), said == "2027-05-01"
        assert by_hand or said == "Refused: notice_paid"
        twice += charged and by_hand
        winners["job" if charged else "payment"] += 1
    return winners, twice


def test_G2_a_payment_by_reference_and_the_job_in_the_same_moment_are_one_renewal(
    racers: Racers, here: Desk, dynamodb_client: Any
) -> None:
    winners, twice = against_payment(racers, here, dynamodb_client, ROUNDS)
    assert (winners.total(), twice) == (ROUNDS, 0)
    found = heads(here, dynamodb_client).values()
    assert {head["expires_on"] for head in found} == {"2027-05-01"}
    by_hand = [head for head in found if head["notice"].get("reference") == "bank-1"]
    assert len(by_hand) == winners["payment"]
    assert all(head["notice"].get("account_id") is None for head in by_hand)
    assert untrue(here, dynamodb_client, people(ROUNDS), references=len(by_hand)) == []


@pytest.mark.breaks("what happens without the condition")
def test_a_term_is_paid_by_reference_and_charged_once_nothing_holds_the_versions(
    racers: Racers, here: Desk, dynamodb_client: Any
) -> None:
    found = against_payment(racers, here, dynamodb_client, UNLOCKED_ROUNDS, *OF_A_TERM)
    assert found[1] > 0


def against_the_switch(
    racers: Racers, desk: Desk, client: Any, rounds: int, *unlocked: str
) -> tuple[int, int]:
    """How many charges were sent after the switch had been answered, and how many there were."""
    holders = people(rounds)
    written = [due("d", 2, ENDS, holder) for holder in holders]
    stored(desk, client, *written)
    funded(desk, client, 5 * DOMAIN, holders)
    late = charged = 0
    for holder, (_, (order,)) in zip(holders, written, strict=True):
        job = ("collect timed", message(f"run-{holder}", holder))
        went, switched = racers.race(job, ("switch timed", order.id), unlocked=unlocked)
        ((_, answered_at),) = json.loads(switched)
        # All charges of a holder go together, and before what is only noticed.
        paid = len(paid_in_order(desk, holder))
        (sent_at, _), *_ = json.loads(went)
        late += paid > 0 and sent_at > answered_at
        charged += paid
        after = desk.repository.order(order.id)
        assert after is not None
        assert (after.autorenewal, after.version) == (False, order.version + 1)
    return late, charged


def test_R2_a_switch_in_the_moment_of_the_charge_takes_effect_or_not(
    racers: Racers, here: Desk, dynamodb_client: Any
) -> None:
    late, charged = against_the_switch(racers, here, dynamodb_client, ROUNDS)
    assert late == 0
    assert untrue(here, dynamodb_client, people(ROUNDS)) == []
    found = Counter(h["notice"]["status"] for h in heads(here, dynamodb_client).values())
    assert found == Counter(paid=charged, open=2 * ROUNDS - charged)
    assert all(counts(here, f"run-{holder}") == {"done": 2} for holder in people(ROUNDS))


def test_what_was_switched_off_is_charged_once_nothing_holds_the_orders_version(
    racers: Racers, here: Desk, dynamodb_client: Any
) -> None:
    found = against_the_switch(racers, here, dynamodb_client, UNLOCKED_ROUNDS, "order")
    assert found[0] > 0


def against_the_expiry(
    racers: Racers, desk: Desk, client: Any, until: tuple[str, bool] | None, *unlocked: str
) -> list[tuple[str, bool]]:
    """Status and whether it was charged, of contracts that ended yesterday, could not be paid then,
    and can be now. Fifty of them, or `until` one has come out so."""
    holders, ended_on = people(ROUNDS), date(2026, 4, 5)
    contracts = stored(desk, client, *(due("d", 1, ended_on, holder) for holder in holders))
    write_notices(desk, client, with_notice(contracts, tried_on=ended_on))
    funded(desk, client, 5 * DOMAIN, holders)
    found: list[tuple[str, bool]] = []
    for holder, contract in zip(holders, contracts, strict=True):
        renewals = ("collect", message(f"r-{holder}", holder, as_of=TOMORROW))
        expiries = ("work", message(f"e-{holder}", holder, as_of=TOMORROW, job=EXPIRIES))
        assert racers.race(renewals, expiries, unlocked=unlocked) == ["worked", "worked"]
        after = desk.repository.contract(contract.id)
        assert after is not None
        found.append((str(after.status), bool(paid_in_order(desk, holder))))
        if found[-1] == until:
            break
    return found


def test_G1_a_renewal_and_an_expiry_in_the_same_moment_are_one_or_the_other(
    racers: Racers, here: Desk, dynamodb_client: Any
) -> None:
    found = Counter(against_the_expiry(racers, here, dynamodb_client, None))
    assert found.keys() <= {("active", True), ("expired", False)}
    assert found.total() == ROUNDS
    assert untrue(here, dynamodb_client, people(ROUNDS)) == []


def test_what_has_expired_is_charged_once_nothing_holds_the_versions(
    racers: Racers, here: Desk, dynamodb_client: Any
) -> None:
    """The expiry is seldom the later one."""
    wrong = ("expired", True)
    assert wrong in against_the_expiry(racers, here, dynamodb_client, wrong, *OF_A_TERM)
