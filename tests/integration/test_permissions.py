"""What each function may do in AWS is what its code does: no less, and nothing besides."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tacit.policies import shipped
from tests.integration.aws_calls import Calls, Grant, grants_of, listening
from tests.integration.conftest import ALICE, STAFF, Context, World, new_world
from tests.integration.edge import (
    CONTRACT,
    KIM,
    RENEWAL,
    REVERSAL,
    called_for,
    noticed,
    payable,
)
from tests.integration.messages import ask, ordered, write
from tests.integration.money import book, francs, opened
from tests.integration.plan_changes import MARKED, asked_for, changeable, mailed_code, other, quoted
from tests.integration.rules.policy_files import policy_files
from tests.integration.sales import COMMANDS, order_of, placed, sold
from tests.integration.shops import INA, OLGA, SHOP, opened_shop
from tests.tables import template

RESOURCES: dict[str, dict[str, Any]] = template()["Resources"]
FUNCTIONS = {
    each["Properties"]["Handler"].split(".")[0]: each["Properties"]
    for each in RESOURCES.values()
    if each["Type"] == "AWS::Serverless::Function"
}
# What Lambda does with the function's role before and after the code: logs, the queue or stream
# it reads from, and where it puts what failed.
BY_LAMBDA = (
    "logs:",
    "dynamodb:DescribeStream",
    "dynamodb:GetRecords",
    "dynamodb:GetShardIterator",
    "dynamodb:ListStreams",
    "sqs:ChangeMessageVisibility",
    "sqs:DeleteMessage",
    "sqs:GetQueueAttributes",
    "sqs:ReceiveMessage",
)
KEY = {"Idempotency-Key": "k-1"}


def granted(module: str) -> set[Grant]:
    """(action, resource) of the function's policy, as far as its own code is meant."""
    role = RESOURCES[FUNCTIONS[module]["Role"]["Fn::GetAtt"][0]]["Properties"]
    found = set()
    for policy in role["Policies"]:
        for statement in policy["PolicyDocument"]["Statement"]:
            for action in _listed(statement["Action"]):
                for resource in _listed(statement["Resource"]):
                    name = _resource(resource)
                    if not action.startswith(BY_LAMBDA) and name != "UndeliveredQueue":
                        found.add((action, name))
    return found


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _resource(value: dict[str, Any]) -> str:
    """`!GetAtt TacitTable.Arn` is "table", `${TacitTable.Arn}/index/x` is "index/x"."""
    names = {"TacitTable": "table", "Bus": "bus", "StackSecret": "secret"}
    names |= {
        f"{name}Queue": "queue"
        for name in (
            "Expiries",
            "Renewals",
            "InvoiceReminders",
            "Mail",
            "Follow",
            "HeldMessages",
        )
    }
    if "Fn::GetAtt" in value:
        name = str(value["Fn::GetAtt"][0])
        return names.get(name, name)
    text = value["Fn::Sub"] if isinstance(value["Fn::Sub"], str) else value["Fn::Sub"][0]
    if text.startswith("${TacitTable.Arn}/"):
        return str(text.removeprefix("${TacitTable.Arn}/"))
    return "identity" if ":identity/" in text else str(text)


@pytest.fixture(scope="module")
def calls(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Calls]:
    """What the functions called during a journey through every door and every job's ways."""
    with (
        pytest.MonkeyPatch.context() as patch,
        new_world() as world,
        listening(patch, list(FUNCTIONS)) as heard,
    ):
        go_through_the_doors(world)
        go_through_the_orders(world)
        go_through_the_shops(world)
        go_through_the_ticket_orders(world)
        go_through_the_messages(world)
        go_through_a_family(world)
        go_through_the_renewals(world)
        go_through_the_plan_changes(world)
        go_through_the_reminders(world)
        go_through_the_jobs(world)
        hold_runs(world, tmp_path_factory.mktemp("policies"))
        yield heard


