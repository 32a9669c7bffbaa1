"""A domain that moves to another registrar is over for us, at once and for good (S8)."""

from datetime import datetime

from tacit.domain.commands import TransferOut
from tacit.domain.decision import Decision, NothingToDo
from tacit.domain.permission import permit
from tacit.domain.phases import close, closed_refusal
from tacit.domain.policy import Policy
from tacit.domain.refusals import Refused
from tacit.domain.values import Contract, Status

TRANSFERRED_OUT = "transferred_out"


def transfer_out(
    contract: Contract, command: TransferOut, policy: Policy, now: datetime
) -> Decision:
    """No renewal, no notice, no restoration from now on; the name is somebody else's to renew."""
    permit("transfer_out", command.by, policy)
    if not policy.kinds[contract.kind].unique_label:
        raise Refused("not_transferable", {"kind": contract.kind})
    if contract.status is Status.CLOSED and contract.closed_reason == TRANSFERRED_OUT:
        return NothingToDo(contract, "already_transferred")
    if contract.status is Status.CLOSED:
        raise closed_refusal(contract, policy)
    if contract.status is Status.PENDING:
        raise Refused("not_active_yet", {"status": str(contract.status)})
    data = {
        "why": TRANSFERRED_OUT,
        "expires_on": contract.expires_on.isoformat(),
        "was": str(contract.status),
    }
    return close(contract, TRANSFERRED_OUT, command.by, policy, now, data)
