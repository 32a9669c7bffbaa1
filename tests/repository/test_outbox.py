"""The outbox: what the bus refuses keeps its marker, what it can never take stops nobody."""

import json
import uuid
from collections.abc import Callable
from datetime import timedelta
from itertools import chain, repeat
from typing import Any

import boto3
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pynamodb.expressions.operand import Path

from tacit.domain.commands import Cancel
from tacit.runtime.relay import Relay
from tacit.runtime.ticket_policies import policy_of_order
from tacit.store import keys
from tacit.store.codec import Raw
from tacit.store.parking import Parking
from tacit.store.writes import put, update
from tacit.versions import policy_of
from tests.repository.desk import LONG, Desk, everything, willing
from tests.repository.wire import Wire
from tests.tables import create_table

LATER = timedelta(minutes=11)


def cancelled(desk: Desk, number: int) -> list[str]:
    """Contracts with two events each; the ids of the events as the bus carries them."""
    for n in range(number):
        desk.register(f"c-{n}")
        desk.ask(f"c-{n}", Cancel)
    return [f"c-{n}:{event}" for n in range(number) for event in (1, 2)]


def waiting(desk: Desk, client: Any) -> list[str]:
    """The events that still have their marker."""
    marked = [raw for raw in everything(client, desk.table.name) if "outbox_at" in raw]
    assert all("outbox_lane" in raw for raw in marked)
    return sorted(f"{raw['subject']['S']}:{raw['number']['N']}" for raw in marked)


def inserted(desk: Desk, client: Any) -> list[dict[str, Any]]:
    """All events as the stream brings them, in the order in which they happened."""
    raws = [raw for raw in everything(client, desk.table.name) if raw["item"] == {"S": "event"}]
    raws.sort(key=lambda raw: (raw["pk"]["S"], raw["sk"]["S"]))
    return [{"eventName": "INSERT", "dynamodb": {"NewImage": raw}} for raw in raws]


def sweep(desk: Desk, time_left: Callable[[], int] = lambda: LONG) -> int:
    return Relay(desk).sweep(desk.clock.now() + LATER, time_left)


def poisoned(desk: Desk, name: str, **wrong: Any) -> None:
    """An event in front of all others that cannot be sent as it is."""
    desk.table.write(
        put(
            "event",
            {
                "pk": f"contract#{name}",
                "sk": "event#0000000001",
                "item": "event",
                "type": "contract.cancelled",
                "subject": name,
                "provider": "kreativmedia",
                "number": 1,
                "at": "2025-05-01T10:00:00.000000Z",
                "actor_role": "job",
                "actor_subject": "job",
                "data": {},
                "messages": [],
                "outbox_lane": keys.lane_of("contract#c-0"),
                "outbox_at": "2025-05-01T10:00:00.000000Z",
                **wrong,
            },
        )
    )


POISONS: dict[str, dict[str, Any]] = {
    "a role nobody has": {"actor_role": "king"},
    "no number": {"number": None},
    "an instant that is none": {"at": "yesterday"},
    "data that is no map": {"data": "x"},
    "messages without a channel": {"messages": [{"kind": "cancelled"}]},
    "a type that is no text": {"type": 5},
    "a type that is empty": {"type": ""},
    "too large for the bus": {"data": {"text": "ö" * 140_000}},
}


def test_what_reached_the_bus_has_lost_its_marker_and_stays_as_history(
    desk: Desk, dynamodb_client: Any
) -> None:
    ids = cancelled(desk, 3)
    Relay(desk).of_stream(inserted(desk, dynamodb_client))
    assert sorted(desk.bus.ids) == ids
    assert waiting(desk, dynamodb_client) == []
    assert len(desk.repository.timeline("c-0", 10, None)[0]) == 2
    assert sweep(desk) == 0


def test_an_entry_refused_inside_a_200_keeps_its_marker_and_the_others_lose_theirs(
    desk: Desk, dynamodb_client: Any
) -> None:
    ids = cancelled(desk, 6)
    bad = {"c-1:2", "c-4:1"}
    desk.bus.refusal = lambda e: "Throttled" if json.loads(e["Detail"])["id"] in bad else None
    Relay(desk).of_stream(inserted(desk, dynamodb_client))
    assert sorted(desk.bus.ids) == sorted(set(ids) - bad)
    assert waiting(desk, dynamodb_client) == sorted(bad)
    desk.bus.refusal = willing
    assert sweep(desk) == 2
    assert sorted(desk.bus.ids) == ids
    assert waiting(desk, dynamodb_client) == []


