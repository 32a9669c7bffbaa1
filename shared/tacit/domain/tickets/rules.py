"""A provider's published rules of ticketing as values."""

from dataclasses import dataclass
from enum import StrEnum

HOLDS = (0, 10, 15, 20, 25, 30)  # seconds that a message can be held back (I18)
LATEST_MAIL_HOUR = 12  # G5
INVOICE = "invoice"


class ReminderAnchor(StrEnum):
    """From where the last payment day of an invoice is counted (I4): the order's day, or that of
    the first reminder."""

    ORDER = "order"
    FIRST_REMINDER = "first_reminder"


@dataclass(frozen=True, slots=True)
class Insurer:
    """Who decides on claims of insured orders (I11)."""

    name: str
    contact: str


@dataclass(frozen=True, slots=True)
class Ticketing:
    """How ticket orders are paid, reminded and cancelled (I1 to I11, G3 to G6), and messages held
    (I18). The first three are what a shop begins with. Reminders leave from `mail_hour` on, local
    time, for orders that are `min_age_hours` old; `bank_delay_days` are waited for money that is on
    its way. `commission_percent` of what was paid stays due. `hold_seconds`: how long a message
    that a person sends can be undone; `settings_kept`: how many changes of settings (I19)."""

    days_before_first_reminder: int
    reminders: int
    closes_days_before_event: int
    anchor: ReminderAnchor
    bank_delay_days: int
    mail_hour: int
    min_age_hours: int
    commission_percent: int
    payment_methods: frozenset[str]
    refund_methods: frozenset[str]
    hold_seconds: int
    settings_kept: int
    insurer: Insurer | None = None
