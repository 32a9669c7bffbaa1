"""Reading a policy's table into values, and saying in plain words what is wrong with it.

Every field that a policy file may carry is read here or in the form of its table, such as
`kind_form`; one that is left over is an error, so that a misspelt number is never silently
replaced by a default.
"""

from collections.abc import Callable, Mapping
from typing import TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from tacit.domain.fuse_form import read_fuse
from tacit.domain.kind_form import money, read_kind, read_messages, spelt_small
from tacit.domain.money import Money, NotMoney
from tacit.domain.plan_change_form import read_plan_change
from tacit.domain.policy import (
    ACTIONS,
    MESSAGE_KINDS,
    MODES,
    ActionRule,
    Channel,
    Contact,
    Kind,
    Plan,
    Policy,
    Renewal,
    ShortBalance,
)
from tacit.domain.table_form import MOST_MONTHS, REQUIRED, Finding, FormError, Table
from tacit.domain.tickets.rules_form import read_ticketing
from tacit.domain.values import Role, Status

T = TypeVar("T")
_NO_CURRENCY = "XXX"  # ISO 4217: none

# A policy file is wrong; the message names the field by its path in the file.
PolicyError = FormError


def read_policy(data: Mapping[str, object]) -> Policy:
    """A whole policy from its parsed TOML; raises PolicyError for the first thing wrong."""
    return _policy(Table(data, ""))


def read_with_findings(data: Mapping[str, object]) -> tuple[Policy, list[Finding]]:
    """The policy and everything that is wrong with its form. What could not be read has some
    other value then: only what the findings leave out can be relied upon."""
    findings: list[Finding] = []
    return _policy(Table(data, "", findings)), findings


def _policy(table: Table) -> Policy:
    with table.whole() as top:
        currency = _currency(top)
        kinds = {n: read_kind(n, t, currency) for n, t in top.tables("kinds")}
        plans = _plans(top, currency, kinds)
        _check_downgrades(top, kinds, plans)
        return Policy(
            provider=top.take("provider", str),
            version=top.number("version", 1),
            zone=_zone(top),
            currency=currency,
            locale=top.take("locale", str),
            contact=_read(top.table("contact"), _contact),
            customer_sees=top.many_of("customer_sees", Status),
            renewal=_read(top.table("renewal"), lambda table: _renewal(table, kinds)),
            expired_notice_days=top.number("expired_notice_days", 0),
            actions=_actions(top),
            messages=read_messages(top.table("messages"), MESSAGE_KINDS),
            kinds=kinds,
            plans=plans,
            plan_change=read_plan_change(top.optional("plan_change"), kinds, plans),
            ticketing=read_ticketing(top.optional("ticketing")),
            fuse=read_fuse(top.optional("fuse")),
        )


def _read(table: Table, reader: Callable[[Table], T]) -> T:
    with table.whole():
        return reader(table)


def _currency(top: Table) -> str:
    """Said once, and not again for each amount of the file."""
    name: str = top.take("currency", str, REQUIRED, _NO_CURRENCY)
    try:
        Money.parse("0", name)
    except NotMoney as wrong:
        return top.wrong("currency", str(wrong), _NO_CURRENCY)
    return name


def _zone(top: Table) -> ZoneInfo:
    name: str = top.take("zone", str, REQUIRED, "UTC")
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return top.wrong("zone", f"{name!r} is no time zone", ZoneInfo("UTC"))


def _contact(table: Table) -> Contact:
    return Contact(
        email=table.take("email", str, None),
        form=table.take("form", str),
        staff=table.take("staff", str, None),
    )


def _renewal(table: Table, kinds: Mapping[str, Kind]) -> Renewal:
    return Renewal(
        lead_days=table.number("lead_days", 0),
        patience_days=table.number("patience_days", 0),
        priority=_priority(table, kinds),
        short_balance=table.one_of("short_balance", ShortBalance, ShortBalance.RESERVE),
    )


def _priority(table: Table, kinds: Mapping[str, Kind]) -> tuple[frozenset[str], ...]:
    """A kind has one place; one that is misspelt would silently come last."""
    groups = table.take("priority", list, [])
    if not all(isinstance(g, list) and all(isinstance(k, str) for k in g) for g in groups):
        return table.wrong("priority", "expected a list of lists of kinds", ())
    named = [kind for group in groups for kind in group]
    for kind in dict.fromkeys(named):
        if kind not in kinds:
            table.wrong("priority", f"there is no kind {kind!r}", None)
        elif named.count(kind) > 1:
            table.wrong("priority", f"{kind!r} is there twice", None)
    return tuple(frozenset(group) for group in groups)


def _actions(top: Table) -> dict[str, ActionRule]:
    found = {name: _read(table, _action) for name, table in top.tables("actions")}
    known = top.known("actions", list(found), ACTIONS)
    return {name: found[name] for name in known}


def _action(table: Table) -> ActionRule:
    return ActionRule(
        by=table.many_of("by", Role),
        channel=table.one_of("channel", Channel),
        modes=table.known("modes", table.words("modes", []), MODES),
    )


def _check_downgrades(top: Table, kinds: Mapping[str, Kind], plans: Mapping[str, Plan]) -> None:
    """A downgrade leads to a plan of the same kind that follows its parent: it has no end."""
    for kind in kinds.values():
        for index, life in enumerate(kind.lives):
            if life.downgrade is None:
                continue
            path = f"kinds.{kind.name}.lives[{index}].downgrade.plan"
            plan = plans.get(life.downgrade.plan)
            if plan is None or plan.kind != kind.name:
                top.wrong(path, f"there is no plan {life.downgrade.plan!r} of the kind", None)
            elif not plan.follows_parent:
                top.wrong(path, f"{plan.id!r} does not follow its parent", None)


def _plans(top: Table, currency: str, kinds: Mapping[str, Kind]) -> dict[str, Plan]:
    plans: dict[str, Plan] = {}
    for row in top.rows("plans"):
        plan = _plan(row, currency)
        if plan.kind not in kinds:
            row.wrong("kind", f"there is no kind {plan.kind!r}", None)
        elif plan.id in plans:
            row.wrong("id", f"{plan.id!r} is there twice", None)
        else:
            plans[plan.id] = plan
    return plans


def _plan(table: Table, currency: str) -> Plan:
    with table.whole():
        return Plan(
            id=table.take("id", str),
            kind=table.take("kind", str),
            tier=table.take("tier", str, None),
            tld=_extension(table),
            term_months=table.number("term_months", 1, REQUIRED, MOST_MONTHS),
            price=money(table, "price", table.take("price", str, REQUIRED, "0"), currency),
            max_quantity=table.number("max_quantity", 1, 1),
            orderable=table.take("orderable", bool, True),
            follows_parent=table.take("follows_parent", bool, False),
            trial_days=table.number("trial_days", 0, 0),
        )


def _extension(table: Table) -> str | None:
    name = table.take("tld", str, None)
    return name if name is None else spelt_small(table, "tld", [name])[0]
