"""Cancelling, at the end of the term or at once, and taking a cancellation back.

Rules K1, K2, S1, S2, S6, S10 and S13.
"""

from dataclasses import replace
from datetime import datetime
from typing import assert_never

from tacit.domain.calendar import last_day_to_reactivate
from tacit.domain.commands import Cancel, Reactivate
from tacit.domain.days import add_days, local_day
from tacit.domain.decision import Change, Decision, NothingToDo, Situation
from tacit.domain.ending import inactivate
from tacit.domain.ledger import given_back
from tacit.domain.money_back import money_back
from tacit.domain.permission import permit
from tacit.domain.phases import close, closed_refusal, enter_first_phase
from tacit.domain.policy import Immediate, Policy
from tacit.domain.record import and_then, changed
from tacit.domain.refusals import Refused
from tacit.domain.values import Cancellation, Charge, Contract, Scalar, Status

AT_TERM, AT_ONCE = "at_term", "immediate"


def modes_offered(contract: Contract, policy: Policy) -> tuple[str, ...]:
    """The ways in which this very contract can be cancelled."""
    rule = policy.actions.get("cancel")
    at_once = policy.life_of(contract).immediate is not None
    modes = rule.modes if rule is not None else ()
    return tuple(mode for mode in modes if mode != AT_ONCE or at_once)


def cancel(
    situation: Situation, contract: Contract, command: Cancel, policy: Policy, now: datetime
) -> Decision:
    """S1, S2: served until the end, and no renewal from now on. S6, S13: or over at once."""
    permit("cancel", command.by, policy)
    modes = modes_offered(contract, policy)
    if command.mode not in modes:
        raise Refused("mode_not_offered", {"mode": command.mode, "modes": list(modes)})
    match contract.status:
        case Status.ACTIVE | Status.NON_RENEWING | Status.INACTIVE:
            if command.mode == AT_ONCE:
                return _at_once(situation, contract, command, policy, now)
            return _at_term(contract, command, policy, now)
        case Status.PENDING:
            return close(contract, "terminated", command.by, policy, now, {"why": "cancelled"})
        case Status.EXPIRED:
            raise Refused("expired", policy.contact_params())
        case Status.CLOSED:
            raise closed_refusal(contract, policy)
        case _:
            assert_never(contract.status)


def reactivate(contract: Contract, command: Reactivate, policy: Policy, now: datetime) -> Decision:
    """K1, K2, S2: back to what it was, at once and for nothing. The anchor stays as it is (G7)."""
    permit("reactivate", command.by, policy)
    match contract.status:
        case Status.NON_RENEWING if local_day(now, policy.zone) < contract.expires_on:
            after = replace(contract, status=Status.ACTIVE, cancellation=None)
            data = {"expires_on": contract.expires_on.isoformat()}
            return changed(contract, after, "contract.reactivated", data, command.by, policy, now)
        case Status.NON_RENEWING | Status.EXPIRED:
            raise Refused("expired", policy.contact_params())
        case Status.ACTIVE | Status.PENDING:
            return NothingToDo(contract, "not_cancelled")
        case Status.INACTIVE:
            raise Refused("inactive", policy.contact_params())
        case Status.CLOSED:
            raise closed_refusal(contract, policy)
        case _:
            assert_never(contract.status)


def _at_term(contract: Contract, command: Cancel, policy: Policy, now: datetime) -> Decision:
    if contract.cancellation is not None:
        return NothingToDo(contract, "already_cancelled")
    if policy.follows_parent(contract):
        raise Refused("follows_parent", {"parent_id": contract.parent_id})
    _check_notice(contract, policy, now)
    after = _cancelled(contract, command, policy, now)
    if contract.status is not Status.INACTIVE:
        after = replace(after, status=Status.NON_RENEWING)
    last_day = last_day_to_reactivate(after)
    data = {
        "mode": command.mode,
        "expires_on": contract.expires_on.isoformat(),
        "last_day_to_reactivate": last_day.isoformat() if last_day else None,
    }
    return changed(contract, after, "contract.cancelled", data, command.by, policy, now)


def _at_once(
    situation: Situation, contract: Contract, command: Cancel, policy: Policy, now: datetime
) -> Decision:
    """What is lost is said: the days that were paid and will not be served (S13); where the policy
    pays them back, how much (R9)."""
    given = contract.cancellation
    if given is not None and given.mode == AT_ONCE:
        return NothingToDo(contract, "already_cancelled")
    today = local_day(now, policy.zone)
    after = _cancelled(contract, command, policy, now)
    data: dict[str, Scalar] = {
        "mode": command.mode,
        "expires_on": contract.expires_on.isoformat(),
        "last_day_to_reactivate": None,
        "days_lost": max(0, (contract.expires_on - today).days),
    }
    ended = _ended_at_once(after, command, policy, now).events[-1].data
    data |= {
        name: ended[name] for name in ("until_on", "phase", "restorable_until") if name in ended
    }
    said = "cancelled_immediately"
    refund = money_back(contract, policy, today, situation.notices)
    if refund is not None:
        data |= {
            "money_back": refund.amount.amount,
            "currency": refund.amount.currency,
            "account_id": refund.account_id,
        }
        if refund.by_hand:
            data["by_hand"] = ", ".join(f"{each.amount} {each.currency}" for each in refund.by_hand)
    first = changed(contract, after, "contract.cancelled", data, command.by, policy, now, said)
    change = and_then(first, _ended_at_once(first.contract, command, policy, now))
    account = situation.account
    if refund is None or account is None or account.id != refund.account_id:
        return change
    charge = Charge("money", refund.amount, contract.expires_on)
    return replace(change, movement=given_back(account, charge, contract, command.by, now))


def _ended_at_once(contract: Contract, command: Cancel, policy: Policy, now: datetime) -> Change:
    match policy.life_of(contract).immediate:
        case Immediate.INACTIVATE:
            return inactivate(contract, command.by, policy, now)
        case Immediate.TERMINATE | None:
            return enter_first_phase(contract, command.by, policy, now, AT_ONCE)


def _cancelled(contract: Contract, command: Cancel, policy: Policy, now: datetime) -> Contract:
    today = local_day(now, policy.zone)
    return replace(contract, cancellation=Cancellation(command.mode, today, command.reason))


def _check_notice(contract: Contract, policy: Policy, now: datetime) -> None:
    """Too late for this term: it renews once more, and can be cancelled again from then on."""
    notice_days, today = policy.life_of(contract).notice_days, local_day(now, policy.zone)
    last_day = add_days(contract.expires_on, -max(notice_days, 1))
    if notice_days and last_day < today < contract.expires_on:
        params = {
            "notice_days": notice_days,
            "last_day": last_day.isoformat(),
            "expires_on": contract.expires_on.isoformat(),
        }
        raise Refused("notice_period", params, available_from=contract.expires_on)
