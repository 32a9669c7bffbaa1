"""Works one message of the expiries queue: some shards of a run, until time runs short."""

from typing import Any

from tacit.runtime.jobs import Parcel
from tacit.runtime.queue import each_message
from tacit.runtime.stack import stack
from tacit.runtime.worker import Worker


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    worker = Worker(stack(), context.get_remaining_time_in_millis)
    return each_message(event, lambda body: worker.work(Parcel.read(body)))
