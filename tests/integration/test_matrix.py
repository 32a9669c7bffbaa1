"""Who may come in through which door: every door of the template, every kind of person.

What each door is about is alice's, at kreativmedia: her own for the holder, another's for the other
customers of that provider, another provider's for whoever is known elsewhere alone. What is named
in a body, and whose that may be: test_ids_in_bodies.py.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from tacit.runtime.problem_table import PROBLEMS
from tests.integration.conftest import (
    ALICE,
    BOB,
    CAROL,
    ROUTES,
    STAFF,
    Person,
    Reply,
    World,
    customer,
    new_world,
)
from tests.integration.edge import (
    ALICE_ELSEWHERE,
    CONTRACT,
    KIM,
    MALLORY,
    NOBODY,
    OLGA,
    SVEN,
    nothing_written,
)
from tests.integration.messages import ORDER
from tests.integration.money import opened
from tests.integration.plan_changes import ON_BEHALF, asked_for, mailed_code, quoted
from tests.integration.rules.policy_files import policy_files
from tests.integration.sales import COMMANDS, order_of, sold

OSCAR = customer("oscar", "kreativmedia")


@dataclass(frozen=True)
class Bearer:
    """Whoever shows a token that is none of ours: staff's, but for one claim."""

    changes: dict[str, str]

    @property
    def claims(self) -> dict[str, str]:
        return {**STAFF.claims, **self.changes}


PEOPLE: dict[str, Person | Bearer | None] = {
    "holder": ALICE,
    "billing_contact": BOB,
    "technical_contact": CAROL,
    "organiser": OSCAR,
    "customer_of_the_provider": MALLORY,
    "customer_of_another": OLGA,
    "holder_whose_groups_name_another": ALICE_ELSEWHERE,
    "staff_of_the_provider": KIM,
    "staff_of_another": SVEN,
    "staff": STAFF,
    "no_groups": NOBODY,
    "no_token": None,
    "access_token": Bearer({"token_use": "access"}),
    "token_of_another_client": Bearer({"aud": "another-client"}),
}
CONTACTS = ("billing_contact", "technical_contact")
STAFF_OF_SOME = ("staff_of_the_provider", "staff_of_another", "staff")
NO_TOKENS = ("no_token", "access_token", "token_of_another_client")

# A status where it is granted, a code where it is refused.
Row = dict[str, int | str]


def row(
    granted: int | str,
    *,
    also: tuple[str, ...] = (),
    forbidden: tuple[str, ...] = (),
    others: int | str = "not_found",
) -> Row:
    """For staff of the provider and of all, and `also`, it is `granted`."""
    found: Row = dict.fromkeys(PEOPLE, others)
    found |= dict.fromkeys(forbidden, "not_your_role")
    found |= dict.fromkeys(("staff_of_the_provider", "staff", *also), granted)
    return found | dict.fromkeys(NO_TOKENS, "unauthenticated")


def staffs(granted: int | str, *people: str) -> Row:
    """Only these, or staff of the provider and of all, may ask at all."""
    found: Row = dict.fromkeys(PEOPLE, "not_your_role")
    found |= {"staff_of_another": "not_found"} if not people else {}
    found |= dict.fromkeys(people or ("staff_of_the_provider", "staff"), granted)
    return found | dict.fromkeys(NO_TOKENS, "unauthenticated")


