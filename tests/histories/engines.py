"""What a history runs on: a fresh table, and a client for it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import Any

from tests.memory.place import ENDPOINT, memory_dynamodb
from tests.repository.conftest import fresh_table
from tests.repository.desk import _client_of


@dataclass(frozen=True)
class Engine:
    """`table` gives the name of a fresh, empty table; `client` speaks to it."""

    client: Any
    table: Callable[[], AbstractContextManager[str]]


def on_the_server(client: Any) -> Engine:
    """DynamoDB Local, or whatever engine the repository suite runs on. A client that waits longer
    than the product's does: a history is about laws, and not about a busy machine."""
    return Engine(client, lambda: fresh_table(client))


@contextmanager
def in_memory() -> Iterator[Engine]:
    """For as long as the block lasts. A table of it costs next to nothing, and goes with it."""
    with memory_dynamodb() as engine:

        @contextmanager
        def table() -> Iterator[str]:
            name = engine.fresh_table()
            yield name
            del engine.tables[name]

        yield Engine(_client_of(ENDPOINT), table)
