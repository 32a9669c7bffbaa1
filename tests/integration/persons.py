"""A person of whom everything is kept that can be, and a buyer of tickets; and whether any of it
can still be read."""

import json
from typing import Any

from tests.integration.conftest import STAFF, Reply, World, customer
from tests.integration.messages import TEXT
from tests.integration.money import book, francs, opened
from tests.integration.plan_changes import mailed_code, other
from tests.integration.rules.scenes import it_is, job, patch
from tests.integration.sales import command, order_of, payment
from tests.integration.shops import OLGA, opened_shop

DORA = customer("dora-4711", "kreativmedia", "kriax")
EMAIL = "dora.private@example.net"
NAME = "Théodora Quessel-Tarbé"
WORDS = "Madame Quessel has called from 079 555 01 47"
LABEL = "theodora-quessel.ch"
KEY = {"Idempotency-Key": "key of dora"}
# Whatever of her must not be in the table any more, in small letters.
TRACES = ("dora-4711", "dora.private", "quessel", "tarbe", "tarbé", "555 01 47", "theodora")

DOMAIN = {"plan": "domain-ch", "label": LABEL}
HERS = {"holder": DORA.subject, "email": EMAIL, "billing_contact": "bob"}
BUYER = {"name": NAME, "email": EMAIL, "locale": "fr"}
PAST_SHOW = {"id": "gala", "name": "Gala du Lac", "starts_at": "2025-05-01T18:00:00Z"}
REFUND = {"method": "bank_transfer", "reason": WORDS}


def well(reply: Reply) -> Any:
    assert reply.status in (200, 201), reply.text
    return reply.json


def lived(world: World) -> None:
    """Contracts of hers in two providers, one of somebody else's that she is a contact of and one
    that she was, an order, an account; all of hers is over at the end."""
    it_is(world, "2025-02-01")
    world.register("c-1", **HERS, **DOMAIN, technical_contact=DORA.subject, order_id="o-1")
    world.register("c-2", **HERS, label=NAME, order_id="o-1")
    with_an_account(world)
    switched = {"enabled": False}
    well(world.call("PUT", "/orders/o-1/autorenewal", DORA, switched, headers=KEY))
    renewed_and_taken_back(world)
    plans_changed(world)
    cancelled(world)
    well(book(world, "a-1", "withdrawals", francs(balance(world)), "out"))
    world.register("c-8", technical_contact=DORA.subject, starts_on="2027-01-15")
    world.register("c-9", billing_contact=DORA.subject, starts_on="2027-01-15")
    assert patch(world, "c-8", technical_contact="carol").status == 200
    world.mails()


def with_an_account(world: World) -> None:
    opened(world, "a-1", holder=DORA.subject)
    said = {"amount": francs("500.00"), "reference": "bank-1", "reason": WORDS}
    well(world.call("POST", "/accounts/a-1/deposits", STAFF, said, headers=KEY))


def balance(world: World) -> str:
    return str(well(world.call("GET", "/accounts/a-1", STAFF))["balance"]["amount"])


def renewed_and_taken_back(world: World) -> None:
    """By herself, and by staff, who says why."""
    body = {"current_expires_on": "2026-01-15", "account_id": "a-1"}
    well(world.call("POST", "/contracts/c-1/renewal", DORA, body))
    body = {"period_start": "2026-01-15", "reason": WORDS}
    well(world.call("POST", "/contracts/c-1/renewal-reversal", STAFF, body))
    assert WORDS in world.call("GET", "/contracts/c-1/timeline", STAFF).text


