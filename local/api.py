"""The doors of the running stack, asked over HTTP with a token, as any client asks them."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from dataclasses import dataclass
from typing import Any

from local.description import Description
from local.progress import Trouble
from local.tokens import id_token

PATIENCE = 60.0  # the first call of a function installs it


@dataclass(frozen=True)
class Answer:
    """What came back, whatever its status; `body` is the JSON, or the text where it is none."""

    status: int
    content_type: str
    body: Any


@dataclass(frozen=True)
class Person:
    """Somebody with a token: `name` is the subject, `groups` what he is customer or staff of."""

    name: str
    groups: tuple[str, ...]
    token: str


class Api:
    """One stack's doors. A token is made once for each person."""

    def __init__(self, stack: Description) -> None:
        self._stack = stack
        self.url = stack.api_url

    def person(self, name: str, *groups: str) -> Person:
        return Person(name, groups, id_token(self._stack, name, groups))

    def ask(
        self,
        who: Person,
        method: str,
        path: str,
        body: object = None,
        headers: dict[str, str] | None = None,
    ) -> Answer:
        """One request; raises Trouble where nobody answers."""
        request = urllib.request.Request(
            self.url + path,
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={
                "Authorization": f"Bearer {who.token}",
                "Content-Type": "application/json",
                **(headers or {}),
            },
        )
        try:
            with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
                return _answer(answer.status, answer.headers, answer.read())
        except urllib.error.HTTPError as refused:
            with refused:
                return _answer(refused.code, refused.headers, refused.read())
        except OSError as error:
            raise Trouble(f"{method} {path} was not answered: {error}") from error


def _answer(status: int, headers: Any, body: bytes) -> Answer:
    content_type = headers.get("Content-Type", "")
    text = body.decode()
    return Answer(
        status, content_type, json.loads(text) if text and "json" in content_type else text
    )
