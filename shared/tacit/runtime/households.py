"""What a look ahead has to take along, read from the store: contracts, and what pays for them."""

from collections.abc import Iterator, Mapping
from contextlib import suppress

from tacit.domain.decision import Situation
from tacit.domain.household import Member
from tacit.domain.notices import can_be_renewed
from tacit.domain.refusals import Broken, Refused
from tacit.domain.values import Account, Contract, Order
from tacit.service import View
from tacit.store.repository import Repository
from tacit.versions import newest_of, policy_of

_FORESEEN = 500

Found = tuple[list[Member], tuple[Account, ...]]


class Households:
    """Both raise Refused `too_many_to_foresee` where more than 500 contracts are paid from the same
    accounts: which of them comes first is known only when all of them are asked."""

    def __init__(self, repository: Repository) -> None:
        self.repository = repository

    def of_contract(self, view: View) -> Found:
        """The contract, and the one that it hangs on; where one of them is to be collected,
        whatever else is collected from the same holder's accounts, too."""
        contract, parent = view.contract, view.situation.parent
        found = {each.id: each for each in (contract, parent) if each is not None}
        orders = self._orders(found)
        if not any(_is_collected(each, orders.get(each.order_id)) for each in found.values()):
            return list(_members(found, orders)), ()
        accounts, others = self._purse(contract.provider, contract.holder)
        found |= others
        return list(_members(found, self._orders(found))), accounts

    def of_account(self, account: Account) -> Found:
        """Every contract of its holder's, and all of his accounts."""
        accounts, found = self._purse(account.provider, account.holder)
        return list(_members(found, self._orders(found))), accounts

    def _purse(self, provider: str, holder: str) -> tuple[tuple[Account, ...], dict[str, Contract]]:
        ids = self.repository.held_by(provider, holder, _FORESEEN + 1)
        if len(ids) > _FORESEEN:
            raise Refused("too_many_to_foresee", {"most": _FORESEEN})
        accounts = self.repository.accounts_of(provider, holder)
        return accounts, self.repository.contracts(set(ids))

    def _orders(self, found: Mapping[str, Contract]) -> dict[str, Order]:
        return self.repository.orders({each.order_id for each in found.values()})


def _is_collected(contract: Contract, order: Order | None) -> bool:
    """Whether anything of it may ever be taken from an account by itself: also of what is switched
    off, until the money is there (S14)."""
    if contract.owed is not None:
        return True
    wanted = contract.renewal_warranty or (order is not None and order.autorenewal)
    return wanted and can_be_renewed(contract)


def _members(found: Mapping[str, Contract], orders: Mapping[str, Order]) -> Iterator[Member]:
    """Each with what is decided on; what only a person can mend is left out."""
    for each in found.values():
        parent = found.get(each.parent_id or "")
        with suppress(Broken):
            situation = Situation(each, orders.get(each.order_id), parent, newest_of(each))
            yield situation, policy_of(each)
