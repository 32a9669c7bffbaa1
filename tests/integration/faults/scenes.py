"""A scene: a world, and somebody who asks for something in it."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.integration.conftest import ROUTES, World
from tests.integration.faults.stage import Act

Prepare = Callable[[World], Any]


@dataclass(frozen=True)
class Scene:
    """`door` is the (method, path) of the template that it goes through, if any.

    `twice`: what is asked may be asked again and comes to the same. `answered_twice`: and the
    answer is the same, too.
    """

    name: str
    prepare: Prepare
    act: Act
    door: tuple[str, str] | None = None
    twice: bool = True
    answered_twice: bool = True
    sends_on: bool = False
    far: bool = False


def door_of(method: str, path: str) -> tuple[str, str]:
    """The door as the template names it."""
    for known, resource in ROUTES:
        if known == method and re.fullmatch(re.sub(r"{\w+}", "[^/]+", resource), path):
            return method, resource
    raise LookupError(f"no door {method} {path}")
