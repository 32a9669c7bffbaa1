"""The claims of a token as a person: groups in all their forms, whole names, ID tokens only."""

from dataclasses import replace
from typing import Any

import pytest

from tacit.domain.money import Money
from tacit.domain.values import Account, Actor, Contract, Role
from tacit.runtime.caller import Caller, caller_of, parse_groups
from tacit.runtime.job_runs import covers, scope_of, scopes_of
from tacit.runtime.problems import Problem
from tacit.store.runs import ALL
from tests.unit.cases import registered


def person(groups: object = None, **claims: object) -> Caller:
    given = {"cognito:username": "alice", "token_use": "id", "aud": "client-1", **claims}
    if groups is not None:
        given["cognito:groups"] = groups
    return caller_of(given, "client-1", "cognito:username")


def contract(**fields: Any) -> Contract:
    found = registered().contract
    assert found is not None
    return replace(found, **fields)


@pytest.mark.parametrize(
    ("claim", "expected"),
    [
        ("[staff customer.kriax]", {"staff", "customer.kriax"}),
        ("[staff, customer.kriax]", {"staff", "customer.kriax"}),
        ("[staff,customer.kriax]", {"staff", "customer.kriax"}),
        ("staff,customer.kriax", {"staff", "customer.kriax"}),
        ("staff, customer.kriax", {"staff", "customer.kriax"}),
        ("staff customer.kriax", {"staff", "customer.kriax"}),
        ("  [ staff   customer.kriax ]  ", {"staff", "customer.kriax"}),
        (["staff", "customer.kriax"], {"staff", "customer.kriax"}),
        ("[staff]", {"staff"}),
        ("staff", {"staff"}),
        ("[]", set()),
        ("", set()),
        (None, set()),
        (7, set()),
    ],
)
def test_groups_are_read_in_every_form_the_gateway_writes(
    claim: object, expected: set[str]
) -> None:
    assert parse_groups(claim) == expected


@pytest.mark.parametrize(
    "groups",
    [
        "[staff.kriax]",
        "staff.kriax",
        "xstaff",
        "staffing",
        "[customer.staff]",
        "[not-staff]",
        "Staff",
        ["staff.kriax"],
    ],
)
def test_staff_is_not_found_inside_another_name(groups: object) -> None:
    caller = person(groups)
    assert not caller.all_staff
    assert not caller.is_staff_of("kreativmedia")


def test_staff_is_staff_everywhere_and_staff_of_one_provider_only_there() -> None:
    assert person("[staff]").is_staff_of("kreativmedia")
    one = person("[staff.kreativmedia]")
    assert one.is_staff_of("kreativmedia")
    assert not one.is_staff_of("svenska-domaner")
    assert not one.is_staff_of("kreativmedia-2")
    assert one.is_staff


@pytest.mark.parametrize(
    "group", ["staff.", "staff.*", "staff.a+b", "staff. ", "staff.A", "staff.-"]
)
def test_a_group_that_names_no_provider_gives_no_rights(group: str) -> None:
    caller = person([group])
    assert not caller.is_staff
    assert caller.staff_of == frozenset()


def test_a_customer_is_no_staff() -> None:
    caller = person("[customer.kreativmedia]")
    assert not caller.is_staff
    assert caller.customer_of == {"kreativmedia"}


@pytest.mark.parametrize(
    ("subject", "role"),
    [
        ("alice", Role.HOLDER),
        ("bob", Role.BILLING_CONTACT),
        ("carol", Role.TECHNICAL_CONTACT),
        ("mallory", None),
        ("Alice", None),
    ],
)
def test_a_person_acts_as_what_he_is_to_the_contract(subject: str, role: Role | None) -> None:
    caller = person("[customer.kreativmedia]", **{"cognito:username": subject})
    actor = caller.actor_on(contract())
    assert (actor.role if actor else None) is role


@pytest.mark.parametrize("groups", [None, "[customer.svenska-domaner]", "[staff.svenska-domaner]"])
def test_the_same_subject_is_a_stranger_at_a_provider_his_groups_do_not_name(groups: str) -> None:
    assert person(groups).actor_on(contract()) is None


