"""Rules G3, G4: money that arrives is recorded first and never refused, and what it does then."""

from typing import Any

import pytest

from tests.integration.conftest import STAFF, Person, World
from tests.integration.edge import assert_problem, nothing_written
from tests.integration.money import francs
from tests.integration.rules.overtaking import Step, stepping_in
from tests.integration.rules.policy_files import PolicyFiles
from tests.integration.rules.scenes import it_is
from tests.integration.rules.ticket_scenes import (
    KEY,
    VOUCHER,
    a_shop,
    asked_about,
    bought,
    cancels,
    comes_in,
    credit,
    decides,
    exchanges,
    free,
    lets_in,
    letters,
    on,
    order,
    ordered,
    paid,
    pays,
    status,
    tickets,
    told,
    told_types,
)
from tests.integration.shops import INA, OLGA

ALL = ("T-1", "T-2", "T-3")
SEATS = ("S-1", "S-2", "S-3")


@pytest.fixture
def owed(world: World) -> World:
    """o-1, placed on 1 April, waits for 150.00 until 11 April and is cancelled after 1 May."""
    a_shop(world)
    ordered(world)
    return world


@pytest.fixture
def lapsed(owed: World) -> World:
    """Nobody has paid, and the job has cancelled the order."""
    for day in ("2025-04-11", "2025-04-21", "2025-05-02"):
        on(owed, day)
    assert status(owed) == "cancelled"
    letters(owed)
    return owed


def sell_to_another(world: World, seat: str = "S-2") -> None:
    bought(world, "o-2", day="2025-05-02", tickets=[{**tickets("U-1")[0], "seat": seat}])


def amounts(world: World) -> tuple[str, str]:
    seen = order(world)
    return seen["paid"]["amount"], seen["credit"]["amount"]


# ---------------------------------------------------------------- recorded


@pytest.mark.parametrize("who", [OLGA, INA, STAFF], ids=lambda who: who.subject)
def test_G3_an_order_that_is_paid_is_paid(owed: World, who: Person) -> None:
    it_is(owed, "2025-04-15")
    reply = pays(owed, who=who)
    assert reply.status == 200, reply.text
    seen = order(owed)
    assert (seen["status"], seen["commission"]["amount"]) == ("paid", "6.00")
    assert amounts(owed) == ("150.00", "0.00")
    assert lets_in(owed, *ALL) == dict.fromkeys(ALL, True)


def test_G3_partial_payments_add_up(owed: World) -> None:
    it_is(owed, "2025-04-15")
    for number, amount in enumerate(("50.00", "99.99")):
        assert paid(owed, amount, f"bank-{number}")["status"] == "pending"
        assert lets_in(owed, "T-1") == {"T-1": False}
    assert order(owed)["paid"]["amount"] == "149.99"
    assert paid(owed, "0.01", "bank-9")["status"] == "paid"
    assert amounts(owed) == ("150.00", "0.00")


def test_G3_a_payment_is_recorded_once_per_reference(owed: World) -> None:
    it_is(owed, "2025-04-15")
    told(owed)
    paid(owed, "60.00")
    with nothing_written(owed):
        again = pays(owed, "60.00")
        assert (again.status, again.json["warnings"][0]["code"]) == (200, "already_booked")
    assert amounts(owed) == ("60.00", "0.00")
    assert told_types(owed) == ["payment_booked"]


@pytest.mark.parametrize(
    "other", [{"amount": "60.01"}, {"value_date": "2025-04-14"}], ids=["amount", "date"]
)
def test_G3_a_reference_with_another_amount_or_date_is_refused(
    owed: World, other: dict[str, Any]
) -> None:
    it_is(owed, "2025-04-15")
    paid(owed, "60.00")
    with nothing_written(owed):
        reply = pays(owed, **{"amount": "60.00", **other})
        assert_problem(reply, 409, "reference_reused")
    assert amounts(owed) == ("60.00", "0.00")


