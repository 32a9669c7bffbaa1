"""Somebody who steps in between what a decision has seen and what it commits."""

from collections.abc import Callable, Sequence
from typing import Any

import pytest

from tacit.store.table import Table
from tacit.store.writes import Write
from tests.integration.conftest import World

Step = Callable[[World], Any]
# The heads whose transactions are somebody's decision, and not a job's own notes.
_HEADS = ("contract#", "ticket_order#")


def stepping_in(patch: pytest.MonkeyPatch, world: World, step: Step, at: int = 1) -> None:
    """Before the commit of that number somebody else is done. Behind the first one, each decision
    is committed by itself: else there would be no second commit to step in before."""
    real, commits = Table.transact, list[int]()
    if at > 1:
        patch.setattr("tacit.store.together.MOST", 1)

    def overtaken(table: Table, writes: Sequence[Write]) -> None:
        if any(write.key[0].startswith(_HEADS) for write in writes):
            commits.append(1)
            if len(commits) == at:
                step(world)
        real(table, writes)

    patch.setattr(Table, "transact", overtaken)


def out_of_order(patch: pytest.MonkeyPatch, contract_id: str, error: Exception) -> None:
    """No transaction with this contract's head goes through."""
    real = Table.transact

    def failing(table: Table, writes: Sequence[Write]) -> None:
        if any((w.kind, w.key) == ("put", (f"contract#{contract_id}", "head")) for w in writes):
            raise error
        real(table, writes)

    patch.setattr(Table, "transact", failing)
