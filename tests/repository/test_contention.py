"""Contention, throttling and lost answers, which DynamoDB Local never shows: made at the wire."""

from typing import Any

import pytest

from tacit.domain.commands import Cancel
from tacit.domain.values import Status
from tacit.replies import Request
from tacit.store import keys
from tacit.store.patience import Busy
from tacit.store.writes import ConditionFailed, absent, put
from tests.repository.desk import Desk, everything, plain
from tests.repository.wire import Wire

CONFLICT = ("TransactionCanceledException", "None", "TransactionConflict")
KEY = Request(key=("idempotency#1", "record"), fingerprint="asked", ttl=1)


@pytest.fixture
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """How long was waited, instead of waiting."""
    found: list[float] = []
    monkeypatch.setattr("tacit.store.patience.time.sleep", found.append)
    return found


@pytest.mark.parametrize(
    "error",
    [
        CONFLICT,
        ("TransactionCanceledException", "ThrottlingError", "None"),
        ("TransactionInProgressException",),
        ("ProvisionedThroughputExceededException",),
        ("ThrottlingException",),
        ("InternalServerError",),
    ],
    ids=lambda error: error[-1] if error[-1] != "None" else error[1],
)
def test_what_passes_is_waited_for_and_then_done(
    desk: Desk, wire: Wire, waits: list[float], error: tuple[str, ...]
) -> None:
    desk.register("c-1")
    with wire.heard(), wire.refused("TransactWriteItems", 3, *error):
        assert desk.ask("c-1", Cancel).status is Status.NON_RENEWING
    assert wire.counted["TransactWriteItems"] == 4
    assert len(waits) == 3
    assert desk.register("c-2").version == 1


def test_the_waits_are_random_and_grow(desk: Desk, wire: Wire, waits: list[float]) -> None:
    for number in range(20):
        with wire.refused("GetItem", 5, "ThrottlingException"):
            desk.table.get((f"nothing-{number}", "head"))
    assert len(set(waits)) == 100
    for attempt in range(5):
        assert max(waits[attempt::5]) <= 0.025 * 2**attempt
    assert sum(waits[4::5]) > sum(waits[0::5])


@pytest.mark.parametrize("operation", ["TransactWriteItems", "GetItem"])
def test_what_does_not_pass_is_told_as_busy_and_changed_nothing(
    desk: Desk, wire: Wire, waits: list[float], operation: str
) -> None:
    desk.register("c-1")
    before = desk.table.get(keys.contract("c-1"))
    error = CONFLICT if operation == "TransactWriteItems" else ("ThrottlingException",)
    with wire.heard(), wire.refused(operation, 99, *error), pytest.raises(Busy):
        desk.ask("c-1", Cancel)
    assert wire.counted[operation] == 6
    assert desk.table.get(keys.contract("c-1")) == before


def test_a_failed_condition_beside_a_conflict_is_a_lost_race_and_not_waited_for(
    desk: Desk, wire: Wire, waits: list[float]
) -> None:
    desk.register("c-1")
    reasons = ("ConditionalCheckFailed", "TransactionConflict")
    with wire.heard(), wire.refused("TransactWriteItems", 1, CONFLICT[0], *reasons):
        desk.ask("c-1", Cancel)
    assert wire.counted == {"GetItem": 4, "TransactWriteItems": 2}
    assert waits == []


def test_what_waiting_does_not_help_is_raised_at_once(
    desk: Desk, wire: Wire, waits: list[float]
) -> None:
    with (
        wire.refused("GetItem", 99, "ValidationException"),
        pytest.raises(Exception, match="get item") as told,
    ):
        desk.table.get(("a", "b"))
    assert not isinstance(told.value, Busy)
    assert waits == []


def test_a_command_whose_answer_was_lost_is_carried_out_once_and_answered_as_done(
    desk: Desk, wire: Wire, dynamodb_client: Any, waits: list[float]
) -> None:
    desk.register("c-1")
    with wire.heard(), wire.answer_lost("TransactWriteItems"):
        contract = desk.ask("c-1", Cancel)
    assert contract.version == 2
    tokens = {sent["ClientRequestToken"] for op, sent in wire.calls if op == "TransactWriteItems"}
    assert len(tokens) == 1
    assert wire.counted == {"GetItem": 2, "TransactWriteItems": 2}
    events = plain(everything(dynamodb_client, desk.table.name, "contract#c-1"), "event")
    assert [event["type"] for event in events] == ["contract.registered", "contract.cancelled"]


def test_a_registration_whose_answer_was_lost_is_there_once(
    desk: Desk, wire: Wire, dynamodb_client: Any, waits: list[float]
) -> None:
    with wire.answer_lost("TransactWriteItems"):
        desk.register("c-1", plan="domain-ch", label="example.ch")
    order = desk.repository.order("~c-1")
    assert order is not None
    assert (order.size, order.version) == (1, 1)


def test_a_command_that_ended_in_busy_though_it_went_through_is_not_repeated_with_its_key(
    desk: Desk, wire: Wire, waits: list[float]
) -> None:
    desk.register("c-1")
    with wire.answer_lost("TransactWriteItems", 99), pytest.raises(Busy):
        desk.ask("c-1", Cancel, KEY)
    with wire.heard():
        desk.ask("c-1", Cancel, KEY)
    assert "TransactWriteItems" not in wire.counted
    record = desk.repository.idempotency(("idempotency#1", "record"))
    stored = desk.repository.contract("c-1")
    assert record is not None
    assert stored is not None
    assert (record.status, record.request, stored.version) == (200, "asked", 2)


def test_a_single_write_whose_answer_was_lost_says_look_again(
    desk: Desk, wire: Wire, waits: list[float]
) -> None:
    item = {"pk": "a", "sk": "b", "n": 1}
    with wire.answer_lost("PutItem"), pytest.raises(ConditionFailed):
        desk.table.write(put("one", item, absent))
    assert desk.table.get(("a", "b")) == item


@pytest.mark.parametrize("operation", ["TransactWriteItems", "PutItem", "BatchGetItem", "Query"])
def test_a_job_whose_answers_were_lost_ends_with_the_right_counts(
    desk: Desk, wire: Wire, dynamodb_client: Any, waits: list[float], operation: str
) -> None:
    for number in range(5):
        desk.register(f"c-{number}")
        desk.ask(f"c-{number}", Cancel)
    with wire.answer_lost(operation, 3):
        counts = desk.run_job("run-1", "2026-01-20")
    assert counts == {"done": 5, "unchanged": 0, "parked": 0, "failed": 0}
    heads = plain(everything(dynamodb_client, desk.table.name), "contract")
    assert [(head["status"], head["events"]) for head in heads] == [("expired", 3)] * 5
