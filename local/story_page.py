"""How the story is printed: what was asked on one line, what came back below, fields aligned."""

from __future__ import annotations

import json
import os
import shutil
import sys
import textwrap
from collections.abc import Mapping
from typing import Any

from local.api import Answer, Person

BOLD, DIM, GREEN, YELLOW, RED = "1", "2", "32", "33", "31"
_MARGIN = "    "
_NAMES = 31


def _readable(value: Any) -> str:
    """A value for people: `amount 24.00, currency CHF` instead of JSON's signs."""
    match value:
        case dict():
            parts = (f"{name} {_readable(part)}" for name, part in value.items())
            return ", ".join(parts) or "none"
        case list():
            return "; ".join(map(_readable, value)) or "none"
        case None:
            return "none"
        case bool():
            return "yes" if value else "no"
        case _:
            return str(value)


class Page:
    """Colours only on a terminal that wants them."""

    def __init__(self) -> None:
        self._colours = sys.stdout.isatty() and "NO_COLOR" not in os.environ
        self._number = 0

    def title(self, text: str) -> None:
        self._line(self._paint(text, BOLD))

    def step(self, text: str) -> None:
        """A numbered heading: what happens now, in one sentence."""
        self._number += 1
        self._line(f"\n{self._number:2}. {self._paint(text, BOLD)}")

    def say(self, text: str) -> None:
        width = min(shutil.get_terminal_size((100, 24)).columns, 100)
        self._line(textwrap.fill(text, width, initial_indent=_MARGIN, subsequent_indent=_MARGIN))

    def asked(
        self, who: Person, method: str, path: str, body: object, headers: Mapping[str, str]
    ) -> None:
        self._line(f"{_MARGIN}{who.name:5} {self._paint(f'{method} {path}', BOLD)}")
        for name, value in headers.items():
            self._line(f"{_MARGIN}      {self._paint(f'{name}: {value}', DIM)}")
        if body:
            text = textwrap.wrap(json.dumps(body, ensure_ascii=False), 90)
            for line in text:
                self._line(f"{_MARGIN}      {self._paint(line, DIM)}")

    def came_back(self, answer: Answer, fields: Mapping[str, Any]) -> None:
        """The status, and the fields that matter here, one a line."""
        colour = GREEN if answer.status < 400 else YELLOW if answer.status < 500 else RED
        kind = "" if answer.content_type.startswith("application/json") else answer.content_type
        self._line(f"{_MARGIN}   {self._paint(f'-> {answer.status}', colour)} {kind}".rstrip())
        self.fields(fields)

    def fields(self, fields: Mapping[str, Any]) -> None:
        for name, value in fields.items():
            self._line(f"{_MARGIN}      {name:{_NAMES}} {_readable(value)}")

    def _paint(self, text: str, colour: str) -> str:
        return f"\033[{colour}m{text}\033[0m" if self._colours else text

    def _line(self, text: str) -> None:
        print(text, flush=True)
