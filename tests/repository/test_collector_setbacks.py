"""The renewals job when somebody comes between, and with what it cannot work."""

from dataclasses import replace
from datetime import date
from functools import partial
from typing import Any

import pytest

from tacit.domain.commands import Cancel, Renew
from tacit.policies import newest
from tacit.runtime.jobs import Parcel
from tacit.runtime.ticket_policies import policy_of_order
from tacit.store import keys
from tacit.store.mapping import contract_item
from tacit.store.parking import Parking
from tacit.store.run_lines import LINE, PLANNED, RunLines
from tacit.store.runs import PLAN, WORK, Runs
from tacit.store.writes import put
from tacit.versions import policy_of
from tests.repository.bad_records import BAD_RECORDS, poisoned
from tests.repository.bulk import write_items
from tests.repository.desk import Desk
from tests.repository.nights import (
    DOMAIN,
    HOSTING,
    PROVIDER,
    TOMORROW,
    counts,
    due,
    heads,
    message,
    paid_in_order,
    purse,
    stored,
    through,
    top_up,
    untrue,
)
from tests.repository.tills import account, book, opened
from tests.repository.wire import Cut, Wire

REGISTRAR = newest(PROVIDER)
EARLY, LATE = date(2026, 4, 20), date(2026, 5, 1)
FIRST, SECOND, HOSTED = "d-alice-True-0000", "d-alice-True-0001", "h-alice-True-0000"
CONFLICT = ("TransactionCanceledException", "None", "TransactionConflict")


@pytest.fixture(autouse=True)
def _no_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tacit.store.patience.time.sleep", lambda seconds: None)


def two_and_one(desk: Desk, client: Any, minor: int) -> None:
    """Two domains, a hosting that ends before them, and so much money."""
    stored(desk, client, due("h", 1, EARLY), due("d", 2, LATE))
    purse(desk, minor)


def test_a_deposit_in_the_middle_lets_in_what_did_not_fit_before(
    desk: Desk, dynamodb_client: Any, wire: Wire
) -> None:
    """The first domain costs more than there is, the second is paid on its last day all the same:
    on that charge the fold begins again, and the first comes first."""
    dear, orders = due("d", 1, LATE)
    (cheap,), _ = due("d", 1, date(2026, 4, 6))
    last = replace(cheap, id=SECOND)
    stored(desk, dynamodb_client, ([dear[0]], orders))
    stored(desk, dynamodb_client, ([last], []))
    dear_head = {**contract_item(dear[0], REGISTRAR), "price_minor": 3 * DOMAIN}
    desk.table.write(put("head", dear_head))
    purse(desk, DOMAIN)
    with wire.meanwhile("TransactWriteItems", lambda: top_up(desk, 3 * DOMAIN, "late")):
        desk.work(message("run-1"))
    assert sorted(paid_in_order(desk)) == [FIRST, SECOND]
    assert counts(desk, "run-1") == {"done": 2}
    assert untrue(desk, dynamodb_client) == []


def test_R4_a_deposit_in_the_middle_goes_to_the_domain_that_waited_and_not_to_the_hosting(
    desk: Desk, dynamodb_client: Any, wire: Wire
) -> None:
    two_and_one(desk, dynamodb_client, DOMAIN + HOSTING)
    with wire.meanwhile("TransactWriteItems", lambda: top_up(desk, HOSTING, "late")):
        desk.work(message("run-1"))
    assert paid_in_order(desk) == [FIRST, SECOND]
    assert account(desk, "a-1").balance.minor == 0
    assert through(desk, "run-1") == {"done": 3}
    assert untrue(desk, dynamodb_client) == []


def test_a_lost_race_on_a_contract_leaves_it_as_the_other_made_it(
    desk: Desk, dynamodb_client: Any, wire: Wire
) -> None:
    two_and_one(desk, dynamodb_client, 3 * DOMAIN)
    with wire.meanwhile("TransactWriteItems", lambda: desk.ask(FIRST, Cancel)):
        desk.work(message("run-1"))
    assert paid_in_order(desk) == [SECOND, HOSTED]
    assert counts(desk, "run-1") == {"done": 2, "unchanged": 1}
    assert heads(desk, dynamodb_client)[FIRST]["status"] == "non_renewing"


