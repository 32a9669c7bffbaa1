"""Accounts through their doors: kept by staff, seen by their holder, moved once."""

from typing import Any

import pytest

from tests.integration.conftest import ALICE, BOB, CAROL, STAFF, Person, World, customer
from tests.integration.edge import (
    ALICE_ELSEWHERE,
    KIM,
    MALLORY,
    SVEN,
    assert_problem,
    everything,
    nothing_written,
)
from tests.integration.money import balance, book, francs, ledger, moved, opened

ACCOUNT = {"provider": "kreativmedia", "holder": "alice", "currency": "CHF"}
DRY = {"dry_run": "true"}
KEY = {"Idempotency-Key": "k-1"}
NOW = "2026-02-01T11:00:00Z"


@pytest.fixture
def stack(world: World) -> World:
    world.set_clock(NOW)
    opened(world, "a-1", "300.00")
    return world


def put(world: World, body: dict[str, Any], who: Person = STAFF, **more: Any) -> Any:
    return world.call("PUT", "/accounts/a-1", who, body, **more)


# ---------------------------------------------------------------- keeping one


def test_an_account_is_kept_once_and_its_body_again_is_nothing_to_do(world: World) -> None:
    world.set_clock(NOW)
    with nothing_written(world):
        preview = put(world, ACCOUNT, query=DRY)
    new = put(world, ACCOUNT)
    with nothing_written(world):
        again = put(world, {**ACCOUNT, "id": "a-1"})
        for other in ({"holder": "bob"}, {"currency": "EUR"}, {"provider": "svenska-domaner"}):
            assert_problem(put(world, {**ACCOUNT, **other}), 409, "already_registered")
    shown = {"id": "a-1", **ACCOUNT, "balance": francs("0.00")}
    assert (new.status, again.status) == (201, 200)
    assert preview.text == new.text
    assert new.json == again.json == shown
    assert world.call("GET", "/accounts/a-1", ALICE).json == shown
    assert ledger(world, "a-1", ALICE) == []


@pytest.mark.parametrize(
    ("change", "code", "field"),
    [
        ({"provider": "nobody-here"}, "unknown_provider", "provider"),
        ({"provider": None}, "missing_field", "provider"),
        ({"holder": None}, "missing_field", "holder"),
        ({"currency": None}, "missing_field", "currency"),
        ({"currency": "chf"}, "invalid_field", "currency"),
        ({"id": "a-2"}, "invalid_field", "id"),
        ({"balance": {"amount": "5.00", "currency": "CHF"}}, "unknown_field", "balance"),
    ],
)
def test_an_opening_that_is_wrong_keeps_nothing(
    world: World, change: dict[str, Any], code: str, field: str
) -> None:
    world.set_clock(NOW)
    with nothing_written(world):
        assert_problem(put(world, {**ACCOUNT, **change}), 422, code, field)


def test_staff_of_another_provider_neither_opens_nor_finds_an_account(stack: World) -> None:
    theirs = {**ACCOUNT, "provider": "svenska-domaner", "currency": "SEK"}
    with nothing_written(stack):
        for reply in (
            put(stack, ACCOUNT, SVEN),
            put(stack, theirs, SVEN),
            put(stack, {"provider": "kreativmedia"}, SVEN),
            stack.call("PUT", "/accounts/a-2", SVEN, ACCOUNT),
            book(stack, "a-1", "deposits", francs("1.00"), "r-1", SVEN),
            book(stack, "a-1", "withdrawals", francs("1.00"), "r-1", SVEN),
            stack.call("GET", "/accounts/a-1", SVEN),
            stack.call("GET", "/accounts/a-1/ledger", SVEN),
        ):
            assert_problem(reply, 404, "not_found")
    assert balance(stack, "a-1", KIM) == "300.00"


def test_a_holder_who_is_staff_elsewhere_is_a_customer_of_his_own_account(stack: World) -> None:
    both = Person("alice", "[customer.kreativmedia staff.svenska-domaner]")
    with nothing_written(stack):
        for door in ("deposits", "withdrawals"):
            reply = book(stack, "a-1", door, francs("1.00"), "r-1", both)
            assert_problem(reply, 403, "not_your_role")
        assert_problem(put(stack, ACCOUNT, both), 404, "not_found")
    assert balance(stack, "a-1", both) == "300.00"


# ---------------------------------------------------------------- seeing it


