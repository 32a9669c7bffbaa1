"""To which plans a contract could be changed right now: each is quoted, and not taken up."""

from dataclasses import dataclass, field
from datetime import date, datetime

from tacit.domain.decision import Situation
from tacit.domain.permission import check_roles
from tacit.domain.plan_quote import Quote, Wanted, quote
from tacit.domain.policy import Policy
from tacit.domain.refusals import Refused
from tacit.domain.renewal import HOLDER_AND_STAFF
from tacit.domain.values import Actor, Contract


@dataclass(frozen=True, slots=True)
class Option:
    """One plan and quantity, and whether it can be had: a refusal's code, numbers and day."""

    wanted: Wanted
    code: str | None = None
    params: dict[str, object] = field(default_factory=dict)
    available_from: date | None = None


def options(
    situation: Situation, contract: Contract, actor: Actor, policy: Policy, now: datetime
) -> list[Option]:
    """Every plan of the kind with as many units as there are servers to stay, and the present plan
    with one unit fewer, which says what has to be removed for that. None where plans are not
    changed."""
    rule = policy.plan_change
    if rule is None or contract.kind not in rule.kinds:
        return []
    staying = sum(not server.marked for server in contract.servers)
    quantity = max(1, staying) if staying < len(contract.servers) else contract.quantity
    wishes = [Wanted(p.id, quantity) for p in policy.plans.values() if p.kind == contract.kind]
    if quantity > 1:
        wishes.append(Wanted(contract.plan, quantity - 1))
    sold = (wish for wish in wishes if wish.quantity <= _most(wish, policy))
    return [_option(situation, contract, wish, actor, policy, now) for wish in sold]


def _option(
    situation: Situation,
    contract: Contract,
    wanted: Wanted,
    actor: Actor,
    policy: Policy,
    now: datetime,
) -> Option:
    try:
        check_roles(HOLDER_AND_STAFF, actor)
        found = quote(situation, contract, wanted, policy, now)
    except Refused as no:
        return Option(wanted, no.code, no.params, no.available_from)
    return Option(wanted, params=_numbers(found))


def _numbers(found: Quote) -> dict[str, object]:
    return {
        "expires_on": found.new.expires_on.isoformat(),
        "remaining_days": found.new.remaining_days,
        "spends": found.spends,
    }


def _most(wanted: Wanted, policy: Policy) -> int:
    plan = policy.plans.get(wanted.plan)
    return plan.max_quantity if plan is not None else 0
