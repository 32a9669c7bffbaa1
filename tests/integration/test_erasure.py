"""`python -m tacit.erasure`: nothing of the person is left, and everything else is as it was."""

import io
import json
from collections.abc import Iterator
from typing import Any

import pytest

from tacit.calendar.__main__ import main as calendar
from tacit.erasure.__main__ import main
from tacit.runtime.relay import detail_of
from tacit.store.mapping import event_of
from tests.integration import persons
from tests.integration.conftest import ALICE, BOB, REGION, STAFF, World, new_world
from tests.integration.edge import assert_problem
from tests.integration.persons import BUYER, DORA, EMAIL, NAME, WORDS, traces
from tests.integration.rules.scenes import history, job
from tests.integration.sales import command, order_of, payment
from tests.integration.shops import OLGA, opened_shop

PERSON = ["--person", DORA.subject]


def erase(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, dict[str, Any]]:
    """The exit code, and what was said on stdout. Neither there nor on stderr is she named."""
    capsys.readouterr()
    code = main(arguments)
    out, err = capsys.readouterr()
    text = (out + err).casefold()
    assert not [trace for trace in persons.TRACES if trace in text], text
    return code, json.loads(out)


def at(provider: str, *arguments: str) -> list[str]:
    return ["--provider", provider, *arguments]


@pytest.fixture(scope="module")
def life() -> list[Any]:
    with new_world() as played:
        persons.lived(played)
        return played.items()


@pytest.fixture(scope="module")
def sales() -> list[Any]:
    with new_world() as played:
        persons.bought(played)
        return played.items()


@pytest.fixture
def lived(life: list[Any], world: World) -> World:
    return persons.filled(world, life)


@pytest.fixture
def bought(sales: list[Any], world: World) -> World:
    return persons.filled(world, sales)


def everything(world: World, *less: str) -> list[Any]:
    return sorted((item for item in world.items() if item["item"]["S"] not in less), key=json.dumps)


def test_nothing_of_a_person_is_left_anywhere_in_the_table(
    lived: World, capsys: pytest.CaptureFixture[str]
) -> None:
    kinds = {told.partition(":")[0] for told in traces(lived).values()}
    assert kinds >= {
        *("contract", "order", "account", "event", "line", "party", "account_link"),
        *("plan_change", "past_party", "idempotency"),
    }
    prints = fingerprints(lived, "c-1", "c-2", "c-8", "c-9", "v-1")
    assert len(prints) == 5
    code, told = erase(capsys, *at("kreativmedia", *PERSON, "--carry-out"))
    assert (code, told["erased"]) == (0, True)
    counted = {name: told[name] for name in ("contracts", "contacts", "accounts", "orders")}
    assert counted == {"contracts": 2, "contacts": 2, "accounts": 1, "orders": 1}
    code, told = erase(capsys, *at("kriax", *PERSON, "--carry-out"))
    assert (code, told["contracts"]) == (0, 1)
    assert set(traces(lived).values()) == {f"idempotency: {told}" for told in _answers(lived)}
    assert persons.a_day_later(lived) > 0
    assert traces(lived) == {}
    assert not prints & fingerprints(lived, "c-1", "c-2", "c-8", "c-9", "v-1")


def fingerprints(world: World, *ids: str) -> set[str]:
    """Of what things were registered with: whoever guesses the rest could guess the person."""
    return {
        item["registered_as"]["S"]
        for item in world.items()
        if "registered_as" in item and item["pk"]["S"].partition("#")[2] in ids
    }


def _answers(world: World) -> set[str]:
    return {told.partition(": ")[2] for told in traces(world).values() if "idempotency" in told}


def test_nothing_of_a_buyer_is_left_anywhere_in_the_table(
    bought: World, capsys: pytest.CaptureFixture[str]
) -> None:
    prints = fingerprints(bought, "t-1", "t-2")
    assert len(prints) == 2
    kinds = {told.partition(":")[0] for told in traces(bought).values()}
    assert kinds >= {"ticket_order", "token", "message_by_hand", "idempotency"}
    code, told = erase(capsys, *at("infomaniak", "--buyer", EMAIL.upper(), "--carry-out"))
    assert (code, told["ticket_orders"]) == (0, 2)
    persons.a_day_later(bought)
    assert traces(bought) == {}
    assert not prints & fingerprints(bought, "t-1", "t-2")
    for words in (EMAIL, NAME, "quessel"):
        assert bought.call("GET", "/ticket-orders", OLGA, query={"q": words}).json["items"] == []


