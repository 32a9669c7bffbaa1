"""Erasing a person: holder, billing or technical contact.

His partition leads to all his things, and each thing takes itself out of it in the transaction that
rewrites it. So what is left there is what is left to do: a call that was cut off needs no cursor,
only the pseudonym that the first one made.
"""

from collections.abc import Callable
from datetime import datetime

from tacit.domain.erasing import (
    Erasure,
    Obstacle,
    account_obstacles,
    account_without,
    contract_obstacles,
    contract_without,
    order_without,
)
from tacit.domain.orders import own_contract, own_order
from tacit.domain.values import Contract
from tacit.erasure.rewriting import Hindered, Rewriting, Tally, Unfinished, new_pseudonym
from tacit.store import keys
from tacit.store.account_items import account_of
from tacit.store.codec import Item
from tacit.store.erasing import (
    Erasing,
    account_writes,
    behind_a_contract,
    behind_an_account,
    behind_an_order,
    contract_writes,
    order_write,
    past_link_write,
)
from tacit.store.mapping import contract_of, order_of
from tacit.store.table import Table
from tacit.store.writes import Write
from tacit.versions import policy_of

_ROUNDS = 5


class PersonErasure:
    """Of one person of one provider. `say` is told how far it is, without naming him."""

    def __init__(
        self, table: Table, provider: str, person: str, say: Callable[[str], None]
    ) -> None:
        self._erasing = Erasing(table)
        self._provider, self._person, self._say = provider, person, say
        self._marker = keys.erasure(provider, "person", person)
        self._tally = Tally()
        self._rewriting = Rewriting(self._erasing, self._tally)

    def looked_at(self, now: datetime) -> Tally:  # noqa: ARG002
        """What there is of him, and all that has to end before; asked as of a buyer."""
        found = Tally()
        for link in self._erasing.linked(self._provider, self._person):
            match link["item"]:
                case "party" | "past_party":
                    self._look_at_contract(link, found)
                case "account_link":
                    self._look_at_account(link["account_id"], found)
                case _:
                    found.obstacles.append(_organised(link))
        for pk, _ in self._erasing.orders_of(self._provider, self._person):
            found.orders += 1
            found.obstacles += self._rewriting.parked(self._provider, pk)
        return found

    def carried_out(self, now: datetime) -> Tally:
        """All of it, from wherever a call before was cut off; raises Hindered, Unfinished, Busy."""
        begun = self._erasing.is_begun(self._marker)
        if not begun and not self._anything_left():
            return self._tally
        pseudonym = self._erasing.began(self._marker, new_pseudonym(), now)
        erasure = Erasure(self._person, pseudonym)
        for _ in range(_ROUNDS):
            for key in self._erasing.orders_of(self._provider, self._person):
                self._order(key, erasure)
            for link in self._erasing.linked(self._provider, self._person):
                self._thing(link, erasure)
            if not self._anything_left():
                self._erasing.ended(self._marker)
                return self._tally
        raise Unfinished("something of the person was made while he was erased")

    def _anything_left(self) -> bool:
        links = self._erasing.linked(self._provider, self._person)
        orders = self._erasing.orders_of(self._provider, self._person)
        return next(links, None) is not None or any(map(self._is_his, orders))

    def _is_his(self, key: keys.Key) -> bool:
        """The index may still show an order that was rewritten a moment ago."""
        raw = self._erasing.table.get_raw(key)
        return raw is not None and raw["holder"] == {"S": self._person}

    def _look_at_contract(self, link: Item, found: Tally) -> None:
        key = keys.contract(link["contract_id"])
        there = self._rewriting.readable(key, contract_of)
        if isinstance(there, Obstacle):
            found.obstacles.append(there)
            return
        _, contract = there
        found.contracts += contract.holder == self._person
        found.contacts += contract.holder != self._person
        found.obstacles += self._of_contract(contract)

    def _of_contract(self, contract: Contract) -> list[Obstacle]:
        pk, _ = keys.contract(contract.id)
        found = self._rewriting.parked(self._provider, pk)
        if contract.holder != self._person:
            return found
        tasks = self._erasing.tasks_of(self._provider, contract.id)
        found += [Obstacle("task_open", {"task_id": each}) for each in tasks]
        return contract_obstacles(contract) + found

    def _look_at_account(self, account_id: str, found: Tally) -> None:
        pk, _ = key = keys.account(account_id)
        there = self._rewriting.readable(key, account_of)
        if isinstance(there, Obstacle):
            found.obstacles.append(there)
            return
        found.accounts += 1
        found.obstacles += account_obstacles(there[1])
        found.obstacles += self._rewriting.parked(self._provider, pk)

    def _thing(self, link: Item, erasure: Erasure) -> None:
        match link["item"]:
            case "party" | "past_party":
                self._contract(link, erasure)
            case "account_link":
                self._account(link["account_id"], erasure)
            case _:
                raise Hindered([_organised(link)])

    def _contract(self, link: Item, erasure: Erasure) -> None:
        """One of his, or one of somebody else's where he is or was a contact."""
        key, past = keys.contract(link["contract_id"]), link["item"] == "past_party"
        mine = False

        def attempt() -> list[Write]:
            nonlocal mine
            there = self._rewriting.readable(key, contract_of)
            if isinstance(there, Obstacle):
                raise Hindered([there])
            raw, contract = there
            if found := self._of_contract(contract):
                raise Hindered(found)
            mine = contract.holder in (erasure.person, erasure.pseudonym)
            if mine:
                for order_id in {own_order(contract.id), contract.order_id}:
                    self._order(keys.order(order_id), erasure)
            self._rewriting.behind(key[0], lambda item: behind_a_contract(item, erasure, mine))
            after = contract_without(contract, erasure)
            gone = [past_link_write(self._provider, self._person, contract.id)] if past else []
            if after == contract:
                return gone
            return contract_writes(raw, contract, after, policy_of(contract)) + gone

        self._rewriting.until_nobody_came_between(attempt)
        self._tally.contracts += mine
        self._tally.contacts += not mine
        self._say(f"contract {link['contract_id']}")

    def _account(self, account_id: str, erasure: Erasure) -> None:
        pk, _ = key = keys.account(account_id)

        def attempt() -> list[Write]:
            there = self._rewriting.readable(key, account_of)
            if isinstance(there, Obstacle):
                raise Hindered([there])
            _, account = there
            if found := account_obstacles(account) + self._rewriting.parked(self._provider, pk):
                raise Hindered(found)
            self._rewriting.behind(pk, lambda item: behind_an_account(item, erasure))
            return account_writes(account, account_without(account, erasure))

        self._rewriting.until_nobody_came_between(attempt)
        self._tally.accounts += 1
        self._say(f"account {account_id}")

    def _order(self, key: keys.Key, erasure: Erasure) -> None:
        """His order; one that is not there, or another's, is left alone."""

        def attempt() -> list[Write]:
            raw = self._erasing.table.get_raw(key)
            if raw is None or raw.get("holder") != {"S": self._person}:
                return []
            there = self._rewriting.readable(key, order_of)
            if isinstance(there, Obstacle):
                raise Hindered([there])
            _, order = there
            if found := self._rewriting.parked(self._provider, key[0]):
                raise Hindered(found)
            self._rewriting.behind(key[0], lambda item: behind_an_order(item, erasure))
            self._tally.orders += own_contract(order.id) is None
            return [order_write(order, order_without(order, erasure))]

        self._rewriting.until_nobody_came_between(attempt)


def _organised(link: Item) -> Obstacle:
    return Obstacle("organises_shop", {"shop_id": link["shop_id"]})
