"""Rule G6: until when payment by invoice is offered, and the deadline of an order made later."""

from typing import Any

import pytest

from tests.integration.conftest import World
from tests.integration.edge import assert_problem
from tests.integration.rules.policy_files import PolicyFiles
from tests.integration.rules.ticket_scenes import (
    a_shop,
    bought,
    cancels,
    deadlines,
    free,
    letters,
    mailed,
    on,
    order,
    order_body,
    ordered,
    paid,
    pays,
    set_to,
    show,
    status,
    tickets,
)
from tests.integration.shops import OLGA

LATE = "invoice_offered_late"
AROUND = (1, 2, 10, 11, 12, 20, 21, 22, 30)
"""The days of a schedule of (10, 2), and those beside them."""


def placed_for(
    world: World, event_day: str, at: str = "18:00:00Z", **fields: Any
) -> dict[str, Any]:
    """An order of 1 April, by invoice, for an event that begins at this instant."""
    return ordered(world, event=show(f"{event_day}T{at}"), **fields)


def warned(order: dict[str, Any]) -> list[str]:
    return [warning["code"] for warning in order["warnings"]]


def daily(world: World, *days: int) -> dict[str, list[str]]:
    """What is mailed on which of these days of April."""
    seen = {}
    for day in days:
        on(world, f"2025-04-{day:02}")
        if heard := mailed(world):
            seen[f"04-{day:02}"] = heard
    return seen


# ---------------------------------------------------------------- offered


@pytest.mark.parametrize(
    ("n", "k", "closes", "last_event", "first_event"),
    [
        # n (1 + k) days and `closes` more lie between an order of 1 April and its event.
        (10, 2, 0, "2025-04-30", "2025-05-01"),
        (10, 2, 5, "2025-05-05", "2025-05-06"),
        (5, 2, 0, "2025-04-15", "2025-04-16"),
        (10, 0, 0, "2025-04-10", "2025-04-11"),
        (1, 0, 0, "2025-04-01", "2025-04-02"),
        (1, 0, 30, "2025-05-01", "2025-05-02"),
    ],
)
def test_G6_invoices_are_offered_while_the_whole_schedule_fits_before_the_last_payment_day(
    world: World, n: int, k: int, closes: int, last_event: str, first_event: str
) -> None:
    a_shop(world, days_before_first_reminder=n, reminders=k, closes_days_before_event=closes)
    late = placed_for(world, last_event, order_id="late", tickets=tickets("T-1"))
    fits = placed_for(world, first_event, order_id="fits", tickets=tickets("T-2"))
    assert (warned(late), warned(fits)) == ([LATE], [])


def test_G6_the_policys_closing_days_count_where_the_shop_says_nothing(
    world: World, policies: PolicyFiles
) -> None:
    policies.edit("infomaniak", {"ticketing.closes_days_before_event": 3})
    a_shop(world)
    assert warned(placed_for(world, "2025-05-03", order_id="late", tickets=tickets("T-1"))) == [
        LATE
    ]
    assert warned(placed_for(world, "2025-05-04", order_id="fits", tickets=tickets("T-2"))) == []


def test_G6_the_event_is_on_its_local_day(world: World) -> None:
    """22:30 in London is half past midnight in Zurich."""
    a_shop(world)
    fits = placed_for(world, "2025-04-30", "22:30:00Z", order_id="fits", tickets=tickets("T-1"))
    late = placed_for(world, "2025-04-30", "21:30:00Z", order_id="late", tickets=tickets("T-2"))
    assert (warned(fits), warned(late)) == ([], [LATE])
    assert deadlines(world, "fits")[1] == "2025-05-01"
    assert deadlines(world, "late")[1] == "2025-04-30"


@pytest.mark.parametrize("method", ["card", "free"])
def test_G6_other_ways_of_paying_are_never_late(world: World, method: str) -> None:
    a_shop(world)
    made = bought(world, payment_method=method, event=show("2025-04-02T18:00:00Z"))
    assert (warned(made), made["status"]) == ([], "paid")


