"""A ticket order that is not stored, and messages by hand about it."""

from datetime import datetime, timedelta

from tacit.domain.money import Money
from tacit.domain.tickets.by_hand import (
    HoldMessage,
    MessageByHand,
    MessageChange,
    MessageCommand,
    MessageDecision,
    decide_message,
    hold,
)
from tacit.domain.tickets.commands import NewTicket, Place
from tacit.domain.tickets.decision import OrderChange, Standing
from tacit.domain.tickets.life import decide
from tacit.domain.tickets.values import Buyer, Show, TicketOrder
from tacit.policies import newest
from tests.unit.cases import STAFF, at
from tests.unit.shops import OLGA, a_shop

RULES = newest("infomaniak")
NOON = at("2025-04-02")
HOLD = 15
TEXT = "The doors open at eight."
PLACED = Place(
    by=STAFF,
    id="t-1",
    shop_id="shop-1",
    show=Show("e-1", "Giselle", at("2025-06-20")),
    buyer=Buyer("Bea", "bea@example.net", "en"),
    placed_at=at("2025-04-01"),
    method="card",
    channel="online",
    tickets=tuple(NewTicket(f"T-{seat}", seat, Money(5000, "CHF")) for seat in ("A1", "A2")),
    insured=False,
    fingerprint="0" * 64,
)


def after(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


def an_order() -> TicketOrder:
    """Of two tickets, paid by card."""
    change = decide(Standing(None, a_shop()), PLACED, RULES, NOON)
    assert isinstance(change, OrderChange)
    return change.order


def held(text: str = TEXT, order: TicketOrder | None = None) -> MessageChange:
    """A message of olga's, written at noon."""
    return hold(order or an_order(), HoldMessage(OLGA, "buyer", text), RULES, NOON)


def asked(message: MessageByHand, command: MessageCommand, seconds: float = 0) -> MessageDecision:
    return decide_message(an_order(), message, command, RULES, after(seconds))


def moved(message: MessageByHand, command: MessageCommand, seconds: float = 0) -> MessageChange:
    """A command that is not refused, and does something."""
    decision = asked(message, command, seconds)
    assert isinstance(decision, MessageChange)
    return decision
