"""What is said about a run: structured logs and metrics, without addresses, bodies or tokens."""

import logging
import traceback
from collections.abc import Mapping
from functools import cache
from threading import Lock

from aws_lambda_powertools import Logger
from aws_lambda_powertools.metrics import Metrics, MetricUnit

# Powertools gathers what is told in one place, dimensions and all, until it is flushed.
_TELLING = Lock()


def quiet_libraries() -> None:
    """The SDK's own debug lines hold whole requests, addresses and all: whatever level somebody
    turns on for a search, these stay out of the logs."""
    for name in ("boto3", "botocore", "pynamodb", "urllib3", "aws_lambda_powertools"):
        logging.getLogger(name).setLevel(logging.INFO)


@cache
def logger() -> Logger:
    """Powertools' logger; never given an event, a body or a header."""
    return Logger(use_rfc3339=True)


@cache
def _metrics() -> Metrics:
    return Metrics(namespace="Tacit")


def count(numbers: Mapping[str, int]) -> None:
    """Counts of one invocation as an embedded metric, zeros included: silence is not zero."""
    metrics = _metrics()
    with _TELLING:
        for name, value in numbers.items():
            metrics.add_metric(name=name, unit=MetricUnit.Count, value=value)
        metrics.flush_metrics(raise_on_empty_metrics=False)


def held(job: str) -> None:
    """A run waits for a person: an alarm looks at this number."""
    _of_job(job, {"RunsHeld": (1, MetricUnit.Count)})


def finished(job: str, seconds: int, late: int) -> None:
    """A run is over: how long it took, and how long after its `as_of`. Where this number does not
    come any more, an alarm says that the job's last success is long ago."""
    took = {"RunSeconds": (seconds, MetricUnit.Seconds), "Lateness": (late, MetricUnit.Seconds)}
    _of_job(job, {"RunsFinished": (1, MetricUnit.Count), **took})


def _of_job(job: str, numbers: Mapping[str, tuple[int, MetricUnit]]) -> None:
    metrics = _metrics()
    with _TELLING:
        metrics.add_dimension(name="job", value=job)
        for name, (value, unit) in numbers.items():
            metrics.add_metric(name=name, unit=unit, value=value)
        metrics.flush_metrics()


def log_unexpected(error: BaseException) -> None:
    """Where it happened and of which type; its message might carry what must not be logged."""
    frames = traceback.extract_tb(error.__traceback__)[-4:]
    logger().error(
        "unexpected error",
        error_type=type(error).__name__,
        where=[f"{frame.name}:{frame.lineno}" for frame in frames],
    )
