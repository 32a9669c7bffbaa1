"""A shop and its settings: what its organiser sets (I3), and goes back and forth between (I19).

The settings that were are kept as snapshots, and nothing is kept of a step back but the place it
led to: undoing and redoing write no snapshot, so that neither uses up any of those that are kept.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import assert_never

from tacit.domain.policy import Policy
from tacit.domain.refusals import NotFound, Refused
from tacit.domain.tickets.rules import Ticketing
from tacit.domain.tickets.values import InvoiceTerms, Shop, ShopSettings, Snapshot
from tacit.domain.values import Actor, Event, Scalar


@dataclass(frozen=True, slots=True)
class InvoiceWish:
    """What somebody wants of the terms of payment by invoice; None: as it is, and of a new shop as
    the policy has it."""

    enabled: bool | None = None
    first: int | None = None
    reminders: int | None = None
    closes: int | None = None


@dataclass(frozen=True, slots=True)
class RegisterShop:
    """`registered_as` stands for the whole request."""

    by: Actor
    id: str
    provider: str
    organiser: str
    name: str
    timezone: str
    invoice: InvoiceWish
    registered_as: str


@dataclass(frozen=True, slots=True)
class ChangeSettings:
    """`name` None: as it is."""

    by: Actor
    name: str | None
    invoice: InvoiceWish


@dataclass(frozen=True, slots=True)
class UndoSettings:
    """One step back, or to the snapshot `to`, which lies behind the one in force."""

    by: Actor
    to: int | None = None


@dataclass(frozen=True, slots=True)
class RedoSettings:
    """One step forth again, or to the snapshot `to`, which lies before the one in force."""

    by: Actor
    to: int | None = None


ShopCommand = RegisterShop | ChangeSettings | UndoSettings | RedoSettings


@dataclass(frozen=True, slots=True)
class ShopChange:
    """The shop before (None: it is new) and after, and what happened. `dropped` are the numbers of
    the snapshots that could have been redone until now."""

    before: Shop | None
    shop: Shop
    events: tuple[Event, ...]
    dropped: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class ShopAsItIs:
    """The wish is already fulfilled; `code` says how."""

    shop: Shop
    code: str


ShopDecision = ShopChange | ShopAsItIs


def decide_shop(
    there: Shop | None, command: ShopCommand, policy: Policy, now: datetime
) -> ShopDecision:
    """What the command does to the shop. Raises NotFound for one that is not there, and Refused
    `already_registered`, `not_offered`, `nothing_to_undo` or `nothing_to_redo`."""
    if isinstance(command, RegisterShop):
        return _registered(there, command, policy, now)
    if there is None:
        raise NotFound("shop")
    match command:
        case ChangeSettings():
            return _changed(there, command, _ticketing(policy), now)
        case UndoSettings():
            return _undone(there, command, now)
        case RedoSettings():
            return _redone(there, command, now)
        case _:
            assert_never(command)


def _registered(
    there: Shop | None, command: RegisterShop, policy: Policy, now: datetime
) -> ShopDecision:
    if there is not None:
        if there.registered_as == command.registered_as:
            return ShopAsItIs(there, "already_registered")
        raise Refused("already_registered", {"id": there.id, "version": there.version})
    rules = _ticketing(policy)
    usual = InvoiceTerms(
        True, rules.days_before_first_reminder, rules.reminders, rules.closes_days_before_event
    )
    settings = ShopSettings(command.name, _wished(usual, command.invoice))
    shop = Shop(
        id=command.id,
        provider=command.provider,
        organiser=command.organiser,
        timezone=command.timezone,
        snapshots=(Snapshot(1, settings, now, command.by),),
        place=0,
        numbered=1,
        version=1,
        events=1,
        registered_as=command.registered_as,
    )
    return ShopChange(None, shop, (_event(shop, "shop.registered", {}, command.by, now),))


def _changed(shop: Shop, command: ChangeSettings, rules: Ticketing, now: datetime) -> ShopDecision:
    """A snapshot behind the one in force; what lay there is dropped, and what is too old to be
    undone. The first of those that are kept was the settings before the last `settings_kept`
    changes."""
    here = shop.settings
    wanted = ShopSettings(command.name or here.name, _wished(here.invoice, command.invoice))
    if wanted == here:
        return ShopAsItIs(shop, "unchanged")
    number = shop.numbered + 1
    earlier, redoable = shop.snapshots[: shop.place + 1], shop.snapshots[shop.place + 1 :]
    line = (*earlier, Snapshot(number, wanted, now, command.by))[-(rules.settings_kept + 1) :]
    after = replace(shop, snapshots=line, place=len(line) - 1, numbered=number)
    dropped = tuple(snapshot.number for snapshot in redoable)
    return _moved(shop, after, "shop.settings_changed", command.by, now, dropped)


def _undone(shop: Shop, command: UndoSettings, now: datetime) -> ShopDecision:
    if command.to == shop.in_force.number:
        return ShopAsItIs(shop, "already_in_force")
    place = _place(shop, command.to) if command.to is not None else shop.place - 1
    if place is None or not 0 <= place < shop.place:
        raise Refused("nothing_to_undo", _where(shop, command.to))
    after = replace(shop, place=place)
    return _moved(shop, after, "shop.settings_undone", command.by, now)


def _redone(shop: Shop, command: RedoSettings, now: datetime) -> ShopDecision:
    if command.to == shop.in_force.number:
        return ShopAsItIs(shop, "already_in_force")
    place = _place(shop, command.to) if command.to is not None else shop.place + 1
    if place is None or not shop.place < place < len(shop.snapshots):
        raise Refused("nothing_to_redo", _where(shop, command.to))
    after = replace(shop, place=place)
    return _moved(shop, after, "shop.settings_redone", command.by, now)


def _place(shop: Shop, number: int) -> int | None:
    numbers = [snapshot.number for snapshot in shop.snapshots]
    return numbers.index(number) if number in numbers else None


def _where(shop: Shop, to: int | None) -> dict[str, object]:
    """Which settings are in force, and between which one can go."""
    return {
        "settings_number": shop.in_force.number,
        "oldest": shop.snapshots[0].number,
        "newest": shop.snapshots[-1].number,
        "to": to,
    }


def _ticketing(policy: Policy) -> Ticketing:
    if policy.ticketing is None:
        raise Refused("not_offered", {"action": "sell_tickets", **policy.contact_params()})
    return policy.ticketing


def _wished(terms: InvoiceTerms, wish: InvoiceWish) -> InvoiceTerms:
    return InvoiceTerms(
        terms.enabled if wish.enabled is None else wish.enabled,
        terms.first if wish.first is None else wish.first,
        terms.reminders if wish.reminders is None else wish.reminders,
        terms.closes if wish.closes is None else wish.closes,
    )


def _moved(
    before: Shop,
    after: Shop,
    event_type: str,
    by: Actor,
    now: datetime,
    dropped: tuple[int, ...] = (),
) -> ShopChange:
    shop = replace(after, version=before.version + 1, events=before.events + 1)
    data = {"settings_was": before.in_force.number}
    return ShopChange(before, shop, (_event(shop, event_type, data, by, now),), dropped)


def _event(
    shop: Shop, event_type: str, data: Mapping[str, Scalar], by: Actor, at: datetime
) -> Event:
    """`shop/` before the id keeps a shop's events apart from those of a contract that is called
    the same; no id has a slash in it. What was set is read where it is needed: a name is one."""
    told: dict[str, Scalar] = {"shop_id": shop.id, "settings_number": shop.in_force.number, **data}
    return Event(event_type, f"shop/{shop.id}", shop.provider, shop.events, at, by, told)
