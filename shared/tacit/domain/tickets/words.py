"""By which words an order is found (I10): case, accents and strokes do not matter."""

import unicodedata
from collections.abc import Iterable

from tacit.domain.tickets.values import TicketOrder

# Beside thirty tickets on seats, a transaction has room for that many.
MOST_TOKENS = 24
_LONGEST = 120  # bytes of a word; letters that are many when taken apart would fill a key
_STROKES = str.maketrans({"ł": "l", "ø": "o", "đ": "d", "ħ": "h", "ŧ": "t", "æ": "ae", "œ": "oe"})


def folded(text: str) -> str:
    """Without case, accents and strokes: "Léa MÜLLER" is "lea muller"."""
    taken_apart = unicodedata.normalize("NFKD", text.casefold())
    plain = "".join(c for c in taken_apart if not unicodedata.combining(c)).casefold()
    return plain.translate(_STROKES)


def words_of(text: str) -> tuple[str, ...]:
    """As they are looked for: what stands between blanks."""
    return tuple(dict.fromkeys(_cut(word) for word in folded(text).split()))


def tokens_of(order: TicketOrder) -> tuple[str, ...]:
    """Of order number, e-mail and name. Tickets are found by their own items."""
    return tuple(dict.fromkeys(_tokens(order)))[:MOST_TOKENS]


def is_found(order: TicketOrder, wanted: Iterable[str]) -> bool:
    """Whether every word is one of the order's, its tickets' numbers included."""
    there = {*_tokens(order), *(_cut(folded(ticket.number)) for ticket in order.tickets)}
    return all(word in there for word in wanted)


def _tokens(order: TicketOrder) -> list[str]:
    """Words first, then their parts: "Müller-Meier" is also "muller", "meier", "mullermeier"."""
    whole = [_cut(folded(order.id)), _cut(folded(order.buyer.email))]
    words = words_of(order.buyer.name)
    return [*whole, *words, *(part for word in words for part in _parts(word))]


def _parts(word: str) -> list[str]:
    apart = "".join(c if c.isalnum() else " " for c in word).split()
    return [*apart, "".join(apart)] if len(apart) > 1 else apart


def _cut(word: str) -> str:
    return word.encode()[:_LONGEST].decode(errors="ignore")
