"""Accounts as their doors use them: load, decide, commit, as `service` does for contracts."""

from collections.abc import Callable
from datetime import datetime

from tacit.callers import Caller, Now
from tacit.domain.ledger import Booking, Deposit, NothingToBook, Open, Withdraw, booked, opened
from tacit.domain.permission import check_roles
from tacit.domain.refusals import NotFound
from tacit.domain.values import Account, Actor, Role
from tacit.named import account_for
from tacit.policies import shipped
from tacit.replies import Answer, Request, record_of, recorded
from tacit.store.ledger import Ledger
from tacit.store.patience import Busy
from tacit.store.repository import KeyUsed, LostRace, Repository

# The renewals job may charge the same account a hundred times a second, for minutes.
_TRIES = 50

Shape = Callable[[Booking], Answer]


class Accounts:
    def __init__(self, repository: Repository, ledger: Ledger, clock: Now) -> None:
        self.repository = repository
        self.ledger = ledger
        self.clock = clock

    def find(self, caller: Caller, account_id: str) -> Account:
        """Raises NotFound also for what is somebody else's, Broken for what cannot be read."""
        return self._found(caller, account_id)[0]

    def _found(self, caller: Caller, account_id: str) -> tuple[Account, Actor]:
        account = account_for(self.repository, caller, account_id)
        actor = caller.actor_on_account(account) if account is not None else None
        if account is None or actor is None:
            raise NotFound("account")
        return account, actor

    def open(
        self,
        caller: Caller,
        account_id: str,
        provider: object,
        asked: Callable[[], tuple[Open, Request]],
        shape: Shape,
    ) -> Answer:
        """Keep an account. `asked` reads the request, once it is known that account and `provider`
        are this staff's: 404 comes before whatever is wrong with the request."""
        now = self.clock.now()
        if isinstance(provider, str) and provider in shipped() and not caller.is_staff_of(provider):
            raise NotFound("provider")
        for _ in range(_TRIES):
            there = account_for(self.repository, caller, account_id)
            if there is not None and not caller.is_staff_of(there.provider):
                raise NotFound("account")
            command, request = asked()
            if (known := recorded(self.repository, request, now)) is not None:
                return known
            decision = opened(there, command, now)
            answer = shape(decision)
            if self._committed(decision, now, request, answer):
                return answer
        raise Busy(f"lost {_TRIES} races")

    def book(
        self,
        caller: Caller,
        account_id: str,
        asked: Callable[[Actor], tuple[Deposit | Withdraw, Request]],
        shape: Shape,
    ) -> Answer:
        """A deposit or a withdrawal, which is staff's. `asked` reads the request, once the role is
        known. A lost race is decided again on fresh values."""
        now = self.clock.now()
        for _ in range(_TRIES):
            account, actor = self._found(caller, account_id)
            check_roles(frozenset({Role.STAFF}), actor)
            command, request = asked(actor)
            if (known := recorded(self.repository, request, now)) is not None:
                return known
            earlier = self.ledger.booked(account_id, command.reference)
            decision = booked(account, command, earlier, now)
            answer = shape(decision)
            if self._committed(decision, now, request, answer):
                return answer
        raise Busy(f"lost {_TRIES} races")

    def _committed(
        self, decision: Booking, now: datetime, request: Request, answer: Answer
    ) -> bool:
        """True when the answer stands; False when another writer came first."""
        if isinstance(decision, NothingToBook) or request.dry_run:
            return True
        try:
            self.ledger.commit(decision, now, record_of(request, answer, now))
        except (LostRace, KeyUsed):
            return False
        return True
