"""X10 and G11: the code that confirms a plan change. It is in one mail and nowhere else, it works
once and for a quarter of an hour, and it cannot be guessed."""

import hashlib
import json
import re
from typing import Any

import pytest

from tacit.runtime.observability import logger
from tests.integration.conftest import ALICE, BOB, STAFF, Person, Reply, World, customer
from tests.integration.edge import assert_problem, everything, nothing_written
from tests.integration.rules.plan_scenes import (
    change_action,
    code_in,
    code_in_mail,
    confirm,
    keep,
    mail_with_code,
    mark,
    on,
    plan_changes,
    quoted,
    request,
    requested,
    send_again,
    server,
    waiting,
    wrong,
)
from tests.integration.rules.scenes import history, it_is, patch, snapshot, told

MALLORY = customer("mallory")
BY_PHONE = "she has rung us up about it"


@pytest.fixture
def rented(world: World) -> World:
    """A server of alice's to the first of May of next year, and it is noon of 11 May."""
    it_is(world, "2025-05-11")
    server(world, ends="2026-05-01")
    return world


@pytest.mark.parametrize(
    ("locale", "subject", "no_refund"),
    [
        ({}, "Votre code", "ni en argent ni en jetons"),
        ({"locale": "fr"}, "Votre code", "ni en argent ni en jetons"),
        ({"locale": "en"}, "Your code", "neither in money nor in tokens"),
        ({"locale": "sv"}, "Din kod", "varken i pengar eller i poletter"),
    ],
    ids=["kriax's own", "fr", "en", "sv"],
)
def test_X10_six_digits_are_mailed_in_the_customers_language_with_the_recap(
    world: World, locale: dict[str, str], subject: str, no_refund: str
) -> None:
    it_is(world, "2025-05-11")
    server(world, quantity=2, **locale)
    mark(world, "s-2")
    change_id = requested(world, "vps-m")
    mail = mail_with_code(world)
    assert mail["destinations"] == {"ToAddresses": ["alice@example.net"]}
    assert mail["subject"].startswith(subject)
    for said in ("vps-s", "vps-m", "10.00", "20.00", "192.0.2.2", "12:15", no_refund):
        assert said in mail["text"].replace("10,00", "10.00").replace("20,00", "20.00")
    assert confirm(world, change_id, code_in(mail["text"])).status == 200


def test_X10_sent_again_it_is_the_same_code(rented: World) -> None:
    change_id, code = waiting(rented)
    before = on(rented)
    it_is(rented, "2025-05-11", "12:05")
    assert send_again(rented, change_id).json["messages"][0]["kind"] == "plan_change_code"
    again = mail_with_code(rented)
    assert code_in(again["text"]) == code
    assert again["destinations"] == {"ToAddresses": ["alice@example.net"]}
    assert send_again(rented, change_id, who=STAFF).status == 200
    assert code_in_mail(rented) == code
    assert on(rented) == before
    assert confirm(rented, change_id, code).status == 200


def test_X10_another_change_has_another_code(rented: World) -> None:
    server(rented, "v-2", "2026-05-01")
    codes = []
    for contract_id in ("v-1", "v-2"):
        requested(rented, contract_id=contract_id)
        codes.append(code_in_mail(rented))
    it_is(rented, "2025-05-11", "12:20")
    codes.append(waiting(rented)[1])
    it_is(rented, "2025-05-12")
    codes.append(waiting(rented)[1])
    assert len(set(codes)) > 1  # that all four are the same by chance: one in 10**18


# Asked for at noon it lapses at a quarter past; asked for ten minutes before midnight, at midnight.
@pytest.mark.parametrize(
    ("at", "until", "last", "over"),
    [
        ("12:00", "2025-05-11T10:15:00Z", ("2025-05-11", "12:14:59"), ("2025-05-11", "12:15")),
        ("23:50", "2025-05-11T22:00:00Z", ("2025-05-11", "23:59:59"), ("2025-05-12", "00:00")),
    ],
)
def test_X10_G11_it_is_valid_for_a_quarter_of_an_hour_and_not_past_the_local_day(
    rented: World, at: str, until: str, last: tuple[str, str], over: tuple[str, str]
) -> None:
    it_is(rented, "2025-05-11", at)
    server(rented, "v-2", "2026-05-01")
    ids = {}
    for contract_id in ("v-1", "v-2"):
        change_id = requested(rented, contract_id=contract_id)
        ids[contract_id] = change_id, code_in_mail(rented)
        seen = rented.contract(contract_id, ALICE)["plan_change"]
        assert seen == {"change_id": change_id, "valid_until": until}
    it_is(rented, *last)
    assert confirm(rented, *ids["v-1"]).status == 200
    it_is(rented, *over)
    with nothing_written(rented):
        late = confirm(rented, *ids["v-2"], contract_id="v-2")
        assert_problem(late, 409, "change_lapsed")
        again = send_again(rented, ids["v-2"][0], contract_id="v-2")
        assert_problem(again, 409, "change_lapsed")
    assert (on(rented)[0], on(rented, "v-2")[0]) == ("vps-m", "vps-s")
    assert rented.contract("v-2", ALICE)["plan_change"] is None


