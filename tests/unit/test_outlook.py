"""What a contract's page says: the allowed actions, and what comes next."""

from dataclasses import replace
from datetime import date

import pytest

from tacit.domain.calendar import last_day_to_reactivate
from tacit.domain.commands import Cancel, ComeDue
from tacit.domain.outlook import Next, actions, next_step
from tacit.domain.policy import Channel, Policy
from tacit.domain.values import JOB, Actor, Order
from tests.unit.cases import ALICE, BOB, KREATIVMEDIA, STAFF, SVENSKA, at, carried_out, registered

NOW = at("2025-11-03")
CANCELLED = carried_out(registered(), Cancel(ALICE), KREATIVMEDIA, NOW)
EXPIRED = carried_out(CANCELLED, ComeDue(JOB), KREATIVMEDIA, at("2026-01-15"))


def rows(situation: object, actor: Actor, policy: Policy = KREATIVMEDIA) -> dict[str, str]:
    found = actions(situation, actor, policy, NOW)  # type: ignore[arg-type]
    return {row.action: row.code or "allowed" for row in found}


def test_each_action_is_allowed_or_says_why_not() -> None:
    names = ("cancel", "reactivate", "restore", "transfer_out")
    for situation, actor, codes in (
        (registered(), ALICE, ("allowed", "not_cancelled", "not_expired")),
        (CANCELLED, ALICE, ("already_cancelled", "allowed", "not_expired")),
        (CANCELLED, BOB, ("not_your_role", "not_your_role", "not_your_role")),
        (EXPIRED, STAFF, ("expired", "expired", "allowed", "not_transferable")),
        (EXPIRED, ALICE, ("expired", "expired", "ask_support")),
        (EXPIRED, BOB, ("not_your_role", "not_your_role", "not_your_role")),
    ):
        assert rows(situation, actor) == dict(zip(names, codes, strict=False))


def test_K10_an_allowed_reactivation_says_until_when() -> None:
    row = next(r for r in actions(CANCELLED, ALICE, KREATIVMEDIA, NOW) if r.allowed)
    assert (row.action, row.params) == ("reactivate", {"last_day": date(2026, 1, 14)})


def test_what_goes_through_support_sends_the_holder_there_and_lets_staff() -> None:
    rule = replace(KREATIVMEDIA.actions["reactivate"], channel=Channel.SUPPORT)
    policy = replace(KREATIVMEDIA, actions={**KREATIVMEDIA.actions, "reactivate": rule})
    assert rows(CANCELLED, ALICE, policy)["reactivate"] == "ask_support"
    assert rows(CANCELLED, BOB, policy)["reactivate"] == "not_your_role"
    assert rows(CANCELLED, STAFF, policy)["reactivate"] == "allowed"


def test_an_action_the_policy_does_not_name_is_not_offered() -> None:
    policy = replace(KREATIVMEDIA, actions={})
    offered = rows(registered(), ALICE, policy)
    assert (offered["cancel"], offered["reactivate"]) == ("not_offered", "not_offered")


def test_S4_restoring_is_allowed_to_the_holder_where_it_goes_online_whatever_he_has() -> None:
    """What it is paid from is the command's question: no account is known here."""
    domain = registered(SVENSKA, plan="premium-domain", label="example.org.nz")
    cancelled = carried_out(domain, Cancel(ALICE), SVENSKA, NOW)
    expired = carried_out(cancelled, ComeDue(JOB), SVENSKA, at("2026-01-15"))
    assert expired.account is None
    for actor, code in ((ALICE, "allowed"), (STAFF, "allowed"), (BOB, "not_your_role")):
        assert rows(expired, actor, SVENSKA)["restore"] == code


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        ("2025-11-03", Next("renew", date(2025, 12, 16))),
        ("2025-12-20", Next("renew", date(2025, 12, 20))),
        ("2026-01-15", Next("expire", date(2026, 1, 29))),
        ("2026-03-01", Next("expire", date(2026, 3, 1))),
    ],
)
def test_an_active_contract_renews_and_if_nobody_does_it_expires(now: str, expected: Next) -> None:
    assert next_step(registered(), KREATIVMEDIA, at(now)) == expected


def test_without_autorenewal_it_expires_on_its_day() -> None:
    order = Order("o-1", "kreativmedia", "alice", False, 1, 1)
    situation = replace(registered(), order=order)
    assert next_step(situation, KREATIVMEDIA, NOW) == Next("expire", date(2026, 1, 15))


def test_a_cancelled_contract_expires_and_an_expired_one_closes() -> None:
    assert next_step(CANCELLED, KREATIVMEDIA, NOW) == Next("expire", date(2026, 1, 15))
    assert next_step(EXPIRED, KREATIVMEDIA, at("2026-01-20")) == Next("close", date(2026, 2, 14))


def test_what_is_closed_or_open_ended_has_nothing_to_come() -> None:
    closed = carried_out(EXPIRED, ComeDue(JOB), KREATIVMEDIA, at("2026-02-14"))
    assert next_step(closed, KREATIVMEDIA, NOW) is None
    other = registered(plan="mailbox", label="box")
    other = carried_out(other, Cancel(ALICE), KREATIVMEDIA, NOW)
    other = carried_out(other, ComeDue(JOB), KREATIVMEDIA, at("2026-01-15"))
    assert next_step(other, KREATIVMEDIA, at("2026-01-20")) is None


def test_K10_the_last_day_to_reactivate_is_the_day_before_the_end() -> None:
    assert CANCELLED.contract is not None and EXPIRED.contract is not None
    assert last_day_to_reactivate(CANCELLED.contract) == date(2026, 1, 14)
    assert last_day_to_reactivate(EXPIRED.contract) is None


def test_a_cancellation_after_the_end_cannot_be_undone_and_promises_no_day() -> None:
    overdue = carried_out(registered(), Cancel(ALICE), KREATIVMEDIA, at("2026-01-20"))
    assert overdue.contract is not None
    assert last_day_to_reactivate(overdue.contract) is None
