"""Rule G1: the invoice_reminders job after days in which it did not run. An outage of ours never
costs a buyer his tickets."""

import pytest

from tests.integration.conftest import World
from tests.integration.rules.policy_files import PolicyFiles
from tests.integration.rules.scenes import it_is
from tests.integration.rules.ticket_scenes import (
    a_shop,
    asked_about,
    cancels,
    free,
    letters,
    mailed,
    on,
    order,
    order_body,
    ordered,
    paid,
    set_to,
    show,
    status,
    told,
)
from tests.integration.shops import OLGA

SEATS = ("S-1", "S-2", "S-3")


@pytest.fixture
def owed(world: World) -> World:
    """o-1, placed on 1 April in a shop of (10, 2): reminders on days 10 and 20, cancelled after
    day 30, which is 1 May."""
    a_shop(world)
    ordered(world)
    return world


def cancelled_from(world: World, day: str, dated: str) -> None:
    """Pending through the last minute of the day it is dated, and cancelled with one mail."""
    letters(world)
    assert on(world, dated, "23:59")["status"] == "pending"
    seen = on(world, day, "00:00")
    assert (seen["status"], seen["cancelled_on"]) == ("cancelled", dated)
    assert mailed(world) == ["cancelled"]


def test_G1_dark_from_day_9_to_day_21_one_reminder_leaves_the_newest(owed: World) -> None:
    on(owed, "2025-04-10")
    assert mailed(owed) == []
    seen = on(owed, "2025-04-22")
    assert (seen["status"], seen["reminders_sent"]) == ("pending", 2)
    (letter,) = letters(owed)
    assert "Rappel 2" in letter and "2 mai 2025" in letter
    # It has been out for ten days when 2 May is over, and not on 1 May.
    assert (seen["due_on"], seen["cancels_on"]) == ("2025-05-02", "2025-05-02")
    for day in ("2025-04-22", "2025-04-30", "2025-05-02"):
        assert on(owed, day, "23:00")["status"] == "pending"
    assert mailed(owed) == []
    cancelled_from(owed, "2025-05-03", "2025-05-02")


def test_G1_the_older_reminder_never_happened(owed: World) -> None:
    """Neither the bus nor the books hear of one that nobody was sent."""
    told(owed)
    on(owed, "2025-04-22")
    (event,) = told(owed)
    assert (event["type"], event["data"]["number"]) == ("ticket_order.reminded", 2)


@pytest.mark.parametrize(
    ("n", "back", "due_on", "after"),
    [
        (10, "2025-05-20", "2025-05-30", "2025-05-31"),
        (5, "2025-05-20", "2025-05-25", "2025-05-26"),
        (10, "2025-04-21", "2025-05-01", "2025-05-02"),
        (5, "2025-04-12", "2025-04-17", "2025-04-18"),
    ],
)
def test_G1_never_cancelled_before_the_last_reminder_has_been_out_n_days(
    world: World, n: int, back: str, due_on: str, after: str
) -> None:
    a_shop(world, days_before_first_reminder=n)
    ordered(world)
    seen = on(world, back)
    assert (seen["reminders_sent"], seen["due_on"], seen["cancels_on"]) == (2, due_on, due_on)
    assert mailed(world) == ["reminder 2"]
    cancelled_from(world, after, due_on)


def test_G1_the_first_reminder_was_sent_and_the_second_is_late(owed: World) -> None:
    on(owed, "2025-04-11")
    seen = on(owed, "2025-05-05")
    assert (seen["reminders_sent"], seen["due_on"]) == (2, "2025-05-15")
    assert mailed(owed) == ["reminder 2"]
    cancelled_from(owed, "2025-05-16", "2025-05-15")


def test_G1_a_late_first_reminder_leaves_what_comes_after_it_in_place(owed: World) -> None:
    seen = on(owed, "2025-04-15")
    assert (seen["reminders_sent"], seen["due_on"], seen["cancels_on"]) == (
        1,
        "2025-04-25",
        "2025-05-01",
    )
    assert on(owed, "2025-04-21")["due_on"] == "2025-05-01"
    cancelled_from(owed, "2025-05-02", "2025-05-01")


def test_G1_dark_after_the_last_reminder_the_cancellation_is_late_and_dated_its_own_day(
    owed: World,
) -> None:
    for day in ("2025-04-11", "2025-04-21"):
        on(owed, day)
    letters(owed)
    seen = on(owed, "2025-05-20")
    assert (seen["status"], seen["cancelled_on"]) == ("cancelled", "2025-05-01")
    assert mailed(owed) == ["cancelled"]


def test_G1_without_reminders_there_is_none_to_wait_for(world: World) -> None:
    a_shop(world, reminders=0)
    ordered(world)
    seen = on(world, "2025-05-20")
    assert (seen["status"], seen["cancelled_on"]) == ("cancelled", "2025-04-11")
    assert mailed(world) == ["cancelled"]


@pytest.mark.parametrize(("delay", "hard", "after"), [(0, "05-02", "05-03"), (2, "05-04", "05-05")])
def test_G1_G4_the_banks_delay_is_added_to_what_was_told_late(
    world: World, policies: PolicyFiles, delay: int, hard: str, after: str
) -> None:
    policies.edit("infomaniak", {"ticketing.bank_delay_days": delay})
    a_shop(world)
    ordered(world)
    seen = on(world, "2025-04-22")
    assert (seen["due_on"], seen["cancels_on"]) == ("2025-05-02", f"2025-{hard}")
    cancelled_from(world, f"2025-{after}", f"2025-{hard}")


