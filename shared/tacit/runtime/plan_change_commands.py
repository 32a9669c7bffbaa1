"""Reading the body of what is asked about plans and servers, once the actor's role is known."""

import re
from typing import Any

from tacit.domain.codes import DIGITS
from tacit.domain.commands import MarkServer, RequestPlanChange, ResendCode, UnmarkServer
from tacit.domain.plan_quote import Wanted
from tacit.domain.refusals import Invalid
from tacit.domain.values import Actor, Role
from tacit.runtime import shapes
from tacit.runtime.contract_commands import Reading

_CODE = re.compile(rf"[0-9]{{{DIGITS}}}\Z")
_code = shapes.matching(_CODE, f"expected the {DIGITS} digits of the mail, as a text", "012345")


def wanted(body: dict[str, Any]) -> Wanted:
    fields = shapes.Body(body)
    plan = fields.need("plan", shapes.identifier)
    quantity = fields.need("quantity", shapes.whole(1, 1_000_000))
    fields.end()
    return Wanted(plan, quantity)


def change_request(body: dict[str, Any]) -> Reading:
    def read(actor: Actor) -> RequestPlanChange:
        fields = shapes.Body(body)
        quote_id = fields.need("quote_id", shapes.text(256))
        fields.end()
        return RequestPlanChange(actor, quote_id)

    return read


def code_again(body: dict[str, Any], change_id: str) -> Reading:
    def read(actor: Actor) -> ResendCode:
        shapes.Body(body).end()
        return ResendCode(actor, change_id)

    return read


def confirmation(body: dict[str, Any], actor: Actor) -> tuple[str, str | None]:
    """The code, and why staff confirms for the holder; the holder gives no such reason."""
    fields = shapes.Body(body)
    code = fields.need("code", _code)
    reason = fields.may("on_behalf_reason", shapes.prose(500))
    fields.end()
    if actor.role is not Role.STAFF and reason is not None:
        raise Invalid("on_behalf_reason", "is staff's to give")
    if actor.role is Role.STAFF and not (reason or "").strip():
        reason_missing = "is missing: why staff confirms for the holder"
        raise Invalid("on_behalf_reason", reason_missing, "missing_field")
    return code, reason


def mark(body: dict[str, Any], server_id: str) -> Reading:
    def read(actor: Actor) -> MarkServer:
        fields = shapes.Body(body)
        confirm = fields.need("confirm", shapes.identifier)
        fields.end()
        return MarkServer(actor, server_id, confirm)

    return read


def unmark(body: dict[str, Any], server_id: str) -> Reading:
    def read(actor: Actor) -> UnmarkServer:
        shapes.Body(body).end()
        return UnmarkServer(actor, server_id)

    return read
