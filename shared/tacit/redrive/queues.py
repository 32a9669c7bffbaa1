"""The stack's dead letter queues, and where what lies in them came from.

Their addresses are outputs of the stack, under their names in the template. Which queue a dead
letter queue serves is asked of the queues themselves: each names its own in its redrive policy. The
one that no queue names holds what a schedule, the bus or the stream could not hand over.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

UNDELIVERED = "UndeliveredQueue"
_URL = "Url"


class NoStack(Exception):
    """There is no such stack, or it has no dead letter queues."""


@dataclass(frozen=True, slots=True)
class DeadLetterQueue:
    """`name` is that of the template. `source` is the queue it serves, None where none."""

    name: str
    url: str
    arn: str
    source: str | None


@dataclass(frozen=True, slots=True)
class Queues:
    """`urls` are those of all queues of the stack, by name; `by_arn` their names."""

    dead: tuple[DeadLetterQueue, ...]
    urls: Mapping[str, str]
    by_arn: Mapping[str, str]

    def named(self, name: str) -> DeadLetterQueue:
        """Raises KeyError."""
        return {queue.name: queue for queue in self.dead}[name]


def is_dead_letter_queue(name: str) -> bool:
    return name.endswith("DeadLetters") or name == UNDELIVERED


def urls_of(outputs: Mapping[str, str]) -> dict[str, str]:
    """The addresses of the stack's queues, by their names in the template."""
    names = (name.removesuffix(_URL) for name in outputs if name.endswith(_URL))
    queues = (name for name in names if name.endswith("Queue") or is_dead_letter_queue(name))
    return {name: outputs[f"{name}{_URL}"] for name in sorted(queues)}


def outputs_of(cloudformation: Any, stack_name: str) -> dict[str, str]:
    """The outputs of a stack, by key. Raises the client's error where there is no such stack."""
    (found,) = cloudformation.describe_stacks(StackName=stack_name)["Stacks"]
    return {each["OutputKey"]: each["OutputValue"] for each in found.get("Outputs", [])}


def queues_of(sqs: Any, urls: Mapping[str, str]) -> Queues:
    """What the addresses lead to. Raises NoStack where none of them is a dead letter queue's."""
    arns, serves = dict[str, str](), dict[str, str]()
    for name, url in urls.items():
        said = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn", "RedrivePolicy"])
        arns[name] = said["Attributes"]["QueueArn"]
        policy = json.loads(said["Attributes"].get("RedrivePolicy") or "{}")
        if "deadLetterTargetArn" in policy:
            serves[policy["deadLetterTargetArn"]] = name
    dead = tuple(
        DeadLetterQueue(name, url, arns[name], serves.get(arns[name]))
        for name, url in urls.items()
        if is_dead_letter_queue(name)
    )
    if not dead:
        raise NoStack("the stack has no dead letter queues")
    return Queues(dead, urls, {arn: name for name, arn in arns.items()})
