"""Reading the body of a command on a contract. Each reader is handed the actor once his role is
known, so that a role's no comes before anything that is wrong with the body."""

from collections.abc import Callable
from typing import Any

from tacit.domain.commands import (
    Amend,
    Cancel,
    Command,
    NoteRegistry,
    Reactivate,
    Restore,
    TransferOut,
)
from tacit.domain.refusals import Invalid
from tacit.domain.values import Actor
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
    """An account to be charged or, on staff's word, a reference it was paid under; never both, and
    neither where it costs nothing."""

    def read(actor: Actor) -> Restore:
        fields = shapes.Body(body)
        account_id = fields.may("account_id", shapes.identifier)
        reference = fields.may("reference", shapes.text(64))
        fields.end()
        if account_id is not None and reference is not None:
            raise Invalid("reference", "is not taken beside an account_id: it is paid once")
        return Restore(actor, reference, account_id)

    return read


def transfer_out(body: dict[str, Any]) -> Reading:
    def read(actor: Actor) -> TransferOut:
        shapes.Body(body).end()
        return TransferOut(actor)

    return read


def registry_dates(body: dict[str, Any]) -> Reading:
    def read(actor: Actor) -> NoteRegistry:
        fields = shapes.Body(body)
        expires_on = fields.need("registry_expires_on", shapes.day)
        fetched_at = fields.need("fetched_at", shapes.instant)
        fields.end()
        return NoteRegistry(actor, expires_on, fetched_at)

    return read