def test_a_call_that_fails_whole_for_one_entry_is_tried_entry_by_entry(
    desk: Desk, dynamodb_client: Any
) -> None:
    ids = cancelled(desk, 6)

    def raising(entry: dict[str, Any]) -> None:
        if json.loads(entry["Detail"])["id"] == "c-0:2":
            raise RuntimeError("ValidationException")

    desk.bus.refusal = raising
    Relay(desk).of_stream(inserted(desk, dynamodb_client))
    assert set(desk.bus.ids) == set(ids) - {"c-0:2"}
    assert waiting(desk, dynamodb_client) == ["c-0:2"]


def test_a_bus_that_is_away_leaves_every_event_to_the_sweep(
    desk: Desk, dynamodb_client: Any
) -> None:
    def away(entry: dict[str, Any]) -> None:
        raise ConnectionError

    ids = cancelled(desk, 4)
    desk.bus.refusal = away
    Relay(desk).of_stream(inserted(desk, dynamodb_client))
    assert sweep(desk) == 0
    assert waiting(desk, dynamodb_client) == ids
    desk.bus.refusal = willing
    assert sweep(desk) == len(ids)
    assert sorted(desk.bus.ids) == ids


@pytest.mark.parametrize("wrong", POISONS.values(), ids=POISONS)
def test_G13_a_poisoned_event_stops_nothing_and_is_parked_by_the_sweep(
    desk: Desk, dynamodb_client: Any, wrong: dict[str, Any]
) -> None:
    poisoned(desk, "a-poison", **wrong)
    ids = cancelled(desk, 2)
    records = inserted(desk, dynamodb_client)
    assert records[0]["dynamodb"]["NewImage"]["pk"]["S"] == "contract#a-poison"
    Relay(desk).of_stream(records)
    assert sorted(desk.bus.ids) == ids
    sweep(desk)
    ((parked,), _) = Parking(desk.table).page(["kreativmedia"], 10, None)
    assert parked.id == "contract:a-poison:event-0000000001"
    assert parked.reason
    assert waiting(desk, dynamodb_client) == []
    assert desk.table.get_raw(parked.key) is not None


def test_a_poisoned_event_in_front_stops_no_good_one_in_the_sweep(
    desk: Desk, dynamodb_client: Any
) -> None:
    for number, wrong in enumerate(POISONS.values()):
        poisoned(desk, f"a-{number}", **wrong)
    ids = cancelled(desk, 3)
    assert sweep(desk) == len(ids)
    assert sorted(desk.bus.ids) == ids
    found, _ = Parking(desk.table).page(["kreativmedia"], 50, None)
    assert len(found) == len(POISONS)


def test_a_mended_event_is_released_into_the_outbox_and_delivered(desk: Desk) -> None:
    poisoned(desk, "c-0", at="yesterday")
    sweep(desk)
    parking, now = Parking(desk.table), desk.clock.now()
    ((parked,), _) = parking.page(["kreativmedia"], 50, None)
    mend = update("event", parked.key, [Path("at").set("2025-05-01T10:00:00.000000Z")])
    desk.table.write(mend)
    parking.release(parked, parking.mended(parked, policy_of, policy_of_order, now), None, now)
    assert sweep(desk) == 1
    assert desk.bus.ids == ["c-0:1"]


def test_with_the_relay_off_the_sweep_delivers_each_over_pages_and_lanes_without_a_scan(
    desk: Desk, dynamodb_client: Any, wire: Wire
) -> None:
    cancelled(desk, 30)
    for n in range(130):
        pk = f"contract#x-{n}"
        poisoned(desk, f"x-{n}", outbox_lane=keys.lane_of(pk if n % 4 else "contract#c-0"))
    due = waiting(desk, dynamodb_client)
    with wire.heard():
        assert sweep(desk) == len(due)
    assert sorted(desk.bus.ids) == due
    assert wire.counted.keys() == {"Query", "BatchGetItem", "UpdateItem"}
    with wire.heard():
        assert sweep(desk) == 0
    assert wire.counted == {"Query": keys.LANES}


def test_what_is_younger_than_ten_minutes_is_the_relays(desk: Desk, dynamodb_client: Any) -> None:
    ids = cancelled(desk, 1)
    relay, now = Relay(desk), desk.clock.now()
    assert relay.sweep(now + timedelta(minutes=9, seconds=59), lambda: LONG) == 0
    assert waiting(desk, dynamodb_client) == ids
    assert relay.sweep(now + timedelta(minutes=10), lambda: LONG) == 2


