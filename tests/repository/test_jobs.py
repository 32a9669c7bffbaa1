"""A job whole, on thousands of contracts: cut off anywhere, delivered twice, with bad records."""

from dataclasses import replace
from datetime import date
from itertools import count
from typing import Any

import pytest

from tacit.domain.commands import Amend, Cancel, Reactivate
from tacit.domain.refusals import Broken
from tacit.domain.values import JOB
from tacit.runtime.jobs import EXPIRIES, Jobs, Parcel
from tacit.runtime.shards import PAGE
from tacit.runtime.ticket_policies import policy_of_order
from tacit.store import keys
from tacit.store.mapping import contract_item
from tacit.store.parking import Parking
from tacit.store.run_lines import LINE, PLANNED, LineKind, RunLines
from tacit.store.runs import ALL, PLAN, WORK, Run
from tacit.store.writes import put
from tacit.versions import policy_of
from tests.repository.bad_records import BAD_RECORDS, bad_heads, poisoned, truth
from tests.repository.bulk import write_contracts, write_items
from tests.repository.desk import LONG, Desk, everything, plain, portfolio
from tests.repository.wire import Cut, Wire
from tests.searches import far
from tests.unit.cases import KREATIVMEDIA, at

DAY = date(2025, 9, 1)
AS_OF = "2025-09-02"


def small(desk: Desk, client: Any, number: int = 120, holders: int = 3) -> list[str]:
    """A portfolio in few shards, so that a shard has more than a page; the shards."""
    contracts, orders = portfolio(number, DAY, holders)
    write_contracts(client, desk.table.name, contracts, orders)
    return sorted({keys.shard_of(c.provider, c.holder) for c in contracts})


def all_of(run_id: str, shards: list[str]) -> str:
    return Parcel(run_id, EXPIRIES, at(AS_OF), ALL, tuple(shards)).text()


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize(
    ("operation", "number"),
    [
        ("TransactWriteItems", 1),
        ("TransactWriteItems", 4),
        ("TransactWriteItems", 5),
        ("PutItem", 1),
    ],
)
def test_G2_a_message_cut_off_anywhere_is_finished_by_its_next_delivery_and_counted_once(
    desk: Desk, dynamodb_client: Any, wire: Wire, when: str, operation: str, number: int
) -> None:
    shards = small(desk, dynamodb_client, PAGE + 20, 1)
    with wire.cut_off(when, operation, number), pytest.raises(Cut):
        desk.work(all_of("run-1", shards))
    desk.work(all_of("run-1", shards))
    state = Jobs(desk).runs.shard("run-1", shards[0])
    assert state.done
    assert state.counts == {"done": PAGE + 20, "unchanged": 0, "parked": 0, "failed": 0}
    assert truth(dynamodb_client, desk)[1] == {"contract.expired": PAGE + 20}


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize(
    ("stage", "kind"), [(WORK, LINE), (PLAN, PLANNED)], ids=["a run", "a preview"]
)
def test_who_dies_where_he_tells_of_the_one_record_that_he_had_time_for_loses_no_line(
    desk: Desk, dynamodb_client: Any, wire: Wire, when: str, stage: str, kind: LineKind
) -> None:
    shards = small(desk, dynamodb_client, PAGE - 20, 1)
    preview = Run("run-1", EXPIRIES, at(AS_OF), at(AS_OF), ALL, JOB, stage, stage == PLAN)
    Jobs(desk).runs.create(preview, at(AS_OF))
    message = replace(Parcel.read(all_of("run-1", shards)), stage=stage).text()
    with wire.cut_off(when, "TransactWriteItems", 1, "run_shard"), pytest.raises(Cut):
        desk.work(message, lambda: 0)
    desk.work(message)
    lines = RunLines(desk.table).of_shard("run-1", shards[0], kind)
    assert len(lines) == len({line["id"] for line in lines}) == PAGE - 20
    counts = Jobs(desk).runs.shard("run-1", shards[0], stage).counts
    assert counts["planned" if stage == PLAN else "done"] == PAGE - 20


