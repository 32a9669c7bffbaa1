"""A dry run gives the same answer and does nothing; it neither reads nor leaves a key's record."""

import json
from typing import Any

import pytest

from tacit.store.keys import shard_of
from tests.integration.conftest import ALICE, STAFF, Person, World
from tests.integration.edge import (
    AT_ONCE,
    CONTRACT,
    KIM,
    NEW_ADD_ON,
    PLACED,
    REGISTRY,
    RENEWAL,
    REVERSAL,
    assert_problem,
    called_for,
    everything,
    family,
    grouped,
    nothing_written,
    noticed,
    over,
    payable,
)
from tests.integration.messages import ask, ordered, written
from tests.integration.plan_changes import ON_BEHALF, changeable, filled, other
from tests.integration.sales import COMMANDS as SOLD
from tests.integration.sales import PAYMENT, REFUND, order_of, payment, placed, selling, sold
from tests.integration.shops import INA, OLGA, SHOP, opened_shop, set_to, step

DRY = {"dry_run": "true"}
JOB = {"job": "expiries", "as_of": "2026-02-01T00:00:00Z"}
RENEWALS = {**JOB, "job": "renewals"}
KEY = {"Idempotency-Key": "k-1"}
MESSAGE = {"subject": "w-1", "to": "buyer", "text": "The doors open at eight."}


def broken(world: World) -> None:
    """c-9 is parked for its dates and then mended, so that it may go back to work."""
    world.register("c-9")
    key = {"pk": {"S": "contract#c-9"}, "sk": {"S": "head"}}

    def expires_on(day: str) -> None:
        world.dynamodb.update_item(
            TableName=world.names.table_name,
            Key=key,
            UpdateExpression="SET expires_on = :day",
            ExpressionAttributeValues={":day": {"S": day}},
        )

    expires_on("1969-12-31")
    world.run_job("2026-02-01T00:00:00Z")
    expires_on("2026-01-15")


def cancelled(world: World) -> None:
    assert world.call("POST", "/contracts/c-1/cancellation", ALICE).status == 200


def stepped(world: World) -> None:
    """A shop whose settings have moved twice and back once."""
    opened_shop(world)
    for reminders in (1, 3):
        assert set_to(world, {"reminders": reminders}).status == 200
    assert step(world, "undo").status == 200


def seated(world: World) -> None:
    ordered(world, placed_at="2025-01-20T09:00:00Z")


def messaged(world: World) -> None:
    """w-1:2 is held, w-1:3 undone."""
    seated(world)
    written(world)
    assert ask(world, written(world)["id"], "undo").status == 200


def sold_before(world: World) -> None:
    """An invoice that is long overdue at the job's `as_of`."""
    opened_shop(world)
    placed(world, "t-1", "A-1")


def as_it_is(world: World) -> None:
    return


