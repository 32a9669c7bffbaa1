"""Lists page by page: full pages, every one once, and tokens that belong to who got them."""

from collections.abc import Iterator

import pytest

from tests.integration.conftest import ALICE, BOB, STAFF, Person, World, customer, new_world
from tests.integration.edge import ALICE_ELSEWHERE, KIM, MALLORY, SVEN, assert_problem
from tests.integration.sales import BUYER, command, payment, placed
from tests.integration.shops import OLGA as SHOP_OWNER
from tests.integration.shops import opened_shop

HIDDEN = {f"k-{n}" for n in (0, 2, 4)}
KREATIVMEDIA = {f"k-{n}" for n in range(6)}
SVENSKA = {f"s-{n}" for n in range(3)}
CANCELLED = {"k-1", "k-3", "s-1"}


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    """Alice has six contracts at one provider, every second one expired, and three at another;
    Mallory has one."""
    with new_world() as made:
        made.set_clock("2025-02-01T11:00:00Z")
        over = {"starts_on": "2024-01-15", "import": True, "status": "expired"}
        for number in range(6):
            made.register(f"k-{number}", **(over if f"k-{number}" in HIDDEN else {}))
        for number in range(3):
            made.register(
                f"s-{number}",
                provider="svenska-domaner",
                plan="premium-domain",
                label=f"example-{number}.se",
            )
        made.register("m-1", holder="mallory", billing_contact="alice", technical_contact=None)
        for contract in sorted(CANCELLED):
            assert made.call("POST", f"/contracts/{contract}/cancellation", ALICE).status == 200
        yield made


def pages(world: World, who: Person, **query: str) -> Iterator[list[str]]:
    """The ids of each page, until there is none."""
    while True:
        reply = world.call("GET", "/contracts", who, query=dict(query))
        assert reply.status == 200, reply.text
        assert set(reply.json) == {"items", "next"}
        yield [item["id"] for item in reply.json["items"]]
        if reply.json["next"] is None:
            return
        query["next"] = reply.json["next"]


ASKED: list[tuple[Person, dict[str, str], set[str]]] = [
    (ALICE, {}, KREATIVMEDIA - HIDDEN | SVENSKA | {"m-1"}),
    (BOB, {}, KREATIVMEDIA - HIDDEN | SVENSKA),
    (MALLORY, {}, {"m-1"}),
    (customer("alice", "kreativmedia"), {}, KREATIVMEDIA - HIDDEN | {"m-1"}),
    (ALICE_ELSEWHERE, {}, SVENSKA),
    (Person("alice", ""), {}, set()),
    (STAFF, {}, KREATIVMEDIA | SVENSKA | {"m-1"}),
    (KIM, {}, KREATIVMEDIA | {"m-1"}),
    (SVEN, {}, SVENSKA),
    (
        Person("two", "[staff.svenska-domaner, staff.kreativmedia]"),
        {},
        KREATIVMEDIA | SVENSKA | {"m-1"},
    ),
    (
        Person("alice", "[staff.svenska-domaner customer.kreativmedia]"),
        {},
        SVENSKA | KREATIVMEDIA - HIDDEN | {"m-1"},
    ),
    (ALICE, {"status": "non_renewing"}, CANCELLED),
    (ALICE, {"status": "expired"}, set()),
    (BOB, {"status": "active"}, KREATIVMEDIA - HIDDEN - CANCELLED | SVENSKA - CANCELLED),
    (STAFF, {"status": "expired"}, HIDDEN),
    (KIM, {"status": "non_renewing"}, CANCELLED - SVENSKA),
    (STAFF, {"status": "closed"}, set()),
    (ALICE, {"holder": "alice"}, KREATIVMEDIA - HIDDEN | SVENSKA),
    (ALICE, {"holder": "mallory"}, {"m-1"}),
    (BOB, {"holder": "bob"}, set()),
    (BOB, {"holder": "mallory"}, set()),
    (STAFF, {"holder": "mallory"}, {"m-1"}),
    (STAFF, {"holder": "bob"}, set()),
    (KIM, {"holder": "alice"}, KREATIVMEDIA),
    (KIM, {"holder": "alice", "status": "expired"}, HIDDEN),
    (BOB, {"holder": "alice", "status": "non_renewing"}, CANCELLED),
]


@pytest.mark.parametrize(
    ("who", "query", "expected"), ASKED, ids=lambda v: str(v)[:40] if isinstance(v, dict) else None
)
def test_every_contract_comes_once_and_every_page_is_full(
    world: World, who: Person, query: dict[str, str], expected: set[str]
) -> None:
    """Nothing is filtered after the limit: only the last page may be short."""
    (whole,) = pages(world, who, limit="200", **query)
    assert set(whole) == expected
    for limit in (1, 2, 7):
        found = list(pages(world, who, limit=str(limit), **query))
        assert [contract for page in found for contract in page] == whole
        assert all(len(page) == limit for page in found[:-1])


