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
from tacit.service import policy_of
from tests.integration.conftest import ALICE, World

TEAM = "team@kreativmedia.example"
LEAST: dict[str, Any] = {}
FULL = {
    "expires_on": "2026-01-15",
    "last_day_to_reactivate": "2026-01-14",
    "restorable_until": "2026-05-10",
    "until_on": "2026-04-02",
    "phase": "restorable",
    "phase_ends_on": "2026-08-31",
    "amount": "144.00",
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
    """An event of the contract reaches the mail function; what it gives back to its queue."""
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


@pytest.mark.parametrize("data", [LEAST, FULL], ids=["least", "full"])
@pytest.mark.parametrize("locale", ["en", "fr", "sv"])
def test_every_letter_can_be_written_from_an_event(
    world: World, team: None, wire: list[dict[str, Any]], locale: str, data: dict[str, Any]
) -> None:
    world.register("c-1", locale=locale)
    messages = [
        {"kind": kind.removesuffix("_staff"), "to": "staff" if "_staff" in kind else "holder"}
        for kind in sorted(kinds(locale))
    ]
    assert deliver(world, "c-1", messages, data=data) == []
    assert len(wire) == len(messages) >= 14
    for _, text, _ in map(parts, wire):
        assert "c-1" in text and "None" not in text


def test_the_day_it_happened_is_that_of_the_provider(
    world: World, wire: list[dict[str, Any]]
) -> None:
    world.register("c-1", locale="en")
    assert deliver(world, "c-1", [{"kind": "terminated"}], at="2025-11-30T23:30:00.000000Z") == []
    ((_, text, _),) = map(parts, wire)
    assert "1 December 2025" in text


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
