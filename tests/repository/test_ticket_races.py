"""Ticket orders in separate processes, fifty times each, or many more: money is never lost, a seat
is sold once, a buyer is told once, and a ticket lets in one.

Head and event each hold one outcome by themselves, and so does what somebody claims: to see a race
lost, all of them have to go.
"""

from collections import Counter

import pytest

from tacit.domain.tickets.values import OrderStatus
from tests.repository import nights
from tests.repository.desk import Desk
from tests.repository.racers import Racers
from tests.repository.ticket_desk import (
    DEADLINE,
    DEADLINE_REMINDED,
    PRICE,
    REMINDER,
    come_due,
    due_at,
    faults,
    history,
    message,
    pay,
    place,
    shop,
    stored,
)
from tests.searches import far

ROUNDS = far(50, 200)
MORE_ROUNDS = far(10, 200)  # of a race that another one here is much like
UNLOCKED_ROUNDS = 5
OF_AN_ORDER = ("order", "event")
LATE = "2025-06-20"

pytestmark = pytest.mark.search


@pytest.fixture
def here(dynamodb_table: str, racers: Racers) -> Desk:
    racers.table = dynamodb_table
    desk = Desk(dynamodb_table)
    shop(desk)
    return desk


def cancelled(desk: Desk, order_id: str, *seats: str) -> None:
    """An order that the deadline has taken."""
    assert place(desk, order_id, *seats) == "registered"
    come_due(desk, DEADLINE, order_id)
    assert stored(desk, order_id).status is OrderStatus.CANCELLED


def paid_at_the_deadline(
    racers: Racers, desk: Desk, minor: int, rounds: int, *unlocked: str
) -> tuple[Counter[tuple[str, ...]], list[str]]:
    """What happened to each order of 50.00, as its history tells it, and what is wrong with it."""
    lives, wrong = Counter[tuple[str, ...]](), list[str]()
    for number in range(rounds):
        order_id, seat = f"o-{number}", f"A{number}"
        place(desk, order_id, seat)
        job = ("come due", message(f"run-{number}", DEADLINE, order_id))
        money = ("pay", order_id, minor, "bank-1", "2025-06-11")
        _, said = racers.race(job, money, unlocked=unlocked)
        wrong += faults(desk, order_id)
        _, *life = history(desk, order_id)
        lives[tuple(life)] += 1
        if life[-1] != said:
            wrong.append(f"told {said} after {life}")
        if due_at(desk, order_id) is not None:
            wrong.append(f"{order_id} is still in the calendar")
    return lives, wrong


def test_G3_money_at_the_very_deadline_pays_or_revives_and_is_never_lost(
    racers: Racers, here: Desk
) -> None:
    lives, wrong = paid_at_the_deadline(racers, here, PRICE, ROUNDS)
    assert wrong == []
    assert lives.total() == ROUNDS
    in_time, revived = ("payment_booked", "paid"), ("cancelled", "payment_booked", "revived")
    assert set(lives) <= {in_time, revived}
    for number in range(ROUNDS):
        order = stored(here, f"o-{number}")
        assert order.status is OrderStatus.PAID
        assert (order.paid.minor, order.credit.minor) == (PRICE, 0)
    invoices = Counter(stored(here, f"o-{number}").invoice for number in range(ROUNDS))
    assert invoices == +Counter({1: lives[in_time], 2: lives[revived]})


@pytest.mark.breaks("what happens without the condition")
def test_money_at_the_very_deadline_is_lost_once_nothing_holds_the_version(
    racers: Racers, here: Desk
) -> None:
    _, wrong = paid_at_the_deadline(racers, here, PRICE, UNLOCKED_ROUNDS, *OF_AN_ORDER)
    assert wrong != []


