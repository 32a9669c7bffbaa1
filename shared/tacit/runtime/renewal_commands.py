"""Reading the body of a command that pays for a term, once the actor's role is known."""

from datetime import date
from typing import Any

from tacit.domain.commands import (
    Activate,
    FinishTask,
    PayNotice,
    Renew,
    ReverseRenewal,
    SetWarranty,
)
from tacit.domain.permission import check_roles
from tacit.domain.refusals import Invalid
from tacit.domain.renewal import HOLDER_AND_STAFF
from tacit.domain.values import Actor, Role
from tacit.runtime import shapes
from tacit.runtime.contract_commands import Reading


def check_payer(actor: Actor) -> None:
    """Who pays is the holder, or staff for him (`not_your_role`)."""
    check_roles(HOLDER_AND_STAFF, actor)


def activation(body: dict[str, Any]) -> Reading:
    """An account, or staff's reference; a trial wants neither."""

    def read(actor: Actor) -> Activate:
        fields = shapes.Body(body)
        account_id = fields.may("account_id", shapes.identifier)
        reference = fields.may("reference", shapes.text(64))
        fields.end()
        if account_id is not None and reference is not None:
            raise Invalid("reference", "is not taken beside an account_id: it is paid once")
        if reference is not None and actor.role is not Role.STAFF:
            raise Invalid("reference", "is staff's word; name an account_id")
        return Activate(actor, account_id, reference)

    return read


def renewal(body: dict[str, Any]) -> Reading:
    def read(actor: Actor) -> Renew:
        fields = shapes.Body(body)
        current = fields.need("current_expires_on", shapes.day)
        account_id = fields.need("account_id", shapes.identifier)
        fields.end()
        return Renew(actor, current, account_id)

    return read


def reversal(body: dict[str, Any]) -> Reading:
    def read(actor: Actor) -> ReverseRenewal:
        fields = shapes.Body(body)
        period_start = fields.need("period_start", shapes.day)
        reason = fields.need("reason", shapes.prose(500))
        fields.end()
        return ReverseRenewal(actor, period_start, reason)

    return read


def payment(body: dict[str, Any], period_start: date) -> Reading:
    def read(actor: Actor) -> PayNotice:
        fields = shapes.Body(body)
        reference = fields.need("reference", shapes.text(64))
        fields.end()
        return PayNotice(actor, period_start, reference)

    return read


def warranty(body: dict[str, Any], *, wanted: bool) -> Reading:
    def read(actor: Actor) -> SetWarranty:
        shapes.Body(body).end()
        return SetWarranty(actor, wanted)

    return read


def done(body: dict[str, Any], task_id: str) -> Reading:
    def read(actor: Actor) -> FinishTask:
        shapes.Body(body).end()
        return FinishTask(actor, task_id)

    return read