PARTIES = row(200, also=("holder", *CONTACTS))
HOLDER = row(200, also=("holder",), forbidden=CONTACTS)
NOT_EXPIRED = row("not_expired", also=("holder",), forbidden=CONTACTS)
MADE = row(201, also=("holder",), forbidden=CONTACTS)
HOLDER_ALONE = row(200, also=("holder",))
ORGANISER = row(200, also=("organiser",))
MADE_BY_ORGANISER = row(201, also=("organiser",))
STAFF_OF_IT = staffs(200)
STILL_BROKEN = staffs("still_broken")
NOT_HELD = staffs("run_not_held")
ANY_STAFF = staffs(200, *STAFF_OF_SOME)
RUN = staffs(202, *STAFF_OF_SOME)
STAFF_OF_ALL = staffs(200, "staff")
TOKEN = row(200, others=200)
ACCOUNT = {"provider": "kreativmedia", "holder": "alice", "currency": "CHF"}
BOOKING = {"amount": {"amount": "5.00", "currency": "CHF"}, "reference": "r-1"}
RENEWAL = {"current_expires_on": "2026-01-15", "account_id": "a-1"}
REVERSAL = {"period_start": "2025-02-20", "reason": "refused"}
CALL = {"days": 0, "channel": "phone"}
TWICE: dict[str, Any] = {"plan": "mailbox", "quantity": 2}
CHANGING = {"kinds": ["other"], "cooldown_days": 30, "min_days_after_change": 1}
SAID = {"plan_change_code": ["email"], "plan_changed": ["email"]}
# This provider sells tickets as another one does.
SHOP = {
    "provider": "kreativmedia",
    "organiser": "oscar",
    "name": "Oscar's stage",
    "timezone": "Europe/Zurich",
}
SOLD = {path.split("/")[-1]: body for path, body in COMMANDS.items()}
# The lists of one thing, and of which one here.
LISTED_BY = {
    "/notices": {"contract_id": "n-1"},
    "/ticket-orders": {"shop_id": "shop-1"},
    "/messages": {"subject": "w-1"},
}
NOTICED = {**CONTRACT, "starts_on": "2024-02-20"}