def test_what_the_run_did_and_a_person_changed_afterwards_is_still_counted_and_told(
    desk: Desk, wire: Wire
) -> None:
    """And what a person took out of the calendar before the run came to it is not."""
    for name in ("c-1", "c-2"):
        desk.register(name)
        desk.ask(name, Cancel)
    shard = keys.shard_of("kreativmedia", "alice")
    body = all_of("run-1", [shard]).replace(AS_OF, "2026-01-20")
    with wire.cut_off("after", "PutItem", 1), pytest.raises(Cut):
        desk.work(body)
    desk.ask("c-2", Reactivate)
    with wire.cut_off("before", "TransactWriteItems", 1, "run_shard"), pytest.raises(Cut):
        desk.work(body)
    version = desk.repository.contract("c-1").version
    desk.ask("c-1", lambda actor: Amend(actor, version, {"label": "renamed"}))
    desk.work(body)
    state = Jobs(desk).runs.shard("run-1", shard)
    assert (state.counts["done"], state.counts["unchanged"]) == (1, 1)
    assert state.totals["event|contract.expired"] == 1
    (line,) = RunLines(desk.table).of_shard("run-1", shard, LINE)
    assert (line["id"], line["events"]) == ("contract:c-1", ["contract.expired"])


def test_an_invocation_without_time_works_one_record_and_sends_the_rest_on(
    desk: Desk, dynamodb_client: Any
) -> None:
    shards = small(desk, dynamodb_client, 9, 3)
    desk.queue.bodies = [all_of("run-1", shards)]
    invocations = 0
    while desk.queue.bodies:
        desk.work(desk.queue.bodies.pop(0), lambda: 0)
        invocations += 1
        assert sum(truth(dynamodb_client, desk)[1].values()) <= invocations
    assert invocations >= 9
    states = [Jobs(desk).runs.shard("run-1", shard) for shard in shards]
    assert all(state.done for state in states)
    assert sum(state.counts["done"] for state in states) == 9


def test_time_is_looked_at_between_shards_too(desk: Desk) -> None:
    shards = [f"{number:02d}" for number in range(64)]
    desk.work(all_of("run-1", shards), lambda: 0)
    (rest,) = desk.queue.bodies
    assert Parcel.read(rest).shards == tuple(shards[1:])


def test_each_entry_is_seen_once_in_a_run_also_when_it_stays_due(
    desk: Desk, dynamodb_client: Any, wire: Wire
) -> None:
    contracts, orders = portfolio(130, DAY, 1)
    write_contracts(dynamodb_client, desk.table.name, contracts, [])
    for order in orders:
        key = keys.order(order.id)
        renewing = {"pk": key[0], "sk": key[1], "item": "order", "id": order.id, "size": 1,
            "provider": order.provider, "holder": order.holder, "autorenewal": True, "version": 1,
        }  # fmt: skip
        desk.table.write(put("order", renewing))
    shards = [keys.shard_of("kreativmedia", contracts[0].holder)]
    desk.queue.bodies = [all_of("run-1", shards)]
    left = count()
    with wire.heard():
        while desk.queue.bodies:
            desk.work(desk.queue.bodies.pop(0), lambda: 0 if next(left) % 30 == 29 else LONG)
    state = Jobs(desk).runs.shard("run-1", shards[0])
    assert state.counts == {"done": 0, "unchanged": 130, "parked": 0, "failed": 0}
    assert "TransactWriteItems" not in wire.counted


def test_another_number_of_messages_between_two_runs_changes_nothing(
    dynamodb_table: str, dynamodb_client: Any
) -> None:
    """40 expire in 64 messages; a month later they close, and 20 more expire, in five."""
    for messages, added, ended_on, as_of in (
        (64, 40, DAY, AS_OF),
        (5, 20, date(2025, 10, 1), "2025-10-02"),
    ):
        desk = Desk(dynamodb_table, messages=messages)
        contracts, orders = portfolio(added, ended_on, 10)
        write_contracts(dynamodb_client, dynamodb_table, contracts, orders)
        run = desk.started(f"run-{messages}", as_of)
        assert len(desk.queue.bodies) == messages
        dealt = [shard for body in desk.queue.bodies for shard in Parcel.read(body).shards]
        assert sorted(dealt) == [f"{number:02d}" for number in range(64)]
        while desk.queue.bodies:
            desk.work(desk.queue.bodies.pop())
        assert desk.counts(run.id)["done"] == {64: 40, 5: 60}[messages]
    statuses, events = truth(dynamodb_client, desk)
    assert statuses == {"closed": 40, "expired": 20}
    assert events == {"contract.expired": 60, "contract.closed": 40}


