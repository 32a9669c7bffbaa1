"""Erasing on DynamoDB Local: cut off at any call and called again, and beside everybody else."""

import json
from collections.abc import Callable
from dataclasses import replace
from itertools import count
from typing import Any

import pytest

from tacit.domain.commands import Amend, Cancel
from tacit.domain.tickets.commands import CancelTickets
from tacit.domain.tickets.values import Refund
from tacit.domain.values import Status
from tacit.erasure import buyer as of_buyers
from tacit.erasure import person as of_persons
from tacit.erasure.buyer import BuyerErasure
from tacit.erasure.person import PersonErasure
from tacit.erasure.rewriting import Hindered, Unfinished
from tacit.store import erasing, keys
from tacit.store.codec import Item, Raw, from_raw
from tacit.store.erasing import Erasing
from tests.repository.bulk import write_contracts, write_items
from tests.repository.conftest import fresh_table
from tests.repository.desk import Desk, everything, pattern
from tests.repository.letterbox import deliver, held
from tests.repository.ticket_desk import LEA, ask, place, shop, stored
from tests.repository.tills import book, opened
from tests.repository.wire import Cut, Wire
from tests.searches import far
from tests.unit.cases import STAFF, at

PSEUDONYM = "erased-0"
NOW = at("2027-01-01")
REFUND = Refund("bank_transfer", "because of a private matter")
STRIDE = far(2, 1)  # a slice: every other call, the odd ones before it and the even ones after
WRITES = ("TransactWriteItems", "UpdateItem", "PutItem", "DeleteItem")


