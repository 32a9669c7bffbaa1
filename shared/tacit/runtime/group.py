"""Committing the decisions of several records together, as many as one transaction takes.

Together or one by one, what is written is the same; together costs a fraction of the calls. A group
that does not go through has written nothing, or its answer was lost: its records are then worked
one by one, each on what is stored, where what did go through is found done.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Generic, TypeVar

from tacit.runtime.observability import logger
from tacit.store.repository import LostRace
from tacit.store.table import Table
from tacit.store.together import MOST, Together
from tacit.store.whole import commit_whole
from tacit.store.writes import Write

Member = TypeVar("Member")


@dataclass(slots=True)
class Group(Generic[Member]):
    """`now` is asked before each transaction, and may raise to say that none may begin. `through`
    is told of the members whose writes are committed, `alone` of those that have to be worked by
    themselves, and of the names of the writes that lost a race, if that was it. `most` is how many
    go together at the most, where the table would take more."""

    table: Table
    now: Callable[[], datetime]
    through: Callable[[Sequence[Member]], None]
    alone: Callable[[Sequence[Member], frozenset[str]], None]
    most: int = MOST
    _together: Together = field(default_factory=Together)
    _members: list[Member] = field(default_factory=list)

    def take(self, member: Member, writes: Sequence[Write]) -> bool:
        """One more; False where it does not go with those that are there, which are to be flushed
        first."""
        if len(self._members) >= self.most or not self._together.take(writes):
            return False
        self._members.append(member)
        return True

    def flush(self) -> None:
        members, together = self._members, self._together
        self._members, self._together = [], Together()
        if not members:
            return
        now = self.now()
        try:
            commit_whole(self.table, together.writes, None, now)
        except Exception as error:
            # Somebody came between, or one of them cannot be written at all: that one is found by
            # itself, and says why.
            logger().info("one by one", records=len(members), reason=type(error).__name__)
            self.alone(members, error.of if isinstance(error, LostRace) else frozenset())
        else:
            self.through(members)
