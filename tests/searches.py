"""How far a long search goes: all the way under `make prove`, and a slice of it in every other run.

A slice is always the same: the same cases, thrown with the same seeds. A test that uses any of this
carries the mark `search`, by which `make prove` finds it, and must go red in its slice, too, when
the number of its rule is changed.
"""

import os
from typing import TypeVar

import hypothesis

from local.prove import PROVING, SEED

T = TypeVar("T")

_APART = 10_000


def far(part: T, whole: T) -> T:
    """How many cases, rounds or examples, or up to which day."""
    return whole if _proving() else part


def seed(usual: int) -> int:
    """What a random search begins with; `make prove SEED=7` sees other cases than SEED=8, also
    where a search counts on from its seed round by round."""
    return usual + _APART * int(os.environ.get(SEED, "0")) if _proving() else usual


def examples(part: int, whole: int) -> hypothesis.settings:
    """For the searches of hypothesis, whose seed `make prove` gives it."""
    return hypothesis.settings(
        max_examples=far(part, whole),
        derandomize=not _proving(),
        deadline=None,
        database=None,
        suppress_health_check=[hypothesis.HealthCheck.too_slow],
    )


def _proving() -> bool:
    return os.environ.get(PROVING) == "1"
