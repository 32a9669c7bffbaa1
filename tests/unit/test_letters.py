"""The letters: complete in every language, without holes, and safe to put into a mail."""

import re
from collections.abc import Iterator
from datetime import date

import pytest

from tacit.policies import newest, shipped
from tacit.runtime.letters import Typed, Value, kinds, languages, letter
from tests.unit.letter_pages import Page

LANGUAGES = ("en", "fr", "sv")
KINDS = frozenset(
    {
        "cancelled",
        "cancelled_immediately",
        "reactivated",
        "inactivated",
        "downgraded",
        "expired",
        "phase_entered",
        "restored",
        "released",
        "terminated",
        "transferred_out",
        "restored_staff",
        "cancelled_immediately_staff",
        "transferred_out_staff",
        "activated",
        "renewed",
        "renewal_noticed",
        "renewal_unpaid",
        "renewal_reversed",
        "expiry_noticed",
        "warranted",
        "warranty_contact",
        "plan_change_code",
        "plan_changed",
    }
)
TICKET_KINDS = frozenset({"invoice_reminder", "order_cancelled", "message_by_hand"})
SAID = {kind for provider in shipped() for kind in newest(provider).messages}

# What every event and every contract can tell.
ALWAYS: dict[str, Value] = {
    "label": "example.ch",
    "contract": "c-1",
    "happened_on": date(2025, 3, 31),
    "expires_on": date(2026, 1, 15),
    "contact": ("support@example.net", "https://www.example.net/"),
}
SOMETIMES: dict[str, Value] = {
    "last_day": date(2026, 1, 14),
    "last_day_to_restore": date(2026, 5, 9),
    "last_day_off": date(2026, 4, 2),
    "last_day_of_phase": date(2026, 8, 30),
    "amount": "144.00 CHF",
    "reference": "inv-1",
    "plan": "free-account",
    "money_back": "12.00 CHF",
    "by_hand": "5.00 CHF",
    "trial": True,
    "ordered": True,
    "ahead": "c-2, c-3",
    "pay_by": date(2026, 1, 14),
    "account": "a-1",
    "short": "50.00 CHF",
    "top_up_by": date(2026, 1, 14),
    "over": True,
    "phase": "redemption",
    "undone_online": True,
    "served": True,
    "restored_online": True,
    "restored_on_request": True,
    "restored_for_a_fee": True,
    "not_restored": True,
    "tried_again": True,
}
# What a plan change can tell; its letters are sent for nothing else.
OF_A_CHANGE: dict[str, Value] = {
    "code": "012345",
    "code_until": "14:05 (Europe/Paris)",
    "plan_was": "vps-s",
    "plan": "vps-m",
    "quantity_was": "2",
    "quantity": "1",
    "price_was": "10.00 EUR",
    "price": "20.00 EUR",
    "months_was": "12",
    "months": "12",
    "days_was": "20",
    "days": "10",
    "end_was": date(2026, 1, 25),
    "servers": "s-1 (192.0.2.10), s-2 (192.0.2.11)",
    "spent": "quick-pass",
}
FULL = {**ALWAYS, **SOMETIMES, **OF_A_CHANGE}
LEAST = {**ALWAYS, **OF_A_CHANGE, **dict.fromkeys((*SOMETIMES, "servers", "spent"))}
LEAST["plan"] = OF_A_CHANGE["plan"]
# What the letters to a buyer of tickets can tell; `last` and `cancels_on` come with one reminder.
LAST_REMINDER: dict[str, Value] = {
    "order": "o-17",
    "shop": "Jazz Club",
    "event": "Autumn Concert",
    "event_on": date(2026, 9, 24),
    "amount": "150.00 CHF",
    "invoice": "o-17-1",
    "due_on": date(2026, 5, 12),
    "zone": "Europe/Zurich",
    "number": "2",
    "last": True,
    "cancels_on": date(2026, 5, 14),
    "cancelled_on": date(2026, 5, 14),
    "text": Typed("The doors open at eight.\nPlease come early.\n\nSee you there."),
}
FIRST_REMINDER = {**LAST_REMINDER, "last": False, "cancels_on": None}


