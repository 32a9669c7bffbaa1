"""`python -m local.transitions`: write docs/transitions.md, printed from a walk."""

from __future__ import annotations

import sys
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from local.exploration.moves import USUAL, Around, Taken
from local.exploration.roots import BEGINNINGS, Beginning, roots
from local.exploration.rows import row_of
from local.exploration.scene import Means, Scene, next_instant
from local.exploration.tickets import (
    TERMS,
    Terms,
    TicketScene,
    TicketTaken,
    TicketWalk,
    root,
    ticket_row,
)
from local.exploration.walk import See, Walk
from local.places import ROOT
from tacit.domain.refusals import Broken, Invalid, NotFound, Refused
from tacit.domain.values import Role

PAGE = ROOT / "docs" / "transitions.md"
TIME = "the days go by"
_STATUSES = ("pending", "active", "non_renewing", "inactive", "expired", "closed", "paid", "canc")
_CONTACTS = (Role.BILLING_CONTACT, Role.TECHNICAL_CONTACT)
_MEANS = {
    Around(Means.TOO_LITTLE): ", too little on the account",
    Around(Means.NO_ACCOUNT): ", no account",
    Around(renews=False): ", autorenewal off",
}
_USUAL_NO = {Means.TOO_LITTLE: {"`balance_too_small`"}, Means.NO_ACCOUNT: {"`not_found`"}}
Outcomes = dict[Around, set[str]]
SeeTickets = Callable[[TicketScene, list[TicketTaken]], None]

INTRODUCTION = """\
# Transitions

Printed by `make transitions` from a walk through the core (`local/exploration/`): every command and
every step of the calendar, asked in every state. Do not edit it by hand. What holds in all of them
stands in [invariants](invariants.md).

A state is a contract's status and whatever makes a step go another way; a row may stand for
several. *Leads to*: the step and the states behind it, more than one where the day or the registry
decides; "stays" is carried out, and the state is the same. *Nothing to do*: the wish is fulfilled,
or its day has not come. *Refused*: with the codes of [errors](errors.md).

The holder and staff are asked, unless one of them is named: "(staff)" is what staff alone is asked,
or hears otherwise. The billing and the technical contact are refused everything, with {contacts}.
What takes money was tried with plenty on the account, with too little, and with no account: the
first is shown, where the others are `balance_too_small` and `not_found`. The jobs were tried with
autorenewal off as well.

What is the same wherever a state exists stands in the first table; those of a policy and a kind
hold the rest of their states.
"""


PRINTED = tuple(each for each in BEGINNINGS if not each.in_numbers)
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
                if role not in _CONTACTS
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


def walked(beginning: Beginning, watch: See | None = None) -> tuple[Walk, Transitions]:
    """The walk that the page is printed from; `watch` looks at each state on the way."""
    found, rules = Transitions(), beginning.rules
    walk = Walk(rules, depth=0, few=1, beside=(-1, 0))

    def see(scene: Scene, steps: list[Taken]) -> None:
        if watch is not None:
            watch(scene, steps)
        row = row_of(scene, rules)
        later = next_instant(scene, rules)
        if later is not None:
            passed = row_of(Scene(scene.contract, later, scene.parent), rules)
            if passed != row:
                found.note(row, TIME, Role.JOB, USUAL, f">{passed}")
        for step in steps:
            after = row_of(step.after, rules) if step.after is not None else None
            told = _outcome(step, row, after)
            if step.move.role in _CONTACTS:
                found.contacts.add(told)
            else:
                found.note(row, step.move.name, step.move.role, step.move.around, told)

    walk.go(roots(beginning), see)
    return walk, found


def tickets_walked(terms: Terms, found: Transitions, watch: SeeTickets | None = None) -> TicketWalk:
    """The same for ticket orders, which are one table whatever their terms."""

    def see(scene: TicketScene, steps: list[TicketTaken]) -> None:
        if watch is not None:
            watch(scene, steps)
        row = ticket_row(scene)
        for step in steps:
            if step.move.role is not Role.HOLDER:
                after = ticket_row(step.after) if step.after is not None else None
                told = _outcome(step, row, after)
                found.note(row, step.move.name, step.move.role, USUAL, told)

    walk = TicketWalk(terms.rules, depth=1)
    walk.go(root(terms), see)
    return walk


def _of_ticket_orders() -> Transitions:
    found = Transitions()
    for terms in TERMS:
        tickets_walked(terms, found)
    return found


def _outcome(step: Taken | TicketTaken, row: str, after: str | None) -> str:
    match step.no:
        case Refused() | Invalid():
            return f"`{step.no.code}`"
        case NotFound():
            return "`not_found`"
        case Broken():
            return ">parked"
    if after is None and step.decision is not None:
        return f"=`{getattr(step.decision, 'code', '')}`"
    return ">stays" if after == row else f">{after}"


def page(
    known: Mapping[Beginning, Transitions] | None = None, tickets: Transitions | None = None
) -> str:
    """The whole page, ending with a newline; `known` and `tickets` have been walked already."""
    there = known or {}
    found = {each: there.get(each) or walked(each)[1] for each in PRINTED}
    contacts = {said for each in found.values() for said in each.contacts}
    if any(said[0] != "`" for said in contacts):
        raise ValueError(f"a contact was not refused: {contacts}")
    told = {beginning: each.told() for beginning, each in found.items()}
    everywhere = _alike(list(told.values()))
    parts = [INTRODUCTION.format(contacts=" or ".join(sorted(contacts)))]
    parts.append(f"## Everywhere\n\n{_table(everywhere)}")
    sections: dict[str, list[Beginning]] = defaultdict(list)
    for beginning, cells in told.items():
        own = {cell: said for cell, said in cells.items() if cell not in everywhere}
        sections[_table(own)].append(beginning)
    sold = tickets or _of_ticket_orders()
    parts += [f"## {_title(each)}\n\n{table}" for table, each in sections.items()]
    return "\n".join([*parts, f"## Ticket orders\n\n{_table(sold.told())}"])


def _alike(tables: list[Cells]) -> Cells:
    """What is said in more than one of them, and nowhere otherwise."""
    said: dict[tuple[str, str], list[str]] = defaultdict(list)
    for table in tables:
        for cell, outcome in table.items():
            said[cell].append(outcome)
    alike = {cell: each[0] for cell, each in said.items() if len(each) > 1 and len(set(each)) == 1}
    return {cell: alike[cell] for cell in sorted(alike, key=lambda cell: _place(cell[0]))}


def _title(beginnings: list[Beginning]) -> str:
    """Of one policy, since no two have the same table."""
    plans = ", ".join(_plan(each) for each in beginnings)
    return f"{beginnings[0].rules.provider}: {plans}"


def _plan(beginning: Beginning) -> str:
    hung = f" on a {beginning.parent_plan}" if beginning.parent_plan else ""
    with_one = f" with {', '.join(beginning.options)}" if beginning.options else ""
    extension = f" (.{beginning.label.partition('.')[2]})" if "." in beginning.label else ""
    return f"{beginning.kind} `{beginning.plan}`{extension}{hung}{with_one}"


def _table(cells: Cells) -> str:
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


def main() -> int:
    PAGE.write_text(page(), "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