COMMANDS: list[tuple[Any, Person, str, str, dict[str, Any]]] = [
    (as_it_is, STAFF, "PUT", "/contracts/c-2", CONTRACT),
    (as_it_is, STAFF, "PATCH", "/contracts/c-1", {"version": 1, "label": "another"}),
    (as_it_is, ALICE, "POST", "/contracts/c-1/cancellation", {"reason": "moving"}),
    (cancelled, ALICE, "POST", "/contracts/c-1/reactivation", {}),
    (family, STAFF, "PUT", "/contracts/a-2", NEW_ADD_ON),
    (family, STAFF, "PUT", "/contracts/d-1/registry", REGISTRY),
    (family, STAFF, "POST", "/contracts/d-1/transfer-out", {}),
    (family, ALICE, "POST", "/contracts/s-1/cancellation", AT_ONCE),
    (family, ALICE, "POST", "/contracts/a-1/cancellation", AT_ONCE),
    (over, STAFF, "POST", "/contracts/x-1/restoration", {"reference": "inv-1"}),
    (grouped, ALICE, "PUT", "/orders/o-1/autorenewal", {"enabled": False}),
    (grouped, ALICE, "PUT", "/contracts/g-3/autorenewal", {"enabled": False}),
    (grouped, STAFF, "PUT", "/orders/o-2", PLACED),
    (grouped, STAFF, "PUT", "/orders/o-1", {**PLACED, "autorenewal": False}),
    (grouped, STAFF, "POST", "/orders/o-1/detachments", {"contract_id": "g-1"}),
    (payable, ALICE, "POST", "/contracts/p-7/activation", {"account_id": "a-7"}),
    (payable, STAFF, "POST", "/contracts/p-7/activation", {"reference": "inv-1"}),
    (payable, ALICE, "POST", "/contracts/c-1/renewal", RENEWAL),
    (payable, ALICE, "PUT", "/contracts/i-1/renewal-warranty", {}),
    (called_for, ALICE, "DELETE", "/contracts/w-1/renewal-warranty", {}),
    (noticed, STAFF, "POST", "/contracts/n-2/renewal-reversal", REVERSAL),
    (noticed, KIM, "POST", "/notices/n-1:2025-02-20/payment", {"reference": "bank-1"}),
    (called_for, STAFF, "POST", "/tasks/w-1:6/done", {}),
    (changeable, ALICE, "POST", "/contracts/v-1/plan-changes", {"quote_id": "{quote}"}),
    (changeable, STAFF, "POST", "/contracts/v-2/plan-changes/v-2:2/code", {}),
    (changeable, ALICE, "PUT", "/contracts/v-3/servers/s-1/removal", {"confirm": "s-1"}),
    (changeable, STAFF, "DELETE", "/contracts/v-3/servers/s-2/removal", {}),
    (as_it_is, STAFF, "PUT", "/shops/shop-1", SHOP),
    (stepped, OLGA, "PATCH", "/shops/shop-1", {"name": "another"}),
    (stepped, OLGA, "POST", "/shops/shop-1/undo", {}),
    (stepped, INA, "POST", "/shops/shop-1/redo", {}),
    (selling, OLGA, "PUT", "/ticket-orders/t-4", order_of("D-1")),
    (selling, INA, "PUT", "/ticket-orders/t-4", order_of("D-1", payment_method="free")),
    *((selling, OLGA, "POST", path, body) for path, body in SOLD.items()),
    (selling, INA, "POST", "/ticket-orders/t-2/payments", payment("10.00", "bank-1")),
    (selling, OLGA, "POST", "/ticket-orders/t-2/cancellation", {}),
    (selling, OLGA, "POST", "/ticket-orders/t-3/credit-decision", {"refund": REFUND}),
    (seated, OLGA, "POST", "/messages", MESSAGE),
    (messaged, INA, "POST", "/messages/w-1:2/undo", {}),
    (messaged, OLGA, "POST", "/messages/w-1:2/drop", {}),
    (messaged, OLGA, "POST", "/messages/w-1:3/send", {}),
    (messaged, STAFF, "POST", "/messages/w-1:3/drop", {}),
    (as_it_is, STAFF, "POST", "/job-runs", JOB),
    (as_it_is, KIM, "POST", "/job-runs", RENEWALS),
    (sold_before, STAFF, "POST", "/job-runs", {**JOB, "job": "invoice_reminders"}),
    (as_it_is, KIM, "POST", "/job-runs", JOB),
    (broken, KIM, "POST", "/parked/contract:c-9/retry", {}),
    (as_it_is, STAFF, "PUT", "/test-clock", {"now": "2030-01-01T00:00:00Z"}),
]


@pytest.mark.parametrize("command", COMMANDS, ids=lambda c: f"{c[1].subject} {c[2]} {c[3]}")
def test_a_preview_equals_what_happens(world: World, command: Any) -> None:
    prepare, who, method, path, body = command
    world.set_clock("2025-02-01T11:00:00Z")
    world.register("c-1")
    body = filled(body, prepare(world))
    with nothing_written(world, but="run#" if path == "/job-runs" else None):
        preview = world.call(method, path, who, body, query=DRY, headers=KEY)
        assert world.call("GET", "/contracts/c-1", STAFF).json["version"] >= 1
    assert preview.status < 300, preview.text
    for job in ("expiries", "renewals", "invoice_reminders"):
        stages = {json.loads(m["body"])["stage"] for m in world.messages(world.queue_of(job))}
        assert stages <= {"plan"}
    before = everything(world)
    real = world.call(method, path, who, body, query={"dry_run": "false"}, headers=KEY)
    assert everything(world) != before
    shown, happened = preview.json, real.json
    if path == "/job-runs":
        # A run that was not started has no id; how much waits for it is told instead.
        assert (shown.pop("id"), shown["counts"].pop("due")) == (None, 1)
        assert happened.pop("id")
        assert (shown.pop("preview_id") is not None, happened.pop("preview_id")) == (True, None)
    assert (preview.status, shown) == (real.status, happened)


