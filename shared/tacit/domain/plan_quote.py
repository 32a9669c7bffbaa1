"""What a change to another plan would do, or why it cannot be (X1 to X9, G11).

A quote is not stored. Its id names the wish, the day and a fingerprint of everything that it was
reckoned from: whoever takes it up reckons again, and holds the two ids against each other.
"""

from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256
from itertools import chain

from tacit.domain.conversion import converted, days_for_a_day, needed
from tacit.domain.days import LATEST, add_days, day_start, local_day
from tacit.domain.decision import Situation
from tacit.domain.phases import closed_refusal
from tacit.domain.policy import Plan, PlanChanging, Policy
from tacit.domain.refusals import Invalid, Refused
from tacit.domain.values import Contract, PlanChange, Server, Status, Terms

WAITING, CONFIRMED, LAPSED = "waiting", "confirmed", "lapsed"


@dataclass(frozen=True, slots=True)
class Wanted:
    """The plan and how many of it (X6)."""

    plan: str
    quantity: int


@dataclass(frozen=True, slots=True)
class Quote:
    """Both sides of a plan change. `required_days` are the fewest present days that would do (X8),
    `lost` the servers that go (X5), `spends` the option that is used up (X3). It holds before
    `valid_until`, the end of its local day (G11)."""

    id: str
    old: Terms
    new: Terms
    required_days: int
    lost: tuple[Server, ...]
    spends: str | None
    valid_until: datetime


def quote(
    situation: Situation,
    contract: Contract,
    wanted: Wanted,
    policy: Policy,
    now: datetime,
    taken_up: bool = False,
) -> Quote:
    """Raises Refused with what to do instead, Invalid for what is no plan and no quantity.
    `taken_up`: it is reckoned again for a change that waits; a cancellation that came between stays
    as it is (G12)."""
    plan = _plan(situation, wanted, policy)
    rule = offered(contract, policy)
    check_living(contract, policy, now)
    if not taken_up:
        _check_unbound(situation, contract, policy, now)
    _check_plan(situation, contract, plan, wanted, policy)
    return _quoted(contract, plan, wanted, rule, policy, local_day(now, policy.zone))


def _check_unbound(situation: Situation, contract: Contract, policy: Policy, now: datetime) -> None:
    """It goes on after its end, and no other change waits."""
    if contract.cancellation is not None:
        raise Refused("cancelled", {"expires_on": contract.expires_on.isoformat()})
    there = waiting(contract, now)
    if there is not None and _still_holds(situation, contract, there, policy, now):
        raise Refused("change_waiting", change_params(contract, there))


def _still_holds(
    situation: Situation, contract: Contract, change: PlanChange, policy: Policy, now: datetime
) -> bool:
    """One whose quote has been overtaken blocks nothing: it can never be confirmed (G11)."""
    wanted = Wanted(change.new.plan, change.new.quantity)
    try:
        again = quote(situation, contract, wanted, policy, now, taken_up=True)
        return again.id == change.quote_id
    except Refused:
        return False


def wanted_in(quote_id: str, contract: Contract) -> Wanted | None:
    """What a quote's id asks for; None where it is no id of a quote for this contract."""
    own, parts = f"{contract.id}:", quote_id.rsplit(":", 3)
    if not quote_id.startswith(own) or len(parts) < 4:
        return None
    plan, quantity = parts[0][len(own) :], parts[1]
    whole = quantity.isascii() and quantity.isdecimal() and len(quantity) < 8
    if not plan or not whole or quantity.startswith("0"):
        return None
    return Wanted(plan, int(quantity))


def waiting(contract: Contract, now: datetime) -> PlanChange | None:
    """The change that waits for its code; one whose time is over has lapsed by itself (X10)."""
    change = contract.plan_change
    if change is None or change.status != WAITING or now >= change.valid_until:
        return None
    return change


def change_id(contract: Contract, change: PlanChange) -> str:
    return f"{contract.id}:{change.number}"


def number_in(asked: str, contract: Contract) -> int | None:
    """The number in the id of a plan change; None where it is no id of one of this contract."""
    own, _, number = asked.rpartition(":")
    fits = number.isascii() and number.isdecimal() and len(number) <= 10
    return int(number) if own == contract.id and fits else None


def change_params(contract: Contract, change: PlanChange) -> dict[str, object]:
    return {
        "change_id": change_id(contract, change),
        "valid_until": change.valid_until.isoformat().replace("+00:00", "Z"),
    }


def offered(contract: Contract, policy: Policy) -> PlanChanging:
    rule = policy.plan_change
    if rule is None or contract.kind not in rule.kinds:
        raise Refused("not_offered", {"action": "change_plan", **policy.contact_params()})
    return rule


def _plan(situation: Situation, wanted: Wanted, policy: Policy) -> Plan:
    newest = situation.newest
    plan = policy.plans.get(wanted.plan) or (newest.plans.get(wanted.plan) if newest else None)
    if plan is None:
        raise Invalid("plan", f"{policy.provider} has no plan {wanted.plan!r}", "unknown_plan")
    if wanted.quantity > plan.max_quantity:
        raise Invalid("quantity", f"at most {plan.max_quantity} of this plan", "too_many")
    return plan


