"""Taking conditions out of transactions, to show that a race without them can be lost."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from types import ModuleType
from typing import Any

from tacit.store import by_hand, code_tries, fuses, orders, repository, shops, ticket_orders
from tacit.store.writes import Write

_Place = tuple[ModuleType, str]
_Loosened = Callable[[Callable[..., Any]], Callable[..., Any]]

# The functions that say what a transaction writes, by module; those of one write by its name.
_TRANSACTIONS: tuple[_Place, ...] = (
    (repository, "writes_of"),
    (orders, "order_writes"),
    (shops, "shop_writes"),
    (ticket_orders, "order_writes"),
)
_SINGLE: dict[str, tuple[_Place, ...]] = {
    "tries": ((code_tries, "one_more"),),
    "fuse": ((fuses, "fuse_write"),),
    "message": ((by_hand, "message_write"), (by_hand, "claim_write")),
}


@contextmanager
def conditions_gone(unlocked: tuple[str, ...]) -> Iterator[None]:
    """For the writes whose names begin so, for as long as the block lasts."""
    single = [place for name in unlocked for place in _SINGLE.get(name, ())]
    places: list[tuple[_Place, _Loosened]] = [(place, _unconditional) for place in single]
    if unlocked:
        places += [(place, _without(unlocked)) for place in _TRANSACTIONS]
    kept = [(module, name, getattr(module, name)) for (module, name), _ in places]
    for ((module, name), loose), (_, _, strict) in zip(places, kept, strict=True):
        setattr(module, name, loose(strict))
    try:
        yield
    finally:
        for module, name, strict in kept:
            setattr(module, name, strict)


def _unconditional(write_of: Callable[..., Write]) -> Callable[..., Any]:
    return lambda *args: replace(write_of(*args), condition=None)


def _without(unlocked: tuple[str, ...]) -> _Loosened:
    def loose(writes_of: Callable[..., Any]) -> Callable[..., Any]:
        return lambda *args: [
            replace(write, condition=None) if write.name.startswith(unlocked) else write
            for write in writes_of(*args)
            if not (write.kind == "check" and write.name.startswith(unlocked))
        ]

    return loose
