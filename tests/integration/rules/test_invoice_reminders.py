"""Rules I1, I2, I4, G2, G5: the job that reminds of invoices and cancels what stays unpaid."""

from collections.abc import Mapping
from typing import Any

import pytest

from tests.integration.conftest import STAFF, Person, World
from tests.integration.edge import KIM, assert_problem, nothing_written
from tests.integration.rules.policy_files import PolicyFiles
from tests.integration.rules.scenes import instant, it_is, job
from tests.integration.rules.ticket_scenes import (
    LEA,
    a_shop,
    bought,
    cancels,
    free,
    lets_in,
    letters,
    mailed,
    on,
    order,
    ordered,
    paid,
    pays,
    set_to,
    status,
    tickets,
    told_types,
)
from tests.integration.shops import INA, OLGA, opened_shop

SEATS = ("S-1", "S-2", "S-3")
FIRST = {"ticketing.anchor": "first_reminder"}


@pytest.fixture
def owed(world: World) -> World:
    """o-1, placed on 1 April in a shop of (10, 2)."""
    a_shop(world)
    ordered(world)
    return world


def days(world: World, *wanted: str, zone: str = "Europe/Zurich") -> dict[str, list[str]]:
    """What the buyer is written on each of the days, of which the job comes by at noon."""
    seen = {}
    for day in wanted:
        on(world, day, zone=zone)
        if heard := mailed(world):
            seen[day] = heard
    return seen


def april(world: World, *wanted: int) -> dict[str, list[str]]:
    return days(world, *(f"2025-04-{day:02}" for day in wanted))


# ---------------------------------------------------------------- I2, I4: both anchors


CASES: list[tuple[Mapping[str, Any], tuple[int, int], dict[str, str], tuple[str, str]]] = [
    (
        {},
        (10, 2),
        {"04-10": "04-11", "04-11": "04-21", "04-20": "04-21", "04-21": "05-01"},
        ("05-01", "05-02"),
    ),
    (
        {},
        (5, 2),
        {"04-05": "04-06", "04-06": "04-11", "04-10": "04-11", "04-11": "04-16"},
        ("04-16", "04-17"),
    ),
    (FIRST, (10, 2), {"04-10": "04-11", "04-11": "05-01", "04-21": "05-11"}, ("05-11", "05-12")),
    (FIRST, (5, 2), {"04-05": "04-06", "04-06": "04-16", "04-11": "04-21"}, ("04-21", "04-22")),
    ({}, (10, 0), {"04-10": "04-11"}, ("04-11", "04-12")),
    (FIRST, (10, 0), {"04-10": "04-11"}, ("04-11", "04-12")),
    ({}, (1, 1), {"04-01": "04-02", "04-02": "04-03"}, ("04-03", "04-04")),
    (
        {"ticketing.bank_delay_days": 2},
        (5, 2),
        {"04-06": "04-11", "04-11": "04-16"},
        ("04-18", "04-19"),
    ),
]


@pytest.mark.parametrize(
    ("policy", "settings", "told", "ends"),
    CASES,
    ids=lambda value: "-".join(map(str, value)) if isinstance(value, tuple) else None,
)
def test_I4_each_reminder_extends_the_deadline_and_the_order_is_cancelled_when_the_last_is_over(
    world: World,
    policies: PolicyFiles,
    policy: Mapping[str, Any],
    settings: tuple[int, int],
    told: dict[str, str],
    ends: tuple[str, str],
) -> None:
    """`told`: the day told after each of these days; `ends`: the hard day, and the day after."""
    policies.edit("infomaniak", policy)
    n, k = settings
    a_shop(world, days_before_first_reminder=n, reminders=k)
    ordered(world)
    heard = []
    for day, due_on in told.items():
        assert on(world, f"2025-{day}")["due_on"] == f"2025-{due_on}"
        heard += mailed(world)
    last, after = (f"2025-{day}" for day in ends)
    seen = on(world, last, "23:59")
    assert (seen["status"], seen["reminders_sent"], seen["cancels_on"]) == ("pending", k, last)
    seen = on(world, after, "00:00")
    assert (seen["status"], seen["cancelled_on"]) == ("cancelled", last)
    reminders = [f"reminder {number}" for number in range(1, k + 1)]
    assert [*heard, *mailed(world)] == [*reminders, "cancelled"]
    assert free(world, *SEATS) == list(SEATS)