# ---------------------------------------------------------------- capped, squeezed, dropped


@pytest.mark.parametrize(
    ("event_day", "mails", "due_on", "ends"),
    [
        ("05-01", {"04-11": ["reminder 1"], "04-21": ["reminder 2"]}, "05-01", "05-02"),
        # The second one could be out for nine days only.
        ("04-30", {"04-11": ["reminder 1"]}, "04-30", "05-01"),
        ("04-21", {"04-11": ["reminder 1"]}, "04-21", "04-22"),
        ("04-20", {}, "04-20", "04-21"),
        ("04-12", {}, "04-12", "04-13"),
        ("04-05", {}, "04-05", "04-06"),
        ("04-01", {}, "04-01", "04-02"),
    ],
)
def test_G6_the_deadline_is_capped_at_the_last_payment_day_and_reminders_are_dropped(
    world: World, event_day: str, mails: dict[str, list[str]], due_on: str, ends: str
) -> None:
    a_shop(world)
    made = placed_for(world, f"2025-{event_day}")
    assert made["cancels_on"] == f"2025-{due_on}"
    # Without a reminder that could extend it, the last day is told at once.
    assert made["due_on"] == ("2025-04-11" if mails else f"2025-{due_on}")
    last = 30 if due_on >= "04-30" else int(due_on[3:])
    assert daily(world, *(day for day in AROUND if day <= last)) == mails
    seen = on(world, f"2025-{due_on}", "23:59")
    assert (seen["status"], seen["due_on"]) == ("pending", f"2025-{due_on}")
    seen = on(world, f"2025-{ends}", "00:00")
    assert (seen["status"], seen["cancelled_on"]) == ("cancelled", f"2025-{due_on}")
    assert mailed(world) == ["cancelled"]


@pytest.mark.parametrize(("closes", "cancels_on"), [(0, "04-20"), (3, "04-17"), (9, "04-11")])
def test_G6_the_cap_is_the_shops_closing_day(world: World, closes: int, cancels_on: str) -> None:
    a_shop(world, closes_days_before_event=closes)
    assert placed_for(world, "2025-04-20")["cancels_on"] == f"2025-{cancels_on}"


def test_G6_where_the_last_payment_day_has_passed_the_order_day_is_left(world: World) -> None:
    a_shop(world, closes_days_before_event=30)
    made = placed_for(world, "2025-04-10")
    assert (made["due_on"], made["cancels_on"]) == ("2025-04-01", "2025-04-01")
    assert on(world, "2025-04-01", "23:59")["status"] == "pending"
    assert on(world, "2025-04-02", "00:00")["status"] == "cancelled"


@pytest.mark.parametrize(("delay", "hard", "after"), [(0, "04-30", "05-01"), (2, "05-02", "05-03")])
def test_G6_G4_what_is_told_is_capped_and_the_bank_has_its_delay(
    world: World, policies: PolicyFiles, delay: int, hard: str, after: str
) -> None:
    policies.edit("infomaniak", {"ticketing.bank_delay_days": delay})
    a_shop(world)
    placed_for(world, "2025-04-30")
    assert on(world, "2025-04-11")["due_on"] == "2025-04-30"
    assert order(world)["cancels_on"] == f"2025-{hard}"
    assert on(world, f"2025-{hard}", "23:59")["status"] == "pending"
    assert on(world, f"2025-{after}", "00:00")["status"] == "cancelled"


@pytest.mark.parametrize("day", ["2199-12-01", "2199-12-29"])
def test_G4_the_banks_delay_ends_with_the_calendar(
    world: World, policies: PolicyFiles, day: str
) -> None:
    """No record has a day after 2199: one with two days more would be accepted, and never read."""
    policies.edit("infomaniak", {"ticketing.bank_delay_days": 2})
    a_shop(world, "2199-01-01")
    ordered(world, day=day, event=show("2199-12-30T18:00:00Z"))
    assert order(world)["cancels_on"] == "2199-12-31"
    for each in ("2199-12-11", "2199-12-20", "2199-12-30"):
        on(world, each)
    seen = order(world)
    assert (seen["due_on"], seen["cancels_on"]) == ("2199-12-30", "2199-12-31")


