"""The capacity units in docs/keys.md are those of AWS's rule, counted from the items we write."""

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from math import ceil
from pathlib import Path
from typing import Any

from tacit import policies
from tacit.domain.commands import (
    Amend,
    Cancel,
    ComeDue,
    Command,
    Follow,
    NoteRegistry,
    Reactivate,
    Register,
    Restore,
    TransferOut,
)
from tacit.domain.decision import Change, Situation
from tacit.domain.ledger import Deposit, Movement, Open, Withdraw, booked, opened
from tacit.domain.life import decide
from tacit.domain.money import Money
from tacit.domain.values import JOB, Account, Actor, Role
from tacit.replies import Answer
from tacit.runtime import account_bodies, answers
from tacit.runtime.registration import read_registration
from tacit.service import View
from tacit.store import keys
from tacit.store.account_items import account_item, movement_writes
from tacit.store.codec import Raw, to_raw
from tacit.store.repository import IdempotencyRecord, idempotency_write, writes_of
from tacit.store.writes import Write
from tacit.versions import policy_of
from tests.tables import table_definition

PAGE = Path(__file__).resolve().parents[2] / "docs" / "keys.md"
ROW = re.compile(r"^\| ([^|]+) \| (\d+) \| (\d+) \| (\d+) \| (\d+) \|$", re.MULTILINE)
STAFF, ALICE = Actor(Role.STAFF, "sam"), Actor(Role.HOLDER, "alice")
FETCHED_AT = datetime(2025, 5, 1, tzinfo=UTC)
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
PREMIUM = {
    **SAMPLE,
    "provider": "svenska-domaner",
    "plan": "premium-domain-3",
    "label": "example.org.nz",
    "starts_on": "2025-04-01",
    "registry_expires_on": "2026-03-01",
    "import": True,
}
ADD_ON = {
    **SAMPLE,
    "provider": "svenska-domaner",
    "plan": "mail-addon",
    "label": "mail",
    "starts_on": "2024-06-15",
    "parent_id": "d-1",
}


def registers(contract_id: str, body: dict[str, Any]) -> Register:
    return Register(STAFF, read_registration(contract_id, body), "0" * 64)


LIVES: tuple[tuple[str, str, Command, str], ...] = (
    ("register", "c-1", registers("c-1", SAMPLE), "2025-01-15"),
    ("amend", "c-1", Amend(STAFF, 1, {"locale": "en"}), "2025-06-01"),
    (
        "amend, another contact",
        "c-1",
        Amend(STAFF, 2, {"technical_contact": "dan"}),
        "2025-06-02",
    ),
    ("cancel", "c-1", Cancel(ALICE), "2025-11-03"),
    ("reactivate", "c-1", Reactivate(ALICE), "2025-11-04"),
    ("cancel", "c-1", Cancel(ALICE), "2025-11-05"),
    ("expire (job)", "c-1", ComeDue(JOB), "2026-01-15"),
    ("restore", "c-1", Restore(STAFF, "invoice 1"), "2026-02-01"),
    ("cancel", "c-1", Cancel(ALICE), "2026-06-01"),
    ("expire (job)", "c-1", ComeDue(JOB), "2027-01-15"),
    ("restore, charged to an account", "c-1", Restore(STAFF, account_id="a-1"), "2027-02-01"),
    ("cancel", "c-1", Cancel(ALICE), "2027-06-01"),
    ("expire (job)", "c-1", ComeDue(JOB), "2028-01-15"),
    ("close (job)", "c-1", ComeDue(JOB), "2028-02-24"),
    ("register", "d-1", registers("d-1", PREMIUM), "2025-04-01"),
    ("register an add-on", "a-1", registers("a-1", ADD_ON), "2025-04-01"),
    ("register an add-on", "a-2", registers("a-2", ADD_ON), "2025-04-01"),
    (
        "note a registry's date",
        "d-1",
        NoteRegistry(STAFF, date(2026, 4, 1), FETCHED_AT),
        "2025-05-01",
    ),
    ("cancel at once", "a-2", Cancel(ALICE, "immediate"), "2025-05-01"),
    ("close an add-on (job)", "a-2", ComeDue(JOB), "2025-05-31"),
    ("cancel", "a-1", Cancel(ALICE), "2025-06-01"),
    ("downgrade (job)", "a-1", ComeDue(JOB), "2025-06-15"),
    ("cancel", "d-1", Cancel(ALICE), "2025-06-16"),
    ("inactivate (job)", "d-1", ComeDue(JOB), "2025-07-01"),
    ("follow its parent", "a-1", Follow(JOB), "2025-07-01"),
    ("transfer out", "d-1", TransferOut(STAFF), "2025-08-01"),
    ("follow its parent to the end", "a-1", Follow(JOB), "2025-08-01"),
)
HELD = Account("a-1", "kreativmedia", "alice", "CHF", Money(100_000, "CHF"), 7, 8)
AMOUNT = Money(30_000, "CHF")


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
    """By step: items, units of the table, of the indexes, and those of a key's record. The same
    step of another contract must cost the same."""
    there: dict[keys.Key, Raw] = {keys.account(HELD.id): to_raw(account_item(HELD))}
    lives: dict[str, Situation] = {}
    found: dict[str, tuple[int, int, int, int]] = {}
    for name, contract_id, command, day in LIVES:
        now = datetime.combine(date.fromisoformat(day), datetime.min.time(), UTC).replace(hour=12)
        change = decided(lives, contract_id, command, now)
        rules = policy_of(change.contract)
        run = "expiries-20260115T030000Z" if isinstance(command, ComeDue) else None
        writes = writes_of(change, rules, now, run)
        raws = {write.key: state_after(write, there) for write in writes}
        table = sum(2 * units_of(raw or there[key]) for key, raw in raws.items())
        indexes = sum(index_units(there.get(key, {}), raw) for key, raw in raws.items())
        figures = (len(writes), table, indexes, 2 * units_of(record(change, now)))
        assert found.setdefault(name, figures) == figures, (name, contract_id)
        # The relay takes the markers away before the next step.
        there |= {
            key: {n: v for n, v in raw.items() if not n.startswith("outbox_")}
            for key, raw in raws.items()
        }
        order = change.order or lives.get(contract_id, Situation(None)).order
        lives[contract_id] = Situation(change.contract, order)
    return found