def test_a_lost_race_on_an_order_is_decided_by_its_switch(
    desk: Desk, dynamodb_client: Any, wire: Wire
) -> None:
    two_and_one(desk, dynamodb_client, 3 * DOMAIN)
    order_id = heads(desk, dynamodb_client)[FIRST]["order_id"]
    with wire.meanwhile("TransactWriteItems", lambda: desk.switch(order_id, enabled=False)):
        desk.work(message("run-1"))
    assert paid_in_order(desk) == [HOSTED]
    found = heads(desk, dynamodb_client)
    assert [found[name]["notice"]["status"] for name in (FIRST, SECOND)] == ["open", "open"]
    assert through(desk, "run-1") == {"done": 3}
    assert untrue(desk, dynamodb_client) == []


def test_a_lost_race_on_an_account_reads_no_contract_again(
    desk: Desk, dynamodb_client: Any, wire: Wire
) -> None:
    two_and_one(desk, dynamodb_client, 3 * DOMAIN)
    with (
        wire.heard(),
        wire.meanwhile("TransactWriteItems", lambda: top_up(desk, 100, "late")),
    ):
        desk.work(message("run-1"))
    read = [given["RequestItems"][desk.table.name]["Keys"] for operation, given in wire.calls
            if operation == "BatchGetItem"]  # fmt: skip
    names = [key["pk"]["S"] for keys_read in read for key in keys_read]
    assert names.count(f"contract#{FIRST}") == 1
    assert names.count("account#a-1") == 2
    assert paid_in_order(desk) == [FIRST, SECOND, HOSTED]
    assert untrue(desk, dynamodb_client) == []


def test_money_that_goes_in_the_middle_is_not_spent_twice(
    desk: Desk, dynamodb_client: Any, wire: Wire
) -> None:
    two_and_one(desk, dynamodb_client, 2 * DOMAIN)

    def withdrawn() -> None:
        book(desk, "withdrawal", "a-1", DOMAIN, "back", currency="RUB")

    with wire.meanwhile("TransactWriteItems", withdrawn):
        desk.work(message("run-1"))
    assert paid_in_order(desk) == [FIRST]
    assert through(desk, "run-1") == {"done": 3}
    assert untrue(desk, dynamodb_client) == []


def test_others_who_come_first_again_and_again_stop_nothing(
    desk: Desk, dynamodb_client: Any, wire: Wire
) -> None:
    """A deposit before each of fifteen tries of one charge."""
    two_and_one(desk, dynamodb_client, 3 * DOMAIN)
    numbers = iter(range(100))
    with wire.meanwhile(
        "TransactWriteItems", lambda: top_up(desk, 1, f"late-{next(numbers)}"), times=15
    ):
        desk.work(message("run-1"))
    assert counts(desk, "run-1") == {"done": 3}
    assert untrue(desk, dynamodb_client) == []


def test_a_deposit_and_a_renewal_by_hand_come_through_while_the_account_is_charged_all_the_time(
    desk: Desk, dynamodb_client: Any, wire: Wire
) -> None:
    """As the account of thousands is in their night: thirty charges come before each."""
    two_and_one(desk, dynamodb_client, 3 * DOMAIN)
    numbers = iter(range(100))

    def charged() -> None:
        book(desk, "withdrawal", "a-1", 1, f"charge-{next(numbers)}", currency="RUB")

    with wire.meanwhile("TransactWriteItems", charged, times=30):
        top_up(desk, 1000, "transfer")
    command = lambda actor: Renew(actor, LATE, "a-1")  # noqa: E731
    with wire.meanwhile("TransactWriteItems", charged, times=30):
        desk.ask(FIRST, command, action="renew")
    assert paid_in_order(desk) == [FIRST]
    assert account(desk, "a-1").balance.minor == 2 * DOMAIN + 1000 - 60


