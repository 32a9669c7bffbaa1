"""What each command and the job cost: one consistent read for each value, one transaction.

`make bench` runs this with COSTS naming a file, and shows what was counted.
"""

import json
import os
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from tacit.domain.commands import Amend, Cancel, Command, Reactivate
from tacit.domain.plan_quote import Wanted
from tacit.domain.refusals import Refused
from tacit.domain.values import JOB, Actor
from tacit.replies import Request
from tacit.runtime.family import Family
from tacit.runtime.jobs import EXPIRIES, Jobs, Parcel
from tacit.runtime.relay import Relay
from tacit.store import keys
from tacit.store.listing import of_staff
from tacit.store.runs import ALL, Run
from tacit.store.ticket_search import TicketSearch
from tests.repository import ticket_desk as box_office
from tests.repository.bulk import write_contracts
from tests.repository.desk import ADD_ON, ERIN, PREMIUM, Desk, at_once, everything, portfolio
from tests.repository.nights import DOMAIN as DOMAIN_PRICE
from tests.repository.nights import PROVIDER, due, funded, message, stored
from tests.repository.plans import changes, code_for, confirm, requested, vps
from tests.repository.units import Items, write_units
from tests.repository.wire import Wire
from tests.unit.cases import at

Figures = dict[str, dict[str, float]]
WRITES = ("TransactWriteItems", "PutItem", "UpdateItem")
KEY = Request(key=("idempotency#1", "record"), fingerprint="asked", ttl=1)
DOMAIN: dict[str, Any] = {"plan": "domain-ch", "label": "example.ch"}


@pytest.fixture(scope="module")
def figures() -> Iterator[Figures]:
    found: Figures = {}
    yield found
    if "COSTS" in os.environ:
        Path(os.environ["COSTS"]).write_text(json.dumps(found, indent=1))


def by_key(desk: Desk, client: Any) -> Items:
    found = everything(client, desk.table.name)
    return {(raw["pk"]["S"], raw["sk"]["S"]): raw for raw in found}


@pytest.fixture
def cost(
    desk: Desk, wire: Wire, dynamodb_client: Any, figures: Figures
) -> Callable[[str, Callable[[], Any]], dict[str, int]]:
    """Carries something out, notes its figures under a name; the calls it made, counted."""

    def measured(name: str, call: Callable[[], Any]) -> dict[str, int]:
        before = by_key(desk, dynamodb_client)
        with wire.heard():
            call()
        after = by_key(desk, dynamodb_client)
        sent = [given for operation, given in wire.calls if operation == "TransactWriteItems"]
        for operation, given in wire.calls:
            assert operation != "Scan"
            if operation in ("GetItem", "Query"):
                assert given.get("ConsistentRead", False) is ("IndexName" not in given)
        figures[name] = {
            "reads": sum(op not in WRITES for op, _ in wire.calls),
            "read units": wire.read_units,
            "items written": sum(len(given["TransactItems"]) for given in sent),
            "write units": sum(write_units(given, before, after) for given in sent)
            + wire.single_write_units,
        }
        return wire.counted

    return measured


COMMAND = {"GetItem": 2, "TransactWriteItems": 1}


def test_registering_reads_contract_and_order_and_writes_once(desk: Desk, cost: Any) -> None:
    assert cost("register a domain", lambda: desk.register("c-1", **DOMAIN)) == COMMAND
    assert cost("register a hosting", lambda: desk.register("c-2")) == COMMAND


def test_registering_an_addon_reads_its_parent_too(desk: Desk, cost: Any) -> None:
    svenska: dict[str, Any] = {"provider": "svenska-domaner"}
    desk.register("s-1", **svenska, plan="premium-domain", label="example.org.nz")
    counted = cost(
        "register an add-on",
        lambda: desk.register("s-2", **svenska, plan="mail-addon", parent_id="s-1"),
    )
    assert counted == {"GetItem": 4, "TransactWriteItems": 1}


