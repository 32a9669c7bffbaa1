"""What a story has come to, in a form in which two tellings of it can be compared."""

import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from tests.integration.faults.calls import Effects, Key

Item = dict[str, Any]

# What is made up anew each time, or told by the wall clock. Nothing else may differ.
MADE_UP: dict[str, str] = {
    "ttl": "when DynamoDB may clear an item away is counted from the wall clock",
    "claimed_at": "a lease is of the wall clock; whether there is one still counts",
}
# How far a worker has come is written down in its own words, and depends on where it was cut off.
# What it has come to is asked of GET /job-runs/{id}.
_PROGRESS = re.compile(r"^shard#")
_RUN_ID = re.compile(r"\b(?:renewals|expiries|invoice_reminders)-[0-9a-f]{32}\b")
NOT_THERE = "A RUN THAT IS NOT THERE"

# What may come twice, and why. Everything else is there exactly as often as without the fault.
TWICE: dict[str, str] = {
    "events": "the bus is told at least once; whoever listens goes by the event's id",
    "messages": "a queue hands out at least once; a message says what to look after, not what to do",
    "mails": "only where one had left and nothing could be written down about it: SES has no token",
}


# What may be counted once too often, by the kind of item.
ONCE_TOO_OFTEN: dict[tuple[str, str], str] = {
    ("code_tries", "tries"): "a code that was tried counts before it is compared: on the safe side",
    ("message_by_hand", "version"): "whoever takes it over when a lease is over, claims it as well",
}


@dataclass(frozen=True)
class Final:
    """`seen` is what the caller was told at the end; `items` what differs from before, by key, and
    `counted` the numbers in them that may be too high by one."""

    seen: Any
    items: dict[str, str]
    counted: dict[str, int]
    mails: Counter[str]
    events: Counter[str]
    messages: Counter[str]


def final(seen: Any, changed: Mapping[Key, Item | None], effects: Effects, runs: Any) -> Final:
    """`runs` is what is told of each job run that is there, by its id."""
    rename = _renaming(runs)
    items, counted = dict[str, str](), dict[str, int]()
    for key, item in changed.items():
        if not (key[0].startswith("run#") and _PROGRESS.match(key[1])):
            name = rename("/".join(key))
            items[name] = rename(json.dumps(_normal(item), sort_keys=True))
            counted |= {f"{name} {what}": number for what, number in _counted(item)}
    shown = json.loads(rename(json.dumps([seen, sorted(runs.values(), key=str)])))
    messages = (json.dumps(message, sort_keys=True) for message in effects.messages)
    return Final(
        shown,
        items,
        counted,
        Counter(effects.mails),
        Counter(effects.events),
        Counter(rename(message) for message in messages),
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


def differences(
    wanted: Final, found: Final, *, answer_counts: bool, mail_in_doubt: bool, sends_on: bool
) -> list[str]:
    """What is not as it was without the fault. Where a worker `sends_on` what it has no time for,
    it depends on the fault what that is: what it comes to counts, and that it is of this run."""
    told = []
    if answer_counts and found.seen != wanted.seen:
        told.append(f"answered {found.seen}\n    instead of {wanted.seen}")
    for key in sorted({*wanted.items, *found.items}):
        if wanted.items.get(key) != found.items.get(key):
            before, after = wanted.items.get(key, "as before"), found.items.get(key, "as before")
            told.append(f"{key} is {after}\n    instead of {before}")
    for name, number in wanted.counted.items():
        if found.counted.get(name) not in (number, number + 1):
            told.append(f"{name} is {found.counted.get(name)}, not {number}")
    for name in TWICE:
        if name == "messages" and sends_on:
            told += [f"{name}: {each}" for each in found.messages if NOT_THERE in each]
        else:
            once = name == "mails" and not mail_in_doubt
            told += _compared(name, getattr(wanted, name), getattr(found, name), once)
    return told


def _compared(name: str, wanted: Counter[str], found: Counter[str], once: bool) -> list[str]:
    told = [f"{name}: {each} is missing" for each in wanted if each not in found]
    told += [f"{name}: {each} is new" for each in found if each not in wanted]
    both = [each for each in found if each in wanted]
    return told + [
        f"{name}: {found[each]} times {each}"
        for each in both
        if found[each] < wanted[each] or (once and found[each] > wanted[each])
    ]
