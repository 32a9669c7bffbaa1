"""Values for tests of the pure core: a policy, a contract and the people around it."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

from tacit.domain.commands import Register, Registration
from tacit.domain.decision import Change, Situation
from tacit.domain.life import decide
from tacit.domain.policy import Policy
from tacit.domain.values import Actor, Role
from tacit.policies import newest

KREATIVMEDIA = newest("kreativmedia")
SVENSKA = newest("svenska-domaner")

STAFF = Actor(Role.STAFF, "erin")
ALICE = Actor(Role.HOLDER, "alice")
BOB = Actor(Role.BILLING_CONTACT, "bob")
CAROL = Actor(Role.TECHNICAL_CONTACT, "carol")


def at(text: str) -> datetime:
    """An instant in UTC: "2026-01-10" is its noon, "2026-01-10T23:00" that minute."""
    if "T" not in text:
        text += "T12:00"
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def registration(**fields: Any) -> Registration:
    """Hosting of alice at kreativmedia from 15 January 2025, unless said."""
    wanted = Registration(
        id="c-1",
        provider="kreativmedia",
        plan="hosting-start",
        label="Hosting of Alice",
        holder="alice",
        billing_contact="bob",
        technical_contact="carol",
        email="alice@example.net",
        starts_on=date(2025, 1, 15),
    )
    return replace(wanted, **fields)


def registered(policy: Policy = KREATIVMEDIA, **fields: Any) -> Situation:
    """The situation after such a registration."""
    wanted = registration(provider=policy.provider, **fields)
    decision = decide(
        Situation(None), Register(STAFF, wanted, "fingerprint"), policy, at("2025-01-10")
    )
    assert isinstance(decision, Change)
    return Situation(decision.contract, decision.order)


def carried_out(situation: Situation, command: Any, policy: Policy, now: datetime) -> Situation:
    """The situation after the command; it must change something."""
    decision = decide(situation, command, policy, now)
    assert isinstance(decision, Change), decision
    return replace(situation, contract=decision.contract)
