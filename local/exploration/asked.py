"""Every command that can be asked for in a scene, as those who ask would word it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from local.exploration.scene import Scene
from tacit.domain.cancellation import AT_ONCE, AT_TERM
from tacit.domain.commands import (
    Activate,
    Amend,
    Cancel,
    Command,
    ConfirmPlanChange,
    FinishTask,
    MarkServer,
    NoteRegistry,
    PayNotice,
    Reactivate,
    Renew,
    RequestPlanChange,
    ResendCode,
    Restore,
    ReverseRenewal,
    SetWarranty,
    TransferOut,
    UnmarkServer,
)
from tacit.domain.decision import Situation
from tacit.domain.plan_quote import Wanted, change_id, quote
from tacit.domain.policy import Policy
from tacit.domain.refusals import Refused
from tacit.domain.values import Actor, Order, Role, Status

ACCOUNT = "a-1"
PARTIES = (
    Actor(Role.HOLDER, "alice"),
    Actor(Role.STAFF, "erin"),
    Actor(Role.BILLING_CONTACT, "bob"),
    Actor(Role.TECHNICAL_CONTACT, "carol"),
)
ALICE, ERIN = PARTIES[:2]


def order_of(scene: Scene, renews: bool = True) -> Order:
    contract = scene.contract
    owner = (contract.provider, contract.holder)
    return Order(contract.order_id, *owner, renews, 1, 1, (contract.id,))


def commands(scene: Scene, by: Actor, policy: Policy) -> Iterator[tuple[str, Command]]:
    contract = scene.contract
    yield "cancel", Cancel(by, AT_TERM)
    yield "cancel at once", Cancel(by, AT_ONCE)
    yield "reactivate", Reactivate(by)
    yield "restore", Restore(by, account_id=ACCOUNT)
    yield "renew", Renew(by, contract.expires_on, ACCOUNT)
    if contract.status in (Status.PENDING, Status.ACTIVE, Status.CLOSED):
        yield "activate", Activate(by, ACCOUNT)
    yield "transfer out", TransferOut(by)
    kind = policy.kinds[contract.kind]
    if kind.warranty is not None:
        yield "start warranty", SetWarranty(by, True)
        yield "stop warranty", SetWarranty(by, False)
    if by.role in (Role.HOLDER, Role.STAFF):
        yield from _plan_changes(scene, by, policy)
    if by.role is Role.STAFF:
        yield from _by_staff(scene, by, policy)
    elif by.role is Role.HOLDER:
        yield "restore by reference", Restore(by, reference="r-1")
        yield "pay notice", PayNotice(by, contract.expires_on, "r-1")


def _by_staff(scene: Scene, by: Actor, policy: Policy) -> Iterator[tuple[str, Command]]:
    contract = scene.contract
    moved = "bob@example.org" if contract.email != "bob@example.org" else "alice@example.net"
    yield "change the address", Amend(by, contract.version, {"email": moved})
    yield "restore by reference", Restore(by, reference="r-1")
    if contract.status is Status.PENDING:
        yield "activate by reference", Activate(by, reference="r-1")
    notice, owed = contract.notice, contract.owed
    there = [n for n in (notice, scene.filed, owed.notice if owed else None) if n]
    for start in sorted({contract.expires_on, *(n.period_start for n in there)}):
        yield "pay notice", PayNotice(by, start, "r-1")
        if "r-1" in scene.booked_for(start):
            yield "pay notice anew", PayNotice(by, start, "r-2")
        yield "reverse renewal", ReverseRenewal(by, start, "refused")
    yield "finish a task", FinishTask(by, "t-1")
    if policy.kinds[contract.kind].unique_label:
        yield "registry follows", NoteRegistry(by, contract.expires_on, scene.now)
        later = contract.expires_on + timedelta(days=270)
        yield "registry is ahead", NoteRegistry(by, later, scene.now)
        yield "registry is absurd", NoteRegistry(by, date(1991, 1, 1), scene.now)


def _plan_changes(scene: Scene, by: Actor, policy: Policy) -> Iterator[tuple[str, Command]]:
    contract = scene.contract
    rule = policy.plan_change
    if rule is None or contract.kind not in rule.kinds:
        return
    for server in contract.servers[-1:]:
        yield "mark a server", MarkServer(by, server.id, server.id)
        yield "keep a server", UnmarkServer(by, server.id)
    yield from _requests(scene, by, policy)
    waits = contract.plan_change
    if waits is not None:
        asked, why = change_id(contract, waits), "on the phone"
        yield "hand in the code", ConfirmPlanChange(by, asked, True, 5, why)
        yield "hand in a wrong code", ConfirmPlanChange(by, asked, False, 4, why)
        yield "send the code again", ResendCode(by, asked)


def _requests(scene: Scene, by: Actor, policy: Policy) -> Iterator[tuple[str, Command]]:
    """What can be quoted is asked for; else an id that nobody was ever given."""
    contract = scene.contract
    staying = sum(not server.marked for server in contract.servers) or contract.quantity
    asked = Situation(contract, order_of(scene), newest=policy)
    other = "vps-m" if contract.plan != "vps-m" else "vps-s"
    try:
        found = quote(asked, contract, Wanted(other, staying), policy, scene.now)
        yield "ask for another plan", RequestPlanChange(by, found.id)
    except Refused:
        day = scene.today(policy)
        yield (
            "ask for another plan",
            RequestPlanChange(by, f"{contract.id}:{other}:{staying}:{day}:0"),
        )
