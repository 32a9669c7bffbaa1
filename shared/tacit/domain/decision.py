"""The answer of the core to a command: a change, or nothing to do. A refusal is raised."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from tacit.domain.ledger import Movement
from tacit.domain.money import Money
from tacit.domain.policy import Policy
from tacit.domain.values import (
    Account,
    Charge,
    Contract,
    Event,
    Message,
    Notice,
    Order,
    PlanChange,
    Task,
)


@dataclass(frozen=True, slots=True)
class Situation:
    """What a decision looks at. `contract` is None where none is registered under the id.
    `newest` is the provider's newest policy, under which a new term begins (G10); `siblings` is
    how many contracts hang on the parent already; `account` is the one that the command names to be
    charged, `notice` the one that is to be paid, `booked` with how much its period was ever paid
    under each reference, `notices` those that say what was paid;
    `carried_out` is the plan change that the command names, where it is history."""

    contract: Contract | None
    order: Order | None = None
    parent: Contract | None = None
    newest: Policy | None = None
    siblings: int = 0
    task: Task | None = None  # that somebody has done
    account: Account | None = None
    notice: Notice | None = None
    booked: Mapping[str, Money] = field(default_factory=dict)
    notices: tuple[Notice, ...] = ()
    carried_out: PlanChange | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """What will be committed, as one transaction: the values before and after, and the events.
    `due` values are derived from `contract` when it is written, never stored twice. `charges` are
    paid under `reference`, or from an account by the lines of `movement`. `stands_on` and
    `stands_on_order` must still be what they were. `notice` is one that no head carries, `task`
    what a person has to do, `finished` what one has done, `plan_change` what becomes history."""

    before: Contract | None
    contract: Contract
    events: tuple[Event, ...]
    order_before: Order | None = None
    order: Order | None = None
    charges: tuple[Charge, ...] = ()
    reference: str | None = None
    stands_on: Contract | None = None
    stands_on_order: Order | None = None
    movement: Movement | None = None
    notice: Notice | None = None
    task: Task | None = None
    finished: Task | None = None
    plan_change: PlanChange | None = None

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
