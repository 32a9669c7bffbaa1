"""Under which version of its provider's policy a ticket order stands."""

from tacit.domain.policy import Policy
from tacit.domain.refusals import Broken
from tacit.domain.tickets.values import TicketOrder
from tacit.policies import UnknownPolicy, newest, policy


def policy_of_order(order: TicketOrder) -> Policy:
    """The version that the order was placed under; Broken where it is not shipped."""
    try:
        return policy(order.policy)
    except UnknownPolicy:
        raise Broken(f"the policy {order.policy!r} is not shipped") from None


def policy_for(provider: str) -> Policy:
    """What a new order is placed under."""
    try:
        return newest(provider)
    except UnknownPolicy:
        raise Broken(f"no policy of {provider!r} is shipped") from None
