"""A request's circumstances and its answer, and the key under which it is answered once.

An idempotency key's record is committed with the effect, so that it exists exactly when that does.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from tacit.store.keys import Key
from tacit.store.repository import IdempotencyRecord, Repository

_KEPT = timedelta(hours=24)


class KeyReused(Exception):
    """The idempotency key came with another request before."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What goes back over HTTP; `body` is JSON text, kept as it was for a repeated key."""

    status: int
    body: str


@dataclass(frozen=True, slots=True)
class Request:
    """The circumstances of a command: nothing is written for a dry run, and a repeated
    idempotency key (`key`, with the hash of what was asked) gets the first answer again."""

    dry_run: bool = False
    key: Key | None = None
    fingerprint: str = ""
    ttl: int = 0


def recorded(repository: Repository, request: Request, now: datetime) -> Answer | None:
    """The answer given to this idempotency key before; raises KeyReused for another request."""
    if request.key is None or request.dry_run:
        return None
    record = repository.idempotency(request.key)
    if record is None or record.valid_until <= now:
        return None
    if record.request != request.fingerprint:
        raise KeyReused
    return Answer(record.status, record.answer)


def record_of(request: Request, answer: Answer, now: datetime) -> IdempotencyRecord | None:
    """The record to commit with the effect, where the request brought a key."""
    if request.key is None:
        return None
    return IdempotencyRecord(
        key=request.key,
        request=request.fingerprint,
        status=answer.status,
        answer=answer.body,
        valid_until=now + _KEPT,
        ttl=request.ttl,
    )
