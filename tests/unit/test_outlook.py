"""What a contract's page says: the allowed actions, and what comes next."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from tacit.domain.calendar import last_day_to_reactivate
from tacit.domain.collecting import Purse, collect
from tacit.domain.commands import Cancel, ComeDue
from tacit.domain.decision import Situation
from tacit.domain.outlook import Next, actions, next_step
from tacit.domain.policy import Channel, Policy
from tacit.domain.values import JOB, Actor, Order, Status
from tacit.policies import newest
from tests.unit.cases import ALICE, BOB, KREATIVMEDIA, STAFF, SVENSKA, at, carried_out, registered

INFOMANIAK = newest("infomaniak")
NOW = at("2025-11-03")
CANCELLED = carried_out(registered(), Cancel(ALICE), KREATIVMEDIA, NOW)
PENDING = registered(status=Status.PENDING)
EXPIRED = carried_out(CANCELLED, ComeDue(JOB), KREATIVMEDIA, at("2026-01-15"))


STANDS = ("allowed", "not_cancelled", "not_expired", "allowed", "already_active")
ENDS = ("already_cancelled", "allowed", "not_expired", "cancelled", "already_active")
RENEWS_NOT = ("expired", "already_active")


def rows(situation: object, actor: Actor, policy: Policy = KREATIVMEDIA) -> dict[str, str]:
    found = actions(situation, actor, policy, NOW)  # type: ignore[arg-type]
    return {row.action: row.code or "allowed" for row in found}


def test_each_action_is_allowed_or_says_why_not() -> None:
    bought = ("renew", "activate")
    names = ("cancel", "reactivate", "restore", *bought, "switch_autorenewal", "transfer_out")
    as_it_is = ("allowed", "not_cancelled", "not_expired")
    cancelled = ("already_cancelled", "allowed", "not_expired")
    expired = ("expired", "expired", "allowed", "expired", "expired", "allowed")
    for situation, actor, codes in (
        (registered(), ALICE, (*as_it_is, "allowed", "already_active", "allowed")),
        (PENDING, ALICE, (*as_it_is, "not_active_yet", "allowed", "allowed")),
        (CANCELLED, ALICE, (*cancelled, "cancelled", "already_active", "allowed")),
        (CANCELLED, BOB, ("not_your_role",) * 6),
        (EXPIRED, STAFF, (*expired, "not_transferable")),
        (EXPIRED, ALICE, (*expired[:2], "ask_support", *expired[3:])),
        (EXPIRED, BOB, ("not_your_role",) * 6),
    ):
        assert rows(situation, actor) == dict(zip(names, codes, strict=False))


def test_what_was_ordered_for_a_later_day_says_from_which_day_it_can_be_activated() -> None:
    ordered = registered(status=Status.PENDING, starts_on=date(2025, 12, 1))
    (row,) = (r for r in actions(ordered, ALICE, KREATIVMEDIA, NOW) if r.action == "activate")
    assert (row.code, row.available_from) == ("not_yet", date(2025, 12, 1))


def test_G8_a_renewal_is_allowed_where_its_rule_allows_it_whatever_is_on_the_account() -> None:
    assert registered().account is None
    assert rows(registered(), ALICE)["renew"] == rows(registered(), STAFF)["renew"] == "allowed"


@pytest.mark.parametrize("on", [True, False])
def test_R3_the_switch_is_offered_to_its_other_side_and_not_for_one_of_several(on: bool) -> None:
    order = Order("o-1", "kreativmedia", "alice", on, 1, 1)
    situation = replace(registered(), order=order)
    *_, row = actions(situation, ALICE, KREATIVMEDIA, NOW)
    assert (row.action, row.params) == ("switch_autorenewal", {"enabled": not on})
    *_, row = actions(replace(situation, order=replace(order, size=2)), ALICE, KREATIVMEDIA, NOW)
    assert (row.code, row.params["order_id"]) == ("order_wide", "o-1")


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
        ("2026-01-15", Next("renew", date(2026, 1, 15))),
        ("2026-01-28", Next("renew", date(2026, 1, 28))),
        ("2026-01-29", Next("expire", date(2026, 1, 29))),
        ("2026-03-01", Next("expire", date(2026, 3, 1))),
    ],
)
def test_an_active_contract_renews_and_if_nobody_does_it_expires(now: str, expected: Next) -> None:
    assert next_step(registered(), KREATIVMEDIA, at(now)) == expected


def test_R6_what_is_pending_is_activated_by_the_job_from_its_first_day() -> None:
    assert next_step(PENDING, KREATIVMEDIA, at("2025-01-10")) == Next("activate", date(2025, 1, 15))


def tried(day: str, situation: Situation | None = None) -> Situation:
    """After the renewals job of that day, which found no account."""
    situation = situation or registered()
    assert situation.contract is not None
    purse = Purse(())
    found = collect(situation, situation.contract, purse, JOB, KREATIVMEDIA, at(day))
    return replace(situation, contract=found.decision.contract)


@pytest.mark.parametrize(
    ("last", "expected"),
    [
        ("2025-12-16", Next("renew", date(2025, 12, 17))),
        ("2026-01-14", Next("renew", date(2026, 1, 15))),
        ("2026-01-15", Next("expire", date(2026, 1, 15))),
    ],
)
def test_what_was_tried_in_vain_is_tried_on_the_next_day_and_on_the_first_that_is_unpaid(
    last: str, expected: Next
) -> None:
    assert next_step(tried(last), KREATIVMEDIA, at(last)) == expected


def test_R6_what_is_pending_is_activated_on_its_day_and_not_renewed() -> None:
    pending = registered(status=Status.PENDING, starts_on=date(2025, 12, 1))
    assert next_step(pending, KREATIVMEDIA, NOW) == Next("activate", date(2025, 12, 1))
    assert next_step(tried("2025-12-01", pending), KREATIVMEDIA, at("2025-12-01")) == Next(
        "activate", date(2025, 12, 2)
    )
    order = Order("o-1", "kreativmedia", "alice", False, 1, 1)
    assert next_step(replace(pending, order=order), KREATIVMEDIA, NOW) is None


def test_I16_what_a_warranty_covers_is_renewed_on_its_last_day_also_without_autorenewal() -> None:
    wanted: dict[str, Any] = {"plan": "domain-ch", "label": "example.ch", "imported": True}
    domain = registered(INFOMANIAK, **wanted, renewal_warranty=True)
    off = replace(domain, order=Order("o-1", "infomaniak", "alice", False, 1, 1))
    assert next_step(off, INFOMANIAK, NOW) == Next("renew", date(2026, 1, 15))
    alone = replace(registered(INFOMANIAK, **wanted), order=off.order)
    assert next_step(alone, INFOMANIAK, NOW) == Next("expire", date(2026, 1, 15))


def test_I12_being_told_is_no_step() -> None:
    """The expired domain's holder is written to on the third day; it is closed on the 40th."""
    wanted: dict[str, Any] = {"plan": "domain-ch", "label": "example.ch", "imported": True}
    cancelled = carried_out(registered(INFOMANIAK, **wanted), Cancel(ALICE), INFOMANIAK, NOW)
    assert next_step(cancelled, INFOMANIAK, NOW) == Next("expire", date(2026, 1, 15))
    told = carried_out(cancelled, ComeDue(JOB), INFOMANIAK, at("2026-01-10"))
    over = carried_out(told, ComeDue(JOB), INFOMANIAK, at("2026-01-15"))
    assert next_step(over, INFOMANIAK, at("2026-01-16")) == Next("close", date(2026, 2, 24))


def test_G13_a_renewal_that_will_find_a_doubt_waits_for_staff() -> None:
    far = date(2047, 1, 1)
    wanted: dict[str, Any] = {"plan": "domain-ch", "label": "example.ch", "imported": True}
    doubtful = registered(INFOMANIAK, **wanted, registry_expires_on=far)
    assert next_step(doubtful, INFOMANIAK, NOW) == Next("wait_for_staff", date(2025, 12, 16))


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
