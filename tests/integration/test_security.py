"""Section 4 of the house rules at real doors: tokens, groups, subjects, providers."""

import pytest

from tacit.runtime.stack import forget_stack
from tests.integration.conftest import ALICE, STAFF, Person, World, customer
from tests.integration.edge import (
    CONTRACT,
    KIM,
    MALLORY,
    NEW_ADD_ON,
    OLGA,
    REGISTRY,
    SVEN,
    assert_problem,
    family,
    nothing_written,
)
from tests.integration.sales import COMMANDS, PAYMENT, order_of, selling
from tests.integration.shops import INA, opened_shop
from tests.integration.shops import OLGA as ORGANISER

GROUPS_OF_STAFF = [
    "[staff]",
    "staff",
    "[staff customer.kreativmedia]",
    "customer.x,staff",
    "[a, staff]",
]
NOT_STAFF = [
    "[staff.kriax]", "staff.kriax", "[staffing]", "[xstaff]", "[customer.staff]", "[staff-kriax]",
    "[Staff]", "staff.kriax,customer.kreativmedia", "[]", "",
]  # fmt: skip


def claims(**changes: object) -> dict[str, str]:
    given: dict[str, object] = {**STAFF.claims, **changes}
    return {name: str(value) for name, value in given.items() if value is not None}


@pytest.fixture
def stack(world: World) -> World:
    world.set_clock("2025-02-01T11:00:00Z")
    world.register("c-1")
    return world


def test_groups_count_in_every_form_in_which_a_gateway_writes_them(stack: World) -> None:
    for groups in GROUPS_OF_STAFF:
        reply = stack.call("GET", "/test-clock", None, claims=claims(**{"cognito:groups": groups}))
        assert (groups, reply.status) == (groups, 200)


def test_staff_is_a_whole_name(stack: World) -> None:
    with nothing_written(stack):
        for groups in NOT_STAFF:
            given = claims(**{"cognito:groups": groups})
            assert_problem(
                stack.call("PUT", "/test-clock", None, {"now": None}, claims=given),
                403,
                "not_your_role",
            )
            assert stack.call("GET", "/contracts", None, claims=given).json["items"] == []
            shown = stack.call("GET", "/contracts/c-1", None, claims=given)
            assert_problem(shown, 404, "not_found")


def test_without_a_claim_of_groups_there_are_no_rights(stack: World) -> None:
    given = claims(**{"cognito:groups": None})
    reply = stack.call("PUT", "/contracts/c-2", None, CONTRACT, claims=given)
    assert_problem(reply, 403, "not_your_role")
    assert stack.call("GET", "/providers/kreativmedia/plans", None, claims=given).status == 200


@pytest.mark.parametrize(
    "changes",
    [
        {"token_use": "access"},
        {"token_use": None},
        {"aud": "another-client"},
        {"aud": None},
        {"cognito:username": None},
        {"cognito:username": ""},
    ],
)
def test_only_an_id_token_of_our_client_comes_in(
    stack: World, changes: dict[str, str | None]
) -> None:
    """The gateway's authorizer lets access tokens and the pool's other clients pass."""
    given = claims(**changes)
    with nothing_written(stack):
        for method, path, body in [
            ("GET", "/contracts", None),
            ("GET", "/providers/kreativmedia/policy", None),
            ("PUT", "/contracts/c-2", CONTRACT),
            ("GET", "/contracts/c-1/forecast", None),
            ("PUT", "/contracts/c-1/registry", REGISTRY),
            ("POST", "/contracts/c-1/transfer-out", {}),
            ("POST", "/job-runs", {"job": "expiries", "as_of": "2025-02-01T00:00:00Z"}),
            ("PUT", "/test-clock", {"now": None}),
            ("GET", "/ticket-orders", None),
            ("PUT", "/ticket-orders/t-1", order_of("A-1")),
            ("POST", "/ticket-orders/t-1/payments", PAYMENT),
            ("POST", "/tickets/A-1/admission", {}),
        ]:
            reply = stack.call(method, path, None, body, claims=given)
            assert_problem(reply, 401, "unauthenticated")


