"""Tokens for the next page: signed, bound to caller and query, and read in one spelling only."""

from base64 import urlsafe_b64decode, urlsafe_b64encode

import pytest

from tacit.runtime.paging import Paging
from tacit.runtime.problems import Problem

HERE = Paging(b"secret", "alice /contracts")
PLACE = {"source": 2, "after": {"pk": "party#kreativmedia#alice", "sk": "active#alice#c-1"}}


def refused(token: str, paging: Paging = HERE) -> bool:
    try:
        paging.read(token)
    except Problem as problem:
        assert (problem.code, problem.params["field"]) == ("invalid_next", "next")
        return True
    return False


def test_a_token_leads_back_to_its_place() -> None:
    token = HERE.token(PLACE)
    assert token is not None
    assert HERE.read(token) == PLACE


def test_without_a_next_page_there_is_no_token_and_without_a_token_no_place() -> None:
    assert HERE.token(None) is None
    assert HERE.read(None) is None


def test_an_empty_place_is_a_place() -> None:
    token = HERE.token({})
    assert token is not None
    assert HERE.read(token) == {}


@pytest.mark.parametrize(
    "other", [Paging(b"secret", "bob /contracts"), Paging(b"another", "alice /contracts")]
)
def test_a_token_of_another_query_or_stack_is_refused(other: Paging) -> None:
    token = other.token(PLACE)
    assert token is not None
    assert refused(token)


def test_every_single_bit_of_a_token_counts() -> None:
    token = HERE.token(PLACE)
    assert token is not None
    signed = urlsafe_b64decode(token + "=" * (-len(token) % 4))
    for position in range(len(signed) * 8):
        turned = bytearray(signed)
        turned[position // 8] ^= 1 << position % 8
        assert refused(urlsafe_b64encode(turned).decode().rstrip("="))


@pytest.mark.parametrize("made_up", ["", "x", "====", "é", "a.b", "\ud800", "A" * 4000, "null"])
def test_a_token_that_somebody_made_up_is_refused(made_up: str) -> None:
    assert refused(made_up)


@pytest.mark.parametrize("spelling", ["{}=", "{}==", "{}!", " {}", "{}\n", "{}.{}", "{}AAAA"])
def test_a_token_has_one_spelling(spelling: str) -> None:
    token = HERE.token(PLACE)
    assert refused(spelling.format(token, token))
