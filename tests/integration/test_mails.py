"""What leaves by mail: to whom, in which language, in which form, and how often."""

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from tacit.domain.policy import Channel, Policy
from tacit.domain.values import Contract
from tacit.runtime.letters import kinds
from tacit.runtime.stack import stack
from tacit.versions import policy_of
from tests.integration.conftest import ALICE, STAFF, World
from tests.integration.rules.scenes import cancel, it_is, job

TEAM = "team@kreativmedia.example"
LEAST: dict[str, Any] = {}
# What asks its reader to do something, and is sent only as long as that is so.
READ_AGAIN = {
    "plan_change_code",
    "expiry_noticed",
    "renewal_noticed",
    "renewal_unpaid",
    "warranty_contact",
}
# About a ticket order, and so not of a contract's events.
TO_BUYERS = {"invoice_reminder", "order_cancelled", "message_by_hand"}
FULL = {
    "expires_on": "2026-01-15",
    "last_day_to_reactivate": "2026-01-14",
    "restorable_until": "2026-05-10",
    "until_on": "2026-04-02",
    "phase": "restorable",
    "phase_ends_on": "2026-08-31",
    "amount": "144.00",
    "money_back": "12.00",
    "currency": "CHF",
    "reference": "inv-1",
    "plan": "free-account",
}


@pytest.fixture
def wire(world: World) -> Iterator[list[dict[str, Any]]]:
    """The mails as they go out to SES, of which moto keeps one half."""
    heard: list[dict[str, Any]] = []

    def hear(request: Any, **_: Any) -> None:
        heard.append(json.loads(request.data))

    events = stack().client("sesv2").meta.events
    events.register("request-created.sesv2.SendEmail", hear)
    yield heard
    events.unregister("request-created.sesv2.SendEmail", hear)


