"""Bringing an expired contract back: what it costs, until when it goes, and doing it (K5 to K9).

The quote and the act are made of the same lines, so that a bill cannot differ from what was said.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime

from tacit.domain.commands import Restore
from tacit.domain.days import add_months, kept_anchor, local_day
from tacit.domain.decision import Change, Decision, NothingToDo, Situation
from tacit.domain.following import follow
from tacit.domain.ledger import charged
from tacit.domain.money import Money
from tacit.domain.notices import of_a_new_term
from tacit.domain.permission import check_roles
from tacit.domain.phases import Windows, closed_refusal, windows
from tacit.domain.policy import Anchor, Channel, Policy, RestoreRule
from tacit.domain.record import and_then, changed
from tacit.domain.refusals import Invalid, NotFound, Refused
from tacit.domain.values import Account, Actor, Charge, Contract, Role, Scalar, Status


@dataclass(frozen=True, slots=True)
class Quote:
    """`charges` in the order they are made, `expires_on` the end afterwards and `anchor_day` the
    day of the month it keeps; `until` is the first day on which it is too late (exclusive), None
    where no date is promised, the earlier of the two in `windows` (G9)."""

    charges: tuple[Charge, ...]
    total: Money
    expires_on: date
    anchor_day: int
    until: date | None
    windows: Windows | None


def quote(contract: Contract, actor: Actor, policy: Policy, now: datetime) -> Quote:
    """What bringing it back costs today. Raises Refused.

    The holder may ask also where only support brings it back: he is told beforehand that it
    costs extra (K7).
    """
    check_roles(_askers(contract, policy) | {Role.HOLDER, Role.STAFF}, actor)
    rule, today = _rule(contract, policy), local_day(now, policy.zone)
    quoted = _quoted(contract, rule, policy, today)
    _check_in_time(quoted, policy, today)
    return quoted


def restore(
    situation: Situation, contract: Contract, command: Restore, policy: Policy, now: datetime
) -> Decision:
    """Active again for the term paid, counted from the old expiry on the old day of the month (G7),
    or from today where it would be over. A term that is paid anew begins under the newest policy
    (G10): what is charged is what was quoted, and the price of today is that of the next renewal.
    """
    check_restorer(contract, command.by, policy)
    account = _payer(situation, contract, command, policy)
    if contract.status not in (Status.EXPIRED, Status.CLOSED):
        return NothingToDo(contract, "not_expired")
    rule = _rule(contract, policy)
    _permit(command.by, rule, policy)
    today = local_day(now, policy.zone)
    quoted = _quoted(contract, rule, policy, today)
    _check_paid(command, quoted.total)
    _check_in_time(quoted, policy, today)
    moved = quoted.expires_on != contract.expires_on
    newest = situation.newest if moved else None
    rules, price = of_a_new_term(contract, policy, newest)
    after = replace(
        contract,
        status=Status.ACTIVE,
        expires_on=quoted.expires_on,
        anchor_day=quoted.anchor_day,
        cancellation=None,
        phase=None,
        phase_ends_on=None,
        restorable_until=None,
        ended_on=None,
        domain_ended_on=None,
        expiry_moved_on=today if moved else contract.expiry_moved_on,
        policy=rules.name,
        price=price,
    )
    data: dict[str, Scalar] = {
        "expired_on": contract.expires_on.isoformat(),
        "expires_on": quoted.expires_on.isoformat(),
        "amount": quoted.total.amount,
        "currency": quoted.total.currency,
        "reference": command.reference,
        "account_id": command.account_id,
    }
    change = changed(contract, after, "contract.restored", data, command.by, policy, now)
    change = _as_its_parent(situation, change, command, policy, now)
    change = replace(change, charges=quoted.charges, reference=command.reference)
    if account is None or not quoted.charges:
        return change
    movement = charged(account, quoted.charges, contract, command.by, now)
    return replace(change, movement=movement)


def _as_its_parent(
    situation: Situation, change: Change, command: Restore, policy: Policy, now: datetime
) -> Change:
    """What follows its parent comes back as the parent is now."""
    if not policy.follows_parent(change.contract):
        return change
    followed = follow(situation, change.contract, command.by, policy, now)
    if not isinstance(followed, Change):
        return change
    return replace(and_then(change, followed), stands_on=followed.stands_on)


def check_restorer(contract: Contract, actor: Actor, policy: Policy) -> None:
    """Whether it is this actor's to ask for, before anything else is looked at."""
    check_roles(_askers(contract, policy), actor)


def _askers(contract: Contract, policy: Policy) -> frozenset[Role]:
    """Those who may; where it goes through support, the holder too: he is told whom to ask."""
    rule = _row(contract, policy)
    if rule is None or policy.follows_parent(contract):
        return frozenset({Role.HOLDER, Role.STAFF})
    return rule.by | {Role.HOLDER} if rule.channel is Channel.SUPPORT else rule.by


def _row(contract: Contract, policy: Policy) -> RestoreRule | None:
    """How the phase that the contract is in is left backwards; None where it is not."""
    for phase in policy.life_of(contract).phases:
        if phase.name == contract.phase:
            return phase.restore
    return None


def _rule(contract: Contract, policy: Policy) -> RestoreRule:
    """The policy's row for the phase the contract is in."""
    if contract.status is Status.CLOSED:
        raise closed_refusal(contract, policy)
    if contract.status is not Status.EXPIRED:
        raise Refused("not_expired", {"status": str(contract.status)})
    if policy.follows_parent(contract):
        raise Refused("follows_parent", {"parent_id": contract.parent_id})
    rule = _row(contract, policy)
    if rule is None:
        raise Refused("not_restorable", {"phase": contract.phase, **policy.contact_params()})
    return rule


