"""The one door to DynamoDB: reads that say whether they are consistent, and transactions.

A thin layer over pynamodb's connection: one client for all kinds of items, condition failures
told apart from contention, and each failed condition named by the write it belongs to.
"""

import time
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from botocore.session import Session
from pynamodb.connection import Connection
from pynamodb.connection.base import MetaTable
from pynamodb.exceptions import DeleteError, PutError, TransactWriteError, UpdateError
from pynamodb.expressions.condition import Condition

from tacit.store.codec import Item, Raw, from_raw, to_raw
from tacit.store.keys import Key
from tacit.store.patience import Busy, cancellation_reasons, patiently, pauses
from tacit.store.session import prepared
from tacit.store.writes import ConditionFailed, Write

_INDEXES = {
    "expiries": ("shard", "expiries_due_at"),
    "renewals": ("shard", "renewals_due_at"),
    "reminders": ("shard", "reminders_due_at"),
    "listing": ("listing_key", "listing_sort"),
    "orders": ("orders_key", "orders_sort"),
    "outbox": ("outbox_lane", "outbox_at"),
}
_BATCH = 100
_KINDS = ("check", "delete", "put", "update")


@dataclass(frozen=True, slots=True)
class Page:
    """Items in key order, as DynamoDB holds them for the mappings that report Broken; `after`
    continues behind the last one, None at the end."""

    raws: list[Raw] = field(default_factory=list)
    after: Item | None = None

    @property
    def items(self) -> list[Item]:
        return [from_raw(raw) for raw in self.raws]


_READS = {"GetItem", "BatchGetItem", "Query", "Scan"}


class Units:
    """Capacity units as DynamoDB reckons them, in tenths, since they were last taken."""

    def __init__(self) -> None:
        self._tenths = {"read_tenths": 0.0, "write_tenths": 0.0}

    def add(self, operation: str, answer: dict[str, Any]) -> None:
        told = answer.get("ConsumedCapacity") or []
        used = sum(each["CapacityUnits"] for each in (told if isinstance(told, list) else [told]))
        self._tenths["read_tenths" if operation in _READS else "write_tenths"] += 10 * used

    def taken(self) -> dict[str, int]:
        found = {name: round(tenths) for name, tenths in self._tenths.items() if tenths}
        self._tenths = dict.fromkeys(self._tenths, 0.0)
        return found


class _Counting(Connection):
    """pynamodb's connection, which asks for the units and would only log them."""

    units: Units

    @property
    def session(self) -> Session:
        if getattr(self._local, "session", None) is None:
            prepared(super().session)
        return super().session

    def dispatch(self, operation_name: str, operation_kwargs: dict[str, Any]) -> dict[str, Any]:
        answer = super().dispatch(operation_name, operation_kwargs)
        self.units.add(operation_name, answer)
        return answer


