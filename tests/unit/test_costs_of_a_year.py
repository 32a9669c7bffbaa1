"""The calculator of local/costs: what it takes from the measured figures, and what it assumes."""

from dataclasses import replace
from typing import Any

import pytest

from local import costs
from local.costs import HOURS, Year, snapshots, year

ONCE = {"read units": 2.0, "write units": 10.0}
NAMES = (
    "a renewal, for each contract",
    "the job, for each contract",
    "an hour with nothing due",
    "register a domain",
    "cancel",
    "look",
    "an event to the bus",
)


def found() -> dict[str, Any]:
    return {
        "costs": {name: dict(ONCE) for name in NAMES},
        "calls": {
            "an hour with nothing due": 2.0,
            "a command": 0.1,
            "a look": 0.05,
            "an event to the bus": 0.01,
        },
        "imports": {"expiries": {"ms": 500.0}, "expiries_worker": {"ms": 1000.0}},
        "renewals": {"rates": {"1": {"worker a second": 200.0}}},
        "expiries": {"128 holders": {"worker a second": 400.0}},
    }


def test_a_renewal_costs_its_units_and_its_part_of_the_workers_time() -> None:
    line = year(found())["renewals"]
    assert (line["times"], line["read units"], line["write units"]) == (1e6, 2e6, 10e6)
    assert line["Lambda s"] == pytest.approx(5000)
    paid = 2 * 0.1525 + 10 * 0.7625 + 5000 * 0.0000133334 + 0.2
    assert line["dollars"] == pytest.approx(paid)


def test_the_jobs_run_every_hour_however_many_contracts_there_are() -> None:
    few, many = Year(contracts=1), Year(contracts=10_000_000)
    names = ("runs of the jobs, nothing due", "cold starts of the jobs")
    for name in names:
        assert year(found(), few)[name] == year(found(), many)[name]
        assert year(found())[name]["times"] == HOURS * 3
    # 0.5 s to start the run, eight workers of 1 s
    assert year(found())["cold starts of the jobs"]["Lambda s"] == pytest.approx(HOURS * 3 * 8.5)


@pytest.mark.parametrize(
    ("field", "moved"),
    [
        ("renewals", {"renewals", "events to the bus"}),
        ("ends", {"ends", "events to the bus"}),
        ("registrations", {"registered", "events to the bus"}),
        ("commands", {"commands", "events to the bus"}),
        ("looks", {"looks"}),
        ("events_of_a_renewal", {"events to the bus"}),
        ("mails", {"mails"}),
        ("jobs", {"runs of the jobs, nothing due", "cold starts of the jobs"}),
        ("messages_of_a_job", {"runs of the jobs, nothing due", "cold starts of the jobs"}),
        ("stored_bytes", {"storage"}),
    ],
)
def test_what_is_assumed_moves_the_lines_it_says_and_no_other(field: str, moved: set[str]) -> None:
    before = year(found())
    after = year(found(), replace(Year(), **{field: getattr(Year(), field) * 2}))
    assert {name for name in before if before[name] != after[name]} == moved
    assert all(after[name]["dollars"] > before[name]["dollars"] for name in moved)


@pytest.mark.parametrize("lacking", ["costs", "calls", "imports", "renewals", "expiries"])
def test_a_figure_that_was_not_measured_is_not_guessed(lacking: str) -> None:
    with pytest.raises(KeyError):
        year({name: figures for name, figures in found().items() if name != lacking})


def test_the_table_adds_up() -> None:
    lines = year(found())
    total = sum(line["dollars"] for line in lines.values())
    shown = costs.table(lines).splitlines()
    assert shown[-1].split() == ["in", "all", f"{total:,.0f}"]
    assert len(shown) == len(lines) + 3


def test_snapshots_are_paid_for_by_the_second_whether_anybody_calls() -> None:
    assert snapshots(1) == pytest.approx(365 * 24 * 3600 * 0.0000015046)
    assert snapshots(12) == pytest.approx(12 * snapshots(1))
