"""What each door asks for, heard from its own handler.

The handler is run against a stack that does nothing, and its readers against a body that says yes
to whatever they ask: what they asked for is what the door takes. A few runs are needed, because
some fields are only looked at beside others.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import partial
from types import ModuleType
from typing import Any
from unittest.mock import patch

from local.openapi.nothing import STAFF, Nothing
from local.openapi.readers import Fields, Unsaid, Within
from local.openapi.schemas import Schema
from local.places import ROOT
from tacit.domain.refusals import Invalid
from tacit.replies import Request
from tacit.runtime import shapes
from tacit.runtime.doors import Door

# What a handler leads to by import and not through its stack.
_BEHIND = ("tacit.store.", "tacit.runtime.jobs", "tacit.policies")

Heard = dict[tuple[type, str], Callable[..., Any]]


@dataclass
class Asked:
    """One door: what of the path, of the query and of the body it reads, and how. `known` are the
    names of all parameters of its query that are not refused, None before it has said so."""

    method: str
    path: str
    module: str
    name: str
    in_path: dict[str, Schema] = field(default_factory=dict)
    query: dict[str, Schema] = field(default_factory=dict)
    needed: set[str] = field(default_factory=set)
    known: set[str] | None = None
    body: Fields | None = None
    ended: bool = False
    is_command: bool = False
    staff_only: bool = False

    @property
    def key(self) -> str:
        return f"{self.method} {self.path}"


@dataclass(frozen=True)
class _Run:
    """What is there in one run: `given` of the optional fields (None: all), and the query."""

    given: frozenset[str] | None = frozenset()
    has: bool = True
    with_query: bool = True


def modules() -> Iterator[ModuleType]:
    """The functions that are asked over HTTP."""
    for path in sorted((ROOT / "functions").glob("*.py")):
        module = importlib.import_module(path.stem)
        if hasattr(module, "app"):
            yield module


def doors() -> list[Asked]:
    """Every door of every function, in the order in which the functions have them."""
    return [asked for module in modules() for asked in _of_module(module)]


def _of_module(module: ModuleType) -> Iterator[Asked]:
    with _behind_nothing(module):
        for route in (*module.app._static_routes, *module.app._dynamic_routes):
            path = route.path.replace("<", "{").replace(">", "}")
            asked = Asked(route.method, path, module.__name__, route.func.__name__)
            names = [part[1:-1] for part in path.split("/") if part.startswith("{")]
            heard(asked, partial(route.func, **dict.fromkeys(names, "c-1")))
            yield asked


@contextmanager
def _behind_nothing(module: ModuleType) -> Iterator[None]:
    with ExitStack() as patches:
        for name, value in vars(module).items():
            is_error = isinstance(value, type) and issubclass(value, Exception)
            leads_behind = str(getattr(value, "__module__", "")).startswith(_BEHIND)
            if name == "stack" or (callable(value) and leads_behind and not is_error):
                patches.enter_context(patch.object(module, name, Nothing()))
        yield


def heard(asked: Asked, handler: Callable[[], object]) -> None:
    """Run the handler until all is heard. Raises Unsaid for one that does not say what it takes."""
    _run(asked, handler, _Run())
    _run(asked, handler, _Run(given=None))
    optional = [name for name, found in (asked.body or {}).items() if not found.required]
    for name in optional:
        _run(asked, handler, _Run(given=frozenset([name])))
    _run(asked, handler, _Run(has=False))
    _run(asked, handler, _Run(with_query=False))
    if asked.known is None:
        raise Unsaid(f"{asked.key} does not say which parameters it takes")
    if unread := asked.known - asked.query.keys() - {"limit", "next", "dry_run"}:
        raise Unsaid(f"{asked.key} takes {sorted(unread)} and does not read it")
    if asked.body is not None and not asked.ended:
        raise Unsaid(f"{asked.key} does not refuse the fields that it does not know")


def _run(asked: Asked, handler: Callable[[], object], run: _Run) -> None:
    with _hearing(asked, run):
        try:
            handler()
        except Invalid as invalid:
            _needed(asked, invalid)
        except Unsaid:
            raise
        except Exception:
            return  # behind the readers there is nothing: somewhere it has to end


def _needed(asked: Asked, invalid: Invalid) -> None:
    """A field that a door misses although its reader may do without it, and a parameter."""
    if invalid.code != "missing_field":
        return
    if invalid.field in asked.query:
        asked.needed.add(invalid.field)
    if asked.body and invalid.field in asked.body and asked.body[invalid.field].questioned:
        asked.body[invalid.field].required = True


@contextmanager
def _hearing(asked: Asked, run: _Run) -> Iterator[None]:
    """Every reader of a body, and everything that a door reads, notes itself in `asked`."""
    within = Within()
    heard = {**_body(asked, run, within), **_door(asked, run, within)}
    with ExitStack() as patches:
        for (of, name), method in heard.items():
            patches.enter_context(patch.object(of, name, method))
        yield


def _body(asked: Asked, run: _Run, within: Within) -> Heard:
    """The methods of a body while it is listened to; a reader that has said what it takes reads
    its example as it always does."""
    real_need, real_may, real_end = shapes.Body.need, shapes.Body.may, shapes.Body.end

    def fields() -> Fields:
        if asked.body is None:
            asked.body = Fields()
        return asked.body if within.fields is None else within.fields

    def need(body: shapes.Body, name: str, reader: Any) -> Any:
        if within.is_known:
            return real_need(body, name, reader)
        schema, value = within.described(reader)
        fields().note(name, schema, required=True)
        return value

    def may(body: shapes.Body, name: str, reader: Any) -> Any:
        if within.is_known:
            return real_may(body, name, reader)
        schema, value = within.described(reader)
        given = run.given is None or within.fields is not None or name in run.given
        fields().note(name, schema, required=False)
        return value if given else None

    def has(_: shapes.Body, name: str) -> bool:
        fields().question(name)
        return run.has

    def end(body: shapes.Body) -> None:
        if within.is_known:
            real_end(body)
        elif within.fields is None:
            fields()
            asked.ended = True

    body = shapes.Body
    return {(body, "need"): need, (body, "may"): may, (body, "has"): has, (body, "end"): end}


def _door(asked: Asked, run: _Run, within: Within) -> Heard:
    """The methods of a door while it is listened to."""

    def init(door: Door, _: Any) -> None:
        door.caller, door.path, door.method = STAFF, asked.path, asked.method

    def in_path(_: Door, reader: Any = shapes.identifier, name: str = "id") -> Any:
        asked.in_path[name], value = within.described(reader)
        return value

    def query(_: Door, name: str, reader: Any) -> Any:
        asked.query[name], value = within.described(reader)
        return value if run.with_query else None

    def known_query(_: Door, *names: str) -> None:
        asked.known = set(names)

    def page(_: Door, _sources: Any) -> tuple[Any, int, None]:
        return Nothing(), 1, None

    def request(door: Door, _body: Any) -> Request:
        asked.is_command = True
        door.known_query("dry_run")
        return Request()

    def json(_: Door) -> dict[str, Any]:
        asked.body = asked.body if asked.body is not None else Fields()
        return _Sent()

    def staff_only(_: Door) -> None:
        asked.staff_only = True

    methods: dict[str, Callable[..., Any]]
    methods = {"__init__": init, "id": in_path, "query": query, "known_query": known_query}
    methods |= {"page": page, "request": request, "json": json, "staff_only": staff_only}
    return {(Door, name): method for name, method in methods.items()}


class _Sent(dict[str, Any]):
    """A body of which a handler looks at a field before its reader does."""

    def get(self, _name: str, _default: Any = None) -> Any:
        return "c-1"
