"""Values as the JSON that clients read; the shapes are those of the doors' description."""

import json
from collections.abc import Mapping
from typing import Any

from tacit.domain.calendar import last_day_to_reactivate
from tacit.domain.decision import Change, Decision, NothingToDo
from tacit.domain.money import Money
from tacit.domain.outlook import Action, actions, next_step
from tacit.domain.restoration import Quote
from tacit.domain.values import Charge, Event, Role, Status
from tacit.service import Answer, View, after

_NOTHING = {
    "already_cancelled": "Nothing to do: the cancellation is initiated already.",
    "not_cancelled": "Nothing to do: the contract is not cancelled.",
    "not_expired": "Nothing to do: the contract has not expired.",
    "unchanged": "Nothing to do: these are the particulars already.",
}


def money_json(money: Money) -> dict[str, str]:
    return {"amount": money.amount, "currency": money.currency}


def contract_json(view: View) -> dict[str, Any]:
    """One contract with what this person may do with it and what it will do next."""
    c = view.contract
    order = view.situation.order
    coming = next_step(view.situation, view.policy, view.now)
    return {
        "id": c.id,
        "provider": c.provider,
        "kind": c.kind,
        "label": c.label,
        "tld": c.tld,
        "plan": c.plan,
        "quantity": c.quantity,
        "holder": c.holder,
        "billing_contact": c.billing_contact,
        "technical_contact": c.technical_contact,
        "email": c.email,
        "locale": c.locale,
        "order_id": c.order_id,
        "parent_id": c.parent_id,
        "term_months": c.term_months,
        "price": money_json(c.price),
        "starts_on": c.starts_on,
        "expires_on": c.expires_on,
        "anchor_day": c.anchor_day,
        "registry_expires_on": c.registry_expires_on,
        "options": c.options,
        "servers": [{"id": server.id, "ip": server.ip} for server in c.servers],
        "renewal_warranty": c.renewal_warranty,
        "status": c.status,
        "cancellation": c.cancellation
        and {
            "mode": c.cancellation.mode,
            "on": c.cancellation.on,
            "reason": c.cancellation.reason,
        },
        "last_day_to_reactivate": last_day_to_reactivate(c),
        "phase": c.phase,
        "restorable_until": c.restorable_until,
        "closed_reason": c.closed_reason,
        "autorenewal": order.autorenewal if order else None,
        "policy": c.policy,
        "version": c.version,
        "actions": [
            action_json(a) for a in actions(view.situation, view.actor, view.policy, view.now)
        ],
        "next": {"action": coming.action, "on": coming.on} if coming else None,
    }


def action_json(action: Action) -> dict[str, Any]:
    return {
        "action": action.action,
        "allowed": action.allowed,
        "code": action.code,
        "params": action.params,
        "available_from": action.available_from,
    }


def event_json(event: Event, for_staff: bool) -> dict[str, Any]:
    """Customers learn that staff acted, not who; staff sees the subject as well."""
    shown: dict[str, Any] = {
        "type": event.type,
        "at": event.at,
        "actor": event.actor.role,
        "data": dict(event.data),
    }
    if for_staff or event.actor.role not in (Role.STAFF, Role.JOB):
        shown["actor_id"] = event.actor.subject
    return shown


def charge_json(charge: Charge) -> dict[str, Any]:
    """One charge; without an account it is paid under a reference."""
    return {"account_id": None, "amount": money_json(charge.amount), "reason": charge.reason}


def quote_json(quote: Quote) -> dict[str, Any]:
    """What a restoration costs, and until when (exclusive) that holds."""
    return {
        "charges": [
            {"reason": charge.reason, "amount": money_json(charge.amount)}
            for charge in quote.charges
        ],
        "total": money_json(quote.total),
        "expires_on": quote.expires_on,
        "until": quote.until,
    }


def command_answer(view: View, decision: Decision, status: int = 200) -> Answer:
    """The answer of every command: the contract afterwards, and what came of it."""
    seen = after(view, decision)
    events = decision.events if isinstance(decision, Change) else ()
    messages = decision.messages if isinstance(decision, Change) else ()
    charges = decision.charges if isinstance(decision, Change) else ()
    body = {
        "contract": contract_json(seen),
        "events": [{"type": e.type, "at": e.at, "data": dict(e.data)} for e in events],
        "charges": [charge_json(charge) for charge in charges],
        "messages": [{"kind": m.kind, "channel": m.channel} for m in messages],
        "warnings": _warnings(decision),
    }
    return Answer(status, dumps(body))


def _warnings(decision: Decision) -> list[Mapping[str, str]]:
    """What a person should read before he asks for it without dry_run, or instead of an effect."""
    if isinstance(decision, NothingToDo):
        return [{"code": decision.code, "detail": _NOTHING.get(decision.code, "Nothing to do.")}]
    if decision.contract.status is Status.CLOSED:
        return [{"code": "final", "detail": "The contract is closed for good; nothing undoes it."}]
    return []


def registered_answer(view: View, decision: Decision) -> Answer:
    """A PUT answers the thing itself: 201 where it is new, 200 where it was there."""
    status = 201 if isinstance(decision, Change) else 200
    return Answer(status, dumps(contract_json(after(view, decision))))


def dumps(body: Any) -> str:
    return json.dumps(body, default=_text, separators=(",", ":"), ensure_ascii=False)


def _text(value: Any) -> str:
    """Dates as ISO, instants in UTC with a Z."""
    text: str = value.isoformat()
    return text.replace("+00:00", "Z")
