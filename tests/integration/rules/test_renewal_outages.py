"""G1, G2 and G13: after an outage a contract is renewed late rather than ended, and once; a record
that is broken stops nothing but itself."""

from itertools import permutations
from typing import Any

import pytest

from tests.integration.conftest import Context, World
from tests.integration.money import balance
from tests.integration.rules.overtaking import stepping_in
from tests.integration.rules.policy_files import PolicyFiles
from tests.integration.rules.scenes import cancel, history, instant, it_is, reactivate
from tests.integration.rules.terms import (
    bought,
    ends,
    expiries,
    funded,
    notices,
    parked,
    renewals,
    states,
    statuses,
    switch,
    taken,
    topped_up,
)

JOBS = {"renewals": renewals, "expiries": expiries}


@pytest.fixture
def spring(world: World) -> World:
    it_is(world, "2025-03-01")
    return world


@pytest.mark.parametrize("order", list(permutations(JOBS)), ids="-".join)
def test_G1_ten_dark_days_and_then_each_is_renewed_once_whatever_runs_first(
    spring: World, order: tuple[str, ...]
) -> None:
    """Those with money are never seen as anything but active, and are paid for one period, with
    the price of its notice; those without end, as do those who wanted to."""
    funded(spring, "a-1", "1300.00")
    funded(spring, "p-1", "5.00", holder="paula")
    bought(spring, "d-noticed", "2025-05-01")
    switch(spring, "~d-noticed", False)
    renewals(spring, "2025-04-20")
    switch(spring, "~d-noticed", True)
    bought(spring, "d-1", "2025-04-29")
    bought(spring, "v-1", "2025-05-08", "vps-1")
    bought(spring, "d-poor", "2025-05-01", holder="paula")
    bought(spring, "d-gone", "2025-05-01")
    bought(spring, "d-off", "2025-05-01")
    cancel(spring, "d-gone")
    switch(spring, "~d-off", False)
    rich = ("d-noticed", "d-1", "v-1")
    for name in (*order, *order):
        JOBS[name](spring, "2025-05-09")
        assert set(statuses(spring, *rich).values()) == {"active"}
    assert ends(spring, *rich) == {
        "d-noticed": "2026-05-01",
        "d-1": "2026-04-29",
        "v-1": "2026-05-08",
    }
    assert taken(spring) == [("d-1", "-200.00"), ("d-noticed", "-200.00"), ("v-1", "-900.00")]
    others = ("d-poor", "d-gone", "d-off")
    assert set(statuses(spring, *others).values()) == {"expired"}
    assert taken(spring, "p-1") == []
    assert {state for each in states(spring, *others).values() for state in each} == {"annulled"}
    for contract_id in rich:
        told = history(spring, contract_id)
        assert (told.count("contract.renewed"), told.count("contract.expired")) == (1, 0)


@pytest.mark.parametrize(
    ("patience", "last", "first"),
    [(None, "2025-05-14", "2025-05-15"), (3, "2025-05-03", "2025-05-04")],
    ids=["shipped", "3 days"],
)
def test_G1_an_end_waits_for_a_renewal_so_many_days(
    spring: World, policies: PolicyFiles, patience: int | None, last: str, first: str
) -> None:
    """The renewals are dark, the expiries are not."""
    if patience is not None:
        policies.edit("registrar-ru", {"renewal.patience_days": patience})
    funded(spring, "a-1", "200.00")
    bought(spring, "d-1", "2025-05-01")
    bought(spring, "d-2", "2025-05-01")
    switch(spring, "~d-2", False)
    expiries(spring, "2025-05-01", "00:00")
    assert statuses(spring, "d-1", "d-2") == {"d-1": "active", "d-2": "expired"}
    expiries(spring, last, "23:59")
    assert statuses(spring, "d-1") == {"d-1": "active"}
    expiries(spring, first, "00:00")
    assert statuses(spring, "d-1") == {"d-1": "expired"}
    renewals(spring, first)
    assert (taken(spring), balance(spring, "a-1")) == ([], "200.00")