def test_G3_a_reference_counts_once_per_order(owed: World) -> None:
    ordered(owed, "o-2", tickets=tickets("U-9"))
    assert pays(owed, "150.00", value_date="2025-04-01").status == 200
    assert pays(owed, "50.00", value_date="2025-04-01", order_id="o-2").status == 200
    assert (status(owed, "o-1"), status(owed, "o-2")) == ("paid", "paid")


def test_G3_the_same_request_with_its_key_is_answered_alike(owed: World) -> None:
    it_is(owed, "2025-04-15")
    body = {"amount": francs("60.00"), "reference": "bank-1", "value_date": "2025-04-15"}
    path = "/ticket-orders/o-1/payments"
    first, second = (owed.call("POST", path, OLGA, body, headers=KEY) for _ in range(2))
    assert (first.status, first.text) == (200, second.text)
    assert amounts(owed) == ("60.00", "0.00")


def test_G3_a_previewed_payment_is_not_recorded(owed: World) -> None:
    it_is(owed, "2025-04-15")
    with nothing_written(owed):
        preview = pays(owed, dry_run="true")
    assert preview.json["ticket_order"]["status"] == "paid"
    assert pays(owed).json == preview.json


@pytest.mark.parametrize(
    "body",
    [
        {"amount": francs("0.00")},
        {"amount": francs("-5.00")},
        {"amount": francs("5.00", "EUR")},
        {"value_date": "yesterday"},
        {"reference": ""},
    ],
)
def test_G3_only_what_is_no_money_of_this_order_is_refused(
    owed: World, body: dict[str, Any]
) -> None:
    sound = {"amount": francs("5.00"), "reference": "bank-1", "value_date": "2025-04-01"}
    with nothing_written(owed):
        reply = owed.call("POST", "/ticket-orders/o-1/payments", OLGA, {**sound, **body})
        assert reply.status == 422, reply.text
    assert amounts(owed) == ("0.00", "0.00")


def test_G3_what_is_paid_too_much_is_credit(owed: World) -> None:
    it_is(owed, "2025-04-15")
    paid(owed, "170.00")
    assert amounts(owed) == ("170.00", "20.00")
    assert (status(owed), order(owed)["commission"]["amount"]) == ("paid", "6.00")
    paid(owed, "5.00", "bank-2")
    assert amounts(owed) == ("175.00", "25.00")


def before_anything(world: World) -> None:
    ordered(world)


def after_it_was_paid(world: World) -> None:
    ordered(world)
    paid(world, value_date="2025-04-01", reference="bank-0")


def paid_by_card(world: World) -> None:
    bought(world)


def cancelled_by_the_organiser(world: World) -> None:
    ordered(world)
    assert cancels(world, refund=None).status == 200


def cancelled_when_paid(world: World) -> None:
    bought(world)
    assert cancels(world).status == 200


def cancelled_by_the_job(world: World) -> None:
    ordered(world)
    for day in ("2025-04-11", "2025-04-21", "2025-05-02"):
        on(world, day)
    assert status(world) == "cancelled"


def with_a_ticket_cancelled(world: World) -> None:
    bought(world)
    assert cancels(world, "T-1").status == 200


STATES: list[Step] = [
    before_anything,
    after_it_was_paid,
    paid_by_card,
    cancelled_by_the_organiser,
    cancelled_when_paid,
    cancelled_by_the_job,
    with_a_ticket_cancelled,
]


@pytest.mark.parametrize("state", STATES, ids=lambda step: step.__name__)
def test_G3_money_is_recorded_whatever_the_orders_state(world: World, state: Step) -> None:
    a_shop(world)
    state(world)
    it_is(world, "2025-05-05")
    had = order(world)["paid"]["amount"]
    told(world)
    paid(world, "7.00", "bank-7", "2025-05-05")
    assert float(order(world)["paid"]["amount"]) == float(had) + 7
    assert "payment_booked" in told_types(world)
    with nothing_written(world):
        assert pays(world, "7.00", "bank-7", "2025-05-05").status == 200


# ---------------------------------------------------------------- G4: the value date decides


