"""Starts the run of the renewals job: from the scheduler, or invoked with {"as_of": …}."""

from typing import Any

from tacit.runtime.job_input import scheduled_run
from tacit.runtime.jobs import RENEWALS, Jobs
from tacit.runtime.observability import logger
from tacit.runtime.stack import stack


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    jobs = Jobs(stack())
    now = stack().clock.now()
    run = scheduled_run(event, context.aws_request_id, RENEWALS, now)
    jobs.check_as_of(run.as_of, now)
    created = jobs.start(run, now)
    logger().info("run started" if created else "run dealt again", run=run.id)
    return {"run": run.id, "created": created}
