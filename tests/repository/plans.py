"""Plan changes on a desk: what its doors ask of the service, with a secret of the tests' own."""

from dataclasses import replace
from datetime import date
from typing import Any

from tacit.domain.codes import code_of
from tacit.domain.commands import Renew, RequestPlanChange, UnmarkServer
from tacit.domain.decision import Decision, NothingToDo
from tacit.domain.plan_quote import Wanted, change_id
from tacit.domain.values import Contract, Server
from tacit.policies import newest
from tacit.replies import Answer
from tacit.runtime.plan_changes import ACTION, PlanChanges
from tacit.service import View
from tacit.store.code_tries import CodeTries
from tacit.store.mapping import contract_item
from tacit.store.writes import put
from tests.repository.desk import ERIN, NO_KEY, Desk

SECRET = b"a secret of the tests"
STARTS_ON, TODAY = date(2024, 12, 1), date(2025, 6, 1)
PASS = "instant_change_pass"


def changes(desk: Desk) -> PlanChanges:
    return PlanChanges(desk.contracts, CodeTries(desk.table), lambda: SECRET)


def vps(desk: Desk, contract_id: str, **fields: Any) -> Contract:
    """Half a year of vps-s is left; `fields` are put on its head as they are."""
    wanted: dict[str, Any] = {"provider": "kriax", "plan": "vps-s", "label": contract_id}
    found = desk.register(contract_id, **wanted, holder=contract_id, starts_on=STARTS_ON)
    if fields:
        found = replace(found, **fields)
        desk.table.write(put("contract", contract_item(found, newest("kriax"))))
    return found


def servers(*marked: bool) -> tuple[Server, ...]:
    return tuple(Server(f"s-{n}", f"192.0.2.{n}", mark) for n, mark in enumerate(marked, 1))


def requested(desk: Desk, contract_id: str, plan: str = "vps-m", quantity: int = 1) -> str:
    """The id of a change that waits for its code."""
    quoted = changes(desk).quote(ERIN, contract_id, lambda: Wanted(plan, quantity))
    asking = lambda actor: RequestPlanChange(actor, quoted.id)  # noqa: E731
    contract = desk.ask(contract_id, asking, action=ACTION)
    assert contract.plan_change is not None
    return change_id(contract, contract.plan_change)


def code_for(desk: Desk, contract_id: str) -> str:
    contract = desk.repository.contract(contract_id)
    assert contract is not None
    change = contract.plan_change
    assert change is not None
    return code_of(SECRET, change_id(contract, change), change.quote_id)


def confirm(desk: Desk, contract_id: str, asked: str, code: str) -> str:
    """ "confirmed" or "nothing to do"; it may raise Refused."""
    found: list[Decision] = []

    def shape(view: View, decision: Decision) -> Answer:
        found.append(decision)
        return Answer(200, "{}")

    entered = lambda actor: (code, "on the phone", NO_KEY)  # noqa: E731
    changes(desk).confirm(ERIN, contract_id, lambda: asked, entered, shape)
    return "nothing to do" if isinstance(found[-1], NothingToDo) else "confirmed"


def renew(desk: Desk, contract_id: str, from_day: str, account_id: str) -> str:
    day = date.fromisoformat(from_day)
    asking = lambda actor: Renew(actor, day, account_id)  # noqa: E731
    return str(desk.ask(contract_id, asking, action="renew").expires_on)


def unmark(desk: Desk, contract_id: str, server_id: str) -> str:
    asking = lambda actor: UnmarkServer(actor, server_id)  # noqa: E731
    return str(len(desk.ask(contract_id, asking, action=ACTION).servers))
