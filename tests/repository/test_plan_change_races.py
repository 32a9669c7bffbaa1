"""Plan changes in separate processes, fifty times each: one outcome, and nobody guesses a code."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from typing import Any

import pytest

from tacit.domain.plan_change import MOST_TRIES
from tacit.domain.refusals import Refused
from tests.repository.desk import Desk, everything, plain
from tests.repository.plans import (
    PASS,
    TODAY,
    changes,
    code_for,
    confirm,
    requested,
    servers,
    vps,
)
from tests.repository.racers import Racers
from tests.repository.tills import opened

ROUNDS = 50
UNLOCKED_ROUNDS = 8
# Each holds one outcome by itself: all of them have to go before a race can be lost.
OF_A_CHANGE = ("contract", "event", "plan change")


@pytest.fixture
def here(dynamodb_table: str, racers: Racers) -> Desk:
    racers.table = dynamodb_table
    return Desk(dynamodb_table, now="2025-06-01")


def confirmed_by_two(racers: Racers, desk: Desk, rounds: int, *unlocked: str) -> Counter[str]:
    """A change that spends a pass, confirmed by two at once; what they were told, all in all."""
    said: Counter[str] = Counter()
    for number in range(rounds):
        contract_id = f"v-{number}"
        vps(desk, contract_id, options=(PASS,), plan_changed_on=TODAY - timedelta(days=3))
        asked = requested(desk, contract_id)
        task = ("confirm plan", contract_id, asked, code_for(desk, contract_id))
        said.update(racers.race(task, task, unlocked=unlocked))
    return said


def test_G11_a_code_works_once_and_a_pass_is_spent_once_when_two_confirm_at_once(
    racers: Racers, here: Desk, dynamodb_client: Any
) -> None:
    said = confirmed_by_two(racers, here, ROUNDS)
    assert said == {"confirmed": ROUNDS, "nothing to do": ROUNDS}
    items = everything(dynamodb_client, here.table.name, "contract#")
    assert len(plain(items, "plan_change")) == ROUNDS
    heads = plain(items, "contract")
    assert {(head["plan"], tuple(head["options"])) for head in heads} == {("vps-m", ())}
    events = Counter(event["type"] for event in plain(items, "event"))
    assert events["contract.plan_changed"] == ROUNDS


def test_a_change_is_confirmed_twice_once_nothing_holds_the_version(
    racers: Racers, here: Desk
) -> None:
    said = confirmed_by_two(racers, here, UNLOCKED_ROUNDS, *OF_A_CHANGE)
    assert said["confirmed"] > UNLOCKED_ROUNDS


def test_G11_a_renewal_in_the_same_moment_and_a_confirmation_never_both_count(
    racers: Racers, here: Desk
) -> None:
    """Either the end moved first, and the quote does not hold; or the plan did, and the renewal
    named an end that is not there any more."""
    outcomes: Counter[tuple[str, str]] = Counter()
    for number in range(ROUNDS):
        contract_id = f"v-{number}"
        ends_on = vps(here, contract_id).expires_on.isoformat()
        opened(here, f"a-{number}", 100_000, holder=contract_id, provider="kriax", currency="EUR")
        asked = requested(here, contract_id)
        task = ("confirm plan", contract_id, asked, code_for(here, contract_id))
        changed, renewed = racers.race(task, ("renew", contract_id, ends_on, f"a-{number}"))
        outcomes[changed, renewed] += 1
        head = here.repository.contract(contract_id)
        assert head is not None
        after = (head.plan, head.expires_on)
        assert after in {("vps-s", date(2026, 12, 1)), ("vps-m", date(2025, 8, 31))}
    assert outcomes.total() == ROUNDS
    assert set(outcomes) <= {
        ("Refused: quote_outdated", "2026-12-01"),
        ("confirmed", "Refused: expiry_differs"),
    }


def unmarked_meanwhile(racers: Racers, desk: Desk, rounds: int, *unlocked: str) -> int:
    """How often a server was lost that its holder had been told he keeps."""
    lost = 0
    for number in range(rounds):
        contract_id = f"v-{number}"
        vps(desk, contract_id, quantity=2, servers=servers(False, True))
        asked = requested(desk, contract_id, plan="vps-m", quantity=1)
        task = ("confirm plan", contract_id, asked, code_for(desk, contract_id))
        said = racers.race(task, ("unmark", contract_id, "s-2"), unlocked=unlocked)
        assert said[1] in ("2", "NotFound: server")
        lost += said == ["confirmed", "2"]
    return lost


def test_X5_a_server_that_was_taken_back_is_never_lost(racers: Racers, here: Desk) -> None:
    assert unmarked_meanwhile(racers, here, ROUNDS) == 0


@pytest.mark.breaks("what happens without the condition")
def test_a_server_that_was_taken_back_is_lost_once_nothing_holds_the_version(
    racers: Racers, here: Desk
) -> None:
    assert unmarked_meanwhile(racers, here, UNLOCKED_ROUNDS, *OF_A_CHANGE) > 0


def guessed_at_once(racers: Racers, desk: Desk, rounds: int, *unlocked: str) -> Counter[str]:
    """Three guesses at once where two more may be wrong."""
    said: Counter[str] = Counter()
    for number in range(rounds):
        contract_id = f"v-{number}"
        vps(desk, contract_id)
        asked = requested(desk, contract_id)
        for _ in range(MOST_TRIES - 2):
            assert changes(desk).tries.take(contract_id, TODAY) is not None
        tasks = (("guess", contract_id, asked, _wrong(desk, contract_id)) for _ in range(3))
        said.update(racers.race(*tasks, unlocked=unlocked))
    return said


def test_G11_of_three_guesses_at_once_two_are_compared_where_two_are_left(
    racers: Racers, here: Desk
) -> None:
    said = guessed_at_once(racers, here, ROUNDS)
    assert said == {"Refused: wrong_code": 2 * ROUNDS, "Refused: code_locked": ROUNDS}


def test_all_guesses_are_compared_once_nothing_holds_the_count(racers: Racers, here: Desk) -> None:
    said = guessed_at_once(racers, here, UNLOCKED_ROUNDS, "tries")
    assert said == {"Refused: wrong_code": 3 * UNLOCKED_ROUNDS}


def test_G11_a_hundred_guesses_at_once_are_five(here: Desk) -> None:
    vps(here, "v-1")
    asked = requested(here, "v-1")
    right, wrong = code_for(here, "v-1"), _wrong(here, "v-1")

    def guess(code: str) -> str:
        try:
            return confirm(here, "v-1", asked, code)
        except Refused as no:
            return no.code

    with ThreadPoolExecutor(20) as pool:
        said = Counter(pool.map(guess, [wrong] * 100))
    assert said == {"wrong_code": MOST_TRIES, "code_locked": 100 - MOST_TRIES}
    assert guess(right) == "code_locked"
    head = here.repository.contract("v-1")
    assert head is not None
    assert head.plan == "vps-s"


def _wrong(desk: Desk, contract_id: str) -> str:
    return f"{(int(code_for(desk, contract_id)) + 1) % 1_000_000:06d}"
