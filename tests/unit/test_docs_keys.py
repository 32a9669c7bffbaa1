"""The capacity units in docs/keys.md are those of AWS's rule, counted from the items we write."""

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime
from math import ceil
from pathlib import Path
from typing import Any

from tacit import policies
from tacit.domain.commands import Amend, Cancel, ComeDue, Command, Reactivate, Register, Restore
from tacit.domain.decision import Change, Situation
from tacit.domain.life import decide
from tacit.domain.values import JOB, Actor, Role
from tacit.runtime import answers
from tacit.runtime.registration import read_registration
from tacit.service import View
from tacit.store import keys
from tacit.store.codec import Raw, to_raw
from tacit.store.repository import IdempotencyRecord, idempotency_write, writes_of
from tacit.store.writes import Write
from tests.tables import table_definition

PAGE = Path(__file__).resolve().parents[2] / "docs" / "keys.md"
ROW = re.compile(r"^\| ([^|]+) \| (\d+) \| (\d+) \| (\d+) \| (\d+) \|$", re.MULTILINE)
STAFF, ALICE = Actor(Role.STAFF, "sam"), Actor(Role.HOLDER, "alice")
POLICY = policies.newest("kreativmedia")
SAMPLE = {
    "provider": "kreativmedia",
    "plan": "domain-ch",
    "label": "example.ch",
    "holder": "alice",
    "billing_contact": "bob",
    "technical_contact": "carol",
    "email": "alice@example.net",
    "starts_on": "2025-01-15",
}
LIFE: tuple[tuple[str, Command, str], ...] = (
    ("register", Register(STAFF, read_registration("c-1", SAMPLE), "0" * 64), "2025-01-15"),
    ("amend", Amend(STAFF, 1, {"locale": "en"}), "2025-06-01"),
    ("cancel", Cancel(ALICE), "2025-11-03"),
    ("reactivate", Reactivate(ALICE), "2025-11-04"),
    ("cancel", Cancel(ALICE), "2025-11-05"),
    ("expire (job)", ComeDue(JOB), "2026-01-15"),
    ("restore", Restore(STAFF, "invoice 1"), "2026-02-01"),
    ("cancel", Cancel(ALICE), "2026-06-01"),
    ("expire (job)", ComeDue(JOB), "2027-01-15"),
    ("close (job)", ComeDue(JOB), "2027-02-24"),
)


def attribute_size(value: Mapping[str, Any]) -> int:
    ((kind, content),) = value.items()
    match kind:
        case "S":
            return len(content.encode())
        case "N":
            return ceil(len(content) / 2) + 1
        case "L":
            return 3 + sum(1 + attribute_size(each) for each in content)
        case "M":
            return 3 + sum(
                1 + len(name.encode()) + attribute_size(v) for name, v in content.items()
            )
        case _:
            return 1


def size(raw: Raw) -> int:
    return sum(len(name.encode()) + attribute_size(value) for name, value in raw.items())


def index_units(before: Raw, after: Raw) -> int:
    """One unit for each entry that goes or comes; our entries are keys only and far below 1 KB."""
    units = 0
    for index in table_definition()["GlobalSecondaryIndexes"]:
        hash_key, range_key = (key["AttributeName"] for key in index["KeySchema"])
        entries = [
            (raw[hash_key], raw[range_key]) if hash_key in raw and range_key in raw else None
            for raw in (before, after)
        ]
        if entries[0] != entries[1]:
            units += sum(entry is not None for entry in entries)
    return units


def counted() -> dict[str, tuple[int, int, int, int]]:
    """By step: items, units of the table, of the indexes, and those of a key's record."""
    there: dict[keys.Key, Raw] = {}
    situation, found = Situation(None), {}
    for name, command, day in LIFE:
        now = datetime.combine(date.fromisoformat(day), datetime.min.time(), UTC).replace(hour=12)
        change = decide(situation, command, POLICY, now)
        assert isinstance(change, Change), name
        run = "expiries-20260115T030000Z" if isinstance(command, ComeDue) else None
        writes = writes_of(change, POLICY, now, run)
        raws = {write.key: to_raw(write.item or {}) for write in writes}
        table = sum(2 * units_of(raw or there[key]) for key, raw in raws.items())
        indexes = sum(index_units(there.get(key, {}), raw) for key, raw in raws.items())
        found[name] = (len(writes), table, indexes, 2 * units_of(record(change, now)))
        there |= raws
        for _ in change.events:  # the relay takes the marker away before the next step
            key = writes[-1].key
            there[key] = {n: v for n, v in there[key].items() if not n.startswith("outbox_")}
        situation = Situation(change.contract, change.order or situation.order)
    return found


def units_of(raw: Raw) -> int:
    return max(1, ceil(size(raw) / 1024))


def record(change: Change, now: datetime) -> Raw:
    view = View(Situation(change.contract, change.order), change.contract, ALICE, POLICY, now)
    answer = answers.command_answer(view, change)
    key = keys.idempotency("alice", "POST", "/contracts/c-1", "key")
    write: Write = idempotency_write(
        IdempotencyRecord(key, "0" * 64, answer.status, answer.body, now, 1_800_000_000), now
    )
    return to_raw(write.item or {})


def test_the_units_of_each_change_are_those_of_its_items() -> None:
    text = PAGE.read_text("utf-8").partition("## What a change writes")[2]
    shown = {row[0].strip(): tuple(map(int, row[1:])) for row in ROW.findall(text)}
    assert shown == counted()
