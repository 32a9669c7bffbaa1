"""TransactWriteItems: every write is judged before the first is carried out."""

import marshal
from collections import OrderedDict
from typing import Any

from tests.memory.reading import Params, Tables, with_capacity
from tests.memory.refusals import Refusal, imitated, invalid
from tests.memory.values import Stored
from tests.memory.writing import FAILED, Write, understood

_KNOWN = frozenset({"TransactItems", "ClientRequestToken", "ReturnConsumedCapacity"})
_PLACEHOLDERS = ("ExpressionAttributeNames", "ExpressionAttributeValues")
_ALWAYS = {
    "TableName", "ConditionExpression", *_PLACEHOLDERS, "ReturnValuesOnConditionCheckFailure",
}  # fmt: skip
_PARTS = {
    "Put": frozenset({*_ALWAYS, "Item"}),
    "Update": frozenset({*_ALWAYS, "Key", "UpdateExpression"}),
    "Delete": frozenset({*_ALWAYS, "Key"}),
    "ConditionCheck": frozenset({*_ALWAYS, "Key"}),
}
_MOST = 100
_MOST_BYTES = 4 * 1024 * 1024
_REMEMBERED = 10_000


class Transactions:
    """They know each other by their tokens: the last ones, where DynamoDB remembers ten minutes."""

    def __init__(self) -> None:
        self._tokens: OrderedDict[str, int] = OrderedDict()

    def write(self, tables: Tables, params: Params) -> dict[str, Any]:
        imitated("TransactWriteItems", params.keys(), _KNOWN)
        writes = [_part(tables, entry) for entry in params["TransactItems"]]
        if not 0 < len(writes) <= _MOST:
            raise invalid("Member must have length less than or equal to 100, and at least 1")
        if len({(write.table.name, write.key) for write in writes}) != len(writes):
            raise invalid("Transaction request cannot include multiple operations on one item")
        token = params.get("ClientRequestToken")
        if token is not None and self._is_known(token, params["TransactItems"]):
            return {}
        became = _judged(writes)
        if sum(each.size for each in became if each) > _MOST_BYTES:
            raise invalid("Collection size cannot exceed 4 MB")
        units = 0
        for write, new in zip(writes, became, strict=True):
            own = write.units(new, 0)
            moved = 0 if write.is_check else write.table.put(write.key, new)
            units += 2 * own + moved
        self._remember(token, params["TransactItems"])
        answer: dict[str, Any] = {}
        with_capacity(answer, params, writes[0].table.name, units)
        if answer:
            answer["ConsumedCapacity"] = [answer["ConsumedCapacity"]]
        return answer

    def _is_known(self, token: str, items: Any) -> bool:
        if token not in self._tokens:
            return False
        if self._tokens[token] != _fingerprint(items):
            raise Refusal("IdempotentParameterMismatchException", "another transaction's token")
        return True

    def _remember(self, token: str | None, items: Any) -> None:
        if token is None:
            return
        self._tokens[token] = _fingerprint(items)
        if len(self._tokens) > _REMEMBERED:
            self._tokens.popitem(last=False)


def _part(tables: Tables, entry: Params) -> Write:
    if len(entry) != 1:
        raise invalid("TransactItems can only contain one of Check, Put, Update or Delete")
    ((kind, params),) = entry.items()
    imitated(kind, params.keys(), _PARTS[kind])
    return understood(tables, kind, params)


def _judged(writes: list[Write]) -> list[Stored | None]:
    """What each write makes of its item; raises the cancellation with a reason for each."""
    became: list[Stored | None] = []
    reasons: list[dict[str, Any]] = []
    for write in writes:
        try:
            became.append(write.outcome())
            reasons.append({"Code": "None"})
        except Refusal as refusal:
            code = "ConditionalCheckFailed" if refusal.code == FAILED else "ValidationError"
            reasons.append({"Code": code, "Message": refusal.message, **refusal.extra})
    codes = [reason["Code"] for reason in reasons]
    if len(became) < len(writes):
        raise Refusal(
            "TransactionCanceledException",
            "Transaction cancelled, please refer cancellation reasons for specific reasons "
            f"[{', '.join(codes)}]",
            CancellationReasons=reasons,
        )
    return became


def _fingerprint(items: Any) -> int:
    return hash(marshal.dumps(items, 2))
