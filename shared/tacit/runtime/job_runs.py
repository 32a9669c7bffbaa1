"""Asking for a run as staff, and showing one: the sum of its shards."""

import json
from itertools import combinations
from typing import Any

from tacit.domain.values import Actor
from tacit.policies import shipped
from tacit.runtime.answers import dumps
from tacit.runtime.caller import Caller
from tacit.runtime.jobs import Jobs
from tacit.runtime.stack import Stack
from tacit.service import Answer, Request, record_of, recorded
from tacit.store import keys
from tacit.store.repository import KeyUsed
from tacit.store.runs import ALL, COUNTS, Run, ShardState


def scope_of(caller: Caller) -> str:
    """What a run of this person covers: everything, or the providers he is staff of."""
    return ALL if caller.all_staff else "+".join(sorted(caller.staff_of))


def scopes_of(caller: Caller) -> list[str]:
    """Every scope whose runs this person sees, as far as providers are known here: all of them
    have their place under `ALL`, the others one under exactly what they cover."""
    if caller.all_staff:
        return [ALL]
    known = sorted(caller.staff_of & shipped().keys())
    some = [c for size in range(1, len(known) + 1) for c in combinations(known, size)]
    return sorted({scope_of(caller), *("+".join(each) for each in some)})


def covers(caller: Caller, scope: str) -> bool:
    """Whether a run is this person's to see: all of what it covers is his."""
    return caller.all_staff or (scope != ALL and set(scope.split("+")) <= caller.staff_of)


def run_json(run: Run, shards: dict[str, ShardState]) -> dict[str, Any]:
    done = len(shards) == keys.SHARDS and all(state.done for state in shards.values())
    counts = {name: sum(s.counts.get(name, 0) for s in shards.values()) for name in COUNTS}
    return {
        "id": run.id,
        "job": run.job,
        "as_of": run.as_of,
        "status": "done" if done else "running",
        "counts": counts,
        "started_at": run.started_at,
        "scope": None if run.scope == ALL else run.scope.split("+"),
        "shards_done": sum(state.done for state in shards.values()),
    }


def ask_for_run(
    stack: Stack, job: str, as_of: Any, scope: str, by: Actor, request: Request
) -> Answer:
    """Every accepted request is a new run; only a repeated idempotency key is the same one, and
    is dealt again in case the first time ended between making the run and sending it out."""
    jobs, now = Jobs(stack), stack.clock.now()
    run = jobs.planned(job, as_of, scope, by, now)
    if request.dry_run:
        shown = run_json(run, {})
        due = jobs.how_many_due(job, as_of, scope)
        return Answer(202, dumps({**shown, "id": None, "counts": {**shown["counts"], "due": due}}))
    if (known := recorded(stack.repository, request, now)) is not None:
        return _dealt_again(jobs, known)
    jobs.check_as_of(as_of, now)
    answer = Answer(202, dumps(run_json(run, {})))
    try:
        jobs.start(run, now, record_of(request, answer, now))
    except KeyUsed:
        known = recorded(stack.repository, request, now)
        return _dealt_again(jobs, known) if known else answer
    return answer


def _dealt_again(jobs: Jobs, answer: Answer) -> Answer:
    run = jobs.runs.get(json.loads(answer.body)["id"])
    if run is not None and len(jobs.runs.shards(run.id)) < keys.SHARDS:
        jobs.deal(run)
    return answer
