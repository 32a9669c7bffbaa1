"""Paying for terms over HTTP: activate, renew, take it back; the notices and their payment."""

from collections.abc import Callable
from typing import Any

from tacit import policies
from tacit.domain.commands import Command
from tacit.domain.refusals import Invalid, NotFound
from tacit.domain.values import Actor
from tacit.replies import Request
from tacit.runtime import answers, renewal_commands, shapes
from tacit.runtime.doors import Door, Reply, api, lambda_handler, page_answer, respond
from tacit.runtime.stack import stack
from tacit.service import Shape
from tacit.store.codec import to_raw
from tacit.store.mapping import readable
from tacit.store.notice_items import task_of
from tacit.store.walk import walk

app = api()


@app.post("/contracts/<id>/activation")
def activate(id: str) -> Reply:
    door = Door(app)
    body = door.json()
    return _carried_out(door, door.id(), body, "activate", renewal_commands.activation(body))


@app.post("/contracts/<id>/renewal")
def renew(id: str) -> Reply:
    door = Door(app)
    body = door.json()
    return _carried_out(door, door.id(), body, "renew", renewal_commands.renewal(body))


@app.post("/contracts/<id>/renewal-reversal")
def reverse(id: str) -> Reply:
    door = Door(app)
    body = door.json()
    door.staff_only()
    command = renewal_commands.reversal(body)
    return _carried_out(door, door.id(), body, "reverse_renewal", command)


@app.put("/contracts/<id>/renewal-warranty")
def start_warranty(id: str) -> Reply:
    door = Door(app)
    body = door.json()
    command = renewal_commands.warranty(body, wanted=True)
    return _carried_out(door, door.id(), body, "set_warranty", command, answers.thing_answer)


@app.delete("/contracts/<id>/renewal-warranty")
def stop_warranty(id: str) -> Reply:
    door = Door(app)
    body = door.json()
    command = renewal_commands.warranty(body, wanted=False)
    return _carried_out(door, door.id(), body, "set_warranty", command, answers.thing_answer)


@app.get("/tasks")
def list_tasks() -> Reply:
    """What people have to do, provider by provider, until somebody has done it."""
    door = Door(app)
    door.staff_only()
    door.known_query("limit", "next")
    providers = [each for each in policies.shipped() if door.caller.is_staff_of(each)]
    paging, limit, place = door.page(providers)
    found, behind = walk(providers, stack().repository.tasks, limit, place)
    items = [answers.task_json(task) for task in readable(map(to_raw, found), task_of)]
    return respond(page_answer(items, paging.token(behind)))


@app.post("/tasks/<id>/done")
def finish_task(id: str) -> Reply:
    door = Door(app)
    body = door.json()
    door.staff_only()
    task_id = door.id(shapes.record_id)
    contract_id, _ = _parts(task_id, "task")
    command = renewal_commands.done(body, task_id)
    return _carried_out(door, contract_id, body, "finish_task", command)


@app.get("/notices")
def list_notices() -> Reply:
    """Of one contract, to whoever could pay for it: its holder and staff."""
    door = Door(app)
    door.known_query("contract_id", "limit", "next")
    contract_id = door.query("contract_id", shapes.identifier)
    if contract_id is None:
        raise Invalid("contract_id", "is missing", "missing_field")
    view = stack().contracts.view(door.caller, contract_id)
    renewal_commands.check_payer(view.actor)
    paging, limit, place = door.page([view.contract.id])
    found, behind = stack().repository.notices(view.contract.id, limit, place)
    items = [answers.notice_json(view.contract.id, notice) for notice in found]
    return respond(page_answer(items, paging.token(behind)))


@app.post("/notices/<id>/payment")
def pay(id: str) -> Reply:
    door = Door(app)
    body = door.json()
    door.staff_only()
    contract_id, period_start = _parts(door.id(shapes.record_id), "notice")
    try:
        command = renewal_commands.payment(body, shapes.day("id", period_start))
    except Invalid:
        raise NotFound("notice") from None
    return _carried_out(door, contract_id, body, "pay_notice", command)


def _parts(given: str, thing: str) -> tuple[str, str]:
    """The id of a notice or a task begins with its contract's; behind it is the first day of the
    period, or a number. One that no notice and no task can have is none (404)."""
    contract_id, _, own = given.rpartition(":")
    try:
        return shapes.identifier("id", contract_id), own
    except Invalid:
        raise NotFound(thing) from None


def _carried_out(
    door: Door,
    contract_id: str,
    body: dict[str, Any],
    action: str,
    command: Callable[[Actor], Command],
    shape: Shape = answers.command_answer,
) -> Reply:
    """The body's fields and the request's circumstances are read once the role is known."""

    def asked(actor: Actor) -> tuple[Command, Request]:
        return command(actor), door.request(body)

    return respond(stack().contracts.carry_out(door.caller, contract_id, action, asked, shape))


handler = lambda_handler(app)