def test_X10_sending_it_again_prolongs_nothing(rented: World) -> None:
    change_id, code = waiting(rented)
    it_is(rented, "2025-05-11", "12:14:59")
    again = send_again(rented, change_id).json["plan_change"]
    assert again["valid_until"] == "2025-05-11T10:15:00Z"
    assert "12:15" in mail_with_code(rented)["text"]
    it_is(rented, "2025-05-11", "12:15")
    assert_problem(confirm(rented, change_id, code), 409, "change_lapsed")


def test_G11_a_quote_is_taken_up_for_its_own_contract_only(rented: World) -> None:
    server(rented, "v-2", "2026-05-01")
    quote_id = quoted(rented)["id"]
    with nothing_written(rented):
        assert_problem(request(rented, quote_id, contract_id="v-2"), 404, "not_found")
        assert_problem(request(rented, quote_id, who=MALLORY), 404, "not_found")
        assert_problem(request(rented, quote_id, who=BOB), 403, "not_your_role")
        assert_problem(request(rented, "nonsense"), 404, "not_found")
        for plan, quantity in (("vps-l", 1), ("vps-m", 2)):
            forged = quote_id.replace(":vps-m:1:", f":{plan}:{quantity}:")
            reply = request(rented, forged)
            assert_problem(reply, 409, "quote_outdated")
            fresh = reply.json["params"]["quote"]
            assert fresh == quoted(rented, plan, quantity)
            assert fresh["id"] != forged


def test_G11_a_change_of_the_e_mail_address_lapses_what_is_waiting(rented: World) -> None:
    """Whoever reads the old mailbox confirms nothing; the next code goes to the new one."""
    change_id, code = waiting(rented)
    assert patch(rented, "v-1", email="alice@new.example").status == 200
    assert rented.contract("v-1", ALICE)["plan_change"] is None
    with nothing_written(rented):
        assert_problem(confirm(rented, change_id, code), 409, "change_lapsed")
        assert_problem(send_again(rented, change_id), 409, "change_lapsed")
    assert change_action(rented)["allowed"] is True
    rented.mails()
    another = requested(rented)
    mail = mail_with_code(rented)
    assert mail["destinations"] == {"ToAddresses": ["alice@new.example"]}
    assert confirm(rented, change_id, code).status == 404  # the other one stands in its place
    assert confirm(rented, another, code_in(mail["text"])).status == 200


def test_G11_a_code_that_has_lapsed_before_it_was_mailed_stays_unsent(rented: World) -> None:
    """The mail would go to the new address, with a code for what the old one had asked for."""
    requested(rented)
    assert patch(rented, "v-1", email="alice@new.example").status == 200
    assert rented.mails() == []


def test_G11_the_same_address_once_more_lapses_nothing(rented: World) -> None:
    change_id, code = waiting(rented)
    assert patch(rented, "v-1", email="alice@example.net", label="my server").status == 200
    assert confirm(rented, change_id, code).status == 200


def test_X10_staff_confirms_only_with_a_reason_which_becomes_an_event(rented: World) -> None:
    """The customer sees that it was staff, and neither who nor why."""
    change_id, code = waiting(rented)
    with nothing_written(rented):
        for said in (None, "", "  "):
            for entered in (code, wrong(code)):
                reply = confirm(rented, change_id, entered, who=STAFF, because=said)
                assert reply.status == 422, reply.text
                assert reply.json["params"]["field"] == "on_behalf_reason"
        reply = confirm(rented, change_id, code, who=STAFF)
        assert_problem(reply, 422, "missing_field", "on_behalf_reason")
        assert (
            confirm(rented, change_id, code, because=BY_PHONE).status == 422
        )  # alice has none to give
    assert_problem(
        confirm(rented, change_id, wrong(code), who=STAFF, because=BY_PHONE), 409, "wrong_code"
    )
    reply = confirm(rented, change_id, code, who=STAFF, because=BY_PHONE)
    assert reply.status == 200
    path = "/contracts/v-1/timeline"
    assert BY_PHONE in rented.call("GET", path, STAFF).text
    for who in (ALICE, BOB):
        for seen in (
            rented.call("GET", path, who).text,
            rented.call("GET", "/contracts/v-1", who).text,
        ):
            assert BY_PHONE not in seen
            assert "erin" not in seen
    assert BY_PHONE not in plan_changes(rented).text
    assert BY_PHONE not in json.dumps(told(rented, "v-1"))
    assert "contract.plan_changed" in history(rented, "v-1")


def test_X10_a_change_that_staff_asked_for_is_confirmed_by_the_holder(rented: World) -> None:
    """The code goes to the holder's address all the same."""
    change_id = requested(rented, who=STAFF)
    mail = mail_with_code(rented)
    assert mail["destinations"] == {"ToAddresses": ["alice@example.net"]}
    assert confirm(rented, change_id, code_in(mail["text"])).status == 200


