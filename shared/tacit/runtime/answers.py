"""Values as the JSON that clients read; the shapes are those of the doors' description."""

import json
from collections.abc import Mapping
from typing import Any

from tacit.domain.calendar import last_day_to_reactivate
from tacit.domain.decision import Change, Decision, NothingToDo
from tacit.domain.money import Money
from tacit.domain.outlook import Action, actions, next_step
from tacit.domain.phases import windows
from tacit.domain.plan_quote import change_params, waiting
from tacit.domain.restoration import Quote, windows_params
from tacit.domain.values import Charge, Event, Message, Notice, Role, Status, Task
from tacit.replies import Answer
from tacit.service import View, after

_NOTHING = {
    "already_cancelled": "Nothing to do: the cancellation is initiated already.",
    "not_cancelled": "Nothing to do: the contract is not cancelled.",
    "not_expired": "Nothing to do: the contract has not expired.",
    "unchanged": "Nothing to do: these are the particulars already.",
    "already_transferred": "Nothing to do: it has moved to another registrar already.",
    "already_renewed": "Nothing to do: the contract has been renewed from that day already.",
    "already_active": "Nothing to do: the contract has been activated already.",
    "already_paid": "Nothing to do: the notice was paid under this reference already.",
    "not_renewed": "Nothing to do: that period is not renewed.",
    "already_marked": "Nothing to do: the server is marked for removal already.",
    "not_marked": "Nothing to do: the server is not marked for removal.",
    "code_sent_already": "Nothing to do: this change waits for its code already.",
    "already_confirmed": "Nothing to do: the change has been confirmed already.",
    "older_than_known": "Nothing to do: the registry has been asked again since then.",
}


def money_json(money: Money) -> dict[str, str]:
    return {"amount": money.amount, "currency": money.currency}


def contract_json(view: View) -> dict[str, Any]:
    """One contract with what this person may do with it and what it will do next."""
    c = view.contract
    order = view.situation.order
    coming = next_step(view.situation, view.policy, view.now)
    over = c.status is Status.EXPIRED and not view.policy.follows_parent(c)
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
        "marked_servers": [server.id for server in c.servers if server.marked],
        "plan_change": _waiting_json(view),
        "plan_changed_on": c.plan_changed_on,
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
        **windows_params(windows(c, view.policy, c.ended_on or c.expires_on) if over else None),
        "closed_reason": c.closed_reason,
        "autorenewal": order.autorenewal if order else None,
        "policy": c.policy,
        "version": c.version,
        "actions": [
            action_json(a) for a in actions(view.situation, view.actor, view.policy, view.now)
        ],
        "next": {"action": coming.action, "on": coming.on} if coming else None,
    }


def _waiting_json(view: View) -> dict[str, object] | None:
    """The plan change that waits for its code."""
    there = waiting(view.contract, view.now)
    return change_params(view.contract, there) if there is not None else None


def action_json(action: Action) -> dict[str, Any]:
    return {
        "action": action.action,
        "allowed": action.allowed,
        "code": action.code,
        "params": action.params,
        "available_from": action.available_from,
    }


_MONEY = frozenset({"account_id", "reference", "short", "ahead"})


def event_json(event: Event, role: Role) -> dict[str, Any]:
    """Customers learn that staff acted, not who; staff sees the subject as well, and what whoever
    it was wrote about it."""
    for_staff = role is Role.STAFF
    shown: dict[str, Any] = {
        "type": event.type,
        "at": event.at,
        "actor": event.actor.role,
        "data": event_data(event, role),
    }
    if for_staff or event.actor.role not in (Role.STAFF, Role.JOB):
        shown["actor_id"] = event.actor.subject
    if for_staff:
        shown["note"] = event.note
    return shown


def charge_json(charge: Charge, account_id: str | None) -> dict[str, Any]:
    """One charge; without an account it is paid under a reference."""
    return {"account_id": account_id, "amount": money_json(charge.amount), "reason": charge.reason}