def test_what_hangs_on_a_contract_is_brought_along_for_two_reads_and_a_write_each(
    desk: Desk, cost: Any, figures: Figures
) -> None:
    """The parent's own change writes nothing of it, and what goes its own way costs its reads."""
    desk.register("d-1", **PREMIUM)
    for name, plan in (("a-1", "free-domain-account"), ("a-2", "mail-addon")):
        desk.register(name, **{**ADD_ON, "plan": plan, "imported": True})
    assert cost("cancel at once", lambda: desk.ask("d-1", at_once)) == COMMAND
    assert figures["cancel at once"]["items written"] == 9
    counted = cost("follow", lambda: Family(desk).bring_along("d-1"))
    assert counted == {"Query": 1, "GetItem": 4, "TransactWriteItems": 1}
    assert figures["follow"]["items written"] == 9
    counted = cost("nothing to follow", lambda: Family(desk).bring_along("d-1"))
    assert counted == {"Query": 1, "GetItem": 4}


def test_looking_ahead_reads_the_parent_and_orders_and_what_pays_where_something_is_collected(
    desk: Desk, cost: Any
) -> None:
    """One query for each status and one for the accounts; the rest is batched."""
    desk.register("d-1", **PREMIUM)
    desk.register("a-1", **ADD_ON)
    look, taken_along = desk.contracts.view, desk.households.of_contract
    collected = cost("look ahead", lambda: taken_along(look(ERIN, "a-1")))
    assert collected == {"GetItem": 3, "Query": 6, "BatchGetItem": 3}
    for contract_id in ("a-1", "d-1"):
        desk.ask(contract_id, Cancel)
    ends = cost("look ahead at what ends", lambda: taken_along(look(ERIN, "a-1")))
    assert ends == {"GetItem": 3, "BatchGetItem": 1}


@pytest.mark.parametrize("command", [Cancel, Reactivate])
def test_a_command_reads_contract_and_order_and_writes_once(
    desk: Desk, cost: Any, command: Any
) -> None:
    desk.register("c-1", **DOMAIN)
    if command is Reactivate:
        desk.ask("c-1", Cancel)
    assert cost(command.__name__.lower(), lambda: desk.ask("c-1", command)) == COMMAND
    assert cost("nothing to do", lambda: desk.ask("c-1", command)) == {"GetItem": 2}


def test_amending_reads_contract_and_order_and_writes_once(desk: Desk, cost: Any) -> None:
    desk.register("c-1")

    def asked(actor: Actor) -> tuple[Command, Request]:
        return Amend(actor, 1, {"email": "new@example.net"}), Request()

    def amend() -> None:
        desk.contracts.carry_out(ERIN, "c-1", "amend", asked, lambda view, decision: None)  # type: ignore[arg-type, return-value]

    assert cost("amend", amend) == COMMAND


def test_a_key_costs_its_own_read_and_one_more_item_in_the_same_transaction(
    desk: Desk, cost: Any, figures: Figures
) -> None:
    desk.register("c-1")
    counted = cost("cancel with a key", lambda: desk.ask("c-1", Cancel, KEY))
    assert counted == {"GetItem": 3, "TransactWriteItems": 1}
    assert figures["cancel with a key"]["items written"] == 9
    assert cost("the same again", lambda: desk.asked("c-1", Cancel, KEY)) == {"GetItem": 3}


def test_a_plan_change_is_quoted_for_two_reads_and_asked_for_with_one_transaction(
    desk: Desk, cost: Any, figures: Figures
) -> None:
    vps(desk, "v-1")
    quoting = lambda: changes(desk).quote(ERIN, "v-1", lambda: Wanted("vps-m", 1))  # noqa: E731
    assert cost("quote a plan", quoting) == {"GetItem": 2}
    counted = cost("quote a plan and ask for it", lambda: requested(desk, "v-1"))
    assert counted == {"GetItem": 4, "TransactWriteItems": 1}
    assert figures["quote a plan and ask for it"]["items written"] == 2


