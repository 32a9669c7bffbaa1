"""`python -m tacit.calendar rebuild`: what is derived on a head is put right, and nothing else."""

import json
from dataclasses import asdict
from datetime import date
from typing import Any

import pytest

from tacit.calendar import rebuild as rebuilding
from tacit.calendar.__main__ import main
from tacit.calendar.rebuild import Rebuild, Tally
from tacit.domain.commands import Amend, Cancel
from tacit.runtime.ticket_policies import policy_of_order
from tacit.store import keys
from tacit.store.codec import Item, Raw, from_raw, to_raw
from tacit.store.mapping import contract_item
from tacit.store.parking import Parking
from tacit.store.writes import put
from tacit.versions import policy_of
from tests.repository.bad_records import BAD_RECORDS, bad_heads
from tests.repository.bulk import write_contracts, write_items
from tests.repository.desk import Desk, everything, portfolio
from tests.repository.wire import Cut, Wire

DAY = date(2025, 9, 1)
NEVER = "2199-12-31T23:00:00.000000Z"
WRONG: Item = {"expiries_due_at": NEVER, "renewals_due_at": f"{NEVER}#00000000", "shard": "63"}


def rebuilt(desk: Desk, from_start: bool = False, **kwargs: Any) -> Tally:
    return Rebuild(desk.table, lambda text: None, **kwargs).run(from_start)


def head(desk: Desk, contract_id: str) -> Raw:
    raw = desk.table.get_raw(keys.contract(contract_id))
    assert raw is not None
    return raw


def falsified(desk: Desk, contract_id: str, **wrong: Any) -> Raw:
    """The head as it was; now it holds something else. None takes an attribute away."""
    right = head(desk, contract_id)
    desk.table.write(put("head", {**from_raw(right), **(wrong or WRONG)}))
    return right


def all_wrong(desk: Desk, client: Any, number: int) -> list[Raw]:
    """Every item as it should be, of contracts whose stored instants are far too late."""
    contracts, orders = portfolio(number, DAY, 3)
    write_contracts(client, desk.table.name, contracts, orders)
    right = everything(client, desk.table.name)
    heads = [contract_item(contract, policy_of(contract)) for contract in contracts]
    write_items(client, desk.table.name, [{**each, **WRONG} for each in heads])
    return right


def test_instants_that_are_wrong_are_put_right_and_the_job_finds_the_contract(
    desk: Desk, dynamodb_client: Any
) -> None:
    desk.register("c-1")
    desk.ask("c-1", Cancel)
    right = everything(dynamodb_client, desk.table.name)
    falsified(desk, "c-1")
    assert desk.run_job("run-1", "2026-01-20")["done"] == 0
    assert rebuilt(desk) == Tally(read=1, rewritten=1)
    now = everything(dynamodb_client, desk.table.name)
    assert [raw for raw in now if raw in right] == [
        raw for raw in now if "run" not in raw["pk"]["S"]
    ]
    assert desk.run_job("run-2", "2026-01-20")["done"] == 1


@pytest.mark.parametrize(
    "wrong",
    [
        {"renewals_due_at": None},
        {"expiries_due_at": None},
        {"listing_sort": "active#c-9"},
        {"orders_key": None, "orders_sort": None},
    ],
    ids=lambda wrong: next(iter(wrong)),
)
def test_each_derived_attribute_is_looked_at(desk: Desk, wrong: dict[str, Any]) -> None:
    desk.register("c-1")
    right = falsified(desk, "c-1", **wrong)
    assert head(desk, "c-1") != right
    assert rebuilt(desk).rewritten == 1
    assert head(desk, "c-1") == right


def test_what_has_no_instant_any_more_loses_it(desk: Desk) -> None:
    desk.register("c-1")
    desk.ask("c-1", Cancel)
    right = falsified(desk, "c-1", renewals_due_at=f"{NEVER}#00000000")
    assert "renewals_due_at" not in right
    assert rebuilt(desk).rewritten == 1
    assert head(desk, "c-1") == right


def test_nothing_is_written_when_all_is_right(desk: Desk, dynamodb_client: Any, wire: Wire) -> None:
    contracts, orders = portfolio(30, DAY, 5)
    write_contracts(dynamodb_client, desk.table.name, contracts, orders)
    before = everything(dynamodb_client, desk.table.name)
    with wire.heard():
        assert rebuilt(desk) == Tally(read=30, unchanged=30)
    assert wire.counted.keys() == {"GetItem", "Query", "BatchGetItem", "DeleteItem"}
    assert all(
        call["Key"]["pk"] == {"S": "calendar-rebuild"}
        for operation, call in wire.calls
        if operation == "DeleteItem"
    )
    assert everything(dynamodb_client, desk.table.name) == before


@pytest.mark.parametrize("when", ["before", "after"])
def test_cut_off_in_the_middle_it_goes_on_where_it_was(
    desk: Desk, dynamodb_client: Any, wire: Wire, when: str
) -> None:
    right = all_wrong(desk, dynamodb_client, 25)
    with wire.cut_off(when, "UpdateItem", 18), pytest.raises(Cut):
        rebuilt(desk, page=5)
    tally = rebuilt(desk, page=5)
    assert tally.resumed
    assert tally.read == 10  # three pages of five are not looked at again
    assert tally.rewritten == {"before": 8, "after": 7}[when]
    assert everything(dynamodb_client, desk.table.name) == right


