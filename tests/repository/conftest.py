"""The repository suite runs on DynamoDB Local: one server, one fresh table a test."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from botocore.useragent import UserAgentString

from tests.dynamodb_local import dynamodb_client, dynamodb_local
from tests.invariants.at_the_end import AtTheEnd
from tests.repository.desk import Desk
from tests.repository.racers import Racers
from tests.repository.wire import Wire
from tests.tables import table_definition

__all__ = ["dynamodb_client", "dynamodb_local"]


@pytest.fixture(scope="session", autouse=True)
def _aws(dynamodb_local: str) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        for name, value in environment(dynamodb_local).items():
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
