"""What asks for a run: the scheduler's event, a direct invocation, the body of POST /job-runs.

Apart from `jobs`, because a worker reads none of it and starts the sooner.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from tacit.domain.values import JOB
from tacit.runtime import shapes
from tacit.runtime.jobs import JOBS
from tacit.store.runs import ALL, Run


def scheduled_run(event: Mapping[str, Any], request_id: str, job: str, now: datetime) -> Run:
    """The run that the scheduler or a direct invocation asks for; raises Invalid.

    The same scheduler event gives the same run, because its id is made of the scheduled time;
    a direct invocation that Lambda itself repeats keeps its request id. A placeholder that was
    never filled in is an error, never "now".
    """
    body = shapes.Body(event)
    as_of = body.need("as_of", shapes.instant)
    schedule = body.may("schedule", shapes.one_of(job))
    body.end()
    name = as_of.strftime("%Y%m%dT%H%M%SZ") if schedule else request_id
    return Run(f"{job}-{name}", job, as_of, now, ALL, JOB)


def read_job(body: shapes.Body) -> tuple[str, datetime, str | None]:
    """`job`, `as_of` and `preview_id` of POST /job-runs."""
    job, as_of = body.need("job", shapes.one_of(*JOBS)), body.need("as_of", shapes.instant)
    return job, as_of, body.may("preview_id", shapes.identifier)