CONFIRMATION = "/contracts/v-2/plan-changes/v-2:2/confirmation"


@pytest.mark.parametrize(("who", "why"), [(ALICE, {}), (STAFF, ON_BEHALF)], ids=["alice", "staff"])
def test_a_preview_of_a_confirmation_equals_what_happens_and_its_code_counts_as_tried(
    world: World, who: Person, why: dict[str, str]
) -> None:
    """A preview that told right from wrong for nothing would be a way to guess (G11)."""
    world.set_clock("2025-02-01T11:00:00Z")
    code = changeable(world)["{code}"]
    body, wrong = {"code": code, **why}, {"code": other(code), **why}

    def tried(asked: dict[str, str], query: dict[str, str] | None = DRY) -> Any:
        return world.call("POST", CONFIRMATION, who, asked, query=query, headers=KEY)

    preview = tried(body)
    assert preview.status == 200, preview.text
    before = {item for item in everything(world) if "code-tries#" not in item}
    left = [tried(wrong).json["params"]["tries_left"], tried(body).status]
    left += [tried(wrong, None).json["params"]["tries_left"]]
    assert left == [4, 200, 3]
    assert {item for item in everything(world) if "code-tries#" not in item} == before
    assert world.contract("v-2")["plan"] == "vps-s"
    real = tried(body, None)
    assert (preview.status, preview.json) == (real.status, real.json)
    assert world.contract("v-2")["plan"] == "vps-m"


def test_a_quote_is_the_same_in_a_dry_run_and_writes_nothing(world: World) -> None:
    world.set_clock("2025-02-01T11:00:00Z")
    changeable(world)
    path, wish = "/contracts/v-1/plan-change-quotes", {"plan": "vps-l", "quantity": 3}
    with nothing_written(world):
        asked = [
            world.call("POST", path, ALICE, wish, query=query, headers=KEY) for query in (DRY, None)
        ]
    assert asked[0].text == asked[1].text
    assert asked[0].json["to"]["quantity"] == 3


def test_a_dry_run_does_not_ask_for_the_record_of_its_key(world: World) -> None:
    world.set_clock("2025-02-01T11:00:00Z")
    world.register("c-1")
    done = world.call("POST", "/contracts/c-1/cancellation", ALICE, {}, headers=KEY)
    assert done.json["events"]
    other = world.call(
        "POST", "/contracts/c-1/cancellation", ALICE, {"reason": "x"}, query=DRY, headers=KEY
    )
    assert (other.status, other.json["events"]) == (200, [])
    assert other.json["warnings"][0]["code"] == "already_cancelled"