def plans_changed(world: World) -> None:
    """One carried out by herself, after a code that was wrong."""
    world.register(
        "v-1", **HERS, provider="kriax", plan="vps-s", label=NAME, starts_on="2025-02-01"
    )
    wish = {"plan": "vps-m", "quantity": 1}
    quote = well(world.call("POST", "/contracts/v-1/plan-change-quotes", DORA, wish))
    asked = {"quote_id": quote["id"]}
    change = well(world.call("POST", "/contracts/v-1/plan-changes", DORA, asked))
    code, path = mailed_code(world, "v-1"), f"/contracts/v-1/plan-changes/{change['id']}"
    wrong = world.call("POST", f"{path}/confirmation", DORA, {"code": other(code)})
    assert wrong.status == 409, wrong.text
    well(world.call("POST", f"{path}/confirmation", DORA, {"code": code}))


def cancelled(world: World) -> None:
    """And long over."""
    for contract_id in ("c-1", "c-2", "v-1"):
        wish = {"mode": "at_term", "reason": WORDS}
        well(world.call("POST", f"/contracts/{contract_id}/cancellation", DORA, wish))
    for day in ("2026-01-15", "2026-03-01", "2027-01-15", "2027-06-01"):
        job(world, day)
    found = {each: world.contract(each)["status"] for each in ("c-1", "c-2", "v-1")}
    assert set(found.values()) == {"closed"}, found


def bought(world: World) -> None:
    """Orders of hers in two shops, with words to her and about her; all is over at the end."""
    it_is(world, "2025-02-01")
    opened_shop(world)
    opened_shop(world, "shop-2", name="Un autre")
    for order_id, shop_id, ticket in (("t-1", "shop-1", "A-1"), ("t-2", "shop-2", "B-1")):
        body = order_of(ticket, shop_id=shop_id, buyer=BUYER, event=PAST_SHOW)
        well(world.call("PUT", f"/ticket-orders/{order_id}", STAFF, body, headers=KEY))
    command(world, "t-1", "payments", payment("50.00", "bank-1"), headers=KEY)
    written(world)
    command(world, "t-1", "cancellation", {"refund": REFUND}, OLGA)
    it_is(world, "2025-06-01")
    job(world, "2025-06-01", name="invoice_reminders")
    command(world, "t-2", "cancellation", {}, OLGA)
    world.mails()


def written(world: World) -> None:
    """One message that has left, and one that never will."""
    for to, text in (("buyer", f"{WORDS}\n\n{TEXT}"), (EMAIL, WORDS)):
        body = {"subject": "t-1", "to": to, "text": text}
        message = well(world.call("POST", "/messages", OLGA, body, headers={}))["message"]
        if to == EMAIL:
            well(world.call("POST", f"/messages/{message['id']}/undo", OLGA, {}))
            well(world.call("POST", f"/messages/{message['id']}/drop", OLGA, {}))
    it_is(world, "2025-02-02")
    world.mails()
    said = well(world.call("GET", "/messages", OLGA, query={"subject": "t-1"}))["items"]
    assert sorted(each["status"] for each in said) == ["dropped", "sent"]


def traces(world: World) -> dict[str, str]:
    """Every item that still tells of her, and by what."""
    found = {}
    for item in world.items():
        text = json.dumps(item, ensure_ascii=False).casefold()
        told = [trace for trace in TRACES if trace in text]
        if told:
            found[f"{item['pk']['S']} {item['sk']['S']}"] = f"{item['item']['S']}: {told}"
    return found


def a_day_later(world: World) -> int:
    """DynamoDB has cleared away the answers to keys; how many there were."""
    keys = [
        {"pk": item["pk"], "sk": item["sk"]}
        for item in world.items()
        if item["item"] == {"S": "idempotency"}
    ]
    for key in keys:
        world.dynamodb.delete_item(TableName=world.names.table_name, Key=key)
    return len(keys)


def filled(world: World, items: list[Any]) -> World:
    """The world with these items in its table: a story is played once for many tests."""
    name = world.names.table_name
    for first in range(0, len(items), 25):
        puts = [{"PutRequest": {"Item": item}} for item in items[first : first + 25]]
        world.dynamodb.batch_write_item(RequestItems={name: puts})
    return world
