"""docs/openapi.json is what the handlers say of themselves, and says nothing that they do not."""

import importlib
import re
from collections.abc import Callable
from typing import Any

import fastjsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from local.openapi import document
from local.openapi.answers import ANSWERS
from local.openapi.asking import Asked, heard
from local.openapi.readers import Unsaid, Within
from local.openapi.refusals import codes
from tacit.domain.refusals import Invalid
from tacit.domain.registration import CONTRACTS_IN_AN_ORDER
from tacit.runtime import (
    account_bodies,
    message_bodies,
    plan_change_commands,
    registration,
    shapes,
    shop_bodies,
    ticket_bodies,
)
from tacit.runtime.doors import DRY_RUN, IDEMPOTENCY_KEY, LIMIT, Door
from tacit.runtime.problem_table import PROBLEMS
from tests.searches import examples
from tests.unit.test_docs_pages import doors

MADE = document.document()


def test_the_document_is_made_from_the_handlers() -> None:
    assert document.DOCUMENT.read_text("utf-8") == document.text(), "run `make openapi`"


def test_every_door_of_the_template_is_described_and_no_other() -> None:
    operations = {
        f"{method.upper()} {path}" for path, found in MADE["paths"].items() for method in found
    }
    assert operations == set(doors()) == set(ANSWERS)


def test_what_every_name_leads_to_is_there() -> None:
    text = document.text()
    for reference in set(re.findall(r'"\$ref": "#/([^"]+)"', text)):
        found = MADE
        for part in reference.split("/"):
            found = found[part]


def test_every_code_of_the_table_can_be_read_from_the_document() -> None:
    schemas = MADE["components"]["schemas"]
    for code, entry in PROBLEMS.items():
        shown = code.removeprefix("gone_")
        assert shown in schemas[f"Problem{entry.status}"]["properties"]["code"]["enum"]
        assert shown in codes(entry.status)


def test_a_registration_is_described_as_it_is_read() -> None:
    """One body as a client sees it: what may be null, what must be there, what is inside."""
    put = MADE["paths"]["/contracts/{id}"]["put"]
    body = put["requestBody"]["content"]["application/json"]["schema"]
    assert body["required"] == ["email", "holder", "label", "plan", "provider"]
    assert body["additionalProperties"] is False
    fields = body["properties"]
    assert fields["quantity"] == {"type": ["integer", "null"], "minimum": 1, "maximum": 1_000_000}
    assert fields["holder"] == {"type": "string", "minLength": 1, "maxLength": 128}
    server = fields["servers"]["items"]
    assert (fields["servers"]["maxItems"], server["required"]) == (50, ["id", "ip"])
    named = [each["name"] for each in put["parameters"]]
    assert named == ["id", "dry_run", "Idempotency-Key"]


def test_what_a_door_cannot_do_without_is_needed_however_it_is_asked_for() -> None:
    def needed(path: str) -> set[str]:
        parameters = MADE["paths"][path]["get"]["parameters"]
        return {each["name"] for each in parameters if each["required"]}

    clock = MADE["paths"]["/test-clock"]["put"]["requestBody"]["content"]["application/json"]
    assert clock["schema"]["required"] == ["now"]
    assert "null" in clock["schema"]["properties"]["now"]["type"]
    amendment = MADE["paths"]["/contracts/{id}"]["patch"]["requestBody"]["content"]
    fields = amendment["application/json"]["schema"]
    assert fields["required"] == ["version"]
    assert fields["properties"]["billing_contact"]["type"] == ["string", "null"]
    assert fields["properties"]["email"]["type"] == "string"
    assert (needed("/notices"), needed("/contracts")) == ({"contract_id"}, set())


def unmarked(field: str, value: Any) -> str:
    return str(value)


def reads_what_nobody_can_know_of(door: Door) -> None:
    body = shapes.Body(door.json())
    body.need("name", unmarked)
    body.end()
    door.request({})


def takes_unknown_fields(door: Door) -> None:
    shapes.Body(door.json()).need("name", shapes.subject)
    door.request({})


