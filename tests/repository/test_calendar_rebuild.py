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
from tacit.runtime.jobs import REMINDERS
from tacit.runtime.ticket_policies import policy_of_order
from tacit.store import keys
from tacit.store.codec import Item, Raw, from_raw, to_raw
from tacit.store.mapping import contract_item
from tacit.store.parking import Parking
from tacit.store.ticket_items import ticket_order_item
from tacit.store.writes import put
from tacit.versions import policy_of
from tests.repository.bad_records import BAD_RECORDS, bad_heads
from tests.repository.bulk import write_contracts, write_items
from tests.repository.desk import Desk, everything, portfolio
from tests.repository.ticket_bulk import a_shop, orders, pattern, write_orders, write_shops
from tests.repository.ticket_desk import (
    DEADLINE,
    PRICE,
    come_due,
    due_at,
    faults,
    history,
    pay,
    place,
    shop,
)
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


def order_head(desk: Desk, order_id: str) -> Raw:
    raw = desk.table.get_raw(keys.ticket_order(order_id))
    assert raw is not None
    return raw


def all_orders_wrong(desk: Desk, client: Any, *shops: tuple[str, int]) -> list[Raw]:
    """Every item as it should be, of so many orders in each shop whose reminders are far too late;
    "t-<shop>-0" is the first order of a shop."""
    heads = []
    for shop_id, number in shops:
        found = a_shop(shop_id)
        write_shops(client, desk.table.name, found)
        names = [f"t-{shop_id}-{each}" for each in range(number)]
        of_shop = list(orders(pattern(found), names))
        write_orders(client, desk.table.name, of_shop)
        heads += [ticket_order_item(order, policy_of_order(order)) for order in of_shop]
    right = everything(client, desk.table.name)
    wrong = {"reminders_due_at": NEVER, "shard": "64"}
    write_items(client, desk.table.name, [{**each, **wrong} for each in heads])
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
        raw for raw in now if not raw["pk"]["S"].startswith(("run", "fuse#"))
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
    assert wire.counted.keys() == {"GetItem", "Query", "BatchGetItem", "PutItem", "DeleteItem"}
    for operation, call in wire.calls:
        if operation in ("PutItem", "DeleteItem"):
            assert (call.get("Item") or call["Key"])["pk"] == {"S": "calendar-rebuild"}
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


@pytest.mark.breaks("a record that cannot be read")
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


def test_a_ticket_order_is_put_right_and_its_job_finds_it(desk: Desk) -> None:
    shop(desk)
    place(desk, "t-1", "A1")
    right = order_head(desk, "t-1")
    wrong = {"reminders_due_at": NEVER, "shard": "63"}
    desk.table.write(put("head", {**from_raw(right), **wrong}))
    assert desk.run_job("run-1", DEADLINE, REMINDERS)["done"] == 0
    assert rebuilt(desk) == Tally(read=1, rewritten=1)
    assert order_head(desk, "t-1") == right
    assert desk.run_job("run-2", DEADLINE, REMINDERS)["done"] == 1
    assert history(desk, "t-1") == ["registered", "cancelled"]