def go_through_the_doors(world: World) -> None:
    world.set_clock("2025-02-01T11:00:00Z")
    assert world.call("GET", "/test-clock", STAFF).status == 200
    for number in range(3):
        world.register(f"c-{number}", holder="alice")
    put = world.call("PUT", "/contracts/c-7", STAFF, CONTRACT, headers=KEY)
    assert put.status == 201
    domain = {**CONTRACT, "plan": "domain-ch", "label": "example.ch"}
    dry = {"dry_run": "true"}
    assert world.call("PUT", "/contracts/c-8", STAFF, domain, query=dry).status == 201
    change = {"version": 1, "billing_contact": None}
    assert world.call("PATCH", "/contracts/c-7", STAFF, change, headers=KEY).status == 200
    for door in ("cancellation", "reactivation", "cancellation"):
        assert world.call("POST", f"/contracts/c-0/{door}", ALICE, headers=KEY).status == 200
    for who in (ALICE, STAFF, KIM):
        assert world.call("GET", "/contracts/c-0/timeline", who, query={"limit": "1"}).status == 200
        assert world.call("GET", "/contracts", who, query={"limit": "1"}).status == 200
        assert world.call("GET", "/contracts", who, query={"holder": "alice"}).status == 200
    go_through_the_accounts(world)
    for door in ("plans", "policy"):
        assert world.call("GET", f"/providers/kreativmedia/{door}", ALICE).status == 200


def go_through_the_orders(world: World) -> None:
    for contract_id in ("c-30", "c-31"):
        world.register(contract_id, order_id="o-30")
    body = {"provider": "kreativmedia", "holder": "alice", "contracts": ["c-30", "c-31"]}
    made = world.call("PUT", "/orders/o-31", STAFF, body, headers=KEY)
    assert made.status == 201, made.text
    for who in (ALICE, STAFF, KIM):
        assert world.call("GET", "/orders", who, query={"limit": "1"}).status == 200
    assert world.call("GET", "/orders/o-31", ALICE).status == 200
    one = {"contract_id": "c-30"}
    assert world.call("POST", "/orders/o-31/detachments", STAFF, one, headers=KEY).status == 200
    for thing in ("orders/o-31", "contracts/c-30"):
        off = world.call("PUT", f"/{thing}/autorenewal", ALICE, {"enabled": False}, headers=KEY)
        assert off.status == 200, off.text


def go_through_the_shops(world: World) -> None:
    for number in (1, 2):
        opened_shop(world, f"shop-{number}")
    assert world.call("PUT", "/shops/shop-3", STAFF, SHOP, headers=KEY).status == 201
    body = {"invoice": {"reminders": 1}}
    assert world.call("PATCH", "/shops/shop-1", OLGA, body, headers=KEY).status == 200
    for which in ("undo", "redo"):
        reply = world.call("POST", f"/shops/shop-1/{which}", OLGA, {}, headers=KEY)
        assert reply.status == 200, reply.text
    for who in (OLGA, INA, STAFF):
        assert world.call("GET", "/shops", who, query={"limit": "1"}).json["next"]
        assert world.call("GET", "/shops/shop-1/changes", who, query={"limit": "1"}).json["next"]


def go_through_the_ticket_orders(world: World) -> None:
    """Each door, a list that goes on, and every way in which an order is looked for."""
    sold(world)
    new = world.call("PUT", "/ticket-orders/t-4", OLGA, order_of("D-1"), headers=KEY)
    assert new.status == 201, new.text
    for path, body in COMMANDS.items():
        reply = world.call("POST", path, OLGA, body, headers=KEY)
        assert reply.status == 200, reply.text
    assert world.call("GET", "/tickets/A-1/admission", OLGA).status == 200
    assert world.call("GET", "/ticket-orders/t-1", OLGA).status == 200
    for query in (
        {"limit": "1"},
        {"q": "lea@example.net"},
        {"q": "A-2"},
        {"open_question": "true"},
    ):
        reply = world.call("GET", "/ticket-orders", OLGA, query={"shop_id": "shop-1", **query})
        assert reply.status == 200, reply.text


def go_through_the_messages(world: World) -> None:
    """One goes back into the queue, is undone and sent again, and leaves."""
    placed = {"placed_at": "2025-01-20T09:00:00Z"}
    ordered(world, **placed)
    held = write(world, headers=KEY)
    assert held.status == 201, held.text
    message_id = held.json["message"]["id"]
    world.mails()
    for what in ("undo", "send"):
        assert ask(world, message_id, what, headers=KEY).status == 200
    query = {"subject": "w-1", "limit": "1"}
    for who in (OLGA, INA, STAFF):
        assert world.call("GET", "/messages", who, query=query).status == 200
    world.set_clock("2025-02-01T11:00:15Z")
    assert world.mails()
    other = write(world).json["message"]["id"]
    assert ask(world, other, "drop", headers=KEY).status == 200
    world.set_clock("2025-02-01T11:00:00Z")


