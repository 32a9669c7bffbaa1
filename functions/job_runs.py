"""Job runs and parked records over HTTP, for staff."""

import json
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from typing import Any

from tacit import policies
from tacit.domain.refusals import Broken, Invalid, NotFound, Refused
from tacit.domain.values import Actor, Role
from tacit.replies import Answer, record_of, recorded
from tacit.runtime import shapes
from tacit.runtime.answers import dumps
from tacit.runtime.caller import Caller
from tacit.runtime.doors import Door, Reply, api, lambda_handler, page_answer, respond
from tacit.runtime.job_input import read_job
from tacit.runtime.job_runs import (
    ask_for_run,
    covers,
    released,
    scope_of,
    scopes_of,
    shown,
)
from tacit.runtime.jobs import Jobs
from tacit.runtime.stack import stack
from tacit.runtime.ticket_policies import policy_of_order
from tacit.store.parking import UNKNOWN, Parked, Parking
from tacit.store.run_lines import DIFFERENCE, LINE, PLANNED, RunLines
from tacit.store.runs import Run
from tacit.versions import policy_of

app = api()


@app.post("/job-runs")
def start_run() -> Reply:
    door = Door(app)
    given = door.json()
    door.staff_only()
    scope = scope_of(door.caller)
    request = door.request(given)
    body = shapes.Body(given)
    job, as_of, preview_id = read_job(body)
    body.end()
    by = Actor(Role.STAFF, door.caller.subject)
    run = Jobs(stack()).planned(job, as_of, scope, by, stack().clock.now())
    run = replace(run, preview_id=preview_id)
    return respond(ask_for_run(stack(), door.caller, run, request))


@app.get("/job-runs")
def list_runs() -> Reply:
    door = Door(app)
    door.staff_only()
    door.known_query("limit", "next")
    scopes = scopes_of(door.caller)
    paging, limit, place = door.page(scopes)
    jobs = Jobs(stack())
    runs, behind = jobs.runs.newest(scopes, limit, place)
    items = [shown(jobs.runs, run) for run in runs]
    return respond(page_answer(items, paging.token(behind)))


@app.get("/job-runs/<id>")
def get_run(id: str) -> Reply:
    door = Door(app)
    door.staff_only()
    run = _run(door)
    door.known_query()
    return respond(Answer(200, dumps(shown(Jobs(stack()).runs, run))))


@app.get("/job-runs/<id>/items")
def list_lines(id: str) -> Reply:
    """What the run did, or a preview would do, record by record; with `only=differences`, where
    that is not what its preview said."""
    door = Door(app)
    door.staff_only()
    run = _run(door)
    door.known_query("only", "limit", "next")
    only = door.query("only", shapes.one_of("differences"))
    paging, limit, place = door.page([run.id])
    kind = DIFFERENCE if only else PLANNED if run.preview else LINE
    lines, behind = RunLines(stack().table).page(run.id, kind, limit, place)
    return respond(page_answer(lines, paging.token(behind)))


@app.post("/job-runs/<id>/release")
def release(id: str) -> Reply:
    door = Door(app)
    given = door.json()
    door.staff_only()
    run = _run(door)
    shapes.Body(given).end()
    request, now = door.request(given), stack().clock.now()
    known = recorded(stack().repository, request, now)
    answer = released(stack(), run, request, now)
    return respond(known or answer)


def _run(door: Door) -> Run:
    """The run in the path, as far as it is the caller's to see."""
    run = Jobs(stack()).runs.get(door.id())
    if run is None or not covers(door.caller, run.scope):
        raise NotFound("job run")
    return run


@app.get("/parked")
def list_parked() -> Reply:
    """Partition by partition, so that a page is full until the last one is read."""
    door = Door(app)
    door.staff_only()
    door.known_query("limit", "next")
    scopes = parked_scopes(door.caller)
    paging, limit, place = door.page(scopes)
    found, behind = Parking(stack().table).page(scopes, limit, place)
    return respond(page_answer([parked_json(entry) for entry in found], paging.token(behind)))


@app.post("/parked/<id>/retry")
def retry(id: str) -> Reply:
    """Back to work with a record that has been mended; 409 `still_broken` where it has not."""
    door = Door(app)
    given = door.json()
    door.staff_only()
    parking, now = Parking(stack().table), stack().clock.now()
    scopes = parked_scopes(door.caller)
    parked = parking.find(scopes, door.id(shapes.record_id))
    if parked is None:
        return respond(_retried_before(door, given, scopes, now))
    shapes.Body(given).end()
    request = door.request(given)
    if (known := recorded(stack().repository, request, now)) is not None:
        return respond(known)
    try:
        back = parking.mended(parked, policy_of, policy_of_order, now)
    except Broken as broken:
        raise Refused("still_broken", {"reason": str(broken)}) from None
    answer = Answer(200, dumps({"parked": parked_json(parked)}))
    if not request.dry_run:
        parking.release(parked, back, record_of(request, answer, now), now)
    return respond(answer)


def _retried_before(door: Door, given: dict[str, Any], scopes: list[str], now: datetime) -> Answer:
    """A record that went back to work is on the list no more; its key still has the answer, for
    whoever would still see the record."""
    with suppress(Invalid):
        known = recorded(stack().repository, door.request(given), now)
        if known is not None and _provider_in(known) in scopes:
            return known
    raise NotFound("parked record")


def _provider_in(answer: Answer) -> str:
    """Whose record a kept answer shows, as the list's partitions name him."""
    provider: str | None = json.loads(answer.body)["parked"]["provider"]
    return UNKNOWN if provider is None else provider


def parked_scopes(caller: Caller) -> list[str]:
    """The providers whose parked records this person sees; what has no provider, all staff's."""
    providers = [p for p in policies.shipped() if caller.is_staff_of(p)]
    return [*providers, UNKNOWN] if caller.all_staff else providers


def parked_json(parked: Parked) -> dict[str, Any]:
    return {
        "id": parked.id,
        "provider": None if parked.provider == UNKNOWN else parked.provider,
        "reason": parked.reason,
        "at": parked.at,
    }


handler = lambda_handler(app)