DOORS: dict[tuple[str, str], tuple[dict[str, Any] | None, Row]] = {
    ("GET", "/contracts"): (None, TOKEN),
    ("GET", "/contracts/{id}"): (None, PARTIES),
    ("GET", "/contracts/{id}/timeline"): (None, PARTIES),
    ("GET", "/contracts/{id}/forecast"): (None, PARTIES),
    ("PUT", "/contracts/{id}"): (CONTRACT, STAFF_OF_IT),
    ("PATCH", "/contracts/{id}"): ({"version": 1, "label": "another"}, STAFF_OF_IT),
    ("PUT", "/contracts/{id}/registry"): (
        {"registry_expires_on": "2026-01-15", "fetched_at": "2025-02-01T10:00:00Z"},
        STAFF_OF_IT,
    ),
    ("POST", "/contracts/{id}/transfer-out"): ({}, STAFF_OF_IT),
    ("POST", "/contracts/{id}/cancellation"): ({}, HOLDER),
    ("POST", "/contracts/{id}/reactivation"): ({}, HOLDER),
    ("GET", "/contracts/{id}/restoration-quote"): (None, NOT_EXPIRED),
    ("POST", "/contracts/{id}/restoration"): ({"reference": "inv-1"}, HOLDER),
    ("POST", "/contracts/{id}/activation"): ({"account_id": "a-1"}, HOLDER),
    ("POST", "/contracts/{id}/renewal"): (RENEWAL, HOLDER),
    ("POST", "/contracts/{id}/renewal-reversal"): (REVERSAL, STAFF_OF_IT),
    ("PUT", "/contracts/{id}/renewal-warranty"): ({}, HOLDER),
    ("DELETE", "/contracts/{id}/renewal-warranty"): ({}, HOLDER),
    ("POST", "/contracts/{id}/plan-change-quotes"): (TWICE, MADE),
    ("POST", "/contracts/{id}/plan-changes"): ({"quote_id": "{quote}"}, MADE),
    ("GET", "/contracts/{id}/plan-changes"): (None, HOLDER),
    ("POST", "/contracts/{id}/plan-changes/{change_id}/code"): ({}, HOLDER),
    ("POST", "/contracts/{id}/plan-changes/{change_id}/confirmation"): (
        {"code": "{code}"},
        HOLDER,
    ),
    ("PUT", "/contracts/{id}/servers/{server_id}/removal"): ({"confirm": "s-1"}, HOLDER),
    ("DELETE", "/contracts/{id}/servers/{server_id}/removal"): ({}, HOLDER),
    ("GET", "/notices"): (None, HOLDER),
    ("POST", "/notices/{id}/payment"): ({"reference": "bank-1"}, STAFF_OF_IT),
    ("POST", "/messages"): ({"subject": "w-1", "to": "buyer", "text": "x"}, MADE_BY_ORGANISER),
    ("GET", "/messages"): (None, ORGANISER),
    ("POST", "/messages/{id}/undo"): ({}, ORGANISER),
    ("POST", "/messages/{id}/send"): ({}, ORGANISER),
    ("POST", "/messages/{id}/drop"): ({}, ORGANISER),
    ("GET", "/tasks"): (None, ANY_STAFF),
    ("POST", "/tasks/{id}/done"): ({}, STAFF_OF_IT),
    ("GET", "/accounts"): (None, TOKEN),
    ("GET", "/accounts/{id}"): (None, HOLDER_ALONE),
    ("GET", "/accounts/{id}/ledger"): (None, HOLDER_ALONE),
    ("GET", "/accounts/{id}/forecast"): (None, HOLDER_ALONE),
    ("PUT", "/accounts/{id}"): (ACCOUNT, STAFF_OF_IT),
    ("POST", "/accounts/{id}/deposits"): (BOOKING, STAFF_OF_IT),
    ("POST", "/accounts/{id}/withdrawals"): (BOOKING, STAFF_OF_IT),
    ("PUT", "/contracts/{id}/autorenewal"): ({"enabled": False}, HOLDER),
    ("GET", "/orders"): (None, TOKEN),
    ("GET", "/orders/{id}"): (None, HOLDER_ALONE),
    ("PUT", "/orders/{id}"): ({"provider": "kreativmedia", "holder": "alice"}, STAFF_OF_IT),
    ("PUT", "/orders/{id}/autorenewal"): ({"enabled": False}, HOLDER_ALONE),
    ("POST", "/orders/{id}/detachments"): ({"contract_id": "c-1"}, STAFF_OF_IT),
    ("GET", "/shops"): (None, TOKEN),
    ("GET", "/shops/{id}"): (None, ORGANISER),
    ("PUT", "/shops/{id}"): (SHOP, STAFF_OF_IT),
    ("PATCH", "/shops/{id}"): ({"name": "another"}, ORGANISER),
    ("GET", "/shops/{id}/changes"): (None, ORGANISER),
    ("POST", "/shops/{id}/undo"): ({}, ORGANISER),
    ("POST", "/shops/{id}/redo"): ({}, ORGANISER),
    ("GET", "/ticket-orders"): (None, ORGANISER),
    ("GET", "/ticket-orders/{id}"): (None, ORGANISER),
    ("PUT", "/ticket-orders/{id}"): (order_of("D-1"), MADE_BY_ORGANISER),
    ("POST", "/ticket-orders/{id}/payments"): (SOLD["payments"], ORGANISER),
    ("POST", "/ticket-orders/{id}/cancellation"): (SOLD["cancellation"], ORGANISER),
    ("POST", "/ticket-orders/{id}/exchange"): (SOLD["exchange"], ORGANISER),
    ("POST", "/ticket-orders/{id}/credit-decision"): (SOLD["credit-decision"], ORGANISER),
    ("GET", "/tickets/{number}/admission"): (None, ORGANISER),
    ("POST", "/tickets/{number}/admission"): ({}, ORGANISER),
    ("GET", "/providers/{id}/plans"): (None, TOKEN),
    ("GET", "/providers/{id}/policy"): (None, TOKEN),
    ("POST", "/job-runs"): ({"job": "expiries", "as_of": "2026-02-01T00:00:00Z"}, RUN),
    ("GET", "/job-runs"): (None, ANY_STAFF),
    ("GET", "/job-runs/{id}"): (None, STAFF_OF_IT),
    ("GET", "/job-runs/{id}/items"): (None, STAFF_OF_IT),
    ("POST", "/job-runs/{id}/release"): ({}, NOT_HELD),
    ("GET", "/parked"): (None, ANY_STAFF),
    ("POST", "/parked/{id}/retry"): ({}, STILL_BROKEN),
    ("GET", "/test-clock"): (None, ANY_STAFF),
    ("PUT", "/test-clock"): ({"now": None}, STAFF_OF_ALL),
}


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[World, dict[str, str]]]:
    """A contract and a domain, an account, a broken contract that is parked, and a run of the
    provider's own staff. What only a warranty or a plan change brings about: this provider has
    them as well."""
    with policy_files(tmp_path_factory.mktemp("policies")) as files, new_world() as world:
        changes: dict[str, Any] = {f"messages.{kind}": channels for kind, channels in SAID.items()}
        changes |= {"kinds.domain.warranty": {"steps": [CALL]}, "plan_change": CHANGING}
        changes |= {"ticketing": files.table("infomaniak", "ticketing")}
        files.edit("kreativmedia", changes)
        world.set_clock("2025-02-01T11:00:00Z")
        assert world.call("PUT", "/contracts/c-1", STAFF, CONTRACT).status == 201
        world.register("d-1", plan="domain-ch", label="example.ch")
        world.register("c-9")
        world.dynamodb.update_item(
            TableName=world.names.table_name,
            Key={"pk": {"S": "contract#c-9"}, "sk": {"S": "head"}},
            UpdateExpression="SET expires_on = :long_ago, expiries_due_at = :long_ago",
            ExpressionAttributeValues={":long_ago": {"S": "1969-12-31"}},
        )
        body = {"job": "expiries", "as_of": "2025-02-01T11:00:00Z"}
        run = world.call("POST", "/job-runs", KIM, body).json["id"]
        world.work_queue()
        assert world.call("GET", "/parked", KIM).json["items"]
        owed = a_call_that_has_to_be_made(world)
        assert world.call("PUT", "/contracts/n-1", STAFF, NOTICED).status == 201
        world.register("n-2", status="pending", starts_on="2025-02-01")
        world.register("r-1", starts_on="2024-02-20")
        world.run_job("2025-02-01T11:00:00Z", "renewals")
        paid = {"reference": "bank-0"}
        assert world.call("POST", "/notices/r-1:2025-02-20/payment", KIM, paid).status == 200
        opened(world, "a-1", "1000.00")
        ids = {"contracts": "c-1", "accounts": "a-1", "orders": "~c-1"}
        ids |= {"providers": "kreativmedia", "job-runs": run}
        ids |= {f"/contracts/{{id}}/{door}": "d-1" for door in ("registry", "transfer-out")}
        ids |= {"/contracts/{id}/renewal-reversal": "r-1", "/contracts/{id}/activation": "n-2"}
        ids |= {"/contracts/{id}/renewal-warranty": "d-1"}
        ids |= {"notices": "n-1:2025-02-20", "tasks": owed}
        ids |= plan_changes(world)
        ids |= shops(world)
        ids |= ticket_orders(world)
        ids |= messages(world)
        yield world, {**ids, "parked": "contract:c-9"}


