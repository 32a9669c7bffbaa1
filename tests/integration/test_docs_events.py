"""docs/events.md describes exactly the events that the product puts on the bus."""

import ast
import re
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

from tacit.domain.codes import code_of
from tacit.runtime.stack import stack
from tests.integration.conftest import ALICE, STAFF, Person, World, customer
from tests.integration.messages import ask, ordered, written
from tests.integration.money import book, francs, opened
from tests.integration.plan_changes import KEPT, ON_BEHALF, asked_for, serving
from tests.integration.rules.policy_files import policy_files
from tests.integration.sales import COMMANDS, REFUND, command, payment, placed, sold
from tests.integration.shops import opened_shop, set_to, step

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "events.md"
ENVELOPE = "The detail of every event"
NAME = re.compile(r"(account|contract|order|shop|test_clock|ticket_order)\.[a-z_]+")
Field = tuple[str, bool, frozenset[str]]

IS_OF: dict[str, Callable[[Any], bool]] = {
    "string": lambda value: isinstance(value, str) and value != "",
    "integer": lambda value: isinstance(value, int) and not isinstance(value, bool),
    "boolean": lambda value: isinstance(value, bool),
    "object": lambda value: isinstance(value, dict),
    "list": lambda value: isinstance(value, list),
    "date": lambda value: date.fromisoformat(value).isoformat() == value,
    "instant": lambda value: bool(datetime.strptime(value, "%Y-%m-%dT%H:%M:%S.%f%z")),
}


def schemas() -> dict[str, dict[str, Field]]:
    """By heading: each field's type, whether it is always there, and the values it is one of."""
    found = {}
    for section in PAGE.read_text("utf-8").split("\n## ")[1:]:
        heading, _, text = section.partition("\n")
        rows = re.findall(r"^\| `(\w+)` \| (\w+) \| (yes|no) \| (.*) \|$", text, re.MULTILINE)
        found[heading] = {
            name: (kind, always == "yes", choices(what)) for name, kind, always, what in rows
        }
    return found


def choices(what: str) -> frozenset[str]:
    _, one_of, listed = what.partition("one of ")
    return frozenset(re.findall(r"`([^`]+)`", listed)) if one_of else frozenset()


def faults(value: dict[str, Any], schema: dict[str, Field]) -> list[str]:
    """What is wrong with the object, by the page."""
    found = [f"{name} is not documented" for name in value if name not in schema]
    for name, (kind, always, one_of) in schema.items():
        if name not in value:
            found += [f"{name} is missing"] if always else []
        elif value[name] is None:
            found += [f"{name} is null"] if always else []
        elif not IS_OF[kind](value[name]):
            found.append(f"{name} is no {kind}: {value[name]!r}")
        elif one_of and value[name] not in one_of:
            found.append(f"{name} is none of {sorted(one_of)}: {value[name]!r}")
    return found


@pytest.fixture
def events(world: World, tmp_path: Path) -> list[dict[str, Any]]:
    """Every type of event, made by asking the doors and running the job; as the bus got them."""
    page = (ROOT / "docs" / "policies.md").read_text("utf-8")
    (example,) = re.findall(r"^```toml\n(.*?)^```", page, re.MULTILINE | re.DOTALL)
    (tmp_path / "example-hosting-1.toml").write_text(example, "utf-8")
    with policy_files(tmp_path):
        return lived(world)