@pytest.mark.parametrize("who", [BOB, CAROL, MALLORY, ALICE_ELSEWHERE, Person("alice", "")])
def test_an_account_is_its_holders_and_nobody_elses(stack: World, who: Person) -> None:
    stack.register("c-1")
    for door in ("", "/ledger"):
        assert_problem(stack.call("GET", f"/accounts/a-1{door}", who), 404, "not_found")
    assert listed(stack, who) == []
    assert listed(stack, who, holder="alice") == []


def listed(world: World, who: Person, **query: str) -> list[str]:
    found: list[str] = []
    while True:
        page = world.call("GET", "/accounts", who, query=dict(query)).json
        found += [account["id"] for account in page["items"]]
        if page["next"] is None:
            return found
        query["next"] = page["next"]


def test_a_list_has_ones_own_accounts_and_staffs_those_of_its_providers(world: World) -> None:
    world.set_clock(NOW)
    for number in range(5):
        opened(world, f"a-{number}")
    opened(world, "b-1", holder="bob")
    opened(world, "s-1", provider="svenska-domaner", currency="SEK")
    ours = [f"a-{number}" for number in range(5)]
    both = customer("alice", "kreativmedia", "svenska-domaner")
    for who, query, expected in (
        (ALICE, {}, [*ours, "s-1"]),
        (both, {"holder": "alice"}, [*ours, "s-1"]),
        (ALICE_ELSEWHERE, {}, ["s-1"]),
        (ALICE, {"holder": "bob"}, []),
        (BOB, {}, ["b-1"]),
        (STAFF, {}, [*ours, "b-1", "s-1"]),
        (KIM, {}, [*ours, "b-1"]),
        (KIM, {"holder": "bob"}, ["b-1"]),
        (SVEN, {"holder": "alice"}, ["s-1"]),
        (SVEN, {"holder": "bob"}, []),
    ):
        for limit in ("1", "2", "200"):
            found = listed(world, who, limit=limit, **query)
            assert sorted(found) == expected, (who.subject, query)
            assert len(found) == len(set(found))


def test_contracts_and_accounts_are_never_in_each_others_lists(stack: World) -> None:
    stack.register("c-1")
    for who in (ALICE, STAFF):
        assert listed(stack, who) == ["a-1"]
        assert stack.listed(who) == ["c-1"]


def test_an_unknown_filter_is_refused_and_a_page_belongs_to_its_reader(stack: World) -> None:
    opened(stack, "a-2")
    assert stack.call("GET", "/accounts", ALICE, query={"hodler": "alice"}).code == "unknown_field"
    token = stack.call("GET", "/accounts", STAFF, query={"limit": "1"}).json["next"]
    for who, query in ((ALICE, {}), (KIM, {}), (STAFF, {"holder": "alice"})):
        reply = stack.call("GET", "/accounts", who, query={**query, "limit": "1", "next": token})
        assert_problem(reply, 422, "invalid_next")


def test_the_ledger_has_the_newest_line_first(stack: World) -> None:
    for number in range(3):
        assert book(stack, "a-1", "deposits", francs("1.00"), f"r-{number}").status == 200
    page = stack.call("GET", "/accounts/a-1/ledger", ALICE, query={"limit": "3"}).json
    assert [line["id"] for line in page["items"]] == ["a-1:4", "a-1:3", "a-1:2"]
    assert page["items"][0] == {
        "id": "a-1:4",
        "at": NOW,
        "amount": francs("1.00"),
        "reason": "by bank transfer",
        "contract_id": None,
        "period_start": None,
        "reference": "r-2",
    }
    assert [line["id"] for line in ledger(stack, "a-1")] == [f"a-1:{n}" for n in range(1, 5)]


# ---------------------------------------------------------------- moving money


def test_a_deposit_and_a_withdrawal_move_the_balance_by_their_line(stack: World) -> None:
    paid_in = book(stack, "a-1", "deposits", francs("50.00"), "r-1")
    paid_out = book(stack, "a-1", "withdrawals", francs("349.95"), "r-2", KIM)
    assert paid_in.json["account"]["balance"] == francs("350.00")
    assert paid_out.json == {
        "account": {"id": "a-1", **ACCOUNT, "balance": francs("0.05")},
        "events": [
            {
                "type": "account.withdrawn",
                "at": NOW,
                "data": {
                    "account_id": "a-1",
                    "line": 3,
                    "amount": "349.95",
                    "balance": "0.05",
                    "currency": "CHF",
                    "reference": "r-2",
                },
            }
        ],
        "charges": [],
        "messages": [],
        "warnings": [],
    }
    assert balance(stack, "a-1", ALICE) == "0.05"
    assert [amount for _, amount in moved(stack, "a-1")] == ["300.00", "50.00", "-349.95"]


