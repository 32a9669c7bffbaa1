"""Two engines asked the same, and their answers laid side by side."""

from collections.abc import Mapping
from typing import Any

from botocore.exceptions import ClientError

_TOLD = ("Item", "Attributes", "Items", "Count", "ScannedCount", "LastEvaluatedKey", "Responses")


class Both:
    """The same table on either engine; all that is said is about it."""

    def __init__(self, server: Any, memory: Any, table: str) -> None:
        self.clients, self.table = (server, memory), table

    def ask(self, operation: str, params: Mapping[str, Any]) -> list[dict[str, Any]]:
        """What the server answers, then what the engine in memory does, in one form."""
        given = dict(params)
        if "TransactItems" in given:
            given["TransactItems"] = [
                {kind: {**part, "TableName": self.table} for kind, part in entry.items()}
                for entry in given["TransactItems"]
            ]
        elif "RequestItems" in given:
            given["RequestItems"] = {self.table: given["RequestItems"]}
        else:
            given["TableName"] = self.table
        return [_answer(client, operation, dict(given)) for client in self.clients]


def _answer(client: Any, operation: str, given: dict[str, Any]) -> dict[str, Any]:
    counted = operation not in ("TransactWriteItems", "BatchWriteItem")
    if counted:
        given["ReturnConsumedCapacity"] = "TOTAL"
    try:
        answer = client._make_api_call(operation, given)
    except ClientError as refused:
        response: Any = refused.response
        reasons = [
            (reason["Code"], _plain(reason.get("Item")))
            for reason in response.get("CancellationReasons", [])
        ]
        if any(code == "ValidationError" for code, _ in reasons):
            # What an update cannot be made of is a reason, as AWS says; the server has none.
            return {"refused": "ValidationException", "reasons": [], "item": None}
        return {"refused": response["Error"]["Code"], "reasons": reasons,
                "item": _plain(response.get("Item"))}  # fmt: skip
    found = {name: _plain(answer[name]) for name in _TOLD if name in answer}
    # The server makes up what transactions cost.
    return {**found, "capacity": _plain(answer["ConsumedCapacity"])} if counted else found


def _plain(value: Any) -> Any:
    """Sets have no order."""
    if isinstance(value, Mapping):
        return {
            name: sorted(part) if name in ("SS", "NS", "BS") else _plain(part)
            for name, part in value.items()
        }
    return [_plain(part) for part in value] if isinstance(value, list) else value
