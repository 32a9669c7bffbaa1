"""What `explain` tells of a policy: the days on which its rules act on example contracts."""

from dataclasses import replace
from datetime import date, timedelta
from functools import cache
from typing import Any

import pytest

from tacit.domain.days import Length, Unit
from tacit.domain.policy import Anchor, Channel, Policy
from tacit.domain.tickets.rules import Insurer, ReminderAnchor
from tacit.policies import newest, shipped
from tacit.policies.explanation import WIDTH, explain

NEW_YEAR = date(2027, 1, 1)

# I12 to I16: reminded, renewed where it can be paid or is warranted; else redemption at a fee,
# online, then free for anybody.
INFOMANIAK = """\
infomaniak/1: days of Europe/Zurich, amounts in CHF
The terms of the examples end on 2027-01-01. "until" names the last day.
cancel (at_term): online (holder, staff)
reactivate: online (holder, staff)
transfer_out: online (staff)
fuse: what cannot be taken back waits for staff where a run would do 500 of it or more, and no run
  has done any before, or none for more than 14 days, or its day comes to far more than usual
  far more than usual: over 300 % of the busiest of the last days, and over 500 above it
ticketing: paid by card, cash, free, invoice, twint; of these only an invoice is paid later, and
  reminded of
  a shop begins with 2 reminders, the first 10 days after the order and each 10 days after the one
    before it, and with invoices that are paid by the day of the event; it may set other numbers
  reminders leave from 09:00 on, and not within 2 hours of the order
  4 % of what was paid stay due, whatever is cancelled
  whoever gives money back says how: bank_transfer, card, cash, exchange, full, none, partial,
    voucher
  insured with Allianz Suisse (+41 44 283 32 22, info.ch@allianz.com), which decides on claims
  a message that a person sends can be undone for 15 seconds; the last 20 changes of a shop's
    settings can be undone
    ordered by invoice on 2027-01-01, for an event on 2027-02-20; on that day it is offered for
      events from 2027-01-31 on
      2027-01-01  to be paid until 2027-01-11
      2027-01-11  reminder 1; to be paid until 2027-01-21
                  mail: invoice_reminder to the buyer
      2027-01-21  reminder 2, the last one; to be paid until 2027-01-31
                  mail: invoice_reminder to the buyer
      2027-02-01  cancelled if it is still unpaid, dated 2027-01-31
                  mail: order_cancelled to the buyer

kind domain

  extension .ch, .li
    example: domain-ch (12 months, 13.50 CHF), name.ch
    cancelled at term, at the latest on 2026-12-31
      2026-12-01  cancelled; served until the end, and taken back for nothing until 2026-12-31
                  mail: cancelled to the holder
      2026-12-02  reminded of the end, 30 days before
                  mail: expiry_noticed to the holder
      2026-12-25  reminded of the end, 7 days before
                  mail: expiry_noticed to the holder
      2027-01-01  expired: phase redemption, not served
                  comes back until 2027-02-09, online (holder, staff), for 73.50 CHF
                    (restoration_fee 60.00, renewal 13.50); its term ends on 2028-01-01 then
                  mail: expired to the holder
      2027-01-04  reminded of the end, 3 days after
                  mail: expiry_noticed to the holder
      2027-02-10  closed: released
                  mail: released to the holder
    neither cancelled nor paid
      2026-12-02  reminded of the end, 30 days before
                  mail: expiry_noticed to the holder
      2026-12-02  the next term is to be paid until 2026-12-31: 13.50 CHF
                  not paid (no_account); tried again every day
                  mail: renewal_unpaid to the holder
      2026-12-25  reminded of the end, 7 days before
                  mail: expiry_noticed to the holder
      2027-01-01  if no renewal was tried, waits until 2027-01-14 for one that is still owed
      2027-01-01  expired: phase redemption, not served
                  comes back until 2027-02-09, online (holder, staff), for 73.50 CHF
                    (restoration_fee 60.00, renewal 13.50); its term ends on 2028-01-01 then
                  mail: expired to the holder
      2027-01-04  reminded of the end, 3 days after
                  mail: expiry_noticed to the holder
      2027-02-10  closed: released
                  mail: released to the holder
    not paid, under Renewal Warranty
      2026-12-02  reminded of the end, 30 days before
                  mail: expiry_noticed to the holder
      2026-12-02  the next term is to be paid until 2026-12-31: 13.50 CHF
                  not paid (balance_too_small); tried again every day
                  mail: renewal_unpaid to the holder
      2026-12-25  reminded of the end, 7 days before
                  mail: expiry_noticed to the holder
      2027-01-01  renewed by its warranty until 2027-12-31; 13.50 CHF is owed
                  mail: warranted to the holder
      2027-01-02  still owed: step 1 towards the holder, by email
                  mail: warranty_contact to the holder
      2027-01-08  still owed: step 2 towards the holder, by sms
                  sms: warranty_contact to the holder
      2027-01-15  still owed: step 3 towards the holder, by phone
      2027-01-31  still owed: step 4 towards the holder, by letter
      2027-12-02  reminded of the end, 30 days before
                  mail: expiry_noticed to the holder
      2027-12-02  the next term is to be paid until 2027-12-31: 13.50 CHF
                  not paid (balance_too_small); tried again every day
                  mail: renewal_unpaid to the holder
      2027-12-25  reminded of the end, 7 days before
                  mail: expiry_noticed to the holder
      2028-01-01  expired: phase redemption, not served
                  comes back until 2028-02-09, online (holder, staff), for 73.50 CHF
                    (restoration_fee 60.00, renewal 13.50); its term ends on 2029-01-01 then
                  mail: expired to the holder
    paid from an account
      2026-12-02  reminded of the end, 30 days before
                  mail: expiry_noticed to the holder
      2026-12-02  the next term is to be paid until 2026-12-31: 13.50 CHF
                  renewed until 2027-12-31 for 13.50 CHF
                  mail: renewed to the holder

  every other contract
    example: domain-com (12 months, 17.50 CHF), name.com
    cancelled at term, at the latest on 2026-12-31
      2026-12-01  cancelled; served until the end, and taken back for nothing until 2026-12-31
                  mail: cancelled to the holder
      2026-12-02  reminded of the end, 30 days before
                  mail: expiry_noticed to the holder
      2026-12-25  reminded of the end, 7 days before
                  mail: expiry_noticed to the holder
      2027-01-01  expired: phase redemption, not served
                  comes back until 2027-01-30, online (holder, staff), for 112.50 CHF
                    (restoration_fee 95.00, renewal 17.50); its term ends on 2028-01-01 then
                  mail: expired to the holder
      2027-01-04  reminded of the end, 3 days after
                  mail: expiry_noticed to the holder
      2027-01-31  closed: released
                  mail: released to the holder
    neither cancelled nor paid
      2026-12-02  reminded of the end, 30 days before
                  mail: expiry_noticed to the holder
      2026-12-02  the next term is to be paid until 2026-12-31: 17.50 CHF
                  not paid (no_account); tried again every day
                  mail: renewal_unpaid to the holder
      2026-12-25  reminded of the end, 7 days before
                  mail: expiry_noticed to the holder
      2027-01-01  if no renewal was tried, waits until 2027-01-14 for one that is still owed
      2027-01-01  expired: phase redemption, not served
                  comes back until 2027-01-30, online (holder, staff), for 112.50 CHF
                    (restoration_fee 95.00, renewal 17.50); its term ends on 2028-01-01 then
                  mail: expired to the holder
      2027-01-04  reminded of the end, 3 days after
                  mail: expiry_noticed to the holder
      2027-01-31  closed: released
                  mail: released to the holder
    not paid, under Renewal Warranty
      2026-12-02  reminded of the end, 30 days before
                  mail: expiry_noticed to the holder
      2026-12-02  the next term is to be paid until 2026-12-31: 17.50 CHF
                  not paid (balance_too_small); tried again every day
                  mail: renewal_unpaid to the holder
      2026-12-25  reminded of the end, 7 days before
                  mail: expiry_noticed to the holder
      2027-01-01  renewed by its warranty until 2027-12-31; 17.50 CHF is owed
                  mail: warranted to the holder
      2027-01-02  still owed: step 1 towards the holder, by email
                  mail: warranty_contact to the holder
      2027-01-08  still owed: step 2 towards the holder, by sms
                  sms: warranty_contact to the holder
      2027-01-15  still owed: step 3 towards the holder, by phone
      2027-01-31  still owed: step 4 towards the holder, by letter
      2027-12-02  reminded of the end, 30 days before
                  mail: expiry_noticed to the holder
      2027-12-02  the next term is to be paid until 2027-12-31: 17.50 CHF
                  not paid (balance_too_small); tried again every day
                  mail: renewal_unpaid to the holder
      2027-12-25  reminded of the end, 7 days before
                  mail: expiry_noticed to the holder
      2028-01-01  expired: phase redemption, not served
                  comes back until 2028-01-30, online (holder, staff), for 112.50 CHF
                    (restoration_fee 95.00, renewal 17.50); its term ends on 2029-01-01 then
                  mail: expired to the holder
    paid from an account
      2026-12-02  reminded of the end, 30 days before
                  mail: expiry_noticed to the holder
      2026-12-02  the next term is to be paid until 2026-12-31: 17.50 CHF
                  renewed until 2027-12-31 for 17.50 CHF
                  mail: renewed to the holder
"""