def test_I2_by_default_reminders_leave_on_day_10_and_20_and_day_30_is_the_last(
    owed: World,
) -> None:
    seen = april(owed, 1, 9, 10, 11, 12, 19, 20, 21, 22, 30)
    assert seen == {"2025-04-11": ["reminder 1"], "2025-04-21": ["reminder 2"]}
    assert days(owed, "2025-05-01", "2025-05-02", "2025-05-03") == {"2025-05-02": ["cancelled"]}
    assert order(owed)["cancelled_on"] == "2025-05-01"


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        (
            {"days_before_first_reminder": 4},
            {"2025-04-05": ["reminder 1"], "2025-04-09": ["reminder 2"], "2025-04-14": "x"},
        ),
        ({"reminders": 1}, {"2025-04-11": ["reminder 1"], "2025-04-22": "x"}),
        ({"reminders": 0}, {"2025-04-12": "x"}),
    ],
)
def test_I2_the_default_is_the_policys(
    world: World, policies: PolicyFiles, number: dict[str, int], expected: dict[str, Any]
) -> None:
    policies.edit("infomaniak", {f"ticketing.{name}": value for name, value in number.items()})
    a_shop(world)
    ordered(world)
    wanted = {day: ["cancelled"] if said == "x" else said for day, said in expected.items()}
    assert april(world, 4, 5, 6, 8, 9, 10, 11, 12, 13, 14, 21, 22) == wanted


def test_I2_the_buyer_is_told_the_day_and_that_his_tickets_are_not_valid(owed: World) -> None:
    for day in ("2025-04-11", "2025-04-21"):
        on(owed, day)
    letters(owed)
    on(owed, "2025-05-02")
    (letter,) = letters(owed)
    assert "1er mai 2025" in letter and "ne sont plus valables" in letter
    assert lets_in(owed, "T-1", "T-2", "T-3") == {"T-1": False, "T-2": False, "T-3": False}
    assert order(owed)["commission"]["amount"] == "0.00"


def test_I19_open_orders_are_reminded_by_the_settings_they_were_placed_under(
    owed: World,
) -> None:
    set_to(owed, enabled=False, days_before_first_reminder=3, reminders=5)
    assert april(owed, 4, 7, 10, 11, 12, 20, 21, 22) == {
        "2025-04-11": ["reminder 1"],
        "2025-04-21": ["reminder 2"],
    }


# ---------------------------------------------------------------- I1: who is left alone


@pytest.mark.parametrize("method", ["card", "twint", "cash", "free"])
def test_I1_orders_that_are_not_paid_by_invoice_are_never_touched(
    world: World, method: str
) -> None:
    a_shop(world, days_before_first_reminder=1, reminders=1)
    bought(world, payment_method=method)
    before = order(world)
    assert days(world, "2025-04-02", "2025-04-03", "2025-04-04", "2025-08-31", "2025-09-02") == {}
    assert order(world) == before


def test_I2_none_after_payment(owed: World) -> None:
    on(owed, "2025-04-11")
    paid(owed, value_date="2025-04-11")
    assert mailed(owed) == []  # the mail of 11 April had not left yet
    before = order(owed)
    assert days(owed, "2025-04-21", "2025-05-02", "2025-06-01") == {}
    assert order(owed) == before


def test_I2_a_reminder_of_which_a_part_is_paid_asks_for_the_rest(owed: World) -> None:
    paid(owed, "60.00", value_date="2025-04-01")
    on(owed, "2025-04-11")
    (letter,) = letters(owed)
    assert "90.00 CHF" in letter and "150.00" not in letter


def test_I7_what_the_organiser_cancelled_is_never_reminded_of(owed: World) -> None:
    assert cancels(owed, refund=None).status == 200
    assert days(owed, "2025-04-11", "2025-04-21", "2025-05-02") == {}
    assert order(owed)["cancelled_by"] != "deadline"


# ---------------------------------------------------------------- G5: hours and zones