def test_the_books_stay_as_they_were(lived: World, capsys: pytest.CaptureFixture[str]) -> None:
    def books() -> list[Any]:
        events = [history(lived, each) for each in ("c-1", "c-2", "c-8", "c-9", "v-1")]
        lines = lived.call("GET", "/accounts/a-1/ledger", STAFF).json["items"]
        lines = [{**line, "reason": None} for line in lines if line["reference"]]
        notices = lived.call("GET", "/notices", STAFF, query={"contract_id": "c-1"}).json
        changes = lived.call("GET", "/contracts/v-1/plan-changes", STAFF).json["items"]
        changes = [{**each, "requested_by": None, "confirmed_by": None} for each in changes]
        kept = ("status", "starts_on", "expires_on", "price", "locale", "plan", "order_id")
        heads = [lived.contract(each) for each in ("c-1", "c-2", "v-1")]
        heads = [{name: head[name] for name in kept} for head in heads]
        return [events, lines, notices, changes, heads]

    before = books()
    erase(capsys, *at("kreativmedia", *PERSON, "--carry-out"))
    erase(capsys, *at("kriax", *PERSON, "--carry-out"))
    assert books() == before


def test_staff_sees_one_pseudonym_and_she_herself_sees_nothing(
    lived: World, capsys: pytest.CaptureFixture[str]
) -> None:
    assert lived.listed(DORA) == ["c-9"]
    assert lived.call("GET", "/contracts/c-1", DORA).code == "closed"
    erase(capsys, *at("kreativmedia", *PERSON, "--carry-out"))
    shown = lived.contract("c-1")
    pseudonym = shown["holder"]
    assert pseudonym.startswith("erased-")
    assert shown["technical_contact"] == pseudonym
    assert shown["billing_contact"] == "bob"
    assert shown["email"].endswith("@erased.invalid")
    account = lived.call("GET", "/accounts/a-1", STAFF).json
    order = lived.call("GET", "/orders/o-1", STAFF).json
    assert {account["holder"], order["holder"], lived.contract("c-2")["holder"]} == {pseudonym}
    actors = lived.call("GET", "/contracts/c-1/timeline", STAFF, query={"limit": "200"}).json
    by = {each["actor_id"] for each in actors["items"] if each["actor"] == "holder"}
    assert by == {pseudonym}
    assert lived.contract("c-9")["billing_contact"] is None
    seen = lived.listed(STAFF, holder=pseudonym, status="closed")
    assert sorted(seen) == ["c-1", "c-2"]
    for door in ("/contracts", "/accounts", "/orders"):
        assert lived.call("GET", door, DORA).json["items"] == []
    for door in ("/contracts/c-1", "/contracts/c-9", "/accounts/a-1", "/orders/o-1"):
        assert lived.call("GET", door, DORA).status == 404
    found = lived.call("GET", "/accounts", STAFF, query={"holder": pseudonym}).json["items"]
    assert [each["id"] for each in found] == ["a-1"]
    found = lived.call("GET", "/orders", STAFF, query={"holder": pseudonym}).json["items"]
    assert [each["id"] for each in found] == ["o-1"]


def test_bob_still_sees_what_he_was_a_contact_of(
    lived: World, capsys: pytest.CaptureFixture[str]
) -> None:
    """His links name whose contract it is."""
    before = lived.call("GET", "/contracts/c-1", BOB).json
    assert before["code"] == "closed"
    erase(capsys, *at("kreativmedia", *PERSON, "--carry-out"))
    after = lived.call("GET", "/contracts/c-1", BOB).json
    assert (after["status"], after["code"]) == (410, "closed")
    links = [item["sk"]["S"] for item in lived.items() if item["pk"]["S"].endswith("a#bob")]
    holder = lived.contract("c-1")["holder"]
    assert {f"closed#{holder}#c-1", f"closed#{holder}#c-2"} <= set(links)


