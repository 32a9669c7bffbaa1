"""Plan changes as the head carries the last one and as history keeps those that were carried out;
with them servers and their marks, and the count of codes that were mailed."""

from datetime import datetime

from tacit.domain.money import Money
from tacit.domain.values import Actor, CodesSent, PlanChange, Role, Server, Terms
from tacit.store import keys
from tacit.store.codec import Item, Raw
from tacit.store.texts import instant_text, parsed, read_day, read_instant_or_none


def change_item(contract_id: str, change: PlanChange) -> Item:
    """A line of a contract's history of plan changes (X11)."""
    pk, sk = keys.plan_change(contract_id, change.number)
    return {"pk": pk, "sk": sk, "item": "plan_change", **change_fields(change)}


def change_of(raw: Raw) -> PlanChange:
    return parsed(raw, change_from)


def change_fields(change: PlanChange) -> Item:
    return {
        "number": change.number,
        "quote_id": change.quote_id,
        "old": _terms_fields(change.old),
        "new": _terms_fields(change.new),
        "required_days": change.required_days,
        "lost": [server_fields(server) for server in change.lost],
        "requested_at": keys.instant(change.requested_at),
        "requested_by": _actor_fields(change.requested_by),
        "valid_until": keys.instant(change.valid_until),
        "status": change.status,
        "confirmed_at": instant_text(change.confirmed_at),
        "confirmed_by": _actor_fields(change.confirmed_by) if change.confirmed_by else None,
        "spends": change.spends,
    }


def change_from(item: Item) -> PlanChange:
    by = item.get("confirmed_by")
    return PlanChange(
        number=item["number"],
        quote_id=item["quote_id"],
        old=_terms_from(item["old"]),
        new=_terms_from(item["new"]),
        required_days=item["required_days"],
        lost=tuple(server_from(server) for server in item["lost"]),
        requested_at=_instant(item["requested_at"]),
        requested_by=_actor_from(item["requested_by"]),
        valid_until=_instant(item["valid_until"]),
        status=item["status"],
        confirmed_at=read_instant_or_none(item.get("confirmed_at")),
        confirmed_by=_actor_from(by) if by else None,
        spends=item.get("spends"),
    )


def server_fields(server: Server) -> Item:
    item = {"id": server.id, "ip": server.ip}
    return {**item, "marked": True} if server.marked else item


def server_from(item: Item) -> Server:
    return Server(item["id"], item["ip"], item.get("marked", False))


def codes_sent_fields(sent: CodesSent) -> Item:
    return {"on": sent.on.isoformat(), "count": sent.count}


def codes_sent_from(item: Item) -> CodesSent:
    return CodesSent(read_day(item["on"]), item["count"])


def _terms_fields(terms: Terms) -> Item:
    return {
        "plan": terms.plan,
        "quantity": terms.quantity,
        "price_minor": terms.price.minor,
        "price_currency": terms.price.currency,
        "term_months": terms.term_months,
        "expires_on": terms.expires_on.isoformat(),
        "remaining_days": terms.remaining_days,
    }


def _terms_from(item: Item) -> Terms:
    return Terms(
        plan=item["plan"],
        quantity=item["quantity"],
        price=Money(item["price_minor"], item["price_currency"]),
        term_months=item["term_months"],
        expires_on=read_day(item["expires_on"]),
        remaining_days=item["remaining_days"],
    )


def _actor_fields(actor: Actor) -> Item:
    return {"role": str(actor.role), "subject": actor.subject}


def _actor_from(item: Item) -> Actor:
    return Actor(Role(item["role"]), item["subject"])


def _instant(text: str) -> datetime:
    return keys.read_instant(text)
