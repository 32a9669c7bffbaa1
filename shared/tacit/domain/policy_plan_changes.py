"""What is wrong with how a policy lets its customers change plan (X1 to X10), and what its author
should know about it."""

from collections.abc import Iterator

from tacit.domain.policy import PlanChanging, Policy
from tacit.domain.table_form import Finding

# What is mailed when a change is asked for, and once it is carried out.
CODE, DONE = "plan_change_code", "plan_changed"


def errors_of_changing(policy: Policy) -> Iterator[Finding]:
    """A change that nobody can ever make, confirm or hurry."""
    rule = policy.plan_change
    if rule is None:
        return
    if not rule.kinds:
        yield Finding("plan_change.kinds", "names no kind, so nobody can ever change")
    for kind in sorted(rule.kinds):
        says = _nowhere_to_go(policy, kind)
        if says is not None:
            yield Finding("plan_change.kinds", f"{kind!r} {says}")
    if rule.pass_option is not None and rule.pass_option == rule.unlimited_option:
        says = f"{rule.pass_option!r} is the unlimited_option, too: it could never be spent"
        yield Finding("plan_change.pass_option", says)
    if not policy.messages.get(CODE):
        says = "is not sent, so nobody would have the code that a change is confirmed with (X10)"
        yield Finding(f"messages.{CODE}", says)


def warnings_of_changing(policy: Policy) -> Iterator[Finding]:
    """What can be meant, and surprises all the same."""
    rule = policy.plan_change
    if rule is None:
        return
    yield from _nothing_to_lift(rule)
    for index, plan in enumerate(policy.plans.values()):
        if plan.kind in rule.kinds and not plan.price.minor:
            says = f"{plan.id!r} is for nothing, so nobody can change to it, or from it"
            yield Finding(f"plans[{index}].price", says)
    if not policy.messages.get(DONE):
        says = "is not sent: a holder does not hear that his plan and his expiry have changed"
        yield Finding(f"messages.{DONE}", says)


def _nowhere_to_go(policy: Policy, kind: str) -> str | None:
    """A change leads to another plan that is sold, or to another quantity of one. What costs
    nothing has no days that could be converted."""
    plans = [plan for plan in policy.plans.values() if plan.kind == kind and plan.price.minor]
    sold = [plan for plan in plans if plan.orderable]
    if not sold:
        return "has no plan with a price that is sold, so nobody can ever change"
    if len(plans) == 1 and sold[0].max_quantity == 1:
        return "has one plan with a price, of one unit, so nobody can ever change"
    return None


def _nothing_to_lift(rule: PlanChanging) -> Iterator[Finding]:
    for name in ("unlimited_option", "pass_option"):
        option = getattr(rule, name)
        if option is not None and not rule.cooldown_days:
            says = f"{option!r} changes nothing: with cooldown_days = 0 nobody ever waits"
            yield Finding(f"plan_change.{name}", says)