def test_a_hidden_contract_is_shown_to_staff_and_gone_for_its_holder(world: World) -> None:
    assert world.call("GET", "/contracts/k-0", STAFF).status == 200
    assert world.call("GET", "/contracts/k-0", KIM).status == 200
    assert_problem(world.call("GET", "/contracts/k-0", ALICE), 410, "expired")


def test_a_token_belongs_to_its_caller_and_its_query(world: World) -> None:
    token = world.call("GET", "/contracts", ALICE, query={"limit": "2"}).json["next"]

    def asked(who: Person, path: str = "/contracts", **query: str) -> int:
        reply = world.call("GET", path, who, query={"next": token, **query})
        if reply.status != 200:
            assert_problem(reply, 422, "invalid_next", "next")
        return reply.status

    assert asked(ALICE) == 200
    assert asked(ALICE, limit="1") == 200
    assert asked(BOB) == 422
    assert asked(MALLORY) == 422
    assert asked(STAFF) == 422
    assert asked(ALICE, status="active") == 422
    assert asked(ALICE, holder="alice") == 422
    assert asked(ALICE, "/contracts/k-1/timeline") == 422
    assert asked(KIM, "/parked") == 422
    assert asked(KIM, "/job-runs") == 422


@pytest.mark.parametrize("query", [{}, {"holder": "alice"}])
@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("[staff.kreativmedia staff.svenska-domaner]", "[staff.svenska-domaner]"),
        ("[staff.kreativmedia staff.svenska-domaner]", "[customer.kreativmedia]"),
        ("[customer.kreativmedia customer.svenska-domaner]", "[customer.svenska-domaner]"),
        ("[customer.kreativmedia]", "[staff.kreativmedia]"),
        ("[staff.kreativmedia]", ""),
    ],
)
def test_a_token_ends_with_the_roles_it_was_made_under(
    world: World, query: dict[str, str], before: str, after: str
) -> None:
    """It is a place in a row of partitions: in another row it would be another place."""
    token = world.call("GET", "/contracts", Person("alice", before), query={"limit": "1", **query})
    changed = Person("alice", after)
    asked = {"limit": "1", **query, "next": token.json["next"]}
    assert world.call("GET", "/contracts", Person("alice", before), query=asked).status == 200
    assert_problem(world.call("GET", "/contracts", changed, query=asked), 422, "invalid_next")


def test_a_token_of_one_filter_is_no_token_of_another(world: World) -> None:
    query = {"limit": "1", "status": "non_renewing"}
    token = world.call("GET", "/contracts", ALICE, query=query).json["next"]
    for other in ({}, {"status": "active"}, {"status": "non_renewing", "holder": "alice"}):
        reply = world.call("GET", "/contracts", ALICE, query={**other, "next": token})
        assert_problem(reply, 422, "invalid_next", "next")


