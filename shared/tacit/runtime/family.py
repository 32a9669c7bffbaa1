"""What hangs on a contract, brought along when it has changed: each in a transaction of its own.

An event may come twice, late, or in another order: what follows is set to what its parent is now,
whatever the event said. One that could not be brought along is met again on its own calendar.
"""

from tacit.domain.commands import Follow
from tacit.domain.decision import NothingToDo, Situation
from tacit.domain.life import decide
from tacit.domain.orders import own_contract
from tacit.domain.refusals import Broken
from tacit.domain.values import JOB
from tacit.runtime.observability import logger
from tacit.runtime.stack import Stack
from tacit.store.patience import Busy
from tacit.store.repository import LostRace
from tacit.versions import newest_of, policy_of

_TRIES = 10


class Family:
    def __init__(self, stack: Stack) -> None:
        self._repository = stack.repository
        self._clock = stack.clock

    def bring_along(self, parent_id: str) -> int:
        """How many were changed. One that fails does not stop the others; then the first error is
        raised, and the event comes again."""
        followed, failed = 0, list[Exception]()
        for contract_id in self._repository.children(parent_id):
            try:
                followed += self._follow(contract_id)
            except Broken:
                logger().error("left to the expiries job, which parks it", contract=contract_id)
            except Exception as error:
                failed.append(error)
        if failed:
            raise failed[0]
        return followed

    def _follow(self, contract_id: str) -> bool:
        for _ in range(_TRIES):
            contract = self._repository.contract(contract_id)
            if contract is None or contract.parent_id is None:
                return False
            parent = self._repository.contract(contract.parent_id)
            shared = own_contract(contract.order_id) is None  # an own one is never written
            order = self._repository.order(contract.order_id) if shared else None
            situation = Situation(contract, order, parent, newest_of(contract))
            rules, now = policy_of(contract), self._clock.now()
            decision = decide(situation, Follow(JOB), rules, now)
            if isinstance(decision, NothingToDo):
                return False
            try:
                self._repository.commit(decision, rules, now)
            except LostRace:
                continue
            return True
        raise Busy(f"lost {_TRIES} races")