@pytest.mark.parametrize(
    ("value_date", "in_time"),
    [("2025-04-11", True), ("2025-04-12", False), ("2025-04-01", True), ("2025-04-30", False)],
)
def test_G4_the_value_date_says_whether_it_came_in_time_and_not_the_day_of_booking(
    owed: World, value_date: str, in_time: bool
) -> None:
    """The first request for payment is due on 11 April, and no reminder has left."""
    it_is(owed, "2025-05-01")
    told(owed)
    paid(owed, value_date=value_date)
    booked = told(owed)[0]
    assert booked["data"]["value_date"] == value_date
    assert booked["data"]["in_time"] is in_time
    assert status(owed) == "paid"


def test_G4_money_of_the_last_day_booked_after_the_cancellation_revives_the_order(
    lapsed: World,
) -> None:
    it_is(lapsed, "2025-05-05")
    told(lapsed)
    assert paid(lapsed, value_date="2025-05-01")["status"] == "paid"
    assert told(lapsed)[0]["data"]["in_time"] is True


def test_G4_with_a_seat_gone_money_that_was_in_time_is_credit_all_the_same(
    lapsed: World,
) -> None:
    sell_to_another(lapsed)
    it_is(lapsed, "2025-05-05")
    paid(lapsed, value_date="2025-04-15")
    assert (status(lapsed), credit(lapsed)) == ("cancelled", "150.00")
    assert asked_about(lapsed) == ["o-1"]


@pytest.mark.parametrize(("delay", "alive"), [(0, False), (2, True)])
def test_G4_the_banks_delay_keeps_the_order_for_money_on_its_way(
    world: World, policies: PolicyFiles, delay: int, alive: bool
) -> None:
    policies.edit("infomaniak", {"ticketing.bank_delay_days": delay})
    a_shop(world)
    ordered(world)
    for day in ("2025-04-11", "2025-04-21", "2025-05-02"):
        on(world, day)
    assert (status(world) == "pending") is alive
    sold = free(world, *SEATS)
    assert sold == ([] if alive else list(SEATS))
    assert paid(world, value_date="2025-05-01")["status"] == "paid"
    assert order(world)["invoice_number"] == ("o-1-1" if alive else "o-1-2")


# ---------------------------------------------------------------- G3: late money


def test_G3_late_money_revives_what_the_deadline_cancelled_with_a_new_invoice_number(
    lapsed: World,
) -> None:
    before = order(lapsed)["invoice_number"]
    it_is(lapsed, "2025-05-10")
    told(lapsed)
    seen = paid(lapsed, value_date="2025-05-10")
    assert seen["status"] == "paid"
    assert seen["invoice_number"] != before
    assert (seen["cancelled_on"], seen["cancelled_by"]) == (None, None)
    assert seen["commission"]["amount"] == "6.00"
    assert amounts(lapsed) == ("150.00", "0.00")
    assert [each["status"] for each in seen["tickets"]] == ["valid"] * 3
    assert lets_in(lapsed, *ALL) == dict.fromkeys(ALL, True)
    assert free(lapsed, *SEATS) == []
    assert asked_about(lapsed) == []
    assert told_types(lapsed) == ["payment_booked", "revived"]


def test_G3_a_revived_order_is_never_cancelled_by_the_job_again(lapsed: World) -> None:
    it_is(lapsed, "2025-05-10")
    paid(lapsed, value_date="2025-05-10")
    letters(lapsed)
    assert on(lapsed, "2025-07-01")["status"] == "paid"
    assert letters(lapsed) == []


def test_G3_late_money_in_part_is_kept_and_what_completes_it_revives(lapsed: World) -> None:
    it_is(lapsed, "2025-05-10")
    paid(lapsed, "100.00", value_date="2025-05-10")
    assert (status(lapsed), amounts(lapsed)[0]) == ("cancelled", "100.00")
    assert asked_about(lapsed) == ["o-1"]
    paid(lapsed, "50.00", "bank-2", "2025-05-10")
    assert (status(lapsed), amounts(lapsed)) == ("paid", ("150.00", "0.00"))
    assert asked_about(lapsed) == []


