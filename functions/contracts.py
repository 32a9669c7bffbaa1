"""Contracts over HTTP: look, foresee, register, amend, cancel, reactivate, restore, let go."""

from collections.abc import Callable
from typing import Any

from tacit import policies
from tacit.domain.commands import Command, Registration
from tacit.domain.forecast import forecast
from tacit.domain.permission import check_shown, is_shown
from tacit.domain.restoration import quote
from tacit.domain.values import Actor, Status
from tacit.replies import Answer, Request
from tacit.runtime import answers, contract_commands, foreseeing, shapes
from tacit.runtime.doors import Door, Reply, api, fingerprint, lambda_handler, page_answer, respond
from tacit.runtime.plan_change_bodies import PLAN_CHANGES, history_is_hidden
from tacit.runtime.registration import read_registration
from tacit.runtime.stack import stack
from tacit.service import Shape, View
from tacit.store.listing import Source, of_person, of_staff

app = api()


@app.get("/contracts")
def list_contracts() -> Reply:
    door = Door(app)
    door.known_query("status", "holder", "limit", "next")
    asked = door.query("status", shapes.one_of(*Status))
    holder = door.query("holder", shapes.subject)
    status = Status(asked) if asked is not None else None
    sources = _sources(door, status, holder)
    paging, limit, place = door.page(sources)
    found, behind = stack().listing.page(sources, limit, place)
    views = stack().contracts.views(door.caller, found)
    items = [
        answers.contract_json(view)
        for view in views
        if is_shown(view.contract, view.actor, view.policy)
    ]
    return respond(page_answer(items, paging.token(behind)))


def _sources(door: Door, status: Status | None, holder: str | None) -> list[Source]:
    """Staff sees its providers whole (or one holder's part), a person what he is a party of."""
    sources: list[Source] = []
    for provider in policies.shipped():
        if door.caller.is_staff_of(provider):
            if holder is None:
                sources += of_staff(provider, status)
            else:
                sources += of_person(provider, holder, [status] if status else list(Status), holder)
        elif provider in door.caller.customer_of:
            shown = _ever_shown(provider)
            statuses = [s for s in Status if s in shown and status in (None, s)]
            sources += of_person(provider, door.caller.subject, statuses, holder)
    return sources


def _ever_shown(provider: str) -> set[Status]:
    """The statuses that some version shows: which one a contract's is, only its head knows."""
    versions = (policies.policy(f"{provider}/{v}") for v in policies.shipped()[provider])
    return {status for version in versions for status in version.customer_sees}


@app.get("/contracts/<id>")
def get_contract(id: str) -> Reply:
    door = Door(app)
    view = stack().contracts.view(door.caller, door.id())
    door.known_query()
    return respond(Answer(200, answers.dumps(answers.contract_json(_shown(view)))))


@app.get("/contracts/<id>/timeline")
def get_timeline(id: str) -> Reply:
    door = Door(app)
    view = stack().contracts.view(door.caller, door.id())
    door.known_query("limit", "next")
    paging, limit, place = door.page([view.contract.id])
    events, behind = stack().repository.timeline(_shown(view).contract.id, limit, place)
    hidden = history_is_hidden(view)
    told = (event for event in events if not (hidden and event.type in PLAN_CHANGES))
    items = [answers.event_json(event, view.actor.role) for event in told]
    return respond(page_answer(items, paging.token(behind)))


@app.get("/contracts/<id>/forecast")
def get_forecast(id: str) -> Reply:
    door = Door(app)
    view = stack().contracts.view(door.caller, door.id())
    door.known_query("until")
    until = foreseeing.until(door.query("until", shapes.day), view.now, view.policy.zone)
    members, accounts = stack().households.of_contract(_shown(view))
    found = forecast(members, accounts, view.now, until, of=view.contract.id)
    told = foreseeing.forecast_json(found, until, view.actor.role)
    return respond(Answer(200, answers.dumps(told)))


def _shown(view: View) -> View:
    """The contract, unless it is no longer shown to this person (410, with whom to ask)."""
    check_shown(view.contract, view.actor, view.policy)
    return view


@app.put("/contracts/<id>")
def register(id: str) -> Reply:
    door = Door(app)
    body = door.json()
    door.staff_only()
    contract_id = door.id()

    def asked() -> tuple[Registration, str, Request]:
        request = door.request(body)
        return read_registration(contract_id, body), fingerprint(body), request

    return respond(
        stack().contracts.register(
            door.caller, contract_id, body.get("provider"), asked, answers.registered_answer
        )
    )


@app.patch("/contracts/<id>")
def amend(id: str) -> Reply:
    door = Door(app)
    body = door.json()
    door.staff_only()
    return respond(_carried_out(door, body, "amend", contract_commands.amendment(body)))


@app.put("/contracts/<id>/registry")
def note_registry(id: str) -> Reply:
    door = Door(app)
    body = door.json()
    door.staff_only()
    command = contract_commands.registry_dates(body)
    return respond(_carried_out(door, body, "note_registry", command, answers.thing_answer))


@app.post("/contracts/<id>/transfer-out")
def transfer_out(id: str) -> Reply:
    door = Door(app)
    body = door.json()
    door.staff_only()
    return respond(_carried_out(door, body, "transfer_out", contract_commands.transfer_out(body)))


@app.post("/contracts/<id>/cancellation")
def cancel(id: str) -> Reply:
    door = Door(app)
    body = door.json()
    return respond(_carried_out(door, body, "cancel", contract_commands.cancellation(body)))


@app.post("/contracts/<id>/reactivation")
def reactivate(id: str) -> Reply:
    door = Door(app)
    body = door.json()
    return respond(_carried_out(door, body, "reactivate", contract_commands.reactivation(body)))


@app.get("/contracts/<id>/restoration-quote")
def get_restoration_quote(id: str) -> Reply:
    """Also for a contract no longer shown: the holder is told beforehand what it costs (K7)."""
    door = Door(app)
    view = stack().contracts.view(door.caller, door.id())
    door.known_query()
    quoted = quote(view.contract, view.actor, view.policy, view.now)
    return respond(Answer(200, answers.dumps(answers.quote_json(quoted))))


@app.post("/contracts/<id>/restoration")
def restore(id: str) -> Reply:
    door = Door(app)
    body = door.json()
    return respond(_carried_out(door, body, "restore", contract_commands.restoration(body)))


def _carried_out(
    door: Door,
    body: dict[str, Any],
    action: str,
    command: Callable[[Actor], Command],
    shape: Shape = answers.command_answer,
) -> Answer:
    """The body's fields and the request's circumstances are read once the role is known."""

    def asked(actor: Actor) -> tuple[Command, Request]:
        return command(actor), door.request(body)

    return stack().contracts.carry_out(door.caller, door.id(), action, asked, shape)


handler = lambda_handler(app)
