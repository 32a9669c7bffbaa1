"""What a million contracts cost in a year, from what `make bench` has measured.

Every line is a number of times, in a year, times what once costs: capacity units as the tests count
them, Lambda's time as the benches take it, and the list prices below. What a year holds is an
assumption, named in `Year`; a portal puts its own numbers there.

Left out: logs, metrics and alarms, backups, Cognito, free tiers and discounts.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

# US dollars before tax, eu-central-1, first tier. Source of the first block: AWS's public price
# list by region, as others quoted it in September 2026. Of the second: the services' price pages,
# not looked up again for this. Whoever relies on a sum looks both up first.
WRITE_UNIT = 0.7625e-6
READ_UNIT = 0.1525e-6
STORED_GB_MONTH = 0.306
LAMBDA_GB_SECOND = 0.0000133334  # arm64
LAMBDA_REQUEST = 0.20e-6
QUEUE_REQUEST = 0.40e-6

API_REQUEST = 3.70e-6  # a REST API
BUS_EVENT = 1.00e-6
MAIL = 0.10e-3
SNAPSHOT_GB_SECOND = 0.0000015046  # SnapStart for Python: kept, for as long as the version is there
SNAPSHOT_RESTORED_GB = 0.0001397998

HOURS = 365 * 24
FUNCTION_GB = 1.0  # MemorySize of the template
QUEUE_REQUESTS = 3  # sent, received, deleted

Found = Mapping[str, Any]
Line = dict[str, float]


@dataclass(frozen=True, slots=True)
class Year:
    """What happens in a year: by contract, except the jobs and their messages, which are by hour.
    `stored_bytes` is what a contract comes to with its history."""

    contracts: int = 1_000_000
    renewals: float = 1.0
    ends: float = 0.1
    registrations: float = 0.1
    commands: float = 0.5
    looks: float = 6.0
    events_of_a_renewal: float = 2.0
    mails: float = 3.0
    jobs: int = 3
    messages_of_a_job: int = 8
    stored_bytes: int = 8_000


def year(found: Found, assumed: Year | None = None) -> dict[str, Line]:
    """By line: how often, units, seconds of Lambda, dollars. `found` is what `make bench` writes;
    raises KeyError where it lacks a figure, since a guess would look like one."""
    its = assumed or Year()
    units, took, imports = found["costs"], found["calls"], found["imports"]
    renewed = 1 / found["renewals"]["rates"]["1"]["worker a second"]
    ended = 1 / found["expiries"]["128 holders"]["worker a second"]
    number = its.contracts
    renewals, ends = number * its.renewals, number * its.ends
    registered, commands = number * its.registrations, number * its.commands
    events = renewals * its.events_of_a_renewal + ends + registered + commands
    runs = HOURS * its.jobs
    return {
        "renewals": _line(renewals, units["a renewal, for each contract"], renewed),
        "ends": _line(ends, units["the job, for each contract"], ended),
        "runs of the jobs, nothing due": _with_queue(
            _line(runs, units["an hour with nothing due"], took["an hour with nothing due"]),
            runs * its.messages_of_a_job,
        ),
        "cold starts of the jobs": _line(
            runs, None, _cold_start(imports, its.messages_of_a_job), calls=its.messages_of_a_job + 1
        ),
        "registered": _asked(registered, units["register a domain"], took["a command"]),
        "commands": _asked(commands, units["cancel"], took["a command"]),
        "looks": _asked(number * its.looks, units["look"], took["a look"]),
        "events to the bus": _with(
            _line(events, units["an event to the bus"], took["an event to the bus"]), BUS_EVENT
        ),
        "mails": _with_queue(
            _with(_line(number * its.mails, units["look"], took["a look"]), MAIL),
            number * its.mails,
        ),
        "storage": _dollars(number * its.stored_bytes / 1e9, 12 * STORED_GB_MONTH),
    }


def snapshots(functions: int) -> float:
    """Dollars a year that SnapStart takes for keeping one version of so many functions, whether
    they are called or not."""
    return functions * FUNCTION_GB * HOURS * 3600 * SNAPSHOT_GB_SECOND


def table(lines: Mapping[str, Line]) -> str:
    heads = ("times", "read units", "write units", "Lambda s", "dollars")
    shown = ["", f"{'a year of a million contracts':32}" + "".join(f"{h:>15}" for h in heads)]
    for name, line in lines.items():
        cells = (f"{line.get(head, 0):15,.0f}" for head in heads)
        shown.append(f"{name:32}" + "".join(cells))
    total = sum(line["dollars"] for line in lines.values())
    return "\n".join([*shown, f"{'in all':32}{total:75,.0f}"])


def _line(times: float, units: Mapping[str, float] | None, seconds: float, calls: int = 1) -> Line:
    """`units` are of once, as `seconds`, in which `calls` functions are called."""
    read = times * units["read units"] if units else 0.0
    written = times * units["write units"] if units else 0.0
    dollars = read * READ_UNIT + written * WRITE_UNIT
    dollars += times * (seconds * FUNCTION_GB * LAMBDA_GB_SECOND + calls * LAMBDA_REQUEST)
    return {
        "times": times,
        "read units": read,
        "write units": written,
        "Lambda s": times * seconds,
        "dollars": dollars,
    }


def _asked(times: float, units: Mapping[str, float], seconds: float) -> Line:
    return _with(_line(times, units, seconds), API_REQUEST)


def _with(line: Line, price: float) -> Line:
    """Each time is paid for once more, to another service."""
    return {**line, "dollars": line["dollars"] + line["times"] * price}


def _with_queue(line: Line, messages: float) -> Line:
    return {**line, "dollars": line["dollars"] + messages * QUEUE_REQUESTS * QUEUE_REQUEST}


def _dollars(times: float, price: float) -> Line:
    return {"times": times, "dollars": times * price}


def _cold_start(imports: Mapping[str, Mapping[str, float]], workers: int) -> float:
    """Seconds of a run whose function and workers all start anew: an hour is longer than Lambda
    keeps what is not used."""
    return (imports["expiries"]["ms"] + workers * imports["expiries_worker"]["ms"]) / 1000