@pytest.mark.parametrize("door", ["deposits", "withdrawals"])
def test_a_reference_counts_once_on_an_account(stack: World, door: str) -> None:
    first = book(stack, "a-1", door, francs("300.00"), "bank 7#1")
    other = {"deposits": "withdrawals", "withdrawals": "deposits"}[door]
    with nothing_written(stack):
        again = book(stack, "a-1", door, francs("300.00"), "bank 7#1")
        for reply in (
            book(stack, "a-1", door, francs("299.99"), "bank 7#1"),
            book(stack, "a-1", other, francs("300.00"), "bank 7#1"),
        ):
            assert_problem(reply, 409, "reference_reused")
            assert reply.json["params"]["reference"] == "bank 7#1"
    assert first.json["events"]
    assert (again.status, again.json["events"]) == (200, [])
    assert [w["code"] for w in again.json["warnings"]] == ["already_booked"]
    assert again.json["account"] == first.json["account"]
    opened(stack, "a-2")
    assert book(stack, "a-2", "deposits", francs("300.00"), "bank 7#1").json["events"]


def test_more_than_there_is_stays_there_and_the_shortage_is_told(stack: World) -> None:
    with nothing_written(stack):
        reply = book(stack, "a-1", "withdrawals", francs("300.01"), "r-1")
    assert_problem(reply, 409, "balance_too_small")
    assert reply.json["params"] == {
        "account_id": "a-1",
        "balance": francs("300.00"),
        "needed": francs("300.01"),
        "short": francs("0.01"),
    }
    assert "0.01 CHF are short" in reply.json["detail"]


@pytest.mark.parametrize(
    ("change", "code", "field"),
    [
        ({"amount": francs("0.00")}, "invalid_field", "amount.amount"),
        ({"amount": francs("-5.00")}, "invalid_field", "amount.amount"),
        ({"amount": francs("1000000000000.00")}, "invalid_field", "amount.amount"),
        ({"amount": francs("1.005")}, "invalid_field", "amount.amount"),
        ({"amount": 5}, "invalid_field", "amount"),
        ({"amount": None}, "missing_field", "amount"),
        ({"reference": None}, "missing_field", "reference"),
        ({"reference": "x" * 65}, "invalid_field", "reference"),
        ({"reason": "two\nlines"}, "invalid_field", "reason"),
        ({"value_date": "2026-01-01"}, "unknown_field", "value_date"),
    ],
)
@pytest.mark.parametrize("door", ["deposits", "withdrawals"])
def test_a_booking_that_is_wrong_moves_nothing(
    stack: World, door: str, change: dict[str, Any], code: str, field: str
) -> None:
    body = {"amount": francs("5.00"), "reference": "r-1", "reason": "cash", **change}
    with nothing_written(stack):
        reply = stack.call("POST", f"/accounts/a-1/{door}", STAFF, body)
        assert_problem(reply, 422, code, field)


def test_an_amount_has_the_decimals_of_its_currency(world: World) -> None:
    """ISO 4217: the peso of Chile has none, the dinar of Bahrain three."""
    world.set_clock(NOW)
    for account_id, currency in (("a-1", "CLP"), ("a-2", "BHD")):
        body = {"provider": "kriax", "holder": "alice", "currency": currency}
        assert world.call("PUT", f"/accounts/{account_id}", STAFF, body).status == 201
    assert_problem(
        book(world, "a-1", "deposits", francs("10.50", "CLP"), "r-1"),
        422,
        "invalid_field",
        "amount.amount",
    )
    assert book(world, "a-2", "deposits", francs("1.234", "BHD"), "r-1").status == 200
    assert (balance(world, "a-1"), balance(world, "a-2")) == ("0", "1.234")


def test_the_largest_amount_there_is_can_be_paid_in_more_than_once(stack: World) -> None:
    for number in range(2):
        book(stack, "a-1", "deposits", francs("999999999999.99"), f"r-{number}")
    assert balance(stack, "a-1") == "2000000000299.98"


