"""What holds for every state of a contract that a walk has come to, and for the ways between them
(docs/invariants.md)."""

from collections import defaultdict
from collections.abc import Iterable

from local.exploration.asked import PARTIES
from local.exploration.likeness import Key
from local.exploration.moves import (
    OF_BOTH,
    RENEWALS,
    Around,
    Taken,
    job_moves,
    situation,
    taken,
)
from local.exploration.rows import row_of
from local.exploration.scene import Means, Scene
from local.exploration.walk import Walk
from tacit.domain.calendar import expiries_due_at, renewals_due_at
from tacit.domain.commands import ComeDue
from tacit.domain.decision import Change, NothingToDo
from tacit.domain.outlook import actions
from tacit.domain.policy import Policy
from tacit.domain.refusals import Broken, Invalid, Refused
from tacit.domain.values import JOB, Status
from tests.unit.laws import STAYS

# As `actions` calls a command, and as the walk does.
ROWS = {
    "cancel": "cancel",
    "cancel_immediately": "cancel at once",
    "reactivate": "reactivate",
    "restore": "restore",
    "renew": "renew",
    "activate": "activate",
    "transfer_out": "transfer out",
}
MOST_STEPS_OF_A_RUN = 12
NEW_LIFE = {
    "contract.renewed",
    "contract.warranted",
    "contract.restored",
    "contract.activated",
    "contract.downgraded",
}


def check_state(scene: Scene, steps: list[Taken], policy: Policy) -> None:
    """Every law, on one state and all that was asked in it."""
    actions_say_what_is_decided(scene, steps, policy)
    if scene.contract.status is not Status.CLOSED:
        for around in OF_BOTH:
            nothing_due_is_left(scene, around, policy)


def actions_say_what_is_decided(scene: Scene, steps: list[Taken], policy: Policy) -> None:
    """The list that people see and the decisions are one: allowed, or the same refusal."""
    asked = {
        (step.move.name, step.move.role): step
        for step in steps
        if step.move.around.means is Means.ENOUGH
    }
    for actor in PARTIES[:2]:
        shown = situation(scene, ComeDue(JOB), policy)
        for row in actions(shown, actor, policy, scene.now):
            step = asked.get((ROWS.get(row.action, ""), actor.role))
            if step is not None:
                said = (row.allowed, row.code)
                assert said == _decided(step), (row.action, actor.role, said, _decided(step))


def _decided(step: Taken) -> tuple[bool, str | None]:
    match step.no, step.decision:
        case (Refused() | Invalid()) as no, _:
            return False, no.code
        case _, NothingToDo() as nothing:
            return False, nothing.code
        case _:
            return True, None


def nothing_due_is_left(scene: Scene, around: Around, policy: Policy) -> None:
    """Both jobs run until they find nothing: then what is still due has a reason to be, and they
    came to an end."""
    for _ in range(MOST_STEPS_OF_A_RUN):
        left = scene
        for move in job_moves(scene, policy):
            alike = move.around.renews is around.renews
            if not alike or (move.name == RENEWALS and move.around != around):
                continue
            step = taken(scene, move)
            if isinstance(step.no, Broken):
                return  # parked: a person looks at it
            if step.after is not None:
                scene = step.after
                break
            if isinstance(step.decision, NothingToDo):
                assert step.decision.code in {"not_due", "goes_its_own_way", *STAYS}
        if scene is left:
            return
    raise AssertionError(f"the jobs never come to rest: {row_of(scene, policy)}")


class WaysOut:
    """No state is a trap: from each one leads a way to an end or to a new term, or a stored instant
    lies ahead at which the calendar looks at it again."""

    def __init__(self, policy: Policy) -> None:
        self.policy = policy
        self.renewing: set[int] = set()

    def see(self, scene: Scene, steps: list[Taken]) -> None:
        for step in steps:
            change = step.decision
            if isinstance(change, Change) and {e.type for e in change.events} & NEW_LIFE:
                self.renewing.add(id(scene))

    def trapped(self, walk: Walk) -> list[Scene]:
        """Those without a way out, of those that were looked at."""
        free = {key for key, scene in walk.scenes.items() if self._is_free(key, scene, walk)}
        comes_from: dict[Key, set[Key]] = defaultdict(set)
        for key, led_to in walk.led_to.items():
            for other in led_to:
                comes_from[other].add(key)
        _spread(free, comes_from)
        return [scene for key, scene in walk.scenes.items() if key not in free]

    def _is_free(self, key: Key, scene: Scene, walk: Walk) -> bool:
        """Behind the depth of the walk nobody has looked."""
        ended = scene.contract.status is Status.CLOSED
        return ended or key in walk.beyond or id(scene) in self.renewing or self._is_ahead(scene)

    def _is_ahead(self, scene: Scene) -> bool:
        stored = (
            due_at(scene.contract, self.policy) for due_at in (expiries_due_at, renewals_due_at)
        )
        return any(each is not None and each > scene.now for each in stored)


def _spread(free: set[Key], comes_from: dict[Key, set[Key]]) -> None:
    """Whatever leads to a free one is free."""
    found: list[Key] = list(free)
    while found:
        for key in comes_from[found.pop()] - free:
            free.add(key)
            found.append(key)


def rows_of(scenes: Iterable[Scene], policy: Policy) -> set[str]:
    return {row_of(scene, policy) for scene in scenes}
