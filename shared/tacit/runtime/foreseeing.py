"""A forecast over HTTP: what will happen to a contract, on which days, and why in words; and how
far an account reaches.
"""

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from tacit.domain.coverage import Coverage
from tacit.domain.days import add_months, local_day
from tacit.domain.forecast import Forecast
from tacit.domain.household import Step
from tacit.domain.refusals import Invalid
from tacit.domain.values import Account, Event, Role
from tacit.runtime.answers import charges_json, event_data, message_json, money_json

_YEARS = 10

_WHY = {
    "noticed": "Its next term is to be paid.",
    "paid": "Its next term is paid from an account.",
    "balance_too_small": "There is too little on the account.",
    "no_account": "There is no account to charge.",
    "activated": "It begins, and its first term is paid from an account.",
    "trial": "It begins with a trial, which costs nothing.",
    "warranted": "It would be lost, and its warranty renews it; the amount is owed.",
    "owed": "A term that its warranty laid out is not paid yet.",
    "owed_paid": "What its warranty laid out is paid from an account.",
    "noticed_before": "It is about to end.",
    "noticed_after": "It has ended.",
    "cancelled": "It was cancelled to the end of its term.",
    "unpaid": "Its term is over and was not renewed.",
    "immediate": "It was cancelled at once.",
    "phase_over": "The phase before it is over.",
    "window_over": "Nothing can bring it back any more.",
    "parent_changed": "It follows the contract it hangs on.",
    "doubt": "Something about the record cannot be true; a person looks at it first.",
    "due": "Its day has come.",
}
# Events that say by what they are why they come.
_BY_TYPE = {
    "contract.renewal_noticed": "noticed",
    "contract.renewed": "paid",
    "contract.activated": "activated",
    "contract.warranted": "warranted",
    "contract.warranty_contact": "owed",
    "contract.owed_paid": "owed_paid",
}


def until(given: date | None, now: datetime, zone: ZoneInfo) -> date:
    """The last day to look at: ten years from today, unless said; not further, and not back."""
    today = local_day(now, zone)
    furthest = add_months(today, _YEARS * 12, today.day)
    if given is None:
        return furthest
    if not today <= given <= furthest:
        raise Invalid("until", f"is between {today} and {furthest}")
    return given


def forecast_json(found: Forecast, last_day: date, role: Role) -> dict[str, Any]:
    """Contacts learn what it costs, and not from which account."""
    return {
        "until": last_day,
        "whole": found.whole,
        "steps": [row for step in found.steps for row in _rows(step, role)],
    }


def coverage_json(found: Coverage, account: Account, last_day: date) -> dict[str, Any]:
    short = found.short
    return {
        "account_id": account.id,
        "until": last_day,
        "whole": found.whole,
        "covered_until": found.covered_until,
        "short": short
        and {
            "contract_id": short.contract_id,
            "on": short.on,
            "amount": money_json(short.amount),
            "short": money_json(short.short),
            "account_id": short.account_id,
        },
        "charges": [
            {
                "on": charge.on,
                "contract_id": charge.contract_id,
                "reason": charge.reason,
                "amount": money_json(charge.amount),
                "balance": money_json(charge.balance),
            }
            for charge in found.charges
        ],
    }


def _rows(step: Step, role: Role) -> list[dict[str, Any]]:
    """One row for each event, with what it says; what is paid stands beside the last, which is the
    one that it pays for."""
    if step.change is None:
        data = {"reason": step.parked}
        return [_row(step.on, "parked", data, "doubt")]
    rows = [_of_event(step.on, event, role) for event in step.change.events]
    charges = charges_json(step.change)
    if role not in (Role.HOLDER, Role.STAFF):
        charges = [{**charge, "account_id": None} for charge in charges]
    rows[-1]["charges"] = charges
    return rows


def _of_event(on: date, event: Event, role: Role) -> dict[str, Any]:
    row = _row(on, event.type, event_data(event, role), why(event))
    return row | {"messages": [message_json(message) for message in event.messages]}


def _row(on: date, kind: str, data: dict[str, Any], code: str) -> dict[str, Any]:
    told = {"on": on, "type": kind, "data": data, "charges": [], "messages": []}
    return told | {"why": code, "detail": _WHY[code]}


def why(event: Event) -> str:
    """The code of what the event comes of; "due" where nothing is known of it but its day."""
    if event.data.get("trial_days"):
        return "trial"
    code = _BY_TYPE.get(event.type) or str(event.data.get("why"))
    return code if code in _WHY else "due"
