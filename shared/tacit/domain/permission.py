"""Who may do what through which channel, and what is shown to whom, as the policy says (K3, K4,
K6)."""

from tacit.domain.policy import ActionRule, Channel, Policy
from tacit.domain.refusals import Refused
from tacit.domain.values import Actor, Contract, Role


def check_role(action: str, actor: Actor, policy: Policy) -> ActionRule:
    """The policy's rule for the action, unless it is somebody else's to take: `not_your_role`."""
    rule = policy.actions.get(action)
    if rule is None:
        raise Refused("not_offered", {"action": action, **policy.contact_params()})
    by_support = rule.channel is Channel.SUPPORT and actor.role is Role.HOLDER
    if not by_support:
        check_roles(rule.by, actor)
    return rule


def check_roles(roles: frozenset[Role], actor: Actor) -> None:
    """Raises Refused `not_your_role`, with the roles that may."""
    if actor.role not in roles:
        allowed = [str(role) for role in Role if role in roles]
        raise Refused("not_your_role", {"your_role": str(actor.role), "roles": allowed})


def permit(action: str, actor: Actor, policy: Policy) -> ActionRule:
    """As `check_role`, and through this door: what goes through support only is refused to the
    holder with `ask_support` and whom to ask."""
    rule = check_role(action, actor, policy)
    if rule.channel is Channel.SUPPORT and actor.role is not Role.STAFF:
        raise Refused("ask_support", {"action": action, **policy.contact_params()})
    return rule


def is_shown(contract: Contract, actor: Actor, policy: Policy) -> bool:
    """K4: what is over is out of a customer's sight, where the policy says so; never of staff's."""
    return actor.role is Role.STAFF or contract.status in policy.customer_sees


def check_shown(contract: Contract, actor: Actor, policy: Policy) -> None:
    """Raises Refused `gone_` and the status, with whom to ask: 410 at the doors."""
    if not is_shown(contract, actor, policy):
        raise Refused(f"gone_{contract.status}", policy.contact_params())
