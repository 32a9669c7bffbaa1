"""Reading a policy's table into values, and saying in plain words what is wrong with it.

Every field that a policy file may carry is read here; one that is left over is an error, so that
a misspelt number can never be silently replaced by a default.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from tacit.domain.money import Money, NotMoney
from tacit.domain.policy import (
    ACTIONS,
    MESSAGE_CHANNELS,
    MESSAGE_KINDS,
    MODES,
    ActionRule,
    Anchor,
    Channel,
    Contact,
    Kind,
    Life,
    Phase,
    Plan,
    Policy,
    Renewal,
    RestoreRule,
)
from tacit.domain.values import Role, Status

T = TypeVar("T")
E = TypeVar("E", Role, Status, Channel, Anchor)
_REQUIRED: Any = object()
_CHARGES = {"renewal", "fee"}


class PolicyError(ValueError):
    """A policy file is wrong; the message names the field by its path in the file."""


class _Table:
    """One table of the file, read field by field; `rest_is_unknown` closes it."""

    def __init__(self, data: object, path: str) -> None:
        if not isinstance(data, Mapping):
            raise PolicyError(f"{path}: expected a table")
        self._left = dict(data)
        self._path = path

    def at(self, name: str) -> str:
        return f"{self._path}.{name}" if self._path else name

    def take(self, name: str, of: type[T], default: T | None = _REQUIRED) -> T:
        if name not in self._left:
            if default is _REQUIRED:
                raise PolicyError(f"{self.at(name)}: is missing")
            return default  # type: ignore[return-value]
        value = self._left.pop(name)
        if not isinstance(value, of) or (of is int and isinstance(value, bool)):
            raise PolicyError(f"{self.at(name)}: expected {of.__name__}, got {value!r}")
        return value

    def number(self, name: str, least: int, default: int | None = _REQUIRED) -> int:
        value: int = self.take(name, int, default)
        if value is not None and value < least:
            raise PolicyError(f"{self.at(name)}: must be at least {least}, is {value}")
        return value

    def words(self, name: str, default: list[str] | None = _REQUIRED) -> list[str]:
        values = self.take(name, list, default)
        if not all(isinstance(v, str) for v in values):
            raise PolicyError(f"{self.at(name)}: expected a list of texts")
        return values

    def one_of(self, name: str, choices: type[E], default: E | None = _REQUIRED) -> E:
        value: str = self.take(name, str, default)
        return _member(choices, value, self.at(name))

    def many_of(self, name: str, choices: type[E]) -> frozenset[E]:
        return frozenset(_member(choices, v, self.at(name)) for v in self.words(name))

    def table(self, name: str) -> "_Table":
        return _Table(self.take(name, dict), self.at(name))

    def tables(self, name: str) -> Iterator[tuple[str, "_Table"]]:
        for key, value in self.take(name, dict, {}).items():
            yield key, _Table(value, self.at(f"{name}.{key}" if name else key))

    def rows(self, name: str) -> Iterator["_Table"]:
        for index, value in enumerate(self.take(name, list, [])):
            yield _Table(value, self.at(f"{name}[{index}]"))

    @contextmanager
    def whole(self) -> Iterator["_Table"]:
        yield self
        if self._left:
            raise PolicyError(f"{self.at(min(self._left))}: unknown field")


def _member(choices: type[E], value: str, path: str) -> E:
    try:
        return choices(value)
    except ValueError:
        known = ", ".join(choices)
        raise PolicyError(f"{path}: {value!r} is none of {known}") from None


def _money(text: str, currency: str, path: str) -> Money:
    try:
        return Money.parse(text, currency)
    except NotMoney as wrong:
        raise PolicyError(f"{path}: {wrong}") from None


def read_policy(data: Mapping[str, object]) -> Policy:
    """A whole policy from its parsed TOML; raises PolicyError."""
    with _Table(data, "").whole() as top:
        currency = top.take("currency", str)
        kinds = {n: _kind(n, t, currency) for n, t in top.tables("kinds")}
        plans = {}
        for row in top.rows("plans"):
            plan = _plan(row, currency, kinds)
            if plan.id in plans:
                raise PolicyError(f"{row.at('id')}: {plan.id!r} is there twice")
            plans[plan.id] = plan
        return Policy(
            provider=top.take("provider", str),
            version=top.number("version", 1),
            zone=_zone(top.take("zone", str)),
            currency=currency,
            locale=top.take("locale", str),
            contact=_read(top.table("contact"), _contact),
            customer_sees=top.many_of("customer_sees", Status),
            renewal=_read(top.table("renewal"), _renewal),
            actions=_actions(top),
            messages=_messages(top.table("messages")),
            kinds=kinds,
            plans=plans,
        )


def _read(table: _Table, reader: Callable[[_Table], T]) -> T:
    with table.whole():
        return reader(table)


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        raise PolicyError(f"zone: {name!r} is no time zone") from None


def _contact(table: _Table) -> Contact:
    return Contact(email=table.take("email", str, None), form=table.take("form", str))


def _renewal(table: _Table) -> Renewal:
    return Renewal(table.number("lead_days", 0), table.number("patience_days", 0))


def _actions(top: _Table) -> dict[str, ActionRule]:
    found = {name: _read(table, _action) for name, table in top.tables("actions")}
    _known(list(found), ACTIONS, "actions")
    return found


def _action(table: _Table) -> ActionRule:
    return ActionRule(
        by=table.many_of("by", Role),
        channel=table.one_of("channel", Channel),
        modes=_known(table.words("modes", []), MODES, table.at("modes")),
    )


def _messages(table: _Table) -> dict[str, tuple[str, ...]]:
    """Event type to the channels in which the holder hears of it."""
    with table.whole():
        return {
            kind: _known(table.words(kind, []), MESSAGE_CHANNELS, table.at(kind))
            for kind in sorted(MESSAGE_KINDS)
        }


def _known(words: list[str], known: frozenset[str], path: str) -> tuple[str, ...]:
    """A misspelt word would silently mean "never": it is refused instead."""
    for word in words:
        if word not in known:
            raise PolicyError(f"{path}: {word!r} is none of {', '.join(sorted(known))}")
    return tuple(words)


def _kind(name: str, table: _Table, currency: str) -> Kind:
    with table.whole():
        return Kind(
            name=name,
            unique_label=table.take("unique_label", bool, False),
            needs_parent=table.take("needs_parent", bool, False),
            closed_reason=table.take("closed_reason", str),
            lives=tuple(_life(row, currency) for row in table.rows("lives")),
        )


def _life(table: _Table, currency: str) -> Life:
    with table.whole():
        terms = table.take("terms", list, [])
        if not all(isinstance(term, int) for term in terms):
            raise PolicyError(f"{table.at('terms')}: expected a list of months")
        phases = tuple(_phase(row, currency) for row in table.rows("phases"))
        for phase in phases[:-1]:
            if phase.days is None and phase.months is None:
                raise PolicyError(
                    f"{table.at('phases')}: {phase.name!r} has no end, so nothing can follow it"
                )
        return Life(
            tlds=frozenset(table.words("tlds", [])),
            tiers=frozenset(table.words("tiers", [])),
            terms=frozenset(terms),
            phases=phases,
        )


def _phase(table: _Table, currency: str) -> Phase:
    with table.whole():
        days: int | None = table.number("days", 1, None)
        months: int | None = table.number("months", 1, None)
        if days is not None and months is not None:
            raise PolicyError(f"{table.at('months')}: give days or months, not both")
        restore = table.take("restore", dict, None)
        return Phase(
            name=table.take("name", str),
            days=days,
            months=months,
            anchor=table.one_of("anchor", Anchor, Anchor.PREVIOUS),
            served=table.take("served", bool, False),
            restore=_restore(_Table(restore, table.at("restore")), currency) if restore else None,
        )


def _restore(table: _Table, currency: str) -> RestoreRule:
    with table.whole():
        price = tuple(table.words("price"))
        fee = table.take("fee", str, None)
        if unknown := set(price) - _CHARGES:
            raise PolicyError(f"{table.at('price')}: {min(unknown)!r} is no charge")
        counted_from = table.one_of("counted_from", Anchor, Anchor.EXPIRY)
        if counted_from is not Anchor.EXPIRY:
            raise PolicyError(f"{table.at('counted_from')}: only 'expiry' is carried out so far")
        if ("fee" in price) != (fee is not None):
            raise PolicyError(f"{table.at('fee')}: is given exactly where price lists it")
        return RestoreRule(
            by=table.many_of("by", Role),
            channel=table.one_of("channel", Channel),
            price=price,
            fee=_money(fee, currency, table.at("fee")) if fee else None,
            counted_from=counted_from,
        )


def _plan(table: _Table, currency: str, kinds: Mapping[str, Kind]) -> Plan:
    with table.whole():
        kind = table.take("kind", str)
        if kind not in kinds:
            raise PolicyError(f"{table.at('kind')}: there is no kind {kind!r}")
        return Plan(
            id=table.take("id", str),
            kind=kind,
            tier=table.take("tier", str, None),
            tld=table.take("tld", str, None),
            term_months=table.number("term_months", 1),
            price=_money(table.take("price", str), currency, table.at("price")),
            max_quantity=table.number("max_quantity", 1, 1),
            orderable=table.take("orderable", bool, True),
        )
