"""A shop as an item, with the settings that it can go back and forth between.

The snapshots are on the head: whatever reads a shop reads one item, and a step back or forth writes
one. There are as many as the policy keeps and one more, each of some 130 bytes.
"""

from tacit.domain.tickets.values import InvoiceTerms, Shop, ShopSettings, Snapshot
from tacit.domain.values import Actor, Role
from tacit.store import keys
from tacit.store.codec import Item, Raw
from tacit.store.texts import parsed


def shop_item(shop: Shop) -> Item:
    """The head; the listing's keys never change, so that new settings cost that index nothing."""
    pk, sk = keys.shop(shop.id)
    return {
        "pk": pk,
        "sk": sk,
        "item": "shop",
        "listing_key": keys.shop_listing(shop.provider, keys.lane_of(shop.id)),
        "listing_sort": keys.part(shop.id),
        "id": shop.id,
        "provider": shop.provider,
        "organiser": shop.organiser,
        "timezone": shop.timezone,
        "snapshots": [_snapshot_fields(snapshot) for snapshot in shop.snapshots],
        "in_force": shop.in_force.number,
        "numbered": shop.numbered,
        "version": shop.version,
        "events": shop.events,
        "registered_as": shop.registered_as,
    }


def _snapshot_fields(snapshot: Snapshot) -> Item:
    invoice = snapshot.settings.invoice
    return {
        "number": snapshot.number,
        "name": snapshot.settings.name,
        "enabled": invoice.enabled,
        "first": invoice.first,
        "reminders": invoice.reminders,
        "closes": invoice.closes,
        "at": keys.instant(snapshot.at),
        "role": str(snapshot.by.role),
        "subject": snapshot.by.subject,
    }


def shop_of(raw: Raw) -> Shop:
    """The shop of a head; raises Broken (G13)."""
    return parsed(raw, _shop)


def _shop(item: Item) -> Shop:
    snapshots = tuple(_snapshot(each) for each in item["snapshots"])
    return Shop(
        id=item["id"],
        provider=item["provider"],
        organiser=item["organiser"],
        timezone=item["timezone"],
        snapshots=snapshots,
        place=[snapshot.number for snapshot in snapshots].index(item["in_force"]),
        numbered=item["numbered"],
        version=item["version"],
        events=item["events"],
        registered_as=item["registered_as"],
    )


def _snapshot(fields: Item) -> Snapshot:
    invoice = InvoiceTerms(
        fields["enabled"], fields["first"], fields["reminders"], fields["closes"]
    )
    return Snapshot(
        number=fields["number"],
        settings=ShopSettings(fields["name"], invoice),
        at=keys.read_instant(fields["at"]),
        by=Actor(Role(fields["role"]), fields["subject"]),
    )


def shop_link(shop: Shop) -> Item:
    """By it an organiser's shops are listed; it never moves."""
    return {
        "pk": keys.party(shop.provider, shop.organiser),
        "sk": keys.shop_link(shop.id),
        "item": "shop_link",
        "shop_id": shop.id,
    }
