"""A job's starting function: what the scheduler and a direct invocation ask for becomes a run.

Apart from `job_work`, because a worker reads none of it and starts the sooner.
"""

from collections.abc import Callable
from typing import Any

from tacit.runtime.job_input import scheduled_run
from tacit.runtime.jobs import Jobs
from tacit.runtime.observability import logger
from tacit.runtime.stack import stack


def starter(job: str) -> Callable[[dict[str, Any], Any], dict[str, Any]]:
    """The handler that makes a run of this job and deals it into its queue."""

    def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
        jobs = Jobs(stack())
        now = stack().clock.now()
        run = scheduled_run(event, context.aws_request_id, job, now)
        jobs.check_as_of(run.as_of, now)
        created = jobs.start(run, now)
        logger().info("run started" if created else "run dealt again", run=run.id)
        return {"run": run.id, "created": created}

    return handler