def lived(world: World) -> list[dict[str, Any]]:
    """Contracts led through every phase: with a window's end, without one, with two phases; and a
    domain of three months with what hangs on it."""
    world.set_clock("2025-11-03T11:00:00Z")
    two_phases = {"provider": "example-hosting", "plan": "domain-example", "label": "a.example"}
    world.register("two-phases", **two_phases)
    world.register("no-end", plan="mailbox")
    world.register("hosting")
    world.register("back", status="non_renewing", **{"import": True})
    for path in ("cancellation", "reactivation", "cancellation"):
        assert world.call("POST", f"/contracts/hosting/{path}", ALICE, {}).status == 200
    eve = customer("alice", "example-hosting")
    assert world.call("POST", "/contracts/two-phases/cancellation", eve, {}).status == 200
    assert world.call("POST", "/contracts/no-end/cancellation", ALICE, {}).status == 200
    amended = world.call("PATCH", "/contracts/hosting", STAFF, {"version": 4, "locale": "en"})
    assert amended.status == 200, amended.text
    order = {"provider": "kreativmedia", "holder": "alice", "contracts": ["back", "no-end"]}
    assert world.call("PUT", "/orders/o-1", STAFF, order).status == 201
    one, off = {"contract_id": "back"}, {"enabled": False}
    assert world.call("POST", "/orders/o-1/detachments", STAFF, one).status == 200
    assert world.call("PUT", "/orders/o-1/autorenewal", ALICE, off).status == 200
    found = a_familys_life(world) + paid_ahead(world) + owed_under_a_warranty(world)
    found += another_plan(world) + set_in_a_shop(world) + sold_and_taken_back(world)
    found += written_to_a_buyer(world)
    world.run_job("2026-01-15T11:00:00Z")
    world.set_clock("2026-01-16T11:00:00Z")
    paid = {"reference": "inv-1"}
    assert world.call("POST", "/contracts/back/restoration", STAFF, paid).status == 200
    paid_from_an_account(world, eve)
    for day in ("2026-01-15", "2026-02-14", "2026-04-01"):
        world.run_job(f"{day}T11:00:00Z")
    world.set_clock(None)
    return found + told(world)


def a_familys_life(world: World) -> list[dict[str, Any]]:
    """A premium domain, switched off at its end and moved away, with two add-ons: one goes
    on for nothing and follows it, the other is cancelled at once, and so is another domain."""
    world.set_clock("2025-04-10T11:00:00Z")
    three_months = {
        "provider": "svenska-domaner",
        "plan": "premium-domain-3",
        "starts_on": "2025-04-01",
        "registry_expires_on": "2026-03-01",
        "import": True,
    }
    add_on = {"provider": "svenska-domaner", "plan": "mail-addon", "parent_id": "d-1"}
    for name in ("d-1", "d-2"):
        world.register(name, **three_months, label=f"{name}.org.nz")
    for name in ("a-1", "a-2"):
        world.register(name, **add_on, starts_on="2024-05-01")
    said = {"registry_expires_on": "2026-04-01", "fetched_at": "2025-04-10T10:00:00Z"}
    assert world.call("PUT", "/contracts/d-1/registry", STAFF, said).status == 200
    for name, mode in (("a-1", "at_term"), ("d-1", "at_term"), ("a-2", "immediate")):
        reply = world.call("POST", f"/contracts/{name}/cancellation", ALICE, {"mode": mode})
        assert reply.status == 200, reply.text
    at_once = {"mode": "immediate"}
    assert world.call("POST", "/contracts/d-2/cancellation", ALICE, at_once).status == 200
    for day in ("2025-05-01", "2025-07-01"):
        world.run_job(f"{day}T11:00:00Z")
    found = told(world)
    world.set_clock("2025-08-01T11:00:00Z")
    assert world.call("POST", "/contracts/d-1/transfer-out", STAFF, {}).status == 200
    return found + told(world)


def paid_ahead(world: World) -> list[dict[str, Any]]:
    """A renewal that the job finds no money for, then pays, and that the registry refuses; what is
    ordered begins, for nothing and for money, and who leaves gets his money back, the year that he
    had paid at the bank by hand."""
    world.set_clock("2025-08-01T11:00:00Z")
    ru = {"provider": "registrar-ru"}
    domain = {**ru, "plan": "domain-ru", "starts_on": "2024-08-20"}
    world.register("r-1", **domain, label="r-1.ru")
    world.register("r-2", **ru, plan="hosting-12", status="pending", starts_on="2025-08-01")
    world.register("r-3", **ru, plan="vps-1", status="pending", starts_on="2025-08-01")
    paid = {"reference": "bank-3"}
    assert world.call("POST", "/contracts/r-3/activation", STAFF, paid).status == 200
    world.run_job("2025-08-01T11:00:00Z", "renewals")
    opened(world, "a-ru", "2000.00", **ru, currency="RUB")
    world.run_job("2025-08-02T11:00:00Z", "renewals")
    back = {"period_start": "2025-08-20", "reason": "refused"}
    assert world.call("POST", "/contracts/r-1/renewal-reversal", STAFF, back).status == 200
    ahead = {"current_expires_on": "2026-08-01", "account_id": "a-ru"}
    assert world.call("POST", "/contracts/r-3/renewal", ALICE, ahead).status == 200
    at_once = {"mode": "immediate"}
    assert world.call("POST", "/contracts/r-3/cancellation", ALICE, at_once).status == 200
    return told(world)


