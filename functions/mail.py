"""Sends the mails that events on the bus ask for; one failure is not the others' failure."""

from typing import Any

from aws_lambda_powertools.utilities.batch import (
    BatchProcessor,
    EventType,
    process_partial_response,
)
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord

from tacit.runtime.mail import Mailer
from tacit.runtime.observability import count
from tacit.runtime.stack import stack


def handler(event: dict[str, Any], context: Any) -> Any:
    mailer = Mailer(stack())
    sent = 0

    def deliver(record: SQSRecord) -> None:
        nonlocal sent
        sent += mailer.deliver(record.json_body["detail"])

    processor = BatchProcessor(event_type=EventType.SQS, raise_on_entire_batch_failure=False)
    answer = process_partial_response(event, deliver, processor, context)
    count({"MailsSent": sent})
    return answer
