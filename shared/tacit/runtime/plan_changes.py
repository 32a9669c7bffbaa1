"""Plan changes as their doors use them: what a quote reads, and the code that a confirmation needs.

A try is counted before its code is compared, so that a hundred guesses at once are five (G11). It
is counted for a preview too: a preview that told right from wrong for nothing would be a way to
guess.
"""

from collections.abc import Callable, Mapping
from typing import Any

from tacit.callers import Caller
from tacit.domain.codes import is_right
from tacit.domain.commands import Command, ConfirmPlanChange
from tacit.domain.days import add_days, local_day
from tacit.domain.life import check_asker
from tacit.domain.plan_change import MOST_TRIES, check_waiting, named
from tacit.domain.plan_quote import CONFIRMED, Quote, Wanted, change_id, quote
from tacit.domain.refusals import Refused
from tacit.domain.values import Actor, PlanChange
from tacit.named import with_history
from tacit.replies import Answer, Request, recorded
from tacit.runtime.plan_change_bodies import history_is_hidden
from tacit.service import Contracts, Shape, View
from tacit.store.code_tries import CodeTries

ACTION = "change_plan"

Entered = Callable[[Actor], tuple[str, str | None, Request]]


class PlanChanges:
    def __init__(self, contracts: Contracts, tries: CodeTries, secret: Callable[[], bytes]) -> None:
        self.contracts = contracts
        self.tries = tries
        self.secret = secret

    def view(self, caller: Caller, contract_id: str) -> View:
        """The contract, as whoever may change its plan sees it."""
        view = self.contracts.view(caller, contract_id)
        check_asker(ACTION, view.contract, view.actor, view.policy)
        return view

    def quote(self, caller: Caller, contract_id: str, wanted: Callable[[], Wanted]) -> Quote:
        """Nothing is written: a quote is reckoned again when it is taken up."""
        view = self.view(caller, contract_id)
        return quote(view.situation, view.contract, wanted(), view.policy, view.now)

    def history(
        self, view: View, limit: int, after: Mapping[str, Any] | None
    ) -> tuple[list[PlanChange], dict[str, Any] | None]:
        """Those that were carried out (X11); for customers as long as the service has not expired
        (X12)."""
        if history_is_hidden(view):
            raise Refused("gone_expired", view.policy.contact_params())
        place = dict(after) if after is not None else None
        return self.contracts.repository.plan_changes(view.contract.id, limit, place)

    def change(self, view: View, asked: str) -> PlanChange:
        """The change with that id, waiting or history; raises NotFound."""
        contract, repository = view.contract, self.contracts.repository
        return named(with_history(repository, view.situation, contract, asked), contract, asked)

    def confirm(
        self,
        caller: Caller,
        contract_id: str,
        named_in: Callable[[], str],
        entered: Entered,
        shape: Shape,
    ) -> Answer:
        """Compare the code, and let the core decide. `named_in` reads the change's id and `entered`
        the request, once the role is known: the code, staff's reason, the circumstances."""
        view = self.view(caller, contract_id)
        asked = named_in()
        change = self.change(view, asked)
        code, reason, request = entered(view.actor)
        known = recorded(self.contracts.repository, request, view.now)
        if known is not None:
            return known
        right, left = self._compared(view, change, code)

        def command(actor: Actor) -> tuple[Command, Request]:
            return ConfirmPlanChange(actor, asked, right, left, reason), request

        return self.contracts.carry_out(caller, contract_id, ACTION, command, shape)

    def _compared(self, view: View, change: PlanChange, code: str) -> tuple[bool, int]:
        """Whether the code is right, and how many more may be wrong today."""
        contract = view.contract
        if change.status != CONFIRMED:
            check_waiting(contract, change, view.now)
        today = local_day(view.now, view.policy.zone)
        left = self.tries.take(contract.id, today)
        if left is None:
            tomorrow = add_days(today, 1)
            raise Refused("code_locked", {"most": MOST_TRIES}, available_from=tomorrow)
        right = is_right(code, self.secret(), change_id(contract, change), change.quote_id)
        if right:
            self.tries.give_back(contract.id, today, left)
        return right, left