def test_a_long_row_of_charges_steps_back_for_others_now_and_then(
    desk: Desk, dynamodb_client: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In such a pause a deposit goes through at its first try, and pays for the last ten. The row
    is one of transactions: here of one charge each."""
    monkeypatch.setattr("tacit.store.together.MOST", 1)
    stored(desk, dynamodb_client, due("d", 110, LATE))
    purse(desk, 100 * DOMAIN)
    references = iter(("first", "second"))

    def others(_: float) -> None:
        top_up(desk, 5 * DOMAIN, next(references))

    monkeypatch.setattr("tacit.runtime.till.time.sleep", others)
    desk.work(message("run-1"))
    assert len(paid_in_order(desk)) == 110
    assert next(references, None) is None
    assert untrue(desk, dynamodb_client) == []


def test_after_a_race_the_charges_of_a_long_row_are_soon_put_together_again(
    desk: Desk, dynamodb_client: Any, wire: Wire
) -> None:
    """One, two, four, eight, and then as many as fit: some fifteen transactions, not a hundred."""
    stored(desk, dynamodb_client, due("d", 100, LATE))
    purse(desk, 100 * DOMAIN)
    deposit = partial(top_up, desk, DOMAIN, "comes first")
    with wire.heard(), wire.meanwhile("TransactWriteItems", deposit):
        desk.work(message("run-1"))
    assert len(paid_in_order(desk)) == 100
    assert wire.counted["TransactWriteItems"] < 20
    assert untrue(desk, dynamodb_client) == []


def test_R4_the_money_of_a_domain_that_could_not_be_committed_is_kept_for_it(
    desk: Desk, dynamodb_client: Any, wire: Wire
) -> None:
    two_and_one(desk, dynamodb_client, 2 * DOMAIN)
    with wire.refused("TransactWriteItems", 12, *CONFLICT):
        desk.work(message("run-1"))
    assert paid_in_order(desk) == [SECOND]
    assert counts(desk, "run-1") == {"done": 1, "refused": 1, "failed": 1}
    desk.work(message("run-2"))
    assert paid_in_order(desk) == [SECOND, FIRST]
    assert account(desk, "a-1").balance.minor == 0
    assert untrue(desk, dynamodb_client) == []


def test_an_outage_of_ours_fails_no_message_and_parks_nobody(
    desk: Desk, dynamodb_client: Any, wire: Wire
) -> None:
    stored(desk, dynamodb_client, due("d", 8, LATE))
    purse(desk, 8 * DOMAIN)
    for run in ("run-1", "run-2", "run-3", "run-4"):
        with wire.refused("TransactWriteItems", 999, "ThrottlingException", sparing="run_shard"):
            desk.work(message(run))
        assert counts(desk, run) == {"failed": 8}
    assert Parking(desk.table).page([PROVIDER], 50, None) == ([], None)
    desk.work(message("run-5"))
    assert len(paid_in_order(desk)) == 8


@pytest.mark.parametrize("operation", ["TransactWriteItems", "PutItem", "BatchGetItem", "Query"])
@pytest.mark.parametrize("times", [1, 3])
def test_a_night_whose_answers_were_lost_ends_with_the_right_counts(
    desk: Desk, dynamodb_client: Any, wire: Wire, operation: str, times: int
) -> None:
    two_and_one(desk, dynamodb_client, 2 * DOMAIN)
    with wire.answer_lost(operation, times):
        desk.work(message("run-1"))
    assert paid_in_order(desk) == [FIRST, SECOND]
    assert through(desk, "run-1") == {"done": 3}
    assert untrue(desk, dynamodb_client) == []


def test_a_charge_that_went_through_though_every_answer_was_lost_is_counted_as_done(
    desk: Desk, dynamodb_client: Any, wire: Wire
) -> None:
    two_and_one(desk, dynamodb_client, 3 * DOMAIN)
    with wire.answer_lost("TransactWriteItems", 6):
        desk.work(message("run-1"))
    assert paid_in_order(desk) == [FIRST, SECOND, HOSTED]
    assert counts(desk, "run-1") == {"done": 3}
    assert untrue(desk, dynamodb_client) == []


def test_R4_a_domain_that_fails_keeps_its_money_for_three_runs_and_then_it_is_a_persons_turn(
    desk: Desk, dynamodb_client: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    two_and_one(desk, dynamodb_client, 2 * DOMAIN)
    with monkeypatch.context() as patch:
        poisoned(patch, desk, FIRST)
        for run in ("run-1", "run-2"):
            desk.work(message(run))
            assert paid_in_order(desk) == [SECOND]
        assert counts(desk, "run-2") == {"failed": 1, "refused": 1}
        desk.work(message("run-3", as_of=TOMORROW))
    assert counts(desk, "run-3") == {"done": 1, "parked": 1}
    assert paid_in_order(desk) == [SECOND, HOSTED]
    ((parked,), _) = Parking(desk.table).page([PROVIDER], 50, None)
    assert (parked.id, parked.reason) == (f"contract:{FIRST}", "failed in 3 runs: RuntimeError")


@pytest.mark.breaks("a record that cannot be read")
def test_G13_bad_records_of_a_holder_are_parked_and_the_others_are_paid(
    desk: Desk, dynamodb_client: Any
) -> None:
    two_and_one(desk, dynamodb_client, 3 * DOMAIN)
    (good,), _ = due("d", 1, EARLY)
    wrong = {name: w for name, w in BAD_RECORDS.items() if name != "c-policy"}
    wrong["c-policy"] = {"policy": "registrar-ru/99"}
    bad = [
        {**contract_item(good, REGISTRAR), **fields, "pk": f"contract#{name}", "id": name}
        for name, fields in wrong.items()
    ]
    write_items(dynamodb_client, desk.table.name, bad)
    for _ in range(2):
        desk.work(message("run-1"))
    assert counts(desk, "run-1") == {"done": 3, "parked": len(BAD_RECORDS)}
    assert paid_in_order(desk) == [FIRST, SECOND, HOSTED]
    found, _ = Parking(desk.table).page([PROVIDER], 50, None)
    assert {parked.id.removeprefix("contract:") for parked in found} == BAD_RECORDS.keys()
    desk.work(message("run-2"))
    assert counts(desk, "run-2") == {}


def test_a_contract_that_cannot_be_decided_fails_alone(desk: Desk, dynamodb_client: Any) -> None:
    two_and_one(desk, dynamodb_client, 3 * DOMAIN)
    head = desk.table.get(keys.contract(FIRST))
    desk.table.write(put("head", {**(head or {}), "price_minor": "much"}))
    desk.work(message("run-1"))
    assert counts(desk, "run-1") == {"done": 2, "failed": 1}
    assert paid_in_order(desk) == [SECOND, HOSTED]


@pytest.mark.breaks("a record that cannot be read")
def test_a_parked_record_is_counted_as_parked_by_whoever_comes_to_the_holders_end(
    desk: Desk, dynamodb_client: Any
) -> None:
    two_and_one(desk, dynamodb_client, 3 * DOMAIN)
    (good,), _ = due("d", 1, EARLY)
    bad = {**contract_item(good, REGISTRAR), "pk": "contract#bad", "expires_on": "1969-12-31"}
    write_items(dynamodb_client, desk.table.name, [bad])
    desk.queue.bodies = [message("run-1")]
    while desk.queue.bodies:
        desk.work(desk.queue.bodies.pop(0), lambda: 0)
    assert counts(desk, "run-1") == {"done": 3, "parked": 1}


def test_G13_an_account_that_cannot_be_read_stops_its_holder_alone(
    desk: Desk, dynamodb_client: Any
) -> None:
    """Nothing is taken from his other account either: what the broken one holds is not known."""
    shard = keys.shard_of(PROVIDER, "alice")
    other = next(f"n-{n}" for n in range(500) if keys.shard_of(PROVIDER, f"n-{n}") == shard)
    two_and_one(desk, dynamodb_client, 3 * DOMAIN)
    stored(desk, dynamodb_client, due("d", 2, LATE, other))
    purse(desk, 2 * DOMAIN, "a-other", other)
    purse(desk, 3 * DOMAIN, "a-2")
    item = desk.table.get(keys.account("a-1"))
    desk.table.write(put("account", {**(item or {}), "balance": "much"}))
    desk.work(message("run-1"))
    assert counts(desk, "run-1") == {"done": 2, "parked": 3}
    assert len(paid_in_order(desk, "a-other")) == 2
    assert paid_in_order(desk, "a-2") == []
    found, _ = Parking(desk.table).page([PROVIDER], 50, None)
    assert all(p.reason.startswith("an account of its holder cannot be read") for p in found)
    desk.table.write(put("account", item or {}))
    for parked in found:
        now = desk.clock.now()
        Parking(desk.table).release(
            parked, Parking(desk.table).mended(parked, policy_of, policy_of_order, now), None, now
        )
    desk.work(message("run-2"))
    assert counts(desk, "run-2") == {"done": 3}


def test_a_run_of_one_provider_leaves_the_others_alone(desk: Desk, dynamodb_client: Any) -> None:
    two_and_one(desk, dynamodb_client, 3 * DOMAIN)
    desk.work(message("run-1").replace('"scope": "*"', '"scope": "kriax"'))
    assert counts(desk, "run-1") == {}
    assert paid_in_order(desk) == []


@pytest.mark.parametrize("keys_are_kept", [True, False])
def test_a_run_of_one_provider_counts_and_tells_nothing_that_another_run_does_for_others_meanwhile(
    desk: Desk,
    dynamodb_client: Any,
    wire: Wire,
    monkeypatch: pytest.MonkeyPatch,
    keys_are_kept: bool,
) -> None:
    """A holder of another provider in the same shard, renewed while this run was cut off."""
    if not keys_are_kept:
        monkeypatch.setattr("tacit.store.shard_states._BYTES_OF_KEYS", 100)
    shard = keys.shard_of(PROVIDER, "alice")
    other = next(f"n-{n}" for n in range(500) if keys.shard_of("kriax", f"n-{n}") == shard)
    plan = next(iter(newest("kriax").plans))
    server = {"label": "server", "starts_on": date(2025, 4, 20), "expires_on": EARLY}
    desk.register("k-1", provider="kriax", plan=plan, holder=other, imported=True, **server)
    opened(desk, "a-k", 1_000_000, provider="kriax", holder=other, currency="EUR")
    two_and_one(desk, dynamodb_client, 3 * DOMAIN)
    mine = message("run-mine").replace('"scope": "*"', f'"scope": "{PROVIDER}"')
    with wire.cut_off("before", "TransactWriteItems", 1), pytest.raises(Cut):
        desk.work(mine)
    desk.work(message("run-all").replace('"scope": "*"', '"scope": "kriax"'))
    assert counts(desk, "run-all") == {"done": 1}
    desk.work(mine)
    assert counts(desk, "run-mine") == {"done": 3}
    lines, _ = RunLines(desk.table).page("run-mine", LINE, 50, None)
    assert {line["provider"] for line in lines} == {PROVIDER}


@pytest.mark.parametrize("stage", [PLAN, WORK])
def test_what_a_person_took_out_of_the_calendar_meanwhile_is_not_counted_as_done_by_the_run(
    desk: Desk, dynamodb_client: Any, wire: Wire, stage: str
) -> None:
    two_and_one(desk, dynamodb_client, 3 * DOMAIN)
    body = replace(Parcel.read(message("run-1")), stage=stage).text()
    with wire.cut_off("after", "PutItem", 1), pytest.raises(Cut):
        desk.work(body)
    desk.ask(FIRST, Cancel)
    desk.work(body)
    (state,) = Runs(desk.table).shards("run-1", stage).values()
    word = "planned" if stage == PLAN else "done"
    assert (state.counts.get(word), state.counts["unchanged"]) == (2, 1)
    lines = RunLines(desk.table).of_shard("run-1", state.shard, LINE if stage == WORK else PLANNED)
    assert {line["id"] for line in lines} == {f"contract:{name}" for name in (SECOND, HOSTED)}


def test_what_the_run_did_and_a_person_changed_afterwards_is_still_counted_and_told(
    desk: Desk, dynamodb_client: Any, wire: Wire
) -> None:
    two_and_one(desk, dynamodb_client, 3 * DOMAIN)
    with wire.cut_off("before", "TransactWriteItems", 1, "run_shard"), pytest.raises(Cut):
        desk.work(message("run-1"))
    desk.ask(FIRST, Cancel)
    desk.work(message("run-1"))
    assert counts(desk, "run-1") == {"done": 3}
    lines, _ = RunLines(desk.table).page("run-1", LINE, 50, None)
    assert [line["charges"] != [] for line in lines] == [True] * 3