def test_sweeps_that_are_always_short_of_time_reach_every_lane(
    desk: Desk, dynamodb_client: Any
) -> None:
    ids = cancelled(desk, 24)
    assert len({keys.lane_of(f"contract#c-{n}") for n in range(24)}) == keys.LANES
    for number in range(keys.LANES):
        # time for one page, and no more
        looks = chain([LONG], repeat(0))
        now = desk.clock.now() + LATER + number * timedelta(minutes=10)
        Relay(desk).sweep(now, looks.__next__)
    assert sorted(desk.bus.ids) == sorted(ids)


def test_an_event_whose_marker_could_not_be_removed_arrives_again(
    desk: Desk, dynamodb_client: Any, wire: Wire
) -> None:
    ids = cancelled(desk, 2)
    with wire.refused("UpdateItem", 1, "ValidationException"):
        Relay(desk).of_stream(inserted(desk, dynamodb_client))
    assert len(waiting(desk, dynamodb_client)) == 1
    sweep(desk)
    assert sorted(set(desk.bus.ids)) == ids
    assert len(desk.bus.ids) == len(ids) + 1


def test_large_events_are_sent_in_calls_the_bus_takes(desk: Desk) -> None:
    sizes: list[int] = []
    take = desk.bus.put_events

    def measured(Entries: list[dict[str, Any]]) -> dict[str, Any]:  # noqa: N803
        sizes.append(sum(len(entry["Detail"].encode()) for entry in Entries))
        return take(Entries)

    desk.bus.put_events = measured  # type: ignore[method-assign]
    for n in range(7):
        poisoned(desk, f"x-{n}", data={"text": "a" * 100_000})
    assert sweep(desk) == 7
    assert max(sizes) <= 256 * 1024
    assert len(sizes) == 4


def test_real_records_of_the_stream_reach_the_bus(
    dynamodb_local: str, dynamodb_client: Any
) -> None:
    desk = Desk(f"streamed-{uuid.uuid4().hex[:8]}")
    create_table(dynamodb_client, desk.table.name)
    ids = cancelled(desk, 3)
    streams = boto3.client("dynamodbstreams", endpoint_url=dynamodb_local)
    table = dynamodb_client.describe_table(TableName=desk.table.name)["Table"]
    arn = table["LatestStreamArn"]
    (shard,) = streams.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"]
    iterator = streams.get_shard_iterator(
        StreamArn=arn, ShardId=shard["ShardId"], ShardIteratorType="TRIM_HORIZON"
    )["ShardIterator"]
    records = streams.get_records(ShardIterator=iterator)["Records"]
    kinds = {record["eventName"] for record in records}
    assert kinds == {"INSERT", "MODIFY", "REMOVE"}
    Relay(desk).of_stream(records)
    assert sorted(desk.bus.ids) == ids
    assert waiting(desk, dynamodb_client) == []
    dynamodb_client.delete_table(TableName=desk.table.name)


_values: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8) | st.just("event"),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["S", "N", "M", "L", "item", "pk", "sk", "x"]), inner)
    ),
    max_leaves=8,
)
_fields = ("pk", "sk", "type", "subject", "provider", "number", "at", "actor_role", "data")
_images = st.fixed_dictionaries(
    {"item": st.just({"S": "event"})},
    optional=dict.fromkeys((*_fields, "actor_subject", "messages"), _values),
)
_insertions = st.fixed_dictionaries(
    {
        "eventName": st.just("INSERT"),
        "dynamodb": _values | st.fixed_dictionaries({"NewImage": _images}),
    }
)
_records = _values | _insertions


@given(records=st.lists(_records, max_size=4))
@settings(
    max_examples=150,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_the_relay_never_raises_whatever_comes_and_the_good_event_behind_it_arrives(
    desk: Desk, records: list[Any]
) -> None:
    good = desk.__dict__.setdefault("good", [])
    if not good:
        desk.register("c-1")
        raw: Raw | None = desk.table.get_raw(("contract#c-1", "event#0000000001"))
        good.append({"eventName": "INSERT", "dynamodb": {"NewImage": raw}})
    desk.bus.taken.clear()
    Relay(desk).of_stream([*records, *good])
    assert "c-1:1" in desk.bus.ids


@pytest.mark.parametrize("event", [None, [], {}, {"Records": None}, {"Records": [None, 5]}, "x"])
def test_the_relays_function_never_raises(event: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    import relay

    monkeypatch.setenv("TABLE_NAME", "none")
    relay.handler(event, None)