@cache
def shipped_text(provider: str) -> str:
    return explain(newest(provider), NEW_YEAR)


def text_of(policy: Policy) -> str:
    """What is shipped is told to many tests, and explained once."""
    there = policy.provider in shipped() and policy is newest(policy.provider)
    return shipped_text(policy.provider) if there else explain(policy, NEW_YEAR)


def told(policy: Policy, kind: str, course: str) -> list[str]:
    """The lines under the first such course of a kind, their blanks made one."""
    text = text_of(policy).partition(f"\nkind {kind}\n")[2].partition("\nkind ")[0]
    lines = text.splitlines()
    start = next(i for i, line in enumerate(lines) if line.strip().startswith(course))
    found: list[str] = []
    for line in lines[start + 1 :]:
        if not line.startswith("      "):
            break
        if line.startswith(" " * 20):
            found[-1] += f" {line.strip()}"
        else:
            found.append(" ".join(line.split()))
    return found


def with_life(policy: Policy, kind: str, **fields: Any) -> Policy:
    there = policy.kinds[kind]
    lives = (replace(there.lives[0], **fields), *there.lives[1:])
    return replace(policy, kinds={**policy.kinds, kind: replace(there, lives=lives)})


def test_I12_to_I16_a_whole_policy_is_told() -> None:
    assert text_of(newest("infomaniak")) == INFOMANIAK