@pytest.mark.parametrize("name", ["waits", "paid", "asked"])
@pytest.mark.parametrize(
    "wrong",
    [
        {"reminders_due_at": None},
        {"reminders_due_at": NEVER},
        {"listing_sort": "2000"},
        {"orders_key": None, "orders_sort": None},
        {"orders_key": "questions#shop-2", "orders_sort": "1"},
    ],
    ids=lambda wrong: "-".join(f"{name}-{value}" for name, value in wrong.items()),
)
def test_each_derived_attribute_of_a_ticket_order_is_looked_at(
    desk: Desk, name: str, wrong: dict[str, Any]
) -> None:
    shop(desk)
    place(desk, name, "A1")
    if name == "paid":
        pay(desk, name, PRICE, "bank-1", "2025-06-02")
    if name == "asked":
        pay(desk, name, PRICE // 2, "bank-1", "2025-06-02")
        come_due(desk, DEADLINE, name)
    right = order_head(desk, name)
    desk.table.write(put("head", {**from_raw(right), **wrong}))
    false = int(order_head(desk, name) != right)  # a paid order has no instant to lose
    assert rebuilt(desk) == Tally(read=1, rewritten=false, unchanged=1 - false)
    assert order_head(desk, name) == right


def test_the_orders_of_every_shop_are_met_and_the_contracts_too(
    desk: Desk, dynamodb_client: Any
) -> None:
    names = [f"shop#{number} %" for number in range(12)]
    all_wrong(desk, dynamodb_client, 3)
    right = all_orders_wrong(desk, dynamodb_client, *((name, 3) for name in names), ("none", 0))
    assert rebuilt(desk, page=2) == Tally(read=39, rewritten=39)
    wrong_before = [raw for raw in right if raw["item"]["S"] == "ticket_order"]
    now = everything(dynamodb_client, desk.table.name)
    assert [raw for raw in now if raw["item"]["S"] == "ticket_order"] == wrong_before
    assert rebuilt(desk) == Tally(read=39, unchanged=39)


@pytest.mark.parametrize("when", ["before", "after"])
def test_cut_off_in_the_middle_of_a_shop_it_goes_on_there(
    desk: Desk, dynamodb_client: Any, wire: Wire, when: str
) -> None:
    right = all_orders_wrong(desk, dynamodb_client, ("shop-1", 20), ("shop-2", 3), ("shop-3", 20))
    with wire.cut_off(when, "UpdateItem", 38), pytest.raises(Cut):
        rebuilt(desk, page=5)
    tally = rebuilt(desk, page=5)
    assert tally.resumed
    assert tally.read < 43 - 30
    assert tally.rewritten == {"before": 6, "after": 5}[when]
    assert everything(dynamodb_client, desk.table.name) == right


def test_a_shop_opened_before_the_one_it_stopped_in_loses_nothing(
    desk: Desk, dynamodb_client: Any, wire: Wire
) -> None:
    """The place is kept behind the shop before: who comes between is met first."""
    all_orders_wrong(desk, dynamodb_client, ("shop-2", 20))
    with wire.cut_off("before", "UpdateItem", 13), pytest.raises(Cut):
        rebuilt(desk, page=5)
    lane = keys.lane_of("shop-2")
    earlier = next(name for n in range(99) if keys.lane_of(name := f"shop-1{n}") == lane)
    all_orders_wrong(desk, dynamodb_client, (earlier, 3))
    tally = rebuilt(desk, page=5)
    assert (tally.resumed, tally.rewritten) == (True, 3 + 8)
    assert rebuilt(desk) == Tally(read=23, unchanged=23)


def test_a_ticket_order_that_is_paid_between_read_and_write_is_not_overwritten(
    desk: Desk, wire: Wire
) -> None:
    shop(desk)
    place(desk, "t-1", "A1")
    desk.table.write(put("head", {**from_raw(order_head(desk, "t-1")), "reminders_due_at": NEVER}))

    def money() -> None:
        assert pay(desk, "t-1", PRICE, "bank-1", "2025-06-02") == "paid"

    with wire.meanwhile("UpdateItem", money):
        assert rebuilt(desk) == Tally(read=1, unchanged=1, retried=1)
    assert (faults(desk, "t-1"), due_at(desk, "t-1")) == ([], None)


def test_a_parked_ticket_order_stays_out_of_its_calendar(desk: Desk) -> None:
    shop(desk)
    place(desk, "t-1", "A1")
    key = keys.ticket_order("t-1")
    assert Parking(desk.table).park(key, order_head(desk, "t-1"), "by hand", desk.clock.now())
    assert rebuilt(desk) == Tally(read=1, unchanged=1)
    assert due_at(desk, "t-1") is None


@pytest.mark.breaks("a record that cannot be read")
def test_G13_a_ticket_order_that_cannot_be_read_is_named_and_an_unreadable_shop_hides_none(
    desk: Desk, dynamodb_client: Any
) -> None:
    all_orders_wrong(desk, dynamodb_client, ("shop-1", 4))
    broken = {**from_raw(order_head(desk, "t-shop-1-0")), "placed_at": "never"}
    unknown = {**from_raw(order_head(desk, "t-shop-1-1")), "policy": "infomaniak/99"}
    ruined = {**(desk.table.get(keys.shop("shop-1")) or {}), "snapshots": "gone"}
    write_items(dynamodb_client, desk.table.name, [broken, unknown, ruined])
    tally = rebuilt(desk)
    assert (tally.read, tally.rewritten) == (4, 2)
    assert tally.unreadable.keys() == {"ticket_order#t-shop-1-0", "ticket_order#t-shop-1-1"}
    assert "infomaniak/99" in tally.unreadable["ticket_order#t-shop-1-1"]
    assert order_head(desk, "t-shop-1-0") == to_raw(broken)


def test_a_dry_run_counts_and_writes_nothing(desk: Desk, dynamodb_client: Any, wire: Wire) -> None:
    all_wrong(desk, dynamodb_client, 12)
    with wire.cut_off("before", "UpdateItem", 8), pytest.raises(Cut):
        rebuilt(desk, page=5)
    before = everything(dynamodb_client, desk.table.name)
    tally = rebuilt(desk, page=5, dry_run=True)
    assert (tally.read, tally.unchanged, tally.rewritten) == (12, 7, 5)
    assert everything(dynamodb_client, desk.table.name) == before
    assert rebuilt(desk, page=5).resumed


@pytest.mark.breaks("a record that cannot be read")
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
