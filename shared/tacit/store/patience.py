"""Waiting for DynamoDB while it is busy: a few tries with jitter, within the time of a request.

This is the one place that tries again: the client underneath makes a single attempt, so that the
waits of two layers do not multiply. A write is repeated with what makes it the same write (a
transaction's token, a condition), because a call may have gone through and its answer been lost.
"""

import random
import time
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

from botocore.exceptions import ConnectionError as NoConnection
from botocore.exceptions import HTTPClientError
from pynamodb.exceptions import PynamoDBConnectionError, TransactWriteError

T = TypeVar("T")
_BUSY = {
    "TransactionConflict",
    "TransactionConflictException",
    "TransactionInProgressException",
    "ThrottlingError",
    "ThrottlingException",
    "ProvisionedThroughputExceeded",
    "ProvisionedThroughputExceededException",
    "RequestLimitExceeded",
    "InternalServerError",
    "ServiceUnavailable",
}
_TRIES = 6
_SECONDS = 8.0


class Busy(Exception):
    """DynamoDB was too busy or out of reach, or another transaction held an item, for longer than
    we wait. Whether a write went through is not known."""


def patiently(call: Callable[[], T]) -> T:
    """Contention, throttling and a broken line are tried again; anything else is raised."""
    for pause in pauses():
        try:
            return call()
        except (PynamoDBConnectionError, TransactWriteError) as error:
            if not _is_busy(error):
                raise
            time.sleep(pause)
    raise Busy("DynamoDB stayed busy")


def pauses() -> Iterator[float]:
    """Full jitter, doubling from 25 ms: another writer needs a few milliseconds, not a turn."""
    started = time.monotonic()
    for attempt in range(_TRIES):
        if time.monotonic() - started > _SECONDS:
            return
        yield random.uniform(0, 0.025 * 2**attempt)


def cancellation_reasons(error: Any) -> list[Any]:
    """Why a transaction was cancelled; empty where the cause was another (a broken network)."""
    return list(getattr(error.cause, "cancellation_reasons", ()))


def _is_busy(error: Any) -> bool:
    """Whether waiting may help: no condition failed, and something was in the way."""
    if isinstance(error.cause, HTTPClientError | NoConnection):
        return True  # asked first: pynamodb cannot tell the code of an answer that never came
    if error.cause_response_code in _BUSY:
        return True
    codes = {reason.code for reason in cancellation_reasons(error) if reason}
    return "ConditionalCheckFailed" not in codes and bool(codes & _BUSY)
