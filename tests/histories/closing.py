"""What is asked of the whole table at the end of a history, through doors of its own."""

from __future__ import annotations

from collections.abc import Iterator

from tacit.calendar.rebuild import Rebuild
from tacit.store.codec import from_raw
from tests.histories.eye import Eye
from tests.histories.heads import Item
from tests.histories.stage import Stage
from tests.repository.desk import everything

_INDEXES = {
    "expiries": "expiries_due_at",
    "renewals": "renewals_due_at",
    "reminders": "reminders_due_at",
    "outbox": "outbox_at",
}


def as_seen(stage: Stage, client: object) -> Iterator[str]:
    """A scan finds what the eye saw, and each index what its items say."""
    name = stage.table.name
    raws = (raw for raw in everything(client, name) if not raw["pk"]["S"].startswith("run#"))
    there = [from_raw(raw) for raw in raws]
    seen = [item for part in stage.eye.parts.values() for item in part.values()]
    if sorted(map(_key, there)) != sorted(map(_key, seen)):
        extra = {_key(each) for each in there} ^ {_key(each) for each in seen}
        yield f"written behind the eye: {sorted(extra)[:5]}"
    elif sorted(map(str, map(_sorted, there))) != sorted(map(str, map(_sorted, seen))):
        yield "an item is not what it was when it was written"
    for index, attribute in _INDEXES.items():
        found = client.scan(TableName=name, IndexName=index)["Items"]  # type: ignore[attr-defined]
        keys = {(raw["pk"]["S"], raw["sk"]["S"]) for raw in found}
        wanted = {_key(item) for item in there if attribute in item}
        if keys != wanted:
            yield f"the index {index} has {sorted(keys ^ wanted)[:5]} too much or too few"


def rebuilt(stage: Stage) -> Iterator[str]:
    """What is stored is what a rebuild of the calendars would store."""
    said: list[str] = []
    tally = Rebuild(stage.table, said.append, dry_run=True).run()
    if tally.rewritten or tally.unreadable:
        yield f"a rebuild would write {tally.rewritten} heads anew, unreadable {tally.unreadable}"


def balances(eye: Eye) -> Iterator[str]:
    """Every balance is the sum of its whole ledger, whose numbers have no gap."""
    for account in eye.named("account"):
        lines = eye.behind(str(account["pk"]), "line")
        if sum(int(line["minor"]) for line in lines) != account["balance"]:
            yield f"{account['id']}: {account['balance']} is not the sum of its lines"
        numbers = sorted(int(line["number"]) for line in lines)
        if numbers != list(range(1, int(account["lines"]) + 1)):
            yield f"{account['id']}: lines {numbers} of {account['lines']}"


def mailed_once(eye: Eye, mails: int) -> Iterator[str]:
    """Each message of each event left once, however often the bus brought it."""
    sent = [each for each in eye.named("message") if each["state"] == "sent"]
    if mails > len(sent):
        yield f"{mails} mails left for {len(sent)} messages"


def _key(item: Item) -> tuple[str, str]:
    return str(item["pk"]), str(item["sk"])


def _sorted(item: Item) -> list[tuple[str, object]]:
    return sorted(item.items())
