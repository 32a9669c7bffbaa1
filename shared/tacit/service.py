"""Load, decide, commit: the only place where domain, store and policies meet.

A command costs one consistent read per value it needs and one transaction. A lost race is
decided again on fresh values, so that every answer is true of what is stored.
"""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Protocol

from tacit.domain.commands import Command, Register, Registration
from tacit.domain.decision import Change, Decision, NothingToDo, Situation
from tacit.domain.life import check_asker, decide
from tacit.domain.policy import Policy
from tacit.domain.refusals import Broken, Invalid, NotFound, Refused
from tacit.domain.registration import own_order
from tacit.domain.values import Actor, Contract, Role
from tacit.policies import UnknownPolicy, newest, policy, shipped
from tacit.store.keys import Key
from tacit.store.patience import Busy
from tacit.store.repository import (
    IdempotencyRecord,
    KeyUsed,
    LabelTaken,
    LostRace,
    Repository,
)

_TRIES = 10
_KEPT = timedelta(hours=24)


class Caller(Protocol):
    """What the service asks of whoever calls; `runtime.caller` has the real one."""

    @property
    def subject(self) -> str: ...
    def is_staff_of(self, provider: str) -> bool: ...
    def actor_on(self, contract: Contract) -> Actor | None: ...
    def is_concerned(self, provider: str, people: frozenset[str]) -> bool: ...


class Now(Protocol):
    def now(self) -> datetime: ...


class KeyReused(Exception):
    """The idempotency key came with another request before."""


@dataclass(frozen=True, slots=True)
class View:
    """One contract as one person sees it, at one instant."""

    situation: Situation
    contract: Contract
    actor: Actor
    policy: Policy
    now: datetime


@dataclass(frozen=True, slots=True)
class Answer:
    """What goes back over HTTP; `body` is JSON text, kept as it was for a repeated key."""

    status: int
    body: str


@dataclass(frozen=True, slots=True)
class Request:
    """The circumstances of a command: nothing is written for a dry run, and a repeated
    idempotency key (`key`, with the hash of what was asked) gets the first answer again."""

    dry_run: bool = False
    key: Key | None = None
    fingerprint: str = ""
    ttl: int = 0


Shape = Callable[[View, Decision], Answer]
Asked = Callable[[Actor], tuple[Command, Request]]


