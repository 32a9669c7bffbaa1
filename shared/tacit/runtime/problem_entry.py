"""One row of the table of problems."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Entry:
    """`detail` is a template, in which a refusal's parameters stand in braces."""

    status: int
    title: str
    detail: str
