"""All commands on ticket orders, and their calendar, on one screen."""

from datetime import datetime
from typing import assert_never

from tacit.domain.permission import check_roles
from tacit.domain.policy import Policy
from tacit.domain.refusals import NotFound
from tacit.domain.tickets.admission import admit
from tacit.domain.tickets.cancelling import cancel, exchange
from tacit.domain.tickets.commands import (
    Admit,
    CancelTickets,
    ComeDue,
    Command,
    Exchange,
    Pay,
    Place,
    RefundCredit,
    ReviveOrder,
)
from tacit.domain.tickets.deadline import come_due
from tacit.domain.tickets.decision import Decision, Standing
from tacit.domain.tickets.paying import pay, refund_credit, revive
from tacit.domain.tickets.placing import place
from tacit.domain.values import Role

ORGANISER_AND_STAFF = frozenset({Role.ORGANISER, Role.STAFF})


def decide(standing: Standing, command: Command, policy: Policy, now: datetime) -> Decision:
    """What `command` does to the order at this instant. Raises Refused, Invalid, NotFound."""
    order = standing.order
    if not isinstance(command, ComeDue):
        check_roles(ORGANISER_AND_STAFF, command.by)
    if isinstance(command, Place):
        return place(standing, command, policy, now)
    if order is None:
        raise NotFound("ticket order")
    match command:
        case Pay():
            return pay(standing, order, command, policy, now)
        case CancelTickets():
            return cancel(order, command, policy, now)
        case Exchange():
            return exchange(standing, order, command, now)
        case ReviveOrder():
            return revive(standing, order, command, policy, now)
        case RefundCredit():
            return refund_credit(order, command, policy, now)
        case Admit():
            return admit(order, command, now)
        case ComeDue():
            return come_due(order, command.by, policy, now)
        case _:
            assert_never(command)
