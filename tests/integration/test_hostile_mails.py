"""What somebody makes up at a door, on its way to the mail that SES gets: it is text there, and
neither a header nor markup nor a place to put something in."""

from email import message_from_string, policy
from email.header import decode_header
from html.parser import HTMLParser
from typing import Any

import pytest

from tests.integration.conftest import STAFF, World
from tests.integration.messages import post_office
from tests.integration.sales import order_of
from tests.integration.shops import opened_shop

HOSTILE = [
    "<img src=x onerror=alert(1)>",
    "</p></div><a href='https://evil.example'>here</a>",
    "&lt;b&gt; &#60;script&#62;",
    'x" style="display:none',
    "Bcc: mallory@example.net",
    "=?utf-8?b?4oCuZ25wLmVsaWZvcnA=?=",
    "=?utf-8?q?=0D=0ABcc:_mallory=40example.net?=",
    "$code ${contact} $$label {label} %(label)s %s",
    "?label|said $label",
    "https://evil.example/?a=1",
    "W" * 110,
    "ﷺ" * 40,
]
TAGS = {"html", "head", "meta", "title", "body", "div", "p", "br", "a"}
ATTRIBUTES = {"lang", "charset", "style", "href"}


class Page(HTMLParser):
    """What a mail program would see of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.styles: set[str | None] = set()
        self.links: set[str | None] = set()
        self.said = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}
        self.links |= {value for name, value in attrs if name == "href"}
        self.styles |= {value for name, value in attrs if name == "style"}

    def handle_data(self, data: str) -> None:
        self.said += data


def assert_harmless(mail: dict[str, Any], address: str, made_up: str) -> None:
    assert mail["Destination"] == {"ToAddresses": [address]}
    simple = mail["Content"]["Simple"]
    subject, text = simple["Subject"]["Data"], simple["Body"]["Text"]["Data"]
    message = message_from_string(f"Subject: {subject}\n\n{text}", policy=policy.default)
    assert message.keys() == ["Subject"]
    assert [how for _, how in decode_header(subject)] == [None]
    page = Page(simple["Body"]["Html"]["Data"])
    assert page.tags <= TAGS
    assert page.attributes <= ATTRIBUTES
    assert not any("evil" in str(link) for link in page.links)
    assert not any("display" in str(style) for style in page.styles)
    assert made_up in text
    assert made_up in page.said
    assert any("overflow-wrap:anywhere" in str(style) for style in page.styles)


@pytest.mark.parametrize("made_up", HOSTILE)
def test_what_somebody_made_up_is_text_in_a_mail(world: World, made_up: str) -> None:
    """The label of a contract, the name of a shop, and a message by hand, in each language."""
    world.set_clock("2025-02-01T11:00:00Z")
    opened_shop(world, name=made_up)
    with post_office(world) as office:
        for locale in ("en", "fr", "sv"):
            address = f"{locale}@example.net"
            world.register(f"c-{locale}", label=made_up, email=address, locale=locale)
            path = f"/contracts/c-{locale}/cancellation"
            assert world.call("POST", path, STAFF, {"reason": made_up}).status == 200
            buyer = {"name": made_up, "email": address, "locale": locale}
            show = {"id": "e-1", "name": made_up, "starts_at": "2025-09-01T18:00:00Z"}
            body = order_of(f"T-{locale}", buyer=buyer, event=show)
            assert world.call("PUT", f"/ticket-orders/o-{locale}", STAFF, body).status == 201
            sent = {"subject": f"o-{locale}", "to": "buyer", "text": made_up}
            assert world.call("POST", "/messages", STAFF, sent).status == 201
        office.on_the_bus()
        world.set_clock("2025-02-01T11:05:00Z")
        office.delays_over()
        mails = [*office.mails]
    assert len(mails) == 6
    for mail in mails:
        (address,) = mail["Destination"]["ToAddresses"]
        assert_harmless(mail, address, made_up)