def test_G3_what_was_paid_in_part_before_the_deadline_counts_for_the_revival(
    owed: World,
) -> None:
    it_is(owed, "2025-04-15")
    paid(owed, "100.00")
    for day in ("2025-04-20", "2025-04-30", "2025-05-15"):
        on(owed, day)
    assert (status(owed), amounts(owed)[0]) == ("cancelled", "100.00")
    paid(owed, "50.00", "bank-2", "2025-05-15")
    assert (status(owed), amounts(owed)) == ("paid", ("150.00", "0.00"))


def test_G3_what_was_given_back_does_not_count_for_a_revival(lapsed: World) -> None:
    it_is(lapsed, "2025-05-10")
    paid(lapsed, "60.00", value_date="2025-05-10")
    assert decides(lapsed, refund=VOUCHER).status == 200
    paid(lapsed, "90.00", "bank-2", "2025-05-10")
    assert (status(lapsed), amounts(lapsed)) == ("cancelled", ("150.00", "90.00"))
    assert asked_about(lapsed) == ["o-1"]


def test_G3_tickets_without_a_seat_are_always_revived(world: World) -> None:
    a_shop(world)
    standing = [{**each, "seat": None} for each in tickets("T-1", "T-2")]
    ordered(world, tickets=standing)
    for day in ("2025-04-11", "2025-04-21", "2025-05-02"):
        on(world, day)
    assert paid(world, "100.00", value_date="2025-05-02")["status"] == "paid"
    assert lets_in(world, "T-1", "T-2") == {"T-1": True, "T-2": True}


def test_G3_what_is_too_much_of_a_revival_is_credit(lapsed: World) -> None:
    it_is(lapsed, "2025-05-10")
    paid(lapsed, "160.00", value_date="2025-05-10")
    assert (status(lapsed), amounts(lapsed)) == ("paid", ("160.00", "10.00"))


def test_G3_with_a_seat_gone_it_is_credit_and_the_organiser_is_asked(lapsed: World) -> None:
    sell_to_another(lapsed)
    it_is(lapsed, "2025-05-10")
    seen = paid(lapsed, value_date="2025-05-10")
    assert seen["status"] == "cancelled"
    assert amounts(lapsed) == ("150.00", "150.00")
    assert seen["open_question"] is not None
    assert asked_about(lapsed) == ["o-1"]
    assert free(lapsed, *SEATS) == ["S-1", "S-3"]
    assert lets_in(lapsed, *ALL, "U-1") == {**dict.fromkeys(ALL, False), "U-1": True}


@pytest.mark.parametrize(
    "state", [cancelled_by_the_organiser, cancelled_when_paid], ids=lambda step: step.__name__
)
def test_G3_what_somebody_cancelled_is_never_revived_by_money(world: World, state: Step) -> None:
    a_shop(world)
    state(world)
    it_is(world, "2025-04-20")
    paid(world, value_date="2025-04-20")
    assert (status(world), credit(world)) == ("cancelled", "150.00")
    assert asked_about(world) == ["o-1"]
    assert free(world, *SEATS) == list(SEATS)


# ---------------------------------------------------------------- the organiser answers


@pytest.fixture
def asked(lapsed: World) -> World:
    """Money came when seat S-2 was sold to somebody else."""
    sell_to_another(lapsed)
    it_is(lapsed, "2025-05-10")
    paid(lapsed, value_date="2025-05-10")
    return lapsed


@pytest.mark.parametrize("seats", [{"T-2": "S-8"}, {"t-2": "S-8"}, ["S-1", "S-8", "S-3"]])
def test_G3_the_organiser_revives_it_on_other_seats(asked: World, seats: object) -> None:
    reply = decides(asked, revive={"seats": seats})
    assert reply.status == 200, reply.text
    seen = order(asked)
    assert (seen["status"], amounts(asked)) == ("paid", ("150.00", "0.00"))
    assert {each["number"]: each["seat"] for each in seen["tickets"]} == {
        "T-1": "S-1",
        "T-2": "S-8",
        "T-3": "S-3",
    }
    assert free(asked, *SEATS, "S-8") == []
    assert (seen["open_question"], asked_about(asked)) == (None, [])
    assert seen["invoice_number"] == "o-1-2"
    assert seen["commission"]["amount"] == "6.00"
    assert lets_in(asked, *ALL) == dict.fromkeys(ALL, True)


