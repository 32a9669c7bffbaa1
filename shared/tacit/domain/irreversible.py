"""Which steps of a job cannot be taken back by running it again: what a fuse holds.

Everything else a job does helps somebody: a notice, a reminder, a warranty that steps in, a note of
why a charge was not possible. It goes out whatever the fuse says.
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from tacit.domain.decision import Change
from tacit.domain.values import Event

if TYPE_CHECKING:
    from tacit.domain.tickets.decision import OrderChange

_ENDS = {
    "contract.expired",
    "contract.inactivated",
    "contract.downgraded",
    "contract.phase_entered",
    "contract.closed",
    "ticket_order.cancelled",
}


def is_irreversible(change: "Change | OrderChange") -> bool:
    """Money is taken, or something ends."""
    charged = isinstance(change, Change) and change.movement is not None
    return charged or ends(change.events)


def ends(events: Iterable[Event]) -> bool:
    """Whether something came to its end."""
    return any(event.type in _ENDS for event in events)
