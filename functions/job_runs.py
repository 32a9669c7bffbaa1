"""Job runs and parked records over HTTP, for staff."""

from typing import Any

from aws_lambda_powertools.event_handler import Response

from tacit import policies
from tacit.domain.refusals import Broken, NotFound, Refused
from tacit.domain.values import Actor, Role
from tacit.runtime import shapes
from tacit.runtime.answers import dumps
from tacit.runtime.caller import Caller
from tacit.runtime.doors import Door, api, lambda_handler, page_answer, respond
from tacit.runtime.job_runs import ask_for_run, covers, run_json, scope_of
from tacit.runtime.jobs import Jobs, read_job
from tacit.runtime.stack import stack
from tacit.service import Answer, policy_of, record_of, recorded
from tacit.store.parking import UNKNOWN, Parked, Parking

app = api()


@app.post("/job-runs")
def start_run() -> Response[str]:
    door = Door(app)
    given = door.json()
    door.staff_only()
    request = door.request(given)
    body = shapes.Body(given)
    job, as_of = read_job(body)
    body.end()
    by = Actor(Role.STAFF, door.caller.subject)
    return respond(ask_for_run(stack(), job, as_of, scope_of(door.caller), by, request))


@app.get("/job-runs")
def list_runs() -> Response[str]:
    door = Door(app)
    door.staff_only()
    door.known_query("limit", "next")
    paging, jobs = door.paging(), Jobs(stack())
    runs, behind = jobs.runs.newest(
        scope_of(door.caller), door.limit(), paging.read(door.query("next"))
    )
    items = [run_json(run, jobs.runs.shards(run.id)) for run in runs]
    return respond(page_answer(items, paging.token(behind)))


@app.get("/job-runs/<id>")
def get_run(id: str) -> Response[str]:
    door = Door(app)
    door.staff_only()
    run_id = door.id()
    door.known_query()
    runs = Jobs(stack()).runs
    run = runs.get(run_id)
    if run is None or not covers(door.caller, run.scope):
        raise NotFound("job run")
    return respond(Answer(200, dumps(run_json(run, runs.shards(run.id)))))


@app.get("/parked")
def list_parked() -> Response[str]:
    """Partition by partition, so that a page is full until the last one is read."""
    door = Door(app)
    door.staff_only()
    door.known_query("limit", "next")
    paging = door.paging()
    limit, place = door.limit(), paging.read(door.query("next"))
    found, behind = Parking(stack().table).page(parked_scopes(door.caller), limit, place)
    return respond(page_answer([parked_json(entry) for entry in found], paging.token(behind)))


@app.post("/parked/<id>/retry")
def retry(id: str) -> Response[str]:
    """Back to work with a record that has been mended; 409 `still_broken` where it has not."""
    door = Door(app)
    given = door.json()
    door.staff_only()
    parking = Parking(stack().table)
    parked = parking.find(parked_scopes(door.caller), door.id())
    if parked is None:
        raise NotFound("parked record")
    shapes.Body(given).end()
    request = door.request(given)
    if (known := recorded(stack().repository, request, stack().clock.now())) is not None:
        return respond(known)
    try:
        back = parking.mended(parked, policy_of, stack().clock.now())
    except Broken as broken:
        raise Refused("still_broken", {"reason": str(broken)}) from None
    answer = Answer(200, dumps({"parked": parked_json(parked)}))
    if not request.dry_run:
        now = stack().clock.now()
        parking.release(parked, back, record_of(request, answer, now), now)
    return respond(answer)


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
