"""One decision in words, with what a person can do about it on that day."""

from datetime import date, timedelta

from tacit.domain.commands import Reactivate
from tacit.domain.days import day_start
from tacit.domain.decision import Change, Situation
from tacit.domain.household import Step
from tacit.domain.money import Money
from tacit.domain.policy import ActionRule, Channel, PlanChanging, Policy, RestoreRule
from tacit.domain.policy_courses import PEOPLE, answered
from tacit.domain.policy_examples import STAFF
from tacit.domain.refusals import Refused
from tacit.domain.restoration import Quote, quote
from tacit.domain.values import Contract, Event, Role, Status


def told(policy: Policy, step: Step) -> list[str]:
    """What happens on the day, what can be done about it, and who hears of it."""
    change = step.change
    if change is None:
        return [f"waits for a person: {step.parked}"]
    lines = [_event(policy, event, change.contract) for event in change.events]
    reminded = change.events[-1].type == "contract.expiry_noticed"
    if change.contract.status is Status.EXPIRED and not reminded:
        lines += _way_back(policy, change.contract, step.on)
    return lines + _said(change)


def _said(change: Change) -> list[str]:
    """A line for each channel through which something is said."""
    channels: dict[str, list[str]] = {}
    for message in change.messages:
        told_to = f"{message.kind} to the {message.to}"
        channels.setdefault(message.channel, []).append(told_to)
    names = {"email": "mail"}
    return [f"{names.get(each, each)}: {', '.join(said)}" for each, said in channels.items()]


def by_whom(rule: ActionRule | RestoreRule) -> str:
    people = ", ".join(role for role in Role if role in rule.by and role is not Role.JOB)
    if rule.channel is Channel.SUPPORT:
        return f"through support ({people})"
    return f"online ({people})"


def changing(rule: PlanChanging) -> list[str]:
    """How plans are changed (X1 to X3, X8, X10)."""
    kinds, days = ", ".join(sorted(rule.kinds)), rule.min_days_after_change
    left = "1 must be left" if days == 1 else f"{days} must be left"
    return [
        f"plan change ({kinds}): nothing is charged; the paid days that are left become days of "
        f"the new plan, by what a day costs, and at least {left}",
        _waiting(rule),
        "carried out once the code that is mailed is entered; from then on nothing is paid back",
    ]


def _waiting(rule: PlanChanging) -> str:
    if not rule.cooldown_days:
        return "as often as the customer likes"
    every = "day" if rule.cooldown_days == 1 else f"{rule.cooldown_days} days"
    parts = [f"one every {every}"]
    if rule.unlimited_option is not None:
        parts.append(f"with {rule.unlimited_option} as often as the customer likes")
    if rule.pass_option is not None:
        parts.append(f"{rule.pass_option} spares one wait, and is spent by it")
    return "; ".join(parts)


def _event(policy: Policy, event: Event, contract: Contract) -> str:
    data = event.data
    served = "served" if data.get("served") else "not served"
    match event.type:
        case "contract.cancelled" if data["mode"] == "immediate":
            return f"cancelled at once; {_days_left(event)}"
        case "contract.cancelled":
            return f"cancelled; {_taken_back(policy, event, contract)}"
        case "contract.inactivated":
            return f"inactive until {_eve(str(data['until_on']))}: switched off, not over"
        case "contract.downgraded":
            return f"goes on as {data['plan']} for nothing, and follows its parent"
        case "contract.followed":
            phase = f", phase {data['phase']}" if data["phase"] else ""
            return f"as its parent: {data['status']}{phase}"
        case "contract.expired":
            return f"expired: phase {data['phase']}, {served}"
        case "contract.phase_entered":
            return f"phase {data['phase']}, {served}"
        case "contract.closed":
            return f"closed: {data['closed_reason']}"
        case _:
            return _payment(event)


def _payment(event: Event) -> str:
    """What renewals, a warranty and notices of the end are told as."""
    data = event.data
    amount = f"{data['amount']} {data['currency']}" if data.get("amount") else "nothing"
    match event.type:
        case "contract.renewal_noticed":
            return f"the next term is to be paid until {data['due_on']}: {amount}"
        case "contract.renewal_unpaid":
            return f"not paid ({data['why']}); tried again every day"
        case "contract.renewed":
            return f"renewed until {_eve(str(data['expires_on']))} for {amount}"
        case "contract.activated":
            return f"active until {_eve(str(data['expires_on']))} for {amount}"
        case "contract.expiry_noticed":
            days = int(str(data["days_left"]))
            when = f"{days} days before" if days > 0 else f"{-days} days after"
            return f"reminded of the end, {when}"
        case "contract.warranted":
            return (
                f"renewed by its warranty until {_eve(str(data['expires_on']))}; {amount} is owed"
            )
        case "contract.warranty_contact":
            return f"still owed: step {data['step']} towards the holder, by {data['channel']}"
        case _:
            return event.type


def _days_left(event: Event) -> str:
    """What becomes of the days that are paid (R9)."""
    data, days = event.data, event.data["days_lost"]
    if data.get("money_back"):
        return f"{data['money_back']} {data['currency']} of {days} paid days come back"
    return f"{days} paid days are lost"


def _taken_back(policy: Policy, event: Event, contract: Contract) -> str:
    situation = Situation(contract)
    answers = [answered(situation, Reactivate(who), policy, event.at) for who in PEOPLE]
    last_day = event.data["last_day_to_reactivate"]
    if last_day is None or not any(isinstance(answer, Change) for answer in answers):
        return "served until the end, and not taken back"
    return f"served until the end, and taken back for nothing until {last_day}"


def _way_back(policy: Policy, contract: Contract, day: date) -> list[str]:
    """Who may bring it back, how, until when and for how much, asked on the phase's first day."""
    rule = next(
        (p.restore for p in policy.life_of(contract).phases if p.name == contract.phase), None
    )
    try:
        quoted = quote(contract, STAFF, policy, day_start(day, policy.zone))
    except Refused as no:
        return ["no way back"] if no.code == "not_restorable" else []
    last = min(filter(None, (quoted.until, contract.phase_ends_on)), default=None)
    until = f"until {_eve(last.isoformat())}" if last else "with no last day promised"
    who = by_whom(rule) if rule is not None else ""
    then = f"its term ends on {quoted.expires_on} then"
    lines = [f"comes back {until}, {who}, for {_price(quoted)}; {then}"]
    found = quoted.windows
    if found is not None and found.registry and found.registry != found.provider:
        lines += _both(found.provider, found.registry)
    return lines


def _both(provider: date | None, registry: date) -> list[str]:
    """Both dates, where the registry ends it earlier (G9)."""
    if provider is not None and provider < registry:
        return []
    promise = f"until {_eve(provider.isoformat())}" if provider else "without an end"
    last = _eve(registry.isoformat())
    return [f"the policy alone would let it come back {promise}; its registry does until {last}"]


def _price(quoted: Quote) -> str:
    if not quoted.charges:
        return "nothing (its term is paid)"
    charges = ", ".join(f"{each.reason} {each.amount.amount}" for each in quoted.charges)
    return f"{_amount(quoted.total)} ({charges})"


def _amount(money: Money) -> str:
    return f"{money.amount} {money.currency}"


def _eve(day: str) -> date:
    """The last day before one that is exclusive."""
    return date.fromisoformat(day) - timedelta(days=1)
