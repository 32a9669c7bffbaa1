"""Every state of a contract that can be reached, and every step out of each, on the pure core.

In the slice: whatever can be asked of a contract that was just registered, on each of the days that
matter and on the ones before them; and then in one state of each row of the table of transitions.
`make prove` asks two decisions deep everywhere, on the days behind those as well.
"""

import pytest

from local.exploration.moves import Taken
from local.exploration.roots import BEGINNINGS, Beginning, roots
from local.exploration.rows import row_of
from local.exploration.scene import Scene
from local.exploration.table import Transitions
from local.exploration.ticket_walk import TicketWalk
from local.exploration.tickets import (
    TERMS,
    Terms,
    TicketScene,
    TicketTaken,
    root,
    ticket_row,
)
from local.exploration.walk import Walk
from local.progress import say
from local.transitions import PAGE, PRINTED, page, tickets_walked, walked
from tacit.domain.values import Status
from tests.searches import far
from tests.unit.laws import check
from tests.unit.laws_of_states import WaysOut, check_state
from tests.unit.ticket_laws import check_ticket_step, has_a_way_out

pytestmark = pytest.mark.search


# In the slice, the page is printed from the same walks.
WALKED: dict[Beginning, Transitions] = {}
SOLD: dict[str, Transitions] = {}
ALL_TERMS: list[Terms] = []


@pytest.mark.parametrize("beginning", far(PRINTED, BEGINNINGS), ids=str)
def test_every_reachable_state_keeps_the_laws_and_has_a_way_out(beginning: Beginning) -> None:
    policy = beginning.rules
    ways, statuses = WaysOut(policy), set[Status]()

    def see(scene: Scene, steps: list[Taken]) -> None:
        statuses.add(scene.contract.status)
        for step in steps:
            check(step, policy)
        check_state(scene, steps, policy)
        ways.see(scene, steps)

    if far(True, False):
        walk, WALKED[beginning] = walked(beginning, see)
    else:
        walk = Walk(policy, depth=1, few=1)
        walk.go(roots(beginning), see)
    say(
        f"{beginning}: {len(walk.scenes)} states met, {walk.looked} looked at, {walk.steps} steps, "
        f"exhaustive for {walk.depth + 1} decisions, up to {walk.deepest + 1} deep"
    )
    assert [row_of(scene, policy) for scene in ways.trapped(walk)] == []
    over = {Status.CLOSED, Status.ACTIVE, Status.NON_RENEWING, Status.PENDING}
    assert over <= statuses, "the walk did not get far"


@pytest.mark.parametrize("terms", TERMS, ids=str)
def test_every_reachable_ticket_order_keeps_the_laws_and_has_a_way_out(terms: Terms) -> None:
    rules = terms.rules
    rows = set[str]()

    def see(scene: TicketScene, steps: list[TicketTaken]) -> None:
        rows.add(ticket_row(scene))
        for step in steps:
            check_ticket_step(step, rules)
        assert has_a_way_out(scene, steps, rules), ticket_row(scene)

    if far(True, False):
        walk = tickets_walked(terms, SOLD.setdefault("tickets", Transitions()), see)
        ALL_TERMS.append(terms)
    else:
        walk = TicketWalk(rules, depth=3)
        walk.go(root(terms), see)
    say(
        f"{terms}: {len(walk.scenes)} states met, {walk.looked} looked at, {walk.steps} steps, "
        f"exhaustive for {walk.depth + 1} decisions"
    )
    assert "paid" in rows
    assert len(rows) > 3, "the walk did not get far"


def test_the_table_of_transitions_is_what_a_walk_prints() -> None:
    tickets = SOLD.get("tickets") if len(ALL_TERMS) == len(TERMS) else None
    assert PAGE.read_text("utf-8") == page(WALKED, tickets), "run `make transitions`"