def ends(kind: str) -> tuple[dict[str, Value], dict[str, Value]]:
    """The most and the least that a letter of the kind can be told."""
    return (LAST_REMINDER, FIRST_REMINDER) if kind in TICKET_KINDS else (FULL, LEAST)


def told(kind: str) -> Iterator[dict[str, Value]]:
    """Everything, the least, and each thing alone missing or alone there. A plan change always
    knows both of its plans."""
    yield from ends(kind)
    if kind in TICKET_KINDS:
        return
    of_some_changes = {name: OF_A_CHANGE[name] for name in ("servers", "spent")}
    changing = kind.startswith("plan_change")
    for name, value in (SOMETIMES | of_some_changes).items():
        yield {**FULL, name: OF_A_CHANGE["plan"] if name == "plan" and changing else None}
        yield {**LEAST, name: value}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_letter_is_there_in_each_language_and_none_besides(language: str) -> None:
    assert languages() == set(LANGUAGES)
    assert kinds(language) == KINDS | TICKET_KINDS
    assert kinds(language) >= SAID


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", sorted(KINDS | TICKET_KINDS))
def test_a_letter_has_no_holes_whatever_is_known(kind: str, language: str) -> None:
    for values in told(kind):
        written = letter(kind, language, values)
        assert written.subject == written.subject.strip() != ""
        name, number = ("o-17", "o-17") if kind in TICKET_KINDS else ("example.ch", "c-1")
        assert name in written.subject and number in written.text
        assert written.text.endswith("\n") and written.text == f"{written.text.strip()}\n"
        for said in (written.subject, written.text):
            assert not re.search(r"\$|\?\w|[|_]|None|True|False", said), said
            assert not re.search(r"\(\)| [.,)]|\( |[ \u00a0]{2}", said), said
        for paragraph in written.text.strip().split("\n\n"):
            ends = r"([.,!]|day|https://www\.example\.net/|: 012345)$"
            assert re.search(ends, paragraph.replace("\u00a0", "")), paragraph


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", sorted(KINDS | TICKET_KINDS))
def test_the_page_says_what_the_text_says(kind: str, language: str) -> None:
    for values in ends(kind):
        written = letter(kind, language, values)
        page = Page(written)
        assert page.language == language
        assert page.paragraphs == written.text.strip().split("\n\n")


@pytest.mark.parametrize("kind", sorted(KINDS | TICKET_KINDS))
def test_no_two_languages_share_a_letter(kind: str) -> None:
    for values in ends(kind):
        written = {letter(kind, language, values).text for language in LANGUAGES}
        subjects = {letter(kind, language, values).subject for language in LANGUAGES}
        assert len(written) == len(subjects) == len(LANGUAGES)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("kind", "names"),
    [
        ("cancelled", ["expires_on", "last_day"]),
        ("cancelled_immediately", ["happened_on", "last_day_off", "last_day_to_restore"]),
        ("reactivated", ["expires_on"]),
        ("inactivated", ["happened_on", "last_day_off"]),
        ("expired", ["expires_on", "last_day_to_restore"]),
        ("phase_entered", ["last_day_of_phase"]),
        ("activated", ["happened_on", "expires_on"]),
        ("renewed", ["expires_on"]),
        ("renewal_noticed", ["pay_by"]),
        ("renewal_unpaid", ["top_up_by"]),
        ("renewal_reversed", ["expires_on"]),
        ("expiry_noticed", ["expires_on", "last_day_to_restore"]),
        ("warranted", ["expires_on"]),
        ("plan_changed", ["expires_on"]),
        ("restored", ["expires_on"]),
        ("restored_staff", ["expires_on"]),
        ("released", ["happened_on"]),
        ("terminated", ["happened_on"]),
        ("transferred_out", ["happened_on"]),
        ("transferred_out_staff", ["happened_on"]),
        ("cancelled_immediately_staff", ["happened_on", "last_day_off", "last_day_to_restore"]),
    ],
)
def test_a_letter_names_the_days_that_are_known(kind: str, names: list[str], language: str) -> None:
    text = letter(kind, language, FULL).text
    for name in names:
        day = FULL[name]
        assert isinstance(day, date)
        assert re.search(rf"\b{day.day} \w+ {day.year}\b", text), name