@pytest.mark.parametrize("door", ["deposits", "withdrawals"])
def test_another_currency_is_refused(stack: World, door: str) -> None:
    with nothing_written(stack):
        reply = book(stack, "a-1", door, francs("5.00", "EUR"), "r-1")
    assert_problem(reply, 409, "other_currency")
    assert reply.json["params"] == {"account_id": "a-1", "currency": "CHF", "other": "EUR"}


def test_without_a_reason_the_ledger_says_what_it_was(stack: World) -> None:
    for door in ("deposits", "withdrawals"):
        body = {"amount": francs("5.00"), "reference": door}
        assert stack.call("POST", f"/accounts/a-1/{door}", STAFF, body).status == 200
    assert moved(stack, "a-1")[1:] == [("deposit", "5.00"), ("withdrawal", "-5.00")]


# ---------------------------------------------------------------- previews, keys, events


COMMANDS: list[tuple[str, str, dict[str, Any]]] = [
    ("PUT", "/accounts/a-2", ACCOUNT),
    ("POST", "/accounts/a-1/deposits", {"amount": francs("5.00"), "reference": "r-1"}),
    ("POST", "/accounts/a-1/withdrawals", {"amount": francs("5.00"), "reference": "r-1"}),
]


@pytest.mark.parametrize("command", COMMANDS, ids=lambda c: " ".join(c[:2]))
def test_a_preview_equals_what_happens_and_a_key_gives_the_first_answer_again(
    stack: World, command: Any
) -> None:
    method, path, body = command
    with nothing_written(stack):
        preview = stack.call(method, path, STAFF, body, query=DRY, headers=KEY)
    before = everything(stack)
    real = stack.call(method, path, STAFF, body, headers=KEY)
    assert (preview.status, preview.text) == (real.status, real.text)
    assert everything(stack) != before
    with nothing_written(stack):
        again = stack.call(method, path, STAFF, body, headers=KEY)
        other = stack.call(method, path, STAFF, {**body, "holder": "x"}, headers=KEY)
    assert (again.status, again.text) == (real.status, real.text)
    expected = "idempotency_key_reused" if method == "PUT" else "unknown_field"
    assert_problem(other, 422, expected)


def test_a_key_of_a_deposit_is_worth_nothing_for_another_amount(stack: World) -> None:
    _, path, body = COMMANDS[1]
    stack.call("POST", path, STAFF, body, headers=KEY)
    with nothing_written(stack):
        other = {**body, "amount": francs("6.00")}
        reply = stack.call("POST", path, STAFF, other, headers=KEY)
    assert_problem(reply, 422, "idempotency_key_reused")


def test_events_are_numbered_on_the_account_and_name_nobody(stack: World) -> None:
    book(stack, "a-1", "deposits", francs("5.00"), "r-1")
    book(stack, "a-1", "withdrawals", francs("1.00"), "r-2")
    told = [event["detail"] for event in stack.relay()]
    told = [detail for detail in told if detail["subject"] == "account/a-1"]
    assert sorted((detail["number"], detail["type"], detail["id"]) for detail in told) == [
        (1, "account.opened", "account/a-1:1"),
        (2, "account.deposited", "account/a-1:2"),
        (3, "account.deposited", "account/a-1:3"),
        (4, "account.withdrawn", "account/a-1:4"),
    ]
    for detail in told:
        assert detail["messages"] == []
        for word in ("alice", "erin", "bank transfer"):
            assert word not in str(detail)


@pytest.mark.breaks("a record that cannot be read")
def test_an_account_that_cannot_be_read_is_told_to_those_whose_it_is(stack: World) -> None:
    stack.dynamodb.update_item(
        TableName=stack.names.table_name,
        Key={"pk": {"S": "account#a-1"}, "sk": {"S": "head"}},
        UpdateExpression="REMOVE balance",
    )
    for who in (ALICE, STAFF, KIM):
        assert_problem(stack.call("GET", "/accounts/a-1", who), 500, "broken_record")
    for who in (BOB, MALLORY, SVEN, ALICE_ELSEWHERE):
        assert_problem(stack.call("GET", "/accounts/a-1", who), 404, "not_found")
    opened(stack, "a-2")
    assert listed(stack, ALICE) == ["a-2"]
