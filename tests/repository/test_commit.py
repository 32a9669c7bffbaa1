"""What one transaction writes, and what each of its conditions stops."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from tacit.domain.commands import Cancel, ComeDue, Reactivate, Register
from tacit.domain.decision import Change, Situation
from tacit.domain.life import decide
from tacit.domain.refusals import Broken, Refused
from tacit.domain.values import JOB, Contract, Status
from tacit.policies import policy
from tacit.store import keys
from tacit.store.mapping import label_item
from tacit.store.repository import IdempotencyRecord, KeyUsed, LabelTaken, LostRace
from tacit.store.writes import ConditionFailed, absent, put
from tests.repository.desk import Desk, everything, plain
from tests.repository.wire import Wire
from tests.unit.cases import ALICE, STAFF, at, registration

NOW = at("2025-06-01")
DOMAIN: dict[str, Any] = {"plan": "domain-ch", "label": "example.ch"}
RECORD = IdempotencyRecord(
    ("idempotency#1", "record"), "hash", 200, "{}", NOW + timedelta(hours=24), 1
)


def change_of(desk: Desk, contract_id: str, command: Any, now: str = "2025-06-01") -> Change:
    """The decision on what is stored, not committed yet."""
    contract = desk.repository.contract(contract_id)
    assert contract is not None
    order = desk.repository.order(contract.order_id)
    decision = decide(Situation(contract, order), command, policy(contract.policy), at(now))
    assert isinstance(decision, Change)
    return decision


def commit(desk: Desk, change: Change, record: IdempotencyRecord | None = None) -> None:
    desk.repository.commit(change, policy(change.contract.policy), NOW, record)


def items(desk: Desk, client: Any) -> dict[tuple[str, str], Any]:
    found = everything(client, desk.table.name)
    return {(item["pk"]["S"], item["sk"]["S"]): item for item in found}


def test_a_registration_writes_head_links_name_order_and_event(
    desk: Desk, dynamodb_client: Any
) -> None:
    desk.register("c-1", **DOMAIN)
    assert set(items(desk, dynamodb_client)) == {
        ("contract#c-1", "head"),
        ("contract#c-1", "event#0000000001"),
        ("order#~c-1", "head"),
        ("label#example.ch", "claim"),
        ("party#kreativmedia#alice", "active#alice#c-1"),
        ("party#kreativmedia#bob", "active#alice#c-1"),
        ("party#kreativmedia#carol", "active#alice#c-1"),
    }


def test_a_contract_without_a_unique_label_claims_no_name(desk: Desk, dynamodb_client: Any) -> None:
    desk.register("c-1")
    assert not [pk for pk, _ in items(desk, dynamodb_client) if pk.startswith("label#")]


def test_an_event_is_written_with_its_marker_under_the_clock_of_the_commit(
    desk: Desk, dynamodb_client: Any
) -> None:
    desk.register("c-1")
    desk.stand_at("2025-06-02T08:00")
    desk.ask("c-1", Cancel)
    event = items(desk, dynamodb_client)["contract#c-1", "event#0000000002"]
    assert event["type"] == {"S": "contract.cancelled"}
    assert event["outbox_at"] == {"S": "2025-06-02T08:00:00.000000Z"}
    assert event["outbox_lane"]["S"] in "01234567"


@pytest.mark.parametrize(
    ("command", "before", "after"),
    [(Cancel, "active", "non_renewing"), (Reactivate, "non_renewing", "active")],
)
def test_a_command_writes_head_links_and_event_and_nothing_else(
    desk: Desk, dynamodb_client: Any, command: Any, before: str, after: str
) -> None:
    desk.register("c-1", **DOMAIN)
    if before == "non_renewing":
        desk.ask("c-1", Cancel)
    was = items(desk, dynamodb_client)
    contract = desk.ask("c-1", command)
    now = items(desk, dynamodb_client)
    moved = {key for key in was.keys() | now.keys() if was.get(key) != now.get(key)}
    people = ("alice", "bob", "carol")
    assert moved == {
        ("contract#c-1", "head"),
        ("contract#c-1", f"event#{contract.version:010d}"),
        *((f"party#kreativmedia#{who}", f"{before}#alice#c-1") for who in people),
        *((f"party#kreativmedia#{who}", f"{after}#alice#c-1") for who in people),
    }
    assert not any((f"party#kreativmedia#{who}", f"{before}#alice#c-1") in now for who in people)


def test_the_name_is_kept_while_expired_and_free_once_closed(
    desk: Desk, dynamodb_client: Any
) -> None:
    claim = keys.label("example.ch")
    desk.register("c-1", **DOMAIN)
    desk.ask("c-1", Cancel)
    commit(desk, change_of(desk, "c-1", ComeDue(JOB), "2026-01-15"))
    assert claim in items(desk, dynamodb_client)
    commit(desk, change_of(desk, "c-1", ComeDue(JOB), "2026-02-24"))
    stored = items(desk, dynamodb_client)
    assert claim not in stored
    assert stored["contract#c-1", "head"]["status"] == {"S": "closed"}
    assert "expiries_due_at" not in stored["contract#c-1", "head"]
    assert desk.register("c-2", **DOMAIN).status is Status.ACTIVE


def test_a_record_of_the_answer_is_written_with_the_effect(desk: Desk) -> None:
    desk.register("c-1")
    commit(desk, change_of(desk, "c-1", Cancel(ALICE)), RECORD)
    assert desk.repository.idempotency(RECORD.key) == RECORD


def refused(desk: Desk, client: Any, change: Change, error: type[Exception], **more: Any) -> None:
    """The commit fails with that error, and not one item differs afterwards."""
    was = items(desk, client)
    with pytest.raises(error):
        commit(desk, change, **more)
    assert items(desk, client) == was


def test_a_version_that_moved_is_a_lost_race(desk: Desk, dynamodb_client: Any) -> None:
    desk.register("c-1")
    stale = change_of(desk, "c-1", Cancel(ALICE))
    desk.ask("c-1", Cancel)
    desk.ask("c-1", Reactivate)
    refused(desk, dynamodb_client, stale, LostRace)


@pytest.mark.breaks("an item is in the way, laid by hand")
def test_an_event_of_that_number_is_a_lost_race(desk: Desk, dynamodb_client: Any) -> None:
    desk.register("c-1")
    change = change_of(desk, "c-1", Cancel(ALICE))
    pk, sk = keys.event("contract#c-1", 2)
    desk.table.write(put("event", {"pk": pk, "sk": sk, "item": "event"}))
    refused(desk, dynamodb_client, change, LostRace)


def test_an_order_that_moved_is_a_lost_race(desk: Desk, dynamodb_client: Any) -> None:
    desk.register("c-1", order_id="o-1")
    order = desk.repository.order("o-1")
    wanted = registration(id="c-2", order_id="o-1")
    decision = decide(
        Situation(None, order), Register(STAFF, wanted, "x"), policy("kreativmedia/1"), NOW
    )
    desk.register("c-3", order_id="o-1")
    assert isinstance(decision, Change)
    refused(desk, dynamodb_client, decision, LostRace)
    desk.register("c-2", order_id="o-1")
    found = desk.repository.order("o-1")
    assert found is not None
    assert (found.size, found.version) == (3, 3)


def registering(contract_id: str, **fields: Any) -> Change:
    wanted = registration(id=contract_id, **fields)
    command = Register(STAFF, wanted, f"body of {contract_id}")
    decision = decide(Situation(None), command, policy("kreativmedia/1"), NOW)
    assert isinstance(decision, Change)
    return decision


def test_a_name_that_belongs_to_another_is_taken(desk: Desk, dynamodb_client: Any) -> None:
    desk.register("c-1", **DOMAIN)
    refused(desk, dynamodb_client, registering("c-2", **DOMAIN), LabelTaken)
    with pytest.raises(Refused, match="label_taken"):
        desk.register("c-2", **DOMAIN)


def test_two_contracts_with_two_names_are_registered_side_by_side(desk: Desk) -> None:
    first = registering("c-1", **DOMAIN)
    second = registering("c-2", plan="domain-ch", label="example2.ch")
    commit(desk, first)
    commit(desk, second)
    claims = [label_item(change.contract) for change in (first, second)]
    stored = [desk.table.get((item["pk"], item["sk"])) for item in claims]
    assert stored == claims


def test_a_name_written_in_two_ways_is_one_name(desk: Desk) -> None:
    desk.register("c-1", plan="domain-ch", label="müller.ch")
    with pytest.raises(Refused, match="label_taken"):
        desk.register("c-2", plan="domain-ch", label="XN--MLLER-KVA.ch")


@pytest.mark.breaks("the name's claim is given to another by hand")
def test_closing_never_frees_a_name_that_another_holds(desk: Desk, dynamodb_client: Any) -> None:
    desk.register("c-1", **DOMAIN)
    desk.ask("c-1", Cancel)
    commit(desk, change_of(desk, "c-1", ComeDue(JOB), "2026-01-15"))
    pk, sk = keys.label("example.ch")
    desk.table.write(put("label", {"pk": pk, "sk": sk, "item": "label", "contract_id": "c-9"}))
    last = change_of(desk, "c-1", ComeDue(JOB), "2026-02-24")
    refused(desk, dynamodb_client, last, Broken)


def test_a_key_that_was_used_meanwhile_stops_the_effect(desk: Desk, dynamodb_client: Any) -> None:
    desk.register("c-1")
    desk.register("c-2")
    commit(desk, change_of(desk, "c-1", Cancel(ALICE)), RECORD)
    other = replace(RECORD, answer="another")
    refused(desk, dynamodb_client, change_of(desk, "c-2", Cancel(ALICE)), KeyUsed, record=other)


def test_a_key_whose_day_is_over_may_be_used_again(desk: Desk) -> None:
    old = replace(RECORD, valid_until=NOW)
    desk.register("c-1")
    commit(desk, change_of(desk, "c-1", Cancel(ALICE)), old)
    commit(desk, change_of(desk, "c-1", Reactivate(ALICE)), RECORD)
    assert desk.repository.idempotency(RECORD.key) == RECORD


@pytest.mark.parametrize("first", ["delete", "put", "update"])
def test_a_failed_condition_is_told_by_its_own_name_whatever_the_order(
    desk: Desk, first: str
) -> None:
    from pynamodb.expressions.operand import Path

    from tacit.store.writes import delete, update

    make: dict[str, Callable[[Any], Any]] = {
        "put": lambda c: put("put", {"pk": "a", "sk": "1"}, c),
        "delete": lambda c: delete("delete", ("a", "2"), c),
        "update": lambda c: update("update", ("a", "3"), [Path("x").set(1)], c),
    }
    order = [first, *(kind for kind in make if kind != first)]
    for failing in make:
        writes = [make[kind](~absent if kind == failing else absent) for kind in order]
        with pytest.raises(ConditionFailed) as told:
            desk.table.transact(writes)
        assert told.value.writes == {failing}


def test_the_links_follow_the_parties(desk: Desk, dynamodb_client: Any) -> None:
    contract: Contract = desk.register("c-1")
    after = replace(contract, billing_contact=None, technical_contact="dave", version=2, events=1)
    desk.repository.commit(Change(contract, after, ()), policy(contract.policy), NOW)
    found = everything(dynamodb_client, desk.table.name, "party#")
    links = [link["pk"] for link in plain(found, "party")]
    assert sorted(links) == ["party#kreativmedia#alice", "party#kreativmedia#dave"]


def test_the_largest_change_fits_one_transaction(desk: Desk, wire: Wire) -> None:
    """100 items are DynamoDB's limit; today's widest change moves three links and a name."""
    desk.register("c-1", **DOMAIN)
    desk.ask("c-1", Cancel)
    change = change_of(desk, "c-1", ComeDue(JOB), "2026-01-15")
    with wire.heard():
        commit(desk, change)
    ((_, sent),) = wire.calls
    assert len(sent["TransactItems"]) == 8
