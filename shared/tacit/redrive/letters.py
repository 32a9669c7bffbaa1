"""One dead letter: what it is and where it belongs, told by its ids alone.

A body is never shown whole: whoever put it together is not always us, and a person's words must not
end up on a terminal.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from tacit.redrive.queues import DeadLetterQueue, Queues

# What is handed over by nobody but ourselves: the next run, or the sweep, does what was missed.
MADE_UP_FOR = frozenset({"invocation", "schedule", "stream"})


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """`what` is "job" or "event", in the undelivered queue also one of MADE_UP_FOR, or "unknown".
    `says` are ids and numbers only; `to` is the queue it belongs into, None where there is none.
    """

    id: str
    handle: str
    body: str
    attributes: Mapping[str, Any]
    sent_at: datetime
    received: int
    what: str
    says: Mapping[str, Any]
    to: str | None

    def shown(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "sent_at": self.sent_at.isoformat(timespec="seconds").replace("+00:00", "Z"),
            "received": self.received,
            "what": self.what,
            **self.says,
            "to": self.to,
        }


def letter_of(message: Mapping[str, Any], queue: DeadLetterQueue, queues: Queues) -> DeadLetter:
    """A message as SQS hands it out, with its attributes."""
    attributes = message.get("MessageAttributes", {})
    what, says = _read(message["Body"])
    to = queue.source
    if to is None:
        target = attributes.get("TARGET_ARN", {}).get("StringValue", "")
        to = queues.by_arn.get(target)
        if "SCHEDULE_ARN" in attributes or (what == "unknown" and ":function:" in target):
            what = "schedule"
    told = message["Attributes"]
    return DeadLetter(
        id=message["MessageId"],
        handle=message["ReceiptHandle"],
        body=message["Body"],
        attributes=attributes if queue.source is not None else {},
        sent_at=datetime.fromtimestamp(int(told["SentTimestamp"]) / 1000, UTC),
        received=int(told["ApproximateReceiveCount"]),
        what=what,
        says=says,
        to=to,
    )


def _read(body: str) -> tuple[str, dict[str, Any]]:
    """What kind of letter it is, and the ids in it."""
    try:
        said = json.loads(body)
    except ValueError:
        return "unknown", {}
    match said:
        case {"detail-type": str(), "detail": {"id": str()} as detail}:
            wanted = {"event": "id", "type": "type", "at": "at"}
            return "event", {name: detail.get(field) for name, field in wanted.items()}
        case {"run": str(), "job": str(), "shards": list() as shards}:
            wanted = {"job": "job", "run": "run", "as_of": "as_of"}
            told = {name: said.get(field) for name, field in wanted.items()}
            return "job", {**told, "shards": len(shards)}
        case {"DDBStreamBatchInfo": {"batchSize": int() as size}}:
            return "stream", {"events": size}
        case {"requestContext": {"functionArn": str() as function}}:
            return "invocation", {"function": function.split(":function:")[-1].split(":")[0]}
        case _:
            return "unknown", {}
