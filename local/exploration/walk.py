"""Walking breadth-first: from the scenes in which a contract begins, decision by decision.

Between two decisions the calendar moves freely, from one day that matters to the next; so a depth
of three means three decisions, each on any of those days. A job is a decision like any other: that
it does not run on a day is one of the ways.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace

from local.exploration.likeness import Key, likeness
from local.exploration.moves import Taken, moves, surroundings, taken
from local.exploration.rows import row_of
from local.exploration.scene import EACH_SIDE, Scene, next_instant
from tacit.domain.days import add_days, add_months
from tacit.domain.policy import Policy

# What is paid for longer than a term and so many days is looked at and left: it goes on alike.
_AHEAD_DAYS = 45


Queue = deque[tuple[Key, int, bool]]
See = Callable[[Scene, list[Taken]], None]


@dataclass(slots=True)
class Walk:
    """`scenes` by likeness, in the order in which they were met; `led_to` says which scenes can be
    come to from which; `beyond` are those behind the depth, which were not looked at from inside.
    Behind it the walk goes on with `few` scenes of each row of the table, so that none is missing
    however shallow it is. `beside`: which days around those that a contract carries are met."""

    policy: Policy
    depth: int
    few: int = 0
    beside: tuple[int, ...] = EACH_SIDE
    scenes: dict[Key, Scene] = field(default_factory=dict)
    led_to: dict[Key, set[Key]] = field(default_factory=dict)
    beyond: set[Key] = field(default_factory=set)
    rows: Counter[str] = field(default_factory=Counter)
    looked: int = 0
    steps: int = 0
    deepest: int = 0

    def go(self, roots: Iterable[Scene], see: See) -> None:
        """`see` is told of each scene that is looked at, with every move that was tried in it."""
        queue: Queue = deque()
        for root in roots:
            self._meet(root, 0, queue)
        while queue:
            key, decided, passing = queue.popleft()
            scene = self.scenes[key]
            if decided <= self.depth or self._is_rare(scene):
                self._look(key, scene, decided, queue, see)
            elif self.few and passing:
                self.beyond.add(key)
                self._pass(key, scene, decided, queue)
            else:
                self.beyond.add(key)

    def _look(self, key: Key, scene: Scene, decided: int, queue: Queue, see: See) -> None:
        """Everything that can be asked, and the next day."""
        policy, ways = self.policy, self.led_to[key]
        self.looked += 1
        self.deepest = max(self.deepest, decided)
        self._pass(key, scene, decided, queue)
        steps = [taken(scene, move) for move in moves(scene, policy)]
        self.steps += len(steps)
        see(scene, steps)
        for step in steps:
            if step.after is not None and self._is_near(step.after):
                ways.add(self._meet(step.after, decided + 1, queue))
        for _, around in surroundings(scene, policy):
            ways.add(self._meet(around, decided + 1, queue))

    def _pass(self, key: Key, scene: Scene, decided: int, queue: Queue) -> None:
        """The day goes by, and nobody asks for anything."""
        moved_on = next_instant(scene, self.policy, self.beside)
        if moved_on is not None and self._is_near(scene):
            later = replace(scene, now=moved_on)
            self.led_to[key].add(self._meet(later, decided, queue, passing=True))

    def _meet(self, scene: Scene, decided: int, queue: Queue, passing: bool = False) -> Key:
        """What costs no decision is looked at first, so that each scene is met at its least."""
        key = likeness(scene, self.policy)
        if key not in self.scenes:
            self.scenes[key] = scene
            self.led_to[key] = set()
            if passing:
                queue.appendleft((key, decided, passing))
            else:
                queue.append((key, decided, passing))
        return key

    def _is_near(self, scene: Scene) -> bool:
        contract = scene.contract
        term_ends_on = add_months(scene.today(self.policy), contract.term_months, 31)
        return contract.expires_on <= add_days(term_ends_on, _AHEAD_DAYS)

    def _is_rare(self, scene: Scene) -> bool:
        row = row_of(scene, self.policy)
        if self.rows[row] >= self.few:
            return False
        self.rows[row] += 1
        return True
