"""One item to be written, by itself or in a transaction, and how a failed condition is told."""

from collections.abc import Sequence
from dataclasses import dataclass

from pynamodb.expressions.condition import Condition
from pynamodb.expressions.operand import Path
from pynamodb.expressions.update import Action

from tacit.store.codec import Item
from tacit.store.keys import Key

absent = Path("pk").does_not_exist()


class ConditionFailed(Exception):
    """A write's condition did not hold; `writes` names which."""

    def __init__(self, writes: frozenset[str]) -> None:
        super().__init__(", ".join(sorted(writes)))
        self.writes = writes


@dataclass(frozen=True, slots=True)
class Write:
    """One item of a transaction. `name` is how a failed condition is reported."""

    name: str
    kind: str
    key: Key
    item: Item | None = None
    condition: Condition | None = None
    actions: tuple[Action, ...] = ()


def put(name: str, item: Item, condition: Condition | None = None) -> Write:
    return Write(name, "put", (item["pk"], item["sk"]), item, condition)


def delete(name: str, key: Key, condition: Condition | None = None) -> Write:
    return Write(name, "delete", key, None, condition)


def check(name: str, key: Key, condition: Condition) -> Write:
    """Nothing is written: the transaction goes through only while the condition holds."""
    return Write(name, "check", key, None, condition)


def update(
    name: str, key: Key, actions: Sequence[Action], condition: Condition | None = None
) -> Write:
    return Write(name, "update", key, None, condition, tuple(actions))
