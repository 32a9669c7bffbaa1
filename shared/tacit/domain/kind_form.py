"""Reading the kinds of a policy: their lives, and the phases after the end."""

from collections.abc import Mapping
from itertools import pairwise

from tacit.domain.days import Length, Unit
from tacit.domain.money import Money, NotMoney
from tacit.domain.policy import (
    CONTACT_CHANNELS,
    MESSAGE_CHANNELS,
    STAFF_MESSAGE_KINDS,
    Anchor,
    Channel,
    Contacting,
    Discount,
    Downgrade,
    ExpiryNotices,
    Immediate,
    Inactivity,
    Kind,
    Life,
    Phase,
    RestoreRule,
    Warranty,
)
from tacit.domain.table_form import MOST_DAYS, MOST_MONTHS, REQUIRED, Table
from tacit.domain.values import Role

_CHARGES = {"renewal", "multiple", "fee"}
_ENDS = frozenset({"cancelled", "unpaid"})
_FINAL = frozenset({"released", "terminated"})
_MOST = {Unit.MONTHS: MOST_MONTHS}
_COUNTED_FROM = (Anchor.EXPIRY, Anchor.REGISTRY_EXPIRY)


def money(table: Table, name: str, amount: str, currency: str) -> Money:
    """The amount that was read from the field `name`."""
    try:
        found = Money.parse(amount, currency)
    except NotMoney as wrong:
        return table.wrong(name, str(wrong), Money(0, currency))
    return found if found.minor >= 0 else table.wrong(name, "is not negative", found)


def spelt_small(table: Table, name: str, extensions: list[str]) -> list[str]:
    """An extension in any other spelling would never be met."""
    for extension in extensions:
        if extension != extension.lower().strip(". "):
            table.wrong(name, f"{extension!r} is written small and without its dot", None)
    return extensions


def read_messages(table: Table, kinds: frozenset[str]) -> dict[str, tuple[str, ...]]:
    """The kind of a message to the channels in which it is said."""
    with table.whole():
        return {
            kind: table.known(kind, table.words(kind, []), MESSAGE_CHANNELS)
            for kind in sorted(kinds)
        }


def read_kind(name: str, table: Table, currency: str) -> Kind:
    with table.whole():
        return Kind(
            name=name,
            unique_label=table.take("unique_label", bool, False),
            needs_parent=table.take("needs_parent", bool, False),
            closed_reason=_final(table),
            lives=tuple(_life(row, currency) for row in table.rows("lives")),
            staff_messages=_staff_messages(table),
            prepaid=tuple(_discount(row) for row in table.rows("prepaid")),
            money_back=table.take("money_back", bool, False),
            expiry_notices=_expiry_notices(table.optional("expiry_notices")),
            warranty=_warranty(table.optional("warranty")),
        )


def _discount(table: Table) -> Discount:
    with table.whole():
        return Discount(
            months=table.number("months", 1, REQUIRED, MOST_MONTHS),
            percent=table.number("percent", 1, REQUIRED, 99),
        )


def _expiry_notices(table: Table | None) -> ExpiryNotices | None:
    if table is None:
        return None
    with table.whole():
        return ExpiryNotices(_numbers(table, "days_before"), _numbers(table, "days_after"))


def _numbers(table: Table, name: str) -> tuple[int, ...]:
    found = table.take(name, list, [])
    if not all(type(n) is int and 1 <= n <= MOST_DAYS for n in found):
        return table.wrong(name, "expected a list of days, each at least 1", ())
    return tuple(found)


def _warranty(table: Table | None) -> Warranty | None:
    if table is None:
        return None
    steps: list[Contacting] = []
    with table.whole():
        for row in table.rows("steps"):
            with row.whole():
                days = row.number("days", 0)
                channel = row.take("channel", str, REQUIRED, min(CONTACT_CHANNELS))
                row.known("channel", [channel], CONTACT_CHANNELS)
                if steps and days < steps[-1].days:
                    row.wrong("days", "comes before the step in front of it", None)
                steps.append(Contacting(days, channel))
    return Warranty(tuple(steps))


def _final(table: Table) -> str:
    usual = min(_FINAL)
    known = table.known(
        "closed_reason", [table.take("closed_reason", str, REQUIRED, usual)], _FINAL
    )
    return known[0] if known else usual