@pytest.fixture
def team(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every policy has this address of staff."""
    write_to(monkeypatch, TEAM)


@pytest.fixture
def no_team(monkeypatch: pytest.MonkeyPatch) -> None:
    """No policy has an address of staff."""
    write_to(monkeypatch, None)


def write_to(monkeypatch: pytest.MonkeyPatch, staff: str | None) -> None:
    def with_staff(contract: Contract) -> Policy:
        rules = policy_of(contract)
        return replace(rules, contact=replace(rules.contact, staff=staff))

    monkeypatch.setattr("tacit.runtime.mail.policy_of", with_staff)


def deliver(
    world: World, contract_id: str, messages: list[dict[str, str]], **fields: Any
) -> list[dict[str, str]]:
    """An event of the contract reaches the mail function; what it gives back to its queue. Its type
    is of no matter there."""
    detail = {
        "subject": contract_id,
        "number": 7,
        "type": "contract.cancelled",
        "at": "2025-11-30T23:30:00.000000Z",
        "data": LEAST,
        "messages": [{"channel": "email", **message} for message in messages],
        **fields,
    }
    record = {"messageId": "m-7", "body": json.dumps({"detail": detail})}
    failures: list[dict[str, str]] = world.invoke("mail", {"Records": [record]})[
        "batchItemFailures"
    ]
    return failures


def parts(mail: dict[str, Any]) -> tuple[str, str, str]:
    """Subject, text and HTML of a mail on the wire."""
    simple = mail["Content"]["Simple"]
    assert set(simple["Body"]) == {"Text", "Html"}
    assert {part["Charset"] for part in (simple["Subject"], *simple["Body"].values())} == {"UTF-8"}
    return simple["Subject"]["Data"], simple["Body"]["Text"]["Data"], simple["Body"]["Html"]["Data"]


def addresses(wire: list[dict[str, Any]]) -> list[str]:
    return [address for mail in wire for address in mail["Destination"]["ToAddresses"]]


def cancelled(world: World, **fields: Any) -> None:
    world.set_clock("2025-11-03T11:00:00Z")
    world.register("c-1", **fields)
    assert world.call("POST", "/contracts/c-1/cancellation", ALICE, {}).status == 200


def test_a_mail_is_a_text_and_a_page_that_say_the_same(
    world: World, wire: list[dict[str, Any]]
) -> None:
    cancelled(world)
    (kept,) = world.mails()
    ((subject, text, page),) = map(parts, wire)
    assert addresses(wire) == ["alice@example.net"]
    assert (kept["subject"], kept["body"]) == (subject, page)
    assert subject == "Résiliation enregistrée pour c-1 hosting"
    for form in (text, page):
        assert "15 janvier 2026" in form and "14 janvier 2026" in form
        assert "support@kreativmedia.ch" in form
    assert "<" not in text
    assert '<html lang="fr">' in page
    assert 'href="mailto:support@kreativmedia.ch"' in page
    assert 'href="https://www.kreativmedia.ch/"' in page


@pytest.mark.parametrize(
    ("locale", "language", "day"),
    [
        ("en", "en", "15 January 2026"),
        ("fr", "fr", "15 janvier 2026"),
        ("sv", "sv", "15 januari 2026"),
        ("de", "en", "15 January 2026"),
        ("ru", "en", "15 January 2026"),
    ],
)
def test_the_holder_reads_the_language_of_the_contract(
    world: World, wire: list[dict[str, Any]], locale: str, language: str, day: str
) -> None:
    cancelled(world, locale=locale)
    world.mails()
    ((_, text, page),) = map(parts, wire)
    assert f'<html lang="{language}">' in page
    assert day in text and day in page


def test_a_label_that_is_markup_arrives_as_text(world: World, wire: list[dict[str, Any]]) -> None:
    cancelled(world, label="<script>alert('x')</script>")
    world.mails()
    ((subject, text, page),) = map(parts, wire)
    assert subject.endswith("<script>alert('x')</script>")
    assert "<script>alert('x')</script>" in text
    assert "<script" not in page
    assert "&lt;script&gt;alert(&#x27;x&#x27;)&lt;/script&gt;" in page


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        (
            {"plan": "domain-ch", "label": "example.ch"},
            ["au plus tard le 23 février 2026", "supplément"],
        ),
        ({"plan": "hosting-start"}, ["au plus tard le 13 février 2026"]),
        ({"plan": "mailbox"}, ["ne pouvons pas garantir"]),
        (
            {"provider": "svenska-domaner", "plan": "premium-domain", "label": "example.org.nz"},
            ["i portalen till och med den 14 april 2026"],
        ),
    ],
    ids=["domain", "hosting", "other", "online"],
)
def test_the_expired_mail_says_until_when_and_how_it_comes_back(
    world: World, wire: list[dict[str, Any]], fields: dict[str, str], said: list[str]
) -> None:
    cancelled(world, **fields)
    world.mails()
    wire.clear()
    world.run_job("2026-01-15T12:00:00Z")
    world.mails()
    ((_, text, _),) = map(parts, wire)
    for words in said:
        assert words in text
    assert ("supplément" in text) == ("supplément" in said)


@pytest.mark.parametrize(
    ("channel", "said"),
    [(Channel.ONLINE, "depuis le portail"), (Channel.SUPPORT, "nous le demander")],
)
def test_a_cancellation_is_undone_the_way_the_policy_says(
    world: World,
    wire: list[dict[str, Any]],
    monkeypatch: pytest.MonkeyPatch,
    channel: Channel,
    said: str,
) -> None:
    def through(contract: Contract) -> Policy:
        rules = policy_of(contract)
        rule = replace(rules.actions["reactivate"], channel=channel)
        return replace(rules, actions={**rules.actions, "reactivate": rule})

    cancelled(world)
    monkeypatch.setattr("tacit.runtime.mail.policy_of", through)
    world.mails()
    ((_, text, _),) = map(parts, wire)
    assert said in text


@pytest.mark.breaks("mails of events that never were")
@pytest.mark.parametrize("data", [LEAST, FULL], ids=["least", "full"])
@pytest.mark.parametrize("locale", ["en", "fr", "sv"])
def test_every_letter_can_be_written_from_an_event(
    world: World, team: None, wire: list[dict[str, Any]], locale: str, data: dict[str, Any]
) -> None:
    world.register("c-1", locale=locale)
    messages = [
        {"kind": kind.removesuffix("_staff"), "to": "staff" if "_staff" in kind else "holder"}
        for kind in sorted(kinds(locale) - READ_AGAIN - TO_BUYERS)
    ]
    assert deliver(world, "c-1", messages, data=data) == []
    assert len(wire) == len(messages) >= 14
    for _, text, _ in map(parts, wire):
        assert "c-1" in text and "None" not in text


@pytest.mark.breaks("mails of events that never were")
def test_the_day_it_happened_is_that_of_the_provider(
    world: World, wire: list[dict[str, Any]]
) -> None:
    world.register("c-1", locale="en")
    assert deliver(world, "c-1", [{"kind": "terminated"}], at="2025-11-30T23:30:00.000000Z") == []
    ((_, text, _),) = map(parts, wire)
    assert "1 December 2025" in text


@pytest.mark.breaks("mails of events that never were")
def test_staff_is_written_to_at_the_policys_address_in_the_policys_language(
    world: World, team: None, wire: list[dict[str, Any]]
) -> None:
    world.register("c-1", locale="sv")
    both = [{"kind": "restored"}, {"kind": "restored", "to": "staff"}]
    assert deliver(world, "c-1", both, data=FULL) == []
    assert addresses(wire) == ["alice@example.net", TEAM]
    to_holder, to_staff = map(parts, wire)
    assert '<html lang="sv">' in to_holder[2] and '<html lang="fr">' in to_staff[2]
    for words in ("c-1", "c-1 hosting", "144.00 CHF", "inv-1", "registre"):
        assert words in to_staff[1]
    for person in ("alice", "bob", "carol"):
        assert not [part for part in to_staff if person in part]


@pytest.mark.breaks("mails of events that never were")
def test_G2_an_event_delivered_twice_is_one_mail_to_each(
    world: World, team: None, wire: list[dict[str, Any]]
) -> None:
    world.register("c-1")
    both = [{"kind": "restored"}, {"kind": "restored", "to": "staff"}]
    for messages in (both, both, both[::-1]):
        assert deliver(world, "c-1", messages) == []
    assert sorted(addresses(wire)) == ["alice@example.net", TEAM]
    claims = {item["sk"]["S"]: item["state"] for item in world.items() if "claimed_at" in item}
    assert claims == {
        "message#0000000007#restored#email": {"S": "sent"},
        "message#0000000007#restored#email-staff": {"S": "sent"},
    }


@pytest.mark.breaks("mails of events that never were")
def test_without_an_address_of_staff_nothing_is_sent_and_the_message_is_done(
    world: World, no_team: None, wire: list[dict[str, Any]], caplog: pytest.LogCaptureFixture
) -> None:
    world.register("c-1")
    caplog.clear()
    to_staff = [{"kind": "restored", "to": "staff"}]
    for _ in range(2):
        assert deliver(world, "c-1", to_staff) == []
    assert wire == []
    said = [vars(line) for line in caplog.records if line.levelname == "WARNING"]
    assert [line["msg"] for line in said] == ["no address of staff"]
    assert (said[0]["policy"], said[0]["message_kind"]) == ("kreativmedia/1", "restored")
    assert "alice" not in str(said) and "c-1 hosting" not in str(said)


@pytest.mark.breaks("mails of events that never were")
@pytest.mark.parametrize("place", [0, 1])
def test_a_mail_that_cannot_be_written_does_not_keep_the_other_back(
    world: World, wire: list[dict[str, Any]], place: int
) -> None:
    world.register("c-1")
    messages = [{"kind": "reactivated"}]
    messages.insert(place, {"kind": "unheard_of"})
    for _ in range(2):
        assert deliver(world, "c-1", messages) == [{"itemIdentifier": "m-7"}]
    assert addresses(wire) == ["alice@example.net"]


def test_a_message_to_somebody_unknown_goes_to_nobody_and_is_kept_for_a_person(
    world: World, team: None, wire: list[dict[str, Any]]
) -> None:
    world.register("c-1")
    to_whom = [{"kind": "restored", "to": "everybody"}]
    assert deliver(world, "c-1", to_whom) == [{"itemIdentifier": "m-7"}]
    assert wire == []


def test_a_message_through_another_channel_is_no_mail(
    world: World, wire: list[dict[str, Any]]
) -> None:
    world.register("c-1")
    assert deliver(world, "c-1", [{"kind": "restored", "channel": "letter"}]) == []
    assert wire == []


@pytest.mark.breaks("mails of events that never were")
def test_staff_letters_follow_the_same_event_as_the_holders(
    world: World, team: None, wire: list[dict[str, Any]]
) -> None:
    """One event, two readers: what the one is told never takes the other's place."""
    world.register("c-1", label="example.ch", plan="domain-ch")
    for kind in ("cancelled_immediately", "transferred_out"):
        both = [{"kind": kind, "to": "holder"}, {"kind": kind, "to": "staff"}]
        assert deliver(world, "c-1", both) == []
    assert addresses(wire) == ["alice@example.net", TEAM] * 2
    assert len({parts(mail)[0] for mail in wire}) == 4


# An infomaniak domain of alice's to 1 May 2025: reminded on 1 and 24 April and on 4 May.
def domain(world: World, **fields: Any) -> None:
    it_is(world, "2025-03-20")
    body = {
        "provider": "infomaniak",
        "plan": "domain-ch",
        "label": "example.ch",
        "import": True,
        "starts_on": "2024-05-01",
        "expires_on": "2025-05-01",
        "locale": "en",
        **fields,
    }
    world.register("d-1", **body)


def events(world: World, day: str, *jobs: str) -> list[dict[str, Any]]:
    """What is on the bus after the jobs of that day; nobody has been handed it yet."""
    world.relay()
    for name in jobs:
        job(world, day, name=name)
    return [event for event in world.relay() if event["detail"]["messages"]]


def subjects(world: World, wire: list[dict[str, Any]], waiting: list[dict[str, Any]]) -> list[str]:
    """The mails that leave once the events are handed out, each twice."""
    wire.clear()
    for event in waiting * 2:
        world.hand_out(event)
    return [parts(mail)[0] for mail in wire]


def enough(world: World, account_id: str = "a-1") -> None:
    body = {"provider": "infomaniak", "holder": "alice", "currency": "CHF"}
    assert world.call("PUT", f"/accounts/{account_id}", STAFF, body).status == 201
    money = {"amount": {"amount": "100.00", "currency": "CHF"}, "reference": "transfer"}
    assert world.call("POST", f"/accounts/{account_id}/deposits", STAFF, money).status == 200


def renew(world: World) -> None:
    enough(world)
    body = {"current_expires_on": "2025-05-01", "account_id": "a-1"}
    assert world.call("POST", "/contracts/d-1/renewal", ALICE, body).status == 200


def switch_off(world: World) -> None:
    switched = world.call("PUT", "/contracts/d-1/autorenewal", ALICE, {"enabled": False})
    assert switched.status == 200


REMINDED = "Reminder: the expiry date of example.ch"
TO_PAY = "example.ch: the next term"
UNPAID = "example.ch could not be paid for yet"


def test_I12_a_reminder_leaves_while_the_end_is_as_it_says(
    world: World, wire: list[dict[str, Any]]
) -> None:
    domain(world, status="non_renewing")
    for day, words in (
        ("2025-04-24", "expires on 1 May 2025"),
        ("2025-05-01", None),
        ("2025-05-04", "in the portal, up to and including 9 June 2025"),
    ):
        waiting = events(world, day, "expiries")
        if words is not None:
            assert subjects(world, wire, waiting) == [REMINDED]
            assert words in parts(wire[0])[1]


@pytest.mark.parametrize("meanwhile", ["renewed", "moved away", "over"])
def test_I12_a_reminder_of_an_end_that_has_moved_or_come_is_not_sent(
    world: World, wire: list[dict[str, Any]], meanwhile: str
) -> None:
    domain(world)
    waiting = events(world, "2025-04-24", "expiries")
    assert [e["detail-type"] for e in waiting] == ["contract.expiry_noticed"]
    match meanwhile:
        case "renewed":
            renew(world)
        case "moved away":
            assert world.call("POST", "/contracts/d-1/transfer-out", STAFF).status == 200
        case _:
            job(world, "2025-05-01", name="renewals")
            job(world, "2025-05-01")
            assert world.contract("d-1")["status"] == "expired"
    assert subjects(world, wire, waiting) == []


def test_I12_a_reminder_after_the_end_is_not_sent_once_it_is_restored(
    world: World, wire: list[dict[str, Any]]
) -> None:
    domain(world, status="non_renewing")
    events(world, "2025-05-01", "expiries")
    waiting = events(world, "2025-05-04", "expiries")
    assert [e["detail-type"] for e in waiting] == ["contract.expiry_noticed"]
    paid = {"reference": "inv-1"}
    assert world.call("POST", "/contracts/d-1/restoration", STAFF, paid).status == 200
    assert subjects(world, wire, waiting) == []


def test_S1_a_notice_that_is_open_is_mailed_and_one_that_is_annulled_is_not(
    world: World, wire: list[dict[str, Any]]
) -> None:
    domain(world)
    switch_off(world)
    waiting = events(world, "2025-04-02", "renewals")
    assert [e["detail-type"] for e in waiting] == ["contract.renewal_noticed"]
    cancel(world, "d-1")
    assert subjects(world, wire, waiting) == []


def test_S1_a_notice_that_was_annulled_and_is_open_again_is_mailed(
    world: World, wire: list[dict[str, Any]]
) -> None:
    domain(world)
    switch_off(world)
    waiting = events(world, "2025-04-02", "renewals")
    cancel(world, "d-1")
    assert world.call("POST", "/contracts/d-1/reactivation", ALICE).status == 200
    assert subjects(world, wire, waiting) == [TO_PAY]


@pytest.mark.parametrize(
    ("meanwhile", "said"), [("nothing", [UNPAID]), ("renewed", []), ("cancelled", [])]
)
def test_G14_that_it_could_not_be_paid_is_said_while_it_is_not_paid(
    world: World, wire: list[dict[str, Any]], meanwhile: str, said: list[str]
) -> None:
    domain(world)
    waiting = events(world, "2025-04-02", "renewals")
    assert [e["detail-type"] for e in waiting] == ["contract.renewal_unpaid"]
    if meanwhile == "renewed":
        renew(world)
    elif meanwhile == "cancelled":
        cancel(world, "d-1")
    assert subjects(world, wire, waiting) == said


def test_I16_what_is_owed_no_more_is_not_asked_for(
    world: World, wire: list[dict[str, Any]]
) -> None:
    domain(world, renewal_warranty=True)
    switch_off(world)
    events(world, "2025-05-01", "renewals")
    waiting = events(world, "2025-05-02", "renewals")
    assert [e["detail-type"] for e in waiting] == ["contract.warranty_contact"]
    paid = {"reference": "bank-1"}
    assert world.call("POST", "/notices/d-1:2025-05-01/payment", STAFF, paid).status == 200
    assert subjects(world, wire, waiting) == []
    assert world.contract("d-1")["expires_on"] == "2026-05-01"


def test_I16_what_is_owed_is_asked_for(world: World, wire: list[dict[str, Any]]) -> None:
    domain(world, renewal_warranty=True)
    switch_off(world)
    assert subjects(world, wire, events(world, "2025-05-01", "renewals")) == [
        "example.ch has been renewed by Renewal Warranty"
    ]
    waiting = events(world, "2025-05-02", "renewals")
    assert subjects(world, wire, waiting) == ["example.ch: an amount is still open"]


def test_R6_what_waits_to_be_activated_is_told_as_that_and_given_no_deadline(
    world: World, wire: list[dict[str, Any]]
) -> None:
    it_is(world, "2025-04-01")
    body = {"provider": "registrar-ru", "holder": "alice", "currency": "RUB"}
    assert world.call("PUT", "/accounts/a-1", STAFF, body).status == 201
    ordered = {"plan": "ssl-certificate", "status": "pending", "starts_on": "2025-04-01"}
    world.register("o-1", provider="registrar-ru", label="Certificate", **ordered)
    waiting = events(world, "2025-04-02", "renewals")
    assert subjects(world, wire, waiting) == ["Certificate could not be paid for yet"]
    text = parts(wire[0])[1]
    assert "tried to activate" in text and "short of 800.00 RUB" in text
    assert " by " not in text