@pytest.mark.parametrize(
    ("hour", "before", "from_"),
    [(9, "08:59", "09:00"), (7, "06:59", "07:00"), (12, "11:59", "12:00")],
)
def test_G5_a_reminder_leaves_from_the_policys_local_hour(
    world: World, policies: PolicyFiles, hour: int, before: str, from_: str
) -> None:
    policies.edit("infomaniak", {"ticketing.mail_hour": hour})
    a_shop(world)
    ordered(world)
    assert on(world, "2025-04-11", before)["reminders_sent"] == 0
    assert on(world, "2025-04-11", from_)["reminders_sent"] == 1


def test_G5_the_hour_and_the_days_are_those_of_the_shops_zone(world: World) -> None:
    """21:30 of 1 April in St. John's is 2 April in Zurich; and 9 o'clock there is 13:30 here."""
    zone = "America/St_Johns"
    a_shop(world, "2025-03-01", zone=zone)
    ordered(world, at="21:30", zone=zone)
    assert order(world)["due_on"] == "2025-04-11"
    assert on(world, "2025-04-11", "13:29")["reminders_sent"] == 0
    assert on(world, "2025-04-11", "13:30")["reminders_sent"] == 1
    (letter,) = letters(world)
    assert "21 avril 2025" in letter and zone in letter
    on(world, "2025-04-21", zone=zone)
    assert on(world, "2025-05-01", "23:59", zone)["status"] == "pending"
    assert on(world, "2025-05-02", "00:00", zone)["status"] == "cancelled"


NIGHTS = [
    # zone, day of the order, instant of the reminder (n = 10, k = 1)
    ("Europe/Zurich", "2025-03-20", "2025-03-30T07:00:00Z", "2025-03-30T06:59:59Z"),
    ("Europe/Zurich", "2025-10-16", "2025-10-26T08:00:00Z", "2025-10-26T07:59:59Z"),
    ("America/St_Johns", "2025-02-27", "2025-03-09T11:30:00Z", "2025-03-09T11:29:59Z"),
]


@pytest.mark.parametrize(("zone", "placed_on", "at", "before"), NIGHTS)
def test_G5_on_the_day_the_clocks_change_nine_is_nine(
    world: World, zone: str, placed_on: str, at: str, before: str
) -> None:
    a_shop(world, "2025-01-15", zone=zone)
    ordered(world, day=placed_on, zone=zone, event=later())
    assert at_instant(world, before)["reminders_sent"] == 0
    assert at_instant(world, at)["reminders_sent"] == 1


MIDNIGHTS = [
    # zone, day of the order, hard day, first instant after it (n = 1, k = 0)
    ("Europe/Zurich", "2025-03-29", "2025-03-30", "2025-03-30T22:00:00Z", "2025-03-30T21:59:59Z"),
    ("Europe/Zurich", "2025-10-25", "2025-10-26", "2025-10-26T23:00:00Z", "2025-10-26T22:59:59Z"),
    # There is no midnight: the day after begins at one o'clock.
    ("America/Havana", "2025-03-07", "2025-03-08", "2025-03-09T05:00:00Z", "2025-03-09T04:59:59Z"),
    # There are two midnights, of which the first begins the day.
    ("America/Havana", "2025-10-31", "2025-11-01", "2025-11-02T04:00:00Z", "2025-11-02T03:59:59Z"),
]


@pytest.mark.parametrize(("zone", "placed_on", "hard_day", "at", "before"), MIDNIGHTS)
def test_G5_the_last_day_may_be_paid_whole_also_when_the_clocks_change(
    world: World, zone: str, placed_on: str, hard_day: str, at: str, before: str
) -> None:
    a_shop(world, "2025-01-15", zone=zone, days_before_first_reminder=1, reminders=0)
    ordered(world, day=placed_on, zone=zone, event=later())
    assert order(world)["cancels_on"] == hard_day
    assert at_instant(world, before)["status"] == "pending"
    seen = at_instant(world, at)
    assert (seen["status"], seen["cancelled_on"]) == ("cancelled", hard_day)


def later() -> dict[str, str]:
    return {"id": "e-9", "name": "Le Lac des cygnes", "starts_at": "2026-06-01T18:00:00Z"}