def test_which_claim_is_the_subject_is_the_stacks_choice(
    stack: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = {**ALICE.claims, "sub": "4711", "cognito:username": "mallory"}
    assert stack.call("GET", "/contracts", None, claims=given).json["items"] == []
    stack.register("c-2", holder="4711")
    monkeypatch.setenv("SUBJECT_CLAIM", "sub")
    forget_stack()
    found = stack.call("GET", "/contracts", None, claims=given).json["items"]
    assert [contract["id"] for contract in found] == ["c-2"]
    assert stack.call("POST", "/contracts/c-2/cancellation", None, claims=given).status == 200
    assert_problem(
        stack.call("GET", "/contracts", None, claims=ALICE.claims), 401, "unauthenticated"
    )
    forget_stack()


def test_a_person_who_is_staff_here_and_customer_there_is_each_in_its_place(stack: World) -> None:
    stack.register("s-1", provider="svenska-domaner", plan="premium-domain", label="x.se")
    both = claims(
        **{
            "cognito:username": "alice",
            "cognito:groups": "[customer.kreativmedia staff.svenska-domaner]",
        }
    )

    def patched(contract: str) -> int:
        body = {"version": 1, "locale": "de"}
        return stack.call("PATCH", f"/contracts/{contract}", None, body, claims=both).status

    assert (patched("c-1"), patched("s-1")) == (403, 200)
    new = {**CONTRACT, "label": "another"}
    reply = stack.call("PUT", "/contracts/c-9", None, new, claims=both)
    assert_problem(reply, 404, "not_found")
    cancelled = stack.call("POST", "/contracts/c-1/cancellation", None, claims=both)
    assert cancelled.status == 200
    newest = stack.call("GET", "/contracts/c-1/timeline", ALICE).json["items"][0]
    assert (newest["actor"], newest["actor_id"]) == ("holder", "alice")


def test_what_is_not_yours_and_what_is_not_there_look_the_same(stack: World) -> None:
    for door in ("", "/timeline", "/forecast"):
        for who in (MALLORY, OLGA):
            theirs = stack.call("GET", f"/contracts/c-1{door}", who)
            nobodys = stack.call("GET", f"/contracts/none{door}", who)
            assert (theirs.status, theirs.json) == (nobodys.status, nobodys.json)
    for contract in ("c-1", "none"):
        reply = stack.call("POST", f"/contracts/{contract}/cancellation", MALLORY, {})
        assert reply.json["detail"] == "There is no such contract for you."


def test_nothing_is_hung_on_what_is_anothers(stack: World) -> None:
    """Another holder's domain, another provider's, and one that is not there look the same."""
    family(stack)
    stack.register(
        "s-2", provider="svenska-domaner", plan="premium-domain", label="m.se", holder="m"
    )
    with nothing_written(stack):
        for parent in ("s-2", "d-1", "none"):
            body = {**NEW_ADD_ON, "parent_id": parent}
            reply = stack.call("PUT", "/contracts/a-2", SVEN, body)
            assert_problem(reply, 404, "not_found")
            assert reply.json["detail"] == "There is no such parent_id for you."


def test_a_registrys_date_is_the_providers_own_staffs_to_bring(stack: World) -> None:
    family(stack)
    for path, mine, not_mine in (("d-1", KIM, SVEN), ("s-1", SVEN, KIM)):
        with nothing_written(stack):
            for door, method, body in (("registry", "PUT", REGISTRY), ("transfer-out", "POST", {})):
                reply = stack.call(method, f"/contracts/{path}/{door}", not_mine, body)
                assert_problem(reply, 404, "not_found")
        assert stack.call("PUT", f"/contracts/{path}/registry", mine, REGISTRY).status == 200
        assert stack.contract(path)["registry_expires_on"] == REGISTRY["registry_expires_on"]


SOMEBODY_ELSE = [
    customer("mallory", "infomaniak"),  # another organiser, with a shop of his own
    customer("olga", "kreativmedia"),
    Person("olga", "[organiser]"),
    Person("olga", ""),
    KIM,
]


@pytest.mark.parametrize("who", SOMEBODY_ELSE, ids=lambda who: f"{who.subject} {who.groups}")
def test_a_stranger_does_not_learn_of_a_ticket_order_or_a_ticket(stack: World, who: Person) -> None:
    """In the path, in the body, and by looking for it."""
    selling(stack)
    opened_shop(stack, "shop-9", organiser="mallory")
    with nothing_written(stack):
        for path, body in COMMANDS.items():
            theirs = stack.call("POST", path, who, body)
            nobodys = stack.call("POST", path.replace(path.split("/")[2], "none"), who, body)
            assert_problem(theirs, 404, "not_found")
            assert theirs.text == nobodys.text
        for path in ("/ticket-orders/{}", "/tickets/{}/admission"):
            there = "A-1" if "tickets" in path else "t-1"
            theirs = stack.call("GET", path.format(there), who)
            assert_problem(theirs, 404, "not_found")
            assert theirs.text == stack.call("GET", path.format("none"), who).text
        placed = stack.call("PUT", "/ticket-orders/t-9", who, order_of("D-1"))
        assert_problem(placed, 404, "not_found")
        query = {"shop_id": "shop-1"}
        assert_problem(stack.call("GET", "/ticket-orders", who, query=query), 404, "not_found")
    for query in ({"q": "A-1"}, {"q": "lea@example.net"}, {"open_question": "true"}):
        assert stack.call("GET", "/ticket-orders", who, query=query).json["items"] == []
    assert stack.call("GET", "/ticket-orders", ORGANISER, query={"q": "A-1"}).json["items"]


@pytest.mark.breaks("a record that cannot be read")
def test_a_ticket_order_that_cannot_be_read_is_not_there_for_a_stranger(stack: World) -> None:
    selling(stack)
    stack.dynamodb.update_item(
        TableName=stack.names.table_name,
        Key={"pk": {"S": "ticket_order#t-1"}, "sk": {"S": "head"}},
        UpdateExpression="SET placed_at = :none",
        ExpressionAttributeValues={":none": {"S": "never"}},
    )
    paths = ("/ticket-orders/t-1", "/tickets/A-1/admission")
    for who in (ORGANISER, INA, STAFF):
        for path in paths:
            assert_problem(stack.call("GET", path, who), 500, "broken_record")
        listed = stack.call("GET", "/ticket-orders", who).json["items"]
        assert {order["id"] for order in listed} == {"t-2", "t-3"}
    for who in SOMEBODY_ELSE:
        for path in paths:
            assert_problem(stack.call("GET", path, who), 404, "not_found")


@pytest.mark.breaks("a record that cannot be read")
def test_a_broken_record_is_not_found_by_strangers_either(stack: World) -> None:
    """Its holder and staff learn that it is broken; that it exists is nobody else's business."""
    stack.dynamodb.update_item(
        TableName=stack.names.table_name,
        Key={"pk": {"S": "contract#c-1"}, "sk": {"S": "head"}},
        UpdateExpression="SET expires_on = :long_ago",
        ExpressionAttributeValues={":long_ago": {"S": "1969-12-31"}},
    )
    for who, status, code in (
        (MALLORY, 404, "not_found"),
        (OLGA, 404, "not_found"),
        (KIM, 500, "broken_record"),
        (ALICE, 500, "broken_record"),
    ):
        assert_problem(stack.call("GET", "/contracts/c-1", who), status, code)
        assert_problem(stack.call("POST", "/contracts/c-1/cancellation", who, {}), status, code)
