"""DynamoDB in memory, one call at a time: what its API promises, and no guess beyond that.

What it does not know ends the test (`NotImitated`). It has no streams, no contention and no delay:
what is about these asks the real server.
"""

import threading
import uuid
from collections.abc import Callable
from copy import deepcopy
from typing import Any

from tests.memory import reading
from tests.memory.reading import Params, Tables, table_of, with_capacity
from tests.memory.refusals import NotImitated, Refusal, imitated, invalid
from tests.memory.tables import MemoryTable, no_table
from tests.memory.transactions import Transactions
from tests.memory.writing import Write, understood
from tests.tables import table_definition

_SINGLE = frozenset(
    {
        "TableName", "ConditionExpression", "ExpressionAttributeNames",
        "ExpressionAttributeValues", "ReturnConsumedCapacity", "ReturnValues",
        "ReturnValuesOnConditionCheckFailure",
    }
)  # fmt: skip
_OWN = {
    "Put": frozenset({"Item"}),
    "Update": frozenset({"Key", "UpdateExpression"}),
    "Delete": frozenset({"Key"}),
}
_DEFINED = frozenset(
    {
        "TableName", "AttributeDefinitions", "KeySchema", "GlobalSecondaryIndexes", "BillingMode",
        "StreamSpecification",
    }
)  # fmt: skip
_MOST_AT_ONCE = 25


class Engine:
    """One AWS account with its tables. Calls of several threads come one after the other."""

    def __init__(self) -> None:
        self.tables: Tables = {}
        self._lock = threading.RLock()
        self._transactions = Transactions()
        self._asked: dict[str, Callable[[Params], dict[str, Any]]] = {
            "GetItem": lambda params: reading.get_item(self.tables, params),
            "BatchGetItem": lambda params: reading.batch_get_item(self.tables, params),
            "Query": lambda params: reading.query(self.tables, params),
            "Scan": lambda params: reading.scan(self.tables, params),
            "PutItem": lambda params: self._write("Put", params),
            "UpdateItem": lambda params: self._write("Update", params),
            "DeleteItem": lambda params: self._write("Delete", params),
            "BatchWriteItem": self._batch_write,
            "TransactWriteItems": lambda params: self._transactions.write(self.tables, params),
            "CreateTable": self._create_table,
            "DescribeTable": lambda params: _described(table_of(self.tables, params)),
            "DeleteTable": self._delete_table,
        }

    def fresh_table(self) -> str:
        """The name of a new, empty table as the template defines it; it costs some microseconds."""
        name = f"tacit-{uuid.uuid4().hex[:12]}"
        self.tables[name] = MemoryTable({"TableName": name, **table_definition()})
        return name

    def answer(self, operation: str, params: Params) -> dict[str, Any]:
        """What the API answers; raises Refusal, or NotImitated."""
        if operation not in self._asked:
            raise NotImitated(operation)
        with self._lock:
            return self._asked[operation](params)

    def _write(self, kind: str, params: Params) -> dict[str, Any]:
        imitated(f"{kind}Item", params.keys(), _SINGLE | _OWN[kind])
        write = understood(self.tables, kind, params)
        old, new = write.old, write.outcome()
        answer: dict[str, Any] = {}
        shown = {"NONE": None, "ALL_OLD": old, "ALL_NEW": new}
        wanted = params.get("ReturnValues", "NONE")
        if wanted not in shown or (wanted == "ALL_NEW" and kind != "Update"):
            raise NotImitated(f"{kind}Item with ReturnValues {wanted}")
        if (item := shown[wanted]) is not None:
            answer["Attributes"] = item.copy()
        own = write.units(new, 0)
        units = own + write.table.put(write.key, new)
        with_capacity(answer, params, write.table.name, units)
        return answer

    def _batch_write(self, params: Params) -> dict[str, Any]:
        imitated("BatchWriteItem", params.keys(), frozenset({"RequestItems"}))
        writes = [
            _requested(self.tables, name, entry)
            for name, entries in params["RequestItems"].items()
            for entry in entries
        ]
        if not 0 < len(writes) <= _MOST_AT_ONCE:
            raise invalid("Too many items requested for the BatchWriteItem call")
        if len({(write.table.name, write.key) for write in writes}) != len(writes):
            raise invalid("Provided list of item keys contains duplicates")
        for write in writes:
            write.table.put(write.key, write.new)
        return {"UnprocessedItems": {}}

    def _create_table(self, params: Params) -> dict[str, Any]:
        imitated("CreateTable", params.keys(), _DEFINED)
        if params["TableName"] in self.tables:
            raise Refusal("ResourceInUseException", "Cannot create preexisting table")
        made = MemoryTable(deepcopy(dict(params)))
        self.tables[made.name] = made
        return {"TableDescription": _described(made)["Table"]}

    def _delete_table(self, params: Params) -> dict[str, Any]:
        gone = self.tables.pop(params["TableName"], None)
        if gone is None:
            raise no_table(params["TableName"])
        return {"TableDescription": _described(gone)["Table"]}


def _requested(tables: Tables, name: str, entry: Params) -> Write:
    ((kind, content),) = entry.items()
    return understood(tables, kind.removesuffix("Request"), {"TableName": name, **content})


def _described(table: MemoryTable) -> dict[str, Any]:
    defined = ("TableName", "AttributeDefinitions", "KeySchema")
    known = {name: deepcopy(table.definition[name]) for name in defined}
    return {"Table": {**known, "TableStatus": "ACTIVE", "ItemCount": len(table.items)}}