def _permit(actor: Actor, rule: RestoreRule, policy: Policy) -> None:
    """K6: where it goes through support, the holder is sent there and staff carries it out; where
    it goes online he restores himself (S4, I15)."""
    if _by_support(actor, rule):
        raise Refused("ask_support", {"action": "restore", **policy.contact_params()})


def _by_support(actor: Actor, rule: RestoreRule) -> bool:
    return rule.channel is Channel.SUPPORT and actor.role is not Role.STAFF


def _payer(
    situation: Situation, contract: Contract, command: Restore, policy: Policy
) -> Account | None:
    """The account that is named, if it is the contract's holder's; any other is not found, and
    that is said before a rule's no. Whom support has to help is not asked how he would pay."""
    rule, account = _row(contract, policy), situation.account
    if command.account_id is None or (rule is not None and _by_support(command.by, rule)):
        return None
    mine = (contract.provider, contract.holder)
    if account is None or (account.provider, account.holder) != mine:
        raise NotFound("account")
    return account


def _check_paid(command: Restore, total: Money) -> None:
    """A reference is staff's word that the money is there; anybody else names an account. What
    costs nothing wants neither."""
    staff = command.by.role is Role.STAFF
    if command.account_id is not None or (staff and command.reference is not None):
        return
    if total.minor == 0 and command.reference is None:
        return
    if staff:
        raise Invalid("reference", "is missing, and so is an account_id", "missing_field")
    raise Invalid("account_id", "is missing: the account to be charged", "missing_field")


def _check_in_time(quoted: Quote, policy: Policy, today: date) -> None:
    """What was stored when the contract ended says until when."""
    if quoted.until is not None and today >= quoted.until:
        params = {
            "restorable_until": quoted.until.isoformat(),
            **windows_params(quoted.windows),
            **policy.contact_params(),
        }
        raise Refused("restoration_over", params)


def _quoted(contract: Contract, rule: RestoreRule, policy: Policy, today: date) -> Quote:
    """A term that is paid and not over yet is resumed, and not paid twice."""
    term = _term(contract, rule, today)
    charges = _charges(contract, rule, term)
    total = Money(sum(charge.amount.minor for charge in charges), contract.price.currency)
    until, found = contract.restorable_until, windows(contract, policy, _ended_on(contract))
    return Quote(charges, total, term.expires_on, term.anchor_day, until, found)


@dataclass(frozen=True, slots=True)
class _Term:
    """What it comes back for. `counted_from` is the end that it is brought back from; the term
    begins there, or later: on the day of the restoration."""

    counted_from: date
    starts_on: date
    expires_on: date
    anchor_day: int
    resumed: bool = False


def _term(contract: Contract, rule: RestoreRule, today: date) -> _Term:
    """Counted from the old end, as long as anything would be left of it. A window may be longer
    than a term: the days that would be over already are not sold, nor is the way back lost for
    them. The term begins today then (S4, S9, S12, K9)."""
    start, anchor = contract.expires_on, contract.anchor_day
    if contract.expires_on > today:
        return _Term(start, start, start, anchor, resumed=True)
    if rule.counted_from is Anchor.REGISTRY_EXPIRY:
        start = contract.domain_expires_on
        anchor = kept_anchor(anchor, start)
    ends_on = add_months(start, contract.term_months, anchor)
    if ends_on > today:
        return _Term(start, start, ends_on, anchor)
    ends_on = add_months(today, contract.term_months, today.day)
    return _Term(start, today, ends_on, today.day)


def _charges(contract: Contract, rule: RestoreRule, term: _Term) -> tuple[Charge, ...]:
    """One charge for each line of the price, for the period it pays for. The fee is for the end
    that it brings the contract back from; of a term that is resumed, for the day on which it had
    ended. A contract may end and come back twice on a day, so that the fee is counted by the event
    of its restoration: two restorations at once would be the same event."""
    renewal = Money(contract.price.minor * contract.quantity, contract.price.currency)
    found = []
    for line in rule.price:
        if line == "fee" and rule.fee is not None:
            period = _ended_on(contract) if term.resumed else term.counted_from
            found.append(Charge("restoration_fee", rule.fee, period, contract.events + 1))
        elif line != "fee" and not term.resumed:
            times = rule.multiple if line == "multiple" and rule.multiple is not None else 1
            amount = Money(renewal.minor * times, renewal.currency)
            start = term.starts_on
            found.append(Charge("renewal", amount, start, _generation(contract, start)))
    return tuple(found)


def _generation(contract: Contract, period_start: date) -> int:
    """Of a period whose renewal was taken back, the charge is one more (G2)."""
    notice = contract.notice
    noticed = notice is not None and notice.period_start == period_start
    return notice.generation if notice is not None and noticed else contract.generation


def windows_params(found: Windows | None) -> dict[str, object]:
    """Both dates, so that it can be explained why one of them does not hold (G9)."""
    provider, registry = (found.provider, found.registry) if found else (None, None)
    return {
        "provider_until": provider.isoformat() if provider else None,
        "registry_until": registry.isoformat() if registry else None,
    }


def _ended_on(contract: Contract) -> date:
    return contract.ended_on or contract.expires_on