(NEW,) = order_of("D-1")["tickets"]
TAKEN = order_of(tickets=[{**NEW, "seat": "seat A-1"}])
ELSEWHERE = {"revive": {"seats": {"C-1": "seat A-1"}}}
REFUSED: list[tuple[Person, str, str, dict[str, Any]]] = [
    (ALICE, "POST", "/contracts/c-2/reactivation", {}),
    (ALICE, "POST", "/contracts/c-2/cancellation", {}),
    (STAFF, "PUT", "/contracts/c-1", {**CONTRACT, "label": "another"}),
    (STAFF, "PUT", "/contracts/c-4", {**CONTRACT, "plan": "domain-ch", "label": "Example.ch"}),
    (STAFF, "PATCH", "/contracts/c-1", {"version": 7, "label": "another"}),
    (STAFF, "PATCH", "/contracts/c-3", {"version": 1, "label": "another.ch"}),
    (STAFF, "PUT", "/contracts/c-1/registry", REGISTRY),
    (STAFF, "PUT", "/contracts/c-3/registry", {**REGISTRY, "fetched_at": "2026-01-01T00:00:00Z"}),
    (STAFF, "POST", "/contracts/c-1/transfer-out", {}),
    (ALICE, "POST", "/contracts/c-1/cancellation", AT_ONCE),
    (STAFF, "PUT", "/contracts/a-2", {**NEW_ADD_ON, "parent_id": "gone"}),
    (STAFF, "POST", "/contracts/gone/transfer-out", {"reason": "unasked"}),
    (STAFF, "PUT", "/contracts/gone/registry", REGISTRY),
    (ALICE, "PUT", "/contracts/g-1/autorenewal", {"enabled": False}),
    (ALICE, "PUT", "/orders/o-9/autorenewal", {"enabled": False}),
    (STAFF, "PUT", "/orders/o-1", {**PLACED, "contracts": ["gone"]}),
    (STAFF, "PUT", "/orders/~g-3", PLACED),
    (STAFF, "POST", "/orders/o-1/detachments", {"contract_id": "gone"}),
    (STAFF, "POST", "/parked/contract:c-2/retry", {}),
    (ALICE, "POST", "/contracts/c-1/renewal", {**RENEWAL, "current_expires_on": "2027-01-15"}),
    (ALICE, "POST", "/contracts/c-1/renewal", {**RENEWAL, "account_id": "a-9"}),
    (ALICE, "POST", "/contracts/c-2/renewal", {**RENEWAL, "current_expires_on": "2025-01-15"}),
    (ALICE, "POST", "/contracts/p-7/renewal", RENEWAL),
    (ALICE, "POST", "/contracts/p-7/activation", {}),
    (ALICE, "PUT", "/contracts/c-1/renewal-warranty", {}),
    (STAFF, "POST", "/contracts/c-1/renewal-reversal", REVERSAL),
    (STAFF, "POST", "/notices/c-1:2026-01-15/payment", {"reference": "bank-1"}),
    (STAFF, "POST", "/notices/c-1:never/payment", {"reference": "bank-1"}),
    (STAFF, "POST", "/notices/none/payment", {"reference": "bank-1"}),
    (STAFF, "POST", "/tasks/c-1:7/done", {}),
    (STAFF, "POST", "/tasks/none/done", {}),
    (ALICE, "POST", "/contracts/c-1/plan-change-quotes", {"plan": "hosting-start", "quantity": 2}),
    (ALICE, "POST", "/contracts/v-1/plan-change-quotes", {"plan": "vps-s", "quantity": 1}),
    (ALICE, "POST", "/contracts/v-1/plan-change-quotes", {"plan": "vps-xs", "quantity": 1}),
    (ALICE, "POST", "/contracts/v-2/plan-change-quotes", {"plan": "vps-l", "quantity": 1}),
    (ALICE, "POST", "/contracts/v-3/plan-change-quotes", {"plan": "vps-m", "quantity": 2}),
    (ALICE, "POST", "/contracts/v-1/plan-changes", {"quote_id": "v-1:vps-m:1:2025-02-01:0"}),
    (ALICE, "POST", "/contracts/v-1/plan-changes", {"quote_id": "none"}),
    (ALICE, "POST", "/contracts/v-1/plan-changes/v-1:2/code", {}),
    (ALICE, "POST", "/contracts/v-1/plan-changes/v-2:2/confirmation", {"code": "123456"}),
    (ALICE, "PUT", "/contracts/c-1/servers/s-1/removal", {"confirm": "s-1"}),
    (STAFF, "PUT", "/shops/shop-1", {**SHOP, "name": "another"}),
    (STAFF, "PUT", "/shops/shop-2", {**SHOP, "provider": "kreativmedia"}),
    (OLGA, "PATCH", "/shops/shop-1", {"invoice": {"reminders": -1}}),
    (OLGA, "POST", "/shops/shop-1/undo", {"to": 3}),
    (OLGA, "POST", "/shops/shop-1/redo", {"to": 1}),
    (OLGA, "PUT", "/ticket-orders/t-1", order_of("D-1")),
    (OLGA, "PUT", "/ticket-orders/t-9", order_of("a-1")),
    (OLGA, "PUT", "/ticket-orders/t-9", TAKEN),
    (OLGA, "POST", "/ticket-orders/t-3/payments", {**PAYMENT, "reference": "bank-0"}),
    (OLGA, "POST", "/ticket-orders/t-1/cancellation", {"tickets": ["A-1"]}),
    (OLGA, "POST", "/ticket-orders/t-2/cancellation", {"tickets": ["B-1"]}),
    (OLGA, "POST", "/ticket-orders/t-1/cancellation", {"refund": REFUND, "channel": "box_office"}),
    (OLGA, "POST", "/ticket-orders/t-1/exchange", {"ticket": "A-1", "seat": "seat B-1"}),
    (OLGA, "POST", "/ticket-orders/t-2/exchange", {"ticket": "B-1", "seat": "seat Z"}),
    (OLGA, "POST", "/ticket-orders/t-1/credit-decision", {"refund": REFUND}),
    (OLGA, "POST", "/ticket-orders/t-1/credit-decision", {"revive": {}}),
    (OLGA, "POST", "/ticket-orders/t-3/credit-decision", ELSEWHERE),
    (OLGA, "POST", "/tickets/B-1/admission", {}),
    (OLGA, "POST", "/tickets/C-1/admission", {}),
    (OLGA, "POST", "/messages", {**MESSAGE, "to": "mallory@example.net"}),
    (OLGA, "POST", "/messages", {**MESSAGE, "subject": "t-9"}),
    (OLGA, "POST", "/messages/w-1:4/undo", {}),
    (OLGA, "POST", "/messages/w-1:4/send", {}),
    (OLGA, "POST", "/messages/w-1:9/drop", {}),
]


