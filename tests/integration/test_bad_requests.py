"""A request that is wrong before any field is: its coding, the id in its path, its query."""

import re
from collections.abc import Iterator
from typing import Any

import pytest

from tests.integration.conftest import ALICE, ROUTES, STAFF, Context, World, new_world
from tests.integration.edge import assert_problem, nothing_written
from tests.integration.shops import opened_shop


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with new_world() as made:
        made.set_clock("2025-02-01T11:00:00Z")
        made.register("c-1")
        opened_shop(made)
        yield made


@pytest.mark.parametrize("body", ["%%%", "e30", "\ud800", "/w==", "e30=\n{"])
def test_a_body_that_says_it_is_base64_and_is_not_is_unreadable(world: World, body: str) -> None:
    """The harm would be done silently: read as nothing, it would cancel with every default."""
    with nothing_written(world):
        answer = _with_base64(world, body)
        assert answer["statusCode"] == 400, answer
    assert world.contract("c-1")["status"] == "active"


def test_a_body_in_base64_is_read(world: World) -> None:
    answer = _with_base64(world, "eyJtb2RlIjogIm5vd2hlcmUifQ==")
    assert answer["statusCode"] == 422
    assert '"field":"mode"' in answer["body"]


def _with_base64(world: World, body: str) -> Any:
    event = {
        "resource": "/contracts/{id}/cancellation",
        "path": "/contracts/c-1/cancellation",
        "httpMethod": "POST",
        "headers": {},
        "pathParameters": {"id": "c-1"},
        "requestContext": {
            "resourcePath": "/contracts/{id}/cancellation",
            "httpMethod": "POST",
            "stage": "v1",
            "authorizer": {"claims": ALICE.claims},
        },
        "body": body,
        "isBase64Encoded": True,
    }
    return world.invoke("contracts", event, Context())


@pytest.mark.parametrize(
    "written", ["a%20b", "%00", "a%2Fb", "%C3%A9", "%0d%0aX:y", "x" * 129, "%ED%A0%80", "a*b", "é"]
)
@pytest.mark.parametrize("door", [d for d in ROUTES if "{id}" in d[1]], ids=" ".join)
def test_an_id_that_nothing_can_have_is_refused(
    world: World, door: tuple[str, str], written: str
) -> None:
    method, resource = door
    with nothing_written(world):
        body: dict[str, Any] | None = None if method == "GET" else {}
        path = resource.replace("{id}", written).replace("{change_id}", "c-1:2")
        reply = world.call(method, path.replace("{server_id}", "s-1"), STAFF, body)
        assert_problem(reply, 422, "invalid_field", "id")


@pytest.mark.parametrize("written", ["a%20b", "%00", "a%2Fb", "%C3%A9", "x" * 300, "a*b", "é"])
@pytest.mark.parametrize("door", [d for d in ROUTES if d[1].count("{") > 1], ids=" ".join)
def test_nor_can_what_belongs_to_a_contract(
    world: World, door: tuple[str, str], written: str
) -> None:
    method, resource = door
    (name,) = re.findall(r"{(\w+_id)}", resource)
    path = resource.replace("{id}", "c-1").replace(f"{{{name}}}", written)
    with nothing_written(world):
        assert_problem(world.call(method, path, STAFF, {}), 422, "invalid_field", name)


@pytest.mark.parametrize("written", ["a%20b", "%00", "a%2Fb", "%C3%A9", "x" * 65, "a*b", "é"])
@pytest.mark.parametrize("door", [d for d in ROUTES if "{number}" in d[1]], ids=" ".join)
def test_nor_can_a_ticket_have_such_a_number(
    world: World, door: tuple[str, str], written: str
) -> None:
    method, resource = door
    with nothing_written(world):
        reply = world.call(method, resource.replace("{number}", written), STAFF, {})
        assert_problem(reply, 422, "invalid_field", "number")


@pytest.mark.parametrize("door", [d for d in ROUTES if "{id}" in d[1]], ids=" ".join)
def test_an_id_has_64_letters_at_most_and_one_that_holds_another_twice_as_many(
    world: World, door: tuple[str, str]
) -> None:
    """Those of a parked record, a notice, a task and a message begin with another thing's."""
    method, resource = door
    path = resource.replace("{id}", "x" * 65).replace("{change_id}", "c-1:2")
    reply = world.call(method, path.replace("{server_id}", "s-1"), STAFF, {})
    if resource.startswith(("/parked/", "/notices/", "/tasks/", "/messages/")):
        assert_problem(reply, 404, "not_found")
    else:
        assert_problem(reply, 422, "invalid_field", "id")


LISTS = ["/contracts", "/contracts/c-1/timeline", "/job-runs", "/parked", "/tasks"]
LISTS += ["/shops", "/shops/shop-1/changes", "/ticket-orders"]
OF = {"/ticket-orders": {"shop_id": "shop-1"}}  # what a list cannot do without


@pytest.mark.parametrize("path", LISTS)
def test_a_list_says_what_is_wrong_with_its_query(world: World, path: str) -> None:
    def refused(code: str, field: str, value: str) -> None:
        reply = world.call("GET", path, STAFF, query={**OF.get(path, {}), field: value})
        assert_problem(reply, 422, code, field)

    for limit in ("0", "201", "-1", "abc", "", "1.5", "٣", "1e2", " 5", "9" * 5000):
        refused("invalid_field", "limit", limit)
    for token in ("", "x", "bm9uZQ", "é", "A" * 5000):
        refused("invalid_next", "next", token)
    refused("unknown_field", "colour", "red")
    refused("unknown_field", "Limit", "5")
    for limit in ("1", "200"):
        query = {**OF.get(path, {}), "limit": limit}
        assert world.call("GET", path, STAFF, query=query).status == 200


def test_a_filter_of_the_contracts_is_a_status_and_a_holder(world: World) -> None:
    for field, value in [("status", "gone"), ("status", ""), ("holder", ""), ("holder", "a\n")]:
        reply = world.call("GET", "/contracts", STAFF, query={field: value})
        assert_problem(reply, 422, "invalid_field", field)
