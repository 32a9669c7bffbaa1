"""Rules I5 to I9: taking tickets back, whole orders and one by one, and changing a seat."""

from typing import Any

import pytest

from tests.integration.conftest import STAFF, Person, World
from tests.integration.edge import assert_problem, nothing_written
from tests.integration.rules.policy_files import PolicyFiles
from tests.integration.rules.scenes import it_is
from tests.integration.rules.ticket_scenes import (
    KEY,
    VOUCHER,
    a_shop,
    admission_of,
    asked_about,
    bought,
    cancels,
    comes_in,
    exchanges,
    found,
    free,
    lets_in,
    letters,
    order,
    ordered,
    paid,
    status,
    tickets,
    told,
    told_types,
)
from tests.integration.shops import INA, OLGA

ALL = ("T-1", "T-2", "T-3")
SEATS = ("S-1", "S-2", "S-3")


@pytest.fixture
def shop(world: World) -> World:
    a_shop(world)
    return world


def codes(reply: Any) -> list[str]:
    return [warning["code"] for warning in reply.json["warnings"]]


def validity(world: World, order_id: str = "o-1") -> dict[str, str]:
    return {each["number"]: each["status"] for each in order(world, order_id)["tickets"]}


# ---------------------------------------------------------------- I5, I6: a paid order


@pytest.mark.parametrize("who", [OLGA, INA, STAFF], ids=lambda who: who.subject)
def test_I5_a_paid_order_is_cancelled_whole(shop: World, who: Person) -> None:
    bought(shop)
    letters(shop)
    reply = cancels(shop, who=who)
    assert reply.status == 200, reply.text
    assert status(shop) == "cancelled"
    assert validity(shop) == dict.fromkeys(ALL, "cancelled")
    assert lets_in(shop, *ALL) == dict.fromkeys(ALL, False)
    assert free(shop, *SEATS) == list(SEATS)
    assert found(shop, "T-2") == ["o-1"]


def test_I5_or_ticket_by_ticket(shop: World) -> None:
    bought(shop)
    assert cancels(shop, "T-2").status == 200
    assert status(shop) == "paid"
    assert validity(shop) == {"T-1": "valid", "T-2": "cancelled", "T-3": "valid"}
    assert lets_in(shop, *ALL) == {"T-1": True, "T-2": False, "T-3": True}
    assert free(shop, *SEATS) == ["S-2"]
    for number in ALL:
        expected = 409 if number == "T-2" else 200
        assert comes_in(shop, number).status == expected


def test_I5_the_last_ticket_cancelled_cancels_the_order(shop: World) -> None:
    bought(shop)
    assert cancels(shop, "T-1", "T-3").status == 200
    assert status(shop) == "paid"
    assert cancels(shop, "T-2").status == 200
    assert status(shop) == "cancelled"


def test_I5_the_answer_says_that_nothing_is_refunded_and_reminds_to_tell_the_buyer(
    shop: World,
) -> None:
    bought(shop)
    reply = cancels(shop, "T-2")
    assert codes(reply) == [
        "nothing_is_refunded",
        "tickets_not_valid",
        "seats_free",
        "tell_the_buyer",
        "commission_stays",
    ]
    said = " ".join(warning["detail"] for warning in reply.json["warnings"])
    assert "refunds nothing" in said and "not valid at the entrance" in said
    assert "free for sale" in said and "organiser tells him" in said
    assert reply.json["charges"] == reply.json["messages"] == []


@pytest.mark.parametrize("numbers", [(), ("T-2",)])
def test_I5_the_buyer_is_not_written_to(shop: World, numbers: tuple[str, ...]) -> None:
    bought(shop)
    letters(shop)
    assert cancels(shop, *numbers).status == 200
    assert letters(shop) == []


def test_I5_the_seat_is_sold_again_and_the_old_ticket_still_lets_nobody_in(shop: World) -> None:
    bought(shop)
    cancels(shop, "T-2")
    bought(shop, "o-2", tickets=[{**tickets("T-9")[0], "seat": "S-2"}])
    assert lets_in(shop, "T-2", "T-9") == {"T-2": False, "T-9": True}
    assert free(shop, "S-2") == []


def test_I5_a_preview_tells_the_same_and_cancels_nothing(shop: World) -> None:
    bought(shop)
    with nothing_written(shop):
        preview = cancels(shop, "T-2", dry_run=True)
    real = cancels(shop, "T-2")
    assert preview.status == real.status == 200
    assert preview.json == real.json


