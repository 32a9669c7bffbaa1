"""GetItem, BatchGetItem, Query and Scan: what they find, and what AWS would charge for it."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import chain
from math import ceil
from typing import Any

from tests.memory.expressions import Expressions
from tests.memory.ranges import stretch
from tests.memory.refusals import NotImitated, imitated, invalid
from tests.memory.tables import Entry, Key, MemoryTable, Row, no_table
from tests.memory.values import Item, Stored, stored

Tables = dict[str, MemoryTable]
Params = Mapping[str, Any]
_PLACEHOLDERS = {"ExpressionAttributeNames", "ExpressionAttributeValues"}
_ALWAYS = {"TableName", "ConsistentRead", "ReturnConsumedCapacity"}
_GET = frozenset({*_ALWAYS, "Key", "ProjectionExpression", "ExpressionAttributeNames"})
_BATCH = frozenset({"Keys", "ConsistentRead"})
_PAGE = frozenset(
    {
        *_ALWAYS, *_PLACEHOLDERS, "IndexName", "ExclusiveStartKey", "Limit", "FilterExpression",
        "ProjectionExpression",
    }
)  # fmt: skip
_QUERY = _PAGE | {"KeyConditionExpression", "ScanIndexForward"}
_MOST_KEYS = 100
_PAGE_BYTES = 1024 * 1024
_BATCH_BYTES = 16 * _PAGE_BYTES


def table_of(tables: Tables, params: Params) -> MemoryTable:
    name = params["TableName"]
    if name not in tables:
        raise no_table(name)
    return tables[name]


def read_units(size: int, consistent: bool, least: int = 1) -> float:
    """A unit for each started 4 KB, half of it for a read that may be stale; an item that is not
    there costs one, a page without any nothing."""
    return max(least, ceil(size / 4096)) * (1.0 if consistent else 0.5)


def with_capacity(answer: dict[str, Any], params: Params, table: str, units: float) -> None:
    match params.get("ReturnConsumedCapacity", "NONE"):
        case "NONE":
            pass
        case "TOTAL":
            answer["ConsumedCapacity"] = {"TableName": table, "CapacityUnits": float(units)}
        case other:
            raise NotImitated(f"ReturnConsumedCapacity {other}")


def get_item(tables: Tables, params: Params) -> dict[str, Any]:
    imitated("GetItem", params.keys(), _GET)
    table = table_of(tables, params)
    expressions = Expressions(params, table.key_attributes)
    shown = _shown(expressions)
    expressions.end()
    found = table.items.get(table.key(stored(params["Key"]).item))
    answer: dict[str, Any] = {} if found is None else {"Item": shown(found)}
    units = read_units(found.size if found else 0, params.get("ConsistentRead", False))
    with_capacity(answer, params, table.name, units)
    return answer


def batch_get_item(tables: Tables, params: Params) -> dict[str, Any]:
    imitated("BatchGetItem", params.keys(), frozenset({"RequestItems", "ReturnConsumedCapacity"}))
    ((name, asked),) = params["RequestItems"].items()
    imitated("BatchGetItem", asked.keys(), _BATCH)
    table = table_of(tables, {"TableName": name})
    keys = [table.key(stored(key).item) for key in asked["Keys"]]
    if not 0 < len(keys) <= _MOST_KEYS:
        raise invalid("Too many items requested for the BatchGetItem call")
    if len(set(keys)) != len(keys):
        raise invalid("Provided list of item keys contains duplicates")
    found: list[Item] = []
    units, size, left = 0.0, 0, []
    for key, given in zip(keys, asked["Keys"], strict=True):
        item = table.items.get(key)
        size += item.size if item else 0
        if size > _BATCH_BYTES:
            left.append(dict(given))
            continue
        units += read_units(item.size if item else 0, asked.get("ConsistentRead", False))
        if item:
            found.append(item.copy())
    unread = {name: {**asked, "Keys": left}} if left else {}
    answer: dict[str, Any] = {"Responses": {name: found}, "UnprocessedKeys": unread}
    with_capacity(answer, params, name, units)
    if "ConsumedCapacity" in answer:
        answer["ConsumedCapacity"] = [answer["ConsumedCapacity"]]
    return answer


def query(tables: Tables, params: Params) -> dict[str, Any]:
    imitated("Query", params.keys(), _QUERY)
    table = table_of(tables, params)
    expressions = Expressions(params, table.key_attributes)
    row = table.index(params.get("IndexName"))
    name, wanted = stretch(expressions, row)
    forward = params.get("ScanIndexForward", True)
    start, after = _start(table, row, params), None
    if start is not None:
        at, after = start
        if at != name or after < wanted.low or (wanted.high and after >= wanted.high):
            raise invalid("The provided starting key does not match the range key predicate")
    entries = row.between(name, wanted.low, wanted.high, after, forward)
    end = wanted.most if forward else wanted.least
    return _page(table, row, entries, expressions, params, end)


def scan(tables: Tables, params: Params) -> dict[str, Any]:
    imitated("Scan", params.keys(), _PAGE)
    table = table_of(tables, params)
    expressions = Expressions(params, table.key_attributes)
    row = table.index(params.get("IndexName"))
    start = _start(table, row, params)
    names: Iterable[str] = row.entries.irange(start[0] if start else None)

    def behind(name: str) -> Iterator[Entry]:
        after = start[1] if start and start[0] == name else None
        return row.between(name, (), None, after, forward=True)

    entries = chain.from_iterable(behind(name) for name in names)
    return _page(table, row, entries, expressions, params)


def _start(table: MemoryTable, row: Row, params: Params) -> tuple[str, Entry] | None:
    """Where a page begins: the hash key of its first entry, and the entry in front of it."""
    given = params.get("ExclusiveStartKey")
    if given is None:
        return None
    item = stored(given).item
    if item.keys() != {*table.keys, row.hash_key, row.range_key}:
        raise invalid("The provided starting key is invalid")
    where = row.entry(item, table.key_of(item))
    assert where is not None
    return where


def _page(
    table: MemoryTable,
    row: Row,
    entries: Iterator[Entry],
    expressions: Expressions,
    params: Params,
    end: str | None = None,
) -> dict[str, Any]:
    """As many as are wanted, or as a page may hold; `end` is the sort key behind which there is
    nothing."""
    own = row is table.rows[None]
    if not own and params.get("ConsistentRead"):
        raise invalid("Consistent reads are not supported on global secondary indexes")
    test, shown = expressions.condition("FilterExpression"), _shown(expressions)
    expressions.end()
    limit = params.get("Limit")
    if limit is not None and limit < 1:
        raise invalid("Value at 'limit' failed to satisfy constraint: Member must be at least 1")
    items: list[Item] = []
    scanned = size = 0
    last: Stored | None = None
    for sort, pk, sk in entries:
        found = table.items[pk, sk] if own else _keys_only(table, row, (pk, sk))
        scanned, size = scanned + 1, size + found.size
        if test is None or test(found.item, expressions.values):
            items.append(shown(found))
        if scanned == limit:
            last = None if own and sort == end else found
            break
        if size >= _PAGE_BYTES:
            last = found if next(entries, None) else None
            break
    answer: dict[str, Any] = {"Items": items, "Count": len(items), "ScannedCount": scanned}
    if last is not None:
        names = {*table.keys, row.hash_key, row.range_key}
        answer["LastEvaluatedKey"] = {name: dict(last.item[name]) for name in names}
    units = read_units(size, params.get("ConsistentRead", False), least=0)
    with_capacity(answer, params, table.name, units)
    return answer


def _keys_only(table: MemoryTable, row: Row, key: Key) -> Stored:
    item = table.items[key].item
    return stored({name: item[name] for name in (*table.keys, row.hash_key, row.range_key)})


def _shown(expressions: Expressions) -> Callable[[Stored], Item]:
    """What of an item an answer shows: a copy of all of it, or of some attributes."""
    paths = expressions.projection()
    if paths is None:
        return Stored.copy
    if any(len(path.steps) > 1 for path in paths):
        raise NotImitated("a projection of what is within an attribute")
    names = [path.steps[0] for path in paths]
    return lambda found: {n: v for n, v in found.copy().items() if n in names}