@pytest.fixture(autouse=True)
def one_pseudonym(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that two tables can be compared."""
    for module in (of_persons, of_buyers):
        monkeypatch.setattr(module, "new_pseudonym", lambda: PSEUDONYM)


def person(desk: Desk, subject: str = "alice") -> PersonErasure:
    return PersonErasure(desk.table, "kreativmedia", subject, lambda _: None)


def buyer(desk: Desk) -> BuyerErasure:
    return BuyerErasure(desk.table, "infomaniak", LEA.email, lambda _: None)


def lived(desk: Desk) -> None:
    """A contract of alice's in an order, one in its own, both closed; an account; and one of dave's
    that she looks after."""
    for contract_id in ("c-1", "c-2"):
        desk.register(contract_id)
    desk.place("o-1", "c-1")
    desk.switch("o-1", False)
    opened(desk, "a-1", 5000, provider="kreativmedia", currency="CHF")
    book(desk, "withdrawal", "a-1", 5000, "out", currency="CHF")
    for contract_id in ("c-1", "c-2"):
        desk.ask(contract_id, Cancel)
    for number, day in enumerate(("2026-01-20", "2026-12-31")):
        desk.stand_at(day)
        desk.run_job(f"run-{number}", day)
    desk.register("c-9", holder="dave", billing_contact="alice", email="dave@example.net")


def bought(desk: Desk) -> None:
    shop(desk)
    for order_id in ("t-1", "t-2"):
        assert place(desk, order_id, f"seat of {order_id}") == "registered"
        done = ask(desk, order_id, lambda actor: CancelTickets(actor, None, None, REFUND))
        assert done == "cancelled"
        _, body = held(desk, order_id)
        assert deliver(desk, body) == "sent"


def traces(raws: list[Raw]) -> list[str]:
    texts = [json.dumps(raw, ensure_ascii=False).casefold() for raw in raws]
    words = ("alice", "lea@", "lea", "muller", "müller", "private")
    return [text for text in texts if any(f'"{w}' in text or f"#{w}" in text for w in words)]


def by_key(raws: list[Raw]) -> dict[str, Raw]:
    """Less what a job's run has left, which TTL clears away."""
    found = {f"{raw['pk']['S']} {raw['sk']['S']}": raw for raw in raws}
    return {key: raw for key, raw in found.items() if not key.startswith("run")}


Erase = Callable[[Desk], PersonErasure | BuyerErasure]
STORIES: dict[str, tuple[Callable[[Desk], None], Erase]] = {
    "person": (lived, person),
    "buyer": (bought, buyer),
}


@pytest.mark.search
@pytest.mark.parametrize("story", STORIES)
@pytest.mark.parametrize("when", ["before", "after"])
def test_cut_off_at_any_write_and_called_again_it_ends_the_same(
    desk: Desk, dynamodb_client: Any, story: str, when: str
) -> None:
    live, erase = STORIES[story]
    live(desk)
    items = acted_themselves(desk, dynamodb_client)
    erase(desk).carried_out(NOW)
    whole = by_key(everything(dynamodb_client, desk.table.name))
    assert traces(list(whole.values())) == []
    cuts = 0
    for operation in WRITES:
        for number in count(1 + (STRIDE > 1 and when == "after"), STRIDE):
            with fresh_table(dynamodb_client) as name:
                write_items(dynamodb_client, name, items)
                again = Desk(name)
                if not cut_off(again, erase, when, operation, number):
                    break
                cuts += 1
                erase(again).carried_out(NOW)
                assert by_key(everything(dynamodb_client, name)) == whole, (operation, number)
    assert cuts >= {"person": 16, "buyer": 4}[story] // STRIDE


def acted_themselves(desk: Desk, client: Any) -> list[Item]:
    """All that is stored, less the jobs' runs; whatever staff did with contracts, alice did."""
    items = [from_raw(raw) for raw in everything(client, desk.table.name)]
    items = [item for item in items if not item["pk"].startswith("run")]
    for item in items:
        mine = item["pk"].startswith(("contract#", "account#", "order#"))
        if mine and item.get("actor_subject") == STAFF.subject:
            item["actor_subject"] = "alice"
    write_items(client, desk.table.name, items)
    return items


def cut_off(desk: Desk, erase: Erase, when: str, operation: str, number: int) -> bool:
    """Whether there was such a call to be cut off at."""
    try:
        with Wire(desk.table).cut_off(when, operation, number):
            erase(desk).carried_out(NOW)
    except Cut:
        return True
    return False


def test_the_pseudonym_of_a_call_that_was_cut_off_is_kept(
    desk: Desk, wire: Wire, dynamodb_client: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    lived(desk)
    assert cut_off(desk, person, "after", "TransactWriteItems", 3)
    monkeypatch.setattr(of_persons, "new_pseudonym", lambda: "erased-1")
    person(desk).carried_out(NOW)
    left = everything(dynamodb_client, desk.table.name)
    assert "erased-1" not in json.dumps(left)
    assert [raw for raw in left if raw["item"] == {"S": "erasure"}] == []


@pytest.mark.parametrize("operation", ["TransactWriteItems", "UpdateItem", "PutItem"])
def test_an_answer_that_was_lost_does_nothing_twice(
    desk: Desk, wire: Wire, dynamodb_client: Any, operation: str
) -> None:
    lived(desk)
    with wire.answer_lost(operation, times=2):
        person(desk).carried_out(NOW)
    assert traces(everything(dynamodb_client, desk.table.name)) == []


def test_whatever_changes_in_between_is_read_again(desk: Desk, wire: Wire) -> None:
    """The holder of a contract that she looks after cancels it in that moment."""
    desk.register("c-9", holder="dave", billing_contact="alice", email="dave@example.net")
    with wire.meanwhile("TransactWriteItems", lambda: desk.ask("c-9", Cancel)):
        tally = person(desk).carried_out(NOW)
    assert tally.contacts == 1
    head = desk.repository.contract("c-9")
    assert head is not None
    assert (head.billing_contact, str(head.status), head.version) == (None, "non_renewing", 3)


def test_whoever_decided_on_the_old_head_loses_his_race(desk: Desk, wire: Wire) -> None:
    """A command beside it never writes her back."""
    desk.register("c-9", holder="dave", billing_contact="alice", email="dave@example.net")
    with wire.meanwhile("TransactWriteItems", lambda: person(desk).carried_out(NOW)):
        desk.ask("c-9", Cancel)
    head = desk.repository.contract("c-9")
    assert head is not None
    assert (head.billing_contact, str(head.status)) == (None, "non_renewing")
    assert list(Erasing(desk.table).linked("kreativmedia", "alice")) == []


def test_money_that_comes_in_between_stops_it(desk: Desk, wire: Wire) -> None:
    lived(desk)

    def deposit() -> None:
        book(desk, "deposit", "a-1", 700, "late", currency="CHF")

    with wire.meanwhile("TransactWriteItems", deposit), pytest.raises(Hindered) as hindered:
        person(desk).carried_out(NOW)
    assert [each.code for each in hindered.value.obstacles] == ["account_not_empty"]
    account = desk.repository.account("a-1")
    assert account is not None
    assert account.holder == "alice"
    book(desk, "withdrawal", "a-1", 700, "out again", currency="CHF")
    assert person(desk).carried_out(NOW).accounts == 1


def test_a_contract_that_comes_in_between_stops_it(desk: Desk, wire: Wire) -> None:
    """And has to end before it goes on, under the pseudonym that was begun with."""
    lived(desk)
    erasure = person(desk)
    with (
        wire.meanwhile("UpdateItem", lambda: desk.register("c-4")),
        pytest.raises(Hindered) as hindered,
    ):
        erasure.carried_out(NOW)
    (obstacle,) = hindered.value.obstacles
    assert (obstacle.code, obstacle.params["contract_id"]) == ("contract_not_closed", "c-4")
    assert Erasing(desk.table).is_begun(keys.erasure("kreativmedia", "person", "alice"))


def test_an_order_that_the_index_does_not_show_yet_is_found_by_its_contracts(
    desk: Desk, dynamodb_client: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    lived(desk)
    monkeypatch.setattr(Erasing, "orders_of", lambda *_: [])
    assert person(desk).carried_out(NOW).orders == 1
    assert traces(everything(dynamodb_client, desk.table.name)) == []


def test_what_keeps_coming_is_told(desk: Desk, wire: Wire) -> None:
    """One round after the other, somebody names her again on another contract."""
    desk.register("c-1", holder="dave", billing_contact="alice", email="dave@example.net")
    numbers = iter(range(2, 99))

    def again() -> None:
        desk.register(
            f"c-{next(numbers)}", holder="dave", billing_contact="alice", email="d@example.net"
        )

    with wire.meanwhile("TransactWriteItems", again, times=50), pytest.raises(Unfinished):
        person(desk).carried_out(NOW)
    assert person(desk).carried_out(NOW).contacts >= 1
    assert list(Erasing(desk.table).linked("kreativmedia", "alice")) == []


def test_a_past_contact_is_found_by_what_he_was(desk: Desk) -> None:
    desk.register("c-9", holder="dave", billing_contact="alice", email="dave@example.net")
    desk.ask("c-9", lambda actor: Amend(STAFF, 1, {"billing_contact": "bob"}))
    (link,) = Erasing(desk.table).linked("kreativmedia", "alice")
    assert (link["item"], link["contract_id"]) == ("past_party", "c-9")
    assert person(desk).carried_out(NOW).contacts == 1
    head = desk.repository.contract("c-9")
    assert head is not None
    assert (head.registered_as, head.billing_contact) == ("erased", "bob")


def test_many_things_are_erased_page_by_page_and_never_by_a_scan(
    desk: Desk, wire: Wire, dynamodb_client: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(erasing, "_PAGE", 10)
    contract, _ = pattern(billing_contact=None)
    over = replace(contract, status=Status.CLOSED, closed_reason="terminated")
    many = [replace(over, id=f"c-{number:03d}") for number in range(25)]
    write_contracts(dynamodb_client, desk.table.name, many, [])
    with wire.heard():
        tally = person(desk).carried_out(NOW)
    assert tally.contracts == 25
    assert "Scan" not in wire.counted
    assert traces(everything(dynamodb_client, desk.table.name)) == []


def test_a_message_that_comes_in_between_stops_it(desk: Desk, wire: Wire) -> None:
    bought(desk)
    with (
        wire.meanwhile("TransactWriteItems", lambda: held(desk, "t-1")),
        pytest.raises(Hindered) as hindered,
    ):
        buyer(desk).carried_out(NOW)
    assert [each.code for each in hindered.value.obstacles] == ["message_waiting"]
    assert stored(desk, "t-1").buyer == LEA
