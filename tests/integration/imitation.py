"""AWS in this process: moto, and for DynamoDB the engine of `tests/memory`; fast enough for a layer
of tests that asks them a hundred thousand times.

Nothing here changes an answer: `test_imitation.py` asks both ways and compares, and the engine is
held beside DynamoDB Local by `tests/repository/test_engines.py`.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from types import SimpleNamespace
from typing import Any

import pytest
from botocore import handlers, session
from botocore.parsers import create_parser
from botocore.useragent import UserAgentString
from jsonpath_ng import ext as jsonpath
from moto import mock_aws
from moto.core import responses
from moto.core.common_models import BaseModel
from moto.core.exceptions import ServiceException
from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.core.utils import camelcase_to_underscores, method_names_from_class
from moto.sqs import models as sqs
from moto.sqs.responses import SQSResponse
from pynamodb.connection import base as pynamodb
from werkzeug.exceptions import HTTPException

from tests.memory.place import memory_dynamodb

_SHORT = {
    "DeleteMessageBatch": SQSResponse.delete_message_batch,
    "ReceiveMessage": SQSResponse.receive_message,
    "SendMessage": SQSResponse.send_message,
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
    if not _way["short"] or model.name not in _SHORT:
        return None
    handler = SQSResponse()
    handler.params, handler.uri_match = json.loads(params["body"]), {}
    handler.region = context["client_region"]
    handler.current_account = DEFAULT_ACCOUNT_ID
    try:
        result = _SHORT[model.name](handler).result
    except (HTTPException, ServiceException):
        return None
    answer = {"body": json.dumps(result).encode(), "headers": {}, "status_code": 200}
    return _OK, _PARSER.parse(answer, model.output_shape)


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
    """moto keeps each message that ever was, and more: all of it is walked by Python's garbage
    collector, again and again."""
    return object.__new__(cls)


_CHANGES: list[tuple[Any, str, Any]] = [
    (responses, "method_names_from_class", cache(method_names_from_class)),
    (sqs, "camelcase_to_underscores", cache(camelcase_to_underscores)),
    (session, "get_session", cache(session.get_session)),
    (pynamodb, "get_session", cache(session.get_session)),
    (session.Session, "create_client", _client),
    (jsonpath, "parse", cache(jsonpath.parse)),
    (UserAgentString, "to_string", lambda _: "tests"),
    (BaseModel, "__new__", _untracked),
]
_BEFORE = [(place, name, getattr(place, name)) for place, name, _ in _CHANGES]


@contextmanager
def imitated_aws() -> Iterator[None]:
    """The imitations in AWS's place, and every client that is made from now on on the short way."""
    with pytest.MonkeyPatch.context() as patch:
        for place, name, quick in _CHANGES:
            patch.setattr(place, name, quick)
        # AWS's models are looked for and read once for all clients.
        patch.setattr(session, "create_loader", cache(session.create_loader))
        hook = ("before-call.sqs", _short_way)
        patch.setattr(handlers, "BUILTIN_HANDLERS", [*handlers.BUILTIN_HANDLERS, hook])
        patch.setitem(_way, "short", True)
        with mock_aws(), memory_dynamodb():
            yield


@contextmanager
def moto_alone() -> Iterator[None]:
    """moto as it is, its DynamoDB and its wire included, for the clients that are made in the
    block: to compare with, and for what the libraries say on the wire."""
    with pytest.MonkeyPatch.context() as patch:
        for place, name, slow in _BEFORE:
            patch.setattr(place, name, slow)
        patch.setitem(_way, "short", False)
        patch.delenv("AWS_ENDPOINT_URL_DYNAMODB")
        yield