@pytest.mark.parametrize(
    ("language", "middle", "first"),
    [
        ("en", "15 January 2026", "1 August 2026"),
        ("fr", "15 janvier 2026", "1er août 2026"),
        ("sv", "15 januari 2026", "1 augusti 2026"),
    ],
)
def test_days_are_written_for_people(language: str, middle: str, first: str) -> None:
    assert middle in letter("reactivated", language, FULL).text
    on_the_first = {**FULL, "expires_on": date(2026, 8, 1)}
    assert first in letter("reactivated", language, on_the_first).text


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_month_has_a_name_of_its_own(language: str) -> None:
    written = {
        letter("reactivated", language, {**FULL, "expires_on": date(2026, month, 15)}).text
        for month in range(1, 13)
    }
    assert len(written) == 12


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_was_paid_and_under_what_is_said_where_it_is_known(language: str) -> None:
    assert "144.00 CHF" in letter("restored", language, FULL).text
    to_staff = letter("restored_staff", language, FULL).text
    assert "144.00 CHF" in to_staff and "inv-1" in to_staff


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("activated", ["144.00 CHF"]),
        ("renewed", ["144.00 CHF", "a-1"]),
        ("renewal_noticed", ["144.00 CHF"]),
        ("renewal_unpaid", ["144.00 CHF", "a-1", "50.00 CHF", "c-2, c-3"]),
        ("renewal_reversed", ["144.00 CHF", "a-1"]),
        ("warranted", ["144.00 CHF"]),
        ("warranty_contact", ["144.00 CHF"]),
        ("cancelled_immediately", ["12.00 CHF", "a-1"]),
    ],
)
def test_money_is_said_with_the_account_where_they_are_known(
    kind: str, said: list[str], language: str
) -> None:
    known, unknown = letter(kind, language, FULL).text, letter(kind, language, LEAST).text
    for words in said:
        assert words in known and words not in unknown


def test_G14_without_an_account_nobody_is_asked_to_top_one_up() -> None:
    alone = letter("renewal_unpaid", "en", {**FULL, "account": None, "short": None}).text
    assert "no account" in alone and "pay by 14 January 2026" in alone
    assert "top up" not in alone and "top up" in letter("renewal_unpaid", "en", FULL).text


def test_R6_R9_what_is_ordered_and_what_is_tried_out_are_told_as_such() -> None:
    assert "tried to activate" in letter("renewal_unpaid", "en", FULL).text
    assert "tried to renew" in letter("renewal_unpaid", "en", {**FULL, "ordered": False}).text
    assert "free of charge" in letter("activated", "en", FULL).text
    assert "is paid until" in letter("activated", "en", {**FULL, "trial": False}).text


def test_I12_a_reminder_says_what_can_be_done_before_the_end_and_after_it() -> None:
    before = letter("expiry_noticed", "en", {**FULL, "over": False}).text
    assert "renew it yourself" in before and "restore" not in before
    after = letter("expiry_noticed", "en", FULL).text
    assert "restore it yourself" in after and "costs extra" in after
    by_support = letter("expiry_noticed", "en", {**FULL, "restored_online": False}).text
    assert "if you ask us by 9 May 2026" in by_support


def test_a_phase_without_a_name_for_readers_is_not_named() -> None:
    named = letter("phase_entered", "fr", FULL).text
    unnamed = letter("phase_entered", "fr", {**FULL, "phase": "phase-17"}).text
    assert "période de rédemption" in named
    assert "phase-17" not in unnamed
    assert unnamed == letter("phase_entered", "fr", {**FULL, "phase": None}).text


def test_an_expired_contract_comes_back_as_its_phase_says() -> None:
    alone = {**FULL, "restored_online": False, "restored_for_a_fee": False}
    assert "portal" in letter("expired", "en", FULL).text
    assert "portal" not in letter("expired", "en", alone).text
    assert "costs extra" in letter("expired", "en", FULL).text
    assert "costs extra" not in letter("expired", "en", alone).text
    nothing_promised = letter("expired", "en", LEAST).text
    assert "cannot promise" in nothing_promised and "ask us soon" in nothing_promised


