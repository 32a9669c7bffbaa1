"""Reading the body of a command on a shop, and writing shops as clients read them."""

from functools import cache
from typing import Any
from zoneinfo import available_timezones

from tacit.domain.refusals import Invalid
from tacit.domain.tickets.rules_form import MOST_REMINDERS
from tacit.domain.tickets.shops import (
    ChangeSettings,
    InvoiceWish,
    RedoSettings,
    RegisterShop,
    ShopAsItIs,
    ShopChange,
    ShopDecision,
    UndoSettings,
)
from tacit.domain.tickets.values import InvoiceTerms, Shop, Snapshot
from tacit.domain.values import Actor, Role
from tacit.policies import shipped
from tacit.replies import Answer
from tacit.runtime import shapes
from tacit.runtime.answers import dumps

_LONGEST_DAYS = 365
_HIGHEST_NUMBER = 1_000_000_000
# Zones of a machine that nobody has told where it is.
_NO_PLACE = frozenset({"Factory", "localtime"})
_NOTHING = {
    "unchanged": "Nothing to do: these are the settings already.",
    "already_in_force": "Nothing to do: these settings are in force already.",
}

_name = shapes.text(120)
_snapshot_number = shapes.whole(1, _HIGHEST_NUMBER)


def registration(shop_id: str, data: dict[str, Any], stands_for: str, actor: Actor) -> RegisterShop:
    """The body of PUT /shops/{id}, for which `stands_for` stands; raises Invalid."""
    body = shapes.Body(data)
    if body.may("id", shapes.identifier) not in (None, shop_id):
        raise Invalid("id", f"the path says {shop_id!r}")
    wanted = RegisterShop(
        by=actor,
        id=shop_id,
        provider=body.need("provider", shapes.identifier),
        organiser=body.need("organiser", shapes.subject),
        name=body.need("name", _name),
        timezone=body.need("timezone", zone),
        invoice=body.may("invoice", _invoice) or InvoiceWish(),
        registered_as=stands_for,
    )
    body.end()
    if wanted.provider not in shipped():
        reason = f"no provider {wanted.provider!r} is known here"
        raise Invalid("provider", reason, "unknown_provider")
    return wanted


def change(data: dict[str, Any], actor: Actor) -> ChangeSettings:
    body = shapes.Body(data)
    wanted = ChangeSettings(
        actor, body.may("name", _name), body.may("invoice", _invoice) or InvoiceWish()
    )
    body.end()
    return wanted


def undoing(data: dict[str, Any], actor: Actor) -> UndoSettings:
    return UndoSettings(actor, _to(data))


def redoing(data: dict[str, Any], actor: Actor) -> RedoSettings:
    return RedoSettings(actor, _to(data))


def _to(data: dict[str, Any]) -> int | None:
    body = shapes.Body(data)
    to = body.may("to", _snapshot_number)
    body.end()
    return to


def _invoice(field: str, value: Any) -> InvoiceWish:
    """I3: any part of it."""
    body = shapes.nested(field, value)
    wish = InvoiceWish(
        body.may("enabled", shapes.flag),
        body.may("days_before_first_reminder", shapes.whole(1, _LONGEST_DAYS)),
        body.may("reminders", shapes.whole(0, MOST_REMINDERS)),
        body.may("closes_days_before_event", shapes.whole(0, _LONGEST_DAYS)),
    )
    body.end()
    return wish


@shapes.takes("string", examples=["Europe/Zurich"])
def zone(field: str, value: Any) -> str:
    """The name of a zone whose local days are known here."""
    if not isinstance(value, str) or value not in _zones():
        raise Invalid(field, "expected a time zone such as Europe/Zurich")
    return value


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones()) - _NO_PLACE


def shop_json(shop: Shop) -> dict[str, Any]:
    return {
        "id": shop.id,
        "provider": shop.provider,
        "organiser": shop.organiser,
        "name": shop.settings.name,
        "timezone": shop.timezone,
        "invoice": invoice_json(shop.settings.invoice),
        "version": shop.version,
        "settings_number": shop.in_force.number,
    }


def invoice_json(terms: InvoiceTerms) -> dict[str, Any]:
    return {
        "enabled": terms.enabled,
        "days_before_first_reminder": terms.first,
        "reminders": terms.reminders,
        "closes_days_before_event": terms.closes,
    }


def snapshot_json(shop: Shop, snapshot: Snapshot, role: Role) -> dict[str, Any]:
    """The organiser learns that staff acted, not who."""
    named = role is Role.STAFF or snapshot.by.role is not Role.STAFF
    return {
        "number": snapshot.number,
        "name": snapshot.settings.name,
        "invoice": invoice_json(snapshot.settings.invoice),
        "at": snapshot.at,
        "by": {
            "role": str(snapshot.by.role),
            **({"id": snapshot.by.subject} if named else {}),
        },
        "in_force": snapshot.number == shop.in_force.number,
    }


def registered_answer(decision: ShopDecision) -> Answer:
    """A PUT answers the thing itself: 201 where it is new, 200 where it was there."""
    status = 201 if isinstance(decision, ShopChange) else 200
    return Answer(status, dumps(shop_json(decision.shop)))


def command_answer(decision: ShopDecision) -> Answer:
    """The answer of every command, with the shop in the place of a contract."""
    events = decision.events if isinstance(decision, ShopChange) else ()
    body = {
        "shop": shop_json(decision.shop),
        "events": [{"type": e.type, "at": e.at, "data": dict(e.data)} for e in events],
        "charges": [],
        "messages": [],
        "warnings": _warnings(decision),
    }
    return Answer(200, dumps(body))


def _warnings(decision: ShopDecision) -> list[dict[str, Any]]:
    """What cannot be redone any more is said: a dry run says it before."""
    if isinstance(decision, ShopAsItIs):
        return [{"code": decision.code, "detail": _NOTHING[decision.code]}]
    if not decision.dropped:
        return []
    gone = ", ".join(map(str, decision.dropped))
    detail = f"The settings that were undone cannot be redone any more: {gone}."
    return [{"code": "redo_dropped", "detail": detail, "numbers": decision.dropped}]