class Contracts:
    """Contracts as doors and jobs use them."""

    def __init__(self, repository: Repository, clock: Now) -> None:
        self.repository = repository
        self.clock = clock

    def view(self, caller: Caller, contract_id: str, now: datetime | None = None) -> View:
        """Raises NotFound also for what is somebody else's, Broken for what cannot be read."""
        now = now or self.clock.now()
        contract = self._contract(caller, contract_id)
        actor = caller.actor_on(contract) if contract is not None else None
        if contract is None or actor is None:
            raise NotFound("contract")
        order = self.repository.order(contract.order_id)
        return View(Situation(contract, order), contract, actor, policy_of(contract), now)

    def _contract(self, caller: Caller, contract_id: str) -> Contract | None:
        """Broken only for those whose contract it is: for anybody else it is not there."""
        try:
            return self.repository.contract(contract_id)
        except Broken:
            if not caller.is_concerned(*self.repository.concerned(contract_id)):
                raise NotFound("contract") from None
            raise

    def views(self, caller: Caller, contracts: list[Contract]) -> list[View]:
        """A page of contracts with their orders; what the caller may not see is left out,
        and what only a person can mend."""
        now = self.clock.now()
        orders = self.repository.orders({contract.order_id for contract in contracts})
        views = []
        for contract in contracts:
            actor = caller.actor_on(contract)
            if actor is None:
                continue
            situation = Situation(contract, orders.get(contract.order_id))
            with suppress(Broken):
                views.append(View(situation, contract, actor, policy_of(contract), now))
        return views

    def carry_out(
        self,
        caller: Caller,
        contract_id: str,
        action: str,
        asked: Asked,
        shape: Shape,
    ) -> Answer:
        """Decide and commit. `action` is the name that the core knows it by.

        `asked` reads the request and is called once the role is known: 404 and 403 come before
        422. An idempotency key is looked up after the contract was read: whatever the same key
        did to it meanwhile has then left its record.
        """
        now = self.clock.now()
        for _ in range(_TRIES):
            view = self.view(caller, contract_id, now)
            check_asker(action, view.contract, view.actor, view.policy)
            command, request = asked(view.actor)
            if (known := recorded(self.repository, request, now)) is not None:
                return known
            decision = decide(view.situation, command, view.policy, now)
            answer = shape(view, decision)
            if self._committed(decision, view.policy, now, request, answer):
                return answer
        raise Busy(f"lost {_TRIES} races")

    def register(
        self,
        caller: Caller,
        contract_id: str,
        provider: object,
        asked: Callable[[], tuple[Registration, str, Request]],
        shape: Shape,
    ) -> Answer:
        """Bring a contract in. `asked` reads the request (the contract, the body's fingerprint, its
        circumstances) and is called once it is known that contract and `provider` are this
        staff's: 404 comes before whatever is wrong with the request."""
        now = self.clock.now()
        if isinstance(provider, str) and provider in shipped() and not caller.is_staff_of(provider):
            raise NotFound("provider")
        actor = Actor(Role.STAFF, caller.subject)
        for _ in range(_TRIES):
            there = self._registered(caller, contract_id)
            wanted, fingerprint, request = asked()
            rules = _newest(wanted.provider)
            situation = self._around(there, wanted, fingerprint)
            if (known := recorded(self.repository, request, now)) is not None:
                return known
            decision = decide(situation, Register(actor, wanted, fingerprint), rules, now)
            after = decision.contract
            answer = shape(View(situation, after, actor, policy_of(after), now), decision)
            try:
                if self._committed(decision, rules, now, request, answer):
                    return answer
            except LabelTaken:
                raise Refused("label_taken", {"label": after.label}) from None
        raise Busy(f"lost {_TRIES} races")

    def _around(self, there: Contract | None, wanted: Registration, fingerprint: str) -> Situation:
        if there is not None and there.registered_as == fingerprint:
            return Situation(there, self.repository.order(there.order_id))
        order = self.repository.order(wanted.order_id or own_order(wanted.id))
        parent = self.repository.contract(wanted.parent_id) if wanted.parent_id else None
        return Situation(there, order, parent)

    def _registered(self, caller: Caller, contract_id: str) -> Contract | None:
        there = self._contract(caller, contract_id)
        if there is not None and not caller.is_staff_of(there.provider):
            raise NotFound("contract")
        return there

    def _committed(
        self, decision: Decision, rules: Policy, now: datetime, request: Request, answer: Answer
    ) -> bool:
        """True when the answer stands; False when another writer came first. A dry run asks for
        the name itself: what would stop the real one must stop it too."""
        if isinstance(decision, NothingToDo):
            return True
        if request.dry_run:
            self.repository.check_label(decision, rules)
            return True
        record = record_of(request, answer, now)
        try:
            self.repository.commit(decision, rules, now, record)
        except (LostRace, KeyUsed):
            return False
        return True


def _newest(provider: str) -> Policy:
    try:
        return newest(provider)
    except UnknownPolicy:
        reason = f"no provider {provider!r} is known here"
        raise Invalid("provider", reason, "unknown_provider") from None


def recorded(repository: Repository, request: Request, now: datetime) -> Answer | None:
    """The answer given to this idempotency key before; raises KeyReused for another request."""
    if request.key is None or request.dry_run:
        return None
    record = repository.idempotency(request.key)
    if record is None or record.valid_until <= now:
        return None
    if record.request != request.fingerprint:
        raise KeyReused
    return Answer(record.status, record.answer)


def record_of(request: Request, answer: Answer, now: datetime) -> IdempotencyRecord | None:
    """The record to commit with the effect, where the request brought a key."""
    if request.key is None:
        return None
    return IdempotencyRecord(
        key=request.key,
        request=request.fingerprint,
        status=answer.status,
        answer=answer.body,
        valid_until=now + _KEPT,
        ttl=request.ttl,
    )


def policy_of(contract: Contract) -> Policy:
    """The version the contract's term began under (G10); Broken where it is not shipped."""
    try:
        rules = policy(contract.policy)
    except UnknownPolicy:
        raise Broken(f"the policy {contract.policy!r} is not shipped") from None
    if contract.kind not in rules.kinds:
        raise Broken(f"the policy {contract.policy!r} has no kind {contract.kind!r}")
    return rules


def after(view: View, decision: Decision) -> View:
    """The view as it is once the decision is carried out."""
    order = view.situation.order
    if isinstance(decision, Change) and decision.order is not None:
        order = decision.order
    situation = replace(view.situation, contract=decision.contract, order=order)
    return replace(view, situation=situation, contract=decision.contract)
