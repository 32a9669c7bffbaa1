"""Whatever can be asked in a scene, by whomever, and what the two jobs do: each is the core's own
decision. What is around the contract (money, the order's switch, its parent) moves by itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from functools import partial

from local.exploration.asked import ACCOUNT, ALICE, ERIN, PARTIES, commands, order_of
from local.exploration.scene import Means, Scene
from tacit.domain.cancellation import AT_ONCE, AT_TERM
from tacit.domain.collecting import Purse, collect
from tacit.domain.commands import (
    Activate,
    Cancel,
    ComeDue,
    Command,
    FinishTask,
    Follow,
    PayNotice,
    Renew,
    Restore,
    ReverseRenewal,
    TransferOut,
)
from tacit.domain.decision import Change, Decision, Situation
from tacit.domain.life import decide
from tacit.domain.money import Money
from tacit.domain.policy import Policy
from tacit.domain.refusals import Broken, Invalid, NotFound, Refused
from tacit.domain.values import (
    JOB,
    Account,
    Contract,
    Notice,
    Order,
    Role,
    Status,
    Task,
)

EXPIRIES, RENEWALS = "job: expiries", "job: renewals"
No = Refused | Invalid | NotFound | Broken
_HELD = {Means.TOO_LITTLE: 0, Means.ENOUGH: 10**12}


@dataclass(frozen=True, slots=True)
class Around:
    """What a move meets beside the contract: its holder's account, and the order's switch."""

    means: Means = Means.ENOUGH
    renews: bool = True


USUAL = Around()
OF_AN_ACCOUNT = tuple(Around(means) for means in Means)
OF_A_SWITCH = (USUAL, Around(renews=False))
OF_BOTH = (*OF_AN_ACCOUNT, Around(renews=False))


@dataclass(frozen=True, slots=True)
class Move:
    """`name` is as people say it; `role` who asks. `ask` decides, as often as one likes."""

    name: str
    role: Role
    around: Around
    ask: Callable[[], Decision]


@dataclass(frozen=True, slots=True)
class Taken:
    """A move and what came of it: a decision or a refusal, and the scene behind a change."""

    before: Scene
    move: Move
    decision: Decision | None
    no: No | None
    after: Scene | None


def taken(scene: Scene, move: Move) -> Taken:
    """Anything that the core raises and does not promise goes through."""
    try:
        decision = move.ask()
    except (Refused, Invalid, NotFound, Broken) as no:
        return Taken(scene, move, None, no, None)
    after = behind(scene, decision) if isinstance(decision, Change) else None
    return Taken(scene, move, decision, None, after)


def behind(scene: Scene, change: Change) -> Scene:
    """The scene after the change. An account that holds plenty still does."""
    had, has = scene.contract.notice, change.contract.notice
    filed = had if had is not None and has != had else scene.filed
    filed = change.notice or filed
    charged = {(c.period_start, c.reason, c.generation) for c in change.charges}
    booked = {
        (c.period_start, change.reference, c.amount)
        for c in change.charges
        if change.reference is not None and c.reason == "renewal"
    }
    after = replace(scene, contract=change.contract, filed=filed)
    return replace(after, charged=scene.charged | charged, booked=scene.booked | booked)


def moves(scene: Scene, policy: Policy) -> Iterator[Move]:
    """Every command in every role, and the two jobs."""
    for actor in PARTIES:
        for name, command in commands(scene, actor, policy):
            for around in _tried_with(command):
                yield _asked(name, actor.role, scene, command, policy, around)
    yield from job_moves(scene, policy)


def job_moves(scene: Scene, policy: Policy) -> Iterator[Move]:
    """What comes by itself: the two calendars, and word of its parent."""
    for around in OF_A_SWITCH:
        yield _asked(EXPIRIES, Role.JOB, scene, ComeDue(JOB), policy, around)
    for around in OF_BOTH:
        yield Move(RENEWALS, Role.JOB, around, partial(_collected, scene, policy, around))
    if scene.parent is not None:
        yield _asked("its parent moved", Role.JOB, scene, Follow(JOB), policy, USUAL)


def _tried_with(command: Command) -> tuple[Around, ...]:
    """Only what takes from an account looks at one. Whose role it is is asked before."""
    takes = isinstance(command, Restore | Activate | Renew) and command.account_id is not None
    concerned = command.by.role in (Role.HOLDER, Role.STAFF)
    return OF_AN_ACCOUNT if takes and concerned else (USUAL,)


def _asked(
    name: str, role: Role, scene: Scene, command: Command, policy: Policy, around: Around
) -> Move:
    def ask() -> Decision:
        found = situation(scene, command, policy, around)
        return decide(found, command, policy, scene.now)

    return Move(name, role, around, ask)


def _collected(scene: Scene, policy: Policy, around: Around) -> Decision:
    accounts = tuple(filter(None, (account(scene, around),)))
    found = situation(scene, ComeDue(JOB), policy, around)
    return collect(found, scene.contract, Purse(accounts), JOB, policy, scene.now).decision


def situation(scene: Scene, command: Command, policy: Policy, around: Around = USUAL) -> Situation:
    """What the service would read for the command."""
    contract = scene.contract
    order = order_of(scene, around.renews)
    found = partial(Situation, contract, order, scene.parent, policy)
    match command:
        case Restore() | Activate() | Renew() if command.account_id is not None:
            return found(account=account(scene, around))
        case ReverseRenewal(period_start=start):
            return found(account=account(scene, around), notice=_notice(scene, start))
        case PayNotice(period_start=start):
            return found(notice=_notice(scene, start), booked=scene.booked_for(start))
        case Cancel(mode="immediate"):
            filed = tuple(filter(None, (scene.filed, contract.notice)))
            return found(account=account(scene, around), notices=filed)
        case FinishTask():
            since, provider = contract.starts_on, contract.provider
            return found(task=Task(command.task_id, contract.id, provider, "phone", since))
        case _:
            return found()


def account(scene: Scene, around: Around) -> Account | None:
    held = _HELD.get(around.means)
    if held is None:
        return None
    contract = scene.contract
    currency = contract.price.currency
    owner = (contract.provider, contract.holder)
    return Account(ACCOUNT, *owner, currency, Money(held, currency), lines=1, version=1)


def _notice(scene: Scene, period_start: date) -> Notice | None:
    """As the table has it: the head's, what is owed, or one that is filed."""
    contract = scene.contract
    owed = contract.owed.notice if contract.owed is not None else None
    there = (contract.notice, owed, scene.filed)
    return next((each for each in there if each and each.period_start == period_start), None)


def surroundings(scene: Scene, policy: Policy) -> Iterator[tuple[str, Scene]]:
    """What moves without the contract: its parent."""
    if scene.parent is not None and scene.contract.status is not Status.CLOSED:
        yield from _of_the_parent(scene, scene.parent, policy)


def _of_the_parent(scene: Scene, parent: Contract, policy: Policy) -> Iterator[tuple[str, Scene]]:
    own = Order(parent.order_id, parent.provider, parent.holder, True, 1, 1, (parent.id,))
    asked: tuple[tuple[str, Command], ...] = (
        ("parent: cancel", Cancel(ALICE, AT_TERM)),
        ("parent: cancel at once", Cancel(ALICE, AT_ONCE)),
        ("parent: restore", Restore(ERIN, reference="r-2")),
        ("parent: job", ComeDue(JOB)),
        ("parent: transfer out", TransferOut(ERIN)),
    )
    for name, command in asked:
        try:
            found = decide(Situation(parent, own, newest=policy), command, policy, scene.now)
        except (Refused, Invalid, Broken):
            continue
        if isinstance(found, Change):
            yield name, replace(scene, parent=found.contract)