def test_a_token_that_was_touched_is_refused(world: World) -> None:
    token = world.call("GET", "/contracts", ALICE, query={"limit": "2"}).json["next"]
    for place in (0, 5, len(token) // 2, len(token) - 1):
        letter = "A" if token[place] != "A" else "B"
        touched = token[:place] + letter + token[place + 1 :]
        reply = world.call("GET", "/contracts", ALICE, query={"next": touched})
        assert_problem(reply, 422, "invalid_next", "next")


def test_a_timeline_comes_once_and_newest_first(world: World) -> None:
    world.register("t-1", label="timeline")
    for number in range(8):
        door = "cancellation" if number % 2 == 0 else "reactivation"
        assert world.call("POST", f"/contracts/t-1/{door}", ALICE).json["events"]

    def timeline(limit: int, who: Person) -> list[str]:
        found: list[str] = []
        query = {"limit": str(limit)}
        while True:
            page = world.call("GET", "/contracts/t-1/timeline", who, query=query).json
            found += [event["type"] for event in page["items"]]
            if page["next"] is None:
                return found
            assert len(page["items"]) == limit
            query["next"] = page["next"]

    expected = ["contract.reactivated", "contract.cancelled"] * 4 + ["contract.registered"]
    for limit in (1, 2, 7, 200):
        for who in (ALICE, BOB, STAFF):
            assert timeline(limit, who) == expected


def test_a_filter_given_twice_is_refused(world: World) -> None:
    """The gateway passes the last one on; half an answer would look like a whole one."""
    event = {
        "resource": "/contracts",
        "path": "/contracts",
        "httpMethod": "GET",
        "headers": {},
        "queryStringParameters": {"status": "expired"},
        "multiValueQueryStringParameters": {"status": ["active", "expired"]},
        "pathParameters": None,
        "requestContext": {
            "resourcePath": "/contracts",
            "httpMethod": "GET",
            "stage": "v1",
            "authorizer": {"claims": ALICE.claims},
        },
        "body": None,
        "isBase64Encoded": False,
    }
    answer = world.invoke("contracts", event)
    assert answer["statusCode"] == 422
    assert '"field":"status"' in answer["body"]


# ---------------------------------------------------------------- ticket orders


@pytest.fixture(scope="module")
def box_office() -> Iterator[World]:
    """Eleven orders of one shop, three of them with an open question, and one of another shop."""
    with new_world() as made:
        made.set_clock("2025-02-01T11:00:00Z")
        opened_shop(made)
        opened_shop(made, "shop-2")
        for number in range(9):
            name = "Zoé Example" if number % 2 else "Anna de Zoé"
            buyer = {"name": name, "email": f"buyer-{number % 3}@example.net"}
            placed(made, f"o-{number}", f"N-{number}", buyer=buyer)
        # A ticket whose number is another order's.
        placed(made, "o-9", "O-1", buyer={**BUYER, "name": "Urs"})
        # And one whose ticket has its own, which two ways lead to.
        placed(made, "o-10", "o-10", buyer={**BUYER, "name": "Urs"})
        placed(made, "x-1", "X-1", shop_id="shop-2", buyer={**BUYER, "name": "Zoé"})
        for number in (1, 4, 7):
            command(made, f"o-{number}", "cancellation", {})
            command(made, f"o-{number}", "payments", payment("50.00", "bank-1"))
        yield made


def orders(*numbers: int) -> set[str]:
    return {f"o-{number}" for number in numbers}


SOUGHT: list[tuple[dict[str, str], set[str]]] = [
    ({}, orders(*range(11))),
    ({"open_question": "false"}, orders(*range(11))),
    ({"open_question": "true"}, orders(1, 4, 7)),
    ({"q": "zoe"}, orders(*range(9))),
    ({"q": "ZOÉ anna"}, orders(0, 2, 4, 6, 8)),
    ({"q": "example zoé"}, orders(1, 3, 5, 7)),
    ({"q": "buyer-1@example.net"}, orders(1, 4, 7)),
    ({"q": "Buyer-1@Example.NET anna"}, orders(4)),
    ({"q": "zoé", "open_question": "true"}, orders(1, 4, 7)),
    ({"q": "anna", "open_question": "true"}, orders(4)),
    ({"q": "N-3"}, orders(3)),
    ({"q": "n-4 anna"}, orders(4)),
    ({"q": "n-3 anna"}, set()),
    ({"q": "o-5"}, orders(5)),
    ({"q": "o-1"}, orders(1, 9)),
    ({"q": "o-1 zoé"}, orders(1)),
    ({"q": "o-10"}, orders(10)),
    ({"q": "zo"}, set()),
    ({"q": "x-1"}, set()),
    ({"q": "o-5 zoé zoé"}, orders(5)),
]


def asked_for(value: object) -> str:
    return str(value) if isinstance(value, dict) else ""


@pytest.mark.parametrize(("query", "expected"), SOUGHT, ids=asked_for)
def test_I10_every_ticket_order_that_is_looked_for_comes_once_and_every_page_is_full(
    box_office: World, query: dict[str, str], expected: set[str]
) -> None:
    for who in (SHOP_OWNER, STAFF):
        for limit in (1, 2, 7, 200):
            found: list[list[str]] = []
            asked = {"shop_id": "shop-1", "limit": str(limit), **query}
            while True:
                reply = box_office.call("GET", "/ticket-orders", who, query=asked)
                assert reply.status == 200, reply.text
                found.append([item["id"] for item in reply.json["items"]])
                if reply.json["next"] is None:
                    break
                asked = {**asked, "next": reply.json["next"]}
            listed = [order_id for page in found for order_id in page]
            assert (sorted(listed), len(listed)) == (sorted(expected), len(expected))
            assert all(len(page) == limit for page in found[:-1])


def test_a_token_of_one_shops_orders_is_no_token_of_anothers(box_office: World) -> None:
    query = {"shop_id": "shop-1", "limit": "1"}
    token = box_office.call("GET", "/ticket-orders", SHOP_OWNER, query=query).json["next"]
    others: list[tuple[Person, dict[str, str]]] = [
        (SHOP_OWNER, {"shop_id": "shop-2"}),
        (SHOP_OWNER, {"shop_id": "shop-1", "q": "zoé"}),
        (SHOP_OWNER, {"shop_id": "shop-1", "open_question": "true"}),
        (STAFF, {"shop_id": "shop-1"}),
    ]
    for who, asked in others:
        reply = box_office.call("GET", "/ticket-orders", who, query={**asked, "next": token})
        assert_problem(reply, 422, "invalid_next", "next")