def owed_under_a_warranty(world: World) -> list[dict[str, Any]]:
    """A domain that nobody pays for is told to end, is warranted, and paid when people have
    called."""
    world.set_clock("2025-08-01T11:00:00Z")
    swiss = {"provider": "infomaniak", "plan": "domain-ch", "label": "warranted.ch"}
    world.register("w-1", **swiss, starts_on="2024-08-20")
    path = "/contracts/w-1/renewal-warranty"
    for method in ("PUT", "DELETE", "PUT"):
        assert world.call(method, path, ALICE).status == 200
    world.run_job("2025-08-15T11:00:00Z")
    for day in ("2025-08-20", "2025-08-21", "2025-08-28", "2025-09-03"):
        world.run_job(f"{day}T11:00:00Z", "renewals")
    (task,) = world.call("GET", "/tasks", STAFF).json["items"]
    assert world.call("POST", f"/tasks/{task['id']}/done", STAFF).status == 200
    paid = {"reference": "bank-9"}
    reply = world.call("POST", "/notices/w-1:2025-08-20/payment", STAFF, paid)
    assert reply.status == 200, reply.text
    return told(world)


def set_in_a_shop(world: World) -> list[dict[str, Any]]:
    """New settings, one step back, and forth again."""
    opened_shop(world)
    assert set_to(world, {"reminders": 1}).status == 200
    for which in ("undo", "redo"):
        assert step(world, which).status == 200
    return told(world)


def sold_and_taken_back(world: World) -> list[dict[str, Any]]:
    """Of three orders in that shop, every command; an invoice that is reminded, given up and
    revived; one that the job was too late for; and credit that goes back."""
    world.set_clock("2025-02-01T11:00:00Z")
    sold(world)
    soon = {"id": "matinee", "name": "Matinée", "starts_at": "2025-02-25T13:00:00Z"}
    placed(world, "t-4", "D-1")
    placed(world, "t-5", "E-1", event=soon)
    placed(world, "t-6", "F-1")
    for path, body in COMMANDS.items():
        reply = world.call("POST", path, STAFF, body)
        assert reply.status == 200, reply.text
    for order_id in ("t-2", "t-6"):
        command(world, order_id, "cancellation", {"refund": REFUND})
    command(world, "t-6", "payments", payment("50.00", "bank-1"))
    command(world, "t-6", "credit-decision", {"refund": REFUND})
    command(world, "t-2", "payments", payment("1.00", "bank-2"))
    for day in ("2025-02-26", "2025-03-30"):
        world.run_job(f"{day}T11:00:00Z", "invoice_reminders")
    world.set_clock("2025-04-01T11:00:00Z")
    command(world, "t-4", "payments", payment("50.00", "bank-1"))
    return told(world)


def written_to_a_buyer(world: World) -> list[dict[str, Any]]:
    """A message that is undone, sent again and leaves, and one that is dropped."""
    ordered(world)
    first, second = written(world)["id"], written(world)["id"]
    for message_id, what in ((first, "undo"), (first, "send"), (second, "drop")):
        assert ask(world, message_id, what).status == 200
    found = told(world)
    world.set_clock("2025-08-05T11:00:15Z")
    for event in found:
        world.hand_out(event)
    found += told(world)
    return [event for event in found if "message_id" in event["detail"]["data"]]


