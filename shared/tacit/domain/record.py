"""Turning a changed contract into a Change: the version rises, and the events get their numbers."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from tacit.domain.decision import Change
from tacit.domain.notices import in_step
from tacit.domain.policy import Policy
from tacit.domain.values import Actor, Contract, Event, Message, Scalar
from tacit.domain.waiting import back_at_work


def changed(
    before: Contract | None,
    after: Contract,
    event_type: str,
    data: Mapping[str, Scalar],
    by: Actor,
    policy: Policy,
    now: datetime,
    says: str | None = None,
    note: str | None = None,
) -> Change:
    """One change with one event. The event names the messages that follow from it, so that what
    a preview promises and what is sent come from the same line of the policy. `says` is the
    message's kind where it is not the event's own name, `note` what the actor wrote about it."""
    after = in_step(back_at_work(after, policy, now))
    event = Event(
        type=event_type,
        subject=after.id,
        provider=after.provider,
        number=after.events + 1,
        at=now,
        actor=by,
        data=data,
        messages=_messages(says or event_type.removeprefix("contract."), after.kind, policy),
        note=note,
    )
    stored = replace(after, version=after.version + 1, events=event.number)
    return Change(before, stored, (event,))


def quietly(before: Contract, after: Contract) -> Change:
    """A change that nobody needs to hear of: no event, one version."""
    return Change(before, replace(after, version=after.version + 1), ())


def and_then(first: Change, second: Change) -> Change:
    """Two steps that are one decision: both events, one version. What the second would say is left
    out: the first has said it all."""
    quiet = tuple(replace(event, messages=()) for event in second.events)
    contract = replace(second.contract, version=first.contract.version)
    return replace(second, before=first.before, contract=contract, events=first.events + quiet)


def and_at_last(first: Change, second: Change) -> Change:
    """Two steps that are one decision, of which the second is the news: what the first would say is
    left out where the second says something."""
    quiet = tuple(replace(event, messages=()) for event in first.events)
    heard = quiet if second.messages else first.events
    contract = replace(second.contract, version=first.contract.version)
    return replace(second, before=first.before, contract=contract, events=heard + second.events)


def _messages(said: str, kind: str, policy: Policy) -> tuple[Message, ...]:
    to_staff = policy.kinds[kind].staff_messages.get(said, ())
    return (
        *(Message(said, channel) for channel in policy.messages.get(said, ())),
        *(Message(said, channel, "staff") for channel in to_staff),
    )
