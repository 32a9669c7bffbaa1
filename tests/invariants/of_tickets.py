"""Ticket orders in a table: numbers, seats, words, money, messages; and what is parked."""

from collections.abc import Iterator

from tacit.domain.tickets.decision import seats_of
from tacit.domain.tickets.words import tokens_of
from tacit.store import keys
from tacit.store.codec import Item
from tacit.store.keys import HEAD, Key
from tacit.store.shop_items import shop_link, shop_of
from tacit.store.ticket_items import seat_item, ticket_item, token_item
from tests.invariants.held import Held


def claims(table: Held) -> Iterator[str]:
    """Each number is claimed for ever, each seat as long as somebody has a valid ticket for it, by
    one order; and each order is found by its words."""
    orders = table.placed
    numbers = [ticket_item(order, each.number) for order in orders for each in order.tickets]
    seats = [seat_item(order, each) for order in orders for each in seats_of(order)]
    words = [token_item(order, each) for order in orders for each in tokens_of(order)]
    for kind, wanted in (("ticket", numbers), ("seat", seats), ("token", words)):
        yield from _claimed(kind, wanted, table)


def _claimed(kind: str, wanted: list[Item], table: Held) -> Iterator[str]:
    belongs = {(item["pk"], item["sk"]): item["order_id"] for item in wanted}
    if len(belongs) < len(wanted):
        yield f"two have the same {kind}"
    laid = table.ticket_orders.keys() - {order.id for order in table.placed}
    held = (item for item in table.kinds.get(kind, ()) if item["order_id"] not in laid)
    there = {(item["pk"], item["sk"]): item["order_id"] for item in held}
    for key in belongs.keys() | there.keys():
        if belongs.get(key) != there.get(key):
            found = f"is {belongs.get(key)}'s, and claimed by {there.get(key)}"
            yield f"the {kind} {' '.join(key)} {found}"


def money_received(table: Held) -> Iterator[str]:
    """Money that came in is never lost: what an order has been paid is what was booked, and no
    more is credit than that."""
    for order in table.placed:
        pk, _ = keys.ticket_order(order.id)
        booked = sum(item["minor"] for item in table.beside(pk, "payment"))
        at_once = order.due_on is None
        if order.paid.minor != booked and not at_once:
            yield f"{pk} was paid {order.paid.minor}, and {booked} was booked"
        if not 0 <= order.credit.minor <= order.paid.minor or order.paid.minor < booked:
            yield f"{pk}: {order.credit.minor} is credit of {order.paid.minor}, booked {booked}"


def shop_links(table: Held) -> Iterator[str]:
    heads = [key for key in table.keys_of("shop") if key[1] == HEAD and not table.laid(key)]
    links = [shop_link(shop_of(table.raws[key])) for key in heads]
    wanted = {(item["pk"], item["sk"]) for item in links}
    laid = {key[0] for key in table.keys_of("shop") if table.laid((key[0], HEAD))}
    found = table.kinds.get("shop_link", ())
    leading = (item for item in found if keys.shop(item["shop_id"])[0] not in laid)
    for key in wanted ^ {(item["pk"], item["sk"]) for item in leading}:
        yield f"a shop's link is missing, or leads nowhere: {' '.join(key)}"


def messages(table: Held) -> Iterator[str]:
    """What was said was said once, and by an event that says so."""
    for item in table.kinds.get("message", ()):
        _, number, kind, channel = item["sk"].split("#")
        event = table.items.get(keys.event(item["pk"], int(number)), {})
        said = {(m["kind"], _through(m)) for m in event.get("messages", ())}
        if (keys.unpart(kind), keys.unpart(channel)) not in said:
            yield f"{item['pk']} {item['sk']}: its event says {said}"
    for item in table.kinds.get("message_by_hand", ()):
        if keys.event(item["pk"], item["number"]) not in table.items:
            yield f"{item['pk']} {item['sk']} came with no event"


def _through(message: Item) -> str:
    """What goes to staff goes a way of its own."""
    channel = str(message["channel"])
    return f"{channel}-staff" if message.get("to") == "staff" else channel


def parked(table: Held) -> Iterator[str]:
    """What is parked is on the list, and the other way round."""
    listed = {(i["record_pk"], i["record_sk"]) for i in table.kinds.get("parked", ())}
    out: set[Key] = {key for key, raw in table.raws.items() if "parked_at" in raw}
    for key in out - listed:
        yield f"{' '.join(key)} is parked, and on no list"
    for key in listed - out:
        if table.items.get(key, {}).get("item") != "event" and key in table.raws:
            yield f"{' '.join(key)} is on the list, and not parked"
