"""What a walk tells, as a table: states, steps, and what comes of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field

from local.exploration.moves import USUAL, Around
from local.exploration.scene import Means
from tacit.domain.values import Role

_STATUSES = ("pending", "active", "non_renewing", "inactive", "expired", "closed", "paid", "canc")
CONTACTS = (Role.BILLING_CONTACT, Role.TECHNICAL_CONTACT)
_MEANS = {
    Around(Means.TOO_LITTLE): ", too little on the account",
    Around(Means.NO_ACCOUNT): ", no account",
    Around(renews=False): ", autorenewal off",
}
_USUAL_NO = {Means.TOO_LITTLE: {"`balance_too_small`"}, Means.NO_ACCOUNT: {"`not_found`"}}
Outcomes = dict[Around, set[str]]
Cells = dict[tuple[str, str], str]
HEADINGS = ("→ ", "nothing to do: ", "refused: ")


@dataclass
class Transitions:
    """What came of each step in each row, as the walk tells it; `contacts` are what the billing and
    the technical contact hear, whatever they ask."""

    contacts: set[str] = field(default_factory=set)

    cells: dict[str, dict[str, dict[Role, Outcomes]]] = field(
        default_factory=lambda: defaultdict(lambda: defaultdict(lambda: defaultdict(dict)))
    )

    def note(self, row: str, name: str, role: Role, around: Around, outcome: str) -> None:
        self.cells[row][name][role].setdefault(around, set()).add(outcome)

    def told(self) -> Cells:
        """What comes of it, by state and step."""
        return {
            (row, step): outcome
            for row in sorted(self.cells, key=_place)
            for step, outcome in self._steps(row)
        }

    def _steps(self, row: str) -> Iterator[tuple[str, str]]:
        for name, by_role in self.cells[row].items():
            told = {
                role: list(_variants(name, outcomes))
                for role, outcomes in by_role.items()
                if role not in CONTACTS
            }
            if len(told) > 1 and len({str(each) for each in told.values()}) == 1:
                yield from next(iter(told.values()))
                continue
            for role, steps in told.items():
                who = "" if role is Role.JOB else f" ({role})"
                yield from ((step + who, outcome) for step, outcome in steps)


def _variants(name: str, outcomes: Outcomes) -> Iterator[tuple[str, str]]:
    usual = outcomes.get(USUAL, set())
    yield name, _told(usual)
    for around, said in _MEANS.items():
        found = outcomes.get(around, usual)
        if found not in (usual, _USUAL_NO.get(around.means)):
            yield name + said, _told(found)


def _told(outcomes: set[str]) -> str:
    """States first, then what is nothing to do, then refusals."""
    found = (
        [o[1:] for o in outcomes if o[0] == ">"],
        [o[1:] for o in outcomes if o[0] == "="],
        [o for o in outcomes if o[0] == "`"],
    )
    kinds = zip(HEADINGS, found, strict=True)
    return "; ".join(word + " / ".join(sorted(each)) for word, each in kinds if each)


def alike_in(tables: list[Cells]) -> Cells:
    """What is said in more than one of them, and nowhere otherwise."""
    said: dict[tuple[str, str], list[str]] = defaultdict(list)
    for table in tables:
        for cell, outcome in table.items():
            said[cell].append(outcome)
    alike = {cell: each[0] for cell, each in said.items() if len(each) > 1 and len(set(each)) == 1}
    return {cell: alike[cell] for cell in sorted(alike, key=lambda cell: _place(cell[0]))}


def table_of(cells: Cells) -> str:
    """A row for each state; those that are alike are one."""
    rows: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for (row, step), outcome in cells.items():
        rows[row][outcome].append(step)
    alike: dict[str, list[str]] = defaultdict(list)
    for row, by_outcome in rows.items():
        alike[_columns(by_outcome)].append(row)
    lines = ["| in the state | leads to | nothing to do | refused |", "|---|---|---|---|"]
    lines += [f"| **{'**; **'.join(names)}** | {told} |" for told, names in alike.items()]
    return "\n".join(lines) + "\n"


def _columns(by_outcome: dict[str, list[str]]) -> str:
    """Several steps have one outcome, and one step may have outcomes of more than one kind."""
    columns: list[list[str]] = [[], [], []]
    for outcome in sorted(by_outcome):
        steps = ", ".join(sorted(dict.fromkeys(by_outcome[outcome])))
        for part in outcome.split("; "):
            place = next(n for n, word in enumerate(HEADINGS) if part.startswith(word))
            said = part.removeprefix(HEADINGS[place])
            columns[place].append(f"{steps} → {said}" if place == 0 else f"{said}: {steps}")
    return " | ".join("; ".join(column) for column in columns)


def _place(row: str) -> tuple[int, str]:
    return next(n for n, status in enumerate(_STATUSES) if row.startswith(status)), row
