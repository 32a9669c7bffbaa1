"""Reading the body of a command on an order, and writing orders as clients read them."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from tacit.domain.ordering import (
    Arrange,
    AsItIs,
    Detach,
    Ordering,
    Rearranged,
    Switch,
)
from tacit.domain.refusals import Invalid
from tacit.domain.registration import CONTRACTS_IN_AN_ORDER
from tacit.domain.values import Actor, Order
from tacit.policies import shipped
from tacit.replies import Answer
from tacit.runtime import shapes
from tacit.runtime.answers import contract_json, dumps
from tacit.service import View

_NOTHING = {
    "already_on": "Nothing to do: autorenewal is on already.",
    "already_off": "Nothing to do: autorenewal is off already.",
    "arranged_already": "Nothing to do: the order is like this already.",
    "alone_already": "Nothing to do: the contract is alone in its order already.",
}


def switching(data: dict[str, Any], actor: Actor) -> Switch:
    body = shapes.Body(data)
    wanted = Switch(actor, body.need("enabled", shapes.flag))
    body.end()
    return wanted


def arrangement(order_id: str, data: dict[str, Any], actor: Actor) -> Arrange:
    """The body of PUT /orders/{id}; raises Invalid."""
    body = shapes.Body(data)
    if body.may("id", shapes.order_id) not in (None, order_id):
        raise Invalid("id", f"the path says {order_id!r}")
    provider = body.need("provider", shapes.identifier)
    wanted = Arrange(
        actor,
        order_id,
        provider,
        body.need("holder", shapes.subject),
        body.may("autorenewal", shapes.flag),
        body.may("contracts", shapes.list_of(shapes.identifier, CONTRACTS_IN_AN_ORDER)) or (),
    )
    body.end()
    if len(set(wanted.contracts)) < len(wanted.contracts):
        raise Invalid("contracts", "one of them is named twice")
    if provider not in shipped():
        reason = f"no provider {provider!r} is known here"
        raise Invalid("provider", reason, "unknown_provider")
    return wanted


def detachment(data: dict[str, Any], actor: Actor) -> Detach:
    body = shapes.Body(data)
    wanted = Detach(actor, body.need("contract_id", shapes.identifier))
    body.end()
    return wanted


def order_json(order: Order) -> dict[str, Any]:
    return {
        "id": order.id,
        "provider": order.provider,
        "holder": order.holder,
        "autorenewal": order.autorenewal,
        "contracts": order.contracts,
        "version": order.version,
    }


def order_answer(decision: Ordering) -> Answer:
    """A PUT answers the thing itself, and beside it what came of the request."""
    status = 201 if isinstance(decision, Rearranged) and decision.is_new else 200
    return Answer(status, dumps({**order_json(decision.order), **_outcome(decision)}))


def contract_answer(view: View, decision: Ordering) -> Answer:
    """The contract with its order's switch as it is now."""
    seen = replace(view, situation=replace(view.situation, order=decision.order))
    return Answer(200, dumps({**contract_json(seen), **_outcome(decision)}))


def detached_answer(view: View, decision: Ordering) -> Answer:
    """The answer of every command: the contract, and the order it has left."""
    contract, order = view.contract, view.situation.order
    if isinstance(decision, Rearranged):
        contract, order = decision.moves[0].contract, decision.orders[1][1]
    situation = replace(view.situation, contract=contract, order=order)
    body = {
        "contract": contract_json(replace(view, contract=contract, situation=situation)),
        "order": order_json(decision.order),
        **_outcome(decision),
        "charges": [],
        "messages": [],
    }
    return Answer(200, dumps(body))


def _outcome(decision: Ordering) -> dict[str, Any]:
    events = decision.all_events if isinstance(decision, Rearranged) else ()
    return {
        "events": [{"type": e.type, "at": e.at, "data": dict(e.data)} for e in events],
        "warnings": _warnings(decision),
    }


def _warnings(decision: Ordering) -> list[Mapping[str, Any]]:
    """Whoever turns the switch answers for it and is advised to look after it (R2)."""
    found: list[Mapping[str, Any]] = []
    if isinstance(decision, AsItIs):
        found.append({"code": decision.code, "detail": _NOTHING[decision.code]})
    elif any(event.type == "order.autorenewal_switched" for event in decision.events):
        detail = "Please look at it again from time to time: it is the holder's to answer for."
        found.append({"code": "holders_to_check", "detail": detail})
    if decision.still_cancelled:
        names = ", ".join(decision.still_cancelled)
        detail = f"The switch undoes no cancellation: {names} will still end. Reactivate it first."
        ids = {"contracts": decision.still_cancelled}
        found.append({"code": "still_cancelled", "detail": detail, **ids})
    return found
