"""Taking a person out of what is kept: what stands in his place, and what has to end before.

Amounts, dates and ids stay, since the books need them. His subject becomes a pseudonym, the same
everywhere; addresses, names and what people wrote about him go.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from tacit.domain.tickets.values import (
    Buyer,
    OrderStatus,
    Refund,
    Shop,
    TicketOrder,
    TicketStatus,
)
from tacit.domain.values import Account, Actor, Contract, Order, PlanChange, Status

ERASED = "erased"  # in the place of what a person wrote
_NOWHERE = "@erased.invalid"  # RFC 2606: there will never be such a domain


@dataclass(frozen=True, slots=True)
class Obstacle:
    """Something that has to end before; `params` are ids, amounts and dates alone."""

    code: str
    params: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Erasure:
    """`person` is the subject that goes, `pseudonym` what stands in its place from now on."""

    person: str
    pseudonym: str

    def subject(self, there: str) -> str:
        return self.pseudonym if there == self.person else there

    def words(self, there: str | None) -> str | None:
        """What somebody wrote on a thing of somebody else: it goes if it names the person."""
        return ERASED if there is not None and self.person in there else there


def address_of(pseudonym: str) -> str:
    """An address that nobody can be written to at."""
    return f"{pseudonym}{_NOWHERE}"


def is_erased(address: str) -> bool:
    return address.endswith(_NOWHERE)


def contract_without(contract: Contract, erasure: Erasure) -> Contract:
    """As it is without the person: whose it was has a pseudonym for holder, and neither address nor
    name; on somebody else's he is no contact any more. The same contract where he is out already.
    """
    mine = contract.holder in (erasure.person, erasure.pseudonym)
    contacts = (contract.billing_contact, contract.technical_contact)
    billing, technical = (_contact(each, erasure, mine) for each in contacts)
    after = replace(
        contract,
        holder=erasure.subject(contract.holder),
        billing_contact=billing,
        technical_contact=technical,
        plan_change=contract.plan_change and plan_change_without(contract.plan_change, erasure),
        cancellation=contract.cancellation
        and replace(
            contract.cancellation,
            reason=_reason(contract.cancellation.reason, erasure, mine),
        ),
        registered_as=ERASED,
    )
    if mine:
        name = f"{erasure.pseudonym}.invalid" if contract.tld else erasure.pseudonym
        after = replace(after, email=address_of(erasure.pseudonym), label=name)
    return after if after == contract else replace(after, version=contract.version + 1)


def plan_change_without(change: PlanChange, erasure: Erasure) -> PlanChange:
    by = change.confirmed_by
    return replace(
        change,
        requested_by=_actor(change.requested_by, erasure),
        confirmed_by=by and _actor(by, erasure),
    )


def account_without(account: Account, erasure: Erasure) -> Account:
    holder = erasure.subject(account.holder)
    return replace(account, holder=holder, version=account.version + 1)


def order_without(order: Order, erasure: Erasure) -> Order:
    return replace(order, holder=erasure.subject(order.holder), version=order.version + 1)


def ticket_order_without(order: TicketOrder, pseudonym: str) -> TicketOrder:
    """Its buyer has a pseudonym for name and address; the language stays."""
    refunds = (replace(note, refund=Refund(note.refund.method, ERASED)) for note in order.refunds)
    return replace(
        order,
        buyer=Buyer(pseudonym, address_of(pseudonym), order.buyer.locale),
        refunds=tuple(refunds),
        registered_as=ERASED,
        version=order.version + 1,
    )


def contract_obstacles(contract: Contract) -> list[Obstacle]:
    """Of a contract whose holder is to be erased."""
    about: dict[str, object] = {"contract_id": contract.id}
    found = []
    if contract.status is not Status.CLOSED:
        until = contract.restorable_until
        told = {"status": str(contract.status), "phase": contract.phase}
        told |= {"restorable_until": until.isoformat() if until else None}
        found.append(Obstacle("contract_not_closed", about | told))
    if contract.owed is not None:
        owed = {"period_start": contract.owed.notice.period_start.isoformat()}
        found.append(Obstacle("period_owed", about | owed))
    if contract.notice is not None and contract.notice.status == "open":
        start = {"period_start": contract.notice.period_start.isoformat()}
        found.append(Obstacle("notice_open", about | start))
    return found


def account_obstacles(account: Account) -> list[Obstacle]:
    """Money goes back to him as long as somebody knows whose it is."""
    if account.balance.minor == 0:
        return []
    balance = {"amount": account.balance.amount, "currency": account.currency}
    return [Obstacle("account_not_empty", {"account_id": account.id, "balance": balance})]


def shop_obstacles(shop: Shop) -> list[Obstacle]:
    """He answers to the buyers for as long as the shop is there."""
    return [Obstacle("organises_shop", {"shop_id": shop.id})]


def ticket_order_obstacles(order: TicketOrder, now: datetime) -> list[Obstacle]:
    """Why it is not over: unpaid, with tickets for an event to come, with somebody's money on it,
    or with a question that the organiser has not answered."""
    valid = any(ticket.status is TicketStatus.VALID for ticket in order.tickets)
    reasons = {
        "pending": order.status is OrderStatus.PENDING,
        "event_to_come": valid
        and order.status is not OrderStatus.CANCELLED
        and order.show.starts_at > now,
        "credit": order.credit.minor != 0,
        "open_question": order.question is not None,
    }
    about = {"ticket_order_id": order.id}
    return [
        Obstacle("ticket_order_unfinished", about | {"why": why})
        for why, stands in reasons.items()
        if stands
    ]


def _contact(there: str | None, erasure: Erasure, mine: bool) -> str | None:
    if there != erasure.person:
        return there
    return erasure.pseudonym if mine else None


def _reason(there: str | None, erasure: Erasure, mine: bool) -> str | None:
    if mine:
        return ERASED if there is not None else None
    return erasure.words(there)


def _actor(actor: Actor, erasure: Erasure) -> Actor:
    return replace(actor, subject=erasure.subject(actor.subject))
