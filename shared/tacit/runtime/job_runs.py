"""Asking for a run as staff, and showing one: the sum of its shards."""

import json
from typing import Any

from tacit.domain.refusals import NotFound, Refused
from tacit.policies import shipped
from tacit.replies import Answer, Request, record_of, recorded
from tacit.runtime.answers import dumps
from tacit.runtime.caller import Caller
from tacit.runtime.jobs import Jobs
from tacit.runtime.stack import Stack
from tacit.store import keys
from tacit.store.repository import KeyUsed
from tacit.store.runs import ALL, COUNTS, Run, ShardState


def scope_of(caller: Caller) -> str:
    """What a run of this person covers: everything, or the providers he is staff of. Raises
    Refused where none of those is known here: such a run could never find anything."""
    known = _known(caller)
    if not caller.all_staff and not known:
        raise Refused("not_your_role", {"your_role": "staff of nobody here", "roles": ["staff"]})
    return ALL if caller.all_staff else "+".join(known)


def scopes_of(caller: Caller) -> list[str]:
    """The scopes whose runs are listed for this person. All runs have their place under `ALL`;
    otherwise those of one of his providers, and of all of them together. A run of some of them is
    not listed, since the combinations double with each provider; by its id it is shown."""
    if caller.all_staff:
        return [ALL]
    known = _known(caller)
    return sorted({*known, "+".join(known)} - {""})


def _known(caller: Caller) -> list[str]:
    return sorted(caller.staff_of & shipped().keys())


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


def ask_for_run(stack: Stack, caller: Caller, run: Run, request: Request) -> Answer:
    """Every accepted request is a new run; only a repeated idempotency key is the same one, and
    is dealt again in case the first time ended between making the run and sending it out."""
    jobs, now = Jobs(stack), run.started_at
    if request.dry_run:
        return _previewed(jobs, run)
    if (known := recorded(stack.repository, request, now)) is not None:
        return _dealt_again(jobs, caller, known)
    jobs.check_as_of(run.as_of, now)
    answer = Answer(202, dumps(run_json(run, {})))
    try:
        jobs.start(run, now, record_of(request, answer, now))
    except KeyUsed:
        known = recorded(stack.repository, request, now)
        return _dealt_again(jobs, caller, known) if known else answer
    return answer


def _previewed(jobs: Jobs, run: Run) -> Answer:
    """The run as it would begin, without an id, and how much waits for it."""
    shown = run_json(run, {})
    due = jobs.how_many_due(run.job, run.as_of, run.scope)
    return Answer(202, dumps({**shown, "id": None, "counts": {**shown["counts"], "due": due}}))


def _dealt_again(jobs: Jobs, caller: Caller, answer: Answer) -> Answer:
    """Only for somebody who may still see the run; his roles may have changed since."""
    run = jobs.runs.get(json.loads(answer.body)["id"])
    if run is None or not covers(caller, run.scope):
        raise NotFound("job run")
    if len(jobs.runs.shards(run.id)) < keys.SHARDS:
        jobs.deal(run)
    return answer
