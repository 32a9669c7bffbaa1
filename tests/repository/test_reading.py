"""Reading back what was written: records nobody can read, many keys, lists over partitions."""

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tacit.domain.commands import Cancel
from tacit.domain.money import Money
from tacit.domain.refusals import Broken
from tacit.domain.values import (
    Actor,
    Cancellation,
    Contract,
    Event,
    Message,
    Order,
    Role,
    Server,
    Status,
)
from tacit.policies import policy
from tacit.store import keys
from tacit.store.codec import from_raw, to_raw
from tacit.store.listing import of_person, of_staff
from tacit.store.mapping import (
    contract_item,
    contract_of,
    event_item,
    event_of,
    order_item,
    order_of,
)
from tacit.store.writes import put
from tests.repository.bulk import write_contracts, write_items
from tests.repository.desk import Desk, portfolio
from tests.repository.wire import Wire
from tests.unit.cases import KREATIVMEDIA

BREAKAGES: dict[str, Any] = {
    "an expiry in 1969": {"expires_on": "1969-12-31"},
    "an expiry that is no date": {"expires_on": "2025-02-30"},
    "a number where a date belongs": {"expires_on": 20250601},
    "an unknown status": {"status": "sleeping"},
    "no status": {"status": None},
    "no price": {"price_minor": None},
    "servers that are no list": {"servers": "s-1"},
    "a server without an address": {"servers": [{"id": "s-1"}]},
    "a cancellation without a day": {"cancellation": {"mode": "at_term"}},
}


@pytest.mark.breaks("a record that cannot be read")
@pytest.mark.parametrize("wrong", BREAKAGES.values(), ids=BREAKAGES)
def test_G13_a_head_that_cannot_be_read_is_broken_and_nothing_else(desk: Desk, wrong: Any) -> None:
    contract = desk.register("c-1")
    desk.table.write(put("head", {**contract_item(contract, KREATIVMEDIA), **wrong}))
    with pytest.raises(Broken):
        desk.repository.contract("c-1")


@pytest.mark.breaks("a record that cannot be read")
def test_G13_an_attribute_of_a_type_we_never_write_is_broken(
    desk: Desk, dynamodb_client: Any
) -> None:
    contract = desk.register("c-1")
    raw = to_raw(contract_item(contract, KREATIVMEDIA)) | {"options": {"SS": ["a", "b"]}}
    dynamodb_client.put_item(TableName=desk.table.name, Item=raw)
    with pytest.raises(Broken):
        desk.repository.contract("c-1")


def test_more_than_a_hundred_keys_are_read_and_what_is_not_there_is_left_out(
    desk: Desk, dynamodb_client: Any, wire: Wire
) -> None:
    items = [{"pk": f"x#{n:03d}", "sk": "head", "n": n} for n in range(230)]
    write_items(dynamodb_client, desk.table.name, items)
    wanted = [(f"x#{n:03d}", "head") for n in range(250)]
    with wire.heard():
        found = desk.table.get_many([*wanted, *wanted[:5]])
    assert {key: from_raw(raw)["n"] for key, raw in found.items()} == {
        key: n for n, key in enumerate(wanted[:230])
    }
    assert wire.counted == {"BatchGetItem": 3}


def test_a_batch_too_large_for_one_answer_is_read_to_its_end(
    desk: Desk, dynamodb_client: Any
) -> None:
    items = [{"pk": f"x#{n:03d}", "sk": "head", "text": "a" * 380_000} for n in range(50)]
    for item in items:
        dynamodb_client.put_item(TableName=desk.table.name, Item=to_raw(item))
    found = desk.table.get_many([(item["pk"], item["sk"]) for item in items])
    assert len(found) == 50


def walked(desk: Desk, sources: Any, limit: int) -> tuple[list[str], list[int]]:
    """Every page of a list: the ids, and how many each page held."""
    ids, sizes, place = [], [], None
    while True:
        page, place = desk.listing.page(sources, limit, place)
        ids += [contract.id for contract in page]
        sizes.append(len(page))
        if place is None:
            return ids, sizes


