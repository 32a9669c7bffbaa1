"""The capacity units of a plan change in docs/keys.md, counted from the items we write."""

from datetime import datetime
from typing import Any

from tacit.domain.commands import (
    ConfirmPlanChange,
    MarkServer,
    RequestPlanChange,
    ResendCode,
    UnmarkServer,
)
from tacit.domain.decision import Change
from tacit.domain.plan_quote import Wanted, quote
from tacit.domain.values import Actor, Server
from tacit.policies import newest
from tacit.runtime import plan_change_bodies
from tacit.service import Shape, View
from tests.unit.cases import ALICE, STAFF, at
from tests.unit.test_docs_keys import PAGE, ROW, kept, units_of
from tests.unit.test_docs_keys_renewals import Figures, Shelf

KRIAX = newest("kriax")
DAY = "2025-02-01"


class Changing(Shelf):
    """One server whose plan is changed; a key's record holds the answer of the command's door."""

    def __init__(self) -> None:
        servers = (Server("s-1", "192.0.2.31"),)
        super().__init__(KRIAX, plan="vps-s", servers=servers, technical_contact="carol")
        self.shape: Shape = plan_change_bodies.change_answer

    def figures(self, change: object, now: datetime, run: str | None = None) -> Figures:
        assert isinstance(change, Change), change
        view = View(self.situation, change.contract, ALICE, KRIAX, now)
        items, table, indexes, _ = super().figures(change, now, run)
        return items, table, indexes, 2 * units_of(kept(self.shape(view, change), now))

    def answered(self, shape: Shape, command: Any) -> Figures:
        self.shape = shape
        return self.asked(command, DAY)

    def requested(self, day: str = DAY) -> Figures:
        contract = self.situation.contract
        assert contract is not None
        found = quote(self.situation, contract, Wanted("vps-m", 1), KRIAX, at(day))
        self.shape = plan_change_bodies.requested_answer
        return self.asked(RequestPlanChange(ALICE, found.id), day)

    def confirmed(self, by: Actor, day: str = DAY) -> Figures:
        self.shape = plan_change_bodies.change_answer
        return self.asked(ConfirmPlanChange(by, self.change_id, True, 4, "He called."), day)

    @property
    def change_id(self) -> str:
        contract = self.situation.contract
        assert contract is not None
        assert contract.plan_change is not None
        return f"{contract.id}:{contract.plan_change.number}"


def changed() -> dict[str, Figures]:
    shelf, noticed = Changing(), Changing()
    noticed.switched(False)
    mark = shelf.answered(plan_change_bodies.servers_answer, MarkServer(ALICE, "s-1", "s-1"))
    keep = shelf.answered(plan_change_bodies.servers_answer, UnmarkServer(ALICE, "s-1"))
    assert mark == keep
    requested = shelf.requested()
    again = shelf.answered(plan_change_bodies.change_answer, ResendCode(ALICE, shelf.change_id))
    noticed.collected("2025-12-20")
    noticed.requested("2025-12-21")
    return {
        "mark a server, or keep it": mark,
        "ask for a plan change": requested,
        "send its code again": again,
        "confirm a plan change": shelf.confirmed(ALICE),
        "confirm it for the holder, a notice annulled": noticed.confirmed(STAFF, "2025-12-21"),
    }


def test_the_units_of_each_step_of_a_plan_change_are_those_of_its_items() -> None:
    text = PAGE.read_text("utf-8").partition("## What a plan change writes")[2]
    rows = ROW.findall(text.partition("\n## ")[0])
    assert {row[0].strip(): tuple(map(int, row[1:])) for row in rows} == changed()
