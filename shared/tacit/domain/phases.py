"""The phases after the end: entering the first, the next, and closing (K5, K8, S15).

How long each lasts and from which day it counts is the policy's; how they follow each other is
here. A window counts from its anchor also when the job comes late, but what can be brought back
stays so for the notice period after the day we acted (G15), within what the registry allows (G9).
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime

from tacit.domain.days import add_days, local_day
from tacit.domain.decision import Change
from tacit.domain.policy import Anchor, Phase, Policy
from tacit.domain.record import changed
from tacit.domain.refusals import Refused
from tacit.domain.registries import last_restorable
from tacit.domain.values import Actor, Contract, Scalar, Status


@dataclass(frozen=True, slots=True)
class Stage:
    """One phase of a contract in days: `ends_on` is the first day no longer in it, None where it
    has no end. `promised_until` is what the provider alone would give."""

    phase: Phase
    ends_on: date | None
    promised_until: date | None


@dataclass(frozen=True, slots=True)
class Windows:
    """Until when (exclusive) an expired contract can be brought back: what the provider promises,
    what the registry allows, and the earlier of them, which holds (G9). None: no such limit."""

    provider: date | None
    registry: date | None
    effective: date | None


def stages(contract: Contract, policy: Policy, ended_on: date) -> tuple[Stage, ...]:
    """The whole timetable after an end that was carried out on `ended_on`."""
    outer = registry_until(contract, policy)
    found: list[Stage] = []
    previous: date | None = contract.expires_on
    for phase in policy.life_of(contract).phases:
        start = _anchor_day(contract, phase.anchor, previous, ended_on)
        promised = phase.ends_on(start) if start else None
        ends_on = promised
        if phase.restore is not None:
            promised = _never_too_short(phase, promised, ended_on, policy)
            ends_on = _earlier(promised, outer)
        found.append(Stage(phase, ends_on, promised))
        previous = ends_on
    return tuple(found)


def windows(contract: Contract, policy: Policy, ended_on: date) -> Windows | None:
    """None where nothing brings it back, or only its parent does (S11)."""
    if policy.follows_parent(contract):
        return None
    back = [stage for stage in stages(contract, policy, ended_on) if stage.phase.restore]
    if not back:
        return None
    last = back[-1]
    return Windows(last.promised_until, registry_until(contract, policy), last.ends_on)


def registry_until(contract: Contract, policy: Policy) -> date | None:
    """The first day on which the registry gives the name back to nobody; None where that is not
    known, or there is no registry."""
    facts = policy.registries.get(contract.tld or "")
    return last_restorable(facts, contract.domain_expires_on) if facts else None


def enter_first_phase(
    contract: Contract, by: Actor, policy: Policy, now: datetime, why: str
) -> Change:
    """The contract is over. What comes then is the policy's first phase that is not over as well,
    or nothing: closed. `why`: "cancelled", "unpaid" or "immediate"."""
    today = local_day(now, policy.zone)
    timetable = stages(contract, policy, today)
    if not timetable:
        return close(contract, _final(contract, policy), by, policy, now, {"why": why})
    stage = _open_on(timetable, today) or timetable[-1]
    found = windows(contract, policy, today)
    until = found.effective if found else None
    after = replace(
        contract,
        status=Status.EXPIRED,
        phase=stage.phase.name,
        phase_ends_on=stage.ends_on,
        restorable_until=until,
        ended_on=today,
        domain_ended_on=contract.domain_expires_on,
    )
    data: dict[str, Scalar] = {
        "expires_on": contract.expires_on.isoformat(),
        "why": why,
        "cancelled": contract.cancellation is not None,
        "phase": stage.phase.name,
        "served": stage.phase.served,
        "restorable_until": until.isoformat() if until else None,
    }
    return changed(contract, after, "contract.expired", data, by, policy, now)


def enter_next_phase(contract: Contract, by: Actor, policy: Policy, now: datetime) -> Change:
    """A phase has ended: on to the next row of the policy, or closed after the last (S15)."""
    today = local_day(now, policy.zone)
    timetable = stages(contract, policy, contract.ended_on or contract.expires_on)
    names = [stage.phase.name for stage in timetable]
    place = names.index(contract.phase) + 1 if contract.phase in names else len(names)
    stage = _open_on(timetable[place:], today)
    if stage is None:
        over = {"why": "window_over"}
        return close(contract, _final(contract, policy), by, policy, now, over)
    after = replace(contract, phase=stage.phase.name, phase_ends_on=stage.ends_on)
    data: dict[str, Scalar] = {
        "why": "phase_over",
        "phase": stage.phase.name,
        "served": stage.phase.served,
        "phase_ends_on": stage.ends_on.isoformat() if stage.ends_on else None,
    }
    return changed(contract, after, "contract.phase_entered", data, by, policy, now)


def close(
    contract: Contract,
    reason: str,
    by: Actor,
    policy: Policy,
    now: datetime,
    more: Mapping[str, Scalar] | None = None,
) -> Change:
    """Final: nobody has a right to the contract or its name any more."""
    after = replace(
        contract,
        status=Status.CLOSED,
        phase=None,
        phase_ends_on=None,
        restorable_until=None,
        closed_reason=reason,
    )
    data = {"closed_reason": reason, **(more or {})}
    return changed(contract, after, "contract.closed", data, by, policy, now, says=reason)


def closed_refusal(contract: Contract, policy: Policy) -> Refused:
    """What every command on a closed contract hears: how it ended, and whom to ask (S8)."""
    params = {"closed_reason": contract.closed_reason, **policy.contact_params()}
    if contract.closed_reason == "transferred_out":
        return Refused("transferred_out", params)
    return Refused("closed", params)


def _final(contract: Contract, policy: Policy) -> str:
    return policy.kinds[contract.kind].closed_reason


def _open_on(timetable: tuple[Stage, ...], today: date) -> Stage | None:
    """The first stage that is not over: a phase that we slept through is not entered any more."""
    for stage in timetable:
        if stage.ends_on is None or stage.ends_on > today:
            return stage
    return None


def _never_too_short(
    phase: Phase, promised: date | None, ended_on: date, policy: Policy
) -> date | None:
    """G15: whoever was told late still has the notice period to react, or the whole phase where
    that is shorter."""
    whole = phase.ends_on(ended_on)
    if promised is None or whole is None:
        return promised
    return max(promised, min(whole, add_days(ended_on, policy.expired_notice_days)))


def _earlier(one: date | None, other: date | None) -> date | None:
    return min(filter(None, (one, other)), default=None)


def _anchor_day(
    contract: Contract, anchor: Anchor, previous: date | None, ended_on: date
) -> date | None:
    match anchor:
        case Anchor.EXPIRY:
            return contract.expires_on
        case Anchor.REGISTRY_EXPIRY:
            return contract.domain_expires_on
        case Anchor.TERMINATION:
            return ended_on
        case Anchor.PREVIOUS:
            return previous