def _staff_messages(table: Table) -> Mapping[str, tuple[str, ...]]:
    found = table.optional("staff_messages")
    if found is None:
        return dict.fromkeys(sorted(STAFF_MESSAGE_KINDS), ())
    return read_messages(found, STAFF_MESSAGE_KINDS)


def _life(table: Table, currency: str) -> Life:
    with table.whole():
        return Life(
            tlds=frozenset(spelt_small(table, "tlds", table.words("tlds", []))),
            tiers=frozenset(table.words("tiers", [])),
            terms=_terms(table),
            phases=_phases(table, currency),
            notice_days=table.number("notice_days", 0, 0),
            immediate=table.one_of("immediate", Immediate, None),
            inactive=_inactivity(table.optional("inactive")),
            downgrade=_downgrade(table.optional("downgrade")),
        )


def _terms(table: Table) -> frozenset[int]:
    terms = table.take("terms", list, [])
    if not all(type(term) is int and 0 < term <= MOST_MONTHS for term in terms):
        return table.wrong("terms", "expected a list of months", frozenset())
    return frozenset(terms)


def _phases(table: Table, currency: str) -> tuple[Phase, ...]:
    """A contract stores the name of its phase, and finds its way on by it."""
    phases: list[Phase] = []
    for row in table.rows("phases"):
        phase = _phase(row, currency)
        if phase.name in {each.name for each in phases}:
            row.wrong("name", f"{phase.name!r} is there twice", None)
        phases.append(phase)
    for phase, _ in pairwise(phases):
        if phase.length is None:
            table.wrong("phases", f"{phase.name!r} has no end, so nothing can follow it", None)
    return tuple(phases)


def _inactivity(table: Table | None) -> Inactivity | None:
    if table is None:
        return None
    with table.whole():
        when = table.known("when", table.words("when"), _ENDS)
        days: int | None = table.number("days", 1, None)
        until = table.take("until", str, None)
        if (days is None) == (until is None):
            table.wrong("days", "give days after the expiry, or until", None)
        elif until not in (None, Anchor.REGISTRY_EXPIRY):
            table.wrong("until", "only 'registry_expiry' is known", None)
        return Inactivity(frozenset(when), days)


def _downgrade(table: Table | None) -> Downgrade | None:
    if table is None:
        return None
    with table.whole():
        return Downgrade(frozenset(table.words("parent_tiers")), table.take("plan", str))


def _phase(table: Table, currency: str) -> Phase:
    with table.whole():
        return Phase(
            length=_length(table),
            name=table.take("name", str),
            anchor=table.one_of("anchor", Anchor, Anchor.PREVIOUS),
            served=table.take("served", bool, False),
            restore=_restore(table.optional("restore"), currency),
        )


def _length(table: Table) -> Length | None:
    """One of days, working_days or months; none of them: it has no end."""
    given = [
        (unit, n)
        for unit in Unit
        if (n := table.number(unit, 1, None, _MOST.get(unit, MOST_DAYS))) is not None
    ]
    if len(given) > 1:
        table.wrong(given[1][0], "give days, working_days or months, not both", None)
    return Length(*given[0]) if given else None


def _restore(table: Table | None, currency: str) -> RestoreRule | None:
    if table is None:
        return None
    with table.whole():
        price = tuple(table.words("price"))
        fee = table.take("fee", str, None, "0")
        multiple: int | None = table.number("multiple", 2, None)
        _check_price(table, price, {"fee": fee, "multiple": multiple})
        counted_from = table.one_of("counted_from", Anchor, Anchor.EXPIRY)
        if counted_from not in _COUNTED_FROM:
            table.wrong("counted_from", "only 'expiry' or 'registry_expiry'", None)
        return RestoreRule(
            by=table.many_of("by", Role),
            channel=table.one_of("channel", Channel),
            price=price,
            fee=None if fee is None else money(table, "fee", fee, currency),
            multiple=multiple,
            counted_from=counted_from,
        )


def _check_price(table: Table, price: tuple[str, ...], given: Mapping[str, object]) -> None:
    """Each line is known and stands once, and what a line needs is given with it."""
    for unknown in sorted(set(price) - _CHARGES):
        table.wrong("price", f"{unknown!r} is no charge", None)
    for name, value in given.items():
        if (name in price) != (value is not None):
            table.wrong(name, "is given exactly where price lists it", None)
    if "multiple" in price and "renewal" in price:
        table.wrong("price", "a renewal or a multiple of it, not both", None)
    if len(set(price)) < len(price):
        table.wrong("price", "a charge is listed twice", None)
