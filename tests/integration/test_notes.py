"""What staff writes about what it did is kept in the history, and read by staff alone."""

from typing import Any

import pytest

from tests.integration.conftest import ALICE, BOB, CAROL, STAFF, Person, World, customer
from tests.integration.money import opened
from tests.integration.plan_changes import asked_for, mailed_code, serving
from tests.integration.sales import command, selling
from tests.integration.shops import OLGA

NOTE = "the registry refused it: Mrs Keller of example.ch called"
SWISS = customer("alice", "infomaniak")


def timeline(world: World, who: Person, contract_id: str) -> list[dict[str, Any]]:
    reply = world.call("GET", f"/contracts/{contract_id}/timeline", who)
    assert reply.status == 200, reply.text
    items: list[dict[str, Any]] = reply.json["items"]
    return items


def reversal(world: World, contract_id: str, period_start: str, **query: str) -> Any:
    body = {"period_start": period_start, "reason": NOTE}
    path = f"/contracts/{contract_id}/renewal-reversal"
    return world.call("POST", path, STAFF, body, query=query)


@pytest.fixture
def paid(world: World) -> World:
    """c-1, renewed from alice's account."""
    world.set_clock("2026-01-02T11:00:00Z")
    opened(world, "a-1", "500.00")
    world.register("c-1", plan="domain-ch", label="example.ch")
    body = {"current_expires_on": "2026-01-15", "account_id": "a-1"}
    assert world.call("POST", "/contracts/c-1/renewal", ALICE, body).status == 200
    return world


def test_staff_reads_the_reason_of_a_reversal_in_the_timeline_and_nobody_else_does(
    paid: World,
) -> None:
    assert reversal(paid, "c-1", "2026-01-15").status == 200
    notes = {event["type"]: event["note"] for event in timeline(paid, STAFF, "c-1")}
    assert notes.pop("contract.renewal_reversed") == NOTE
    assert set(notes.values()) == {None}
    for who in (ALICE, BOB, CAROL):
        shown = timeline(paid, who, "c-1")
        assert shown[0]["type"] == "contract.renewal_reversed"
        assert not [event for event in shown if "note" in event or NOTE in str(event)]
    for door in ("/contracts/c-1", "/contracts/c-1/forecast", "/accounts/a-1/ledger"):
        assert NOTE not in paid.call("GET", door, ALICE).text


def test_a_note_is_in_no_answer_and_on_no_bus(paid: World) -> None:
    assert NOTE not in reversal(paid, "c-1", "2026-01-15", dry_run="true").text
    assert NOTE not in reversal(paid, "c-1", "2026-01-15").text
    assert [item for item in paid.items() if NOTE in str(item)]
    told = paid.relay()
    assert "contract.renewal_reversed" in {event["detail-type"] for event in told}
    assert NOTE not in str(told)
    assert not [event for event in told if "note" in event["detail"]]


def test_I16_so_is_the_reason_where_a_warranty_had_laid_out_the_term(world: World) -> None:
    world.set_clock("2025-04-20T11:00:00Z")
    body = {"provider": "infomaniak", "plan": "domain-ch", "label": "a.ch", "import": True}
    dates = {"starts_on": "2024-05-01", "expires_on": "2025-05-01", "renewal_warranty": True}
    world.register("d-1", **body, **dates)
    world.set_clock("2025-05-01T11:00:00Z")
    for job in ("renewals", "expiries", "renewals"):
        world.run_job("2025-05-01T11:00:00Z", job)
    assert world.contract("d-1")["expires_on"] == "2026-05-01"
    assert reversal(world, "d-1", "2025-05-01").status == 200
    assert timeline(world, STAFF, "d-1")[0]["note"] == NOTE
    assert NOTE not in str(timeline(world, SWISS, "d-1"))


def test_so_is_why_staff_confirms_a_plan_change_for_its_holder(world: World) -> None:
    world.set_clock("2025-02-01T11:00:00Z")
    serving(world, "v-1")
    change = asked_for(world, "v-1")
    body = {"code": mailed_code(world, "v-1"), "on_behalf_reason": NOTE}
    path = f"/contracts/v-1/plan-changes/{change['id']}/confirmation"
    reply = world.call("POST", path, STAFF, body)
    assert reply.status == 200, reply.text
    assert NOTE not in reply.text
    notes = {event["type"]: event["note"] for event in timeline(world, STAFF, "v-1")}
    assert notes.pop("contract.confirmed_on_behalf") == NOTE
    assert set(notes.values()) == {None}
    for who in (ALICE, BOB, CAROL):
        assert NOTE not in str(timeline(world, who, "v-1"))
    assert NOTE not in world.call("GET", "/contracts/v-1/plan-changes", ALICE).text
    assert NOTE not in str(world.relay())


def test_I6_why_an_organiser_gives_money_back_is_on_the_order_and_on_no_bus(world: World) -> None:
    """For the books: kept with the order, and read where the order is."""
    world.set_clock("2025-02-01T11:00:00Z")
    selling(world)
    refund = {"method": "voucher", "reason": NOTE}
    one = {"tickets": ["A-2"], "refund": refund}
    said = [command(world, "t-1", "cancellation", one, OLGA)]
    said.append(command(world, "t-3", "credit-decision", {"refund": refund}, OLGA))
    for reply in said:
        assert NOTE not in str(reply.json["events"])
    for order_id, tickets in (("t-1", ["A-2"]), ("t-3", [])):
        (kept,) = world.call("GET", f"/ticket-orders/{order_id}", OLGA).json["refunds"]
        assert (kept["tickets"], kept["method"], kept["reason"]) == (tickets, "voucher", NOTE)
    told = world.relay()
    types = {event["detail-type"] for event in told}
    assert {"ticket_order.tickets_cancelled", "ticket_order.credit_refunded"} <= types
    assert NOTE not in str(told)


@pytest.mark.parametrize(("length", "status"), [(500, 200), (501, 422)])
def test_a_reason_has_at_most_500_characters(paid: World, length: int, status: int) -> None:
    body = {"period_start": "2026-01-15", "reason": "ü" * length}
    reply = paid.call("POST", "/contracts/c-1/renewal-reversal", STAFF, body)
    assert reply.status == status, reply.text
