"""Orders as their doors use them: load, decide, commit, as `service` does for contracts."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from tacit.callers import Caller
from tacit.domain.arranging import arrange, detach
from tacit.domain.ordering import (
    SWITCHERS,
    Arrange,
    AsItIs,
    Detach,
    Ordering,
    OrderSituation,
    Switch,
    switch,
    switch_one,
)
from tacit.domain.orders import as_it_stands, own_contract, own_order
from tacit.domain.permission import check_roles, check_shown
from tacit.domain.refusals import Broken, NotFound
from tacit.domain.values import Actor, Contract, Order, Role
from tacit.policies import shipped
from tacit.replies import Answer, Request, record_of, recorded
from tacit.service import Contracts, View
from tacit.store.orders import OrderBook
from tacit.store.patience import Busy
from tacit.store.repository import KeyUsed, LostRace
from tacit.versions import policy_of

_TRIES = 10

Shape = Callable[[Ordering], Answer]
ShapeOfOne = Callable[[View, Ordering], Answer]


class Orders:
    def __init__(self, contracts: Contracts, book: OrderBook) -> None:
        self.contracts = contracts
        self.repository = contracts.repository
        self.clock = contracts.clock
        self.book = book

    def find(self, caller: Caller, order_id: str) -> Order:
        """Raises NotFound also for what is somebody else's, Broken for what cannot be read."""
        return self._found(caller, order_id)[0]

    def switch(
        self,
        caller: Caller,
        order_id: str,
        asked: Callable[[Actor], tuple[Switch, Request]],
        shape: Shape,
    ) -> Answer:
        """`asked` reads the request, once it is known as whom the caller acts. A lost race is
        decided again on fresh values."""
        now = self.clock.now()
        for _ in range(_TRIES):
            order, actor = self._found(caller, order_id)
            command, request = asked(actor)
            if (known := recorded(self.repository, request, now)) is not None:
                return known
            situation = self._situation(order)
            decision = switch(situation, command, now)
            answer = shape(decision)
            if self._committed(situation, decision, now, request, answer):
                return answer
        raise Busy(f"lost {_TRIES} races")

    def switch_one(
        self,
        caller: Caller,
        contract_id: str,
        asked: Callable[[Actor], tuple[Switch, Request]],
        shape: ShapeOfOne,
    ) -> Answer:
        """The same, asked of a contract; its contacts hear that it is the holder's."""
        now = self.clock.now()
        for _ in range(_TRIES):
            view = self.contracts.view(caller, contract_id, now)
            check_roles(SWITCHERS, view.actor)
            command, request = asked(view.actor)
            if (known := recorded(self.repository, request, now)) is not None:
                return known
            if view.situation.order is None:
                raise Broken("its order is not there")
            held = {view.contract.id: view.contract}
            situation = OrderSituation(view.situation.order, held)
            decision = switch_one(view.contract, situation, command, view.policy, now)
            check_shown(view.contract, view.actor, view.policy)
            answer = shape(view, decision)
            if self._committed(situation, decision, now, request, answer):
                return answer
        raise Busy(f"lost {_TRIES} races")

    def arrange(
        self,
        caller: Caller,
        order_id: str,
        provider: object,
        asked: Callable[[], tuple[Arrange, Request]],
        shape: Shape,
    ) -> Answer:
        """Make an order, or put contracts into it. `asked` is called once it is known that order
        and `provider` are this staff's: 404 comes before whatever is wrong with the request."""
        now = self.clock.now()
        if isinstance(provider, str) and provider in shipped() and not caller.is_staff_of(provider):
            raise NotFound("provider")
        for _ in range(_TRIES):
            there = self._order(caller, order_id)
            if there is not None and not caller.is_staff_of(there.provider):
                raise NotFound("order")
            command, request = asked()
            if (known := recorded(self.repository, request, now)) is not None:
                return known
            named = self.book.contracts(command.contracts)
            left = {c.order_id for c in named if own_contract(c.order_id) is None}
            situation = self._with_orders(self._situation(there, *named), left)
            decision = arrange(situation, command, now)
            answer = shape(decision)
            if self._committed(situation, decision, now, request, answer):
                return answer
        raise Busy(f"lost {_TRIES} races")

    def detach(
        self,
        caller: Caller,
        order_id: str,
        asked: Callable[[Actor], tuple[Detach, Request]],
        shape: ShapeOfOne,
    ) -> Answer:
        """R7: support takes one contract out of its order."""
        now = self.clock.now()
        for _ in range(_TRIES):
            order, actor = self._found(caller, order_id)
            check_roles(frozenset({Role.STAFF}), actor)
            command, request = asked(actor)
            if (known := recorded(self.repository, request, now)) is not None:
                return known
            view = self.contracts.view(caller, command.contract_id, now)
            own = {own_order(view.contract.id)}
            situation = self._with_orders(self._situation(order, view.contract), own)
            decision = detach(situation, command, now)
            answer = shape(view, decision)
            if self._committed(situation, decision, now, request, answer):
                return answer
        raise Busy(f"lost {_TRIES} races")

    def _found(self, caller: Caller, order_id: str) -> tuple[Order, Actor]:
        order = self._order(caller, order_id)
        if order is None or not caller.is_concerned(order.provider, frozenset({order.holder})):
            raise NotFound("order")
        role = Role.STAFF if caller.is_staff_of(order.provider) else Role.HOLDER
        return order, Actor(role, caller.subject)

    def _order(self, caller: Caller, order_id: str) -> Order | None:
        """With what is in it now. Broken only for those whose order it is."""
        only = own_contract(order_id)
        try:
            order = self.repository.order(order_id)
            if order is None or only is None:
                return order
            return as_it_stands(order, self.repository.contract(only))
        except Broken:
            if not caller.is_concerned(*self.book.concerned(order_id)):
                raise NotFound("order") from None
            raise

    def _situation(self, order: Order | None, *named: Contract) -> OrderSituation:
        """`named` were read for this decision, with the orders they are in and could be in; what
        else is in the order is only spoken of, so one of it that is broken is left out."""
        held = set(order.contracts if order else ()) - {contract.id for contract in named}
        contracts = self.repository.contracts(held) if held else {}
        contracts |= {contract.id: contract for contract in named}
        policies = {contract.policy: policy_of(contract) for contract in named}
        return OrderSituation(order, contracts, policies=policies)

    def _with_orders(self, situation: OrderSituation, order_ids: set[str]) -> OrderSituation:
        """The orders that contracts leave or enter besides the one that is asked for."""
        others = order_ids - {situation.order.id if situation.order else ""}
        return replace(situation, orders=self.book.orders(others) if others else {})

    def _committed(
        self,
        situation: OrderSituation,
        decision: Ordering,
        now: datetime,
        request: Request,
        answer: Answer,
    ) -> bool:
        """True when the answer stands; False when another writer came first."""
        if isinstance(decision, AsItIs) or request.dry_run:
            return True
        record = record_of(request, answer, now)
        try:
            self.book.commit(decision, situation.policies, now, record)
        except (LostRace, KeyUsed):
            return False
        return True