def at_instant(world: World, when: str) -> dict[str, Any]:
    job(world, when[:10], when[11:19], "UTC", name="invoice_reminders")
    return order(world)


@pytest.mark.parametrize(
    ("hours", "before", "from_"),
    [(2, "01:29", "01:30"), (5, "04:29", "04:30"), (0, None, "00:00")],
)
def test_G5_no_reminder_for_an_order_younger_than_some_hours(
    world: World, policies: PolicyFiles, hours: int, before: str | None, from_: str
) -> None:
    """Placed half an hour before the day on which a reminder is due from midnight on."""
    policies.edit("infomaniak", {"ticketing.min_age_hours": hours, "ticketing.mail_hour": 0})
    a_shop(world, days_before_first_reminder=1, reminders=1)
    ordered(world, at="23:30")
    assert on(world, "2025-04-01", "23:59")["reminders_sent"] == 0
    if before is not None:
        assert on(world, "2025-04-02", before)["reminders_sent"] == 0
    assert on(world, "2025-04-02", from_)["reminders_sent"] == 1


def test_G5_a_reminder_that_was_overtaken_by_the_cancellation_is_not_mailed_any_more(
    owed: World,
) -> None:
    """The mails of all steps leave together, after an outage of whoever carries them."""
    for day in ("2025-04-11", "2025-04-21", "2025-05-02"):
        on(owed, day)
    assert mailed(owed) == ["cancelled"]


def test_I5_the_deadlines_letter_does_not_leave_for_a_cancellation_of_the_organisers(
    owed: World,
) -> None:
    """It is still on its way when late money undoes the deadline's, and the organiser cancels what
    is paid: that he tells the buyer himself."""
    for day in ("2025-04-11", "2025-04-21"):
        on(owed, day)
    mailed(owed)
    assert on(owed, "2025-05-02")["cancelled_by"] == "deadline"
    assert pays(owed, value_date="2025-05-01").status == 200
    assert status(owed) == "paid"
    assert cancels(owed).status == 200
    assert order(owed)["cancelled_by"] == "organiser"
    assert mailed(owed) == []


def test_G5_the_text_gives_date_and_zone_and_the_last_one_the_hard_day(
    world: World, policies: PolicyFiles
) -> None:
    policies.edit("infomaniak", {"ticketing.bank_delay_days": 2})
    a_shop(world)
    ordered(world)
    on(world, "2025-04-11")
    (first,) = letters(world)
    assert "21 avril 2025" in first and "Europe/Zurich" in first and "o-1-1" in first
    assert "3 mai" not in first
    on(world, "2025-04-21")
    (last,) = letters(world)
    assert "1er mai 2025" in last and "3 mai 2025" in last and "Europe/Zurich" in last


@pytest.mark.parametrize(
    ("locale", "said"), [("fr", "21 avril 2025"), ("en", "21 April 2025"), ("sv", "21 april 2025")]
)
def test_G5_the_buyer_reads_his_own_language(world: World, locale: str, said: str) -> None:
    a_shop(world)
    ordered(world, buyer={**LEA, "locale": locale})
    on(world, "2025-04-11")
    (letter,) = letters(world)
    assert said in letter and f'lang="{locale}"' in letter


# ---------------------------------------------------------------- G2: nothing twice


