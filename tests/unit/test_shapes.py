"""Reading a request: what a field takes, what it refuses, and that the refusal names it."""

import json
from datetime import UTC, date, datetime
from typing import Any

import pytest

from tacit.domain.money import Money
from tacit.domain.refusals import Invalid
from tacit.runtime import shapes
from tacit.runtime.problems import Problem
from tacit.runtime.shapes import BODY_LIMIT, DEEPEST, Body, read_json


def wrong(reader: shapes.Reader[Any], value: object) -> Invalid:
    with pytest.raises(Invalid) as found:
        reader("field", value)
    assert found.value.field.startswith("field")
    return found.value


def nested(depth: int) -> str:
    """An object in which lists lie `depth` deep, the object counted."""
    return '{"a":' + "[" * (depth - 1) + "]" * (depth - 1) + "}"


@pytest.mark.parametrize(
    "body",
    [
        "{",
        "nonsense",
        '{"a": 1',
        "{'a': 1}",
        '{"a": NaN}',
        '{"a": -Infinity}',
        '{"a": 1, "a": 1}',
        '{"a": {"b": 1, "b": 2}}',
        '{"a": "\t"}',
        '{"a": 01}',
        "\ufeff{}",
        '{"a": ' + "9" * 5000 + "}",
    ],
)
def test_what_is_no_json_is_unreadable(body: str) -> None:
    with pytest.raises(Problem) as no:
        read_json(body)
    assert (no.value.code, no.value.params["field"]) == ("unreadable", "body")


@pytest.mark.parametrize("body", ["[]", "1", '"a"', "null", "true", '[{"a": 1}]'])
def test_json_that_is_no_object_is_unreadable(body: str) -> None:
    with pytest.raises(Problem) as no:
        read_json(body)
    assert "object" in str(no.value.params["reason"])


@pytest.mark.parametrize("body", [None, "", "{}"])
def test_no_body_is_an_empty_one(body: str | None) -> None:
    assert read_json(body) == {}


def test_a_body_may_be_nested_so_deep_and_no_deeper() -> None:
    assert "a" in read_json(nested(DEEPEST))
    for depth in (DEEPEST + 1, 300, 900, 950, 990, 1000, 20_000):
        with pytest.raises(Problem) as no:
            read_json(nested(depth))
        assert no.value.code == "unreadable"


def test_a_body_may_be_so_large_and_no_larger() -> None:
    fits = json.dumps({"a": "é" * 100}, ensure_ascii=False)
    room = BODY_LIMIT - len(fits.encode())
    assert read_json(fits + " " * room)
    with pytest.raises(Problem) as no:
        read_json(fits + " " * (room + 1))
    assert no.value.code == "body_too_large"
    assert no.value.params["size"] == BODY_LIMIT + 1


def test_half_a_surrogate_pair_is_measured_like_any_text() -> None:
    assert read_json('{"a": "\ud800"}') == {"a": "\ud800"}


def test_a_field_that_is_needed_is_missing_also_as_null() -> None:
    for data in ({}, {"a": None}):
        with pytest.raises(Invalid) as no:
            Body(data).need("a", shapes.flag)
        assert (no.value.field, no.value.code) == ("a", "missing_field")


def test_a_field_that_nobody_took_is_unknown_with_its_whole_path() -> None:
    inner = shapes.nested("servers[0]", {"id": "s-1", "colour": "red"})
    inner.need("id", shapes.identifier)
    with pytest.raises(Invalid) as no:
        inner.end()
    assert (no.value.field, no.value.code) == ("servers[0].colour", "unknown_field")


@pytest.mark.parametrize("name", ["\ud800", "a\nb", "\x00", "\u202e", "x" * 1000])
def test_an_unknown_fields_name_is_said_back_in_safe_letters(name: str) -> None:
    with pytest.raises(Invalid) as no:
        Body({name: 1}).end()
    assert no.value.field.isprintable()
    assert len(no.value.field.encode()) <= 64