def test_G11_a_code_works_once(rented: World) -> None:
    change_id, code = waiting(rented)
    assert confirm(rented, change_id, code).json["charges"] == []
    rented.mails()
    before = snapshot(rented, "v-1")
    again = confirm(rented, change_id, code)
    assert (again.status, again.json["events"], again.json["messages"]) == (200, [], [])
    assert snapshot(rented, "v-1") == before
    assert rented.mails() == []
    assert_problem(confirm(rented, change_id, wrong(code)), 409, "wrong_code")
    assert len(plan_changes(rented).json["items"]) == 1


def test_G2_the_same_key_again_is_the_same_answer(rented: World) -> None:
    quote_id = quoted(rented)["id"]
    key = {"Idempotency-Key": "k-1"}

    def twice(path: str, body: dict[str, str]) -> Reply:
        replies = [rented.call("POST", path, ALICE, body, headers=key) for _ in range(2)]
        assert replies[0].status in (200, 201)
        assert replies[0].text == replies[1].text
        return replies[0]

    path = "/contracts/v-1/plan-changes"
    change_id = twice(path, {"quote_id": quote_id}).json["id"]
    code = code_in_mail(rented)
    twice(f"{path}/{change_id}/confirmation", {"code": code})
    assert len(rented.mails()) == 1
    other = rented.call(
        "POST", f"{path}/{change_id}/confirmation", ALICE, {"code": wrong(code)}, headers=key
    )
    assert_problem(other, 422, "idempotency_key_reused")


def test_X10_a_dry_run_of_every_door_changes_nothing(world: World) -> None:
    it_is(world, "2025-05-11")
    server(world, quantity=2)
    with nothing_written(world):
        assert mark(world, "s-1", dry_run="true").status == 200
    mark(world, "s-1")
    with nothing_written(world):
        assert keep(world, "s-1", dry_run="true").status == 200
        body = {"plan": "vps-m", "quantity": 1}
        path = "/contracts/v-1/plan-change-quotes"
        tried = world.call("POST", path, ALICE, body, query={"dry_run": "true"})
        assert tried.json["to"]["plan"] == "vps-m"
        assert request(world, tried.json["id"], dry_run="true").json["quote"]["to"] == {
            **tried.json["to"]
        }
    change_id = requested(world)
    code = code_in_mail(world)
    with nothing_written(world):
        assert send_again(world, change_id, dry_run="true").status == 200
    seen = world.contract("v-1", ALICE)
    tried = confirm(world, change_id, code, dry_run=True)
    assert (tried.json["contract"]["plan"], tried.json["charges"]) == ("vps-m", [])
    assert world.contract("v-1", ALICE) == seen
    assert plan_changes(world).json["items"] == []
    assert world.mails() == []
    assert confirm(world, change_id, code).status == 200


def test_X10_the_code_is_in_the_mail_and_nowhere_else(
    rented: World,
    capfd: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Not in the table, as it is or as a digest, nor on the bus, in a timeline, an answer or a
    log; and the wrong ones that somebody enters are not kept either."""
    caplog.set_level("DEBUG", logger().service)
    said: list[str] = []
    quote_id = quoted(rented)["id"]
    asked = request(rented, quote_id)
    change_id = asked.json["id"]
    heard = [json.dumps(event) for event in rented.relay()]
    said += [asked.text, send_again(rented, change_id).text]
    code = code_in_mail(rented)
    kept = list(everything(rented))
    codes = [code, wrong(code), wrong(code, 2)]
    said += [confirm(rented, change_id, each).text for each in codes[1:]]
    said.append(confirm(rented, change_id, code, dry_run=True).text)
    kept += everything(rented)
    for who in (ALICE, STAFF):
        said += [seen(rented, path, who) for path in READ]
    said.append(confirm(rented, change_id, code, who=STAFF, because=BY_PHONE).text)
    kept += everything(rented)
    heard += [json.dumps(event) for event in rented.relay()]
    for who in (ALICE, STAFF):
        said += [seen(rented, path, who) for path in READ]
    out, err = capfd.readouterr()
    logs = [out, err, *map(str, caplog.messages), *(str(vars(each)) for each in caplog.records)]
    assert heard
    assert kept
    text = "\n".join([*said, *heard, *kept, *logs])
    for each in codes:
        # Six digits in the middle of a longer number or of a random id are not a code.
        assert re.findall(rf".{{0,40}}(?<![0-9a-f]){each}(?![0-9a-f])", text) == []
        for digest in (hashlib.md5, hashlib.sha1, hashlib.sha256):
            assert digest(each.encode()).hexdigest() not in text


READ = ("/contracts/v-1", "/contracts/v-1/timeline", "/contracts/v-1/plan-changes", "/contracts")


def seen(world: World, path: str, who: Person) -> str:
    query: dict[str, Any] | None = {"holder": "alice"} if path == "/contracts" else None
    reply = world.call("GET", path, who, query=query)
    assert reply.status == 200, reply.text
    return reply.text
