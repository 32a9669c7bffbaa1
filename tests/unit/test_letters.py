"""The texts of the messages: complete in every language, and safe to put into a mail."""

import pytest

from tacit.policies import newest, shipped
from tacit.runtime.letters import kinds, languages, letter

VALUES = {
    "label": "example.ch",
    "contract": "c-1",
    "expires_on": "2026-01-15",
    "last_day": "2026-01-14",
    "amount": "144.00 CHF",
    "contact": "support@example.net",
}
SAID = {kind for provider in shipped() for kind in newest(provider).messages}


@pytest.mark.parametrize("language", ["en", "fr", "sv"])
def test_every_message_of_every_policy_is_there_in_each_language(language: str) -> None:
    assert language in languages()
    assert kinds(language) >= SAID
    for kind in SAID:
        subject, text = letter(kind, language, VALUES)
        assert "$" not in subject + text
        assert "c-1" in text and "2026-01-15" in text


def test_a_locale_reads_its_language_and_any_other_english() -> None:
    french = letter("cancelled", "fr-CH", VALUES)
    assert french == letter("cancelled", "fr", VALUES) != letter("cancelled", "en", VALUES)
    assert letter("cancelled", "ru", VALUES) == letter("cancelled", "en", VALUES)


def test_a_label_cannot_start_a_header_of_its_own() -> None:
    subject, _ = letter("cancelled", "en", {**VALUES, "label": "x\r\nBcc: y@example.net"})
    assert "\n" not in subject and "\r" not in subject


def test_a_text_that_is_missing_is_an_error_and_never_a_mail_with_a_gap() -> None:
    with pytest.raises(KeyError):
        letter("unheard_of", "en", VALUES)
    with pytest.raises(KeyError):
        letter("cancelled", "en", {"label": "example.ch"})
