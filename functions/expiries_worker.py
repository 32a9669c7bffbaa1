"""Works one message of the expiries queue: some shards of a run, until time runs short."""

from typing import Any

from aws_lambda_powertools.utilities.batch import (
    BatchProcessor,
    EventType,
    process_partial_response,
)
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord

from tacit.runtime.jobs import Parcel
from tacit.runtime.stack import stack
from tacit.runtime.worker import Worker


def handler(event: dict[str, Any], context: Any) -> Any:
    worker = Worker(stack(), context.get_remaining_time_in_millis)

    def work(record: SQSRecord) -> None:
        worker.work(Parcel.read(record.body))

    processor = BatchProcessor(event_type=EventType.SQS, raise_on_entire_batch_failure=False)
    return process_partial_response(event, work, processor, context)
