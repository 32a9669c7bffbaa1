"""Races in separate processes, fifty times each, with a barrier between read and commit,
or many more."""

from collections import Counter
from datetime import date
from itertools import pairwise

import pytest

from tacit.domain.commands import Cancel
from tacit.runtime.jobs import EXPIRIES, Jobs, Parcel
from tacit.store import keys
from tacit.store.mapping import order_item
from tacit.store.runs import ALL
from tacit.store.writes import put
from tests.repository.desk import PREMIUM, Desk
from tests.repository.racers import Racers
from tests.searches import far
from tests.unit.cases import at

ROUNDS = far(50, 200)
STARTS_ON, AS_OF = date(2025, 1, 15), "2026-01-15"
STATUS_AFTER = {
    "contract.registered": "active",
    "contract.cancelled": "non_renewing",
    "contract.reactivated": "active",
    "contract.expired": "expired",
}


pytestmark = pytest.mark.search


@pytest.fixture
def here(dynamodb_table: str, racers: Racers) -> Desk:
    racers.table = dynamodb_table
    return Desk(dynamodb_table, now="2026-01-10")


def prepared(desk: Desk, contract_id: str, cancelled: bool) -> str:
    """A contract about to end, whose order does not renew; the message of its job."""
    contract = desk.register(contract_id, holder=contract_id, starts_on=STARTS_ON)
    order = desk.repository.order(contract.order_id)
    assert order is not None
    desk.table.write(put("order", {**order_item(order), "autorenewal": False}))
    if cancelled:
        desk.ask(contract_id, Cancel)
    shard = keys.shard_of("kreativmedia", contract_id)
    return Parcel(f"run-{contract_id}", EXPIRIES, at(AS_OF), ALL, (shard,)).text()


def faults(desk: Desk, contract_id: str) -> list[str]:
    """Every invariant that does not hold for the contract as it is stored now."""
    contract = desk.repository.contract(contract_id)
    assert contract is not None
    events = desk.repository.timeline(contract_id, 100, None)[0][::-1]
    found = []
    if [event.number for event in events] != list(range(1, len(events) + 1)):
        found.append("numbers with a gap")
    if not len(events) == contract.events == contract.version:
        found.append(f"version {contract.version} after {len(events)} events")
    if STATUS_AFTER[events[-1].type] != contract.status:
        found.append(f"{contract.status} after {events[-1].type}")
    if sum(event.type == "contract.expired" for event in events) != 1:
        found.append("not expired exactly once")
    for before, after in pairwise(events):
        if STATUS_AFTER[before.type] == STATUS_AFTER[after.type]:
            found.append(f"{after.type} after {before.type}")
    for party in contract.parties:
        links = desk.table.query(keys.party("kreativmedia", party), limit=500).items
        mine = [link["sk"] for link in links if link["contract_id"] == contract_id]
        if mine != [keys.party_link(contract.status, contract.holder, contract_id)]:
            found.append(f"links {mine}")
    return found


def raced(
    racers: Racers, desk: Desk, contract_id: str, cancelled: bool, unlocked: tuple[str, ...] = ()
) -> tuple[list[str], list[str]]:
    body = prepared(desk, contract_id, cancelled)
    results = racers.race(
        ("cancel", contract_id), ("reactivate", contract_id), ("work", body), unlocked=unlocked
    )
    return results, faults(desk, contract_id)


def test_G2_cancelling_and_reactivating_against_the_job_leave_one_true_history(
    racers: Racers, here: Desk
) -> None:
    winners: Counter[str] = Counter()
    for number in range(ROUNDS):
        results, found = raced(racers, here, f"c-{number}", number % 2 == 0)
        assert found == []
        assert results[2] == "worked"
        assert set(results[:2]) <= {"active", "non_renewing", "Refused: expired"}
        second = here.repository.timeline(f"c-{number}", 100, None)[0][::-1][1 + (number % 2 == 0)]
        winners[second.type] += 1
        state = Jobs(here).runs.shard(
            f"run-c-{number}", keys.shard_of("kreativmedia", f"c-{number}")
        )
        assert state.done
    assert sum(winners.values()) == ROUNDS


@pytest.mark.breaks("what happens without the condition")
def test_the_same_race_breaks_the_history_once_nothing_holds_the_version(
    racers: Racers, here: Desk
) -> None:
    """The number of an event is a second lock on the same version: both are taken out."""
    broken = []
    for number in range(ROUNDS):
        broken += raced(racers, here, f"u-{number}", True, ("contract", "event"))[1]
        if len(broken) > 3:
            break
    assert broken