def test_G2_288_runs_in_a_day_do_nothing_twice(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every five minutes of 21 April: one order is reminded for the first time, one for the second,
    one is cancelled; what was paid, or bought by card, hears nothing."""
    monkeypatch.setenv("JOB_MESSAGES", "1")
    a_shop(world, "2025-03-01")
    ordered(world, "cancelled", "2025-03-21", tickets=tickets("A-1"))
    on(world, "2025-03-31", order_id="cancelled")
    ordered(world, "second", "2025-04-01", tickets=tickets("A-2"))
    bought(world, "card", tickets=tickets("A-3"))
    on(world, "2025-04-10", order_id="cancelled")
    ordered(world, "first", "2025-04-11", tickets=tickets("A-4"))
    ordered(world, "paid", "2025-04-11", tickets=tickets("A-5"))
    on(world, "2025-04-11", order_id="second")
    assert pays(world, "50.00", value_date="2025-04-11", order_id="paid").status == 200
    letters(world)
    it_is(world, "2025-04-21", "23:59")
    # Of which 288 changes would be 288 events: a run takes its hour from its own `as_of`.
    monkeypatch.setattr(world, "set_clock", lambda now: None)
    for minute in range(0, 24 * 60, 5):
        at = f"{minute // 60:02}:{minute % 60:02}"
        job(world, "2025-04-21", at, name="invoice_reminders")
    heard = letters(world)
    assert len(heard) == 3
    for words in ("Rappel 1 : paiement de votre commande first", "commande second", "cancelled"):
        assert sum(words in letter.split("\n")[0] for letter in heard) == 1
    sent = {each: order(world, each)["reminders_sent"] for each in ("first", "second", "cancelled")}
    assert sent == {"first": 1, "second": 2, "cancelled": 2}
    states = {
        each: status(world, each) for each in ("first", "second", "cancelled", "paid", "card")
    }
    assert states == {
        "first": "pending",
        "second": "pending",
        "cancelled": "cancelled",
        "paid": "paid",
        "card": "paid",
    }


def test_G2_a_message_delivered_twice_and_a_run_of_an_earlier_hour_do_nothing(
    owed: World,
) -> None:
    it_is(owed, "2025-04-11")
    told_types(owed)
    run = {"as_of": instant("2025-04-11")}
    for _ in range(2):
        owed.invoke("invoice_reminders", run)
    queue = owed.queue_of("invoice_reminders")
    while messages := owed.messages(queue):
        for message in [each for each in messages for _ in range(2)]:
            answer = owed.invoke("invoice_reminders_worker", {"Records": [message]})
            assert answer == {"batchItemFailures": []}
    owed.run_job(instant("2025-04-11", "09:00"), job="invoice_reminders")
    assert told_types(owed) == ["reminded"]
    assert order(owed)["reminders_sent"] == 1


def test_G2_as_of_decides_and_not_the_wall_clock(owed: World) -> None:
    """A run for an hour that has passed does what was due then."""
    it_is(owed, "2025-06-01")
    owed.run_job(instant("2025-04-10"), job="invoice_reminders")
    assert order(owed)["reminders_sent"] == 0
    owed.run_job(instant("2025-04-11"), job="invoice_reminders")
    assert (order(owed)["due_on"], order(owed)["reminders_sent"]) == ("2025-04-21", 1)


# ---------------------------------------------------------------- whose run it is


@pytest.mark.parametrize(("who", "sent"), [(INA, 1), (STAFF, 1), (KIM, 0)])
def test_a_run_of_a_providers_staff_covers_its_shops_alone(
    owed: World, who: Person, sent: int
) -> None:
    it_is(owed, "2025-04-11")
    body = {"job": "invoice_reminders", "as_of": instant("2025-04-11")}
    reply = owed.call("POST", "/job-runs", who, body)
    assert reply.status == 202, reply.text
    owed.work_queue(job="invoice_reminders")
    assert order(owed)["reminders_sent"] == sent
    run = owed.call("GET", f"/job-runs/{reply.json['id']}", who).json
    assert (run["status"], run["counts"]["done"]) == ("done", sent)


def test_an_organiser_starts_no_job(owed: World) -> None:
    it_is(owed, "2025-04-11")
    body = {"job": "invoice_reminders", "as_of": instant("2025-04-11")}
    with nothing_written(owed):
        assert_problem(owed.call("POST", "/job-runs", OLGA, body), 403, "not_your_role")


def test_orders_of_two_shops_come_due_each_in_its_own_zone(world: World) -> None:
    a_shop(world)
    opened_shop(world, "shop-2", organiser="olga", timezone="Pacific/Auckland")
    ordered(world, "o-1", at="05:00")
    ordered(world, "o-2", at="05:00", shop_id="shop-2", tickets=tickets("U-1"))
    # 9 o'clock in Auckland is 23 o'clock of the day before in Zurich.
    on(world, "2025-04-10", "22:59")
    assert order(world, "o-2")["reminders_sent"] == 0
    on(world, "2025-04-10", "23:00")
    assert (order(world, "o-1")["reminders_sent"], order(world, "o-2")["reminders_sent"]) == (0, 1)