def test_G1_on_the_last_day_of_patience_it_is_renewed_from_its_old_end(spring: World) -> None:
    funded(spring, "a-1", "200.00")
    bought(spring, "d-1", "2025-05-01")
    for _ in range(2):
        expiries(spring, "2025-05-14", "22:00")
        renewals(spring, "2025-05-14", "23:00")
    assert (statuses(spring, "d-1"), ends(spring, "d-1")) == (
        {"d-1": "active"},
        {"d-1": "2026-05-01"},
    )
    assert taken(spring) == [("d-1", "-200.00")]


def test_G1_a_short_term_that_was_missed_is_paid_period_by_period(
    spring: World, policies: PolicyFiles
) -> None:
    """Each at the price of its own notice, and none twice."""
    policies.edit("registrar-ru", {"renewal.lead_days": 5})
    funded(spring, "a-1", "1000.00")
    month: dict[str, Any] = {"plan": "hosting-1", "starts_on": "2025-03-20", "term_months": 1}
    bought(spring, "h-1", "2025-04-20", **month)
    for day, end, spent in (
        ("2025-05-02", "2025-05-20", ["-150.00"]),
        ("2025-05-15", "2025-06-20", ["-150.00", "-150.00"]),
        ("2025-05-16", "2025-06-20", ["-150.00", "-150.00"]),
    ):
        expiries(spring, day)
        renewals(spring, day)
        assert ends(spring, "h-1") == {"h-1": end}
        assert [amount for _, amount in taken(spring)] == spent


def test_G2_a_run_twice_and_each_message_twice_charge_and_tell_once(spring: World) -> None:
    funded(spring, "a-1", "1150.00")
    bought(spring, "d-1", "2025-05-01")
    bought(spring, "v-1", "2025-05-01", "vps-1")
    bought(spring, "v-2", "2025-05-01", "vps-1")
    now = instant("2025-04-10")
    spring.set_clock(now)
    piles = []
    for _ in range(2):
        spring.invoke("renewals", {"as_of": now})
        piles.append(_messages(spring))
    for pile in (*piles, piles[0][::-1]):
        for message in pile:
            spring.invoke("renewals_worker", {"Records": [message]})
    assert taken(spring) == [("d-1", "-200.00"), ("v-1", "-900.00")]
    assert states(spring, "d-1", "v-1", "v-2") == {
        "d-1": ["paid"],
        "v-1": ["paid"],
        "v-2": ["open"],
    }
    told = {each: history(spring, each) for each in ("d-1", "v-2")}
    assert told["d-1"] == ["contract.registered", "contract.renewal_noticed", "contract.renewed"]
    assert told["v-2"][1:] == ["contract.renewal_noticed", "contract.renewal_unpaid"]


def _messages(world: World) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    while messages := world.messages(world.queue_of("renewals")):
        found += messages
    return found


