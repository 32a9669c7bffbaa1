"""Asking for a run as staff, and showing one: the sum of its shards."""

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from tacit.domain.money import Money
from tacit.domain.refusals import NotFound, Refused
from tacit.policies import shipped
from tacit.replies import Answer, Request, record_of, recorded
from tacit.runtime.answers import dumps, money_json
from tacit.runtime.caller import Caller
from tacit.runtime.jobs import Jobs, stands_still
from tacit.runtime.stack import Stack
from tacit.store.repository import KeyUsed
from tacit.store.runs import ALL, HELD, PLAN, REST, WORK, Run, Runs
from tacit.store.shard_states import COUNTS, ShardState


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


def run_json(run: Run, stages: Mapping[str, dict[str, ShardState]]) -> dict[str, Any]:
    """A run as the sum of its shards, in the stages that it has been through. `held` says why
    irreversible steps wait, or waited; `planned` is how many records were due when it began."""
    shown = stages[PLAN if run.preview else WORK]
    states = [*shown.values(), *stages[REST].values()]
    counts = {name: sum(s.counts.get(name, 0) for s in states) for name in COUNTS}
    if run.released_at is not None:
        counts["held"] = sum(s.counts.get("held", 0) for s in stages[REST].values())
    counts["planned"] = run.planned if run.planned is not None else sum(counts.values())
    every = [state for states in stages.values() for state in states.values()]
    seconds = (run.finished_at - run.started_at).total_seconds() if run.finished_at else None
    return {
        "id": run.id,
        "job": run.job,
        "as_of": run.as_of,
        "status": _status(run, _at_hand(run, stages)),
        "counts": counts,
        "totals": _totals(states),
        "started_at": run.started_at,
        "finished_at": run.finished_at,
        "seconds": int(seconds) if seconds is not None else None,
        "scope": None if run.scope == ALL else run.scope.split("+"),
        "shards_done": sum(state.done for state in _at_hand(run, stages).values()),
        "preview": run.preview,
        "preview_id": run.preview_id,
        "held": [{"provider": name, **why} for name, why in sorted(run.held.items())],
        "released_at": run.released_at,
        "capacity": {
            "read_units": sum(s.totals.get("read_tenths", 0) for s in every) / 10,
            "write_units": sum(s.totals.get("write_tenths", 0) for s in every) / 10,
        },
    }


def _status(run: Run, states: Mapping[str, ShardState]) -> str:
    if run.finished_at is not None:
        return "done"
    if run.stage == HELD:
        return "held"
    return "failed" if stands_still(run, states) else "running"


def _at_hand(run: Run, stages: Mapping[str, dict[str, ShardState]]) -> dict[str, ShardState]:
    return stages[WORK if run.stage == HELD else run.stage]


def _totals(states: list[ShardState]) -> dict[str, Any]:
    """What was charged by currency, which events and which messages: done, or planned."""
    found: Counter[str] = Counter()
    for state in states:
        found.update(state.totals)
    named = [(name.split("|"), number) for name, number in sorted(found.items())]
    return {
        "charges": sum(number for name, number in named if name[0] == "charge"),
        "charged": [money_json(Money(n, name[1])) for name, n in named if name[0] == "minor"],
        "events": {name[1]: number for name, number in named if name[0] == "event"},
        "messages": [
            {"kind": name[1], "channel": name[2], "count": number}
            for name, number in named
            if name[0] == "message"
        ],
    }


def stages_of(runs: Runs, run: Run) -> dict[str, dict[str, ShardState]]:
    """The shards of each stage that the run may have been in."""
    planned = run.preview or run.stage == PLAN
    return {
        PLAN: runs.shards(run.id, PLAN) if planned else {},
        WORK: {} if planned else runs.shards(run.id, WORK),
        REST: runs.shards(run.id, REST) if run.stage == REST else {},
    }


def shown(runs: Runs, run: Run) -> dict[str, Any]:
    return run_json(run, stages_of(runs, run))


def ask_for_run(stack: Stack, caller: Caller, run: Run, request: Request) -> Answer:
    """Every accepted request is a new run; only a repeated idempotency key is the same one, and
    is dealt again in case the first time ended between making the run and sending it out. A dry
    run only plans: it is there to be looked at, under the `preview_id` that it answers with."""
    jobs, now = Jobs(stack), run.started_at
    if run.preview_id is not None:
        check_preview(jobs.runs, caller, run)
    if request.dry_run:
        return _previewed(jobs, replace(run, preview=True))
    if (known := recorded(stack.repository, request, now)) is not None:
        return _dealt_again(jobs, caller, known)
    jobs.check_as_of(run.as_of, now)
    answer = Answer(202, dumps(_begun(run)))
    try:
        jobs.start(run, now, record_of(request, answer, now))
    except KeyUsed:
        known = recorded(stack.repository, request, now)
        return _dealt_again(jobs, caller, known) if known else answer
    return answer


def _previewed(jobs: Jobs, run: Run) -> Answer:
    """The run as it would begin, without an id of its own, and how much waits for it."""
    due = jobs.how_many_due(run.job, run.as_of, run.scope)
    jobs.start(run, run.started_at)
    begun = _begun(replace(run, preview=False))
    counts = {**begun["counts"], "due": due}
    return Answer(202, dumps({**begun, "id": None, "counts": counts, "preview_id": run.id}))


def check_preview(runs: Runs, caller: Caller, run: Run) -> None:
    """A run can do what a preview said if that is whole, and of the same job, instant and scope."""
    preview = runs.get(run.preview_id or "")
    if preview is None or not preview.preview or not covers(caller, preview.scope):
        raise NotFound("preview")
    if (preview.job, preview.as_of, preview.scope) != (run.job, run.as_of, run.scope):
        params = {"job": preview.job, "as_of": dumps(preview.as_of).strip('"')}
        raise Refused("another_preview", params)
    if preview.finished_at is None:
        raise Refused("preview_not_ready", {"preview_id": preview.id})


def released(stack: Stack, run: Run, request: Request, now: datetime) -> Answer:
    """What the run has left is done as well, on what is stored now. Asked again it is dealt again,
    in case the first time ended between the release and the sending out."""
    jobs = Jobs(stack)
    if run.released_at is None and run.stage != HELD:
        raise Refused("run_not_held", {"status": shown(jobs.runs, run)["status"]})
    after = run if run.released_at else replace(run, stage=REST, released_at=now, saved_at=0)
    answer = Answer(202, dumps(shown(jobs.runs, after)))
    if request.dry_run:
        return answer
    if run.released_at is None:
        try:
            jobs.runs.move(after, HELD, record_of(request, answer, now))
        except KeyUsed:
            return recorded(stack.repository, request, now) or answer
    jobs.deal(after)
    return answer


def _begun(run: Run) -> dict[str, Any]:
    return run_json(run, {PLAN: {}, WORK: {}, REST: {}})


def _dealt_again(jobs: Jobs, caller: Caller, answer: Answer) -> Answer:
    """Only for somebody who may still see the run; his roles may have changed since."""
    run = jobs.runs.get(json.loads(answer.body)["id"])
    if run is None or not covers(caller, run.scope):
        raise NotFound("job run")
    if run.finished_at is None:
        jobs.deal(run)
    return answer
