"""Plan changes, their quotes and the marks on servers as the JSON that clients read."""

from collections.abc import Mapping
from typing import Any

from tacit.domain.days import add_days, day_start, local_day
from tacit.domain.decision import Change, Decision
from tacit.domain.plan_change import is_over
from tacit.domain.plan_quote import LAPSED, WAITING, Quote, change_id
from tacit.domain.values import Actor, Contract, PlanChange, Role, Server, Terms
from tacit.replies import Answer
from tacit.runtime import answers
from tacit.service import View, after

_NO_REFUND = {
    "code": "no_refund",
    "detail": "After the change nothing of this contract is refunded any more, neither in money "
    "nor in tokens.",
}
# What is told of plan changes, and hidden with their history (X12).
PLAN_CHANGES = frozenset(
    {
        "contract.plan_change_requested",
        "contract.plan_change_code_resent",
        "contract.plan_change_lapsed",
        "contract.plan_changed",
        "contract.confirmed_on_behalf",
    }
)
_WITH_IT = ["data", "backups", "ip"]


def quote_json(quote: Quote) -> dict[str, Any]:
    """Both sides (X7, X9), what is lost (X2, X5), and until when it holds (exclusive)."""
    return {
        "id": quote.id,
        **_sides(quote.old, quote.new, quote.required_days, quote.lost),
        "spends": quote.spends,
        "valid_until": quote.valid_until,
    }


def change_json(view: View, contract: Contract, change: PlanChange) -> dict[str, Any]:
    """What was asked for. One that was not confirmed in time has lapsed, whatever is stored."""
    over = change.status == WAITING and view.now >= change.valid_until
    day, zone = local_day(change.requested_at, view.policy.zone), view.policy.zone
    return {
        "id": change_id(contract, change),
        "contract_id": contract.id,
        "status": LAPSED if over else change.status,
        "quote": {
            "id": change.quote_id,
            **_sides(change.old, change.new, change.required_days, change.lost),
            "spends": change.spends,
            "valid_until": day_start(add_days(day, 1), zone),
        },
        "requested_at": change.requested_at,
        "valid_until": change.valid_until,
    }


def history_json(contract: Contract, change: PlanChange, role: Role) -> dict[str, Any]:
    """One that was carried out (X11): both sides, when, and who confirmed it."""
    return {
        "id": change_id(contract, change),
        "contract_id": contract.id,
        "status": change.status,
        "from": _terms(change.old),
        "to": _terms(change.new),
        "removed_servers": [_server(server) for server in change.lost],
        "spent": change.spends,
        "requested_at": change.requested_at,
        "requested_by": _person(change.requested_by, role),
        "confirmed_at": change.confirmed_at,
        "confirmed_by": _person(change.confirmed_by, role) if change.confirmed_by else None,
    }


def requested_answer(view: View, decision: Decision) -> Answer:
    """The change: 201 where it is new, 200 where it waits already."""
    contract = decision.contract
    change = contract.plan_change
    body = change_json(view, contract, change) if change is not None else {}
    return Answer(201 if isinstance(decision, Change) else 200, answers.dumps(body))


def change_answer(view: View, decision: Decision) -> Answer:
    """A command's answer, with the change that it is about."""
    contract = decision.contract
    done = decision.plan_change if isinstance(decision, Change) else view.situation.carried_out
    change = None if history_is_hidden(view) else done or contract.plan_change
    told = change_json(view, contract, change) if change is not None else None
    body = {"plan_change": told, **answers.command_body(view, decision)}
    if isinstance(decision, Change) and decision.plan_change is not None:
        body["warnings"] = [*body["warnings"], _NO_REFUND]
    return Answer(200, answers.dumps(body))


def servers_answer(view: View, decision: Decision) -> Answer:
    """The contract, and what is lost with each server that is marked."""
    contract = decision.contract
    warnings = [_lost_for_good(server) for server in contract.servers if server.marked]
    told = answers.contract_json(after(view, decision))
    return Answer(200, answers.dumps({**told, "warnings": warnings}))


def told(params: Mapping[str, object]) -> dict[str, object]:
    """A refusal's parameters; the fresh quote among them as clients read it."""
    return {n: quote_json(v) if isinstance(v, Quote) else v for n, v in params.items()}


def _sides(old: Terms, new: Terms, required: int, lost: tuple[Server, ...]) -> dict[str, Any]:
    servers = [{"what": "server", **_server(server), "lost": _WITH_IT} for server in lost]
    return {
        "from": _terms(old),
        "to": _terms(new),
        "required_days": required,
        "losses": [*servers, {"what": "refund"}],
        "warnings": [_NO_REFUND, *(_lost_for_good(server) for server in lost)],
        "refundable": False,
    }


def _terms(terms: Terms) -> dict[str, Any]:
    return {
        "plan": terms.plan,
        "quantity": terms.quantity,
        "price": answers.money_json(terms.price),
        "term_months": terms.term_months,
        "expires_on": terms.expires_on,
        "remaining_days": terms.remaining_days,
    }


def _server(server: Server) -> dict[str, str]:
    return {"id": server.id, "ip": server.ip}


def _lost_for_good(server: Server) -> dict[str, Any]:
    detail = (
        f"Server {server.id} goes with the plan change: its data, its backups and its IP address "
        f"{server.ip} are lost for good. Until then it can be kept."
    )
    return {"code": "server_lost", "detail": detail, "server_id": server.id, "ip": server.ip}


def _person(actor: Actor, role: Role) -> dict[str, str]:
    """Customers learn that staff acted, not who."""
    named = role is Role.STAFF or actor.role is not Role.STAFF
    return {"role": str(actor.role), **({"id": actor.subject} if named else {})}


def history_is_hidden(view: View) -> bool:
    """X12: from the customer, once the service has expired."""
    return view.actor.role is not Role.STAFF and is_over(view.contract, view.policy, view.now)
