"""The phases after the end: entering the first, the next, and closing (K5, K8, S15).

How long each lasts and from which day it counts is the policy's; how they follow each other is
here. A window counts from its anchor also when the job comes late.
"""

from dataclasses import replace
from datetime import date, datetime

from tacit.domain.decision import Change
from tacit.domain.policy import Anchor, Phase, Policy
from tacit.domain.record import changed
from tacit.domain.refusals import Refused
from tacit.domain.values import Actor, Contract, Scalar, Status


def phases_of(contract: Contract, policy: Policy) -> tuple[Phase, ...]:
    life = policy.life_of(contract.kind, contract.plan, contract.tld, contract.term_months)
    return life.phases


def phase_ends(contract: Contract, phases: tuple[Phase, ...]) -> tuple[date | None, ...]:
    """The first day after each phase, None from an open one on."""
    ends: list[date | None] = []
    previous: date | None = contract.expires_on
    for phase in phases:
        start = _anchor_day(contract, phase.anchor, previous)
        previous = phase.ends_on(start) if start else None
        ends.append(previous)
    return tuple(ends)


def restorable_until(contract: Contract, policy: Policy) -> date | None:
    """The first day on which restoring is over (exclusive), None: never, or no date promised."""
    phases = phases_of(contract, policy)
    ends = phase_ends(contract, phases)
    restorable = [end for phase, end in zip(phases, ends, strict=True) if phase.restore]
    return restorable[-1] if restorable else None


def enter_first_phase(contract: Contract, by: Actor, policy: Policy, now: datetime) -> Change:
    """The contract is over. What comes then is the policy's first phase, or nothing: closed."""
    phases = phases_of(contract, policy)
    if not phases:
        return close(contract, policy.kinds[contract.kind].closed_reason, by, policy, now)
    until = restorable_until(contract, policy)
    after = replace(
        contract,
        status=Status.EXPIRED,
        phase=phases[0].name,
        phase_ends_on=phase_ends(contract, phases)[0],
        restorable_until=until,
    )
    data: dict[str, Scalar] = {
        "expires_on": contract.expires_on.isoformat(),
        "cancelled": contract.cancellation is not None,
        "phase": phases[0].name,
        "restorable_until": until.isoformat() if until else None,
    }
    return changed(contract, after, "contract.expired", data, by, policy, now)


def enter_next_phase(contract: Contract, by: Actor, policy: Policy, now: datetime) -> Change:
    """A phase has ended: on to the next row of the policy, or closed after the last (S15)."""
    phases = phases_of(contract, policy)
    names = [phase.name for phase in phases]
    following = names.index(contract.phase) + 1 if contract.phase in names else len(names)
    if following == len(phases):
        return close(contract, policy.kinds[contract.kind].closed_reason, by, policy, now)
    ends_on = phase_ends(contract, phases)[following]
    after = replace(contract, phase=names[following], phase_ends_on=ends_on)
    data = {
        "phase": names[following],
        "phase_ends_on": ends_on.isoformat() if ends_on else None,
    }
    return changed(contract, after, "contract.phase_entered", data, by, policy, now)


def close(contract: Contract, reason: str, by: Actor, policy: Policy, now: datetime) -> Change:
    """Final: nobody has a right to the contract or its name any more."""
    after = replace(
        contract,
        status=Status.CLOSED,
        phase=None,
        phase_ends_on=None,
        restorable_until=None,
        closed_reason=reason,
    )
    return changed(contract, after, "contract.closed", {"closed_reason": reason}, by, policy, now)


def closed_refusal(contract: Contract, policy: Policy) -> Refused:
    """What every command on a closed contract hears: how it ended, and whom to ask."""
    return Refused("closed", {"closed_reason": contract.closed_reason, **policy.contact_params()})


def _anchor_day(contract: Contract, anchor: Anchor, previous: date | None) -> date | None:
    match anchor:
        case Anchor.EXPIRY:
            return contract.expires_on
        case Anchor.REGISTRY_EXPIRY:
            return contract.registry_expires_on or contract.expires_on
        case Anchor.TERMINATION | Anchor.PREVIOUS:
            return previous
