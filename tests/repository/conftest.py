"""The repository suite runs on DynamoDB Local: one server, one fresh table a test.

With `--engine memory` it runs on the engine of `tests/memory` instead, but for what needs the
server (`needs_the_server.py`).
"""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from botocore.useragent import UserAgentString

from tests.dynamodb_local import client_of, running
from tests.invariants.at_the_end import AtTheEnd
from tests.memory.place import ENDPOINT, memory_dynamodb
from tests.repository.desk import Desk
from tests.repository.needs_the_server import named
from tests.repository.racers import Racers
from tests.repository.wire import Wire
from tests.tables import table_definition

COLLECTED = pytest.StashKey[list[pytest.Item]]()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--engine", choices=("local", "memory"), default="local")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    config.stash[COLLECTED] = list(items)
    if in_memory(config):
        left_out = [item for item in items if named(item)]
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if not named(item)]


def in_memory(config: pytest.Config) -> bool:
    return bool(config.getoption("--engine", default="local") == "memory")


@pytest.fixture(scope="session")
def dynamodb_local(pytestconfig: pytest.Config) -> Iterator[str]:
    """The endpoint URL of a running DynamoDB Local, for what needs that very server."""
    if in_memory(pytestconfig):
        pytest.fail("this test needs the server, and needs_the_server.py does not name it")
    with running() as endpoint_url:
        yield endpoint_url


@pytest.fixture(scope="session")
def dynamodb_endpoint(request: pytest.FixtureRequest) -> Iterator[str]:
    """The endpoint URL of the engine that this run is about."""
    if in_memory(request.config):
        with memory_dynamodb():
            yield ENDPOINT
    else:
        yield request.getfixturevalue("dynamodb_local")


@pytest.fixture(scope="session")
def dynamodb_client(dynamodb_endpoint: str) -> Any:
    return client_of(dynamodb_endpoint)


@pytest.fixture(scope="session", autouse=True)
def _aws(dynamodb_endpoint: str) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        for name, value in environment(dynamodb_endpoint).items():
            patch.setenv(name, value)
        # botocore puts its description together anew for each call, and nobody reads it here.
        patch.setattr(UserAgentString, "to_string", lambda _: "tests")
        yield


def environment(endpoint_url: str) -> dict[str, str]:
    """What a process needs to reach the server and nothing else."""
    return {
        "AWS_ENDPOINT_URL_DYNAMODB": endpoint_url,
        "AWS_ACCESS_KEY_ID": "local",
        "AWS_SECRET_ACCESS_KEY": "local",
        "AWS_DEFAULT_REGION": "eu-central-1",
        "AWS_EC2_METADATA_DISABLED": "true",
        "POWERTOOLS_SERVICE_NAME": "tests",
        "POWERTOOLS_METRICS_NAMESPACE": "Tacit",
        "LOG_LEVEL": "CRITICAL",
    }


def pytest_configure(config: pytest.Config) -> None:
    config.pluginmanager.register(AtTheEnd(_all_items, all_registered=False))


def _all_items(funcargs: dict[str, Any]) -> list[dict[str, Any]] | None:
    name, client = funcargs.get("dynamodb_table"), funcargs.get("dynamodb_client")
    if name is None or client is None:
        return None
    pages = client.get_paginator("scan").paginate(TableName=name, ConsistentRead=True)
    return [item for page in pages for item in page["Items"]]


@pytest.fixture(scope="session")
def racers(dynamodb_local: str) -> Iterator[Racers]:
    """Each of the three takes longer to start than fifty races."""
    found = Racers(environment(dynamodb_local))
    yield found
    found.end()


@pytest.fixture
def dynamodb_table(dynamodb_client: Any) -> Iterator[str]:
    with fresh_table(dynamodb_client) as name:
        yield name


@contextmanager
def fresh_table(client: Any) -> Iterator[str]:
    """A fresh table as the template defines it, less the stream: DynamoDB Local keeps every record
    of every stream, also of deleted tables, and each write takes longer for it."""
    name = f"tacit-{uuid.uuid4().hex[:12]}"
    definition = table_definition()
    del definition["StreamSpecification"]
    client.create_table(TableName=name, **definition)
    yield name
    client.delete_table(TableName=name)


@pytest.fixture
def desk(dynamodb_table: str) -> Desk:
    return Desk(dynamodb_table)


@pytest.fixture
def wire(desk: Desk) -> Wire:
    return Wire(desk.table)
