"""The messages of one invocation, each by itself, answered as SQS wants it.

Powertools' batch types do the same and more; importing them (asyncio, every kind of event) takes a
tenth of a worker's cold start.
"""

from collections.abc import Callable, Mapping
from typing import Any

from tacit.runtime.observability import log_unexpected


def each_message(event: Mapping[str, Any], work: Callable[[str], None]) -> dict[str, Any]:
    """Give every message's body to `work`; the ones that raised are named, and come again."""
    failed = []
    for record in event["Records"]:
        try:
            work(record["body"])
        except Exception as error:
            log_unexpected(error)
            failed.append({"itemIdentifier": record["messageId"]})
    return {"batchItemFailures": failed}