def test_jobs_go_on_and_a_rebuild_is_content(
    lived: World, capsys: pytest.CaptureFixture[str]
) -> None:
    erase(capsys, *at("kreativmedia", *PERSON, "--carry-out"))
    erase(capsys, *at("kriax", *PERSON, "--carry-out"))
    assert calendar(["rebuild"]) == 0
    counted = json.loads(capsys.readouterr().out)
    assert (counted["rewritten"], counted["unreadable"]) == (0, {})
    for name in ("expiries", "renewals"):
        job(lived, "2027-07-01", name=name)
    assert lived.call("GET", "/parked", STAFF).json["items"] == []
    assert lived.mails() == []


def sent_again(world: World) -> list[str]:
    """The mails that leave where nobody knows any more which have left."""
    items, before = world.items(), len(sent())
    for item in items:
        if item["item"] == {"S": "message"}:
            key = {"pk": item["pk"], "sk": item["sk"]}
            world.dynamodb.delete_item(TableName=world.names.table_name, Key=key)
    details = [detail_of(event_of(item)) for item in items if item["item"] == {"S": "event"}]
    for detail in details:
        world.hand_out({"detail-type": detail["type"], "detail": detail})
    return sent()[before:]


def sent() -> list[str]:
    """Every mail that has left, in all worlds."""
    from moto.core.models import DEFAULT_ACCOUNT_ID
    from moto.ses.models import ses_backends

    return [str(vars(mail)) for mail in ses_backends[DEFAULT_ACCOUNT_ID][REGION].sent_messages]


def test_what_is_still_on_its_way_to_somebody_who_was_erased_is_not_sent(
    lived: World, capsys: pytest.CaptureFixture[str]
) -> None:
    """But what alice is told of her own is."""
    erase(capsys, *at("kriax", *PERSON, "--carry-out"))
    assert [mail for mail in sent_again(lived) if EMAIL in mail]
    erase(capsys, *at("kreativmedia", *PERSON, "--carry-out"))
    assert [mail for mail in sent_again(lived) if "alice@" not in mail] == []


def test_nobody_writes_to_a_buyer_who_was_erased(
    bought: World, capsys: pytest.CaptureFixture[str]
) -> None:
    erase(capsys, *at("infomaniak", "--buyer", EMAIL, "--carry-out"))
    body = {"subject": "t-1", "to": "buyer", "text": "Hello?"}
    assert_problem(bought.call("POST", "/messages", OLGA, body), 409, "buyer_erased")
    elsewhere = {**body, "to": "somebody@example.org"}
    assert_problem(bought.call("POST", "/messages", OLGA, elsewhere), 422, "invalid_field", "to")
    shown = bought.call("GET", "/ticket-orders/t-1", OLGA).json
    assert shown["buyer"]["locale"] == "fr"
    assert shown["tickets"][0]["number"] == "A-1"
    same = bought.call("GET", "/ticket-orders", OLGA, query={"q": shown["buyer"]["name"]}).json
    assert sorted(each["id"] for each in same["items"]) == ["t-1", "t-2"]


def test_other_buyers_and_an_address_that_only_looks_the_same_stay(
    bought: World, capsys: pytest.CaptureFixture[str]
) -> None:
    """Words are cut: of two long addresses the beginnings are one word."""
    long = f"dora@{'.'.join(['l' * 40] * 4)}"
    looks_the_same = {**BUYER, "email": f"{long}.net"}
    body = order_of("Y-1", buyer={**BUYER, "email": f"{long}.org"}, event=persons.PAST_SHOW)
    reply = bought.call("PUT", "/ticket-orders/t-8", STAFF, {**body, "payment_method": "card"})
    assert reply.status == 201, reply.text
    body = order_of("Z-1", buyer=looks_the_same)
    reply = bought.call("PUT", "/ticket-orders/t-9", STAFF, body)
    assert reply.status == 201, reply.text
    before = bought.call("GET", "/ticket-orders/t-9", STAFF).json
    code, told = erase(capsys, *at("infomaniak", "--buyer", f"{long}.org", "--carry-out"))
    assert (code, told["ticket_orders"]) == (0, 1)
    assert bought.call("GET", "/ticket-orders/t-9", STAFF).json == before
    query = {"q": looks_the_same["email"]}
    found = bought.call("GET", "/ticket-orders", OLGA, query=query).json["items"]
    assert [each["id"] for each in found] == ["t-9"]


