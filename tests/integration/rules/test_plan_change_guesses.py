"""X10 and G11: how often a code may be wrong, and how often it is sent."""

import pytest

from tests.integration.conftest import ALICE, BOB, CAROL, STAFF, World, customer
from tests.integration.edge import assert_problem, nothing_written
from tests.integration.rules.plan_scenes import (
    changed,
    confirm,
    on,
    quote,
    quoted,
    request,
    send_again,
    server,
    waiting,
    wrong,
)
from tests.integration.rules.scenes import it_is

MALLORY = customer("mallory")
BY_PHONE = "she has rung us up about it"


@pytest.fixture
def rented(world: World) -> World:
    """A server of alice's to the first of May of next year, and it is noon of 11 May."""
    it_is(world, "2025-05-11")
    server(world, ends="2026-05-01")
    return world


def test_G11_after_five_wrong_codes_the_right_one_is_refused_too(rented: World) -> None:
    change_id, code = waiting(rented)
    for n in range(1, 6):
        reply = confirm(rented, change_id, wrong(code, n))
        assert_problem(reply, 409, "wrong_code")
        assert reply.json["params"] == {"tries_left": 5 - n}
    with nothing_written(rented):
        for entered, who, why in (
            (code, ALICE, None),
            (wrong(code), ALICE, None),
            (code, STAFF, BY_PHONE),
        ):
            locked = confirm(rented, change_id, entered, who=who, because=why)
            assert_problem(locked, 409, "code_locked")
            assert locked.json["params"]["available_from"] == "2025-05-12"
    assert on(rented)[0] == "vps-s"


def test_G11_four_wrong_codes_and_the_right_one_is_good(rented: World) -> None:
    change_id, code = waiting(rented)
    for n in range(1, 5):
        confirm(rented, change_id, wrong(code, n))
    assert confirm(rented, change_id, code).status == 200
    assert on(rented)[0] == "vps-m"


def test_G11_wrong_codes_add_up_over_the_changes_of_a_day_and_not_over_the_next(
    rented: World,
) -> None:
    server(rented, "v-2", "2026-05-01")
    first, code = waiting(rented)
    for n in (1, 2, 3):
        confirm(rented, first, wrong(code, n))
    it_is(rented, "2025-05-11", "12:30")
    second, code = waiting(rented, "vps-l")
    left = [confirm(rented, second, wrong(code, n)).json["params"]["tries_left"] for n in (1, 2)]
    assert left == [1, 0]
    assert_problem(confirm(rented, second, code), 409, "code_locked")
    it_is(rented, "2025-05-11", "12:50")
    assert_problem(confirm(rented, *waiting(rented)), 409, "code_locked")
    assert changed(rented, contract_id="v-2")["contract"]["plan"] == "vps-m"

    it_is(rented, "2025-05-12", "00:00")
    third, code = waiting(rented, "vps-l")
    assert confirm(rented, third, wrong(code)).json["params"] == {"tries_left": 4}
    assert confirm(rented, third, code).status == 200


def test_G11_wrong_codes_count_whoever_enters_them(rented: World) -> None:
    change_id, code = waiting(rented)
    for n, (who, said) in enumerate([(ALICE, None), (STAFF, BY_PHONE), (ALICE, None)], start=1):
        reply = confirm(rented, change_id, wrong(code, n), who=who, because=said)
        assert reply.json["params"] == {"tries_left": 5 - n}


def test_G11_what_cannot_be_the_code_or_is_asked_of_another_change_costs_no_try(
    rented: World,
) -> None:
    server(rented, "v-2", "2026-05-01")
    change_id, code = waiting(rented)
    path = f"/contracts/v-1/plan-changes/{change_id}/confirmation"
    with nothing_written(rented):
        for entered in ("12345", "1234567", "12345a", "١٢٣٤٥٦", "", 123456, None):
            reply = rented.call("POST", path, ALICE, {"code": entered})
            assert (reply.status, reply.json["params"]["field"]) == (422, "code")
        assert_problem(rented.call("POST", path, ALICE, {}), 422, "missing_field", "code")
        for contract_id, who in (("v-2", ALICE), ("v-1", MALLORY), ("v-9", ALICE)):
            reply = confirm(rented, change_id, code, contract_id=contract_id, who=who)
            assert_problem(reply, 404, "not_found")
            again = send_again(rented, change_id, contract_id=contract_id, who=who)
            assert_problem(again, 404, "not_found")
        for other in ("v-1:99", "v-2:2", "nothing"):
            assert_problem(confirm(rented, other, code), 404, "not_found")
        for who in (BOB, CAROL):
            assert_problem(confirm(rented, change_id, code, who=who), 403, "not_your_role")
            assert_problem(send_again(rented, change_id, who=who), 403, "not_your_role")
    assert confirm(rented, change_id, wrong(code)).json["params"] == {"tries_left": 4}


def test_G11_a_wrong_code_in_a_dry_run_is_a_wrong_code(rented: World) -> None:
    """Otherwise it would be a way to guess for nothing."""
    change_id, code = waiting(rented)
    for n in range(1, 6):
        reply = confirm(rented, change_id, wrong(code, n), dry_run=True)
        assert reply.json["params"] == {"tries_left": 5 - n}
    for dry_run in (True, False):
        assert_problem(confirm(rented, change_id, code, dry_run=dry_run), 409, "code_locked")


def test_X10_at_most_five_codes_are_sent_in_a_day_over_all_changes(rented: World) -> None:
    first, _ = waiting(rented)
    assert send_again(rented, first).status == 200
    it_is(rented, "2025-05-11", "12:20")
    second, _ = waiting(rented, "vps-l")
    for _ in range(2):
        assert send_again(rented, second).status == 200
    rented.mails()
    with nothing_written(rented):
        reply = send_again(rented, second)
        assert_problem(reply, 409, "too_many_codes")
        assert reply.json["params"]["available_from"] == "2025-05-12"
        assert_problem(send_again(rented, second, who=STAFF), 409, "too_many_codes")
    it_is(rented, "2025-05-11", "23:59")
    with nothing_written(rented):
        quote_id = quote(rented)
        reply = request(rented, quote_id.json["id"]) if quote_id.status == 201 else quote_id
        assert_problem(reply, 409, "too_many_codes")
    assert rented.mails() == []
    it_is(rented, "2025-05-12", "00:00")
    change_id, code = waiting(rented)
    assert confirm(rented, change_id, code).status == 200


def test_X10_asking_for_the_same_change_once_more_sends_nothing(rented: World) -> None:
    quote_id = quoted(rented)["id"]
    first = request(rented, quote_id)
    assert (first.status, len(rented.mails())) == (201, 1)
    with nothing_written(rented):
        again = request(rented, quote_id)
    assert (again.status, again.json) == (200, first.json)
    assert rented.mails() == []
