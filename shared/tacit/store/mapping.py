"""Values to items and back. An item that cannot be read raises Broken, naming what is wrong."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from typing import TypeVar

from tacit.domain.labels import registered_form
from tacit.domain.money import Money
from tacit.domain.orders import own_contract
from tacit.domain.policy import Policy
from tacit.domain.refusals import Broken
from tacit.domain.values import (
    Actor,
    Cancellation,
    Contract,
    Event,
    Message,
    Order,
    Role,
    Status,
)
from tacit.store import keys
from tacit.store.codec import Item, Raw
from tacit.store.derived import derived, order_place
from tacit.store.notice_items import notice_fields, notice_from, owed_fields, owed_from
from tacit.store.plan_change_items import (
    change_fields,
    change_from,
    codes_sent_fields,
    codes_sent_from,
    server_fields,
    server_from,
)
from tacit.store.texts import (
    day_text,
    instant_text,
    parsed,
    read_day,
    read_day_or_none,
    read_instant_or_none,
)

T = TypeVar("T")


def contract_item(contract: Contract, policy: Policy) -> Item:
    """The head, with everything that is derived from it. Not that it lay aside: to write it is to
    bring it back."""
    pk, sk = keys.contract(contract.id)
    cancellation = contract.cancellation
    return {
        "pk": pk,
        "sk": sk,
        "item": "contract",
        **derived(contract, policy),
        "id": contract.id,
        "provider": contract.provider,
        "kind": contract.kind,
        "label": contract.label,
        "tld": contract.tld,
        "plan": contract.plan,
        "quantity": contract.quantity,
        "holder": contract.holder,
        "billing_contact": contract.billing_contact,
        "technical_contact": contract.technical_contact,
        "email": contract.email,
        "locale": contract.locale,
        "order_id": contract.order_id,
        "parent_id": contract.parent_id,
        "term_months": contract.term_months,
        "price_minor": contract.price.minor,
        "price_currency": contract.price.currency,
        "starts_on": contract.starts_on.isoformat(),
        "expires_on": contract.expires_on.isoformat(),
        "anchor_day": contract.anchor_day,
        "registry_expires_on": day_text(contract.registry_expires_on),
        "options": list(contract.options),
        "servers": [server_fields(server) for server in contract.servers],
        "renewal_warranty": contract.renewal_warranty,
        "status": str(contract.status),
        "cancellation": cancellation
        and {
            "mode": cancellation.mode,
            "on": cancellation.on.isoformat(),
            "reason": cancellation.reason,
        },
        "phase": contract.phase,
        "phase_ends_on": day_text(contract.phase_ends_on),
        "restorable_until": day_text(contract.restorable_until),
        "closed_reason": contract.closed_reason,
        "ended_on": day_text(contract.ended_on),
        "domain_ended_on": day_text(contract.domain_ended_on),
        "expiry_moved_on": day_text(contract.expiry_moved_on),
        "waits_from": day_text(contract.waits_from),
        "registry_fetched_at": instant_text(contract.registry_fetched_at),
        "trial_until": day_text(contract.trial_until),
        "noticed_on": day_text(contract.noticed_on),
        "owed": owed_fields(contract.owed) if contract.owed else None,
        "notice": notice_fields(contract.notice) if contract.notice else None,
        "generation": contract.generation if contract.generation > 1 else None,
        "plan_change": change_fields(contract.plan_change) if contract.plan_change else None,
        "plan_changed_on": day_text(contract.plan_changed_on),
        "codes_sent": codes_sent_fields(contract.codes_sent) if contract.codes_sent else None,
        "policy": contract.policy,
        "version": contract.version,
        "events": contract.events,
        "registered_as": contract.registered_as,
    }


def contract_of(raw: Raw) -> Contract:
    """The contract of a head as DynamoDB holds it; raises Broken (G13)."""
    return parsed(raw, _contract)


def _contract(item: Item) -> Contract:
    cancellation = item.get("cancellation")
    return Contract(
        id=item["id"],
        provider=item["provider"],
        kind=item["kind"],
        label=item["label"],
        tld=item.get("tld"),
        plan=item["plan"],
        quantity=item["quantity"],
        holder=item["holder"],
        billing_contact=item.get("billing_contact"),
        technical_contact=item.get("technical_contact"),
        email=item["email"],
        locale=item["locale"],
        order_id=item["order_id"],
        parent_id=item.get("parent_id"),
        term_months=item["term_months"],
        price=Money(item["price_minor"], item["price_currency"]),
        starts_on=read_day(item["starts_on"]),
        expires_on=read_day(item["expires_on"]),
        anchor_day=item["anchor_day"],
        registry_expires_on=read_day_or_none(item.get("registry_expires_on")),
        options=tuple(item["options"]),
        servers=tuple(server_from(server) for server in item["servers"]),
        renewal_warranty=item["renewal_warranty"],
        status=Status(item["status"]),
        cancellation=cancellation
        and Cancellation(
            cancellation["mode"], read_day(cancellation["on"]), cancellation.get("reason")
        ),
        phase=item.get("phase"),
        phase_ends_on=read_day_or_none(item.get("phase_ends_on")),
        restorable_until=read_day_or_none(item.get("restorable_until")),
        closed_reason=item.get("closed_reason"),
        ended_on=read_day_or_none(item.get("ended_on")),
        domain_ended_on=read_day_or_none(item.get("domain_ended_on")),
        expiry_moved_on=read_day_or_none(item.get("expiry_moved_on")),
        waits_from=read_day_or_none(item.get("waits_from")),
        parked_at=read_instant_or_none(item.get("parked_at")),
        registry_fetched_at=read_instant_or_none(item.get("registry_fetched_at")),
        trial_until=read_day_or_none(item.get("trial_until")),
        noticed_on=read_day_or_none(item.get("noticed_on")),
        owed=owed_from(item["owed"]) if item.get("owed") else None,
        notice=notice_from(item["notice"]) if item.get("notice") else None,
        generation=item.get("generation", 1),
        plan_change=change_from(item["plan_change"]) if item.get("plan_change") else None,
        plan_changed_on=read_day_or_none(item.get("plan_changed_on")),
        codes_sent=codes_sent_from(item["codes_sent"]) if item.get("codes_sent") else None,
        policy=item["policy"],
        version=item["version"],
        events=item["events"],
        registered_as=item["registered_as"],
    )


def label_item(contract: Contract) -> Item:
    """The claim on a name: there as long as anybody has a right to it."""
    pk, sk = keys.label(registered_form(contract.label))
    return {"pk": pk, "sk": sk, "item": "label", "contract_id": contract.id}


def child_item(contract: Contract, parent_id: str) -> Item:
    pk, sk = keys.child(parent_id, contract.id)
    return {"pk": pk, "sk": sk, "item": "child", "contract_id": contract.id}


def link_item(contract: Contract, subject: str) -> Item:
    return {
        "pk": keys.party(contract.provider, subject),
        "sk": keys.party_link(contract.status, contract.holder, contract.id),
        "item": "party",
        "contract_id": contract.id,
    }


def past_link_item(contract: Contract, subject: str) -> Item:
    return {
        "pk": keys.party(contract.provider, subject),
        "sk": keys.past_link(contract.id),
        "item": "past_party",
        "contract_id": contract.id,
    }


def order_item(order: Order) -> Item:
    pk, sk = keys.order(order.id)
    return {
        "pk": pk,
        "sk": sk,
        "item": "order",
        **(order_place(order) if own_contract(order.id) is None else {}),
        "id": order.id,
        "provider": order.provider,
        "holder": order.holder,
        "autorenewal": order.autorenewal,
        "size": order.size,
        "version": order.version,
        "contracts": list(order.contracts),
        "events": order.events,
    }


def order_of(raw: Raw) -> Order:
    return parsed(raw, _order)


def _order(item: Item) -> Order:
    return Order(
        id=item["id"],
        provider=item["provider"],
        holder=item["holder"],
        autorenewal=item["autorenewal"],
        size=item["size"],
        version=item["version"],
        contracts=tuple(item.get("contracts", ())),
        events=item.get("events", 0),
    )


def event_item(event: Event, subject_pk: str) -> Item:
    """The history's entry; `outbox.marked` adds the marker that the relay takes away again."""
    pk, sk = keys.event(subject_pk, event.number)
    return {
        "pk": pk,
        "sk": sk,
        "item": "event",
        "type": event.type,
        "subject": event.subject,
        "provider": event.provider,
        "number": event.number,
        "at": keys.instant(event.at),
        "actor_role": str(event.actor.role),
        "actor_subject": event.actor.subject,
        "data": dict(event.data),
        "messages": [_message_item(message) for message in event.messages],
        "note": event.note,
    }


def event_of(raw: Raw) -> Event:
    return parsed(raw, _event)


def _event(item: Item) -> Event:
    return Event(
        type=item["type"],
        subject=item["subject"],
        provider=item["provider"],
        number=item["number"],
        at=keys.read_instant(item["at"]),
        actor=Actor(Role(item["actor_role"]), item["actor_subject"]),
        data=item["data"],
        messages=tuple(
            Message(m["kind"], m["channel"], m.get("to", "holder")) for m in item["messages"]
        ),
        note=item.get("note"),
    )


def _message_item(message: Message) -> Item:
    """The holder is who is meant where nobody is named."""
    item = {"kind": message.kind, "channel": message.channel}
    return item if message.to == "holder" else {**item, "to": message.to}


def readable(raws: Iterable[Raw], reader: Callable[[Raw], T]) -> Iterator[T]:
    """Those that can be read: one that cannot must not hide the others from a list (G13). The
    jobs report it."""
    for raw in raws:
        with suppress(Broken):
            yield reader(raw)
