"""Reading how a policy lets customers change plan (X1 to X8)."""

from collections.abc import Mapping

from tacit.domain.policy import Kind, Plan, PlanChanging
from tacit.domain.table_form import Table


def read_plan_change(
    table: Table | None, kinds: Mapping[str, Kind], plans: Mapping[str, Plan]
) -> PlanChanging | None:
    """None where the file has no such table."""
    if table is None:
        return None
    with table.whole():
        return PlanChanging(
            kinds=_kinds(table, kinds, plans),
            cooldown_days=table.number("cooldown_days", 0),
            min_days_after_change=table.number("min_days_after_change", 1),
            unlimited_option=_option(table, "unlimited_option"),
            pass_option=_option(table, "pass_option"),
        )


def _kinds(table: Table, kinds: Mapping[str, Kind], plans: Mapping[str, Plan]) -> frozenset[str]:
    """Those between whose plans there can be a change."""
    fitting = set()
    for name in dict.fromkeys(table.words("kinds")):
        says = _unfit(name, kinds, plans)
        if says is None:
            fitting.add(name)
        else:
            table.wrong("kinds", says, None)
    return frozenset(fitting)


def _unfit(name: str, kinds: Mapping[str, Kind], plans: Mapping[str, Plan]) -> str | None:
    """The days that are left are converted, which needs days that the contract has by itself and
    that can be given away."""
    kind = kinds.get(name)
    if kind is None:
        return f"there is no kind {name!r}"
    if kind.unique_label:
        return f"{name!r} is registered by its name for a fixed time, so its end cannot be moved"
    if kind.needs_parent:
        return f"{name!r} hangs on another contract, and goes by its days"
    if kind.prepaid:
        return f"{name!r} is cheaper paid ahead, so a day of it was not paid at its price"
    follower = next((p.id for p in plans.values() if p.kind == name and p.follows_parent), None)
    if follower is not None:
        return f"{name!r} has a plan without days of its own: {follower!r} follows its parent"
    return None


def _option(table: Table, name: str) -> str | None:
    option = table.take(name, str, None, name)
    return option if option != "" else table.wrong(name, "names no option", None)
