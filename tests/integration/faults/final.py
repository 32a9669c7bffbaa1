"""What a story has come to, in a form in which two tellings of it can be compared."""

import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from tests.integration.faults.calls import Effects
from tests.integration.faults.words import Key

Item = dict[str, Any]

# What is made up anew each time, or told by the wall clock. Nothing else may differ.
MADE_UP: dict[str, str] = {
    "ttl": "when DynamoDB may clear an item away is counted from the wall clock",
    "saved_at": "how long nothing has come of a run is told by the wall clock, too",
    "claimed_at": "a lease is of the wall clock; whether there is one still counts",
    "claimed_by": "a claim is called by a number of its own",
    "capacity": "what a run has cost is measured, second tries included",
}
# What may be counted once too often, by the kind of item.
ONCE_TOO_OFTEN: dict[tuple[str, str], str] = {
    ("code_tries", "tries"): "a code that was tried counts before it is compared: on the safe side",
    ("message_by_hand", "version"): "whoever takes it over when a lease is over, claims it as well",
}
# Items of a run, by their sort keys. How far a worker has come is written in its own words, and
# depends on where it was cut off: what it comes to is asked of GET /job-runs/{id}. What was done
# is told line by line, in `totals`, and to the fuse.
_PROGRESS = re.compile(r"(plan|shard|rest)#")
_LINES = re.compile(r"(line|planned|difference)#")
_TOTALS = "totals"
# What may come twice, and why. Everything else is there exactly as often as without the fault.
TWICE: dict[str, str] = {
    "events": "the bus is told at least once; whoever listens goes by the event's id",
    "messages": "a queue hands out at least once; a message says what to look after, no more",
    "mails": "only where one had left and nothing could be written down about it: SES has no token",
}
NOT_THERE = "A RUN THAT IS NOT THERE"
_RUN_ID = re.compile(r"\b(?:renewals|expiries|invoice_reminders)-[0-9a-f]{32}\b")


@dataclass(frozen=True)
class Final:
    """`seen` is what the caller was told at the end; `items` what differs from before, by key,
    `runs` what staff is told of each run, and `by_the_way` what it did in them, line by line;
    `counted` the numbers that may be too high by one."""

    seen: Any
    items: dict[str, str]
    runs: list[str]
    by_the_way: list[str]
    counted: dict[str, int]
    mails: Counter[str]
    events: Counter[str]
    messages: Counter[str]


@dataclass(frozen=True)
class Allowed:
    """What may differ. `answer`: the second answer to the same question. `mail_twice`: nobody knows
    whether it has left. `sends_on`: a worker sends on what it has no time for, and what that is
    hangs on the fault. `other_pages`: a worker that had others has told it in another order, and
    what it is to tell of a page at its end, as often as it had one."""

    answer: bool = False
    mail_twice: bool = False
    sends_on: bool = False
    other_pages: bool = False


def final(
    seen: Any, changed: Mapping[Key, Item | None], effects: Effects, runs: Mapping[str, Item]
) -> Final:
    """`runs` has every job run that is there by its id, and what is told of those that changed."""
    rename = _renaming(runs)
    items, lines, counted = dict[str, str](), list[str](), dict[str, int]()
    for key, item in changed.items():
        name, text = rename("/".join(key)), rename(_text(_normal(item)))
        if key[0].startswith("fuse#"):
            lines.append(f"{name} {text}")
        elif key[0].startswith("run#") and (kind := _LINES.match(key[1])):
            lines += [f"{kind[0]} {rename(each['S'])}" for each in (item or {})["lines"]["L"]]
        elif not (key[0].startswith("run#") and _PROGRESS.match(key[1])):
            items[name] = text
            counted |= {f"{name} {what}": number for what, number in _counted(item)}
    shown = [_normal(run) or {} for run in runs.values() if run]
    totals = [_text(run.pop(_TOTALS, None)) for run in shown]
    return Final(
        json.loads(rename(json.dumps(seen))),
        items,
        sorted(rename(_text(run)) for run in shown),
        sorted([*lines, *totals]),
        counted,
        Counter(effects.mails),
        Counter(effects.events),
        Counter(rename(_text(message)) for message in effects.messages),
    )


def _renaming(runs: Iterable[str]) -> Callable[[str], str]:
    """A run that was asked for has an id of its own; one that is named and not there stands out."""
    there = set(runs)

    def name(found: re.Match[str]) -> str:
        return "a run" if found[0] in there else NOT_THERE

    return lambda text: _RUN_ID.sub(name, text)


def _normal(item: Item | None) -> Item | None:
    if item is None:
        return None
    left_out = {*MADE_UP, *(what for what, _ in _counted(item))}
    return {name: "not compared" if name in left_out else item[name] for name in item}


def _counted(item: Item | None) -> list[tuple[str, int]]:
    kind = (item or {}).get("item", {}).get("S")
    return [(what, int((item or {})[what]["N"])) for of, what in ONCE_TOO_OFTEN if of == kind]


def _text(value: Any) -> str:
    return json.dumps(value, sort_keys=True)


def differences(wanted: Final, found: Final, allowed: Allowed) -> list[str]:
    """What is not as it was without the fault."""
    told = []
    if not allowed.answer and found.seen != wanted.seen:
        told.append(f"answered {found.seen}\n    instead of {wanted.seen}")
    for key in sorted({*wanted.items, *found.items}):
        if wanted.items.get(key) != found.items.get(key):
            before, after = wanted.items.get(key, "as before"), found.items.get(key, "as before")
            told.append(f"{key} is {after}\n    instead of {before}")
    if found.runs != wanted.runs:
        told.append(f"runs {found.runs}\n    instead of {wanted.runs}")
    if not allowed.other_pages and found.by_the_way != wanted.by_the_way:
        told.append(f"told {found.by_the_way}\n    instead of {wanted.by_the_way}")
    for name, number in wanted.counted.items():
        if found.counted.get(name) not in (number, number + 1):
            told.append(f"{name} is {found.counted.get(name)}, not {number}")
    return told + [each for name in TWICE for each in _effects(name, wanted, found, allowed)]


def _effects(name: str, wanted: Final, found: Final, allowed: Allowed) -> list[str]:
    before: Counter[str] = getattr(wanted, name)
    after: Counter[str] = getattr(found, name)
    if name == "messages" and allowed.sends_on:
        return [f"{name}: {each}" for each in after if NOT_THERE in each]
    once = name == "mails" and not allowed.mail_twice
    told = [f"{name}: {each} is missing" for each in before if each not in after]
    told += [f"{name}: {each} is new" for each in after if each not in before]
    return told + [
        f"{name}: {after[each]} times {each}"
        for each in before
        if 0 < after[each] < before[each] or (once and after[each] > before[each])
    ]