def test_the_same_run_asked_for_twice_is_one_run_and_the_second_finds_it_done(
    desk: Desk, dynamodb_client: Any
) -> None:
    small(desk, dynamodb_client, 20, 5)
    first = desk.run_job("run-1", AS_OF)
    assert desk.run_job("run-1", AS_OF) == first
    assert desk.run_job("run-2", AS_OF) == dict.fromkeys(first, 0)
    assert truth(dynamodb_client, desk)[1] == {"contract.expired": 20}


def test_a_shard_is_one_item_overwritten_and_never_taken_back_by_a_late_worker(
    desk: Desk, dynamodb_client: Any
) -> None:
    shards = small(desk, dynamodb_client, 10, 1)
    runs = Jobs(desk).runs
    late = runs.shard("run-1", shards[0])
    desk.work(all_of("run-1", shards))
    done = runs.shard("run-1", shards[0])
    later = late.turned(desk.table.query("x", limit=1)).counting({"done": 99}, {})
    assert not runs.save("run-1", later)
    assert runs.shard("run-1", shards[0]) == done
    assert len(plain(everything(dynamodb_client, desk.table.name), "run_shard")) == 1


@pytest.mark.breaks("a record that cannot be read")
def test_G13_bad_records_are_parked_with_their_reason_and_the_others_go_on(
    desk: Desk, dynamodb_client: Any
) -> None:
    small(desk, dynamodb_client, 10, 2)
    write_items(dynamodb_client, desk.table.name, bad_heads(DAY))
    counts = desk.run_job("run-1", AS_OF)
    assert counts == {"done": 10, "unchanged": 0, "parked": len(BAD_RECORDS), "failed": 0}
    found, _ = Parking(desk.table).page(["kreativmedia"], 50, None)
    reasons = {parked.id.removeprefix("contract:"): parked.reason for parked in found}
    assert reasons.keys() == BAD_RECORDS.keys()
    assert "1969-12-31" in reasons["c-1969"]
    assert "kreativmedia/99" in reasons["c-policy"]
    assert "castle" in reasons["c-phase"]
    assert desk.run_job("run-2", AS_OF) == dict.fromkeys(counts, 0)


