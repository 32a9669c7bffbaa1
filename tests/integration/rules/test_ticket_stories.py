"""The worked examples IW1 and IW2, day by day."""

import pytest

from tests.integration.conftest import World
from tests.integration.edge import assert_problem
from tests.integration.rules.policy_files import PolicyFiles
from tests.integration.rules.ticket_scenes import (
    VOUCHER,
    a_shop,
    asked_about,
    bought,
    cancels,
    comes_in,
    found,
    free,
    lets_in,
    letters,
    mailed,
    on,
    order,
    ordered,
    paid,
    tickets,
)

SEATS = ("S-1", "S-2", "S-3")


def a_day(world: World, day: str, order_id: str = "o-1") -> tuple[str, int, str, list[str]]:
    """The job at noon: status, reminders, the day told, and what was mailed."""
    seen = on(world, day, order_id=order_id)
    return seen["status"], seen["reminders_sent"], seen["due_on"], mailed(world)


def test_IW1_reminded_twice_and_cancelled_when_day_30_is_over(world: World) -> None:
    a_shop(world, days_before_first_reminder=10, reminders=2)
    ordered(world, day="2025-04-01", at="12:00")
    assert order(world)["due_on"] == "2025-04-11"
    assert a_day(world, "2025-04-10") == ("pending", 0, "2025-04-11", [])
    assert a_day(world, "2025-04-11") == ("pending", 1, "2025-04-21", ["reminder 1"])
    assert a_day(world, "2025-04-12") == ("pending", 1, "2025-04-21", [])
    assert a_day(world, "2025-04-20") == ("pending", 1, "2025-04-21", [])
    assert a_day(world, "2025-04-21") == ("pending", 2, "2025-05-01", ["reminder 2"])
    assert a_day(world, "2025-05-01") == ("pending", 2, "2025-05-01", [])
    assert free(world, *SEATS) == []
    assert a_day(world, "2025-05-02") == ("cancelled", 2, "2025-05-01", ["cancelled"])
    assert order(world)["cancelled_on"] == "2025-05-01"
    assert free(world, *SEATS) == list(SEATS)
    assert lets_in(world, "T-1") == {"T-1": False}
    assert a_day(world, "2025-05-03") == ("cancelled", 2, "2025-05-01", [])


def test_IW1_the_card_order_beside_it_never_hears_a_word(world: World) -> None:
    a_shop(world, days_before_first_reminder=10, reminders=2)
    bought(world, "card", day="2025-04-01")
    for day in ("2025-04-10", "2025-04-11", "2025-04-21", "2025-05-01", "2025-05-02"):
        on(world, day, order_id="card")
    assert letters(world) == []
    assert order(world, "card")["status"] == "paid"


def test_IW1_paid_on_15_april_there_is_no_second_reminder(world: World) -> None:
    a_shop(world, days_before_first_reminder=10, reminders=2)
    ordered(world, day="2025-04-01")
    assert a_day(world, "2025-04-11") == ("pending", 1, "2025-04-21", ["reminder 1"])
    on(world, "2025-04-15")
    assert paid(world, value_date="2025-04-15")["status"] == "paid"
    for day in ("2025-04-21", "2025-05-01", "2025-05-02"):
        assert on(world, day)["status"] == "paid"
    assert letters(world) == []


@pytest.mark.parametrize(
    ("anchor", "first", "last", "after"),
    [
        ("order", "2025-04-11", "2025-04-16", "2025-04-17"),
        ("first_reminder", "2025-04-16", "2025-04-21", "2025-04-22"),
    ],
)
def test_IW1_a_shop_of_5_and_2_under_both_readings_of_the_page(
    world: World, policies: PolicyFiles, anchor: str, first: str, last: str, after: str
) -> None:
    policies.edit("infomaniak", {"ticketing.anchor": anchor})
    a_shop(world, days_before_first_reminder=5, reminders=2)
    ordered(world, day="2025-04-01")
    assert a_day(world, "2025-04-05") == ("pending", 0, "2025-04-06", [])
    assert a_day(world, "2025-04-06") == ("pending", 1, first, ["reminder 1"])
    assert a_day(world, "2025-04-10") == ("pending", 1, first, [])
    assert a_day(world, "2025-04-11") == ("pending", 2, last, ["reminder 2"])
    assert a_day(world, last) == ("pending", 2, last, [])
    assert a_day(world, after) == ("cancelled", 2, last, ["cancelled"])
    assert order(world)["cancelled_on"] == last


@pytest.mark.parametrize("words", ["o-1", "Léa Müller", "lea@example.net", "T-2"])
def test_IW2_one_ticket_of_a_paid_order_is_taken_back(world: World, words: str) -> None:
    a_shop(world)
    ordered(world, day="2025-04-01", tickets=tickets("T-1", "T-2", "T-3", price="50.00"))
    seen = paid(world, "150.00", value_date="2025-04-01")
    assert (seen["status"], seen["commission"]["amount"]) == ("paid", "6.00")

    (order_id,) = found(world, words)
    reply = cancels(world, "T-2", order_id=order_id)
    assert reply.status == 200, reply.text
    codes = {warning["code"] for warning in reply.json["warnings"]}
    assert {"nothing_is_refunded", "tell_the_buyer"} <= codes

    assert_problem(comes_in(world, "T-2"), 409, "ticket_cancelled")
    assert free(world, *SEATS) == ["S-2"]
    for number in ("T-1", "T-3"):
        assert comes_in(world, number).status == 200
    seen = order(world)
    assert (seen["status"], seen["commission"]["amount"]) == ("paid", "6.00")
    (note,) = seen["refunds"]
    assert {name: note[name] for name in VOUCHER} == VOUCHER
    assert note["tickets"] == ["T-2"]
    assert (letters(world), asked_about(world)) == ([], [])
