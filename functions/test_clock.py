"""The test clock over HTTP. Deployed only where the template's TestClock is enabled."""

from tacit.domain.refusals import Invalid, Refused
from tacit.domain.values import Actor, Role
from tacit.replies import Answer, record_of, recorded
from tacit.runtime import shapes
from tacit.runtime.answers import dumps
from tacit.runtime.clock import wall_now
from tacit.runtime.doors import Door, Reply, api, lambda_handler, respond
from tacit.runtime.problems import Problem
from tacit.runtime.stack import stack
from tacit.store.clock import TestClock

app = api()


def _clock(door: Door) -> TestClock:
    clock = stack().clock.test_clock
    if clock is None:
        raise Problem("no_such_door")
    if not door.caller.is_staff:
        raise Refused("not_your_role", {"your_role": "customer", "roles": ["staff"]})
    return clock


@app.get("/test-clock")
def get_clock() -> Reply:
    door = Door(app)
    clock = _clock(door)
    door.known_query()
    return respond(Answer(200, dumps({"now": clock.read().now})))


@app.put("/test-clock")
def set_clock() -> Reply:
    """`{"now": "2026-01-10T11:00:00Z"}` sets it to any instant, null gives it back."""
    door = Door(app)
    given = door.json()
    clock = _clock(door)
    if not door.caller.all_staff:
        raise Refused("not_your_role", {"your_role": "staff of one provider", "roles": ["staff"]})
    body = shapes.Body(given)
    if not body.has("now"):
        raise Invalid("now", "is missing; null gives the clock back", "missing_field")
    now = body.may("now", shapes.instant)
    body.end()
    request, before = door.request(given), stack().clock.now()
    if (known := recorded(stack().repository, request, before)) is not None:
        return respond(known)
    answer = Answer(200, dumps({"now": now}))
    if not request.dry_run:
        record = record_of(request, answer, now or wall_now())
        clock.set(now, Actor(Role.STAFF, door.caller.subject), wall_now(), record)
    return respond(answer)


handler = lambda_handler(app)
