"""What `make bench` has found, as tables to be read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

Row = Mapping[str, float]
RATES = (
    "worker a second",
    "single a second",
    "grouped a second",
    "worker cpu ms",
    "single cpu ms",
    "grouped cpu ms",
    "× single",
    "× grouped",
)


def every(found: Mapping[str, Any]) -> str:
    """All tables, under each other."""
    night = ", ".join(f"{name} {n}" for name, n in found["renewals"]["night"].items())
    return "\n".join(
        [
            imports_table(found["imports"]),
            tried_table(found["tried"]),
            costs_table(found["costs"]),
            rates_table(jobs(found)),
            due_table(found["due"]),
            f"\nA night: {night}",
        ]
    )


def jobs(found: Mapping[str, Any]) -> dict[str, Row]:
    """The rows of all jobs, by what they are called in the table."""
    rows = {f"expiries, {many}": row for many, row in found["expiries"].items()}
    for threads, row in found["renewals"]["rates"].items():
        rows[f"renewals, {threads} threads"] = row
    for stored, steps in found["reminders"].items():
        for step, row in steps.items():
            rows[f"{step} of {stored}"] = row
    return rows


def rates_table(rows: Mapping[str, Row]) -> str:
    """The worker beside the loops; a ratio is the worker's rate as a part of a loop's."""
    lines = ["", f"{'decisions':26}" + "".join(f"{head:>17}" for head in RATES)]
    for name, row in rows.items():
        spread = f"  ({row['× single from']} to {row['× single to']} of single)"
        lines.append(f"{name:26}" + "".join(f"{row[head]:17.2f}" for head in RATES) + spread)
    return "\n".join(lines)


def due_table(rows: Sequence[Row]) -> str:
    """The calendar beside a scan: what is due, among what is stored. Of very many stored, the scan
    is left out."""
    heads = list(rows[0])
    lines = ["", "".join(f"{head:>24}" for head in heads)]
    for row in rows:
        cells = (f"{row[head]:24,.2f}" if head in row else 24 * " " for head in heads)
        lines.append("".join(cells))
    return "\n".join(lines)


def imports_table(imports: Mapping[str, Row]) -> str:
    heads = f"{'function':26}{'ms':>8}{'cpu ms':>8}{'modules':>9}{'× floor':>9}{'target':>8}"
    lines = ["", heads]
    for name, row in imports.items():
        over = "  over" if row["ratio"] > row["target"] else ""
        lines.append(
            f"{name:26}{row['ms']:8.1f}{row['cpu ms']:8.1f}{row['modules']:9.0f}"
            f"{row['ratio']:9.2f}{row['target']:8.1f}{over}"
        )
    return "\n".join(lines)


def tried_table(tried: Mapping[str, Mapping[str, Row]]) -> str:
    names = list(next(iter(tried.values())))
    lines = ["", f"{'× floor as shipped':26}" + "".join(f"{name:>17}" for name in names)]
    for shape, rows in tried.items():
        lines.append(f"{shape:26}" + "".join(f"{rows[name]['ratio']:17.2f}" for name in names))
    return "\n".join(lines)


def costs_table(costs: Mapping[str, Row]) -> str:
    heads = ("reads", "read units", "items written", "write units")
    lines = ["", f"{'what':32}" + "".join(f"{head:>15}" for head in heads)]
    for name, row in costs.items():
        lines.append(f"{name:32}" + "".join(f"{row[head]:15.2f}" for head in heads))
    return "\n".join(lines)
