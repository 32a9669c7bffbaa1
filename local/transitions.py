"""`python -m local.transitions`: write docs/transitions.md, printed from a walk."""

from __future__ import annotations

import sys
from collections import defaultdict
from collections.abc import Mapping

from local.exploration.moves import USUAL, Taken
from local.exploration.roots import BEGINNINGS, Beginning, roots
from local.exploration.rows import row_of
from local.exploration.scene import Scene, next_instant
from local.exploration.table import CONTACTS, Transitions, alike_in, table_of
from local.exploration.ticket_walk import SeeTickets, TicketWalk
from local.exploration.tickets import (
    TERMS,
    Terms,
    TicketScene,
    TicketTaken,
    root,
    ticket_row,
)
from local.exploration.walk import See, Walk
from local.places import ROOT
from tacit.domain.refusals import Broken, Invalid, NotFound, Refused
from tacit.domain.values import Role

PAGE = ROOT / "docs" / "transitions.md"
TIME = "the days go by"

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
            if step.move.role in CONTACTS:
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
    everywhere = alike_in(list(told.values()))
    parts = [INTRODUCTION.format(contacts=" or ".join(sorted(contacts)))]
    parts.append(f"## Everywhere\n\n{table_of(everywhere)}")
    sections: dict[str, list[Beginning]] = defaultdict(list)
    for beginning, cells in told.items():
        own = {cell: said for cell, said in cells.items() if cell not in everywhere}
        sections[table_of(own)].append(beginning)
    sold = tickets or _of_ticket_orders()
    parts += [f"## {_title(each)}\n\n{table}" for table, each in sections.items()]
    return "\n".join([*parts, f"## Ticket orders\n\n{table_of(sold.told())}"])


def _title(beginnings: list[Beginning]) -> str:
    """Of one policy, since no two have the same table."""
    plans = ", ".join(_plan(each) for each in beginnings)
    return f"{beginnings[0].rules.provider}: {plans}"


def _plan(beginning: Beginning) -> str:
    hung = f" on a {beginning.parent_plan}" if beginning.parent_plan else ""
    with_one = f" with {', '.join(beginning.options)}" if beginning.options else ""
    extension = f" (.{beginning.label.partition('.')[2]})" if "." in beginning.label else ""
    return f"{beginning.kind} `{beginning.plan}`{extension}{hung}{with_one}"


def main() -> int:
    PAGE.write_text(page(), "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
