"""Reading the body of a command on a contract. Each reader is handed the actor once his role is
known, so that a role's no comes before anything that is wrong with the body."""

from collections.abc import Callable
from typing import Any

from tacit.domain.commands import Amend, Cancel, Command, Reactivate, Restore
from tacit.domain.refusals import Invalid, NotFound
from tacit.domain.values import Actor, Role
from tacit.runtime import shapes
from tacit.runtime.registration import read_amendment

Reading = Callable[[Actor], Command]


def amendment(body: dict[str, Any]) -> Reading:
    def read(actor: Actor) -> Amend:
        version, changes = read_amendment(body)
        return Amend(actor, version, changes)

    return read


def cancellation(body: dict[str, Any]) -> Reading:
    def read(actor: Actor) -> Cancel:
        fields = shapes.Body(body)
        mode = fields.may("mode", shapes.one_of("at_term", "immediate"))
        reason = fields.may("reason", shapes.prose(500))
        fields.end()
        return Cancel(actor, mode or "at_term", reason)

    return read


def reactivation(body: dict[str, Any]) -> Reading:
    def read(actor: Actor) -> Reactivate:
        shapes.Body(body).end()
        return Reactivate(actor)

    return read


def restoration(body: dict[str, Any]) -> Reading:
    """Staff names the reference it was paid under; there are no accounts to charge yet."""

    def read(actor: Actor) -> Restore:
        fields = shapes.Body(body)
        account = fields.may("account_id", shapes.identifier)
        reference = fields.may("reference", shapes.text(64))
        fields.end()
        if actor.role is Role.STAFF and account is not None:
            raise NotFound("account")
        if actor.role is Role.STAFF and reference is None:
            raise Invalid("reference", "is missing", "missing_field")
        return Restore(actor, reference or "")

    return read