def notice_json(contract_id: str, notice: Notice) -> dict[str, Any]:
    """One notice, and where it could not be collected, why: what came first, how much is short on
    which account, and until when topping it up helps."""
    short = notice.short
    return {
        "id": f"{contract_id}:{notice.period_start}",
        "contract_id": contract_id,
        "period_start": notice.period_start,
        "amount": money_json(notice.amount),
        "status": notice.status,
        "due_on": notice.due_on,
        "made_on": notice.made_on,
        "tried_on": notice.tried_on,
        "why": short
        and {
            "code": short.code,
            "account_id": short.account_id,
            "short": money_json(short.short),
            "ahead": short.ahead,
            "until": short.until,
        },
        "account_id": notice.account_id,
        "reference": notice.reference,
    }


def task_json(task: Task) -> dict[str, Any]:
    """What a person has to do towards the holder of a contract."""
    return {
        "id": task.id,
        "contract_id": task.contract_id,
        "provider": task.provider,
        "what": task.what,
        "since": task.since,
    }


def quote_json(quote: Quote) -> dict[str, Any]:
    """What a restoration costs, and until when (exclusive) that holds: the earlier of what the
    provider promises and what the registry allows."""
    return {
        "charges": [
            {"reason": charge.reason, "amount": money_json(charge.amount)}
            for charge in quote.charges
        ],
        "total": money_json(quote.total),
        "expires_on": quote.expires_on,
        "until": quote.until,
        **windows_params(quote.windows),
    }


def event_data(event: Event, role: Role) -> dict[str, Any]:
    """A contact is not shown from which account it was paid, nor what else is paid from it."""
    if role in (Role.HOLDER, Role.STAFF):
        return dict(event.data)
    return {name: value for name, value in event.data.items() if name not in _MONEY}


def message_json(message: Message) -> dict[str, str]:
    return {"kind": message.kind, "channel": message.channel, "to": message.to}


def command_answer(view: View, decision: Decision, status: int = 200) -> Answer:
    """The answer of every command."""
    return Answer(status, dumps(command_body(view, decision)))


def command_body(view: View, decision: Decision) -> dict[str, Any]:
    """The contract afterwards, and what came of it."""
    seen = after(view, decision)
    events = decision.events if isinstance(decision, Change) else ()
    messages = decision.messages if isinstance(decision, Change) else ()
    return {
        "contract": contract_json(seen),
        "events": [{"type": e.type, "at": e.at, "data": dict(e.data)} for e in events],
        "charges": charges_json(decision),
        "messages": [message_json(message) for message in messages],
        "warnings": _warnings(decision),
    }


def charges_json(decision: Decision) -> list[dict[str, Any]]:
    if isinstance(decision, NothingToDo):
        return []
    account_id = decision.movement.account.id if decision.movement else None
    return [charge_json(charge, account_id) for charge in decision.charges]


def _warnings(decision: Decision) -> list[Mapping[str, str]]:
    """What a person should read before he asks for it without dry_run, or instead of an effect."""
    if isinstance(decision, NothingToDo):
        return [{"code": decision.code, "detail": _NOTHING.get(decision.code, "Nothing to do.")}]
    if decision.contract.status is Status.CLOSED:
        return [{"code": "final", "detail": "The contract is closed for good; nothing undoes it."}]
    return [_lost(event) for event in decision.events if "days_lost" in event.data]


def _lost(event: Event) -> Mapping[str, str]:
    """What cancelling at once costs the customer is said before and after (S13)."""
    days = event.data["days_lost"]
    detail = f"It ends now and not on {event.data['expires_on']}: {days} paid days are lost, and "
    return {"code": "paid_days_lost", "detail": f"{detail}with them whatever it was used for."}


def thing_answer(view: View, decision: Decision) -> Answer:
    """A PUT that changes what is there answers the thing itself."""
    return Answer(200, dumps(contract_json(after(view, decision))))


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