def test_I5_a_ticket_is_cancelled_once(shop: World) -> None:
    bought(shop)
    told(shop)
    for _ in range(2):
        reply = cancels(shop, "T-2")
        assert reply.status == 200, reply.text
    assert codes(reply) == ["already_cancelled"]
    assert told_types(shop) == ["tickets_cancelled"]
    assert len(order(shop)["refunds"]) == 1
    for _ in range(2):
        reply = cancels(shop)
        assert reply.status == 200, reply.text
    assert codes(reply) == ["already_cancelled"]
    assert len(told_types(shop)) == 1


def test_I5_what_is_sent_twice_with_its_key_is_done_once(shop: World) -> None:
    bought(shop)
    path, body = "/ticket-orders/o-1/cancellation", {"tickets": ["T-2"], "refund": VOUCHER}
    first, second = (shop.call("POST", path, OLGA, body, headers=KEY) for _ in range(2))
    assert (first.status, second.text) == (200, first.text)
    assert codes(second) != ["already_cancelled"]
    other = shop.call("POST", path, OLGA, {**body, "tickets": ["T-3"]}, headers=KEY)
    assert_problem(other, 422, "idempotency_key_reused")


def test_I5_a_ticket_of_another_order_is_not_this_ones(shop: World) -> None:
    bought(shop, "o-1")
    bought(shop, "o-2", tickets=tickets("U-7"))
    with nothing_written(shop):
        for number in ("U-7", "T-9"):
            assert_problem(cancels(shop, "T-1", number), 404, "not_found")
            wrong = cancels(shop, number, refund={**VOUCHER, "method": "shells"})
            assert_problem(wrong, 404, "not_found")
    assert lets_in(shop, "T-1", "U-7") == {"T-1": True, "U-7": True}


@pytest.mark.parametrize("numbers", [(), ("T-2",), ("T-1", "T-2")])
def test_I5_a_ticket_with_which_somebody_came_in_is_not_cancelled_silently(
    shop: World, numbers: tuple[str, ...]
) -> None:
    bought(shop)
    assert comes_in(shop, "T-2").status == 200
    with nothing_written(shop):
        reply = cancels(shop, *numbers)
        assert_problem(reply, 409, "already_admitted")
        assert "T-2" in reply.json["detail"]
    assert cancels(shop, "T-1").status == 200
    assert validity(shop) == {"T-1": "cancelled", "T-2": "valid", "T-3": "valid"}


def test_a_ticket_lets_one_person_in_once_and_only_when_it_is_paid(shop: World) -> None:
    ordered(shop)
    assert_problem(comes_in(shop, "T-1"), 409, "not_paid")
    assert admission_of(shop, "T-1")["admissible"] is False
    paid(shop)
    assert lets_in(shop, *ALL) == dict.fromkeys(ALL, True)
    assert comes_in(shop, "T-1").status == 200
    assert lets_in(shop, *ALL) == {"T-1": False, "T-2": True, "T-3": True}
    again = comes_in(shop, "T-1")
    assert_problem(again, 409, "already_admitted")
    assert order(shop)["tickets"][0]["admitted_at"] == admission_of(shop, "T-1")["admitted_at"]


@pytest.mark.parametrize("missing", ["refund", "method", "reason"])
@pytest.mark.parametrize("numbers", [(), ("T-2",)])
def test_I6_a_paid_order_needs_the_refunds_method_and_the_reason(
    shop: World, numbers: tuple[str, ...], missing: str
) -> None:
    bought(shop)
    refund = {name: value for name, value in VOUCHER.items() if name != missing}
    with nothing_written(shop):
        reply = cancels(shop, *numbers, refund=None if missing == "refund" else refund)
        assert (reply.status, reply.code) == (422, "missing_field"), reply.text
        assert missing in reply.json["params"]["field"]
        blank = cancels(shop, *numbers, refund={**VOUCHER, "reason": "  "})
        assert (blank.status, blank.json["params"]["field"]) == (422, "refund.reason")


def test_I6_method_and_reason_are_kept_for_the_books(shop: World) -> None:
    bought(shop)
    it_is(shop, "2025-04-05")
    cancels(shop, "T-2", refund={"method": "cash", "reason": "moved away"})
    it_is(shop, "2025-04-06")
    cancels(shop)
    first, second = order(shop)["refunds"]
    assert first == {
        "tickets": ["T-2"],
        "method": "cash",
        "reason": "moved away",
        "at": "2025-04-05T10:00:00Z",
    }
    assert (second["tickets"], second["method"]) == (["T-1", "T-3"], "voucher")


