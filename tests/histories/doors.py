"""What people ask for, through the room behind each door: as a preview first, then in earnest."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tacit.domain.commands import Command
from tacit.domain.ledger import Deposit, Open, Withdraw
from tacit.domain.money import Money
from tacit.domain.ordering import Arrange, Detach, Switch
from tacit.domain.policy import Policy
from tacit.domain.values import Actor, Role
from tacit.replies import Answer, Request
from tacit.service import View
from tacit.store import keys
from tests.histories.eye import Act
from tests.histories.people import STAFF, caller
from tests.histories.stage import Hand, Stage, Told, answer_of
from tests.repository.plans import changes
from tests.unit.cases import registration

PREVIEW, IN_EARNEST = Request(dry_run=True), Request()
Shape = Callable[..., Answer]
Door = Callable[[Hand, Request, Shape], object]


class Doors:
    """Of one provider. `number` is the hand that is asked: the second works while the first is
    stopped."""

    def __init__(self, stage: Stage, provider: str) -> None:
        self.stage, self.provider = stage, provider

    def ask(self, who: str, words: str, door: Door, number: int = 0, key: str | None = None) -> str:
        """The answer in a word. `key`: the client's name for the request, which counts once; with
        one, and where somebody will come between, there is no preview."""
        stage, hand = self.stage, self.stage.hands[number]
        person = Act(who, "person", stage.now, words)
        alone = stage.eye.stop is None and number == 0 and key is None
        seen = self._previewed(hand, person, door) if alone else None
        request = IN_EARNEST
        if key is not None:
            request = Request(key=keys.idempotency(who, "POST", words, key), fingerprint=words)
        told = stage.perform(person, lambda: through(hand, door, request), f"{who} {words}")
        if seen is not None and seen != told:
            stage.faults.append(f"the preview of {words!r} was {seen}, and what happened {told}")
        return told[0]

    def _previewed(self, hand: Hand, person: Act, door: Door) -> Told:
        stage = self.stage
        writes = stage.eye.writes
        with stage.acting(person):
            told = answer_of(lambda: through(hand, door, PREVIEW))
        if stage.eye.writes != writes:
            stage.faults.append(f"the preview of {person.what!r} wrote something")
        return told

    def contract(
        self, who: str, contract_id: str, action: str, make: Callable[[Actor], Command]
    ) -> Door:
        person = caller(who, self.provider)
        return lambda hand, request, shape: hand.contracts.carry_out(
            person, contract_id, action, lambda actor: (make(actor), request), shape
        )

    def register(self, **fields: Any) -> Door:
        wanted = registration(provider=self.provider, **fields)
        return lambda hand, request, shape: hand.contracts.register(
            caller(STAFF, self.provider),
            wanted.id,
            self.provider,
            lambda: (wanted, f"body of {wanted.id}", request),
            shape,
        )

    def open(self, account_id: str, holder: str, currency: str) -> Door:
        command = Open(Actor(Role.STAFF, STAFF), account_id, self.provider, holder, currency)
        return lambda hand, request, shape: hand.accounts.open(
            caller(STAFF, self.provider),
            account_id,
            self.provider,
            lambda: (command, request),
            shape,
        )

    def book(self, who: str, account_id: str, minor: int, reference: str, currency: str) -> Door:
        """A deposit, or a withdrawal where it is less than nothing."""
        kind: type[Deposit | Withdraw] = Deposit if minor > 0 else Withdraw
        money = Money(abs(minor), currency)
        return lambda hand, request, shape: hand.accounts.book(
            caller(who, self.provider),
            account_id,
            lambda actor: (kind(actor, money, reference, "by bank"), request),
            shape,
        )

    def switch(self, who: str, order_id: str, enabled: bool) -> Door:
        return lambda hand, request, shape: hand.orders.switch(
            caller(who, self.provider),
            order_id,
            lambda actor: (Switch(actor, enabled), request),
            shape,
        )

    def arrange(self, who: str, order_id: str, holder: str, *contract_ids: str) -> Door:
        actor = Actor(Role.STAFF, who)
        command = Arrange(actor, order_id, self.provider, holder, None, contract_ids)
        return lambda hand, request, shape: hand.orders.arrange(
            caller(who, self.provider),
            order_id,
            self.provider,
            lambda: (command, request),
            shape,
        )

    def detach(self, who: str, order_id: str, contract_id: str) -> Door:
        return lambda hand, request, shape: hand.orders.detach(
            caller(who, self.provider),
            order_id,
            lambda actor: (Detach(actor, contract_id), request),
            shape,
        )

    def confirm(self, who: str, contract_id: str, change_id: str, code: str) -> Door:
        """The code of a plan change."""
        return lambda hand, request, shape: changes(hand).confirm(
            caller(who, self.provider),
            contract_id,
            lambda: change_id,
            lambda _: (code, "on the phone", request),
            shape,
        )


def through(hand: Hand, door: Door, request: Request) -> Told:
    """The answer in a word and the decision; of a request that was answered before, no decision."""
    found: list[Any] = []

    def shape(*given: Any) -> Answer:
        found.append(next(each for each in given if not isinstance(each, View | Policy)))
        return Answer(200, "{}")

    door(hand, request, shape)
    if not found:
        return "as before", None
    decision = found[-1]
    return getattr(decision, "code", None) or "done", decision
