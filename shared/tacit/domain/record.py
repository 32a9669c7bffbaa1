"""Turning a changed contract into a Change: the version rises, and the event gets its number."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from tacit.domain.decision import Change
from tacit.domain.policy import Policy
from tacit.domain.values import Actor, Contract, Event, Message, Scalar


def changed(
    before: Contract | None,
    after: Contract,
    event_type: str,
    data: Mapping[str, Scalar],
    by: Actor,
    policy: Policy,
    now: datetime,
) -> Change:
    """One change with one event. The event names the messages that follow from it, so that what
    a preview promises and what is sent come from the same line of the policy."""
    kind = event_type.removeprefix("contract.")
    channels = policy.messages.get(kind, ())
    event = Event(
        type=event_type,
        subject=after.id,
        provider=after.provider,
        number=after.events + 1,
        at=now,
        actor=by,
        data=data,
        messages=tuple(Message(kind, channel) for channel in channels),
    )
    stored = replace(after, version=after.version + 1, events=event.number)
    return Change(before, stored, (event,))