@pytest.mark.parametrize("limit", [1, 7, 200])
def test_staff_lists_every_contract_once_over_all_lanes_in_full_pages(
    desk: Desk, dynamodb_client: Any, limit: int
) -> None:
    contracts, orders = portfolio(40, date(2025, 9, 1), holders=25)
    write_contracts(dynamodb_client, desk.table.name, contracts, orders)
    ids, sizes = walked(desk, of_staff("kreativmedia", None), limit)
    assert sorted(ids) == sorted(contract.id for contract in contracts)
    assert set(sizes[:-1]) <= {limit}
    lanes = {contract_item(c, KREATIVMEDIA)["listing_key"] for c in contracts}
    assert len(lanes) > 4


def test_a_list_by_status_holds_that_status_alone_wherever_it_stands(desk: Desk) -> None:
    for number in range(12):
        desk.register(f"c-{number}", holder=f"h-{number}")
    for number in range(0, 12, 3):
        desk.ask(f"c-{number}", Cancel)
    listed, _ = walked(desk, of_staff("kreativmedia", Status.NON_RENEWING), 2)
    assert sorted(listed) == ["c-0", "c-3", "c-6", "c-9"]
    listed, _ = walked(desk, of_staff("svenska-domaner", None), 2)
    assert listed == []


def test_a_person_lists_what_he_is_a_party_of_holder_by_holder(desk: Desk) -> None:
    desk.register("c-1")
    desk.register("c-2", holder="alicea", technical_contact=None)
    desk.register("c-3", holder="dave", billing_contact=None, technical_contact=None)
    everyones = list(Status)
    assert sorted(walked(desk, of_person("kreativmedia", "bob", everyones, None), 1)[0]) == [
        "c-1", "c-2",
    ]  # fmt: skip
    assert walked(desk, of_person("kreativmedia", "bob", everyones, "alice"), 5)[0] == ["c-1"]
    assert walked(desk, of_person("kreativmedia", "bo", everyones, None), 5)[0] == []


def test_names_with_separators_reach_into_nobody_elses_partition(desk: Desk) -> None:
    desk.register("c-1", holder="a#b", billing_contact=None, technical_contact=None)
    desk.register("c-2", holder="a", billing_contact="a%23b", technical_contact=None)
    everyones = list(Status)
    assert walked(desk, of_person("kreativmedia", "a#b", everyones, None), 5)[0] == ["c-1"]
    assert walked(desk, of_person("kreativmedia", "a%23b", everyones, None), 5)[0] == ["c-2"]
    assert walked(desk, of_person("kreativmedia", "a", everyones, None), 5)[0] == ["c-2"]


@pytest.mark.breaks("a record that cannot be read")
def test_G13_a_record_that_cannot_be_read_does_not_hide_the_others_from_a_list(desk: Desk) -> None:
    contract = desk.register("c-1")
    desk.register("c-2")
    broken = {**contract_item(contract, KREATIVMEDIA), "status": "sleeping"}
    desk.table.write(put("head", broken))
    assert walked(desk, of_staff("kreativmedia", None), 50)[0] == ["c-2"]


def test_a_timeline_is_read_newest_first_page_by_page(desk: Desk) -> None:
    desk.register("c-1")
    desk.ask("c-1", Cancel)
    first, after = desk.repository.timeline("c-1", 1, None)
    second, _ = desk.repository.timeline("c-1", 1, after)
    assert [event.number for event in (*first, *second)] == [2, 1]