def takes_a_parameter_and_does_not_read_it(door: Door) -> None:
    door.known_query("holder")


def takes_any_parameter(door: Door) -> None:
    door.query("holder", shapes.subject)


@pytest.mark.parametrize(
    "handler",
    [
        reads_what_nobody_can_know_of,
        takes_unknown_fields,
        takes_a_parameter_and_does_not_read_it,
        takes_any_parameter,
    ],
)
def test_a_door_that_does_not_say_what_it_takes_is_not_described(
    handler: Callable[[Door], None],
) -> None:
    asked = Asked("POST", "/things", "things", "make")
    with pytest.raises(Unsaid):
        heard(asked, lambda: handler(Door(None)))  # type: ignore[arg-type]


def test_fields_that_are_only_looked_at_beside_others_are_heard() -> None:
    def handler() -> None:
        door = Door(None)  # type: ignore[arg-type]
        body = shapes.Body(door.json())
        if body.may("one", shapes.subject) is not None:
            body.may("two", shapes.flag)
        body.end()
        door.request({})

    asked = Asked("POST", "/things", "things", "make")
    heard(asked, handler)
    assert asked.body is not None
    assert list(asked.body) == ["one", "two"]


READERS: dict[str, shapes.Reader[Any]] = {
    "text": shapes.text(40),
    "three": shapes.text(3, 3),
    "prose": shapes.prose(60),
    "id": shapes.identifier,
    "order_id": shapes.order_id,
    "record_id": shapes.record_id,
    "locale": shapes.locale,
    "email": shapes.email,
    "whole": shapes.whole(-3, 200),
    "flag": shapes.flag,
    "day": shapes.day,
    "instant": shapes.instant,
    "one_of": shapes.one_of("at_term", "immediate"),
    "money": shapes.money,
    "list_of": shapes.list_of(shapes.identifier, 2),
    "zone": shop_bodies.zone,
    "seat": ticket_bodies.seat,
    "currency": account_bodies.currency,
    "label": registration.label,
    "limit": LIMIT,
    "dry_run": DRY_RUN,
    "key": IDEMPOTENCY_KEY,
    "code": plan_change_commands._code,
    "to": message_bodies._to,
    "seats": ticket_bodies._in_a_row_or_by_ticket,
    "words": importlib.import_module("ticket_orders")._words,
    "contracts": shapes.list_of(shapes.identifier, CONTRACTS_IN_AN_ORDER),
}
VALID = {
    name: fastjsonschema.compile(Within().described(reader)[0], use_formats=False)
    for name, reader in READERS.items()
}
LIKELY = [
    "c-1", "~c-1", "c-1:2027-01-15", "fr", "fr-CH", "a@b.ch", "2027-01-15", "2026-12-01T03:00Z",
    "at_term", "CHF", "Europe/Zurich", "012345", "buyer", "true", "row 7", "-0.05", " x", "x" * 50,
]  # fmt: skip
TEXTS = st.sampled_from(LIKELY) | st.text(max_size=5) | st.from_regex(r"[A-Za-z0-9~:@.-]{1,70}")
AMOUNTS = st.from_regex(r"-?\d{1,13}(\.\d{1,4})?", fullmatch=True)
MONEY = st.fixed_dictionaries({"amount": AMOUNTS | TEXTS, "currency": st.just("JPY") | TEXTS})
SERVERS = st.fixed_dictionaries({"id": TEXTS, "ip": TEXTS})
SEATS = st.fixed_dictionaries(
    {"seats": st.dictionaries(TEXTS, TEXTS, max_size=2) | st.lists(TEXTS)}
)
ANYTHING = st.one_of(
    TEXTS, st.booleans(), st.integers(-5, 205), st.none(), st.lists(TEXTS, max_size=3), MONEY,
    SERVERS, SEATS,
)  # fmt: skip


@pytest.mark.search
@examples(100, 20_000)
@given(ANYTHING)
def test_what_a_reader_takes_is_in_its_schema(value: Any) -> None:
    for name, reader in READERS.items():
        try:
            reader("field", value)
        except Invalid:
            continue
        assert VALID[name](value) == value, name
