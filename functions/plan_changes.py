"""Changing plan over HTTP: quote, request with its code, confirmation, history; servers to go."""

from collections.abc import Callable
from functools import partial
from typing import Any

from tacit.domain.codes import sealed
from tacit.domain.commands import Command
from tacit.domain.plan_quote import Wanted
from tacit.domain.servers import server_named
from tacit.domain.values import Actor
from tacit.replies import Answer, Request
from tacit.runtime import answers, plan_change_bodies, plan_change_commands, shapes
from tacit.runtime.doors import Door, Reply, api, lambda_handler, page_answer, respond
from tacit.runtime.plan_changes import ACTION
from tacit.runtime.stack import stack
from tacit.service import Shape, View

app = api()


@app.post("/contracts/<id>/plan-change-quotes")
def quote(id: str) -> Reply:
    door = Door(app)
    body = door.json()

    def wanted() -> Wanted:
        door.request(body)  # nothing is written, but what comes with the request is still checked
        return plan_change_commands.wanted(body)

    found = stack().plan_changes.quote(door.caller, door.id(), wanted)
    return respond(Answer(201, answers.dumps(plan_change_bodies.quote_json(found))))


@app.post("/contracts/<id>/plan-changes")
def request_change(id: str) -> Reply:
    door = Door(app)
    body = door.json()
    command = plan_change_commands.change_request(body)
    return _carried_out(door, body, command, plan_change_bodies.requested_answer)


@app.get("/contracts/<id>/plan-changes")
def list_changes(id: str) -> Reply:
    door = Door(app)
    view = stack().plan_changes.view(door.caller, door.id())
    contract, role = view.contract, view.actor.role
    door.known_query("limit", "next")
    paging, limit, place = door.page([contract.id])
    found, behind = stack().plan_changes.history(view, limit, place)
    items = [plan_change_bodies.history_json(contract, change, role) for change in found]
    return respond(page_answer(items, paging.token(behind)))


@app.post("/contracts/<id>/plan-changes/<change_id>/code")
def send_code_again(id: str, change_id: str) -> Reply:
    door = Door(app)
    body = door.json()

    def names(view: View) -> None:
        stack().plan_changes.change(view, _change_id(door))

    def command(actor: Actor) -> Command:
        return plan_change_commands.code_again(body, _change_id(door))(actor)

    return _carried_out(door, body, command, plan_change_bodies.change_answer, names)


@app.post("/contracts/<id>/plan-changes/<change_id>/confirmation")
def confirm(id: str, change_id: str) -> Reply:
    door = Door(app)
    body = door.json()

    def entered(actor: Actor) -> tuple[str, str | None, Request]:
        code, reason = plan_change_commands.confirmation(body, actor)
        return code, reason, door.request({**body, "code": sealed(stack().secret, code)})

    shape, changes = plan_change_bodies.change_answer, stack().plan_changes
    named_in = partial(_change_id, door)
    return respond(changes.confirm(door.caller, door.id(), named_in, entered, shape))


@app.put("/contracts/<id>/servers/<server_id>/removal")
def mark_server(id: str, server_id: str) -> Reply:
    door = Door(app)
    body = door.json()

    def command(actor: Actor) -> Command:
        return plan_change_commands.mark(body, _server_id(door))(actor)

    return _carried_out(door, body, command, plan_change_bodies.servers_answer, _server(door))


@app.delete("/contracts/<id>/servers/<server_id>/removal")
def unmark_server(id: str, server_id: str) -> Reply:
    door = Door(app)
    body = door.json()

    def command(actor: Actor) -> Command:
        return plan_change_commands.unmark(body, _server_id(door))(actor)

    return _carried_out(door, body, command, plan_change_bodies.servers_answer, _server(door))


def _change_id(door: Door) -> str:
    return door.id(shapes.record_id, "change_id")


def _server_id(door: Door) -> str:
    return door.id(name="server_id")


def _server(door: Door) -> Callable[[View], None]:
    """Looks for the server that the path names."""

    def names(view: View) -> None:
        server_named(view.contract, _server_id(door))

    return names


def _carried_out(
    door: Door,
    body: dict[str, Any],
    command: Callable[[Actor], Command],
    shape: Shape,
    names: Callable[[View], None] | None = None,
) -> Reply:
    """The body's fields and the request's circumstances are read once the role is known."""

    def asked(actor: Actor) -> tuple[Command, Request]:
        return command(actor), door.request(body)

    contracts = stack().contracts
    return respond(contracts.carry_out(door.caller, door.id(), ACTION, asked, shape, names))


handler = lambda_handler(app)
