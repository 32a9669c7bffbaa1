"""What is missing, unreadable or another's beside a contract: never to the customer's cost, and
never to the others'."""

from datetime import timedelta
from typing import Any

import pytest

from tacit.domain.commands import Cancel
from tacit.domain.refusals import Broken
from tacit.runtime.ticket_policies import policy_of_order
from tacit.store import keys
from tacit.store.messages import LEASE, Messages, StillClaimed
from tacit.store.parking import Parked, Parking
from tacit.versions import policy_of
from tests.repository.desk import ADD_ON, PREMIUM, Desk
from tests.unit.cases import at

OVERDUE = "2026-01-20"
MESSAGE = keys.message("contract#c-1", 2, "cancelled", "email")
WITHOUT_ORDER = {
    "missing": None,
    "unreadable": {"item": "order", "id": "~c-1", "holder": "alice"},
}


def without_order(desk: Desk, client: Any, item: dict[str, Any] | None) -> None:
    """A contract of two that loses its order; both are overdue and waited for."""
    for name in ("c-1", "c-2"):
        desk.register(name)
    without(desk, client, keys.order("~c-1"), item)


def without(desk: Desk, client: Any, place: keys.Key, item: dict[str, Any] | None) -> None:
    """The item is gone, or another one is in its place."""
    pk, sk = place
    key = {"pk": {"S": pk}, "sk": {"S": sk}}
    client.delete_item(TableName=desk.table.name, Key=key)
    if item is not None:
        raw = {**key, **{name: {"S": value} for name, value in item.items()}}
        client.put_item(TableName=desk.table.name, Item=raw)


def parked(desk: Desk, provider: str = "kreativmedia") -> Parked:
    ((found,), _) = Parking(desk.table).page([provider], 50, None)
    return found


@pytest.mark.breaks("something is missing")
@pytest.mark.parametrize("item", WITHOUT_ORDER.values(), ids=WITHOUT_ORDER)
def test_G13_without_its_order_a_contract_is_parked_and_not_expired(
    desk: Desk, dynamodb_client: Any, item: dict[str, Any] | None
) -> None:
    without_order(desk, dynamodb_client, item)
    counts = desk.run_job("run-1", OVERDUE)
    assert counts == {"done": 0, "unchanged": 1, "parked": 1, "failed": 0}
    found = parked(desk)
    assert found.id == "contract:c-1"
    assert "its order" in found.reason
    contract = desk.repository.contract("c-1")
    assert contract is not None
    assert contract.status == "active"
    with pytest.raises(Broken):
        Parking(desk.table).mended(found, policy_of, policy_of_order, at(OVERDUE))


@pytest.mark.breaks("something is missing")
@pytest.mark.parametrize("item", [None, {"item": "contract", "id": "d-1"}], ids=WITHOUT_ORDER)
def test_G13_without_its_parent_an_add_on_is_parked_and_neither_ended_nor_downgraded(
    desk: Desk, dynamodb_client: Any, item: dict[str, Any] | None
) -> None:
    """What becomes of it hangs on the domain's tier; nobody guesses."""
    desk.register("d-1", **PREMIUM)
    desk.register("a-1", **ADD_ON)
    desk.ask("a-1", Cancel)
    without(desk, dynamodb_client, keys.contract("d-1"), item)
    counts = desk.run_job("run-1", "2025-06-15")
    assert counts == {"done": 0, "unchanged": 0, "parked": 1, "failed": 0}
    found = parked(desk, "svenska-domaner")
    assert found.id == "contract:a-1"
    assert "its parent" in found.reason
    contract = desk.repository.contract("a-1")
    assert contract is not None
    assert (contract.status, contract.plan) == ("non_renewing", "mail-addon")
    with pytest.raises(Broken):
        Parking(desk.table).mended(found, policy_of, policy_of_order, at(OVERDUE))


@pytest.mark.breaks("a record that cannot be read")
def test_an_order_that_cannot_be_read_hides_no_other(desk: Desk, dynamodb_client: Any) -> None:
    without_order(desk, dynamodb_client, WITHOUT_ORDER["unreadable"])
    assert set(desk.repository.orders({"~c-1", "~c-2"})) == {"~c-2"}


@pytest.mark.breaks("a record that cannot be read")
def test_an_order_id_that_no_key_can_hold_stops_no_page(desk: Desk, dynamodb_client: Any) -> None:
    for name in ("c-1", "c-2"):
        desk.register(name)
    pk, sk = keys.contract("c-1")
    dynamodb_client.update_item(
        TableName=desk.table.name,
        Key={"pk": {"S": pk}, "sk": {"S": sk}},
        UpdateExpression="SET order_id = :o",
        ExpressionAttributeValues={":o": {"S": "x" * 2100}},
    )
    counts = desk.run_job("run-1", OVERDUE)
    assert counts == {"done": 0, "unchanged": 1, "parked": 1, "failed": 0}
    assert parked(desk).id == "contract:c-1"


@pytest.mark.breaks("a record that cannot be read")
def test_an_event_that_cannot_be_read_hides_no_other(desk: Desk, dynamodb_client: Any) -> None:
    desk.register("c-1")
    pk, sk = keys.event("contract#c-1", 2)
    dynamodb_client.put_item(
        TableName=desk.table.name, Item={"pk": {"S": pk}, "sk": {"S": sk}, "item": {"S": "event"}}
    )
    events, _ = desk.repository.timeline("c-1", 10, None)
    assert [event.number for event in events] == [1]


@pytest.mark.breaks("a head or a message is written by hand")
def test_a_message_leaves_once_however_often_and_how_closely_its_event_comes(desk: Desk) -> None:
    messages, now = Messages(desk.table), at("2025-06-01")
    assert messages.claim(MESSAGE, now)
    with pytest.raises(StillClaimed):
        messages.claim(MESSAGE, now + timedelta(seconds=1))
    messages.sent(MESSAGE)
    assert not messages.claim(MESSAGE, now + 2 * LEASE)


@pytest.mark.breaks("a head or a message is written by hand")
def test_a_message_nobody_knows_the_end_of_is_sent_again_once_the_lease_is_over(desk: Desk) -> None:
    messages, now = Messages(desk.table), at("2025-06-01")
    assert messages.claim(MESSAGE, now)
    later = now + LEASE + timedelta(seconds=1)
    assert messages.claim(MESSAGE, later)
    with pytest.raises(StillClaimed):
        messages.claim(MESSAGE, later)