def go_through_a_family(world: World) -> None:
    """An add-on at its end goes on for nothing, and is gone with its domain."""
    svenska = {"provider": "svenska-domaner"}
    world.register("s-1", **svenska, plan="premium-domain", label="example.org.nz")
    world.register("s-2", **svenska, plan="mail-addon", parent_id="s-1", starts_on="2024-03-01")
    said = {"registry_expires_on": "2026-01-15", "fetched_at": "2025-02-01T10:00:00Z"}
    assert world.call("PUT", "/contracts/s-1/registry", STAFF, said, headers=KEY).status == 200
    assert world.call("GET", "/contracts/s-2/forecast", ALICE).status == 200
    assert world.call("POST", "/contracts/s-2/cancellation", ALICE, {}).status == 200
    world.run_job("2025-03-01T11:00:00Z")
    assert world.contract("s-2")["plan"] == "free-domain-account"
    gone = world.call("POST", "/contracts/s-1/transfer-out", STAFF, {}, headers=KEY)
    assert gone.status == 200, gone.text
    assert world.mails()
    assert world.contract("s-2")["status"] == "closed"


def go_through_the_accounts(world: World) -> None:
    """Each door, and a restoration that is charged."""
    opened(world, "a-1", "900.00", provider="svenska-domaner", currency="SEK")
    opened(world, "a-2")
    taken = book(world, "a-1", "withdrawals", francs("1.00", "SEK"), "r-1")
    assert taken.status == 200
    for who in (ALICE, STAFF):
        assert world.call("GET", "/accounts", who, query={"limit": "1"}).status == 200
        assert world.call("GET", "/accounts/a-1/ledger", who, query={"limit": "1"}).json["next"]
        assert world.call("GET", "/accounts/a-1/forecast", who).status == 200
    expired = {"status": "expired", "starts_on": "2024-01-15", "import": True}
    domain = {"provider": "svenska-domaner", "plan": "premium-domain", "label": "paid.org.nz"}
    world.register("c-6", **domain, **expired)
    paid = world.call("POST", "/contracts/c-6/restoration", ALICE, {"account_id": "a-1"})
    assert paid.status == 200, paid.text


def go_through_the_renewals(world: World) -> None:
    """Each door, and what the job comes across: a notice, money, a broken record, no more time."""
    world.set_clock("2025-02-01T11:00:00Z")
    noticed(world)
    called_for(world)
    payable(world)
    for path, body in {
        "/contracts/p-7/activation": {"account_id": "a-7"},
        "/contracts/c-2/renewal": RENEWAL,
        "/contracts/n-2/renewal-reversal": REVERSAL,
        "/notices/n-1:2025-02-20/payment": {"reference": "bank-1"},
        "/tasks/w-1:6/done": {},
    }.items():
        reply = world.call("POST", path, STAFF, body, headers=KEY)
        assert reply.status == 200, reply.text
    for method in ("PUT", "DELETE"):
        assert world.call(method, "/contracts/i-1/renewal-warranty", ALICE).status == 200
    assert world.call("GET", "/notices", ALICE, query={"contract_id": "n-2"}).status == 200
    assert world.call("GET", "/tasks", KIM).status == 200
    for contract_id in ("n-3", "n-4", "n-5"):
        world.register(contract_id, starts_on="2024-02-15", holder=contract_id)
    world.register("n-6", status="pending", holder="n-5")
    opened(world, "a-8", "500.00", holder="n-5")
    break_head(world, "n-3", "1969-12-31")
    body = {"job": "renewals", "as_of": "2025-02-01T11:00:00Z"}
    for who in (STAFF, KIM):
        dry = world.call("POST", "/job-runs", who, body, query={"dry_run": "true"})
        assert dry.json["counts"]["due"] >= 3
    fail_a_record(world, "renewals", "2025-02-01T11:00:00Z")
    assert world.call("POST", "/job-runs", KIM, body).status == 202
    world.work_queue(lambda: Context(left=lambda: 0), job="renewals")
    assert world.contract("n-5")["expires_on"] == "2026-02-15"
    assert world.contract("n-6")["status"] == "active"