@pytest.mark.parametrize("seats", [{}, {"T-2": "S-2"}, {"T-1": "S-9"}, ["S-1", "S-2", "S-3"]])
def test_G3_it_is_not_revived_on_a_seat_that_is_taken(asked: World, seats: object) -> None:
    with nothing_written(asked):
        reply = decides(asked, revive={"seats": seats})
        assert_problem(reply, 409, "seat_taken")
        assert reply.json["params"]["seats"] == ["S-2"]
    assert asked_about(asked) == ["o-1"]


@pytest.mark.parametrize(
    "seats",
    [{"T-2": "S-1"}, {"T-2": "S-8", "t-2": "S-9"}, [], ["S-8"], ["S-1", "S-8", "s-8"]],
    ids=["of another ticket", "a ticket twice", "none", "too few", "a seat twice"],
)
def test_G3_it_is_revived_on_one_seat_for_each_ticket(asked: World, seats: object) -> None:
    with nothing_written(asked):
        assert_problem(decides(asked, revive={"seats": seats}), 422, "invalid_field")


def test_G3_a_ticket_of_another_order_does_not_come_back_with_it(asked: World) -> None:
    with nothing_written(asked):
        for number in ("U-1", "T-9"):
            reply = decides(asked, revive={"seats": {"T-2": "S-8", number: "S-9"}})
            assert_problem(reply, 404, "not_found")


def test_G3_the_organiser_gives_the_credit_back_and_says_how(asked: World) -> None:
    reply = decides(asked, refund={"method": "cash", "reason": "seat sold"})
    assert (reply.status, reply.json["charges"]) == (200, []), reply.text
    seen = order(asked)
    assert (seen["status"], seen["credit"]["amount"]) == ("cancelled", "0.00")
    assert (seen["refunds"][-1]["method"], seen["refunds"][-1]["reason"]) == ("cash", "seat sold")
    assert (seen["open_question"], asked_about(asked)) == (None, [])
    assert letters(asked) == []


def test_G3_a_question_is_answered_once(asked: World) -> None:
    assert decides(asked, refund=VOUCHER).status == 200
    with nothing_written(asked):
        assert_problem(decides(asked, refund=VOUCHER), 409, "no_credit")
        again = decides(asked, revive={"seats": {"T-2": "S-8"}})
        assert again.status == 409, again.text
    # More money is another question.
    paid(asked, "10.00", "bank-9", "2025-05-10")
    assert (credit(asked), asked_about(asked)) == ("10.00", ["o-1"])


def test_G3_it_is_one_answer_or_the_other(asked: World) -> None:
    with nothing_written(asked):
        both = decides(asked, revive={"seats": {}}, refund=VOUCHER)
        neither = decides(asked)
        wrong = decides(asked, refund={**VOUCHER, "method": "shells"})
        blank = decides(asked, refund={**VOUCHER, "reason": " "})
        assert [each.status for each in (both, neither, wrong, blank)] == [422] * 4


def test_G3_credit_that_does_not_reach_revives_nothing(lapsed: World) -> None:
    it_is(lapsed, "2025-05-10")
    paid(lapsed, "149.00", value_date="2025-05-10")
    with nothing_written(lapsed):
        reply = decides(lapsed, revive={"seats": {}})
        assert_problem(reply, 409, "credit_too_small")
        assert reply.json["params"]["short"] == francs("1.00")


def test_G3_what_the_organiser_cancelled_he_may_revive_himself(world: World) -> None:
    a_shop(world)
    cancelled_by_the_organiser(world)
    paid(world, value_date="2025-04-01")
    assert decides(world, revive={"seats": {}}).status == 200
    assert (status(world), amounts(world)) == ("paid", ("150.00", "0.00"))
    assert free(world, *SEATS) == []


def test_G3_an_answer_is_previewed_and_its_key_makes_it_once(asked: World) -> None:
    path, body = "/ticket-orders/o-1/credit-decision", {"refund": VOUCHER}
    with nothing_written(asked):
        preview = asked.call("POST", path, OLGA, body, query={"dry_run": "true"})
    first, second = (asked.call("POST", path, OLGA, body, headers=KEY) for _ in range(2))
    assert (preview.status, first.status) == (200, 200)
    assert preview.json == first.json
    assert first.text == second.text


