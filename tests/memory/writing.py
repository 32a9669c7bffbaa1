"""One write to one item: understood first, then judged on what is stored, then carried out."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import ceil

from tests.memory.conditions import Test
from tests.memory.expressions import Expressions
from tests.memory.reading import Params, Tables, table_of
from tests.memory.refusals import Refusal, invalid
from tests.memory.tables import Key, MemoryTable
from tests.memory.updates import Update
from tests.memory.values import MOST_BYTES, Item, Stored, Value, stored

FAILED = "ConditionalCheckFailedException"
_TOO_LARGE = "Item size to update has exceeded the maximum allowed size"


@dataclass(slots=True)
class Write:
    """`new` is what a put brings, `update` what an update does; with neither it is a deletion, or
    a check, which changes nothing."""

    table: MemoryTable
    key: Key
    test: Test | None
    values: Mapping[str, Value]
    new: Stored | None = None
    update: Update | None = None
    is_check: bool = False
    shows_what_failed: bool = False

    @property
    def old(self) -> Stored | None:
        return self.table.items.get(self.key)

    def outcome(self) -> Stored | None:
        """What would be stored; raises Refusal where the condition does not hold, or the update
        cannot be made of what is there."""
        old = self.old
        if self.test and not self.test(old.item if old else {}, self.values):
            shown = {"Item": old.copy()} if old and self.shows_what_failed else {}
            raise Refusal(FAILED, "The conditional request failed", **shown)
        if self.is_check:
            return old
        if self.update is None:
            return self.new
        return self._updated(old)

    def _updated(self, old: Stored | None) -> Stored:
        assert self.update is not None
        if not self.update.attributes.isdisjoint(self.table.keys):
            raise invalid("Cannot update attribute. This attribute is part of the key")
        keys = dict(zip(self.table.keys, self.key, strict=True))
        item: Item = old.copy() if old else {name: {"S": text} for name, text in keys.items()}
        self.update.carry_out(item, self.values)
        made = stored(item)
        self.table.key_of(made.item)
        if made.size > MOST_BYTES:
            raise invalid(_TOO_LARGE)
        return made

    def units(self, became: Stored | None, moved: int) -> int:
        """A unit for each started KB of the larger of before and after, and one for each entry
        that an index took or gave up; asked before it is carried out."""
        sizes = [each.size for each in (self.old, became) if each]
        return max(1, ceil(max(sizes, default=0) / 1024)) + moved


def understood(tables: Tables, kind: str, params: Params) -> Write:
    """Raises Refusal for what is wrong whatever is stored."""
    table = table_of(tables, params)
    expressions = Expressions(params, table.key_attributes)
    new = stored(params["Item"]) if kind == "Put" else None
    key = table.key_of(new.item) if new else table.key(stored(params["Key"]).item)
    if new and new.size > MOST_BYTES:
        raise invalid("Item size has exceeded the maximum allowed size")
    found = Write(table, key, expressions.condition(), expressions.values, new)
    if kind == "Update":
        found.update = expressions.update() or Update(())
    found.is_check = kind == "ConditionCheck"
    found.shows_what_failed = params.get("ReturnValuesOnConditionCheckFailure") == "ALL_OLD"
    expressions.end()
    return found