def test_G3_a_part_at_the_very_deadline_is_credit_and_the_organiser_is_asked(
    racers: Racers, here: Desk
) -> None:
    lives, wrong = paid_at_the_deadline(racers, here, PRICE // 2, MORE_ROUNDS)
    assert set(lives) <= {
        ("payment_booked", "cancelled"),
        ("cancelled", "payment_booked", "credit_kept"),
    }
    # Where the money came first, what it did was not the last thing that happened.
    booked_first = lives["payment_booked", "cancelled"]
    told = ["told payment_booked after ['payment_booked', 'cancelled']"] * booked_first
    assert wrong == told
    for number in range(MORE_ROUNDS):
        order = stored(here, f"o-{number}")
        assert (order.status, order.credit.minor) == (OrderStatus.CANCELLED, PRICE // 2)
        assert order.question in ("paid_in_part", "late_money")


def two_payments(racers: Racers, desk: Desk, rounds: int, *unlocked: str) -> list[str]:
    """Two halves of the price at once, under references of their own; what is wrong then."""
    wrong = []
    for number in range(rounds):
        order_id = f"o-{number}"
        place(desk, order_id, f"A{number}")
        halves = (
            ("pay", order_id, PRICE // 2, reference, "2025-06-11") for reference in ("b-1", "b-2")
        )
        said = racers.race(*halves, unlocked=unlocked)
        wrong += faults(desk, order_id)
        if sorted(said) != ["paid", "payment_booked"]:
            wrong.append(f"told {said}")
    return wrong


def test_G3_two_payments_at_once_are_both_counted(racers: Racers, here: Desk) -> None:
    assert two_payments(racers, here, MORE_ROUNDS) == []


@pytest.mark.breaks("what happens without the condition")
def test_one_of_two_payments_is_lost_once_nothing_holds_the_version(
    racers: Racers, here: Desk
) -> None:
    wrong = two_payments(racers, here, UNLOCKED_ROUNDS, *OF_AN_ORDER)
    assert f"paid {PRICE // 2}, booked {PRICE}" in wrong


def booked_twice(racers: Racers, desk: Desk, rounds: int, *unlocked: str) -> Counter[str]:
    """The same money told of twice at once; what was answered."""
    answers: Counter[str] = Counter()
    for number in range(rounds):
        order_id = f"o-{number}"
        place(desk, order_id, f"A{number}")
        money = ("pay", order_id, PRICE, "bank-1", "2025-06-11")
        answers.update(racers.race(money, money, unlocked=unlocked))
        assert faults(desk, order_id) == []
        assert stored(desk, order_id).paid.minor == PRICE
    return answers


def test_the_same_reference_twice_at_once_counts_once(racers: Racers, here: Desk) -> None:
    assert booked_twice(racers, here, ROUNDS) == {"paid": ROUNDS, "already_booked": ROUNDS}
    assert history(here, "o-0") == ["registered", "payment_booked", "paid"]


def test_the_same_reference_is_booked_twice_once_nothing_holds_it(
    racers: Racers, here: Desk
) -> None:
    answers = booked_twice(racers, here, UNLOCKED_ROUNDS, *OF_AN_ORDER, "payment")
    assert answers["paid"] > UNLOCKED_ROUNDS


def wanted_by_two(racers: Racers, desk: Desk, rounds: int, *unlocked: str) -> Counter[str]:
    """A seat that two buy at once, each with another one that only he wants."""
    answers: Counter[str] = Counter()
    for number in range(rounds):
        names = [f"a-{number}", f"b-{number}"]
        buying = (("buy", name, f"A{number}", f"{name}-own") for name in names)
        said = racers.race(*buying, unlocked=unlocked)
        answers.update(said)
        book = desk.ticket_orders.book
        for name, told in zip(names, said, strict=True):
            there = book.order(name)
            assert (there is not None) is (told == "registered")
            assert bool(book.numbers([f"{name}-t2"])) is (told == "registered")
            if not unlocked:
                assert there is None or faults(desk, name) == []
    return answers


def test_a_seat_that_two_want_at_once_is_sold_once(racers: Racers, here: Desk) -> None:
    assert wanted_by_two(racers, here, ROUNDS) == {"registered": ROUNDS, "seat_taken": ROUNDS}


@pytest.mark.breaks("what happens without the condition")
def test_a_seat_is_sold_twice_once_nothing_holds_it(racers: Racers, here: Desk) -> None:
    assert wanted_by_two(racers, here, UNLOCKED_ROUNDS, "seat")["registered"] > UNLOCKED_ROUNDS


def revived_or_sold(
    racers: Racers, desk: Desk, rounds: int, *unlocked: str
) -> Counter[tuple[str, str]]:
    """Late money for an order whose seat somebody else buys; what both were told."""
    answers: Counter[tuple[str, str]] = Counter()
    for number in range(rounds):
        late, new, seat = f"late-{number}", f"new-{number}", f"a{number}"
        cancelled(desk, late, seat)
        money = ("pay", late, PRICE, "bank-1", LATE)
        paid, bought = racers.race(money, ("buy", new, seat), unlocked=unlocked)
        answers[paid, bought] += 1
        owner = desk.ticket_orders.book.seats("shop-1", "show-1", [seat])
        if not unlocked:
            assert owner == {seat.casefold(): late if paid == "revived" else new}
            assert faults(desk, late) == []
            assert (desk.ticket_orders.book.order(new) is None) is (bought == "seat_taken")
    return answers


def test_G3_late_money_revives_or_is_credit_while_somebody_buys_the_seat(
    racers: Racers, here: Desk
) -> None:
    answers = revived_or_sold(racers, here, ROUNDS)
    kept = ("credit_kept", "registered")
    assert answers.total() == ROUNDS
    assert set(answers) <= {("revived", "seat_taken"), kept}
    orders = [stored(here, f"late-{number}") for number in range(ROUNDS)]
    asked = [order for order in orders if order.question == "late_money"]
    assert len(asked) == answers[kept]
    assert all(order.credit == order.paid for order in asked)
    listed, _ = here.ticket_search.page(["shop-1"], (), True, ROUNDS + 1, None)
    assert [order.id for order in listed] == sorted(order.id for order in asked)


@pytest.mark.breaks("what happens without the condition")
def test_a_seat_is_held_twice_once_nothing_holds_it(racers: Racers, here: Desk) -> None:
    assert revived_or_sold(racers, here, UNLOCKED_ROUNDS, "seat")["revived", "registered"] > 0


def worked_by_two(
    racers: Racers, desk: Desk, rounds: int, *unlocked: str
) -> tuple[Counter[tuple[str, ...]], int]:
    """An order's reminder in two runs at once, its cancellation in a message that came twice: what
    happened to each order, and how often a run says that it has done something."""
    shop(desk, "shop-2", reminders=1)
    lives, done = Counter[tuple[str, ...]](), 0
    for number in range(rounds):
        order_id = f"o-{number}"
        place(desk, order_id, f"A{number}", shop_id="shop-2")
        runs = [f"one-{number}", f"other-{number}"]
        reminding = (("come due", message(run, REMINDER, order_id)) for run in runs)
        racers.race(*reminding, unlocked=unlocked)
        cancelling = ("come due", message(f"again-{number}", DEADLINE_REMINDED, order_id))
        racers.race(cancelling, cancelling, unlocked=unlocked)
        lives[tuple(history(desk, order_id))] += 1
        assert faults(desk, order_id) == []
        for run in (*runs, f"again-{number}"):
            counts = nights.counts(desk, run)
            done += counts.get("done", 0)
            assert counts.keys() <= {"done", "unchanged"}
    return lives, done


def test_G2_two_runs_at_once_remind_once_and_cancel_once(racers: Racers, here: Desk) -> None:
    lives, done = worked_by_two(racers, here, ROUNDS)
    assert lives == {("registered", "reminded", "cancelled"): ROUNDS}
    assert done == 2 * ROUNDS


def test_two_runs_both_remind_once_nothing_holds_the_version(racers: Racers, here: Desk) -> None:
    _, done = worked_by_two(racers, here, UNLOCKED_ROUNDS, *OF_AN_ORDER)
    assert done > 2 * UNLOCKED_ROUNDS


def admitted_twice(racers: Racers, desk: Desk, rounds: int, *unlocked: str) -> Counter[str]:
    """Two at the entrance with the same ticket."""
    answers: Counter[str] = Counter()
    for number in range(rounds):
        order_id = f"o-{number}"
        place(desk, order_id, f"A{number}")
        assert pay(desk, order_id, PRICE, "bank-1", "2025-06-11") == "paid"
        coming = ("admit", order_id, f"{order_id}-t1")
        answers.update(racers.race(coming, coming, unlocked=unlocked))
        assert faults(desk, order_id) == []
    return answers


def test_a_ticket_shown_twice_at_once_lets_in_one(racers: Racers, here: Desk) -> None:
    answers = admitted_twice(racers, here, ROUNDS)
    assert answers == {"ticket_admitted": ROUNDS, "already_admitted": ROUNDS}
    assert history(here, "o-0").count("ticket_admitted") == 1


def test_a_ticket_lets_in_two_once_nothing_holds_the_version(racers: Racers, here: Desk) -> None:
    answers = admitted_twice(racers, here, UNLOCKED_ROUNDS, *OF_AN_ORDER)
    assert answers["ticket_admitted"] > UNLOCKED_ROUNDS