_text = st.text(max_size=30)
_name = st.text(min_size=1, max_size=20)
_maybe = st.none() | _name
_day = st.dates(date(1990, 1, 1), date(2199, 12, 31))
_end = st.dates(date(1990, 3, 1), date(2199, 12, 30))
_cents = st.integers(0, 10**15)
_instant = st.integers(0, 10**9).map(
    lambda s: keys.read_instant("2000-01-01T00:00:00.5Z") + timedelta(seconds=s)
)
_contracts = st.builds(
    Contract,
    id=_name, provider=_name, kind=st.sampled_from(sorted(KREATIVMEDIA.kinds)), label=_text,
    plan=_name, quantity=st.integers(1, 10**6),
    holder=_name, email=_text, locale=_text, order_id=_name, term_months=st.integers(1, 120),
    price=st.builds(Money, _cents, st.sampled_from(["CHF", "SEK", "RUB"])),
    starts_on=_day, expires_on=_end, anchor_day=st.integers(1, 31),
    status=st.sampled_from(Status), policy=_name, version=st.integers(1, 10**9),
    events=st.integers(1, 10**9), registered_as=_text, tld=_maybe, billing_contact=_maybe,
    technical_contact=_maybe, parent_id=_maybe, registry_expires_on=st.none() | _day,
    options=st.lists(_name, max_size=3).map(tuple),
    servers=st.lists(st.builds(Server, _name, _text), max_size=3).map(tuple),
    renewal_warranty=st.booleans(),
    cancellation=st.none() | st.builds(Cancellation, _name, _day, st.none() | _text),
    phase=_maybe, phase_ends_on=st.none() | _day, restorable_until=st.none() | _day,
    closed_reason=_maybe, ended_on=st.none() | _day, domain_ended_on=st.none() | _day,
    expiry_moved_on=st.none() | _day, waits_from=st.none() | _day,
    registry_fetched_at=st.none() | _instant,
)  # fmt: skip
_orders = st.builds(
    Order, _name, _name, _name, st.booleans(), st.integers(0, 40), st.integers(1, 10**9)
)
_events = st.builds(
    Event,
    type=_name,
    subject=_name,
    provider=_name,
    number=st.integers(1, 10**9),
    at=_instant,
    actor=st.builds(Actor, st.sampled_from(Role), _name),
    data=st.dictionaries(_name, _text | st.booleans() | st.integers(-(10**15), 10**15), max_size=4),
    messages=st.lists(
        st.builds(Message, _name, _name, st.sampled_from(["holder", "staff"])), max_size=3
    ).map(tuple),
    note=_maybe,
)
_bounded = settings(
    max_examples=40,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


@pytest.mark.breaks("values that no policy would take")
@given(contract=_contracts)
@_bounded
def test_any_contract_comes_back_from_the_table_as_it_was(desk: Desk, contract: Contract) -> None:
    desk.table.write(put("head", contract_item(contract, KREATIVMEDIA)))
    raw = desk.table.get_raw(keys.contract(contract.id))
    assert raw is not None
    assert contract_of(raw) == contract


@pytest.mark.breaks("values that no policy would take")
@given(order=_orders, event=_events)
@_bounded
def test_any_order_and_event_come_back_from_the_table_as_they_were(
    desk: Desk, order: Order, event: Event
) -> None:
    desk.table.transact(
        [put("order", order_item(order)), put("event", event_item(event, "subject#1"))]
    )
    order_raw = desk.table.get_raw(keys.order(order.id))
    event_raw = desk.table.get_raw(keys.event("subject#1", event.number))
    assert order_raw is not None
    assert event_raw is not None
    assert order_of(order_raw) == order
    assert event_of(event_raw) == event


def test_nothing_is_left_out_of_an_item_and_kept_inside_a_map(desk: Desk) -> None:
    item = {"pk": "a", "sk": "b", "gone": None, "data": {"until": None, "days": [None, 3]}}
    desk.table.write(put("item", item))
    assert desk.table.get(("a", "b")) == {
        "pk": "a",
        "sk": "b",
        "data": {"until": None, "days": [None, 3]},
    }


@pytest.mark.parametrize("value", [1.5, {"a": 0.1}, [b"x"], {1, 2}])
def test_what_no_item_is_made_of_is_never_stored(value: Any) -> None:
    with pytest.raises(TypeError):
        to_raw({"value": value})


def test_the_policy_decides_the_calendars_of_a_head(desk: Desk) -> None:
    contract = desk.register("c-1")
    item = desk.table.get(keys.contract("c-1"))
    assert item is not None
    assert item["expiries_due_at"] == "2026-01-14T23:00:00.000000Z"
    lead = policy(contract.policy).renewal.lead_days
    assert lead == 30
    due_at, mark = item["renewals_due_at"].split("#")
    assert (due_at, len(mark)) == ("2025-12-15T23:00:00.000000Z", 8)