def test_a_record_that_fails_in_three_runs_is_parked_and_comes_back_when_it_is_released(
    desk: Desk, dynamodb_client: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("c-1", "c-2"):
        desk.register(name)
        desk.ask(name, Cancel)
    parking = Parking(desk.table)
    with monkeypatch.context() as patch:
        poisoned(patch, desk, "c-1")
        first = desk.run_job("run-1", "2026-01-20")
        desk.work(all_of("run-1", ["00"]))
        second, third = (desk.run_job(f"run-{n}", "2026-01-20") for n in (2, 3))
    assert first == {"done": 1, "unchanged": 0, "parked": 0, "failed": 1}
    assert second == {"done": 0, "unchanged": 0, "parked": 0, "failed": 1}
    assert third == {"done": 0, "unchanged": 0, "parked": 1, "failed": 0}
    ((parked,), _) = parking.page(["kreativmedia"], 50, None)
    assert (parked.id, parked.reason) == ("contract:c-1", "failed in 3 runs: RuntimeError")
    now = desk.clock.now()
    parking.release(parked, parking.mended(parked, policy_of, policy_of_order, now), None, now)
    assert parking.page(["kreativmedia"], 50, None) == ([], None)
    assert desk.table.get(keys.failure("contract#c-1")) is None
    assert desk.run_job("run-4", "2026-01-20")["done"] == 1
    assert truth(dynamodb_client, desk)[0] == {"expired": 2}


def test_a_record_that_fails_again_and_again_in_one_run_has_failed_once(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    contract = desk.register("c-1")
    desk.ask("c-1", Cancel)
    raw = desk.table.get_raw(keys.contract("c-1"))
    assert raw is not None
    parking = Parking(desk.table)
    key = keys.contract(contract.id)
    assert [parking.failed(key, raw, "run-1", "x") for _ in range(3)] == [1, 1, 1]
    assert parking.failed(key, raw, "run-2", "x") == 2
    assert parking.failed(key, {**raw, "version": {"N": "9"}}, "run-3", "x") == 1


def test_an_outage_of_ours_parks_nobody(desk: Desk, wire: Wire, dynamodb_client: Any) -> None:
    desk.register("c-1")
    desk.ask("c-1", Cancel)
    for number in range(4):
        with (
            pytest.MonkeyPatch.context() as patch,
            wire.refused("TransactWriteItems", 999, "ThrottlingException", sparing="run_shard"),
        ):
            patch.setattr("tacit.store.patience.time.sleep", lambda seconds: None)
            run = f"run-{number}"
            shard = keys.shard_of("kreativmedia", "alice")
            desk.work(
                all_of(run, [shard]).replace("2025-09-02", "2026-01-20"),
            )
        assert Jobs(desk).runs.shard(run, shard).counts["failed"] == 1
    assert Parking(desk.table).page(["kreativmedia"], 50, None) == ([], None)
    assert desk.run_job("run-9", "2026-01-20")["done"] == 1


def test_G13_a_record_that_was_mended_is_handled_by_the_next_run(
    desk: Desk, dynamodb_client: Any
) -> None:
    contracts, orders = portfolio(1, DAY)
    write_contracts(dynamodb_client, desk.table.name, contracts, orders)
    head = contract_item(contracts[0], KREATIVMEDIA)
    desk.table.write(put("head", {**head, "expires_on": "1969-12-31"}))
    desk.run_job("run-1", AS_OF)
    parking, now = Parking(desk.table), desk.clock.now()
    parked = parking.find(["kreativmedia"], f"contract:{contracts[0].id}")
    assert parked is not None
    with pytest.raises(Broken):
        parking.mended(parked, policy_of, policy_of_order, now)
    by_hand = desk.table.get((head["pk"], head["sk"]))
    assert by_hand is not None
    assert "parked_at" in by_hand
    assert "expiries_due_at" not in by_hand
    desk.table.write(put("head", {**by_hand, "expires_on": "2025-09-01"}))
    parking.release(parked, parking.mended(parked, policy_of, policy_of_order, now), None, now)
    assert desk.run_job("run-2", AS_OF)["done"] == 1
    assert truth(dynamodb_client, desk) == ({"expired": 1}, {"contract.expired": 1})


def test_a_run_of_one_provider_leaves_the_others_alone(desk: Desk, dynamodb_client: Any) -> None:
    desk.register("c-1")
    desk.register("s-1", provider="svenska-domaner", plan="premium-domain", label="a.org.nz")
    for name in ("c-1", "s-1"):
        desk.ask(name, Cancel)
    shards = sorted({keys.shard_of(p, "alice") for p in ("kreativmedia", "svenska-domaner")})
    body = all_of("run-1", shards).replace('"scope": "*"', '"scope": "kreativmedia"')
    desk.work(body.replace("2025-09-02", "2026-01-20"))
    assert truth(dynamodb_client, desk)[0] == {"expired": 1, "non_renewing": 1}


def reads_of_a_run(desk: Desk, client: Any, ended_on: date) -> float:
    """The read units of a run with 50 contracts due, whatever else is stored."""
    due, orders = portfolio(50, ended_on, 10)
    write_contracts(client, desk.table.name, due, orders)
    wire, run_id = Wire(desk.table), f"run-{ended_on}"
    desk.started(run_id, f"{ended_on}T22:00")
    with wire.heard():
        while desk.queue.bodies:
            desk.work(desk.queue.bodies.pop(0))
    assert desk.counts(run_id)["done"] == 50
    assert "Scan" not in wire.counted
    return wire.read_units


@pytest.mark.search
def test_what_a_run_reads_follows_what_is_due_and_not_what_is_stored(
    desk: Desk, dynamodb_client: Any
) -> None:
    later, _ = portfolio(far(1500, 20_000), date(2026, 9, 1), 10)
    heads = [contract_item(contract, KREATIVMEDIA) for contract in later]
    write_items(dynamodb_client, desk.table.name, heads[:450])
    few = reads_of_a_run(desk, dynamodb_client, date(2025, 9, 1))
    write_items(dynamodb_client, desk.table.name, heads[450:])
    many = reads_of_a_run(desk, dynamodb_client, date(2025, 9, 2))
    assert few == many
    assert 0 < few < 250
