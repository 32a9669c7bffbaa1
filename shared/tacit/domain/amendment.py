"""Changing particulars no rule hangs on. A scheduled cancellation stays as it is (G12)."""

from dataclasses import replace
from datetime import datetime

from tacit.domain.commands import Amend
from tacit.domain.decision import Decision, NothingToDo
from tacit.domain.phases import closed_refusal
from tacit.domain.policy import Policy
from tacit.domain.record import changed
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
    return changed(contract, after, "contract.amended", data, command.by, policy, now)