@pytest.mark.parametrize("provider", shipped())
def test_it_is_plain_text_that_fits_and_is_the_same_each_time(provider: str) -> None:
    text = text_of(newest(provider))
    assert max(map(len, text.splitlines())) <= WIDTH == 100
    assert text.endswith("\n") and "\t" not in text and "\x1b" not in text
    assert text == explain(newest(provider), NEW_YEAR)


@pytest.mark.parametrize("provider", shipped())
def test_every_row_of_lives_is_told_in_the_order_of_the_file(provider: str) -> None:
    policy = newest(provider)
    text = text_of(policy)
    kinds = [line.removeprefix("kind ") for line in text.splitlines() if line.startswith("kind ")]
    assert kinds == list(policy.kinds)
    rows = sum(len(kind.lives) for kind in policy.kinds.values())
    assert text.count("    example: ") == rows


def test_K8_K9_support_restores_and_a_phase_without_an_end_promises_no_day() -> None:
    policy = newest("kreativmedia")
    assert told(policy, "hosting", "cancelled at term")[2:] == [
        "2027-01-01 expired: phase restorable, not served",
        "comes back until 2027-01-30, through support (staff), for 118.80 CHF (renewal 118.80); "
        "its term ends on 2028-01-01 then",
        "mail: expired to the holder",
        "2027-01-31 closed: terminated",
        "mail: terminated to the holder",
    ]
    assert told(policy, "other", "cancelled at term")[2:] == [
        "2027-01-01 expired: phase on_request, not served",
        "comes back with no last day promised, through support (staff), for 36.00 CHF "
        "(renewal 36.00); its term ends on 2028-01-01 then",
        "mail: expired to the holder",
    ]


def test_S6_a_domain_that_is_cancelled_at_once_is_switched_off_until_its_end() -> None:
    assert told(newest("svenska-domaner"), "domain", "cancelled at once")[:4] == [
        "2026-12-01 cancelled at once; 31 paid days are lost",
        "inactive until 2026-12-31: switched off, not over",
        "mail: cancelled_immediately to the holder",
        "2027-01-01 expired: phase restorable, not served",
    ]


def test_S3_S9_a_domain_paid_at_its_registry_for_longer_is_switched_off_before_it_is_over() -> None:
    course = "cancelled at term; paid at the registry until 2028-01-01"
    assert told(newest("svenska-domaner"), "domain", course)[2:5] == [
        "2027-01-01 inactive until 2027-12-31: switched off, not over",
        "mail: inactivated to the holder",
        "2028-01-01 expired: phase restorable, not served",
    ]


