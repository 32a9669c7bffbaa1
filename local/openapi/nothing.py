"""What stands behind a handler while it is listened to: a stack that takes everything and does
nothing, but lets whoever asks it read the request."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from typing import Any

from tacit.domain.values import Actor, Role
from tacit.runtime.caller import Caller

STAFF = Caller("sam", frozenset(), frozenset(), all_staff=True)
_ACTOR = Actor(Role.STAFF, "sam")


class Nothing:
    """Every attribute, item and answer is nothing again. A reading that is handed over is carried
    out, as the real thing would once it knows as whom the caller acts."""

    secret = b"nothing"

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return Nothing()

    def isoformat(self) -> str:
        return ""

    def __getitem__(self, key: Any) -> Any:
        return Nothing()

    def __iter__(self) -> Iterator[Any]:
        return iter((Nothing(), Nothing()))

    def __call__(self, *args: Any, **more: Any) -> Any:
        for each in (*args, *more.values()):
            if callable(each) and not isinstance(each, (type, Nothing)):
                _read(each)
        return Nothing()


def _read(reading: Callable[..., Any]) -> None:
    """A reading takes nothing, the actor, or what was found; an answer's shape takes a decision."""
    parameters = [*inspect.signature(reading).parameters.values()]
    if not parameters:
        reading()
    elif len(parameters) == 1 and _name(parameters[0].annotation) == "Actor":
        reading(_ACTOR)
    elif len(parameters) == 1 and _name(parameters[0].annotation) == "View":
        reading(Nothing())


def _name(annotation: Any) -> str:
    return annotation if isinstance(annotation, str) else getattr(annotation, "__name__", "")