def test_a_code_costs_its_try_before_anything_else(desk: Desk, cost: Any, figures: Figures) -> None:
    """Contract and order are read before it is compared and after, and the count once."""
    vps(desk, "v-1")
    asked = requested(desk, "v-1")
    code = code_for(desk, "v-1")

    def wrong() -> None:
        with pytest.raises(Refused, match="wrong_code"):
            confirm(desk, "v-1", asked, f"{(int(code) + 1) % 10**6:06d}")

    assert cost("a wrong code", wrong) == {"GetItem": 5, "UpdateItem": 1}
    right = lambda: confirm(desk, "v-1", asked, code)  # noqa: E731
    counted = cost("confirm a plan change", right)
    assert counted == {"GetItem": 5, "UpdateItem": 2, "TransactWriteItems": 1}
    # head, event, history, and that staff did it
    assert figures["confirm a plan change"]["items written"] == 4
    assert figures["confirm a plan change"]["read units"] == 5
    history = lambda: changes(desk).history(desk.contracts.view(ERIN, "v-1"), 50, None)  # noqa: E731
    assert cost("list plan changes", history) == {"GetItem": 2, "Query": 1}


def test_looking_at_a_contract_reads_it_and_its_order(desk: Desk, cost: Any) -> None:
    desk.register("c-1")
    assert cost("look", lambda: desk.contracts.view(ERIN, "c-1")) == {"GetItem": 2}


def test_a_page_of_a_list_is_its_lanes_and_two_batches(
    desk: Desk, cost: Any, dynamodb_client: Any
) -> None:
    contracts, orders = portfolio(50, date(2026, 9, 1), 50)
    write_contracts(dynamodb_client, desk.table.name, contracts, orders)

    def page() -> None:
        found, _ = desk.listing.page(of_staff("kreativmedia", None), 50, None)
        assert len(desk.contracts.views(ERIN, found)) == 50

    counted = cost("list a page of 50", page)
    assert counted["BatchGetItem"] == 2
    assert counted["Query"] <= keys.LANES
    assert counted.keys() == {"BatchGetItem", "Query"}


def test_the_job_reads_each_contract_and_order_in_batches_and_writes_each_once(
    desk: Desk, cost: Any, figures: Figures, dynamodb_client: Any
) -> None:
    contracts, orders = portfolio(100, date(2025, 9, 1), 1)
    write_contracts(dynamodb_client, desk.table.name, contracts, orders)
    shard = keys.shard_of("kreativmedia", contracts[0].holder)
    parcel = Parcel("run-1", EXPIRIES, at("2025-09-02"), ALL, (shard,))
    counted = cost("the job, 100 due", lambda: desk.work(parcel.text()))
    # the run, twice; two pages and the end of the index; the shard, heads and orders of both
    assert counted["GetItem"] == 2
    assert counted["Query"] <= 3
    assert counted["BatchGetItem"] == 5
    # of the fifty of a page 24 or 23 go together, and the rest; each page is told in one item,
    # together with the shard
    assert counted["TransactWriteItems"] == 6 + 2
    assert counted["PutItem"] == 1
    each = {name: round(value / 100, 2) for name, value in figures["the job, 100 due"].items()}
    figures["the job, for each contract"] = each
    assert each["read units"] < 1.7
    # head, old link, new link, event; and the order on whose switch many of them stand together,
    # under a condition, the page's lines, and the shard
    assert 4 < each["items written"] < 4.3


def test_renewals_of_one_holder_read_his_accounts_once_and_write_his_account_once(
    desk: Desk, cost: Any, figures: Figures, dynamodb_client: Any
) -> None:
    ends = date(2026, 5, 1)
    stored(desk, dynamodb_client, due("d", 100, ends))
    funded(desk, dynamodb_client, 100 * DOMAIN_PRICE, ["alice"])
    counted = cost("the renewals, 100 due", lambda: desk.work(message("run-1")))
    # the calendar by forty keys, the links to accounts; the shard, heads, orders and accounts
    assert counted["Query"] == 3 + 1
    assert counted["BatchGetItem"] == 4
    assert counted["TransactWriteItems"] <= 15
    each = {name: round(n / 100, 2) for name, n in figures["the renewals, 100 due"].items()}
    figures["a renewal, for each contract"] = each
    assert each["items written"] < 8


def test_holders_who_are_worked_together_have_their_accounts_read_in_one_batch(
    desk: Desk, cost: Any, dynamodb_client: Any
) -> None:
    shard = keys.shard_of(PROVIDER, "alice")
    others = (f"p-{number}" for number in range(2000))
    people = ["alice", *(p for p in others if keys.shard_of(PROVIDER, p) == shard)]
    stored(desk, dynamodb_client, *(due("d", 2, date(2026, 5, 1), each) for each in people[:5]))
    funded(desk, dynamodb_client, 2 * DOMAIN_PRICE, people[:5])
    counted = cost("the renewals, 5 holders", lambda: desk.work(message("run-1")))
    assert counted["BatchGetItem"] == 4
    assert counted["Query"] == 1 + 5