def a_call_that_has_to_be_made(world: World) -> str:
    """The task of a warranty that has stepped in."""
    off = {"plan": "domain-ch", "label": "warranted.ch", "starts_on": "2024-01-31"}
    world.register("w-1", **off, renewal_warranty=True)
    assert world.call("PUT", "/contracts/w-1/autorenewal", STAFF, {"enabled": False}).status == 200
    for day in ("2025-01-31", "2025-02-01"):
        world.run_job(f"{day}T11:00:00Z", "renewals")
    (task,) = world.call("GET", "/tasks", KIM).json["items"]
    return str(task["id"])


def shops(world: World) -> dict[str, str]:
    """One whose settings have moved twice and back once, so that a step can be taken either way."""
    assert world.call("PUT", "/shops/shop-1", STAFF, SHOP).status == 201
    for name in ("first", "second"):
        assert world.call("PATCH", "/shops/shop-1", OSCAR, {"name": name}).status == 200
    assert world.call("POST", "/shops/shop-1/undo", OSCAR, {}).status == 200
    return {"shops": "shop-1", "/shops/{id}": "shop-1"}


def ticket_orders(world: World) -> dict[str, str]:
    """Sold in that shop: the order that each door is about, and a ticket."""
    sold(world)
    ids = {path.split("/")[-1]: path.split("/")[2] for path in COMMANDS}
    found = {f"/ticket-orders/{{id}}/{door}": order_id for door, order_id in ids.items()}
    return {**found, "ticket-orders": "t-1", "{number}": "A-1"}


