"""Whether a message is still true when it leaves: what asks the holder to act is read again.

What happened stays told, however late. A reminder, or a request for money, whose reason is gone
would only frighten whoever has renewed, paid or cancelled by then.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from tacit.domain.notices import OPEN, notice_of_period
from tacit.domain.plan_quote import change_id, waiting
from tacit.domain.values import Contract, Notice, Status

_STANDS = {
    "noticed_before": frozenset({Status.ACTIVE, Status.NON_RENEWING}),
    "noticed_after": frozenset({Status.EXPIRED}),
}


def is_outdated(kind: str, data: Mapping[str, Any], contract: Contract, now: datetime) -> bool:
    """`data` is the event's, `contract` the one that it is about as it is now."""
    match kind:
        case "expiry_noticed":
            same_end = data.get("expires_on") == contract.expires_on.isoformat()
            return not same_end or contract.status not in _STANDS[str(data["why"])]
        case "renewal_noticed" | "renewal_unpaid":
            notice = notice_of_period(contract)
            return notice is None or notice.status != OPEN or not _is_of(data, notice)
        case "warranty_contact":
            return contract.owed is None or not _is_of(data, contract.owed.notice)
        case "plan_change_code":
            there = waiting(contract, now)
            return there is None or data.get("change_id") != change_id(contract, there)
        case _:
            return False


def _is_of(data: Mapping[str, Any], notice: Notice) -> bool:
    return data.get("period_start") == notice.period_start.isoformat()
