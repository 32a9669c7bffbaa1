"""A table's items by their keys, and in the order of the table and of each index."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from sortedcontainers import SortedDict, SortedList

from tests.memory.refusals import NotImitated, Refusal, invalid
from tests.memory.values import Item, Stored

Key = tuple[str, str]
# (what the row is sorted by, then the item's key): half of it is a bound that no item has.
Entry = tuple[str, ...]
_LONGEST = {"HASH": 2048, "RANGE": 1024}


@dataclass(slots=True)
class Row:
    """One order of the items, the table's own or an index's: by hash key, then by range key."""

    hash_key: str
    range_key: str
    entries: Any = field(default_factory=SortedDict)

    def entry(self, item: Item, key: Key) -> tuple[str, Entry] | None:
        """Where an item stands; None where it has not got both."""
        if self.hash_key in item and self.range_key in item:
            return item[self.hash_key]["S"], (item[self.range_key]["S"], *key)
        return None

    def add(self, where: tuple[str, Entry]) -> None:
        name, entry = where
        found = self.entries.get(name)
        if found is None:
            found = self.entries[name] = SortedList()
        found.add(entry)

    def discard(self, where: tuple[str, Entry]) -> None:
        name, entry = where
        found = self.entries[name]
        found.remove(entry)
        if not found:
            del self.entries[name]

    def between(
        self, name: str, low: Entry, high: Entry | None, after: Entry | None, forward: bool
    ) -> Iterator[Entry]:
        """The entries of one hash key from `low` on and before `high`, behind `after`."""
        found = self.entries.get(name, ())
        if not found:
            return iter(())
        inclusive = (True, False)
        if after is not None and forward and after >= low:
            low, inclusive = after, (False, False)
        elif after is not None and not forward and (high is None or after < high):
            high = after
        entries: Iterator[Entry] = found.irange(low, high, inclusive, reverse=not forward)
        return entries


class MemoryTable:
    """Keys and indexes are texts, and an index keeps keys only: as the template has them."""

    def __init__(self, definition: Mapping[str, Any]) -> None:
        self.definition = definition
        self.name: str = definition["TableName"]
        texts = {
            each["AttributeName"]
            for each in definition["AttributeDefinitions"]
            if each["AttributeType"] == "S"
        }
        self.rows: dict[str | None, Row] = {None: _row(definition["KeySchema"], texts)}
        for index in definition.get("GlobalSecondaryIndexes", ()):
            if index["Projection"] != {"ProjectionType": "KEYS_ONLY"}:
                raise NotImitated(f"an index with {index['Projection']}")
            self.rows[index["IndexName"]] = _row(index["KeySchema"], texts)
        own = self.rows[None]
        self.keys: Key = (own.hash_key, own.range_key)
        self.key_attributes = frozenset(
            key for row in self.rows.values() for key in (row.hash_key, row.range_key)
        )
        self.items: dict[Key, Stored] = {}
        self._indexes = {name: row for name, row in self.rows.items() if name is not None}

    def key_of(self, item: Item) -> Key:
        """Of an item that is to be stored; its other keys must fit the indexes."""
        for name, row in self._indexes.items():
            for attribute in (row.hash_key, row.range_key):
                if attribute in item and not item[attribute].get("S"):
                    raise invalid(
                        "One or more parameter values were invalid: Type mismatch for Index Key, "
                        f"or an empty text: {attribute} IndexName: {name}"
                    )
        return self._key(item)

    def key(self, given: Item) -> Key:
        """Of a key that is asked for: it is all there is."""
        if given.keys() != set(self.keys):
            raise invalid("The provided key element does not match the schema")
        return self._key(given)

    def _key(self, item: Item) -> Key:
        for attribute, kind in zip(self.keys, _LONGEST, strict=True):
            text = item.get(attribute, {}).get("S")
            if text is None:
                raise invalid(
                    "One or more parameter values were invalid: Missing the key, or type mismatch "
                    f"for key {attribute} in the item"
                )
            if not text or len(text.encode()) > _LONGEST[kind]:
                raise invalid(
                    "One or more parameter values are not valid: The AttributeValue for a key "
                    f"attribute is empty or too long. Key: {attribute}"
                )
        return item[self.keys[0]]["S"], item[self.keys[1]]["S"]

    def put(self, key: Key, new: Stored | None) -> int:
        """The item in the place of what was there, None for nothing; how many entries the indexes
        took and gave up for it."""
        old = self.items.pop(key, None)
        if new is not None:
            self.items[key] = new
        moved = 0
        for name, row in self.rows.items():
            was = row.entry(old.item, key) if old else None
            now = row.entry(new.item, key) if new else None
            if was != now:
                if was:
                    row.discard(was)
                if now:
                    row.add(now)
                moved += bool(name) * (bool(was) + bool(now))
        return moved

    def index(self, name: str | None) -> Row:
        if name not in self.rows:
            raise invalid(f"The table does not have the specified index: {name}")
        return self.rows[name]


def _row(schema: list[dict[str, str]], texts: set[str]) -> Row:
    keys = {each["KeyType"]: each["AttributeName"] for each in schema}
    if set(keys) != {"HASH", "RANGE"} or not texts.issuperset(keys.values()):
        raise NotImitated(f"keys that are not two texts: {schema}")
    return Row(keys["HASH"], keys["RANGE"])


def no_table(name: str) -> Refusal:
    return Refusal("ResourceNotFoundException", f"Requested resource not found: Table: {name}")