def messages(world: World) -> dict[str, str]:
    """One about an order in oscar's shop; it is undone, so that it can be sent or dropped."""
    placed = {**ORDER, "placed_at": "2025-01-20T09:00:00Z"}
    assert world.call("PUT", "/ticket-orders/w-1", OSCAR, placed).status == 201
    body = {"subject": "w-1", "to": "buyer", "text": "x"}
    message = world.call("POST", "/messages", OSCAR, body).json["message"]
    assert world.call("POST", f"/messages/{message['id']}/undo", OSCAR, {}).status == 200
    return {"messages": message["id"]}


def plan_changes(world: World) -> dict[str, str]:
    """One that can be changed, one whose change waits for its code, and one with a server."""
    for contract_id in ("v-1", "v-2", "v-3"):
        servers = [{"id": "s-1", "ip": "192.0.2.31"}]
        world.register(contract_id, plan="mailbox", servers=servers)
    change = asked_for(world, "v-2", **TWICE)
    path = "/contracts/{id}/plan-changes"
    ids = {f"{path}/{{change_id}}/{door}": "v-2" for door in ("code", "confirmation")}
    ids |= {path: "v-1", f"{path.removesuffix('s')}-quotes": "v-1"}
    ids |= {"/contracts/{id}/servers/{server_id}/removal": "v-3", "{server_id}": "s-1"}
    quote = quoted(world, "v-1", **TWICE)["id"]
    return {
        **ids,
        "{change_id}": change["id"],
        "{quote}": quote,
        "{code}": mailed_code(world, "v-2"),
    }


def test_the_matrix_knows_every_door() -> None:
    assert set(DOORS) == set(ROUTES)


@pytest.mark.parametrize("door", DOORS, ids=" ".join)
def test_each_person_gets_the_answer_of_the_matrix(
    scene: tuple[World, dict[str, str]], door: tuple[str, str]
) -> None:
    world, ids = scene
    method, resource = door
    body, expected = DOORS[door]
    own_id = ids.get(resource) or ids.get(resource.split("/")[1], "")
    path = resource.replace("{id}", own_id)
    if method == "PUT" and resource == "/ticket-orders/{id}":
        path = "/ticket-orders/t-4"
    for name in ("{change_id}", "{server_id}", "{number}"):
        path = path.replace(name, ids[name])
    if body:
        body = {name: ids.get(str(value), value) for name, value in body.items()}
    asked = {"query": LISTED_BY.get(resource) if method == "GET" else {"dry_run": "true"}}
    for name, granted in expected.items():
        if isinstance(granted, int):
            reply = called(world, method, path, name, body, **asked)
            assert (name, reply.status) == (name, granted), reply.text
    if method != "GET":  # in earnest, and nothing remembers it
        asked = {"headers": {"Idempotency-Key": "again"}}
    with nothing_written(world):
        for name, code in expected.items():
            if isinstance(code, str):
                reply = called(world, method, path, name, body, **asked)
                assert (name, reply.status, reply.code) == (name, PROBLEMS[code].status, code)


def called(
    world: World, method: str, path: str, name: str, body: dict[str, Any] | None, **asked: Any
) -> Reply:
    who = PEOPLE[name]
    if body is not None and path.endswith("/confirmation") and name.startswith("staff"):
        body = {**body, **ON_BEHALF}
    if isinstance(who, Bearer):
        return world.call(method, path, None, body, claims=who.claims, **asked)
    return world.call(method, path, who, body, **asked)
