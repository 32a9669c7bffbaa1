"""Bringing an expired contract back: what it costs, until when it goes, and doing it (K5 to K9).

The quote and the act are made of the same lines, so that a bill cannot differ from what was said.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime

from tacit.domain.commands import Restore
from tacit.domain.days import add_months, local_day
from tacit.domain.decision import Decision, NothingToDo
from tacit.domain.money import Money
from tacit.domain.permission import check_roles
from tacit.domain.phases import closed_refusal, phases_of, restorable_until
from tacit.domain.policy import Channel, Policy, RestoreRule
from tacit.domain.record import changed
from tacit.domain.refusals import Refused
from tacit.domain.values import Actor, Charge, Contract, Role, Scalar, Status


@dataclass(frozen=True, slots=True)
class Quote:
    """`charges` in the order they are made, `expires_on` the end afterwards; `until` is the first
    day on which it is too late (exclusive), None where no date is promised."""

    charges: tuple[Charge, ...]
    total: Money
    expires_on: date
    until: date | None


def quote(contract: Contract, actor: Actor, policy: Policy, now: datetime) -> Quote:
    """What bringing it back costs today. Raises Refused.

    The holder may ask also where only support brings it back: he is told beforehand that it
    costs extra (K7).
    """
    check_roles(_askers(contract, policy) | {Role.HOLDER, Role.STAFF}, actor)
    rule = _rule(contract, policy)
    return _quoted(contract, rule, policy, local_day(now, policy.zone))


def restore(contract: Contract, command: Restore, policy: Policy, now: datetime) -> Decision:
    """Active again for the terms paid, counted from the old expiry; the anchor stays (G7)."""
    check_restorer(contract, command.by, policy)
    if contract.status not in (Status.EXPIRED, Status.CLOSED):
        return NothingToDo(contract, "not_expired")
    rule = _rule(contract, policy)
    _permit(command.by, policy)
    quoted = _quoted(contract, rule, policy, local_day(now, policy.zone))
    after = replace(
        contract,
        status=Status.ACTIVE,
        expires_on=quoted.expires_on,
        cancellation=None,
        phase=None,
        phase_ends_on=None,
        restorable_until=None,
    )
    data: dict[str, Scalar] = {
        "expired_on": contract.expires_on.isoformat(),
        "expires_on": quoted.expires_on.isoformat(),
        "amount": quoted.total.amount,
        "currency": quoted.total.currency,
        "reference": command.reference,
    }
    change = changed(contract, after, "contract.restored", data, command.by, policy, now)
    return replace(change, charges=quoted.charges, reference=command.reference)


def check_restorer(contract: Contract, actor: Actor, policy: Policy) -> None:
    """Whether it is this actor's to ask for, before anything else is looked at."""
    check_roles(_askers(contract, policy), actor)


def _askers(contract: Contract, policy: Policy) -> frozenset[Role]:
    """Those who may; where it goes through support, the holder too: he is told whom to ask."""
    rule = _row(contract, policy)
    if rule is None:
        return frozenset({Role.HOLDER, Role.STAFF})
    return rule.by | {Role.HOLDER} if rule.channel is Channel.SUPPORT else rule.by


def _row(contract: Contract, policy: Policy) -> RestoreRule | None:
    """How the phase that the contract is in is left backwards; None where it is not."""
    for phase in phases_of(contract, policy):
        if phase.name == contract.phase:
            return phase.restore
    return None


def _rule(contract: Contract, policy: Policy) -> RestoreRule:
    """The policy's row for the phase the contract is in."""
    if contract.status is Status.CLOSED:
        raise closed_refusal(contract, policy)
    if contract.status is not Status.EXPIRED:
        raise Refused("not_expired", {"status": str(contract.status)})
    rule = _row(contract, policy)
    if rule is None:
        raise Refused("not_restorable", {"phase": contract.phase, **policy.contact_params()})
    return rule


def _permit(actor: Actor, policy: Policy) -> None:
    """K6: through support only, so the holder is sent there and staff carries it out. It is paid
    under a reference, which is staff's word that the money is there: until accounts can be
    charged, a holder who may restore online is sent to support as well."""
    if actor.role is not Role.STAFF:
        raise Refused("ask_support", {"action": "restore", **policy.contact_params()})


def _quoted(contract: Contract, rule: RestoreRule, policy: Policy, today: date) -> Quote:
    until = restorable_until(contract, policy)
    if until is not None and today >= until:
        params = {"restorable_until": until.isoformat(), **policy.contact_params()}
        raise Refused("restoration_over", params)
    expires_on = add_months(contract.expires_on, contract.term_months, contract.anchor_day)
    if expires_on <= today:
        params = {"expires_on": expires_on.isoformat(), **policy.contact_params()}
        raise Refused("restoration_too_late", params)
    amounts = {
        "renewal": Money(contract.price.minor * contract.quantity, contract.price.currency),
        "fee": rule.fee,
    }
    charges = tuple(
        Charge("restoration_fee" if line == "fee" else line, amount, contract.expires_on)
        for line in rule.price
        if (amount := amounts[line]) is not None
    )
    total = Money(sum(charge.amount.minor for charge in charges), contract.price.currency)
    return Quote(charges, total, expires_on, until)