def test_G2_the_same_message_worked_twice_at_once_charges_domains_first_and_once(
    spring: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Over several pages of the calendar, hosting due first: the second worker comes in between
    the first one's decision and what he commits."""
    monkeypatch.setattr("tacit.runtime.collector._KEYS_AT_ONCE", 4)
    hosting = [f"h-{number:02}" for number in range(12)]
    domains = [f"d-{number:02}" for number in range(6)]
    for contract_id in hosting:
        bought(spring, contract_id, "2025-04-20", "hosting-12", price="100.00", order_id="o-1")
    for contract_id in domains:
        bought(spring, contract_id, "2025-05-01", order_id="o-1")
    funded(spring, "a-1", "1500.00")
    now = instant("2025-04-10")
    spring.set_clock(now)
    spring.invoke("renewals", {"as_of": now})
    pile = _messages(spring)
    entered = []

    def again(world: World) -> None:
        entered.append(1)
        for message in pile:
            world.invoke("renewals_worker", {"Records": [message]})

    for at in (1, 5):
        with monkeypatch.context() as patch:
            stepping_in(patch, spring, again, at)
            for message in pile:
                answer = spring.invoke("renewals_worker", {"Records": [message]})
                assert answer == {"batchItemFailures": []}
    assert entered
    assert [contract for contract, _ in taken(spring)] == [*domains, *hosting[:3]]
    assert balance(spring, "a-1") == "0.00"
    renewed = {each for each, end in ends(spring, *domains, *hosting).items() if end >= "2026"}
    assert renewed == {*domains, *hosting[:3]}


def test_G2_a_worker_out_of_time_leaves_the_rest_to_the_next_and_keeps_the_order(
    spring: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two decisions to a transaction, and a transaction to an invocation."""
    monkeypatch.setattr("tacit.store.together.MOST", 16)
    for number in range(3):
        bought(spring, f"h-{number}", "2025-04-20", "hosting-12", price="100.00")
        bought(spring, f"d-{number}", "2025-05-01")
    funded(spring, "a-1", "700.00")
    now = instant("2025-04-10")
    spring.set_clock(now)
    spring.invoke("renewals", {"as_of": now})
    worked = spring.work_queue(lambda: Context(left=lambda: 1), job="renewals")
    assert worked > 4
    assert [contract for contract, _ in taken(spring)] == ["d-0", "d-1", "d-2", "h-0"]
    assert states(spring, "h-1", "h-2") == {"h-1": ["open"], "h-2": ["open"]}


BREAKS = {
    "an end in 1969": ("contract#d-1", "SET expires_on = :it", "1969-12-31"),
    "no such policy": ("contract#d-1", "SET policy = :it", "registrar-ru/99"),
    "an unreadable notice": ("contract#d-1", "SET notice = :it", "none of this"),
    "an unreadable order": ("order#~d-1", "REMOVE autorenewal", None),
}


def broken(world: World, pk: str, update: str, value: str | None) -> None:
    values = {"ExpressionAttributeValues": {":it": {"S": value}}} if value else {}
    world.dynamodb.update_item(
        TableName=world.names.table_name,
        Key={"pk": {"S": pk}, "sk": {"S": "head"}},
        UpdateExpression=update,
        ConditionExpression="attribute_exists(pk)",
        **values,
    )


@pytest.mark.breaks("a record that cannot be read")
@pytest.mark.parametrize("what", BREAKS)
def test_G13_a_broken_record_is_parked_and_the_holders_others_are_renewed(
    spring: World, what: str
) -> None:
    funded(spring, "a-1", "5000.00")
    for contract_id in ("d-0", "d-1", "d-2"):
        bought(spring, contract_id, "2025-05-01")
    broken(spring, *BREAKS[what])
    renewals(spring, "2025-04-10")
    assert taken(spring) == [("d-0", "-200.00"), ("d-2", "-200.00")]
    assert parked(spring) == ["contract:d-1"]
    renewals(spring, "2025-04-11")
    assert len(taken(spring)) == 2


def test_G2_cancelled_and_taken_back_twice_between_runs_one_notice_and_one_charge(
    spring: World,
) -> None:
    funded(spring, "a-1", "150.00")
    bought(spring, "d-1", "2025-05-01")
    for day in ("2025-04-02", "2025-04-03"):
        renewals(spring, day)
        for command in (cancel, reactivate, cancel, reactivate):
            assert command(spring, "d-1").status == 200
    (notice,) = notices(spring, "d-1")
    assert (notice["status"], notice["made_on"]) == ("open", "2025-04-02")
    cancel(spring, "d-1")
    topped_up(spring, "a-1", "50.00")
    renewals(spring, "2025-04-10")
    assert taken(spring) == []
    reactivate(spring, "d-1")
    for _ in range(2):
        renewals(spring, "2025-04-11")
    assert taken(spring) == [("d-1", "-200.00")]
    assert states(spring, "d-1") == {"d-1": ["paid"]}
    assert history(spring, "d-1").count("contract.renewal_noticed") == 1