def another_plan(world: World) -> list[dict[str, Any]]:
    """A change that lapses with the address, and one that staff confirms: a server goes with it,
    and a pass."""
    world.set_clock("2025-08-01T11:00:00Z")
    serving(world, "v-1", quantity=2, servers=KEPT, options=["instant_change_pass"])
    asked_for(world, "v-1", quantity=2)
    moved = {"version": 2, "email": "alice@example.org"}
    assert world.call("PATCH", "/contracts/v-1", STAFF, moved).status == 200
    found: list[dict[str, Any]] = []
    for server in ("s-1", "s-2"):
        path = f"/contracts/v-1/servers/{server}/removal"
        assert world.call("PUT", path, ALICE, {"confirm": server}).status == 200
    assert world.call("DELETE", "/contracts/v-1/servers/s-1/removal", ALICE).status == 200
    for day, plan in (("01", "vps-m"), ("05", "vps-l")):
        world.set_clock(f"2025-08-{day}T11:00:00Z")
        change = asked_for(world, "v-1", plan=plan)
        path = f"/contracts/v-1/plan-changes/{change['id']}"
        assert world.call("POST", f"{path}/code", ALICE).status == 200
        found += told(world)
        body = {"code": code_of(stack().secret, change["id"], change["quote"]["id"]), **ON_BEHALF}
        reply = world.call("POST", f"{path}/confirmation", STAFF, body)
        assert reply.status == 200, reply.text
    return found + told(world)


def told(world: World) -> list[dict[str, Any]]:
    """What is new on the bus, and what comes of it at those who listen there."""
    found: list[dict[str, Any]] = []
    while events := world.relay():
        for event in events:
            world.hand_out(event)
        found += events
    return found


def paid_from_an_account(world: World, eve: Person) -> None:
    """A grace that the holder leaves by himself; his account is opened, filled and emptied."""
    opened(world, "a-1", "20.00", provider="example-hosting", currency="EUR")
    assert book(world, "a-1", "withdrawals", francs("1.00", "EUR"), "r-1").status == 200
    label = {"provider": "example-hosting", "plan": "domain-example", "label": "b.example"}
    world.register("paid", status="expired", **{"import": True}, **label)
    charged = {"account_id": "a-1"}
    reply = world.call("POST", "/contracts/paid/restoration", eve, charged)
    assert reply.status == 200, reply.text


@pytest.mark.breaks("a policy that is not shipped")
def test_events_are_as_documented_and_all_that_is_documented_comes_about(
    events: list[dict[str, Any]],
) -> None:
    documented = schemas()
    envelope = documented.pop(ENVELOPE)
    for event in events:
        detail = event["detail"]
        assert not faults(detail, envelope), detail
        assert not faults(detail["data"], documented[event["detail-type"]]), detail
        assert event["detail-type"] == detail["type"]
        assert event["source"] == "tacit"
        for message in detail["messages"]:
            assert message.keys() == {"kind", "channel", "to"}
            assert message["to"] in ("holder", "staff", "buyer")

    # The other direction: every type and every field comes about.
    assert {event["detail-type"] for event in events} == documented.keys()
    for kind, schema in documented.items():
        for name, (_, always, _) in schema.items():
            there = {name in e["detail"]["data"] for e in events if e["detail-type"] == kind}
            assert there == {True} if always else True in there, f"{kind}.{name}"


def test_every_type_in_the_code_is_documented() -> None:
    """Also one that the life above does not come across."""
    in_code = set()
    for folder in ("domain", "store", "runtime"):
        for file in (ROOT / "shared" / "tacit" / folder).rglob("*.py"):
            for node in ast.walk(ast.parse(file.read_text("utf-8"))):
                if isinstance(node, ast.Constant) and NAME.fullmatch(str(node.value)):
                    in_code.add(node.value)
    assert in_code == schemas().keys() - {ENVELOPE}


def test_a_fault_is_found() -> None:
    schema: dict[str, Field] = {
        "on": ("date", True, frozenset()),
        "mode": ("string", False, frozenset({"at_term"})),
    }
    assert faults({"on": "2026-01-15"}, schema) == []
    assert faults({}, schema) == ["on is missing"]
    assert faults({"on": None}, schema) == ["on is null"]
    assert faults({"on": "2026-01-15", "mode": "now"}, schema) == [
        "mode is none of ['at_term']: 'now'"
    ]
    assert faults({"on": "2026-01-15", "who": "x"}, schema) == ["who is not documented"]