def test_G6_counted_from_the_first_reminder_the_cap_holds_as_well(
    world: World, policies: PolicyFiles
) -> None:
    policies.edit("infomaniak", {"ticketing.anchor": "first_reminder"})
    a_shop(world)
    placed_for(world, "2025-05-05")
    assert order(world)["cancels_on"] == "2025-05-05"
    for day in ("2025-04-11", "2025-04-21"):
        assert on(world, day)["due_on"] <= "2025-05-05"
    assert on(world, "2025-05-06", "00:00")["status"] == "cancelled"


def test_G6_the_last_reminder_that_is_kept_says_when_the_order_is_cancelled(world: World) -> None:
    a_shop(world)
    placed_for(world, "2025-04-30")
    on(world, "2025-04-11")
    (letter,) = letters(world)
    assert "30 avril 2025" in letter and "annulée" in letter


def test_G6_open_orders_keep_the_closing_day_they_were_placed_under(world: World) -> None:
    a_shop(world)
    placed_for(world, "2025-05-03")
    set_to(world, closes_days_before_event=20)
    assert deadlines(world) == ("2025-04-11", "2025-05-01")
    on(world, "2025-04-11")
    assert on(world, "2025-04-21")["due_on"] == "2025-05-01"


def test_G6_a_seat_given_up_at_the_cap_can_still_be_sold_for_the_event(world: World) -> None:
    a_shop(world, closes_days_before_event=2)
    placed_for(world, "2025-04-20")
    evening = show("2025-04-20T18:00:00Z")
    assert free(world, "S-1", event=evening) == []
    on(world, "2025-04-19", "00:00")
    assert free(world, "S-1", event=evening) == ["S-1"]


def test_G6_money_before_the_cap_pays_the_order(world: World) -> None:
    a_shop(world)
    placed_for(world, "2025-04-12")
    paid(world, value_date="2025-04-12")
    on(world, "2025-04-13")
    assert (status(world), mailed(world)) == ("paid", [])


def test_G6_an_order_says_nothing_of_reminders_it_will_not_get(world: World) -> None:
    """Its days are all there is: 20 reminders of a day each, for an event after tomorrow."""
    a_shop(world, days_before_first_reminder=1, reminders=20)
    made = placed_for(world, "2025-04-03")
    assert (made["due_on"], made["cancels_on"]) == ("2025-04-02", "2025-04-03")
    assert daily(world, 1, 2, 3, 4, 5) == {"04-02": ["reminder 1"], "04-04": ["cancelled"]}
    assert pays(world, value_date="2025-04-05").status == 200


def test_G3_nothing_is_revived_for_an_event_that_is_over(world: World) -> None:
    a_shop(world)
    placed_for(world, "2025-04-12")
    on(world, "2025-04-13")
    seen = paid(world, value_date="2025-04-13")
    assert (seen["status"], seen["credit"]["amount"]) == ("cancelled", "150.00")
    assert seen["open_question"] is not None


def test_I7_a_new_order_in_place_of_a_late_one_is_late_as_well(world: World) -> None:
    a_shop(world)
    placed_for(world, "2025-04-12")
    assert cancels(world, refund=None).status == 200
    again = tickets("N-1")
    made = placed_for(world, "2025-04-12", order_id="o-2", tickets=again)
    assert (warned(made), made["cancels_on"]) == ([LATE], "2025-04-12")
    set_to(world, enabled=False)
    refused = order_body(event=show("2025-04-12T18:00:00Z"), tickets=tickets("N-9"))
    reply = world.call("PUT", "/ticket-orders/o-3", OLGA, refused)
    assert_problem(reply, 409, "invoice_not_offered")
