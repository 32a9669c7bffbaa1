"""What docs/openapi.json does not say is noticed: the other side of every call of `World.call`."""

import json
from typing import Any

import pytest

from tests.integration.conftest import ALICE, STAFF, World
from tests.integration.described import check
from tests.integration.edge import KIM
from tests.integration.money import opened

GET = {"body": None, "queryStringParameters": None}


def test_a_field_that_only_the_code_knows_of_is_noticed(world: World) -> None:
    opened(world, "a-1")
    account = world.call("GET", "/accounts/a-1", ALICE).json
    check("GET /accounts/{id}", GET, 200, json.dumps(account))
    for changed in (
        {**account, "colour": "red"},
        {name: value for name, value in account.items() if name != "holder"},
        {**account, "currency": None},
        {**account, "balance": {"amount": 5, "currency": "CHF"}},
        [],
    ):
        with pytest.raises(AssertionError, match="not as described"):
            check("GET /accounts/{id}", GET, 200, json.dumps(changed))


def test_a_status_or_a_code_that_nobody_described_is_noticed(world: World) -> None:
    refusal = world.call("GET", "/contracts/c-1", STAFF)
    check("GET /contracts/{id}", GET, 404, refusal.text)
    with pytest.raises(AssertionError, match="answered 410, which is not described"):
        check("PATCH /contracts/{id}", GET, 410, refusal.text)
    with pytest.raises(AssertionError, match="not as described"):
        check("GET /contracts/{id}", GET, 410, refusal.text)
    unknown = {**refusal.json, "code": "gone_fishing"}
    with pytest.raises(AssertionError, match="not as described"):
        check("GET /contracts/{id}", GET, 404, json.dumps(unknown))


@pytest.mark.parametrize(
    ("body", "query"),
    [
        ({"enabled": True, "colour": "red"}, None),
        ({"enabled": 1}, None),
        ({}, None),
        ({"enabled": True}, {"dry_run": "maybe"}),
        ({"enabled": True}, {"colour": "red"}),
    ],
)
def test_what_a_door_takes_without_having_said_so_is_noticed(
    world: World, body: dict[str, Any], query: dict[str, str] | None
) -> None:
    world.register("c-1")
    door, path = "PUT /contracts/{id}/autorenewal", "/contracts/c-1/autorenewal"
    answer = world.call("PUT", path, KIM, {"enabled": True}).text
    taken = {"body": '{"enabled": true}', "queryStringParameters": {"dry_run": "true"}}
    check(door, taken, 200, answer)
    event = {"body": json.dumps(body), "queryStringParameters": query}
    with pytest.raises(AssertionError, match="took"):
        check(door, event, 200, answer)