def test_I6_I9_the_methods_are_the_policys(shop: World, policies: PolicyFiles) -> None:
    """In full, in part, by voucher, by exchange: by means of the organiser's own."""
    everyone = ["full", "partial", "voucher", "exchange"]
    for number, method in enumerate(everyone):
        bought(shop, f"o-{number}", tickets=tickets(f"T-{number}"))
        assert cancels(shop, order_id=f"o-{number}", refund={**VOUCHER, "method": method}).json
        assert order(shop, f"o-{number}")["refunds"][0]["method"] == method
    bought(shop, "o-9", tickets=tickets("T-9"))
    wrong = cancels(shop, order_id="o-9", refund={**VOUCHER, "method": "shells"})
    assert_problem(wrong, 422, "invalid_field", "refund.method")
    policies.edit("infomaniak", {"ticketing.refund_methods": ["shells"]})
    assert cancels(shop, order_id="o-9", refund={**VOUCHER, "method": "shells"}).status == 200


@pytest.mark.parametrize(("percent", "commission"), [(4, "6.00"), (10, "15.00"), (0, "0.00")])
def test_I6_the_commission_stays_due_whatever_is_cancelled(
    shop: World, policies: PolicyFiles, percent: int, commission: str
) -> None:
    policies.edit("infomaniak", {"ticketing.commission_percent": percent})
    bought(shop)
    for numbers in ((), ("T-2",), ()):
        assert order(shop)["commission"]["amount"] == commission
        cancels(shop, *numbers, dry_run=not numbers and status(shop) == "cancelled")
    assert status(shop) == "cancelled"
    assert order(shop)["commission"]["amount"] == commission


def test_I9_the_platform_moves_no_money(shop: World) -> None:
    bought(shop)
    reply = cancels(shop, "T-2", refund={"method": "full", "reason": "ill"})
    assert reply.json["charges"] == []
    seen = order(shop)
    assert (seen["paid"]["amount"], seen["credit"]["amount"]) == ("150.00", "0.00")
    assert (seen["open_question"], asked_about(shop)) == (None, [])


# ---------------------------------------------------------------- I7: one that waits for payment


def test_I7_an_order_waiting_for_payment_loses_no_single_tickets_and_is_told_what_to_do(
    shop: World,
) -> None:
    ordered(shop)
    with nothing_written(shop):
        for refund in (None, VOUCHER):
            reply = cancels(shop, "T-2", refund=refund)
            assert_problem(reply, 409, "whole_order_only")
            detail = reply.json["detail"]
            assert "cancel the whole order" in detail and "register a new one" in detail
            assert "invoice" in detail
    assert free(shop, *SEATS) == []


def test_I7_it_is_cancelled_whole_and_a_new_order_with_its_own_invoice_is_made(
    shop: World,
) -> None:
    before = ordered(shop)
    letters(shop)
    reply = cancels(shop, refund=None)
    assert reply.status == 200, reply.text
    assert "tell_the_buyer" in codes(reply)
    assert "commission_stays" not in codes(reply)
    assert (status(shop), letters(shop)) == ("cancelled", [])
    assert order(shop)["commission"]["amount"] == "0.00"
    two = [{**each, "number": f"N-{each['number']}"} for each in tickets("T-1", "T-3")]
    after = ordered(shop, "o-2", tickets=two)
    assert after["total"]["amount"] == "100.00"
    assert after["invoice_number"] != before["invoice_number"]
    assert free(shop, *SEATS) == ["S-2"]


def test_I7_once_it_is_paid_single_tickets_may_go(shop: World) -> None:
    ordered(shop)
    paid(shop, "149.99")
    assert_problem(cancels(shop, "T-2"), 409, "whole_order_only")
    paid(shop, "0.01", "bank-2")
    assert cancels(shop, "T-2").status == 200
    assert validity(shop)["T-2"] == "cancelled"


@pytest.mark.parametrize(
    ("refund", "credit", "asked"), [(None, "60.00", ["o-1"]), (VOUCHER, "0.00", [])]
)
def test_I7_G3_what_was_paid_in_part_is_kept_unless_it_is_said_to_be_given_back(
    shop: World, refund: dict[str, str] | None, credit: str, asked: list[str]
) -> None:
    ordered(shop)
    paid(shop, "60.00")
    assert cancels(shop, refund=refund).status == 200
    seen = order(shop)
    assert (seen["status"], seen["commission"]["amount"]) == ("cancelled", "0.00")
    assert (seen["paid"]["amount"], seen["credit"]["amount"]) == ("60.00", credit)
    assert asked_about(shop) == asked