def go_through_the_plan_changes(world: World) -> None:
    """A change that is confirmed, asked about once more, and followed by another one."""
    changeable(world)
    kept = world.call("DELETE", "/contracts/v-3/servers/s-2/removal", ALICE, headers=KEY)
    assert kept.status == 200, kept.text
    assert world.call("PUT", "/contracts/v-3/servers/s-2/removal", ALICE, MARKED).status == 200
    change = asked_for(world, "v-3")
    code, path = mailed_code(world, "v-3"), f"/contracts/v-3/plan-changes/{change['id']}"
    assert world.call("POST", f"{path}/code", ALICE, headers=KEY).status == 200
    wrong = world.call("POST", f"{path}/confirmation", ALICE, {"code": other(code)})
    assert wrong.code == "wrong_code", wrong.text
    for _ in range(2):
        right = world.call("POST", f"{path}/confirmation", ALICE, {"code": code}, headers=KEY)
        assert right.status == 200, right.text
    for who in (ALICE, STAFF):
        reply = world.call("GET", "/contracts/v-3/plan-changes", who, query={"limit": "1"})
        assert [row["id"] for row in reply.json["items"]] == [change["id"]]
    world.set_clock("2025-03-03T11:00:00Z")
    quoted(world, "v-3", plan="vps-l")
    assert world.mails()


def go_through_the_reminders(world: World) -> None:
    """What the job comes across: a reminder, an unpaid end with free seats, an order that cannot
    be read and is mended, an error nobody foresaw, and no more time."""
    world.set_clock("2025-02-01T11:00:00Z")
    for number in range(10, 16):
        placed(world, f"t-{number}", f"R-{number}")
    first, mended = break_ticket_order(world, "t-10", "nonsense"), "2025-02-01T10:00:00.000000Z"
    body = {"job": "invoice_reminders", "as_of": first}
    for who in (STAFF, KIM):
        dry = world.call("POST", "/job-runs", who, body, query={"dry_run": "true"})
        assert (dry.json["counts"]["due"] > 0) is (who is STAFF)
    fail_a_record(world, "invoice_reminders", first)
    assert world.call("POST", "/job-runs", STAFF, body).status == 202
    world.work_queue(lambda: Context(left=lambda: 0), job="invoice_reminders")
    assert world.call("GET", "/ticket-orders/t-11", OLGA).json["reminders_sent"] == 1
    break_ticket_order(world, "t-10", mended)
    retried = world.call("POST", "/parked/ticket_order:t-10/retry", STAFF, headers=KEY)
    assert retried.status == 200, retried.text
    for day in ("2025-02-21", "2025-03-04"):
        world.run_job(f"{day}T11:00:00Z", "invoice_reminders")
    assert world.call("GET", "/ticket-orders/t-11", OLGA).json["cancelled_by"] == "deadline"
    assert world.mails()


def break_ticket_order(world: World, order_id: str, placed_at: str) -> str:
    """The noon of the first reminder."""
    world.dynamodb.update_item(
        TableName=world.names.table_name,
        Key={"pk": {"S": f"ticket_order#{order_id}"}, "sk": {"S": "head"}},
        UpdateExpression="SET placed_at = :text",
        ExpressionAttributeValues={":text": {"S": placed_at}},
    )
    return "2025-02-11T11:00:00Z"


def go_through_the_jobs(world: World) -> None:
    break_head(world, "c-1", "1969-12-31")
    body = {"job": "expiries", "as_of": "2026-02-01T00:00:00Z"}
    for who in (STAFF, KIM):
        dry = world.call("POST", "/job-runs", who, body, query={"dry_run": "true"})
        assert dry.json["counts"]["due"] >= 3
    run = world.call("POST", "/job-runs", KIM, body, headers=KEY).json["id"]
    world.work_queue(lambda: Context(left=lambda: 0))
    for path in ("/job-runs", f"/job-runs/{run}", "/parked"):
        assert world.call("GET", path, STAFF).status == 200
    assert world.contract("c-0")["status"] == "expired"
    break_head(world, "c-1", "2026-01-15")
    retried = world.call("POST", "/parked/contract:c-1/retry", STAFF, headers=KEY)
    assert retried.status == 200, retried.text
    fail_a_record(world, "expiries", "2026-02-01T00:30:00Z")
    world.run_job("2026-02-01T01:00:00Z")
    assert world.mails()
    sweep_what_was_left(world)


