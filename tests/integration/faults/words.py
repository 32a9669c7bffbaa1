"""What a call is about: in words, and the keys of what it writes."""

import re
from collections.abc import Mapping
from typing import Any

Key = tuple[str, str]
_RANDOM = re.compile(r"\b[0-9a-f]{32}\b")


def about(name: str, params: Mapping[str, Any]) -> str:
    """In a few words, what a call is for."""
    match name:
        case "Query":
            values = params["ExpressionAttributeValues"].values()
            asked = " ".join(str(next(iter(value.values()))) for value in values)
            return f"{params.get('IndexName', 'table')}: {asked}"
        case "BatchGetItem":
            (wanted,) = params["RequestItems"].values()
            return ", ".join("/".join(_key(key)) for key in wanted["Keys"])
        case "PutEvents":
            return ", ".join(entry["DetailType"] for entry in params["Entries"])
        case "SendEmail":
            return str(params["Content"]["Simple"]["Subject"]["Data"])
        case "SendMessage":
            return str(params["MessageBody"])[:60]
        case "GetSecretValue":
            return ""
        case "GetItem":
            return "/".join(_key(params["Key"]))
        case _:
            return ", ".join("/".join(key) for key in written_in(f"DynamoDB.{name}", params))


def unrandom(text: str) -> str:
    return _RANDOM.sub("…", text)


def written_in(operation: str, params: Mapping[str, Any]) -> list[Key]:
    """The keys of what a call writes, or only looks at within a transaction."""
    match operation.removeprefix("DynamoDB."):
        case "PutItem":
            return [_key(params["Item"])]
        case "UpdateItem" | "DeleteItem":
            return [_key(params["Key"])]
        case "TransactWriteItems":
            each = [next(iter(entry.values())) for entry in params["TransactItems"]]
            return [_key(one.get("Key") or one["Item"]) for one in each]
        case "BatchWriteItem":
            rows = [row for rows in params["RequestItems"].values() for row in rows]
            each = [next(iter(row.values())) for row in rows]
            return [_key(one.get("Key") or one["Item"]) for one in each]
        case _:
            return []


def _key(item: Mapping[str, Any]) -> Key:
    return item["pk"]["S"], item["sk"]["S"]