@pytest.mark.parametrize("value", ["c-1", "a", "A.b_c:d@e-9", "9" * 64])
def test_an_id_is_taken(value: str) -> None:
    assert shapes.identifier("field", value) == value


@pytest.mark.parametrize(
    "value",
    [
        "",
        " ",
        "a b",
        "a/b",
        "a\n",
        "\na",
        "a\x00",
        "é",
        "-a",
        ".",
        "a#b",
        "a%",
        "x" * 65,
        7,
        None,
        [],
    ],
)
def test_what_no_id_looks_like_is_refused(value: object) -> None:
    wrong(shapes.identifier, value)


@pytest.mark.parametrize(
    "value",
    [
        "a@b.ch",
        "a+b@sub.example.net",
        "o'neil_x/y=z@mail-1.example.museum",
        "info@xn--mller-kva.example",
        "info@xn--e1afmkfd.xn--p1ai",
        "A.B-c@1-2.example",
        "x" * 64 + "@" + ".".join(["d" * 60] * 3) + ".ch",
    ],
)
def test_an_address_is_taken(value: str) -> None:
    assert shapes.email("field", value) == value


@pytest.mark.parametrize(
    "value",
    [
        "",
        "alice",
        "alice@",
        "@example.net",
        "alice@example",
        "a b@example.net",
        "alice@example.net\n",
        "alice@example.net\r\nBcc: mallory@example.net",
        "alice@example.net,mallory@example.net",
        "Alice <alice@example.net>",
        "alice\x00@example.net",
        "alice\x1b@example.net",
        "alice\u202e@example.net",
        "alice\u200b@example.net",
        "alice\ud800@example.net",
        "a@b@example.net",
        "x" * 65 + "@example.net",
        "a@" + "x" * 300 + ".net",
        "Ä.ö@example.net",
        "a@müller.example",
        "a@b..ch",
        "a@.b.ch",
        "a@b.ch.",
        "'x'@-.--",
        "a@-b.ch",
        "a@b-.ch",
        "a@b_c.ch",
        "a@b.c",
        "a@b.c1",
        "a@192.0.2.1",
        "a@[192.0.2.1]",
        "a@b.xn--",
        "a..b@example.net",
        ".a@example.net",
        "a.@example.net",
        "a@" + "d" * 64 + ".ch",
        "a@" + "d.c" * 84 + ".ch",
        7,
        ["alice@example.net"],
    ],
)
def test_what_is_no_address_is_refused(value: object) -> None:
    wrong(shapes.email, value)


@pytest.mark.parametrize("value", ["fr", "fr-CH"])
def test_a_locale_is_taken(value: str) -> None:
    assert shapes.locale("field", value) == value


@pytest.mark.parametrize("value", ["FR", "fr_CH", "fra", "fr-ch", "fr\n", "../fr", "", 1, True])
def test_what_is_no_locale_is_refused(value: object) -> None:
    wrong(shapes.locale, value)


def test_a_text_has_its_length_and_no_strange_letters() -> None:
    read = shapes.text(5)
    assert read("field", "ab cd") == "ab cd"
    for value in ("", "abcdef", "a\nb", " a", "a ", "\u00a0a", "\x7f", "\ud800", "\u2028", 1, None):
        wrong(read, value)


def test_prose_may_have_lines_and_nothing_else_that_is_invisible() -> None:
    read = shapes.prose(10)
    assert read("field", "a\n\tb") == "a\n\tb"
    for value in ("a\x00", "a\r\nb", "\ud800", "x" * 11, 5, ["a"]):
        wrong(read, value)


@pytest.mark.parametrize("value", [0, -1, 101, 10**30, 1.0, "1", True, None, [1]])
def test_a_whole_number_lies_between_its_bounds(value: object) -> None:
    wrong(shapes.whole(1, 100), value)
    assert shapes.whole(1, 100)("field", 100) == 100


@pytest.mark.parametrize("value", ["true", 1, 0, None, []])
def test_a_flag_is_true_or_false(value: object) -> None:
    wrong(shapes.flag, value)


