"""A forecast over HTTP: what will happen to a contract, on which days, and why in words."""

from datetime import date
from typing import Any

from tacit.domain.days import add_months, local_day
from tacit.domain.forecast import Forecast, Step
from tacit.domain.refusals import Invalid
from tacit.domain.values import Event
from tacit.runtime import shapes
from tacit.runtime.answers import charges_json, message_json
from tacit.service import View

_YEARS = 10

_WHY = {
    "cancelled": "It was cancelled to the end of its term.",
    "unpaid": "Its term is over and was not renewed.",
    "immediate": "It was cancelled at once.",
    "phase_over": "The phase before it is over.",
    "window_over": "Nothing can bring it back any more.",
    "parent_changed": "It follows the contract it hangs on.",
    "doubt": "Something about the record cannot be true; a person looks at it first.",
}


def until(given: str | None, view: View) -> date:
    """The last day to look at: ten years from today, unless said; not further, and not back."""
    today = local_day(view.now, view.policy.zone)
    furthest = add_months(today, _YEARS * 12, today.day)
    if given is None:
        return furthest
    day = shapes.day("until", given)
    if not today <= day <= furthest:
        raise Invalid("until", f"is between {today} and {furthest}")
    return day


def forecast_json(found: Forecast, last_day: date) -> dict[str, Any]:
    return {
        "until": last_day,
        "whole": found.whole,
        "steps": [row for step in found.steps for row in _rows(step)],
    }


def _rows(step: Step) -> list[dict[str, Any]]:
    """One row for each event; what is paid and said stands beside the first."""
    if step.change is None:
        data = {"reason": step.parked}
        return [{"on": step.on, "type": "parked", "data": data, **_nothing(), **_why("doubt")}]
    first, *others = step.change.events
    charges = charges_json(step.change)
    messages = [message_json(message) for message in step.change.messages]
    told = _row(step.on, first) | {"charges": charges, "messages": messages}
    return [told, *(_row(step.on, event) for event in others)]


def _row(on: date, event: Event) -> dict[str, Any]:
    why = _why(str(event.data["why"]))
    return {"on": on, "type": event.type, "data": dict(event.data), **_nothing(), **why}


def _nothing() -> dict[str, list[Any]]:
    return {"charges": [], "messages": []}


def _why(code: str) -> dict[str, str]:
    return {"why": code, "detail": _WHY[code]}
