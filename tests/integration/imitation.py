"""moto, fast enough for a layer of tests that asks it a hundred thousand times.

Nothing here changes an answer: `test_imitation.py` asks both ways and compares. What the wire and
DynamoDB itself do is asked of DynamoDB Local and of the deployed stack, not of an imitation.
"""

import json
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from copy import copy, deepcopy
from functools import cache
from types import SimpleNamespace
from typing import Any

import pytest
from botocore import handlers, session
from botocore.parsers import create_parser
from botocore.useragent import UserAgentString
from moto import mock_aws
from moto.core import responses
from moto.core.common_models import BaseModel
from moto.core.exceptions import ServiceException
from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.core.serialize import ResponseSerializer
from moto.core.utils import camelcase_to_underscores, method_names_from_class
from moto.dynamodb.exceptions import ItemSizeTooLarge
from moto.dynamodb.models import DynamoDBBackend
from moto.dynamodb.models.dynamo_type import DynamoType, Item, LimitedSizeDict
from moto.dynamodb.models.table import Table
from moto.dynamodb.responses import DynamoHandler
from moto.sqs import models as sqs
from pynamodb.connection import base as pynamodb
from werkzeug.exceptions import HTTPException

_SHORT = {
    "BatchGetItem": DynamoHandler.batch_get_item,
    "BatchWriteItem": DynamoHandler.batch_write_item,
    "DeleteItem": DynamoHandler.delete_item,
    "GetItem": DynamoHandler.get_item,
    "PutItem": DynamoHandler.put_item,
    "Query": DynamoHandler.query,
    "Scan": DynamoHandler.scan,
    "TransactWriteItems": DynamoHandler.transact_write_items,
    "UpdateItem": DynamoHandler.update_item,
}
_PARSER = create_parser("json")
_OK = SimpleNamespace(status_code=200)
_way = {"short": False}


def _short_way(model: Any, params: Any, context: Any, **_: Any) -> Any:
    """The answer of moto's own code for the operation, between botocore's serializer and parser.

    What is left out is the imitated wire, which takes longer than the answer: signing, the URL's
    way through all the services that moto knows, and its serializer. A refusal has changed
    nothing, and is asked for again in the long way, which knows what it looks like.
    """
    is_aws = ".amazonaws.com" in params["url"]  # and not a server of the tests' own
    if not _way["short"] or not is_aws or model.name not in _SHORT:
        return None
    handler = DynamoHandler()
    handler.body = json.loads(params["body"])
    handler.region = context["client_region"]
    handler.current_account = DEFAULT_ACCOUNT_ID
    try:
        result = _SHORT[model.name](handler).result
    except (HTTPException, ServiceException):
        return None
    answer = {"body": json.dumps(result).encode(), "headers": {}, "status_code": 200}
    return _OK, _PARSER.parse(answer, model.output_shape)


def _twin(table: Table, _: dict[int, Any]) -> Table:
    """A copy of moto's table to go back to: the rows are new, the items in them the same.

    moto copies a whole table for each write of a transaction, which is most of what these tests
    would spend. An item is replaced by a put and taken away by a delete; only an update changes it
    in place, so that those of a transaction are copied through and through (`_updating`).
    """
    twin = copy(table)
    rows = {key: dict(row) if isinstance(row, dict) else row for key, row in table.items.items()}
    twin.items = defaultdict(dict, rows)
    for pk, sk in _UPDATED:
        if sk in twin.items.get(pk, {}):
            twin.items[pk][sk] = deepcopy(twin.items[pk][sk])
    return twin


_UPDATED: list[tuple[Any, Any]] = []


def _updating(backend: DynamoDBBackend, transact_items: list[dict[str, Any]]) -> None:
    keys = [entry["Update"]["Key"] for entry in transact_items if "Update" in entry]
    _UPDATED[:] = [(DynamoType(key["pk"]), DynamoType(key["sk"])) for key in keys]
    _TRANSACT(backend, transact_items)


_TRANSACT = DynamoDBBackend.transact_write_items


def _serialized(self: Any, into: Any, value: Any, shape: Any, key: str) -> None:
    """An attribute's value is JSON already; moto would ask each of its ten members for it."""
    if shape.name == "AttributeValue" and isinstance(value, dict) and key:
        self._default_serialize(into, value, shape, key)
    else:
        _STRUCTURE(self, into, value, shape, key)


_STRUCTURE = ResponseSerializer._serialize_type_structure