def test_G3_what_was_paid_too_much_is_given_back_by_the_organiser(owed: World) -> None:
    it_is(owed, "2025-04-15")
    paid(owed, "170.00")
    assert decides(owed, refund={"method": "partial", "reason": "paid too much"}).status == 200
    assert (status(owed), credit(owed)) == ("paid", "0.00")
    assert_problem(decides(owed, refund=VOUCHER), 409, "no_credit")


# ---------------------------------------------------------------- in the same moment


def on_the_last_day(world: World) -> None:
    for day in ("2025-04-11", "2025-04-21"):
        on(world, day)
    letters(world)


@pytest.mark.parametrize("value_date", ["2025-05-01", "2025-05-02"])
def test_G3_paid_between_the_jobs_look_and_its_commit_the_order_is_paid_and_no_mail_leaves(
    owed: World, monkeypatch: pytest.MonkeyPatch, value_date: str
) -> None:
    on_the_last_day(owed)
    with monkeypatch.context() as patch:
        stepping_in(patch, owed, lambda world: pays(world, value_date=value_date))
        seen = on(owed, "2025-05-02")
    assert (seen["status"], amounts(owed)) == ("paid", ("150.00", "0.00"))
    assert letters(owed) == []
    assert lets_in(owed, *ALL) == dict.fromkeys(ALL, True)


def test_G3_cancelled_between_the_payments_look_and_its_commit_the_money_is_recorded_and_revives(
    owed: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    on_the_last_day(owed)
    it_is(owed, "2025-05-02")
    with monkeypatch.context() as patch:
        stepping_in(patch, owed, lambda world: on(world, "2025-05-02"))
        reply = pays(owed, value_date="2025-05-01")
    assert reply.status == 200, reply.text
    assert (status(owed), amounts(owed)) == ("paid", ("150.00", "0.00"))
    assert order(owed)["invoice_number"] == "o-1-2"
    assert free(owed, *SEATS) == []


def test_G3_a_seat_sold_in_the_moment_of_the_revival_is_sold_once(
    lapsed: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    it_is(lapsed, "2025-05-02")
    with monkeypatch.context() as patch:
        stepping_in(patch, lapsed, sell_to_another)
        reply = pays(lapsed, value_date="2025-05-01")
    assert reply.status == 200, reply.text
    assert (status(lapsed), credit(lapsed)) == ("cancelled", "150.00")
    assert asked_about(lapsed) == ["o-1"]
    assert lets_in(lapsed, *ALL, "U-1") == {**dict.fromkeys(ALL, False), "U-1": True}


def test_G3_the_same_reference_twice_in_one_moment_is_one_payment(
    owed: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    it_is(owed, "2025-04-15")
    with monkeypatch.context() as patch:
        stepping_in(patch, owed, lambda world: pays(world, "60.00"))
        second = pays(owed, "60.00")
    assert (second.status, second.json["warnings"][0]["code"]) == (200, "already_booked")
    assert amounts(owed) == ("60.00", "0.00")


def test_I5_cancelled_while_somebody_comes_in_it_is_one_or_the_other(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_shop(world)
    bought(world)
    with monkeypatch.context() as patch:
        stepping_in(patch, world, lambda world: comes_in(world, "T-1"))
        assert_problem(cancels(world, "T-1"), 409, "already_admitted")
    with monkeypatch.context() as patch:
        stepping_in(patch, world, lambda world: cancels(world, "T-2"))
        assert_problem(comes_in(world, "T-2"), 409, "ticket_cancelled")
    with monkeypatch.context() as patch:
        stepping_in(patch, world, lambda world: sell_to_another(world, "S-9"))
        assert_problem(exchanges(world, "T-3", "S-9"), 409, "seat_taken")
    seen = {each["number"]: each["status"] for each in order(world)["tickets"]}
    assert seen == {"T-1": "valid", "T-2": "cancelled", "T-3": "valid"}
