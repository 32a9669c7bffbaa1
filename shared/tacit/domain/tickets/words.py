"""By which words an order is found (I10): case and accents do not matter."""

import unicodedata
from collections.abc import Iterable

from tacit.domain.tickets.values import TicketOrder

MOST_WORDS = 8  # of a buyer's name; the others are looked for in vain


def folded(text: str) -> str:
    """Without case and accents: "Léa MÜLLER" is "lea muller"."""
    taken_apart = unicodedata.normalize("NFKD", text.casefold())
    return "".join(c for c in taken_apart if not unicodedata.combining(c)).casefold()


def words_of(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(folded(text).split()))


def tokens_of(order: TicketOrder) -> tuple[str, ...]:
    """Of order number, name and e-mail, and each once. Tickets are found by their own items."""
    found = (folded(order.id), folded(order.buyer.email), *words_of(order.buyer.name)[:MOST_WORDS])
    return tuple(dict.fromkeys(found))


def is_found(order: TicketOrder, wanted: Iterable[str]) -> bool:
    """Whether every word is one of the order's, its tickets' numbers included."""
    there = {*tokens_of(order), *(folded(ticket.number) for ticket in order.tickets)}
    return all(word in there for word in wanted)
