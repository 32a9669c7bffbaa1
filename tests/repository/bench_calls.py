"""How long one call of a function takes once it is warm: what Lambda's time is reckoned from.

`python -m tests.repository.bench_calls` prints medians in seconds as JSON. BENCH_CALLS, how often
each is made, makes it shorter.
"""

from __future__ import annotations

import json
import os
import statistics
import sys
from collections.abc import Callable
from contextlib import redirect_stdout
from pathlib import Path

from tacit.domain.commands import Cancel
from tacit.runtime.jobs import EXPIRIES, Jobs
from tacit.runtime.relay import Relay
from tacit.store.runs import ALL, Run
from tests.dynamodb_local import client_of, running
from tests.repository.beside import timed
from tests.repository.conftest import environment, fresh_table
from tests.repository.desk import ERIN, Desk, everything
from tests.unit.cases import STAFF

CALLS = 40
RUNS = 5


Events = list[dict[str, object]]


def measured(desk: Desk, calls: int, events: Callable[[], Events]) -> dict[str, float]:
    names = [f"c-{number}" for number in range(calls)]
    for name in names:
        desk.register(name)
    looks = [timed(lambda n=name: desk.contracts.view(ERIN, n)) for name in names]  # type: ignore[misc]
    commands = [timed(lambda n=name: desk.ask(n, Cancel)) for name in names]  # type: ignore[misc]
    stream = events()
    relayed = [timed(lambda e=each: Relay(desk).of_stream([e])) for each in stream]  # type: ignore[misc]
    runs = [timed(lambda n=number: run_all(desk, f"run-{n}")) for number in range(RUNS)]  # type: ignore[misc]
    found = {
        "a look": looks,
        "a command": commands,
        "an event to the bus": relayed,
        "an hour with nothing due": runs,
    }
    return {
        name: round(statistics.median(wall for wall, _ in took), 5) for name, took in found.items()
    }


def run_all(desk: Desk, run_id: str) -> None:
    """A run of a job, from its start to its last message."""
    now = desk.clock.now()
    Jobs(desk).start(Run(run_id, EXPIRIES, now, now, ALL, STAFF), now)
    while desk.queue.bodies:
        desk.work(desk.queue.bodies.pop(0))


def main() -> int:
    calls = int(os.environ.get("BENCH_CALLS") or CALLS)
    with running() as endpoint_url:
        os.environ.update(environment(endpoint_url))
        client = client_of(endpoint_url)
        with (
            Path(os.devnull).open("w") as nowhere,
            redirect_stdout(nowhere),
            fresh_table(client) as name,
        ):

            def inserted() -> list[dict[str, object]]:
                raws = [raw for raw in everything(client, name) if raw["item"] == {"S": "event"}]
                return [{"eventName": "INSERT", "dynamodb": {"NewImage": raw}} for raw in raws]

            found = measured(Desk(name), calls, inserted)
    sys.stdout.write(json.dumps(found) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
