"""Looking at dead letters, and moving them back to where they came from.

By the service where it does that itself, else one by one: sent first, deleted afterwards. Whoever
is cut off in between leaves a letter in both places, and it is worked twice, which every worker
bears (G2); none is ever in neither. Whatever is called again finds what is still there.
"""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from botocore.exceptions import ClientError

from tacit.redrive.letters import MADE_UP_FOR, DeadLetter, letter_of
from tacit.redrive.queues import DeadLetterQueue, Queues

_UNKNOWN_TO_THE_SERVICE = {
    "InvalidAction",
    "UnknownOperationException",
    "UnsupportedOperation",
    "AWS.SimpleQueueService.UnsupportedOperation",
}
_PAGE = 10
_LOOKED_AT = 100
_SECONDS_TO_LOOK = 30
_SECONDS_TO_MOVE = 120


@dataclass(slots=True)
class Outcome:
    """`moved` letters are where they belong, `dropped` ones are gone; `kept` belong nowhere that is
    known here. `left` is what the queue says is still in it: it counts approximately."""

    moved: int = 0
    dropped: int = 0
    kept: int = 0
    left: int = 0
    by: str = "hand"


class Redrive:
    """`say` is told how far it is; `pause` waits so many seconds between two looks at a task."""

    def __init__(
        self,
        sqs: Any,
        queues: Queues,
        say: Callable[[str], None],
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        self._sqs = sqs
        self._queues = queues
        self._say = say
        self._pause = pause

    def listed(self, now: datetime) -> list[dict[str, Any]]:
        """Each queue with how many letters lie in it, and for how many seconds the oldest of those
        that were looked at."""
        found = []
        for queue in self._queues.dead:
            count = self.count(queue)
            looked_at = self._peeked(queue, min(count, _LOOKED_AT))
            oldest = min((each.sent_at for each in looked_at), default=None)
            row = {"queue": queue.name, "letters": count, "source": queue.source}
            age = int((now - oldest).total_seconds()) if oldest else None
            found.append({**row, "oldest_seconds": age})
        return found

    def count(self, queue: DeadLetterQueue) -> int:
        """Approximately, as SQS counts; those that somebody has in hand are among them."""
        names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        said = self._sqs.get_queue_attributes(QueueUrl=queue.url, AttributeNames=names)
        return sum(int(said["Attributes"].get(name, 0)) for name in names)

    def shown(self, queue: DeadLetterQueue, most: int) -> list[dict[str, Any]]:
        """Up to `most` letters, the oldest first; they stay where they are."""
        found = self._peeked(queue, min(most, self.count(queue)))
        return [each.shown() for each in sorted(found, key=lambda each: each.sent_at)]

    def move(self, queue: DeadLetterQueue, most: int | None = None) -> Outcome:
        """All of them, or up to `most`, to the queue they came from."""
        if queue.source is not None and most is None:
            by_service = self._by_service(queue)
            if by_service is not None:
                return by_service
        outcome = Outcome()
        for letter in self._taken(queue, most):
            if letter.to is None:
                outcome.kept += 1
                continue
            self._sqs.send_message(
                QueueUrl=self._queues.urls[letter.to],
                MessageBody=letter.body,
                MessageAttributes=_as_sent(letter),
            )
            self._delete(queue, letter)
            outcome.moved += 1
            self._say(f"{queue.name}: {outcome.moved} moved")
        return self._counted(queue, outcome)

    def drop(self, queue: DeadLetterQueue, most: int | None = None) -> Outcome:
        """Takes away what the next run or the sweep makes up for, and nothing else."""
        outcome = Outcome()
        for letter in self._taken(queue, most):
            if letter.to is None and letter.what in MADE_UP_FOR:
                self._delete(queue, letter)
                outcome.dropped += 1
            else:
                outcome.kept += 1
        return self._counted(queue, outcome)

    def _counted(self, queue: DeadLetterQueue, outcome: Outcome) -> Outcome:
        outcome.left = self.count(queue)
        return outcome

    def _by_service(self, queue: DeadLetterQueue) -> Outcome | None:
        """By a task of SQS, which goes on where this call is cut off; one that is running already
        is waited for. None where the service knows no such tasks."""
        try:
            task = self._task(queue)
            if task is None or task["Status"] != "RUNNING":
                self._sqs.start_message_move_task(SourceArn=queue.arn)
                task = self._task(queue)
        except ClientError as error:
            if error.response["Error"]["Code"] in _UNKNOWN_TO_THE_SERVICE:
                return None
            raise
        while task is not None and task["Status"] == "RUNNING":
            self._say(f"{queue.name}: {task.get('ApproximateNumberOfMessagesMoved', 0)} moved")
            self._pause(2)
            task = self._task(queue)
        if task is None or task["Status"] != "COMPLETED":
            raise NotMoved((task or {}).get("FailureReason") or (task or {}).get("Status", "gone"))
        moved = int(task.get("ApproximateNumberOfMessagesMoved", 0))
        return self._counted(queue, Outcome(moved=moved, by="service"))

    def _task(self, queue: DeadLetterQueue) -> dict[str, Any] | None:
        found = self._sqs.list_message_move_tasks(SourceArn=queue.arn, MaxResults=1)
        return next(iter(found.get("Results", [])), None)

    def _peeked(self, queue: DeadLetterQueue, most: int) -> list[DeadLetter]:
        """Letters that are given back at once; cut off before that, they are back by themselves."""
        found = list(self._received(queue, most, _SECONDS_TO_LOOK))
        for letter in found:
            self._sqs.change_message_visibility(
                QueueUrl=queue.url, ReceiptHandle=letter.handle, VisibilityTimeout=0
            )
        return found

    def _taken(self, queue: DeadLetterQueue, most: int | None) -> Iterator[DeadLetter]:
        """Never more than there were: what fails again at once does not go round in circles."""
        there = self.count(queue) if most is None else most
        return self._received(queue, there, _SECONDS_TO_MOVE)

    def _received(self, queue: DeadLetterQueue, most: int, seconds: int) -> Iterator[DeadLetter]:
        left = most
        while left > 0:
            said = self._sqs.receive_message(
                QueueUrl=queue.url,
                MaxNumberOfMessages=min(left, _PAGE),
                VisibilityTimeout=seconds,
                WaitTimeSeconds=1,  # asks all of SQS's machines, and not a few of them
                AttributeNames=["SentTimestamp", "ApproximateReceiveCount"],
                MessageAttributeNames=["All"],
            )
            messages = said.get("Messages", [])
            if not messages:
                return
            for message in messages:
                yield letter_of(message, queue, self._queues)
            left -= len(messages)

    def _delete(self, queue: DeadLetterQueue, letter: DeadLetter) -> None:
        self._sqs.delete_message(QueueUrl=queue.url, ReceiptHandle=letter.handle)


class NotMoved(Exception):
    """The service's task ended otherwise than with all letters moved."""


def _as_sent(letter: DeadLetter) -> dict[str, Any]:
    """A message's own attributes, as sending takes them."""
    kept = ("DataType", "StringValue", "BinaryValue")
    return {
        name: {field: value[field] for field in kept if field in value}
        for name, value in letter.attributes.items()
    }