class Table:
    """The table by its name. Every read is consistent unless it goes through an index."""

    def __init__(self, name: str, region: str | None, host: str | None = None) -> None:
        self.name = name
        self.connection = _Counting(
            region=region,
            host=host,
            connect_timeout_seconds=2,
            read_timeout_seconds=4,
            max_retry_attempts=0,
        )
        self.units = self.connection.units = Units()
        self.connection.add_meta_table(MetaTable(_schema(name)))

    def get(self, key: Key) -> Item | None:
        raw = self.get_raw(key)
        return from_raw(raw) if raw is not None else None

    def get_raw(self, key: Key) -> Raw | None:
        """The item as DynamoDB holds it, also when we could not read it."""
        answer = patiently(lambda: self.connection.get_item(self.name, *key, consistent_read=True))
        raw: Raw | None = answer.get("Item")
        return raw

    def get_many(self, keys: Sequence[Key]) -> dict[Key, Raw]:
        """Raw items by key; what is not there is left out."""
        found: dict[Key, Raw] = {}
        wanted = list(dict.fromkeys(keys))
        for start in range(0, len(wanted), _BATCH):
            left = [{"pk": pk, "sk": sk} for pk, sk in wanted[start : start + _BATCH]]
            for pause in pauses():
                answer = patiently(partial(self._batch, left))
                for raw in answer["Responses"].get(self.name, []):
                    found[(raw["pk"]["S"], raw["sk"]["S"])] = raw
                unread = answer.get("UnprocessedKeys", {}).get(self.name, {}).get("Keys", [])
                left = [{n: v["S"] for n, v in key.items()} for key in unread]
                if not left:
                    break
                time.sleep(pause)
            if left:
                raise Busy("BatchGetItem left keys unread")
        return found

    def _batch(self, keys: Any) -> dict[str, Any]:
        return self.connection.batch_get_item(self.name, keys, consistent_read=True)

    def query(
        self,
        pk: str,
        *,
        index: str | None = None,
        sort: Condition | None = None,
        limit: int,
        after: Item | None = None,
        forward: bool = True,
    ) -> Page:
        """One page of a partition of the table, or of one of its indexes (never consistent)."""
        answer = patiently(
            lambda: self.connection.query(
                self.name,
                pk,
                range_key_condition=sort,
                index_name=index,
                consistent_read=index is None,
                exclusive_start_key=to_raw(after) if after else None,
                limit=limit,
                scan_index_forward=forward,
            )
        )
        last = answer.get("LastEvaluatedKey")
        return Page(answer["Items"], from_raw(last) if last else None)

    def write(self, one: Write) -> None:
        """A single write outside a transaction; raises ConditionFailed, or Busy.

        It may have gone through although its answer was lost, and is then repeated: its condition
        must hold for the repetition, or the caller must take ConditionFailed for "look again".
        """
        try:
            patiently(partial(self._write_once, one))
        except (PutError, UpdateError, DeleteError) as error:
            if error.cause_response_code == "ConditionalCheckFailedException":
                raise ConditionFailed(frozenset({one.name})) from error
            raise

    def _write_once(self, one: Write) -> None:
        name, (pk, sk) = self.name, one.key
        if one.kind == "put":
            raw = to_raw({k: v for k, v in (one.item or {}).items() if k not in ("pk", "sk")})
            self.connection.put_item(name, pk, sk, raw, condition=one.condition)
        elif one.kind == "update":
            self.connection.update_item(name, pk, sk, one.actions, condition=one.condition)
        else:
            self.connection.delete_item(name, pk, sk, condition=one.condition)

    def transact(self, writes: Sequence[Write]) -> None:
        """All writes or none; raises ConditionFailed naming the writes, or Busy.

        pynamodb sends checks, deletes, puts and updates in that order, and DynamoDB's reasons
        come in the order sent: the names are put in the same order here. One token stands for
        all tries, so that a transaction whose answer was lost counts once and is no lost race.
        """
        by_kind = {kind: [w for w in writes if w.kind == kind] for kind in _KINDS}
        ordered = [write for kind in _KINDS for write in by_kind[kind]]
        kwargs = {kind: [self._operation(w) for w in by_kind[kind]] for kind in _KINDS}
        token = str(uuid.uuid4())
        try:
            patiently(
                lambda: self.connection.transact_write_items(
                    condition_check_items=kwargs["check"],
                    delete_items=kwargs["delete"],
                    put_items=kwargs["put"],
                    update_items=kwargs["update"],
                    client_request_token=token,
                )
            )
        except TransactWriteError as error:
            failed = {
                write.name
                for write, reason in zip(ordered, cancellation_reasons(error), strict=False)
                if reason is not None and reason.code == "ConditionalCheckFailed"
            }
            if failed:
                raise ConditionFailed(frozenset(failed)) from error
            raise

    def _operation(self, write: Write) -> dict[str, Any]:
        pk, sk = write.key
        if write.kind == "put":
            operation = self.connection.get_operation_kwargs(
                self.name, pk, sk, key="Item", condition=write.condition
            )
            operation["Item"] = to_raw(write.item or {})
            return operation
        return self.connection.get_operation_kwargs(
            self.name, pk, sk, condition=write.condition, actions=write.actions or None
        )


def _schema(name: str) -> dict[str, Any]:
    # The keys first: pynamodb looks for their types from the front, for each item it sends.
    attributes = ["pk", "sk", *sorted(set[str]().union(*_INDEXES.values()))]
    return {
        "TableName": name,
        "KeySchema": _key_schema("pk", "sk"),
        "AttributeDefinitions": [
            {"AttributeName": attribute, "AttributeType": "S"} for attribute in attributes
        ],
        "GlobalSecondaryIndexes": [
            {"IndexName": index, "KeySchema": _key_schema(*keys)}
            for index, keys in _INDEXES.items()
        ],
    }


def _key_schema(hash_key: str, range_key: str) -> list[dict[str, str]]:
    return [
        {"AttributeName": hash_key, "KeyType": "HASH"},
        {"AttributeName": range_key, "KeyType": "RANGE"},
    ]
