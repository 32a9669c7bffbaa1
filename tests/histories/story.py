"""A history told line by line, so that a failing example can be read like one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime


class Broke(AssertionError):
    """A law does not hold; the message is the whole story."""


class Story:
    """`title` says what kind of history; each line is one step: day, who, what, answer."""

    def __init__(self, title: str) -> None:
        self.title = title
        self.lines: list[str] = []

    def tell(self, at: datetime, words: str, meanwhile: Sequence[str] = ()) -> None:
        """`meanwhile`: what happened inside the step, before it was over."""
        self.lines.append(f"{at:%Y-%m-%d %H:%M}  {words}")
        self.lines += [f"{'':18}… {line}" for line in meanwhile]

    def with_end(self, broken: Sequence[str]) -> str:
        """The story, and what broke."""
        steps, number = [], 0
        for line in self.lines:
            if line.startswith(" "):
                steps.append(f"     {line}")
            else:
                number += 1
                steps.append(f"{number:4} {line}")
        broke = [f"   {line}" for line in dict.fromkeys(broken)]
        return "\n".join(["", self.title, *steps, "What broke:", *broke])

    def check(self, broken: Sequence[str]) -> None:
        """Raises Broke where anything did."""
        if broken:
            raise Broke(self.with_end(broken))