def test_G1_counted_from_the_first_reminder_the_later_day_stays(
    world: World, policies: PolicyFiles
) -> None:
    policies.edit("infomaniak", {"ticketing.anchor": "first_reminder"})
    a_shop(world)
    ordered(world)
    seen = on(world, "2025-04-22")
    assert (seen["due_on"], seen["cancels_on"]) == ("2025-05-11", "2025-05-11")
    cancelled_from(world, "2025-05-12", "2025-05-11")


def test_G1_a_run_that_is_late_by_hours_changes_nothing_that_is_told(owed: World) -> None:
    assert on(owed, "2025-04-11", "23:59")["due_on"] == "2025-04-21"
    assert on(owed, "2025-04-21", "23:59")["due_on"] == "2025-05-01"


def test_G1_after_the_outage_one_run_is_enough_and_a_second_does_nothing(owed: World) -> None:
    on(owed, "2025-04-22")
    letters(owed)
    before = order(owed)
    for at in ("12:05", "18:00", "23:55"):
        assert on(owed, "2025-04-22", at) == before
    assert mailed(owed) == []


def test_G1_paid_in_the_dark_the_order_hears_nothing(owed: World) -> None:
    it_is(owed, "2025-04-18")
    paid(owed, value_date="2025-04-18")
    on(owed, "2025-05-20")
    assert (status(owed), mailed(owed)) == ("paid", [])


def test_G1_settings_of_the_shop_do_not_shorten_what_an_outage_made_longer(owed: World) -> None:
    set_to(owed, days_before_first_reminder=1, reminders=0)
    assert on(owed, "2025-04-22")["due_on"] == "2025-05-02"


def test_G1_an_order_that_was_registered_weeks_late_is_reminded_before_it_is_cancelled(
    world: World,
) -> None:
    a_shop(world)
    it_is(world, "2025-05-20")
    reply = world.call("PUT", "/ticket-orders/o-1", OLGA, order_body("2025-04-01"))
    assert reply.status == 201, reply.text
    assert on(world, "2025-05-20", "12:05")["due_on"] == "2025-05-30"
    assert mailed(world) == ["reminder 2"]
    cancelled_from(world, "2025-05-31", "2025-05-30")


# ---------------------------------------------------------------- G1 and the last payment day


@pytest.fixture
def soon(world: World) -> World:
    """The event is on 3 May, two days after the hard day."""
    a_shop(world)
    ordered(world, event=show("2025-05-03T18:00:00Z"))
    return world


@pytest.mark.parametrize("back", ["2025-04-24", "2025-05-03", "2025-05-04", "2025-05-20"])
def test_G1_where_it_would_pass_the_last_payment_day_the_organiser_is_asked(
    soon: World, back: str
) -> None:
    """A reminder of 24 April would have been out for ten days on 4 May."""
    on(soon, back)
    for day in ("2025-05-04", "2025-05-05", "2025-05-21"):
        on(soon, day)
    seen = order(soon)
    assert (seen["status"], seen["open_question"]) == ("pending", "overdue")
    assert asked_about(soon) == ["o-1"]
    assert "cancelled" not in mailed(soon)
    assert free(soon, *SEATS, event=show("2025-05-03T18:00:00Z")) == []


@pytest.mark.parametrize(("back", "status_then"), [("23", "cancelled"), ("24", "pending")])
def test_G1_what_is_out_for_n_days_by_the_last_payment_day_is_cancelled(
    soon: World, back: str, status_then: str
) -> None:
    on(soon, f"2025-04-{back}")
    assert order(soon)["due_on"] == "2025-05-03"
    assert on(soon, "2025-05-03", "23:59")["status"] == "pending"
    assert on(soon, "2025-05-04", "00:00")["status"] == status_then


def test_G1_the_banks_delay_is_no_time_for_the_buyer(world: World, policies: PolicyFiles) -> None:
    """Out since 25 April, ten days later the last payment day has passed, though not the bank's."""
    policies.edit("infomaniak", {"ticketing.bank_delay_days": 2})
    a_shop(world)
    ordered(world, event=show("2025-05-03T18:00:00Z"))
    on(world, "2025-04-25")
    for day in ("2025-05-04", "2025-05-06", "2025-05-09"):
        assert on(world, day)["status"] == "pending"
    assert asked_about(world) == ["o-1"]


def test_G1_nobody_is_threatened_with_a_cancellation_that_does_not_come(soon: World) -> None:
    on(soon, "2025-04-25")
    (letter,) = letters(soon)
    assert "3 mai 2025" in letter
    assert "annulée" not in letter


def test_G1_no_request_for_payment_leaves_after_the_last_payment_day(soon: World) -> None:
    seen = on(soon, "2025-05-04")
    assert (seen["status"], seen["open_question"], mailed(soon)) == ("pending", "overdue", [])


def test_G1_the_question_is_asked_once(soon: World) -> None:
    on(soon, "2025-05-04")
    before = order(soon)
    for day in ("2025-05-04", "2025-05-05", "2025-06-01"):
        assert on(soon, day, "18:00") == before


def test_G1_the_organiser_answers_by_cancelling(soon: World) -> None:
    on(soon, "2025-05-04")
    assert cancels(soon, refund=None).status == 200
    assert (status(soon), asked_about(soon)) == ("cancelled", [])
    assert mailed(soon) == []


def test_G1_money_answers_the_question(soon: World) -> None:
    on(soon, "2025-05-04")
    assert asked_about(soon) == ["o-1"]
    paid(soon, "100.00", value_date="2025-05-02")
    assert (status(soon), asked_about(soon)) == ("pending", ["o-1"])
    paid(soon, "50.00", "bank-2", "2025-05-04")
    assert (status(soon), asked_about(soon)) == ("paid", [])
    assert order(soon)["open_question"] is None
