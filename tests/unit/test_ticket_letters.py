"""The letters to buyers of tickets: what they must say (I2, G5), and what a person types."""

import re
from datetime import date

import pytest

from tacit.runtime.letters import Typed, letter
from tests.unit.letter_pages import Page
from tests.unit.test_letters import FIRST_REMINDER, LANGUAGES, LAST_REMINDER


def by_hand(text: str, language: str = "en", **values: str) -> tuple[str, Page]:
    """The plain text and the page of a message; the first paragraph of each is ours."""
    written = letter("message_by_hand", language, {**LAST_REMINDER, **values, "text": Typed(text)})
    return written.text, Page(written)


@pytest.mark.parametrize("language", LANGUAGES)
def test_I4_G5_a_reminder_asks_for_the_amount_by_a_day_of_a_zone(language: str) -> None:
    for values in (FIRST_REMINDER, LAST_REMINDER):
        written = letter("invoice_reminder", language, values)
        assert "2" in written.subject and "o-17" in written.subject
        for said in ("150.00 CHF", "o-17-1", "Europe/Zurich", "Autumn Concert", "Jazz Club"):
            assert said in written.text, said
        assert re.search(r"\b24 \w+ 2026\b", written.text)
        assert re.search(r"\b12 \w+ 2026\b", written.text)


@pytest.mark.parametrize("language", LANGUAGES)
def test_I2_G4_only_the_last_reminder_says_when_the_order_is_cancelled(language: str) -> None:
    cancelled = re.compile(r"\b14 \w+ 2026\b")
    assert not cancelled.search(letter("invoice_reminder", language, FIRST_REMINDER).text)
    known = {**LAST_REMINDER, "last": False}
    assert not cancelled.search(letter("invoice_reminder", language, known).text)
    assert cancelled.search(letter("invoice_reminder", language, LAST_REMINDER).text)


@pytest.mark.parametrize("language", LANGUAGES)
def test_I2_a_buyer_hears_from_which_day_his_order_is_cancelled_and_whom_to_ask(
    language: str,
) -> None:
    values = {**FIRST_REMINDER, "cancelled_on": date(2025, 5, 1)}
    text = letter("order_cancelled", language, values).text
    assert re.search(r"\b(1|1er) \w+ 2025\b", text)
    assert re.search(r"\b24 \w+ 2026\b", text)
    assert "Autumn Concert" in text and "Jazz Club" in text.split("\n\n")[-1]


def test_I2_the_tickets_of_a_cancelled_order_are_said_to_be_void() -> None:
    text = {each: letter("order_cancelled", each, FIRST_REMINDER).text for each in LANGUAGES}
    assert "not valid any more" in text["en"]
    assert "ne sont plus valables" in text["fr"]
    assert "gäller inte längre" in text["sv"]


@pytest.mark.parametrize("kind", ["invoice_reminder", "order_cancelled", "message_by_hand"])
def test_a_letter_to_a_buyer_that_would_have_a_gap_is_not_written(kind: str) -> None:
    for name in ("order", "shop"):
        with pytest.raises(KeyError, match=name):
            letter(kind, "en", {**FIRST_REMINDER, name: None})


def test_a_last_reminder_needs_its_day() -> None:
    with pytest.raises(KeyError, match="cancels_on"):
        letter("invoice_reminder", "en", {**LAST_REMINDER, "cancels_on": None})


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_a_person_typed_keeps_its_paragraphs_and_lines(language: str) -> None:
    text, page = by_hand("Hello,\nthe doors open at eight.\n\n\n  Yours  truly \n", language)
    assert text.split("\n\n", 1)[1] == "Hello,\nthe doors open at eight.\n\nYours truly\n"
    assert page.paragraphs[1:] == ["Hello,\nthe doors open at eight.", "Yours truly"]
    assert "Jazz Club" in page.paragraphs[0] and "o-17" in page.paragraphs[0]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r", "\u2028", "\x85", "\x0b"])
def test_every_line_end_is_one(end: str) -> None:
    text, page = by_hand(f"one{end}two{end}{end}three")
    assert text.split("\n\n")[1:] == ["one\ntwo", "three\n"]
    assert page.paragraphs[1:] == ["one\ntwo", "three"]


@pytest.mark.parametrize(
    "strange",
    [
        "<script>alert(1)</script>",
        "</p></div></body></html><body onload=x>",
        "&lt;b&gt; & \"quoted\" 'quoted'",
        "<!-- -->]]>",
        "<br/><a href='https://elsewhere.example/'>pay here</a>",
        "https://elsewhere.example/",
        "someone@elsewhere.example",
        "$shop $nothing ${x} $$ $text",
        "$text",
        "?last|",
        "{text}",
        "<p",
    ],
)
def test_what_a_person_typed_is_text_and_nothing_else(strange: str) -> None:
    """Of the page's elements it is given paragraphs and line ends alone."""
    ordinary = by_hand("one\ntwo\n\nthree\nfour")[1]
    text, page = by_hand(f"{strange}\ntwo\n\nthree\n{strange}")
    assert page.seen == ordinary.seen and page.links == []
    assert page.paragraphs[1:] == [f"{strange}\ntwo", f"three\n{strange}"]
    assert text.split("\n\n")[1:] == [f"{strange}\ntwo", f"three\n{strange}\n"]


@pytest.mark.parametrize("strange", ["\x00", "\x1b[2J", "\x7f", "\u202e", "\u2067", "\x9b"])
def test_what_a_person_typed_brings_no_control_characters(strange: str) -> None:
    text, page = by_hand(f"a{strange}b\n{strange}")
    assert strange not in text and not any(strange in each for each in page.paragraphs)
    assert text.replace("\n", "").isprintable()


def test_nobody_names_a_shop_so_that_it_starts_a_header_or_a_paragraph() -> None:
    shop = "Jazz\r\nBcc: x@example.net\n\nDear customer"
    written = letter("message_by_hand", "en", {**LAST_REMINDER, "shop": shop})
    assert written.subject.isprintable()
    assert written.text.split("\n\n")[0].startswith("Jazz Bcc: x@example.net Dear customer has")


@pytest.mark.parametrize("text", ["", " \n\t\r\n ", "\x00\x1b", "\u202e"])
def test_a_message_that_says_nothing_is_none(text: str) -> None:
    with pytest.raises(KeyError, match="text"):
        by_hand(text)


def test_what_a_person_typed_is_one_line_where_it_does_not_stand_alone() -> None:
    """A subject is a header, and a sentence around it goes on."""
    values = {**LAST_REMINDER, "order": Typed("one\r\nBcc: x@example.net\n\n<b>two</b>")}
    written = letter("order_cancelled", "en", values)
    assert written.subject == "Your order one Bcc: x@example.net <b>two</b> has been cancelled"
    assert len(Page(written).paragraphs) == len(written.text.split("\n\n"))
    assert "b" not in Page(written).seen