def test_G9_it_says_which_registries_end_the_return_earlier() -> None:
    lines = told(newest("svenska-domaner"), "domain", "some registries end the return earlier")
    assert "until 2027-03-11, not until 2027-03-31: .se" in lines
    assert "until 2027-02-09, not until 2027-03-31: .ch, .eu, .nl" in lines


def test_G9_an_example_that_its_registry_cuts_short_says_both_days() -> None:
    """40 days of .ch, and a policy that promises 60."""
    policy = newest("kreativmedia")
    longer = replace(policy.kinds["domain"].lives[0].phases[0], length=Length(Unit.DAYS, 60))
    lines = told(with_life(policy, "domain", phases=(longer,)), "domain", "cancelled at term")
    assert lines[3].startswith("comes back until 2027-02-09, ")
    assert lines[4] == (
        "the policy alone would let it come back until 2027-03-01; its registry does until "
        "2027-02-09"
    )


def test_S11_S12_S13_an_add_on_alone_and_on_a_premium_domain() -> None:
    policy = newest("svenska-domaner")
    assert told(policy, "addon", "cancelled at term")[2].endswith("phase restorable, not served")
    assert told(policy, "addon", "cancelled at once")[1:3] == [
        "expired: phase restorable, not served",
        "comes back until 2026-12-30, online (holder, staff), for nothing (its term is paid); its "
        "term ends on 2027-01-01 then",
    ]
    assert told(policy, "addon", "hanging on premium-domain: cancelled at term")[2:] == [
        "2027-01-01 goes on as free-domain-account for nothing, and follows its parent",
        "mail: downgraded to the holder",
        "2028-01-01 as its parent: expired, phase restorable",
        "2028-04-01 closed: terminated",
        "mail: terminated to the holder",
    ]


def test_S14_an_unpaid_add_on_is_switched_off_for_90_days_from_its_expiry() -> None:
    assert told(newest("svenska-domaner"), "addon", "neither cancelled nor paid")[3:7] == [
        "2027-01-01 if no renewal was tried, waits until 2027-01-14 for one that is still owed",
        "2027-01-01 inactive until 2027-03-31: switched off, not over",
        "mail: inactivated to the holder",
        "2027-04-01 expired: phase restorable, not served",
    ]


def test_R9_a_trial_what_those_who_leave_get_back_and_a_discount_are_told() -> None:
    policy = newest("registrar-ru")
    text = explain(policy, NEW_YEAR)
    assert "example: hosting-1 (1 month, 150.00 RUB, 10 days free first), hosting-1\n" in text
    assert told(policy, "vps", "cancelled at once")[0] == (
        "2026-12-01 cancelled at once; 76.43 RUB of 31 paid days come back"
    )
    yearly = replace(policy, plans={"hosting-12": policy.plans["hosting-12"]})
    assert told(yearly, "hosting", "paid from an account")[:2] == [
        "2026-12-02 the next term is to be paid until 2026-12-31: 1620.00 RUB",
        "renewed until 2027-12-31 for 1620.00 RUB",
    ]


def test_the_days_on_which_renewals_begin_are_the_policys() -> None:
    policy = newest("registrar-ru")
    later = replace(policy, renewal=replace(policy.renewal, lead_days=3))
    for rules, day in ((policy, "2026-12-02"), (later, "2026-12-29")):
        for course in ("neither cancelled nor paid", "paid from an account"):
            assert told(rules, "domain", course)[0].startswith(f"{day} the next term is to be paid")


def test_S11_what_follows_its_parent_is_told_by_its_parents_courses() -> None:
    policy = newest("svenska-domaner")
    text = explain(policy, NEW_YEAR)
    assert "\n  free-domain-account (12 months, 0.00 SEK, not sold any more): follows its" in text
    assert told(policy, "addon", "premium-domain cancelled at once")[:2] == [
        "2026-12-01 as its parent: inactive",
        "2027-01-01 as its parent: expired, phase restorable",
    ]


