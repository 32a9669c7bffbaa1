"""Changing particulars no rule hangs on. A scheduled cancellation stays as it is, and so does a
plan change that waits (G12), unless the address moves to which its code went."""

from dataclasses import replace
from datetime import datetime

from tacit.domain.commands import Amend
from tacit.domain.decision import Decision, NothingToDo
from tacit.domain.phases import closed_refusal
from tacit.domain.plan_change import lapsed
from tacit.domain.policy import Policy
from tacit.domain.record import and_then, changed
from tacit.domain.refusals import Refused
from tacit.domain.values import Contract, Status

AMENDABLE = ("label", "email", "locale", "billing_contact", "technical_contact", "options")


def amend(contract: Contract, command: Amend, policy: Policy, now: datetime) -> Decision:
    """The event lists which fields changed, not their values: those may be personal."""
    wanted = {name: command.changes[name] for name in AMENDABLE if name in command.changes}
    moved = sorted(name for name, value in wanted.items() if getattr(contract, name) != value)
    if contract.version != command.version:
        raise Refused(
            "version_moved", {"your_version": command.version, "version": contract.version}
        )
    if contract.status is Status.CLOSED:
        raise closed_refusal(contract, policy)
    if "label" in moved and policy.kinds[contract.kind].unique_label:
        raise Refused("label_is_the_name", {"label": contract.label})
    if not moved:
        return NothingToDo(contract, "unchanged")
    after = replace(contract, **{name: wanted[name] for name in moved})  # type: ignore[arg-type]
    data = {"fields": ",".join(moved)}
    change = changed(contract, after, "contract.amended", data, command.by, policy, now)
    if "email" not in moved:
        return change
    gone = lapsed(change.contract, "email_changed", command.by, policy, now)
    return and_then(change, gone) if gone is not None else change