def check_living(contract: Contract, policy: Policy, now: datetime) -> None:
    """Raises Refused unless it is served: paid days are what a change is made of."""
    match contract.status:
        case Status.CLOSED:
            raise closed_refusal(contract, policy)
        case Status.EXPIRED:
            raise Refused("expired", policy.contact_params())
        case Status.PENDING:
            raise Refused("not_active_yet", {"status": str(contract.status)})
        case Status.INACTIVE:
            raise Refused("inactive", policy.contact_params())
        case Status.ACTIVE | Status.NON_RENEWING:
            pass
    today = local_day(now, policy.zone)
    if today >= contract.expires_on:
        raise Refused("expired", policy.contact_params())
    if today < contract.starts_on:
        starts_on = contract.starts_on
        raise Refused("not_yet", {"starts_on": starts_on.isoformat()}, available_from=starts_on)


def _check_plan(
    situation: Situation, contract: Contract, plan: Plan, wanted: Wanted, policy: Policy
) -> None:
    """The contract keeps the version that its term began under (G10), so the plan must be one of
    that version's; but nobody moves to what is not sold any more."""
    if plan.kind != contract.kind:
        params = {"plan": plan.id, "kind": plan.kind, "contract_kind": contract.kind}
        raise Refused("other_kind", params)
    if plan.id not in policy.plans:
        params = {"plan": plan.id, "policy": policy.name}
        raise Refused("plan_from_next_term", params, available_from=contract.expires_on)
    today = (situation.newest or policy).plans.get(plan.id)
    if today is None or not (plan.orderable and today.orderable):
        raise Refused("plan_not_sold", {"plan": plan.id})
    if wanted == Wanted(contract.plan, contract.quantity):
        raise Refused("same_plan", {"plan": plan.id, "quantity": wanted.quantity})


def _quoted(
    contract: Contract,
    plan: Plan,
    wanted: Wanted,
    rule: PlanChanging,
    policy: Policy,
    today: date,
) -> Quote:
    _check_value(contract, plan, today)
    spends = _check_cooldown(contract, rule, today)
    _check_servers(contract, wanted)
    ratio = days_for_a_day(contract, plan.price.minor, wanted.quantity, plan.term_months)
    remaining = (contract.expires_on - today).days
    required = needed(rule.min_days_after_change, ratio)
    if remaining < required:
        params: dict[str, object] = {"required_days": required, "remaining_days": remaining}
        raise Refused("insufficient_remaining_days", params)
    new_days = converted(remaining, ratio)
    if new_days > (LATEST - today).days:
        raise Refused("change_too_far", {"latest": LATEST.isoformat(), "new_days": new_days})
    old = Terms(
        contract.plan,
        contract.quantity,
        contract.price,
        contract.term_months,
        contract.expires_on,
        remaining,
    )
    new_end = add_days(today, new_days)
    new = Terms(plan.id, wanted.quantity, plan.price, plan.term_months, new_end, new_days)
    lost = tuple(server for server in contract.servers if server.marked)
    return Quote(
        id=_id(contract, old, new, (required, spends), lost, today),
        old=old,
        new=new,
        required_days=required,
        lost=lost,
        spends=spends,
        valid_until=day_start(add_days(today, 1), policy.zone),
    )


def _check_value(contract: Contract, plan: Plan, today: date) -> None:
    """What was not paid for cannot become days, and what costs nothing has no end to reckon."""
    why = None
    if contract.owed is not None:
        why = "owed"
    elif contract.trial_until is not None and today < contract.trial_until:
        why = "trial"
    elif contract.price.minor == 0 or plan.price.minor == 0:
        why = "free"
    if why is not None:
        raise Refused("nothing_to_convert", {"why": why, "plan": plan.id})


def _check_cooldown(contract: Contract, rule: PlanChanging, today: date) -> str | None:
    """X3: the pass that this change would spend; None where it needs none."""
    last = contract.plan_changed_on
    if last is None or rule.unlimited_option in contract.options:
        return None
    first_day = add_days(last, rule.cooldown_days)
    if today >= first_day:
        return None
    if rule.pass_option in contract.options:
        return rule.pass_option
    params = {
        "cooldown_days": rule.cooldown_days,
        "changed_on": last.isoformat(),
        "allowed_now_with": [o for o in (rule.unlimited_option, rule.pass_option) if o],
    }
    raise Refused("cooldown", params, available_from=first_day)


def _check_servers(contract: Contract, wanted: Wanted) -> None:
    """X4: as many servers stay as are paid for; none is removed that could stay."""
    staying = sum(not server.marked for server in contract.servers)
    marked = len(contract.servers) - staying
    if staying > wanted.quantity:
        params = {
            "to_remove": staying - wanted.quantity,
            "staying": staying,
            "quantity": wanted.quantity,
        }
        raise Refused("servers_to_remove", params)
    if marked and staying < wanted.quantity:
        to_keep = min(marked, wanted.quantity - staying)
        params = {"to_keep": to_keep, "staying": staying, "quantity": wanted.quantity}
        raise Refused("servers_to_keep", params)


def _id(
    contract: Contract,
    old: Terms,
    new: Terms,
    asked: tuple[int, str | None],
    lost: tuple[Server, ...],
    today: date,
) -> str:
    """Everything that was reckoned with and told is in the fingerprint, and nothing else: an
    unrelated change leaves a quote as it is. `asked` are the days it takes and the option."""
    servers = sorted(server.id for server in lost)
    told = (contract.id, today, *asked, *chain(_told(old), _told(new)), *servers)
    print_ = sha256("\0".join(map(str, told)).encode()).hexdigest()[:32]
    return f"{contract.id}:{new.plan}:{new.quantity}:{today}:{print_}"


def _told(terms: Terms) -> tuple[object, ...]:
    price = terms.price
    return (
        terms.plan,
        terms.quantity,
        price.minor,
        price.currency,
        terms.term_months,
        terms.expires_on,
    )
