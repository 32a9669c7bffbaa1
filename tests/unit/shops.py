"""A shop that is not stored, as staff registers it and as its organiser's changes leave it."""

from tacit.domain.tickets.shops import (
    ChangeSettings,
    InvoiceWish,
    RegisterShop,
    ShopChange,
    ShopCommand,
    decide_shop,
)
from tacit.domain.tickets.values import Shop
from tacit.domain.values import Actor, Role
from tacit.policies import newest
from tests.unit.cases import STAFF, at

OLGA = Actor(Role.ORGANISER, "olga")
NOW = at("2025-04-01")
REGISTERED = RegisterShop(
    STAFF,
    "shop-1",
    "infomaniak",
    "olga",
    "Théâtre du Lac",
    "Europe/Zurich",
    InvoiceWish(),
    "0" * 64,
)


def moved(shop: Shop | None, command: ShopCommand) -> ShopChange:
    """A command that is not refused, and does something."""
    decision = decide_shop(shop, command, newest("infomaniak"), NOW)
    assert isinstance(decision, ShopChange)
    return decision


def a_shop(changes: int = 0) -> Shop:
    """With so many changes of its settings behind it."""
    shop = moved(None, REGISTERED).shop
    for number in range(changes):
        wish = InvoiceWish(first=number % 300 + 11)
        shop = moved(shop, ChangeSettings(OLGA, None, wish)).shop
    return shop
