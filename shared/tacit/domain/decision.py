"""The answer of the core to a command: a change, or nothing to do. A refusal is raised."""

from dataclasses import dataclass
from datetime import date

from tacit.domain.values import Charge, Contract, Event, Message, Order


@dataclass(frozen=True, slots=True)
class Situation:
    """What a decision looks at. `contract` is None where none is registered under the id."""

    contract: Contract | None
    order: Order | None = None
    parent: Contract | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """What will be committed, as one transaction: the values before and after, and the events.
    `due` values are derived from `contract` when it is written, never stored twice. `charges` are
    paid under `reference`."""

    before: Contract | None
    contract: Contract
    events: tuple[Event, ...]
    order_before: Order | None = None
    order: Order | None = None
    charges: tuple[Charge, ...] = ()
    reference: str | None = None

    @property
    def messages(self) -> tuple[Message, ...]:
        return tuple(message for event in self.events for message in event.messages)


@dataclass(frozen=True, slots=True)
class NothingToDo:
    """The wish is already fulfilled, or its day has not come. `code` says which; `again_on` is
    the day to look again, for a step of the calendar that waits."""

    contract: Contract
    code: str
    again_on: date | None = None


Decision = Change | NothingToDo