def test_staff_who_is_also_a_party_acts_as_staff() -> None:
    actor = person("[staff.kreativmedia customer.kreativmedia]").actor_on(contract())
    assert actor is not None
    assert actor.role is Role.STAFF


@pytest.mark.parametrize(
    ("subject", "groups", "role"),
    [
        ("alice", "[customer.kreativmedia]", Role.HOLDER),
        ("alice", "[customer.svenska-domaner]", None),
        ("alice", "", None),
        ("bob", "[customer.kreativmedia]", None),
        ("erin", "[staff.kreativmedia]", Role.STAFF),
        ("erin", "[staff.svenska-domaner]", None),
        ("alice", "[staff.svenska-domaner customer.kreativmedia]", Role.HOLDER),
        ("alice", "[staff customer.kreativmedia]", Role.STAFF),
    ],
)
def test_an_account_is_its_holders_and_staffs(subject: str, groups: str, role: Role | None) -> None:
    account = Account("a-1", "kreativmedia", "alice", "CHF", Money(0, "CHF"), 0, 1)
    actor = person(groups, **{"cognito:username": subject}).actor_on_account(account)
    assert actor == (Actor(role, subject) if role else None)


@pytest.mark.parametrize(
    ("subject", "groups", "role"),
    [
        ("olga", "[customer.infomaniak]", Role.ORGANISER),
        ("olga", "[customer.kreativmedia]", None),
        ("olga", "", None),
        ("mallory", "[customer.infomaniak]", None),
        ("erin", "[staff.infomaniak]", Role.STAFF),
        ("erin", "[staff.kreativmedia]", None),
        ("olga", "[staff.infomaniak customer.infomaniak]", Role.STAFF),
    ],
)
def test_a_shop_is_its_organisers_and_staffs(subject: str, groups: str, role: Role | None) -> None:
    actor = person(groups, **{"cognito:username": subject}).actor_on_shop("infomaniak", "olga")
    assert actor == (Actor(role, subject) if role else None)


def test_the_subjects_claim_is_a_setting() -> None:
    claims = {"token_use": "id", "aud": "client-1", "cognito:username": "u-1", "sub": "s-1"}
    assert caller_of(claims, "client-1", "sub").subject == "s-1"
    assert caller_of(claims, "client-1", "cognito:username").subject == "u-1"
    with pytest.raises(Problem):
        caller_of(claims, "client-1", "custom:person")


@pytest.mark.parametrize(
    "claims",
    [
        {"token_use": "access"},
        {"token_use": None},
        {"token_use": "ID"},
        {"aud": "client-2"},
        {"aud": None},
        {"aud": ["client-1"]},
        {"cognito:username": ""},
        {"cognito:username": None},
        {"cognito:username": 7},
    ],
)
def test_only_our_clients_id_tokens_come_in(claims: dict[str, object]) -> None:
    with pytest.raises(Problem) as no:
        person("[staff]", **claims)
    assert no.value.code == "unauthenticated"


def test_without_a_client_that_is_ours_nobody_comes_in() -> None:
    """A function without its setting must not take a token without an audience for its own."""
    with pytest.raises(Problem):
        caller_of(
            {"token_use": "id", "cognito:username": "alice", "aud": ""}, "", "cognito:username"
        )


def test_runs_are_listed_by_one_provider_and_by_all_of_ones_own(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Not by every combination, which double with each provider; those are shown by their id."""
    monkeypatch.setattr("tacit.runtime.job_runs.shipped", lambda: dict.fromkeys("abcd", (1,)))
    three = Caller("kim", frozenset(), frozenset("abc") | {"nowhere"}, all_staff=False)
    assert scopes_of(three) == ["a", "a+b+c", "b", "c"]
    assert scope_of(three) in scopes_of(three)
    assert covers(three, "a+c")
    assert not covers(three, "a+d")
    assert not covers(three, ALL)
    assert scopes_of(Caller("kim", frozenset(), frozenset({"nowhere"}), all_staff=False)) == []
    assert scopes_of(Caller("erin", frozenset(), frozenset("a"), all_staff=True)) == [ALL]