def test_a_refusal_is_the_same_in_a_dry_run(world: World) -> None:
    """The name that is taken is refused by the transaction itself; a preview has to ask for it."""
    world.set_clock("2025-02-01T11:00:00Z")
    world.register("c-1")
    world.register("c-2", starts_on="2024-01-15")
    world.register("c-3", plan="domain-ch", label="example.ch")
    assert world.call("POST", "/contracts/c-2/cancellation", ALICE).status == 200
    world.register("gone", provider="svenska-domaner", plan="premium-domain", label="gone.se")
    assert world.call("POST", "/contracts/gone/transfer-out", STAFF).status == 200
    grouped(world)
    payable(world)
    changeable(world)
    stepped(world)
    sold(world)
    seated(world)
    written(world)
    assert ask(world, written(world)["id"], "drop").status == 200
    world.run_job("2025-02-01T11:00:00Z")
    for who, method, path, body in REFUSED:
        with nothing_written(world):
            preview = world.call(method, path, who, body, query=DRY)
            real = world.call(method, path, who, body)
        assert_problem(real, real.status, real.code)
        assert (preview.status, preview.json) == (real.status, real.json)


def test_staff_of_one_provider_previews_what_a_run_of_his_would_find(world: World) -> None:
    world.set_clock("2025-02-01T11:00:00Z")
    world.register("c-1")
    for number in (1, 2):
        world.register(
            f"s-{number}", provider="svenska-domaner", plan="premium-domain", label=f"{number}x.se"
        )
    due = {
        who.subject: world.call("POST", "/job-runs", who, JOB, query=DRY).json["counts"]["due"]
        for who in (STAFF, KIM)
    }
    assert due == {"erin": 3, "kim": 1}


@pytest.mark.parametrize(("counted", "kim"), [(1, 1), (2, 2), (3, 2)])
def test_the_others_due_records_do_not_use_up_the_count(
    world: World, monkeypatch: pytest.MonkeyPatch, counted: int, kim: int
) -> None:
    """All of one holder's contracts are in one shard, the others' due first."""
    monkeypatch.setattr("tacit.runtime.jobs._COUNTED", counted)
    world.set_clock("2025-02-01T11:00:00Z")
    shards: dict[str, list[str]] = {}
    for number in range(500):
        for provider in ("kreativmedia", "svenska-domaner"):
            holder = f"holder-{number}"
            shards.setdefault(shard_of(provider, holder), []).append(f"{provider}/{holder}")
    ours, theirs = next(
        (ours.split("/")[1], theirs.split("/")[1])
        for ours, theirs in (
            (next(iter(names)), next((n for n in names if n.startswith("s")), ""))
            for names in shards.values()
        )
        if ours.startswith("k") and theirs
    )
    for number in range(2):
        world.register(f"k-{number}", holder=ours)
    for number in range(4):
        world.register(
            f"s-{number}",
            provider="svenska-domaner",
            plan="premium-domain",
            label=f"{number}x.se",
            holder=theirs,
            starts_on="2025-01-01",
        )
    found = {
        who.subject: world.call("POST", "/job-runs", who, JOB, query=DRY).json["counts"]["due"]
        for who in (STAFF, KIM)
    }
    assert found == {"erin": counted, "kim": kim}