@pytest.mark.parametrize("value", ["2024-02-29", "1990-01-01", "2199-12-31"])
def test_a_day_of_the_calendar_is_taken(value: str) -> None:
    assert shapes.day("field", value) == date.fromisoformat(value)


@pytest.mark.parametrize(
    "value",
    [
        "1969-12-31",
        "1989-12-31",
        "2200-01-01",
        "2025-02-29",
        "2025-02-30",
        "2025-13-01",
        "2025-00-10",
        "20250115",
        "2025-W03-3",
        "2025-1-5",
        "2025-01-15T00:00:00Z",
        "2025-01-15\n",
        "٢٠٢٥-٠١-١٥",
        "15.01.2025",
        "",
        20250115,
        None,
    ],
)
def test_what_is_no_day_is_refused(value: object) -> None:
    wrong(shapes.day, value)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("2026-12-01T03:00:00Z", datetime(2026, 12, 1, 3, tzinfo=UTC)),
        ("2026-12-01T03:00Z", datetime(2026, 12, 1, 3, tzinfo=UTC)),
        ("2026-12-01T03:00:00+01:00", datetime(2026, 12, 1, 2, tzinfo=UTC)),
        ("2026-12-01T03:00:00.5Z", datetime(2026, 12, 1, 3, 0, 0, 500_000, tzinfo=UTC)),
    ],
)
def test_an_instant_is_read_as_utc(value: str, expected: datetime) -> None:
    assert shapes.instant("field", value) == expected


@pytest.mark.parametrize(
    "value",
    [
        "2026-12-01T03:00:00",
        "2026-12-01",
        "2026-12-01 03:00:00Z",
        "2026-12-01T25:00:00Z",
        "2026-02-30T03:00:00Z",
        "1990-01-01T12:00:00Z",
        "2199-12-31T12:00:00Z",
        "0001-01-01T00:00:00+23:59",
        "9999-12-31T23:59:59-23:59",
        "<aws.scheduler.scheduled-time>",
        "now",
        "2026-12-01T03:00:00Z\n",
        1796094000,
        None,
    ],
)
def test_what_is_no_instant_is_refused(value: object) -> None:
    wrong(shapes.instant, value)


def test_money_is_an_amount_and_its_currency() -> None:
    assert shapes.money("field", {"amount": "24.00", "currency": "CHF"}) == Money(2400, "CHF")


@pytest.mark.parametrize(
    ("value", "field"),
    [
        ("24.00", "field"),
        (24, "field"),
        ([], "field"),
        ({"amount": 24, "currency": "CHF"}, "field.amount"),
        ({"amount": "24.001", "currency": "CHF"}, "field.amount"),
        ({"amount": "1e3", "currency": "CHF"}, "field.amount"),
        ({"amount": "٢٤", "currency": "CHF"}, "field.amount"),
        ({"amount": "9" * 30, "currency": "CHF"}, "field.amount"),
        ({"amount": "24.00", "currency": "chf"}, "field.amount"),
        ({"amount": "24.00", "currency": "CH"}, "field.currency"),
        ({"amount": "24.00"}, "field.currency"),
        ({"amount": "24.00", "currency": "CHF", "vat": 1}, "field.vat"),
    ],
)
def test_what_is_no_money_is_refused(value: object, field: str) -> None:
    assert wrong(shapes.money, value).field == field


def test_a_list_names_the_entry_that_is_wrong_and_has_an_end() -> None:
    read = shapes.list_of(shapes.identifier, 2)
    assert read("field", ["a", "b"]) == ("a", "b")
    assert wrong(read, ["a", "é"]).field == "field[1]"
    assert wrong(read, ["a", "b", "c"]).code == "too_many"
    for value in ("ab", {"a": 1}, None, 3):
        wrong(read, value)


def test_a_choice_is_one_of_its_words() -> None:
    read = shapes.one_of("at_term", "immediate")
    assert read("field", "at_term") == "at_term"
    for value in ("AT_TERM", "", "at_term ", None, 1, ["at_term"], {"at_term": 1}):
        wrong(read, value)
