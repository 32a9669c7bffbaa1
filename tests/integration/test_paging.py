"""Lists page by page: full pages, every one once, and tokens that belong to who got them."""

from collections.abc import Iterator

import pytest

from tests.integration.conftest import ALICE, BOB, STAFF, Person, World, customer, new_world
from tests.integration.edge import ALICE_ELSEWHERE, KIM, MALLORY, SVEN, assert_problem

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
