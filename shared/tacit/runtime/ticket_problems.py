"""The part of the table of problems that is about shops, ticket orders, and messages to buyers."""

from collections.abc import Mapping

from tacit.runtime.problem_entry import Entry

OF_TICKETS: Mapping[str, Entry] = {
    "nothing_to_undo": Entry(
        409,
        "There is nothing to undo",
        "Number {settings_number} of the settings is in force; number {oldest} is as far back as "
        "it goes.",
    ),
    "nothing_to_redo": Entry(
        409,
        "There is nothing to redo",
        "Number {settings_number} of the settings is in force; number {newest} is as far forth as "
        "it goes.",
    ),
    "seat_taken": Entry(409, "A seat is taken", "Somebody else has a valid ticket for: {seats}."),
    "ticket_number_taken": Entry(
        409, "A ticket's number is taken", "Another order has, or had, the tickets {tickets}."
    ),
    "invoice_not_offered": Entry(
        409, "Payment by invoice is not offered", "Shop {shop_id} does not offer it."
    ),
    "whole_order_only": Entry(
        409,
        "Its invoice is not paid yet",
        "Without one of its tickets the invoice of {order_id} would be wrong: cancel the whole "
        "order, register a new one, and send that one's invoice.",
    ),
    "one_by_one": Entry(
        409,
        "One ticket at a time",
        "At the box office tickets are cancelled one by one: name one ticket of {order_id}.",
    ),
    "already_admitted": Entry(
        409, "Somebody has come in with it", "Admitted already with: {tickets}."
    ),
    "ticket_cancelled": Entry(
        409, "The ticket is not valid any more", "{ticket} was cancelled; it lets nobody in."
    ),
    "not_paid": Entry(
        409, "The order is not paid", "{ticket} lets nobody in before {order_id} is paid."
    ),
    "no_credit": Entry(409, "There is no credit", "Nothing of {order_id} is to be given back."),
    "credit_too_small": Entry(
        409,
        "The credit is too small",
        "{short[amount]} {short[currency]} are short of what the tickets cost.",
    ),
    "not_cancelled": Entry(
        409, "The order is not cancelled", "It is {status}; there is nothing to take up again."
    ),
    "already_sent": Entry(
        409,
        "The message is not held any more",
        "{message_id} was held until {held_until}: it has left, or is leaving.",
    ),
    "buyer_erased": Entry(
        409,
        "The buyer was erased",
        "Nobody knows any more whose {order_id} was; there is no address to write to.",
    ),
    "message_dropped": Entry(
        409, "The message was dropped", "{message_id} never leaves; write another one."
    ),
}