def _same(self: DynamoType, other: DynamoType) -> bool:
    """Keys are texts, and a query compares every key there is: as they are, not cast first."""
    return bool(self.type == other.type and self.value == other.value)


def _hash(self: DynamoType) -> int:
    return hash(self.value)


def _ordered(table: Table) -> list[Item]:
    """All items by their keys, compared as the texts they are."""
    items = [item for row in table.items.values() for item in row.values()]
    return sorted(items, key=lambda item: (item.hash_key.value, item.range_key.value))


def _query(table: Table, hash_key: Any, *asked: Any, **conditions: Any) -> Any:
    """A query of the table reads one partition; moto would look through all of them for it."""
    *_, index_name, _consistent, _filter = asked
    if index_name is None:
        whole, table = table, copy(table)
        table.items = defaultdict(dict, {hash_key: whole.items.get(hash_key, {})})
    return _QUERY(table, hash_key, *asked, **conditions)


_QUERY = Table.query


def _filled(
    self: Item, hash_key: DynamoType, range_key: DynamoType | None, attrs: dict[str, Any]
) -> None:
    """moto measures all that is in an item for each attribute that comes in: once is enough."""
    self.hash_key, self.range_key, self.attrs = hash_key, range_key, LimitedSizeDict()
    dict.update(self.attrs, {name: DynamoType(value) for name, value in attrs.items()})
    if self.size() > _ITEM_SIZE:
        raise ItemSizeTooLarge


_ITEM_SIZE = 405_000  # as moto has it


def _client(asking: Any, service: str, region_name: str | None = None, **asked: Any) -> Any:
    """Every world's functions make clients of their own, and one takes as long as fifty calls:
    whoever asks for the same gets the same."""
    options = {**asked, "config": vars(asked["config"]) if asked.get("config") else None}
    key = (service, region_name, str(options))
    if key not in _CLIENTS:
        _CLIENTS[key] = _CREATE(asking, service, region_name, **asked)
    return _CLIENTS[key]


_CREATE = session.Session.create_client
_CLIENTS: dict[tuple[str, str | None, str], Any] = {}


def _untracked(cls: type[BaseModel], *_: Any, **__: Any) -> BaseModel:
    """moto keeps each item that ever was, copies too: all of them are walked by Python's garbage
    collector, again and again."""
    return object.__new__(cls)


_CHANGES: list[tuple[Any, str, Any]] = [
    (responses, "method_names_from_class", cache(method_names_from_class)),
    (sqs, "camelcase_to_underscores", cache(camelcase_to_underscores)),
    (session, "get_session", cache(session.get_session)),
    (pynamodb, "get_session", cache(session.get_session)),
    (session.Session, "create_client", _client),
    (UserAgentString, "to_string", lambda _: "tests"),
    (BaseModel, "__new__", _untracked),
    (Item, "__init__", _filled),
    (Table, "all_items", _ordered),
    (Table, "query", _query),
    (DynamoType, "__eq__", _same),
    (DynamoType, "__hash__", _hash),
    (DynamoDBBackend, "transact_write_items", _updating),
    (ResponseSerializer, "_serialize_type_structure", _serialized),
]
_BEFORE = [(place, name, getattr(place, name)) for place, name, _ in _CHANGES]


@contextmanager
def imitated_aws() -> Iterator[None]:
    """moto in AWS's place, and every client that is made from now on on the short way."""
    with pytest.MonkeyPatch.context() as patch:
        for place, name, quick in _CHANGES:
            patch.setattr(place, name, quick)
        patch.setattr(Table, "__deepcopy__", _twin, raising=False)
        # AWS's models are looked for and read once for all clients.
        patch.setattr(session, "create_loader", cache(session.create_loader))
        hook = ("before-call.dynamodb", _short_way)
        patch.setattr(handlers, "BUILTIN_HANDLERS", [*handlers.BUILTIN_HANDLERS, hook])
        patch.setitem(_way, "short", True)
        patch.delenv("AWS_ENDPOINT_URL_DYNAMODB", raising=False)
        with mock_aws():
            yield


@contextmanager
def moto_alone() -> Iterator[None]:
    """moto as it is, its wire included: to compare with, and for what the libraries say on it."""
    with pytest.MonkeyPatch.context() as patch:
        for place, name, slow in _BEFORE:
            patch.setattr(place, name, slow)
        patch.delattr(Table, "__deepcopy__")
        patch.setitem(_way, "short", False)
        yield
