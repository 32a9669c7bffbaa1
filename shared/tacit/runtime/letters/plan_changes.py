"""What the letters about a plan change may name: both sides, what is lost, until when (X9, X10)."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from tacit.domain.plan_quote import change_id
from tacit.domain.policy import Policy
from tacit.domain.values import Contract
from tacit.runtime.letters import Value


def of_plan_change(contract: Contract, rules: Policy, data: Mapping[str, Any]) -> dict[str, Value]:
    """As a change that waits says it; of one that was carried out, which has left the head, the
    event knows enough."""
    change = contract.plan_change
    told: dict[str, Value] = {
        "plan_was": data.get("plan_was"),
        "plan": data.get("plan"),
        "quantity_was": _number(data.get("quantity_was")),
        "quantity": _number(data.get("quantity")),
        "spent": data.get("spent"),
    }
    if change is None or change_id(contract, change) != data.get("change_id"):
        return told
    old, new = change.old, change.new
    return told | {
        "plan_was": old.plan,
        "plan": new.plan,
        "quantity_was": str(old.quantity),
        "quantity": str(new.quantity),
        "price_was": f"{old.price.amount} {old.price.currency}",
        "price": f"{new.price.amount} {new.price.currency}",
        "months_was": str(old.term_months),
        "months": str(new.term_months),
        "days_was": str(old.remaining_days),
        "days": str(new.remaining_days),
        "end_was": old.expires_on,
        "expires_on": new.expires_on,
        "code_until": _local_time(change.valid_until, rules),
        "servers": ", ".join(f"{server.id} ({server.ip})" for server in change.lost),
    }


def _local_time(at: datetime, rules: Policy) -> str:
    """With the zone, so that a reader elsewhere is not wrong."""
    return f"{at.astimezone(rules.zone):%H:%M} ({rules.zone.key})"


def _number(value: Any) -> str | None:
    return None if value is None else str(value)
