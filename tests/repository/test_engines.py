"""Two engines, DynamoDB Local and the one in memory: what is asked of one alone, and why."""

from pathlib import Path

import pytest

from tests.repository.conftest import COLLECTED
from tests.repository.needs_the_server import NEEDS_THE_SERVER, named

HERE = Path(__file__).parent


def test_what_needs_the_server_asks_for_it_and_nothing_else_does(
    pytestconfig: pytest.Config,
) -> None:
    collected = pytestconfig.stash[COLLECTED]
    asking = {item.nodeid for item in collected if "dynamodb_local" in fixtures(item)}
    assert asking == {item.nodeid for item in collected if named(item)}


def fixtures(item: pytest.Item) -> list[str]:
    assert isinstance(item, pytest.Function)
    return list(item.fixturenames)


def test_everything_that_needs_the_server_is_there_and_says_why() -> None:
    code = "\n".join(path.read_text() for path in HERE.glob("*.py"))
    assert [name for name in NEEDS_THE_SERVER if f"def {name}(" not in code] == []
    assert all(NEEDS_THE_SERVER.values())
