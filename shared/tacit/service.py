"""Load, decide, commit: the only place where domain, store and policies meet.

A command costs one consistent read per value it needs and one transaction. A lost race is
decided again on fresh values, so that every answer is true of what is stored.
"""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime

from tacit.callers import Caller, Now
from tacit.domain.commands import (
    Command,
    Register,
    Registration,
)
from tacit.domain.decision import Change, Decision, NothingToDo, Situation
from tacit.domain.life import check_asker, decide
from tacit.domain.orders import own_order
from tacit.domain.permission import check_shown, is_shown
from tacit.domain.policy import Policy
from tacit.domain.refusals import Broken, NotFound, Refused
from tacit.domain.registration import too_many_addons
from tacit.domain.values import Actor, Contract, Role, Status
from tacit.named import with_named
from tacit.policies import shipped
from tacit.replies import Answer, Request, record_of, recorded
from tacit.store.patience import Busy
from tacit.store.repository import (
    FamilyFull,
    KeyUsed,
    LabelTaken,
    LostRace,
    Repository,
)
from tacit.versions import newest_for, newest_of, policy_of

# The renewals job may charge the same account a hundred times a second, for minutes.
_TRIES = 50


@dataclass(frozen=True, slots=True)
class View:
    """One contract as one person sees it, at one instant."""

    situation: Situation
    contract: Contract
    actor: Actor
    policy: Policy
    now: datetime


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
        return View(self.situation(contract), contract, actor, policy_of(contract), now)

    def situation(self, contract: Contract) -> Situation:
        """What a decision on the contract looks at: one read for each thing there is."""
        order = self.repository.order(contract.order_id)
        parent = self._readable(contract.parent_id)
        return Situation(contract, order, parent, newest_of(contract))

    def _readable(self, contract_id: str | None) -> Contract | None:
        """Another contract that an answer speaks of; one that is broken is as if it were not
        there, and nothing is decided on it."""
        with suppress(Broken):
            return self.repository.contract(contract_id) if contract_id else None
        return None

    def _contract(self, caller: Caller, contract_id: str) -> Contract | None:
        """Broken only for those whose contract it is: for anybody else it is not there."""
        try:
            return self.repository.contract(contract_id)
        except Broken:
            if not caller.is_concerned(*self.repository.concerned(contract_id)):
                raise NotFound("contract") from None
            raise

    def views(self, caller: Caller, contracts: list[Contract]) -> list[View]:
        """A page of contracts with their orders and parents; what the caller may not see is left
        out, and what only a person can mend."""
        now = self.clock.now()
        orders = self.repository.orders({contract.order_id for contract in contracts})
        named = {contract.parent_id for contract in contracts if contract.parent_id}
        parents = self.repository.contracts(named) if named else {}
        views = []
        for contract in contracts:
            actor = caller.actor_on(contract)
            if actor is None:
                continue
            parent = parents.get(contract.parent_id or "")
            order = orders.get(contract.order_id)
            with suppress(Broken):
                situation = Situation(contract, order, parent, newest_of(contract))
                views.append(View(situation, contract, actor, policy_of(contract), now))
        return views

    def carry_out(
        self,
        caller: Caller,
        contract_id: str,
        action: str,
        asked: Asked,
        shape: Shape,
        names: Callable[[View], None] | None = None,
    ) -> Answer:
        """Decide and commit. `action` is the name that the core knows it by; `names` looks for what
        the path names behind the contract, and raises NotFound: 404 comes before 422.

        `asked` reads the request and is called once the role is known: 404 and 403 come before
        422. An idempotency key is looked up after the contract was read: whatever the same key
        did to it meanwhile has then left its record.
        """
        now = self.clock.now()
        for _ in range(_TRIES):
            view = self.view(caller, contract_id, now)
            check_asker(action, view.contract, view.actor, view.policy)
            if names is not None:
                names(view)
            command, request = asked(view.actor)
            if (known := recorded(self.repository, request, now)) is not None:
                return known
            situation = with_named(self.repository, caller, view.situation, command, now)
            decision = decide(situation, command, view.policy, now)
            _check_seen(view, after(view, decision))
            shown = replace(view.situation, carried_out=situation.carried_out)
            answer = shape(replace(view, situation=shown), decision)
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
            rules = newest_for(wanted.provider)
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
                raise self._taken(after) from None
            except FamilyFull:
                raise too_many_addons() from None
        raise Busy(f"lost {_TRIES} races")

    def _around(self, there: Contract | None, wanted: Registration, fingerprint: str) -> Situation:
        if there is not None and there.registered_as == fingerprint:
            return self.situation(there)
        order = self.repository.order(wanted.order_id or own_order(wanted.id))
        parent_id = wanted.parent_id
        parent = self.repository.contract(parent_id) if parent_id else None
        siblings = self.repository.how_many_children(parent_id) if parent_id else 0
        return Situation(there, order, parent, siblings=siblings)

    def _taken(self, wanted: Contract) -> Refused:
        """Nobody learns whose the name is; who had it himself is told how he gets it back."""
        owner = self._readable(self.repository.who_has(wanted.label))
        params: dict[str, object] = {"label": wanted.label}
        mine = owner is not None and (owner.provider, owner.holder) == (
            wanted.provider,
            wanted.holder,
        )
        if owner is None or not mine or owner.status is not Status.EXPIRED:
            return Refused("label_taken", params)
        until = owner.restorable_until
        params |= {"contract_id": owner.id, "restorable_until": until and until.isoformat()}
        return Refused("restore_instead", params)

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
            # A new term begins under the newest policy, and its calendars are reckoned by that one.
            self.repository.commit(decision, policy_of(decision.contract), now, record)
        except (LostRace, KeyUsed):
            return False
        return True


def _check_seen(view: View, seen: View) -> None:
    """K4: no answer shows a contract that is out of the caller's sight, unless the command brings
    it back into it. A rule's own no shows nothing of it, and stands. Raises Refused, 410."""
    if not is_shown(seen.contract, seen.actor, seen.policy):
        check_shown(view.contract, view.actor, view.policy)


def after(view: View, decision: Decision) -> View:
    """The view as it is once the decision is carried out: a term that it begins stands under its
    own version (G10), and what is read next says so."""
    contract, order = decision.contract, view.situation.order
    if isinstance(decision, Change) and decision.order is not None:
        order = decision.order
    situation = replace(view.situation, contract=contract, order=order)
    return replace(view, situation=situation, contract=contract, policy=policy_of(contract))
