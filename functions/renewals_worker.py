"""Works one message of the renewals queue: some shards of a run, until time runs short."""

from typing import Any

from tacit.runtime.collector import Collector
from tacit.runtime.jobs import Parcel
from tacit.runtime.queue import each_message
from tacit.runtime.stack import stack


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    collector = Collector(stack(), context.get_remaining_time_in_millis)
    return each_message(event, lambda body: collector.work(Parcel.read(body)))
