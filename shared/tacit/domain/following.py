"""A contract that follows its parent: whatever the domain is, its free account is too (S11).

Nothing of it is decided by dates of its own. Its parent's events bring it here at once; the day on
its own calendar is the parent's as it was last seen, so that nothing is missed for long.
"""

from dataclasses import replace
from datetime import datetime

from tacit.domain.decision import Decision, NothingToDo, Situation
from tacit.domain.phases import close
from tacit.domain.policy import Policy
from tacit.domain.record import changed
from tacit.domain.refusals import Broken
from tacit.domain.values import Actor, Contract, Scalar, Status

_SAME = {
    Status.PENDING: Status.ACTIVE,
    Status.NON_RENEWING: Status.ACTIVE,
    Status.ACTIVE: Status.ACTIVE,
    Status.INACTIVE: Status.INACTIVE,
    Status.EXPIRED: Status.EXPIRED,
}


def follow(
    situation: Situation, contract: Contract, by: Actor, policy: Policy, now: datetime
) -> Decision:
    """What the parent is now. A cancelled domain is still served, and so is its account."""
    if not policy.follows_parent(contract) or contract.status is Status.CLOSED:
        return NothingToDo(contract, "goes_its_own_way")
    parent = situation.parent
    if parent is None:
        raise Broken("its parent is not there")
    if parent.status is Status.CLOSED:
        reason = policy.kinds[contract.kind].closed_reason
        told = {"why": "parent_changed", "parent_id": parent.id}
        change = close(contract, reason, by, policy, now, told)
        return replace(change, stands_on=parent)
    after = replace(
        contract,
        status=_SAME[parent.status],
        expires_on=parent.expires_on,
        registry_expires_on=parent.registry_expires_on,
        phase=parent.phase,
        phase_ends_on=parent.phase_ends_on,
    )
    if after == contract:
        return NothingToDo(contract, "as_its_parent")
    data: dict[str, Scalar] = {
        "why": "parent_changed",
        "parent_id": parent.id,
        "status": str(after.status),
        "expires_on": after.expires_on.isoformat(),
        "phase": after.phase,
    }
    change = changed(contract, after, "contract.followed", data, by, policy, now)
    return replace(change, stands_on=parent)
