"""The policies of a history: every provider's first version, and a second that appears in the
middle of it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tacit import policies
from tests.histories.figures import FIRST, changes_of_second
from tests.integration.rules.policy_files import policy_files


class Shelf:
    """Which versions there are. The files are read once: what appears was always there."""

    def __init__(self) -> None:
        self._newest = dict.fromkeys(FIRST, 1)

    def begin(self) -> None:
        """A history begins with the first versions alone."""
        self._newest = dict.fromkeys(FIRST, 1)

    def appear(self, provider: str) -> None:
        self._newest[provider] = 2

    def shipped(self) -> dict[str, tuple[int, ...]]:
        return {name: tuple(range(1, last + 1)) for name, last in sorted(self._newest.items())}


@contextmanager
def shelf(folder: Path) -> Iterator[Shelf]:
    """In force until the end of the block."""
    found = Shelf()
    with policy_files(folder) as files:
        for provider in FIRST:
            plans = files.table(provider, "plans")
            files.add_version(provider, 2, changes_of_second(provider, plans))
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(policies, "shipped", found.shipped)
            yield found
