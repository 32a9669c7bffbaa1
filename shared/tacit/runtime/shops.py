"""Shops as their doors use them: load, decide, commit, as `service` does for contracts."""

from collections.abc import Callable
from datetime import datetime

from tacit.callers import Caller, Now
from tacit.domain.policy import Policy
from tacit.domain.refusals import Broken, NotFound
from tacit.domain.tickets.shops import (
    RegisterShop,
    ShopAsItIs,
    ShopCommand,
    ShopDecision,
    decide_shop,
)
from tacit.domain.tickets.values import Shop
from tacit.domain.values import Actor
from tacit.policies import UnknownPolicy, newest, shipped
from tacit.replies import Answer, Request, record_of, recorded
from tacit.store.listing import Source, shops_of_person, shops_of_staff
from tacit.store.patience import Busy
from tacit.store.repository import KeyUsed, LostRace, Repository
from tacit.store.shops import ShopBook
from tacit.versions import newest_for

_TRIES = 10

Shape = Callable[[ShopDecision], Answer]


class Shops:
    def __init__(self, repository: Repository, book: ShopBook, clock: Now) -> None:
        self.repository = repository
        self.book = book
        self.clock = clock

    def find(self, caller: Caller, shop_id: str) -> tuple[Shop, Actor]:
        """The shop, and as whom he acts on it. Raises NotFound also for what is somebody else's,
        Broken for what cannot be read."""
        shop = self._shop(caller, shop_id)
        actor = caller.actor_on_shop(shop.provider, shop.organiser) if shop is not None else None
        if shop is None or actor is None:
            raise NotFound("shop")
        return shop, actor

    def register(
        self,
        caller: Caller,
        shop_id: str,
        provider: object,
        asked: Callable[[], tuple[RegisterShop, Request]],
        shape: Shape,
    ) -> Answer:
        """`asked` reads the request, once it is known that shop and `provider` are this staff's:
        404 comes before whatever is wrong with the request."""
        now = self.clock.now()
        if isinstance(provider, str) and provider in shipped() and not caller.is_staff_of(provider):
            raise NotFound("provider")
        for _ in range(_TRIES):
            there = self._shop(caller, shop_id)
            if there is not None and not caller.is_staff_of(there.provider):
                raise NotFound("shop")
            command, request = asked()
            if (known := recorded(self.repository, request, now)) is not None:
                return known
            decision = decide_shop(there, command, newest_for(command.provider), now)
            answer = shape(decision)
            if self._committed(decision, now, request, answer):
                return answer
        raise Busy(f"lost {_TRIES} races")

    def carry_out(
        self,
        caller: Caller,
        shop_id: str,
        asked: Callable[[Actor], tuple[ShopCommand, Request]],
        shape: Shape,
    ) -> Answer:
        """A change of the settings, or a step back or forth. `asked` reads the request, once it is
        known as whom the caller acts. A lost race is decided again on fresh values."""
        now = self.clock.now()
        for _ in range(_TRIES):
            shop, actor = self.find(caller, shop_id)
            command, request = asked(actor)
            if (known := recorded(self.repository, request, now)) is not None:
                return known
            decision = decide_shop(shop, command, _policy_of(shop), now)
            answer = shape(decision)
            if self._committed(decision, now, request, answer):
                return answer
        raise Busy(f"lost {_TRIES} races")

    def _shop(self, caller: Caller, shop_id: str) -> Shop | None:
        """Broken only for those whose shop it is: for anybody else it is not there."""
        try:
            return self.book.shop(shop_id)
        except Broken:
            if not caller.is_concerned(*self.book.concerned(shop_id)):
                raise NotFound("shop") from None
            raise

    def _committed(
        self, decision: ShopDecision, now: datetime, request: Request, answer: Answer
    ) -> bool:
        """True when the answer stands; False when another writer came first."""
        if isinstance(decision, ShopAsItIs) or request.dry_run:
            return True
        try:
            self.book.commit(decision, now, record_of(request, answer, now))
        except (LostRace, KeyUsed):
            return False
        return True


def _policy_of(shop: Shop) -> Policy:
    """The policy in force. A shop has no term, so it stands under the newest at any time."""
    try:
        return newest(shop.provider)
    except UnknownPolicy:
        raise Broken(f"no policy of {shop.provider!r} is shipped") from None


def shops_seen_by(caller: Caller) -> list[Source]:
    """Staff sees the shops of its providers, anybody else those that he organises himself."""
    sources: list[Source] = []
    for provider in shipped():
        if caller.is_staff_of(provider):
            sources += shops_of_staff(provider)
        elif provider in caller.customer_of:
            sources += shops_of_person(provider, caller.subject)
    return sources