def hold_runs(world: World, folder: Path) -> None:
    """A run of each job that means to do more than ever, and is held."""
    world.set_clock("2030-01-01T12:00:00Z")
    with policy_files(folder) as files:
        for provider in shipped():
            files.edit(provider, {"fuse.min_count": 1})
        opened(world, "a-9", "5000.00", holder="zoe")
        world.register("z-1", holder="zoe", starts_on="2029-01-10")
        world.register("z-2", holder="zoe", starts_on="2029-01-10")
        assert world.call("POST", "/contracts/z-2/cancellation", STAFF, {}).status == 200
        opened_shop(world, shop_id="shop-9", invoice={"reminders": 0})
        late = {"id": "e-9", "name": "Late", "starts_at": "2030-12-01T18:00:00Z"}
        at = {"placed_at": "2030-01-01T12:00:00Z", "event": late}
        placed(world, "z-3", "Z-1", shop_id="shop-9", **at)
        world.set_clock("2030-02-01T12:00:00Z")
        for job in ("renewals", "expiries", "invoice_reminders"):
            run = world.run_job("2030-02-01T12:00:00Z", job)
            seen = world.call("GET", f"/job-runs/{run}", STAFF).json
            assert seen["status"] == "held", seen
            assert world.call("POST", f"/job-runs/{run}/release", STAFF, {}).status == 202
            assert world.call("GET", f"/job-runs/{run}/items", STAFF).json["items"]
            world.work_queue(job=job)


def break_head(world: World, contract: str, expires_on: str) -> None:
    world.dynamodb.update_item(
        TableName=world.names.table_name,
        Key={"pk": {"S": f"contract#{contract}"}, "sk": {"S": "head"}},
        UpdateExpression="SET expires_on = :day",
        ExpressionAttributeValues={":day": {"S": expires_on}},
    )


def fail_a_record(world: World, job: str, as_of: str) -> None:
    """An error nobody foresaw is counted, so that the third one parks the record."""
    with pytest.MonkeyPatch.context() as patch:

        def fails(*_: object) -> None:
            raise ConnectionError("the cable is out")

        patch.setattr("tacit.runtime.group.commit_whole", fails)
        patch.setattr("tacit.store.repository.Repository.commit", fails)
        patch.setattr("tacit.store.ticket_orders.TicketBook.commit", fails)
        world.run_job(as_of, job)


def sweep_what_was_left(world: World) -> None:
    """One event that the stream never brought, and one that cannot be read."""
    world.set_clock("2026-04-01T00:00:00Z")
    world.register("c-20")
    world.register("c-21")
    world.dynamodb.update_item(
        TableName=world.names.table_name,
        Key={"pk": {"S": "contract#c-21"}, "sk": {"S": "event#0000000001"}},
        UpdateExpression="SET actor_role = :nobody",
        ExpressionAttributeValues={":nobody": {"S": "nobody"}},
    )
    world.set_clock("2026-04-01T01:00:00Z")
    assert world.invoke("sweep", {"schedule": "sweep"})["swept"] >= 1
    parked = [item for item in world.items() if item.get("item") == {"S": "parked"}]
    assert "contract:c-21:event-0000000001" in {item["id"]["S"] for item in parked}


@pytest.mark.parametrize("module", FUNCTIONS)
def test_a_function_may_do_what_its_code_does(calls: Calls, module: str) -> None:
    assert calls.made[module] - granted(module) == set()


@pytest.mark.parametrize("module", FUNCTIONS)
def test_a_function_may_do_nothing_that_its_code_never_does(calls: Calls, module: str) -> None:
    assert granted(module) - calls.made[module] == set()


def test_a_function_that_asks_for_the_time_knows_of_the_test_clock(calls: Calls) -> None:
    """Otherwise one of them lives in another time than the rest."""
    knowing = {m for m, each in FUNCTIONS.items() if "TEST_CLOCK" in _environment(each)}
    assert {
        "accounts",
        "contracts",
        "expiries_worker",
        "follow",
        "invoice_reminders_worker",
        "mail",
        "message_sender",
        "messages",
        "orders",
        "plan_changes",
        "renewals_worker",
        "renewing",
        "shops",
        "sweep",
        "ticket_orders",
    } <= calls.reading_the_clock
    assert calls.reading_the_clock - knowing == set()


def _environment(function: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = function["Environment"]["Variables"]
    return found


def test_a_transaction_needs_the_right_of_each_write_in_it() -> None:
    items: list[dict[str, Any]] = [
        {"Put": {}},
        {"Delete": {}},
        {"Update": {}},
        {"ConditionCheck": {}},
    ]
    assert grants_of("DynamoDB", "TransactWriteItems", {"TransactItems": items}) == {
        ("dynamodb:PutItem", "table"),
        ("dynamodb:DeleteItem", "table"),
        ("dynamodb:UpdateItem", "table"),
        ("dynamodb:ConditionCheckItem", "table"),
    }
