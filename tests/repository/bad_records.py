"""Due records that no job can handle, and what is true of all the others."""

from collections import Counter
from collections.abc import Sequence
from datetime import date
from typing import Any

import pytest

from tacit.store import keys
from tacit.store.mapping import contract_item
from tacit.store.writes import Write
from tests.repository.desk import Desk, everything, plain, portfolio
from tests.unit.cases import KREATIVMEDIA

BAD_RECORDS: dict[str, dict[str, Any]] = {
    "c-1969": {"expires_on": "1969-12-31"},
    "c-policy": {"policy": "kreativmedia/99"},
    "c-types": {"quantity": "two", "servers": 5, "version": "three"},
    "c-missing": {"status": None, "price_minor": None, "version": None},
    "c-phase": {"kind": "castle"},
}


def bad_heads(ended_on: date) -> list[dict[str, Any]]:
    """Due records that no job can handle, spread over the shards."""
    contracts, _ = portfolio(len(BAD_RECORDS), ended_on)
    return [
        {**contract_item(contract, KREATIVMEDIA), **wrong, "pk": f"contract#{name}", "id": name}
        for contract, (name, wrong) in zip(contracts, BAD_RECORDS.items(), strict=True)
    ]


def poisoned(patch: pytest.MonkeyPatch, desk: Desk, contract_id: str) -> None:
    """No transaction with this one contract goes through, as with a fault in the code."""
    transact, key = desk.table.transact, keys.contract(contract_id)

    def failing(writes: Sequence[Write]) -> None:
        if any((write.kind, write.key) == ("put", key) for write in writes):
            raise RuntimeError("cannot")
        transact(writes)

    patch.setattr(desk.table, "transact", failing)


def truth(client: Any, desk: Desk) -> tuple[Counter[str], Counter[str]]:
    """From the items themselves: heads by status, and the history's events by type."""
    raws = everything(client, desk.table.name)
    good = [raw for raw in raws if raw["pk"]["S"].removeprefix("contract#") not in BAD_RECORDS]
    heads, events = plain(good, "contract"), plain(good, "event")
    assert len({(event["subject"], event["number"]) for event in events}) == len(events)
    return Counter(h["status"] for h in heads), Counter(e["type"] for e in events)