def test_X1_X3_X10_how_plans_are_changed_is_told_before_the_kinds() -> None:
    text = explain(newest("kriax"), NEW_YEAR).partition("\nkind ")[0]
    assert text.partition("plan change")[2] == (
        " (vps): nothing is charged; the paid days that are left become days of the new plan, by\n"
        "  what a day costs, and at least 1 must be left\n"
        "  one every 30 days; with flexi_plus as often as the customer likes; instant_change_pass"
        " spares one\n    wait, and is spent by it\n"
        "  carried out once the code that is mailed is entered; from then on nothing is paid back\n"
    )
    assert "plan change" not in explain(newest("kreativmedia"), NEW_YEAR)


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"min_days_after_change": 7}, "at least 7 must be left"),
        ({"cooldown_days": 1}, "one every day; with flexi_plus"),
        ({"cooldown_days": 0}, "  as often as the customer likes\n"),
        ({"unlimited_option": None}, "one every 30 days; instant_change_pass spares one wait"),
        ({"unlimited_option": None, "pass_option": None}, "  one every 30 days\n"),
        ({"kinds": frozenset({"vps", "other"})}, "plan change (other, vps): nothing is charged"),
    ],
)
def test_X3_X8_what_is_told_of_plan_changes_is_the_policys(
    fields: dict[str, Any], says: str
) -> None:
    policy = newest("kriax")
    assert policy.plan_change is not None
    changed = replace(policy, plan_change=replace(policy.plan_change, **fields))
    assert says in explain(changed, NEW_YEAR)
    assert says not in explain(policy, NEW_YEAR)


def of_tickets(on: date = NEW_YEAR, **fields: Any) -> list[str]:
    """What is told of ticketing where the table has these fields, its blanks made one."""
    policy = newest("infomaniak")
    assert policy.ticketing is not None
    changed = replace(policy, kinds={}, ticketing=replace(policy.ticketing, **fields))
    text = explain(changed, on).partition("\nticketing: ")[2]
    return [" ".join(line.split()) for line in text.splitlines()]


@pytest.mark.parametrize(
    ("fields", "days"),
    [
        ({}, ["01-01 to be paid", "01-11 reminder 1", "01-21 reminder 2", "02-01 cancelled"]),
        (
            {"days_before_first_reminder": 5},
            ["01-01 to be paid", "01-06 reminder 1", "01-11 reminder 2", "01-17 cancelled"],
        ),
        (
            {"days_before_first_reminder": 5, "anchor": ReminderAnchor.FIRST_REMINDER},
            ["01-01 to be paid", "01-06 reminder 1", "01-11 reminder 2", "01-22 cancelled"],
        ),
        ({"reminders": 1}, ["01-01 to be paid", "01-11 reminder 1", "01-22 cancelled"]),
        ({"reminders": 0}, ["01-01 to be paid", "01-12 cancelled"]),
        (
            {"bank_delay_days": 2},
            ["01-01 to be paid", "01-11 reminder 1", "01-21 reminder 2", "02-03 cancelled"],
        ),
    ],
    ids=["as it is", "sooner", "from the first reminder", "one", "none", "the bank's delay"],
)
def test_I2_I4_G4_the_days_of_an_unpaid_invoice_are_told(
    fields: dict[str, Any], days: list[str]
) -> None:
    found = [line for line in of_tickets(**fields) if line.startswith("2027-")]
    assert len(found) == len(days)
    for line, day in zip(found, days, strict=True):
        assert line.startswith(f"2027-{day}"), line
    eve = date.fromisoformat(found[-1][:10]) - timedelta(days=1)
    assert found[-1].endswith(f"dated {eve}")


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"payment_methods": frozenset({"invoice"})}, "paid by invoice; of these"),
        ({"days_before_first_reminder": 1, "reminders": 1}, "with 1 reminder, 1 day after"),
        ({"reminders": 0}, "with no reminder and 10 days to pay"),
        ({"closes_days_before_event": 3}, "that are paid 3 days before the event; it may"),
        ({"mail_hour": 7}, "reminders leave from 07:00 on, and not within 2 hours of the order"),
        ({"min_age_hours": 0}, "reminders leave from 09:00 on 4 %"),
        ({"commission_percent": 6}, "6 % of what was paid stay due"),
        ({"refund_methods": frozenset({"voucher", "cash"})}, "says how: cash, voucher"),
        ({"insurer": None}, "no order is insured"),
        ({"insurer": Insurer("Sure", "claims@example.net")}, "insured with Sure (claims@"),
        ({"hold_seconds": 0}, "a message that a person sends leaves at once"),
        ({"hold_seconds": 30}, "can be undone for 30 seconds"),
        ({"settings_kept": 1}, "the last 1 change of a shop's settings"),
    ],
)
def test_I3_I18_what_is_told_of_ticketing_is_the_policys(fields: dict[str, Any], says: str) -> None:
    assert says in " ".join(of_tickets(**fields))
    assert says not in " ".join(of_tickets())