@pytest.mark.parametrize("why", ["asked", "other code"])
def test_it_begins_anew_when_asked_to_and_with_other_code(
    desk: Desk, dynamodb_client: Any, wire: Wire, monkeypatch: pytest.MonkeyPatch, why: str
) -> None:
    all_wrong(desk, dynamodb_client, 20)
    with wire.cut_off("before", "UpdateItem", 12), pytest.raises(Cut):
        rebuilt(desk, page=5)
    if why == "other code":
        monkeypatch.setattr(rebuilding, "code", lambda: "another")
    tally = rebuilt(desk, page=5, from_start=why == "asked")
    assert (tally.resumed, tally.read, tally.rewritten) == (False, 20, 9)


def test_a_head_that_changes_between_read_and_write_is_not_overwritten(
    desk: Desk, wire: Wire
) -> None:
    desk.register("c-1")
    falsified(desk, "c-1")

    def amend() -> None:
        desk.ask("c-1", lambda actor: Amend(actor, 1, {"locale": "en"}))

    with wire.meanwhile("UpdateItem", amend):
        assert rebuilt(desk) == Tally(read=1, unchanged=1, retried=1)
    contract = desk.repository.contract("c-1")
    assert contract is not None
    assert (contract.version, contract.locale) == (2, "en")
    assert head(desk, "c-1")["expiries_due_at"] != {"S": NEVER}


def test_a_head_that_is_parked_meanwhile_stays_out_of_the_calendars(desk: Desk, wire: Wire) -> None:
    desk.register("c-1")
    falsified(desk, "c-1")
    seen, parking = head(desk, "c-1"), Parking(desk.table)

    def park() -> None:
        assert parking.park(keys.contract("c-1"), seen, "by hand", desk.clock.now())

    with wire.meanwhile("UpdateItem", park):
        tally = rebuilt(desk)
    assert (tally.rewritten, tally.retried) == (1, 1)  # its shard was wrong as well
    assert not {"expiries_due_at", "renewals_due_at"} & head(desk, "c-1").keys()
    assert rebuilt(desk) == Tally(read=1, unchanged=1)


def test_a_head_that_comes_back_from_parking_meanwhile_is_in_its_calendars(
    desk: Desk, wire: Wire
) -> None:
    desk.register("c-1")
    right, parking, now = head(desk, "c-1"), Parking(desk.table), desk.clock.now()
    parking.park(keys.contract("c-1"), right, "by hand", now)
    falsified(desk, "c-1", expiries_due_at=NEVER)

    def release() -> None:
        parked = parking.find(["kreativmedia"], "contract:c-1")
        assert parked is not None
        parking.release(parked, parking.mended(parked, policy_of, policy_of_order, now), None, now)

    with wire.meanwhile("UpdateItem", release):
        assert rebuilt(desk) == Tally(read=1, unchanged=1, retried=1)
    assert head(desk, "c-1") == right


def test_G13_heads_that_cannot_be_read_are_named_and_the_others_put_right(
    desk: Desk, dynamodb_client: Any
) -> None:
    all_wrong(desk, dynamodb_client, 6)
    bad = [{**each, **WRONG} for each in bad_heads(DAY)]
    write_items(dynamodb_client, desk.table.name, bad)
    tally = rebuilt(desk, page=3)
    assert (tally.read, tally.rewritten) == (6 + len(BAD_RECORDS), 6)
    assert tally.unreadable.keys() == {f"contract#{name}" for name in BAD_RECORDS}
    assert "kreativmedia/99" in tally.unreadable["contract#c-policy"]
    for each in bad:
        assert desk.table.get_raw((each["pk"], each["sk"])) == to_raw(each)


def test_a_dry_run_counts_and_writes_nothing(desk: Desk, dynamodb_client: Any, wire: Wire) -> None:
    all_wrong(desk, dynamodb_client, 12)
    with wire.cut_off("before", "UpdateItem", 8), pytest.raises(Cut):
        rebuilt(desk, page=5)
    before = everything(dynamodb_client, desk.table.name)
    tally = rebuilt(desk, page=5, dry_run=True)
    assert (tally.read, tally.unchanged, tally.rewritten) == (12, 7, 5)
    assert everything(dynamodb_client, desk.table.name) == before
    assert rebuilt(desk, page=5).resumed


def test_the_command_prints_one_line_that_a_program_reads(
    desk: Desk, dynamodb_client: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    all_wrong(desk, dynamodb_client, 3)
    arguments = ["rebuild", "--table", desk.table.name]
    assert main([*arguments, "--dry-run"]) == 0
    asked = json.loads(capsys.readouterr().out)
    assert asked == {**asdict(Tally(read=3, rewritten=3)), "dry_run": True}
    write_items(dynamodb_client, desk.table.name, bad_heads(DAY)[1:2])
    assert main(arguments) == 1
    written = capsys.readouterr()
    assert written.out.count("\n") == 1
    assert json.loads(written.out)["unreadable"].keys() == {"contract#c-policy"}
    assert "contract#c-policy" in written.err


def test_a_command_that_could_not_be_finished_says_why_and_counts_nothing(
    desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["rebuild", "--table", f"not-{desk.table.name}"]) == 2
    said = capsys.readouterr()
    assert (said.out, "ResourceNotFound" in said.err) == ("", True)


def test_the_command_says_that_it_wants_a_table(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("TABLE_NAME", raising=False)
    with pytest.raises(SystemExit) as ended:
        main(["rebuild"])
    assert ended.value.code == 2
    assert "TABLE_NAME" in capsys.readouterr().err