def test_an_hour_with_nothing_due_reads_each_shard_once_and_writes_it_once(
    desk: Desk, cost: Any
) -> None:
    def run() -> None:
        now = desk.clock.now()
        Jobs(desk).start(Run("run-1", EXPIRIES, now, now, ALL, JOB), now)
        while desk.queue.bodies:
            desk.work(desk.queue.bodies.pop(0))

    counted = cost("an hour with nothing due", run)
    assert counted["Query"] <= 2 * keys.SHARDS + 8 + 1
    assert counted["PutItem"] == keys.SHARDS


def test_an_event_goes_to_the_bus_for_one_write_of_its_own(
    desk: Desk, cost: Any, dynamodb_client: Any
) -> None:
    desk.register("c-1")
    raws = everything(dynamodb_client, desk.table.name)
    stream = [
        {"eventName": "INSERT", "dynamodb": {"NewImage": raw}}
        for raw in raws
        if raw["item"] == {"S": "event"}
    ]
    counted = cost("an event to the bus", lambda: Relay(desk).of_stream(stream))
    assert counted == {"UpdateItem": 1}
    assert len(desk.bus.taken) == 1


def test_a_ticket_order_reads_its_shop_once_and_its_claims_in_one_batch(
    desk: Desk, cost: Any, figures: Figures
) -> None:
    """Whatever it sells, and whoever asks."""
    box_office.shop(desk)
    selling = lambda: box_office.place(desk, "t-1", "A-1", "A-2")  # noqa: E731
    counted = cost("register a ticket order", selling)
    assert counted == {"GetItem": 2, "BatchGetItem": 2, "TransactWriteItems": 1}
    # head, two tickets, two seats, four words, event
    assert figures["register a ticket order"]["items written"] == 10
    paying = lambda: box_office.pay(desk, "t-1", 10_000, "bank-1", "2025-04-02")  # noqa: E731
    counted = cost("pay a ticket order", paying)
    assert counted == {"GetItem": 3, "BatchGetItem": 1, "TransactWriteItems": 1}
    # head, payment, two events
    assert figures["pay a ticket order"]["items written"] == 4
    letting_in = lambda: box_office.admit(desk, "t-1", "t-1-t1")  # noqa: E731
    assert cost("let in", letting_in) == COMMAND


def test_the_reminders_read_each_ticket_order_once_in_batches(
    desk: Desk, cost: Any, figures: Figures
) -> None:
    box_office.shop(desk, reminders=1)
    orders = [f"t-{number}" for number in range(1, 6)]
    for order_id in orders:
        assert box_office.place(desk, order_id, f"seat of {order_id}") == "registered"
    parcel = box_office.message("run-1", box_office.REMINDER, *orders)
    shards = len(json.loads(parcel)["shards"])
    counted = cost("remind 5 ticket orders", lambda: desk.work(parcel))
    assert counted["BatchGetItem"] <= shards + 1
    # each shard is told in one item, together with its state
    assert counted["TransactWriteItems"] <= 2 * shards
    assert figures["remind 5 ticket orders"]["items written"] == 2 * len(orders) + 2 * shards


def test_a_search_reads_one_partition_and_the_orders_it_leads_to(
    desk: Desk, cost: Any, figures: Figures
) -> None:
    box_office.shop(desk)
    for number in range(1, 6):
        assert box_office.place(desk, f"t-{number}", f"seat {number}") == "registered"
    search = TicketSearch(desk.table)

    def found(*words: str) -> list[str]:
        return [order.id for order in search.page(["shop-1"], words, False, 50, None)[0]]

    counted = cost("search ticket orders", lambda: found("lea", "muller", "t-3"))
    assert counted == {"Query": 1, "GetItem": 1, "BatchGetItem": 1}
    assert figures["search ticket orders"]["read units"] <= 1 + 1 + 5
    assert found("lea", "muller", "t-3") == ["t-3"]