def test_the_number_of_the_event_holds_where_the_heads_condition_were_missing(
    racers: Racers, here: Desk
) -> None:
    for number in range(5):
        assert raced(racers, here, f"v-{number}", True, ("contract",))[1] == []


def claimed(racers: Racers, desk: Desk, number: int, unlocked: tuple[str, ...] = ()) -> list[str]:
    """Two registrations of one name; the ids of the contracts that are there afterwards."""
    label, ids = (
        f"name-{number}-{len(unlocked)}.ch",
        [f"l-{number}-{len(unlocked)}-{n}" for n in "ab"],
    )
    results = racers.race(*(("register", i, label) for i in ids), unlocked=unlocked)
    there = [i for i in ids if desk.repository.contract(i) is not None]
    claim = desk.table.get(keys.label(label))
    assert claim is not None
    assert claim["contract_id"] in there
    if not unlocked:
        assert sorted(results) == ["Refused: label_taken", "active"]
        (loser,) = set(ids) - set(there)
        assert desk.repository.order(f"~{loser}") is None
        assert desk.repository.timeline(loser, 5, None)[0] == []
        links = desk.table.query(keys.party("kreativmedia", "alice"), limit=500).items
        assert loser not in {link["contract_id"] for link in links}
    return there


def test_a_name_registered_twice_at_once_belongs_to_one(racers: Racers, here: Desk) -> None:
    for number in range(ROUNDS):
        assert len(claimed(racers, here, number)) == 1


@pytest.mark.breaks("what happens without the condition")
def test_a_name_belongs_to_two_once_nothing_holds_its_claim(racers: Racers, here: Desk) -> None:
    assert any(len(claimed(racers, here, number, ("label",))) == 2 for number in range(ROUNDS))


def hung_on(
    racers: Racers, desk: Desk, number: int, there: int, unlocked: tuple[str, ...] = ()
) -> tuple[list[str], int]:
    """Two add-ons of a domain on which so many hang already; what came of each, and how many hang
    on it afterwards."""
    domain = f"d-{number}-{there}-{len(unlocked)}"
    desk.register(domain, **{**PREMIUM, "label": f"{domain}.org.nz"})
    pk, sk = keys.children(domain)
    desk.table.write(put("children", {"pk": pk, "sk": sk, "item": "children", "children": there}))
    ids = [f"{domain}-{n}" for n in "ab"]
    results = racers.race(*(("add on", i, domain) for i in ids), unlocked=unlocked)
    hanging = desk.repository.children(domain)
    assert [desk.repository.contract(i) is not None for i in ids] == [i in hanging for i in ids]
    assert desk.repository.how_many_children(domain) == there + len(hanging)
    return sorted(results), len(hanging)


@pytest.mark.breaks("a count is set by hand, instead of so many registrations")
def test_the_twentieth_place_goes_to_one_of_two_at_once(racers: Racers, here: Desk) -> None:
    full = "Invalid: parent_id: a contract has 20 at most"
    for number in range(ROUNDS):
        assert hung_on(racers, here, number, 19) == ([full, "active"], 1)


@pytest.mark.breaks("a count is set by hand, instead of so many registrations")
def test_two_places_are_for_two_at_once(racers: Racers, here: Desk) -> None:
    for number in range(5):
        assert hung_on(racers, here, number, 18) == (["active", "active"], 2)


@pytest.mark.breaks("what happens without the condition")
def test_the_twentieth_place_is_given_twice_once_nothing_holds_the_number(
    racers: Racers, here: Desk
) -> None:
    assert any(hung_on(racers, here, number, 19, ("children",))[1] == 2 for number in range(ROUNDS))


def test_G2_two_workers_on_one_message_do_everything_once_and_count_it_once(
    racers: Racers, here: Desk
) -> None:
    for number in range(ROUNDS):
        names = [f"w-{number}-{n}" for n in range(3)]
        for name in names:
            contract = here.register(
                name, holder=f"w-{number}", starts_on=STARTS_ON,
                billing_contact=None, technical_contact=None,
            )  # fmt: skip
            here.ask(contract.id, Cancel)
        shard = keys.shard_of("kreativmedia", f"w-{number}")
        run = f"run-w-{number}"
        body = Parcel(run, EXPIRIES, at(AS_OF), ALL, (shard,)).text()
        assert racers.race(("work", body), ("work", body)) == ["worked", "worked"]
        assert [faults(here, name) for name in names] == [[], [], []]
        state = Jobs(here).runs.shard(run, shard)
        assert state.done
        assert (state.counts["done"], state.counts["failed"]) == (3, 0)