# ---------------------------------------------------------------- I8: at the box office


def test_I8_at_the_box_office_tickets_are_cancelled_one_by_one(shop: World) -> None:
    bought(shop, channel="box_office")
    assert found(shop, "lea muller") == ["o-1"]
    with nothing_written(shop):
        for numbers in ((), ("T-1", "T-2")):
            reply = cancels(shop, *numbers)
            assert_problem(reply, 409, "one_by_one")
    for number in ALL:
        assert cancels(shop, number).status == 200
        assert lets_in(shop, number) == {number: False}
    assert status(shop) == "cancelled"
    assert free(shop, *SEATS) == list(SEATS)


def test_I8_an_order_bought_online_too_is_cancelled_one_by_one_at_the_box_office(
    shop: World,
) -> None:
    bought(shop)
    with nothing_written(shop):
        assert_problem(cancels(shop, channel="box_office"), 409, "one_by_one")
    assert cancels(shop, "T-2", channel="box_office").status == 200
    assert validity(shop) == {"T-1": "valid", "T-2": "cancelled", "T-3": "valid"}


# ---------------------------------------------------------------- I9: exchanged


def test_I9_a_ticket_is_exchanged_for_another_seat(shop: World) -> None:
    bought(shop)
    reply = exchanges(shop, "T-2", "S-9")
    assert reply.status == 200, reply.text
    assert free(shop, *SEATS, "S-9") == ["S-2"]
    seen = order(shop)
    (seat,) = {each["seat"] for each in seen["tickets"]} - set(SEATS)
    assert seat == "S-9"
    assert (seen["total"]["amount"], seen["commission"]["amount"]) == ("150.00", "6.00")
    valid = [each for each in seen["tickets"] if each["status"] == "valid"]
    assert len(valid) == 3
    assert all(lets_in(shop, *(each["number"] for each in valid)).values())


def test_I9_a_seat_that_is_taken_is_not_exchanged_for(shop: World) -> None:
    bought(shop)
    bought(shop, "o-2", tickets=tickets("U-7"))
    with nothing_written(shop):
        for seat in ("S-7", "S-1"):
            reply = exchanges(shop, "T-2", seat)
            assert_problem(reply, 409, "seat_taken")
            assert reply.json["params"]["seats"] == [seat]
        same = exchanges(shop, "T-2", "S-2")
        assert codes(same) == ["same_seat"]


def test_I9_neither_a_cancelled_ticket_nor_one_that_was_used_is_exchanged(shop: World) -> None:
    bought(shop)
    cancels(shop, "T-1")
    comes_in(shop, "T-2")
    with nothing_written(shop):
        assert_problem(exchanges(shop, "T-1", "S-9"), 409, "ticket_cancelled")
        assert_problem(exchanges(shop, "T-2", "S-9"), 409, "already_admitted")
    assert exchanges(shop, "T-3", "S-1").status == 200
    assert free(shop, "S-1", "S-3") == ["S-3"]


def test_I9_an_order_that_is_full_of_exchanges_is_asked_for_no_more_of_them(shop: World) -> None:
    """60 tickets with those that are void. What is wrong with a wish is said before what speaks
    against it, and the seat that a ticket has is still nothing to do."""
    bought(shop)
    number = "T-1"
    for turn in range(57):
        assert exchanges(shop, number, f"X-{turn}").status == 200
        number = order(shop)["tickets"][-1]["number"]
    with nothing_written(shop):
        for ticket, seat in ((number, "Y-1"), (number, "S-2"), ("T-1", "Y-1")):
            assert_problem(exchanges(shop, ticket, seat), 422, "too_many", "ticket")
        assert codes(exchanges(shop, number, "X-56")) == ["same_seat"]


def test_I7_nothing_is_exchanged_in_an_order_that_waits_for_payment(shop: World) -> None:
    ordered(shop)
    with nothing_written(shop):
        assert_problem(exchanges(shop, "T-1", "S-9"), 409, "whole_order_only")


def test_I9_exchanging_is_told_without_names(shop: World) -> None:
    bought(shop)
    told(shop)
    exchanges(shop, "T-2", "S-9")
    (event,) = told(shop)
    assert "Léa" not in str(event) and "lea@example.net" not in str(event)
    assert letters(shop) == []