def test_G6_the_first_event_that_an_invoice_is_offered_for_is_told() -> None:
    cases: list[tuple[dict[str, Any], str]] = [
        ({}, "2027-01-31"),
        ({"closes_days_before_event": 4}, "2027-02-04"),
        ({"reminders": 0}, "2027-01-11"),
    ]
    for fields, first in cases:
        assert f"offered for events from {first} on" in " ".join(of_tickets(**fields))


def test_a_message_to_buyers_that_is_not_sent_is_told_as_such() -> None:
    policy = newest("infomaniak")
    said = {**policy.messages, "order_cancelled": ()}
    text = explain(replace(policy, kinds={}, messages=said), NEW_YEAR)
    assert "dated 2027-01-31\n                  the buyer is not told\n" in text
    assert "ticketing" not in explain(newest("kreativmedia"), NEW_YEAR)


def test_the_longest_that_a_policy_may_wait_can_be_told() -> None:
    days = ("days_before_first_reminder", "closes_days_before_event", "bank_delay_days")
    longest: dict[str, Any] = {"reminders": 20, **dict.fromkeys(days, 365)}
    found = of_tickets(date(2159, 12, 31), **longest)
    assert any("reminder 20, the last one" in line for line in found)


def test_a_notice_period_moves_the_last_day_to_cancel_at_term() -> None:
    text = explain(with_life(newest("kreativmedia"), "hosting", notice_days=60), NEW_YEAR)
    assert "cancelled at term, at the latest on 2026-11-02\n      2026-11-02  cancelled;" in text


def test_whoever_cannot_take_a_cancellation_back_is_told_so() -> None:
    policy = newest("kreativmedia")
    actions = {name: rule for name, rule in policy.actions.items() if name != "reactivate"}
    lines = told(replace(policy, actions=actions), "hosting", "cancelled at term")
    assert lines[0] == "2026-12-01 cancelled; served until the end, and not taken back"


def test_an_action_through_support_is_told_as_one() -> None:
    policy = newest("kreativmedia")
    by_mail = replace(policy.actions["cancel"], channel=Channel.SUPPORT)
    text = explain(replace(policy, actions={**policy.actions, "cancel": by_mail}), NEW_YEAR)
    assert "cancel (at_term): through support (holder, staff)\n" in text


def test_later_phases_are_told_with_their_own_price_or_without_a_way_back() -> None:
    policy = newest("kreativmedia")
    (first,) = policy.kinds["hosting"].lives[0].phases
    end = replace(
        first, name="deletion", restore=None, anchor=Anchor.PREVIOUS, length=Length(Unit.DAYS, 5)
    )
    lines = told(with_life(policy, "hosting", phases=(first, end)), "hosting", "cancelled at term")
    assert lines[5:] == [
        "2027-01-31 phase deletion, not served",
        "no way back",
        "2027-02-05 closed: terminated",
        "mail: terminated to the holder",
    ]


def test_a_row_that_no_contract_comes_to_is_told_as_one() -> None:
    policy = newest("kreativmedia")
    text = explain(with_life(policy, "hosting", tiers=frozenset({"gold"})), NEW_YEAR)
    assert "  tier gold\n    no contract can have this life\n" in text
    assert "  whatever no row of lives is about\n    example: hosting-start" in text


def test_terms_in_the_middle_of_a_month_and_of_one_month_are_told_too() -> None:
    policy = newest("kreativmedia")
    monthly = replace(policy.plans["hosting-start"], term_months=1)
    plans = {**policy.plans, "hosting-start": monthly}
    text = explain(replace(policy, plans=plans), date(2028, 2, 29))
    assert "example: hosting-start (1 month, 118.80 CHF)" in text
    assert "      2028-01-29  cancelled;" in text


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"min_count": 40}, "where a run would do 40 of it or more"),
        ({"silence_days": 1}, "or none for more than 1 day, or its day"),
        ({"silence_days": 9}, "or none for more than 9 days, or its day"),
        ({"share_percent": 150}, "over 150 % of the busiest of the last days"),
        ({"absolute": 70}, "over 70 above it"),
    ],
)
def test_when_a_run_is_held_is_told_with_the_policys_numbers(
    fields: dict[str, int], says: str
) -> None:
    policy = newest("kreativmedia")
    changed = replace(policy, kinds={}, fuse=replace(policy.fuse, **fields))
    assert says in " ".join(explain(changed, NEW_YEAR).split())
    assert says not in " ".join(explain(policy, NEW_YEAR).split())
