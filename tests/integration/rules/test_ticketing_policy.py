"""I2 to I6, I11, I18: the numbers of ticketing are there for everyone to read."""

from tests.integration.conftest import World, customer
from tests.integration.rules.policy_files import PolicyFiles

ANYONE = customer("nobody")
SEEN = {
    "days_before_first_reminder": 10,
    "reminders": 2,
    "closes_days_before_event": 0,
    "anchor": "order",
    "bank_delay_days": 0,
    "mail_hour": 9,
    "commission_percent": 4,
    "refund_methods": [
        "bank_transfer",
        "card",
        "cash",
        "exchange",
        "full",
        "none",
        "partial",
        "voucher",
    ],
    "insurer": {
        "name": "Allianz Suisse",
        "contact": "+41 44 283 32 22, info.ch@allianz.com",
    },
    "hold_seconds": 15,
}


def test_I2_I18_the_numbers_of_ticketing_are_the_files_and_nothing_where_it_has_none(
    world: World, policies: PolicyFiles
) -> None:
    def seen(provider: str) -> object:
        return world.call("GET", f"/providers/{provider}/policy", ANYONE).json["ticketing"]

    assert seen("infomaniak") == SEEN
    other = {
        "days_before_first_reminder": 5,
        "reminders": 1,
        "closes_days_before_event": 3,
        "anchor": "first_reminder",
        "bank_delay_days": 2,
        "mail_hour": 7,
        "commission_percent": 6,
        "refund_methods": ["voucher", "cash"],
        "insurer": None,
        "hold_seconds": 30,
    }
    policies.add("fast", "infomaniak", {f"ticketing.{name}": other[name] for name in other})
    assert seen("fast") == {**other, "refund_methods": ["cash", "voucher"]}
    assert seen("kreativmedia") is None