def test_it_only_looks_unless_it_is_told_to_carry_out(
    lived: World, capsys: pytest.CaptureFixture[str]
) -> None:
    before = everything(lived)
    code, told = erase(capsys, *at("kreativmedia", *PERSON))
    assert (code, told["erased"], told["contracts"], told["contacts"]) == (0, False, 2, 2)
    assert everything(lived) == before


def test_the_same_again_is_nothing_to_do(lived: World, capsys: pytest.CaptureFixture[str]) -> None:
    erase(capsys, *at("kreativmedia", *PERSON, "--carry-out"))
    before = everything(lived)
    code, told = erase(capsys, *at("kreativmedia", *PERSON, "--carry-out"))
    assert (code, told["contracts"], told["items"]) == (0, 0, 0)
    assert everything(lived) == before
    assert not [item for item in before if item["item"] == {"S": "erasure"}]


def test_the_name_may_come_from_stdin(
    lived: World, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{DORA.subject}\n"))
    assert erase(capsys, *at("kreativmedia", "--person", "-"))[1]["contracts"] == 2
    monkeypatch.setattr("sys.stdin", io.StringIO("\n"))
    assert main(at("kreativmedia", "--person", "-")) == 2


def codes(told: dict[str, Any]) -> list[str]:
    return sorted(each["code"] for each in told["obstacles"])


@pytest.mark.parametrize("status", ["active", "pending"])
def test_a_contract_that_is_not_closed_has_to_end_first(
    world: World, capsys: pytest.CaptureFixture[str], status: str
) -> None:
    world.set_clock("2025-02-01T11:00:00Z")
    world.register("c-1", **persons.HERS, status=status)
    before = everything(world)
    code, told = erase(capsys, *at("kreativmedia", *PERSON, "--carry-out"))
    assert (code, told["erased"], codes(told)) == (1, False, ["contract_not_closed"])
    assert told["obstacles"][0]["params"]["contract_id"] == "c-1"
    assert told["obstacles"][0]["params"]["status"] == status
    assert everything(world) == before


def test_what_can_still_be_restored_has_to_end_first(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    world.set_clock("2025-02-01T11:00:00Z")
    world.register("c-1", **persons.HERS)
    assert world.call("POST", "/contracts/c-1/cancellation", DORA).status == 200
    assert codes(erase(capsys, *at("kreativmedia", *PERSON))[1]) == ["contract_not_closed"]
    job(world, "2026-01-15")
    code, told = erase(capsys, *at("kreativmedia", *PERSON, "--carry-out"))
    assert (code, codes(told)) == (1, ["contract_not_closed"])
    assert told["obstacles"][0]["params"]["restorable_until"]


def test_money_on_an_account_has_to_go_back_first(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    persons.with_an_account(world)
    code, told = erase(capsys, *at("kreativmedia", *PERSON, "--carry-out"))
    assert (code, codes(told)) == (1, ["account_not_empty"])
    assert told["obstacles"][0]["params"] == {
        "account_id": "a-1",
        "balance": {"amount": "500.00", "currency": "CHF"},
    }


def test_an_organiser_has_no_shop(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    opened_shop(world)
    code, told = erase(capsys, *at("infomaniak", "--person", "olga", "--carry-out"))
    assert (code, codes(told)) == (1, ["organises_shop"])


@pytest.fixture
def placed(world: World) -> Iterator[World]:
    from tests.integration.sales import order_of

    world.set_clock("2025-02-01T11:00:00Z")
    opened_shop(world)
    body = order_of("A-1", buyer=BUYER)
    assert world.call("PUT", "/ticket-orders/t-1", STAFF, body).status == 201
    yield world


def whys(told: dict[str, Any]) -> list[str]:
    return [each["params"]["why"] for each in told["obstacles"]]


def test_an_order_of_tickets_that_is_not_over_has_to_end_first(
    placed: World, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = at("infomaniak", "--buyer", EMAIL, "--carry-out")
    before = everything(placed)
    code, told = erase(capsys, *asked)
    assert (code, whys(told)) == (1, ["pending", "event_to_come"])
    assert everything(placed) == before
    command(placed, "t-1", "payments", payment("50.00", "bank-1"))
    assert whys(erase(capsys, *asked)[1]) == ["event_to_come"]
    command(placed, "t-1", "payments", payment("5.00", "bank-2"))
    assert "credit" in whys(erase(capsys, *asked)[1])


def test_a_message_that_waits_has_to_leave_or_be_dropped_first(
    placed: World, capsys: pytest.CaptureFixture[str]
) -> None:
    command(placed, "t-1", "cancellation", {})
    body = {"subject": "t-1", "to": "buyer", "text": WORDS}
    message = placed.call("POST", "/messages", OLGA, body).json["message"]
    asked = at("infomaniak", "--buyer", EMAIL, "--carry-out")
    code, told = erase(capsys, *asked)
    assert (code, codes(told)) == (1, ["message_waiting"])
    assert told["obstacles"][0]["params"] == {"message_id": message["id"]}
    for what in ("undo", "drop"):
        assert placed.call("POST", f"/messages/{message['id']}/{what}", OLGA, {}).status == 200
    assert erase(capsys, *asked)[0] == 0


def test_a_parked_record_is_mended_first_and_its_reason_goes_with_that(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    """Its reason may hold what stood in it."""
    world.set_clock("2025-02-01T11:00:00Z")
    world.register("c-9", billing_contact=DORA.subject, starts_on="2024-02-15")
    table, key = world.names.table_name, {"pk": {"S": "contract#c-9"}, "sk": {"S": "head"}}

    def starts_on(text: str) -> None:
        world.dynamodb.update_item(
            TableName=table,
            Key=key,
            UpdateExpression="SET starts_on = :text",
            ExpressionAttributeValues={":text": {"S": text}},
        )

    starts_on(DORA.subject)
    job(world, "2025-02-20", name="renewals")
    job(world, "2025-02-20")
    asked = at("kreativmedia", *PERSON, "--carry-out")
    code, told = erase(capsys, *asked)
    assert (code, codes(told)) == (1, ["record_broken"])
    starts_on("2024-02-15")
    code, told = erase(capsys, *asked)
    assert (code, codes(told)) == (1, ["record_parked"])
    assert told["obstacles"][0]["params"] == {"id": "contract:c-9"}
    reply = world.call("POST", "/parked/contract:c-9/retry", STAFF, {})
    assert reply.status == 200, reply.text
    assert erase(capsys, *asked)[0] == 0
    assert [told for told in traces(world).values() if "idempotency" not in told] == []


def test_an_unknown_provider_or_nobody_is_no_erasure(world: World) -> None:
    for asked in (["--provider", "nobody", *PERSON], ["--provider", "kriax"]):
        with pytest.raises(SystemExit) as ended:
            main(asked)
        assert ended.value.code == 2
    assert main([*at("kriax", *PERSON), "--table", "there-is-none"]) == 2


def test_whoever_is_not_meant_is_left_alone(
    lived: World, capsys: pytest.CaptureFixture[str]
) -> None:
    before = everything(lived)
    erase(capsys, *at("kreativmedia", *PERSON, "--carry-out"))
    after = everything(lived)
    untouched = [item for item in before if "v-1" in item["pk"]["S"]]
    assert untouched
    assert all(item in after for item in untouched)
    assert lived.contract("c-9")["holder"] == ALICE.subject
    assert lived.contract("c-9")["email"] == "alice@example.net"
    assert len(after) == len(before) - 2  # the link to c-9, and that to c-8
