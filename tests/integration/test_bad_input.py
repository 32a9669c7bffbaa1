"""Whatever is wrong with a request: the answer names the field, and nothing is written."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.integration.conftest import ALICE, STAFF, World, new_world
from tests.integration.edge import (
    AT_ONCE,
    CONTRACT,
    NEW_ADD_ON,
    REGISTRY,
    RENEWAL,
    REVERSAL,
    assert_problem,
    called_for,
    everything,
    family,
    nothing_written,
    noticed,
    payable,
)
from tests.integration.messages import ordered, written
from tests.integration.plan_changes import ON_BEHALF, WISH, changeable
from tests.integration.sales import COMMANDS, REFUND, francs, order_of, selling
from tests.integration.shops import SHOP

DRY = {"dry_run": "true"}
NO_TEXT: list[Any] = [7, 1.5, True, [], {}, ["a"]]
NO_LINE = [*NO_TEXT, "", " a", "a\nb", "a\x00", "a\x1b[31m", "\u202ea", "\ud800", "x" * 300]
NO_ID = [*NO_TEXT, "", "a b", "a/b", "../a", "a\x00", "é", "\ud800", "x" * 65, "x" * 50_000]
NO_NAME = [*NO_TEXT, "", "a\r\nb", "\ud800", "x" * 129]
NO_DAY = [
    *NO_TEXT, "", "1969-12-31", "2025-02-29", "2025-02-30", "2200-01-01", "20250115", "15.1.2025",
    "2025-01-15T00:00:00Z", "9" * 30,
]  # fmt: skip
NO_COUNT = [0, -1, 10**30, 1.5, "1", True, [], {}]
NO_FLAG = [0, 1, "true", [], {}]
NO_ADDRESS = [
    *NO_TEXT, "", "alice", "alice@example", "a@b@example.net", "alice@example.net\r\nBcc: m@x.ch",
    "alice\x00@example.net", "alice\ud800@example.net", "a@" + "x" * 300 + ".net", "x" * 50_000,
]  # fmt: skip
NO_LOCALE = [*NO_TEXT, "", "FR", "fr_CH", "fr\r\nX: y", "../../etc", "x" * 100]

# Each field of a registration with values that are readable and wrong.
REGISTRATION: dict[str, list[Any]] = {
    "provider": [*NO_ID, "nobody", "kreativmedia/1"],
    "kind": [*NO_ID, "domain"],
    "label": NO_LINE,
    "tld": [*NO_LINE, "ch"],
    "plan": [*NO_ID, "nothing"],
    "quantity": [*NO_COUNT, 2],
    "holder": NO_NAME,
    "billing_contact": NO_NAME,
    "technical_contact": NO_NAME,
    "email": NO_ADDRESS,
    "locale": NO_LOCALE,
    "order_id": NO_ID,
    "parent_id": NO_ID,
    "term_months": [*NO_COUNT, 121, 6],
    "starts_on": [*NO_DAY, "2199-12-31"],
    "expires_on": [*NO_DAY, "2025-01-15", "2026-01-16"],
    "registry_expires_on": NO_DAY,
    "options": ["", {}, 1, [1], [""], ["a b"], ["a"] * 21],
    "servers": ["", {}, 1, [1], [{}], [{"id": "s-1"}], [{"id": "a b", "ip": "192.0.2.1"}]],
    "renewal_warranty": NO_FLAG,
    "status": [*NO_TEXT, "", "ACTIVE", "nothing", "expired", "closed", "inactive"],
    "import": NO_FLAG,
    "id": [*NO_ID, "another"],
    "price": [*NO_TEXT, "118.80", {"amount": "118.80"}, {"currency": "CHF"}],
}
NO_INSTANT = [
    *NO_TEXT, "", "now", "2025-01-15", "2025-01-15T00:00:00", "2025-01-15 00:00:00Z", "9" * 30,
    "2025-02-30T00:00:00Z", "2025-01-15T25:00:00Z", "1990-01-01T00:00:00Z", "2199-12-31T00:00:00Z",
    "2025-02-01T11:00:01Z", None,
]  # fmt: skip
REGISTRY_DATES: dict[str, list[Any]] = {
    "registry_expires_on": [*NO_DAY, None],
    "fetched_at": NO_INSTANT,
}
CANCELLATION: dict[str, list[Any]] = {
    "mode": [*NO_TEXT, "", "at once", "IMMEDIATE", "at_term "],
    "reason": [*NO_TEXT, "a\x00", "\ud800", "x" * 501],
}
AMENDMENT: dict[str, list[Any]] = {
    "version": [*NO_COUNT, None],
    "label": [*NO_LINE, None],
    "email": [*NO_ADDRESS, None],
    "locale": [*NO_LOCALE, None],
    "billing_contact": NO_NAME,
    "technical_contact": NO_NAME,
    "options": ["", {}, 1, [1], [""], ["a b"], ["a"] * 21, None],
}
ARRANGEMENT: dict[str, list[Any]] = {
    "id": [*NO_ID, "another"],
    "provider": [*NO_ID, "nobody", None],
    "holder": [*NO_NAME, None],
    "autorenewal": NO_FLAG,
    "contracts": ["", {}, 1, [1], [""], ["~c-1"], ["c-1", "c-1"], ["c-1"] * 41],
}
SHOPS: dict[str, list[Any]] = {
    "id": [*NO_ID, "another"],
    "provider": [*NO_ID, "nobody", None],
    "organiser": [*NO_NAME, None],
    "name": [*NO_LINE, "x" * 121],
    "timezone": [*NO_LINE, "Europe/Nowhere", "utc+1", "../../etc/passwd", None],
    "invoice": [
        "", 0, False, [], {"colour": 1},
        *({"enabled": wrong} for wrong in NO_FLAG),
        *({"days_before_first_reminder": wrong} for wrong in [*NO_COUNT, 366]),
        *({"reminders": wrong} for wrong in [*NO_COUNT[1:], 21]),
        *({"closes_days_before_event": wrong} for wrong in [*NO_COUNT[1:], 366]),
    ],
}  # fmt: skip
MESSAGE = {"subject": "w-1", "to": "buyer", "text": "The doors open at eight."}
MESSAGES: dict[str, list[Any]] = {
    "subject": [*NO_ID, None],
    "to": [*NO_ADDRESS, "Buyer", "mallory@example.net", None],
    "text": [*NO_TEXT, "", " \n", "a\x00", "\ud800", "x" * 2001, None],
}

NO_AMOUNT: list[Any] = [
    7, "50.00", [], {}, {"amount": "50.00"}, {"currency": "CHF"}, francs("50.001"),
    francs("1e3"), francs("5,00"), francs("9" * 30), {"amount": 50.0, "currency": "CHF"},
    {"amount": "50.00", "currency": "EUR"}, {**francs("50.00"), "colour": "red"}, None,
]  # fmt: skip
NO_PRICE = [*NO_AMOUNT, francs("-0.01")]
NO_SEAT = [*NO_TEXT, "", " a", "a\nb", "\ud800", "x" * 41]
NO_NEW_SEAT = [wrong for wrong in NO_SEAT if wrong != {}]


def others_of(whole: dict[str, Any], name: str, wrong: list[Any]) -> list[Any]:
    """The whole with one of its fields as it cannot be, and without it."""
    without = {key: value for key, value in whole.items() if key != name}
    return [without, *({**whole, name: value} for value in wrong)]


SHOWN, BOUGHT_BY = order_of("D-1")["event"], order_of("D-1")["buyer"]
(SOLD,) = order_of("D-1")["tickets"]
# Each field of a ticket order, and of what is asked of one, with values that are wrong.
TICKET_ORDERS: dict[str, list[Any]] = {
    "id": [*NO_ID, "another"],
    "shop_id": [*NO_ID, None],
    "event": [
        *NO_TEXT, None, {**SHOWN, "colour": "red"},
        *others_of(SHOWN, "id", [*NO_ID, None]),
        *others_of(SHOWN, "name", [*NO_LINE, None]),
        *others_of(SHOWN, "starts_at", [w for w in NO_INSTANT if w != "2025-02-01T11:00:01Z"]),
    ],
    "buyer": [
        *NO_TEXT, None, {**BOUGHT_BY, "colour": "red"},
        *others_of(BOUGHT_BY, "name", [*NO_LINE, None]),
        *others_of(BOUGHT_BY, "email", [*NO_ADDRESS, None]),
        *others_of(BOUGHT_BY, "locale", NO_LOCALE)[1:],
    ],
    "placed_at": [w for w in NO_INSTANT if w != "2025-02-01T11:00:01Z"],
    "payment_method": [*NO_ID, "gold", "Invoice", None],
    "channel": [*NO_TEXT, "", "Online", "post"],
    "tickets": [
        "", 0, {}, [], None, [1], [{}], [SOLD, SOLD], [SOLD, {**SOLD, "number": "d-1"}],
        [SOLD, {**SOLD, "number": "D-2"}], [{**SOLD, "colour": "red"}],
        *([wrong] for wrong in others_of(SOLD, "number", [*NO_ID, None])),
        *([wrong] for wrong in others_of(SOLD, "seat", NO_SEAT)[1:]),
        *([wrong] for wrong in others_of(SOLD, "price", NO_PRICE)),
    ],
    "insured": NO_FLAG,
}  # fmt: skip
NO_REFUND = [
    *NO_TEXT,
    {**REFUND, "colour": "red"},
    *others_of(REFUND, "method", [*NO_ID, "gold", None]),
    *others_of(REFUND, "reason", [*NO_TEXT, "", " ", "a\x00", "\ud800", "x" * 501, None]),
]
OF_TICKETS: dict[str, dict[str, list[Any]]] = {
    "/ticket-orders/t-2/payments": {
        "amount": [*NO_AMOUNT, francs("0.00"), francs("-1.00")],
        "reference": [*NO_LINE, None],
        "value_date": [*NO_DAY, None],
    },
    "/ticket-orders/t-1/cancellation": {
        "tickets": ["", 0, {}, [], [7], ["a b"], ["A-1"] * 61],
        "channel": [*NO_TEXT, "", "Online", "post"],
        "refund": [*NO_REFUND, None],
    },
    "/ticket-orders/t-1/exchange": {"ticket": [*NO_ID, None], "seat": NO_SEAT},
    "/ticket-orders/t-3/credit-decision": {
        "revive": [
            *(wrong for wrong in NO_TEXT if wrong != {}), None, {"colour": "red"},
            {"seats": 7}, {"seats": ["C-1", "C-2"]}, {"seats": [7]},
            {"seats": []}, {"seats": {"C-1": "a", "c-1": "b"}}, {"seats": {"": "a"}},
            *({"seats": {"C-1": wrong}} for wrong in NO_SEAT),
        ],
    },
}  # fmt: skip


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with new_world() as made:
        made.set_clock("2025-02-01T11:00:00Z")
        made.register("c-1")
        family(made)
        noticed(made)
        called_for(made)
        payable(made)
        changeable(made)
        selling(made)
        ordered(made, placed_at="2025-01-20T09:00:00Z")
        written(made)
        yield made


def assert_refused(world: World, method: str, path: str, field: str, body: Any) -> None:
    reply = world.call(method, path, STAFF, body)
    assert 400 <= reply.status < 500, (field, str(body)[:200], reply.text)
    assert_problem(reply, 422, reply.code)
    named = reply.json["params"]["field"]
    # A term's end is reckoned from its start and its length: either may be the one to change.
    reckoned = {"starts_on": "expires_on", "term_months": "expires_on"}.get(field, field)
    assert named in (field, reckoned) or named.startswith((f"{field}.", f"{field}[")), reply.text


@pytest.mark.parametrize("field", REGISTRATION)
def test_a_wrong_value_in_a_registration_is_named(world: World, field: str) -> None:
    with nothing_written(world):
        for value in REGISTRATION[field]:
            assert_refused(world, "PUT", "/contracts/c-2", field, {**CONTRACT, field: value})


@pytest.mark.parametrize("field", AMENDMENT)
def test_a_wrong_value_in_an_amendment_is_named(world: World, field: str) -> None:
    with nothing_written(world):
        for value in AMENDMENT[field]:
            assert_refused(world, "PATCH", "/contracts/c-1", field, {"version": 1, field: value})


@pytest.mark.parametrize("field", REGISTRY_DATES)
def test_a_wrong_value_in_what_a_registry_said_is_named(world: World, field: str) -> None:
    with nothing_written(world):
        for value in REGISTRY_DATES[field]:
            body = {**REGISTRY, field: value}
            assert_refused(world, "PUT", "/contracts/d-1/registry", field, body)
            del body[field]
            reply = world.call("PUT", "/contracts/d-1/registry", STAFF, body)
            assert_problem(reply, 422, "missing_field", field)


@pytest.mark.parametrize("field", CANCELLATION)
def test_a_wrong_value_in_a_cancellation_is_named(world: World, field: str) -> None:
    with nothing_written(world):
        for value in CANCELLATION[field]:
            body = {field: value}
            assert_refused(world, "POST", "/contracts/c-1/cancellation", field, body)


@pytest.mark.parametrize("field", ARRANGEMENT)
def test_a_wrong_value_in_an_order_is_named(world: World, field: str) -> None:
    with nothing_written(world):
        for value in ARRANGEMENT[field]:
            body = {"provider": "kreativmedia", "holder": "alice", field: value}
            assert_refused(world, "PUT", "/orders/o-1", field, body)


@pytest.mark.parametrize(
    ("method", "path", "field", "wrong"),
    [
        ("PUT", "/orders/~c-1/autorenewal", "enabled", [*NO_FLAG, None]),
        ("PUT", "/contracts/c-1/autorenewal", "enabled", [*NO_FLAG, None]),
        ("POST", "/orders/~c-1/detachments", "contract_id", [*NO_ID, "~c-1", None]),
    ],
)
def test_a_wrong_value_in_a_command_on_an_order_is_named(
    world: World, method: str, path: str, field: str, wrong: list[Any]
) -> None:
    with nothing_written(world):
        for value in wrong:
            assert_refused(world, method, path, field, {field: value})
        assert_problem(world.call(method, path, STAFF, {}), 422, "missing_field", field)


# By door: each field it cannot do without, with values that are readable and wrong.
PAYING: dict[str, dict[str, list[Any]]] = {
    "/contracts/c-1/renewal": {
        "current_expires_on": [*NO_DAY, None],
        "account_id": [*NO_ID, None],
    },
    "/contracts/n-2/renewal-reversal": {
        "period_start": [*NO_DAY, None],
        "reason": [*NO_TEXT, "a\x00", "\ud800", "x" * 501, None],
    },
    "/notices/n-1:2025-02-20/payment": {"reference": [*NO_LINE, None]},
}
RIGHT = {**RENEWAL, **REVERSAL, "reference": "bank-1"}


@pytest.mark.parametrize("path", PAYING)
def test_a_wrong_value_in_what_pays_for_a_term_is_named(world: World, path: str) -> None:
    fields = PAYING[path]
    with nothing_written(world):
        for field, wrong in fields.items():
            others = {name: RIGHT[name] for name in fields if name != field}
            for value in wrong:
                assert_refused(world, "POST", path, field, {**others, field: value})
            reply = world.call("POST", path, STAFF, others)
            assert_problem(reply, 422, "missing_field", field)


A_QUOTE = {"quote_id": "v-1:vps-m:1:2025-02-01:0"}
A_CODE = {"code": "123456", **ON_BEHALF}
NO_CODE = [*NO_TEXT, "", "12345", "1234567", "12345a", " 12345", "123456\n", "１２３４５６", None]
CHANGING: dict[tuple[str, str], tuple[dict[str, Any], dict[str, list[Any]]]] = {
    ("POST", "/contracts/v-1/plan-change-quotes"): (
        WISH,
        {"plan": [*NO_ID, "nothing", None], "quantity": [*NO_COUNT, 51, None]},
    ),
    ("POST", "/contracts/v-1/plan-changes"): (A_QUOTE, {"quote_id": [*NO_LINE, None]}),
    ("POST", "/contracts/v-2/plan-changes/v-2:2/confirmation"): (
        A_CODE,
        {
            "code": NO_CODE,
            "on_behalf_reason": [*NO_TEXT, "", " ", "a\x00", "\ud800", "x" * 501, None],
        },
    ),
    ("PUT", "/contracts/v-3/servers/s-1/removal"): (
        {"confirm": "s-1"},
        {"confirm": [*NO_ID, "s-2", "S-1", None]},
    ),
}


@pytest.mark.parametrize("door", CHANGING, ids=" ".join)
def test_a_wrong_value_in_what_changes_a_plan_is_named(world: World, door: tuple[str, str]) -> None:
    """Not even a try is counted."""
    right, fields = CHANGING[door]
    with nothing_written(world):
        for field, wrong in fields.items():
            for value in wrong:
                assert_refused(world, *door, field, {**right, field: value})
            others = {name: value for name, value in right.items() if name != field}
            assert_problem(world.call(*door, STAFF, others), 422, "missing_field", field)
        if "code" in fields:
            own_word = world.call(*door, ALICE, right)
            assert_problem(own_word, 422, "invalid_field", "on_behalf_reason")


def test_an_activation_names_one_thing_that_pays(world: World) -> None:
    path = "/contracts/p-7/activation"
    with nothing_written(world):
        for field, wrong in {"account_id": NO_ID, "reference": NO_LINE}.items():
            for value in wrong:
                assert_refused(world, "POST", path, field, {field: value})
        twice = {"account_id": "a-7", "reference": "inv-1"}
        assert_refused(world, "POST", path, "reference", twice)
        assert_problem(world.call("POST", path, STAFF, {}), 422, "missing_field", "account_id")
        his_own_word = world.call("POST", path, ALICE, {"reference": "inv-1"})
        assert_problem(his_own_word, 422, "invalid_field", "reference")


def test_notices_are_asked_for_by_their_contract(world: World) -> None:
    for value in ("a b", "é", "x" * 65):
        reply = world.call("GET", "/notices", STAFF, query={"contract_id": value})
        assert_problem(reply, 422, "invalid_field", "contract_id")
    assert_problem(world.call("GET", "/notices", STAFF), 422, "missing_field", "contract_id")
    unknown = {"contract_id": "c-1", "status": "open"}
    reply = world.call("GET", "/notices", STAFF, query=unknown)
    assert_problem(reply, 422, "unknown_field", "status")


def test_an_expired_contract_does_not_come_in_with_a_registrys_date_that_cannot_be_true(
    world: World,
) -> None:
    """Its windows are stored as it comes in; one that ends beyond all dates could not be read."""
    body = {**CONTRACT, "provider": "svenska-domaner", "plan": "premium-domain", "import": True}
    body |= {"label": "far.org.nz", "starts_on": "2024-01-15", "status": "expired"}
    with nothing_written(world):
        for day in ("2199-12-31", "2040-01-01", "2023-12-31"):
            far = {**body, "registry_expires_on": day}
            reply = world.call("PUT", "/contracts/c-2", STAFF, far)
            assert_problem(reply, 422, "invalid_field", "registry_expires_on")
    near = {**body, "registry_expires_on": "2025-01-15"}
    assert world.call("PUT", "/contracts/far", STAFF, near).status == 201
    assert world.contract("far")["restorable_until"] == "2025-04-15"


@pytest.mark.parametrize("field", SHOPS)
def test_a_wrong_value_in_a_shop_is_named(world: World, field: str) -> None:
    with nothing_written(world):
        for value in SHOPS[field]:
            assert_refused(world, "PUT", "/shops/shop-2", field, {**SHOP, field: value})
            if field in ("name", "invoice"):
                assert_refused(world, "PATCH", "/shops/shop-1", field, {field: value})


@pytest.mark.parametrize("field", TICKET_ORDERS)
def test_a_wrong_value_in_a_ticket_order_is_named(world: World, field: str) -> None:
    with nothing_written(world):
        for value in TICKET_ORDERS[field]:
            body = order_of("D-1", **{field: value})
            assert_refused(world, "PUT", "/ticket-orders/t-9", field, body)
    reply = world.call("PUT", "/ticket-orders/t-9", STAFF, order_of("D-1"), query=DRY)
    assert reply.status == 201, reply.text


@pytest.mark.parametrize(
    ("path", "field"), [(path, field) for path, fields in OF_TICKETS.items() for field in fields]
)
def test_a_wrong_value_in_a_command_on_a_ticket_order_is_named(
    world: World, path: str, field: str
) -> None:
    with nothing_written(world):
        for value in OF_TICKETS[path][field]:
            assert_refused(world, "POST", path, field, {**COMMANDS[path], field: value})
        without = {name: value for name, value in COMMANDS[path].items() if name != field}
        if None in OF_TICKETS[path][field]:
            assert_problem(world.call("POST", path, STAFF, without), 422, "missing_field", field)


def test_credit_is_taken_up_or_given_back_and_not_both(world: World) -> None:
    path = "/ticket-orders/t-3/credit-decision"
    with nothing_written(world):
        for refund in NO_REFUND:
            assert_refused(world, "POST", path, "refund", {"refund": refund})
        both = {**COMMANDS[path], "refund": REFUND}
        assert_problem(world.call("POST", path, STAFF, both), 422, "invalid_field", "refund")


def test_what_is_insured_was_bought_online(world: World) -> None:
    body = order_of("D-1", channel="box_office", insured=True)
    with nothing_written(world):
        assert_refused(world, "PUT", "/ticket-orders/t-9", "insured", body)


def test_an_order_has_thirty_tickets_at_most(world: World) -> None:
    """So that no transaction nears its hundred items."""
    many = order_of(*(f"D-{number}" for number in range(31)))
    with nothing_written(world):
        reply = world.call("PUT", "/ticket-orders/t-9", STAFF, many)
        assert_problem(reply, 422, "too_many", "tickets")
    most = {**many, "tickets": many["tickets"][:30]}
    assert world.call("PUT", "/ticket-orders/t-9", STAFF, most, query=DRY).status == 201


def test_what_ticket_orders_are_asked_for_by_is_looked_at(world: World) -> None:
    def refused(code: str, field: str, **query: str) -> None:
        reply = world.call("GET", "/ticket-orders", STAFF, query=query or None)
        assert_problem(reply, 422, code, field)

    for value in ("a b", "é", "x" * 65, ""):
        refused("invalid_field", "shop_id", shop_id=value)
    for value in ("", "x" * 201, "a\n", " ", "\u0301"):
        refused("invalid_field", "q", shop_id="shop-1", q=value)
    for value in ("", "yes", "True"):
        refused("invalid_field", "open_question", shop_id="shop-1", open_question=value)
    refused("unknown_field", "status", shop_id="shop-1", status="paid")


@pytest.mark.parametrize("field", MESSAGES)
def test_a_wrong_value_in_a_message_is_named(world: World, field: str) -> None:
    with nothing_written(world):
        for value in MESSAGES[field]:
            assert_refused(world, "POST", "/messages", field, {**MESSAGE, field: value})


@pytest.mark.parametrize("number", ["1e999", "-1e999", "1.0", "9" * 30, "9" * 999])
def test_a_number_beyond_reason_is_named(world: World, number: str) -> None:
    with nothing_written(world):
        raw = json.dumps({**CONTRACT, "quantity": 0}).replace("0}", number + "}")
        reply = world.call("PUT", "/contracts/c-2", STAFF, raw=raw)
        assert_problem(reply, 422, "invalid_field", "quantity")


@pytest.mark.parametrize("field", ["provider", "plan", "label", "holder", "email"])
@pytest.mark.parametrize("how", ["absent", "null"])
def test_a_missing_field_is_named(world: World, field: str, how: str) -> None:
    body = {name: value for name, value in CONTRACT.items() if name != field}
    with nothing_written(world):
        reply = world.call(
            "PUT", "/contracts/c-2", STAFF, body if how == "absent" else {**body, field: None}
        )
        assert_problem(reply, 422, "missing_field", field)


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("PUT", "/contracts/c-2", CONTRACT),
        ("PATCH", "/contracts/c-1", {"version": 1}),
        ("POST", "/contracts/c-1/cancellation", {}),
        ("POST", "/contracts/c-1/reactivation", {}),
        ("POST", "/contracts/c-1/restoration", {"reference": "inv-1"}),
        ("PUT", "/contracts/d-1/registry", REGISTRY),
        ("POST", "/contracts/d-1/transfer-out", {}),
        ("PUT", "/orders/o-1", {"provider": "kreativmedia", "holder": "alice"}),
        ("PUT", "/orders/~c-1/autorenewal", {"enabled": False}),
        ("PUT", "/contracts/c-1/autorenewal", {"enabled": False}),
        ("POST", "/orders/~c-1/detachments", {"contract_id": "c-1"}),
        ("POST", "/contracts/p-7/activation", {"account_id": "a-7"}),
        ("POST", "/contracts/c-1/renewal", RENEWAL),
        ("POST", "/contracts/n-2/renewal-reversal", REVERSAL),
        ("PUT", "/contracts/i-1/renewal-warranty", {}),
        ("DELETE", "/contracts/i-1/renewal-warranty", {}),
        ("POST", "/notices/n-1:2025-02-20/payment", {"reference": "bank-1"}),
        ("POST", "/tasks/w-1:6/done", {}),
        ("POST", "/contracts/v-1/plan-change-quotes", WISH),
        ("POST", "/contracts/v-1/plan-changes", A_QUOTE),
        ("POST", "/contracts/v-2/plan-changes/v-2:2/code", {}),
        ("POST", "/contracts/v-2/plan-changes/v-2:2/confirmation", A_CODE),
        ("PUT", "/contracts/v-3/servers/s-1/removal", {"confirm": "s-1"}),
        ("DELETE", "/contracts/v-3/servers/s-2/removal", {}),
        ("PUT", "/shops/shop-2", SHOP),
        ("PATCH", "/shops/shop-1", {"name": "another"}),
        ("POST", "/shops/shop-1/undo", {}),
        ("POST", "/shops/shop-1/redo", {}),
        ("PUT", "/ticket-orders/t-9", order_of("D-1")),
        *(("POST", path, body) for path, body in COMMANDS.items()),
        ("POST", "/messages", MESSAGE),
        ("POST", "/messages/w-1:2/undo", {}),
        ("POST", "/messages/w-1:2/send", {}),
        ("POST", "/messages/w-1:2/drop", {}),
        ("POST", "/job-runs", {"job": "expiries", "as_of": "2025-02-01T00:00:00Z"}),
        ("POST", "/job-runs", {"job": "renewals", "as_of": "2025-02-01T00:00:00Z"}),
        ("POST", "/job-runs", {"job": "invoice_reminders", "as_of": "2025-02-01T00:00:00Z"}),
        ("PUT", "/test-clock", {"now": None}),
    ],
)
def test_what_no_door_takes_is_refused_at_each(
    world: World, method: str, path: str, body: dict[str, Any]
) -> None:
    def refused(status: int, code: str, field: str, **asked: Any) -> None:
        with nothing_written(world):
            reply = world.call(method, path, STAFF, **asked)
            assert_problem(reply, status, code, field)
        for job in ("expiries", "renewals", "invoice_reminders"):
            assert not world.messages(world.queue_of(job))

    refused(422, "unknown_field", "colour", body={**body, "colour": "red"})
    refused(422, "unknown_field", "__proto__", body={**body, "__proto__": {}})
    refused(422, "unknown_field", "?", body={**body, "\ud800": 1})
    refused(422, "unknown_field", "colour", body=body, query={"colour": "red"})
    refused(422, "invalid_field", "dry_run", body=body, query={"dry_run": "maybe"})
    refused(422, "invalid_field", "dry_run", body=body, query={"dry_run": "True"})
    refused(422, "invalid_field", "dry_run", body=body, query={"dry_run": ""})
    for key in ("", "k" * 129, "a\x00", "é\n"):
        headers = {"Idempotency-Key": key}
        refused(422, "invalid_field", "Idempotency-Key", body=body, headers=headers)
    refused(400, "unreadable", "body", raw="{")
    refused(400, "unreadable", "body", raw="[]")
    refused(400, "unreadable", "body", raw='{"x": NaN}')
    refused(400, "unreadable", "body", raw='{"x": 1, "x": 1}')
    refused(400, "unreadable", "body", raw='{"x": ' + "9" * 5000 + "}")
    for depth in (25, 450, 900, 960, 5000):
        refused(400, "unreadable", "body", raw='{"x": ' + "[" * depth + "]" * depth + "}")
    refused(400, "body_too_large", "body", raw='{"x": "' + "x" * 1_000_000 + '"}')
    refused(400, "body_too_large", "body", raw="{}" + " " * 1_000_000)


def test_values_have_limits(world: World) -> None:
    """Fifty servers a contract, so that no transaction nears its hundred items or 4 MB."""
    servers = [{"id": f"s-{n}", "ip": "192.0.2.1"} for n in range(51)]
    with nothing_written(world):
        reply = world.call("PUT", "/contracts/c-2", STAFF, {**CONTRACT, "servers": servers})
        assert_problem(reply, 422, "too_many", "servers")
        twins = [servers[0], servers[0]]
        reply = world.call("PUT", "/contracts/c-2", STAFF, {**CONTRACT, "servers": twins})
        assert_problem(reply, 422, "invalid_field", "servers")
    body = {**CONTRACT, "servers": servers[:50]}
    reply = world.call("PUT", "/contracts/c-2", STAFF, body, query={"dry_run": "true"})
    assert reply.status == 201


@pytest.mark.breaks("a count is set by hand, instead of so many registrations")
def test_an_order_holds_forty_contracts_and_the_next_is_refused(world: World) -> None:
    world.register("o-1", order_id="o-full")
    world.dynamodb.update_item(
        TableName=world.names.table_name,
        Key={"pk": {"S": "order#o-full"}, "sk": {"S": "head"}},
        UpdateExpression="SET #size = :n",
        ExpressionAttributeNames={"#size": "size"},
        ExpressionAttributeValues={":n": {"N": "39"}},
    )
    world.register("o-40", order_id="o-full")
    with nothing_written(world):
        reply = world.call("PUT", "/contracts/o-41", STAFF, {**CONTRACT, "order_id": "o-full"})
        assert_problem(reply, 422, "too_many", "order_id")
    again = world.call("PUT", "/contracts/o-40", STAFF, {**CONTRACT, "order_id": "o-full"})
    assert_problem(again, 409, "already_registered")


@pytest.mark.breaks("a count is set by hand, instead of so many registrations")
def test_twenty_hang_on_a_contract_and_the_next_is_refused_until_one_is_closed(
    world: World,
) -> None:
    for number in range(2, 21):
        world.register(
            f"a-{number}", provider="svenska-domaner", plan="mail-addon", parent_id="s-1"
        )
    with nothing_written(world):
        for query in (None, {"dry_run": "true"}):
            reply = world.call("PUT", "/contracts/a-21", STAFF, NEW_ADD_ON, query=query)
            assert_problem(reply, 422, "too_many", "parent_id")
    over = {**NEW_ADD_ON, "status": "closed", "import": True}
    assert world.call("PUT", "/contracts/a-22", STAFF, over).status == 201
    assert world.call("POST", "/contracts/a-7/cancellation", STAFF, AT_ONCE).status == 200
    assert world.call("PUT", "/contracts/a-21", STAFF, NEW_ADD_ON).json["code"] == "too_many"
    world.run_job("2025-03-03T11:00:00Z")
    assert world.contract("a-7")["status"] == "closed"
    assert world.call("PUT", "/contracts/a-21", STAFF, NEW_ADD_ON).status == 201


@pytest.mark.breaks("a count is set by hand, instead of so many registrations")
def test_what_is_taken_is_written(world: World) -> None:
    """The other side of every `nothing_written` above: it would notice."""
    before = everything(world)
    world.register("c-3")
    assert everything(world) != before