def decided(
    lives: Mapping[str, Situation], contract_id: str, command: Command, now: datetime
) -> Change:
    """The change that the command makes of the contract as the steps before left it."""
    situation = lives.get(contract_id, Situation(None))
    if isinstance(command, Register):
        rules, parent_id = policies.newest(command.wanted.provider), command.wanted.parent_id
    else:
        assert situation.contract is not None
        rules, parent_id = policy_of(situation.contract), situation.contract.parent_id
    parent = lives[parent_id].contract if parent_id else None
    change = decide(replace(situation, parent=parent, account=HELD), command, rules, now)
    assert isinstance(change, Change), (contract_id, command)
    return change


def state_after(write: Write, there: Mapping[keys.Key, Raw]) -> Raw:
    """The item as the write leaves it; empty, where it is gone. What is only checked stays."""
    match write.kind:
        case "check":
            return there[write.key]
        case "update":
            pk, sk = write.key
            return to_raw({"pk": pk, "sk": sk, "item": "children", "children": 20})
        case _:
            return to_raw(write.item or {})


def counted_of_accounts() -> dict[str, tuple[int, int, int, int]]:
    """The same of what moves money and nothing else."""
    now, found = datetime(2026, 3, 1, 12, tzinfo=UTC), {}
    steps = {
        "open an account": opened(None, Open(STAFF, "a-1", "kreativmedia", "alice", "CHF"), now),
        "deposit": booked(HELD, Deposit(STAFF, AMOUNT, "bank-17", "Paid in"), None, now),
        "withdraw": booked(HELD, Withdraw(STAFF, AMOUNT, "back-17", "Paid back"), None, now),
    }
    for name, movement in steps.items():
        assert isinstance(movement, Movement), name
        shape = account_bodies.booked_answer if movement.before else account_bodies.opened_answer
        raws = [to_raw(write.item or {}) for write in movement_writes(movement, now)]
        before = to_raw(account_item(movement.before)) if movement.before else {}
        indexes = sum(
            index_units(before if raw["item"] == {"S": "account"} else {}, raw) for raw in raws
        )
        table = sum(2 * units_of(raw) for raw in raws)
        found[name] = (len(raws), table, indexes, 2 * units_of(kept(shape(movement), now)))
    return found


def units_of(raw: Raw) -> int:
    return max(1, ceil(size(raw) / 1024))


def record(change: Change, now: datetime) -> Raw:
    situation = Situation(change.contract, change.order)
    view = View(situation, change.contract, ALICE, policy_of(change.contract), now)
    return kept(answers.command_answer(view, change), now)


def kept(answer: Answer, now: datetime) -> Raw:
    """The record of a key under which this was answered."""
    key = keys.idempotency("alice", "POST", "/contracts/c-1", "key")
    write: Write = idempotency_write(
        IdempotencyRecord(key, "0" * 64, answer.status, answer.body, now, 1_800_000_000), now
    )
    return to_raw(write.item or {})


def test_the_units_of_each_change_are_those_of_its_items() -> None:
    text = PAGE.read_text("utf-8").partition("## What a change writes")[2]
    shown = {row[0].strip(): tuple(map(int, row[1:])) for row in ROW.findall(text)}
    assert shown == counted() | counted_of_accounts()