def test_french_keeps_its_colons_and_question_marks_on_the_line() -> None:
    for kind in KINDS | TICKET_KINDS:
        written = letter(kind, "fr", ends(kind)[0])
        for said in (written.subject, written.text):
            assert not re.search(r" [:;?!]|\w[:;?!](\s|$)", said), said


@pytest.mark.parametrize("locale", ["de", "ru", "de-CH", "", "english", "../en"])
def test_any_other_locale_reads_english(locale: str) -> None:
    assert letter("cancelled", locale, FULL) == letter("cancelled", "en", FULL)


def test_a_locale_with_a_country_reads_its_language() -> None:
    french = letter("cancelled", "fr-CH", FULL)
    assert french == letter("cancelled", "fr", FULL) != letter("cancelled", "en", FULL)


@pytest.mark.parametrize(
    "label",
    [
        "x\r\nBcc: y@example.net",
        "x\n\nDear customer",
        "x\u2028y\x85z",
        "x\x00\x0b\x1b[2J\x7f",
        "x\u202egpj\u2066",
    ],
)
def test_a_label_can_start_neither_a_header_nor_a_paragraph(label: str) -> None:
    plain, strange = letter("cancelled", "en", FULL), {**FULL, "label": label}
    written = letter("cancelled", "en", strange)
    assert written.subject.isprintable()
    assert written.text.count("\n") == plain.text.count("\n")
    assert len(Page(written).paragraphs) == len(Page(plain).paragraphs)
    assert written.text.replace("\n", "").isprintable()


@pytest.mark.parametrize(
    "strange",
    [
        "<script>alert(1)</script>",
        "</title></head><body onload=x>",
        "&lt;b&gt; & \"quoted\" 'quoted'",
        "<!-- -->]]>",
        "$contact $nothing ${x} $$",
        "?last_day|",
        "https://elsewhere.example/",
    ],
)
def test_what_comes_from_data_is_text_and_nothing_else(strange: str) -> None:
    for kind in KINDS | TICKET_KINDS:
        full = ends(kind)[0]
        names = [name for name, value in full.items() if isinstance(value, str) and name != "phase"]
        ordinary = Page(letter(kind, "en", full))
        written = letter(kind, "en", {**full, **dict.fromkeys(names, strange)})
        page = Page(written)
        assert page.seen == ordinary.seen and page.links == ordinary.links
        assert strange in written.subject and strange in written.text
        assert page.paragraphs == written.text.strip().split("\n\n")


def test_the_ways_to_reach_support_are_links() -> None:
    page = Page(letter("cancelled", "fr", FULL))
    assert page.links == ["mailto:support@example.net", "https://www.example.net/"]
    assert page.paragraphs[-1].endswith("support@example.net ou https://www.example.net/")


@pytest.mark.parametrize(
    "way",
    [
        "javascript:alert(1)",
        "ftp://example.net/",
        'https://example.net/" onclick="x',
        "https://example.net/ and more",
        "https://example.net/<b>",
        "data:text/html,x",
        "support@example.net?subject=x",
        "Support <support@example.net>",
        "support@localhost",
        "write to support@example.net",
    ],
)
def test_what_is_no_plain_address_is_shown_and_not_linked(way: str) -> None:
    page = Page(letter("cancelled", "en", {**FULL, "contact": (way,)}))
    assert page.links == []
    assert page.paragraphs[-1].endswith(way)


def test_a_letter_or_a_value_that_is_missing_is_an_error_and_never_a_mail_with_a_gap() -> None:
    with pytest.raises(KeyError):
        letter("unheard_of", "en", FULL)
    with pytest.raises(KeyError):
        letter("cancelled", "en", {"label": "example.ch"})
    with pytest.raises(KeyError, match="contract"):
        letter("cancelled", "en", {**FULL, "contract": None})
