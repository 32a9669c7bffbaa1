"""People at the doors, and what every refusal must look like."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from tacit.runtime.problems import PROBLEMS
from tests.integration.conftest import Person, Reply, World, customer

ALICE_ELSEWHERE = customer("alice", "svenska-domaner")
MALLORY = customer("mallory", "kreativmedia")
OLGA = customer("olga", "svenska-domaner")
KIM = Person("kim", "[staff.kreativmedia]")
SVEN = Person("sven", "[staff.svenska-domaner]")
NOBODY = Person("nina", "")

# What PUT /contracts/{id} needs; `World.register` sends the same and more.
CONTRACT: dict[str, Any] = {
    "provider": "kreativmedia",
    "plan": "hosting-start",
    "label": "Hosting of Alice",
    "holder": "alice",
    "billing_contact": "bob",
    "technical_contact": "carol",
    "email": "alice@example.net",
    "starts_on": "2025-01-15",
}


def assert_problem(reply: Reply, status: int, code: str, field: str | None = None) -> None:
    """The answer is this refusal, in the form that all of them have (RFC 9457)."""
    assert (reply.status, reply.code) == (status, code), reply.text
    body = reply.json
    assert list(body) == ["type", "title", "status", "detail", "code", "params"]
    assert body["status"] == status
    assert body["type"] == f"urn:tacit:problem:{code}"
    assert body["title"] in {entry.title for entry in PROBLEMS.values()}
    assert body["detail"].strip()
    if field is not None:
        assert body["params"]["field"] == field, reply.text
    reply.text.encode()  # half a surrogate pair would be lost on the way to the client


@contextmanager
def nothing_written(world: World) -> Iterator[None]:
    """Whatever is asked inside leaves no trace in the table."""
    before = sorted(world.items(), key=str)
    yield
    assert sorted(world.items(), key=str) == before
