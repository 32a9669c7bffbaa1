"""X3, X6 and X8: every refusal comes at the quote already, says what to do about it, writes
nothing, and stands under `actions`."""

import pytest

from tests.integration.conftest import ALICE, BOB, CAROL, STAFF, World, customer
from tests.integration.edge import assert_problem, nothing_written
from tests.integration.rules.plan_scenes import (
    FLEXI,
    KRIAX,
    PASS,
    change_action,
    changed,
    code_in_mail,
    confirm,
    mark,
    on,
    quote,
    quoted,
    refused,
    request,
    requested,
    server,
)
from tests.integration.rules.policy_files import PolicyFiles
from tests.integration.rules.scenes import cancel, it_is, job, patch
from tests.integration.rules.terms import funded, renew


def options(world: World, *names: str) -> None:
    assert patch(world, "v-1", options=list(names)).status == 200


def of(world: World) -> list[str]:
    found: list[str] = world.contract("v-1", ALICE)["options"]
    return found


@pytest.mark.parametrize(
    ("days", "refused_on", "first"),
    [(30, "2025-06-09", "2025-06-10"), (10, "2025-05-20", "2025-05-21")],
)
def test_X3_one_change_in_thirty_days_and_a_refusal_gives_the_first_day(
    world: World, policies: PolicyFiles, days: int, refused_on: str, first: str
) -> None:
    policies.edit(KRIAX, {"plan_change.cooldown_days": days})
    it_is(world, "2025-05-11", "23:59")
    server(world, ends="2026-05-01")
    changed(world)
    for day, at in (("2025-05-12", "00:00"), (refused_on, "23:59")):
        it_is(world, day, at)
        params = refused(world, "cooldown", "vps-l")
        assert params["available_from"] == first
        assert params["allowed_now_with"] == [FLEXI, PASS]
        row = change_action(world)
        assert (row["allowed"], row["code"]) == (False, "cooldown")
        assert row["available_from"] == first
    it_is(world, first, "00:00")
    assert change_action(world)["allowed"] is True
    changed(world, "vps-l")
    assert on(world)[0] == "vps-l"


def test_X3_without_a_number_of_days_one_may_change_at_once_again(
    world: World, policies: PolicyFiles
) -> None:
    policies.edit(KRIAX, {"plan_change.cooldown_days": 0})
    it_is(world, "2025-05-11")
    server(world, ends="2026-05-01", options=[PASS])
    changed(world)
    changed(world, "vps-l")
    assert of(world) == [PASS]


@pytest.mark.parametrize("name", [FLEXI, "always"])
def test_X3_with_flexi_plus_one_may_change_at_any_time_and_no_pass_is_spent(
    world: World, policies: PolicyFiles, name: str
) -> None:
    policies.edit(KRIAX, {"plan_change.unlimited_option": name})
    it_is(world, "2025-05-11")
    server(world, ends="2026-05-01")
    changed(world)
    it_is(world, "2025-05-25")
    assert refused(world, "cooldown", "vps-l")["allowed_now_with"] == [name, PASS]
    options(world, "backups", PASS, name)
    for plan in ("vps-l", "vps-s", "vps-m"):
        assert quoted(world, plan)["spends"] is None
        changed(world, plan)
        assert on(world)[0] == plan
    assert set(of(world)) == {"backups", PASS, name}
    options(world, "backups")
    assert refused(world, "cooldown", "vps-l")["available_from"] == "2025-06-24"


@pytest.mark.parametrize("name", [PASS, "joker"])
def test_X3_a_pass_spares_one_wait_and_is_spent_at_the_confirmation_if_it_is_needed(
    world: World, policies: PolicyFiles, name: str
) -> None:
    policies.edit(KRIAX, {"plan_change.pass_option": name})
    it_is(world, "2025-05-11")
    server(world, ends="2026-05-01", options=["backups", name])
    assert quoted(world)["spends"] is None
    changed(world)
    assert set(of(world)) == {"backups", name}
    it_is(world, "2025-05-25")
    assert quoted(world, "vps-l")["spends"] == name
    change_id = requested(world, "vps-l")
    assert set(of(world)) == {"backups", name}
    answer = confirm(world, change_id, code_in_mail(world))
    assert answer.json["events"][0]["data"]["spent"] == name
    assert of(world) == ["backups"]
    it_is(world, "2025-05-27")
    params = refused(world, "cooldown", "vps-s")
    assert params["available_from"] == "2025-06-24"
    assert params["allowed_now_with"] == [FLEXI, name]


@pytest.mark.parametrize("name", [FLEXI, PASS])
def test_X3_an_option_that_is_gone_before_the_confirmation_allows_nothing(
    world: World, name: str
) -> None:
    it_is(world, "2025-05-11")
    server(world, ends="2026-05-01", options=[name])
    changed(world)
    options(world, name)
    change_id = requested(world, "vps-l")
    code = code_in_mail(world)
    options(world)
    answer = confirm(world, change_id, code)
    assert_problem(answer, 409, "cooldown")
    assert answer.json["params"]["available_from"] == "2025-06-10"
    assert on(world)[0] == "vps-m"


# S to L: four days of the present contract make one.
@pytest.mark.parametrize(
    ("least", "needed", "short_on", "enough_on"),
    [(1, 4, "2025-05-28", "2025-05-27"), (7, 28, "2025-05-04", "2025-05-03")],
)
def test_X8_too_few_days_are_refused_with_those_that_are_needed_and_those_there_are(
    world: World,
    policies: PolicyFiles,
    least: int,
    needed: int,
    short_on: str,
    enough_on: str,
) -> None:
    policies.edit(KRIAX, {"plan_change.min_days_after_change": least})
    it_is(world, "2025-05-01")
    server(world)
    server(world, "v-2")
    it_is(world, short_on, "00:00")
    params = refused(world, "insufficient_remaining_days", "vps-l")
    assert (params["required_days"], params["remaining_days"]) == (needed, needed - 1)
    assert "renew" in quote(world, "vps-l").json["detail"].lower()
    it_is(world, enough_on, "23:59")
    assert quoted(world, "vps-l")["required_days"] == needed
    assert quoted(world, "vps-l")["to"]["remaining_days"] == least
    changed(world, "vps-l", contract_id="v-2")

    it_is(world, short_on)
    funded(world, "a-1", "10.00", provider=KRIAX, currency="EUR")
    assert renew(world, "v-1", "2025-05-31").status == 200
    changed(world, "vps-l")
    assert on(world)[0] == "vps-l"


def test_X8_one_day_less_than_required_is_one_too_few(world: World) -> None:
    """S for three servers to L for two: 3 days are worth 9/8 of a day, 2 days 6/8."""
    it_is(world, "2025-05-11")
    server(world, ends="2025-05-13", quantity=3)
    server(world, "v-2", ends="2025-05-14", quantity=3)
    for contract_id in ("v-1", "v-2"):
        mark(world, "s-3", contract_id=contract_id)
    params = refused(world, "insufficient_remaining_days", "vps-l", 2)
    assert (params["required_days"], params["remaining_days"]) == (3, 2)
    assert quoted(world, "vps-l", 2, contract_id="v-2")["to"]["remaining_days"] == 1


def test_X6_the_same_plan_and_quantity_is_no_change(world: World) -> None:
    it_is(world, "2025-05-11")
    server(world, quantity=2)
    params = refused(world, "same_plan", "vps-s", 2)
    assert (params["plan"], params["quantity"]) == ("vps-s", 2)


@pytest.mark.parametrize("sold", [False, True])
def test_X6_only_a_plan_that_is_sold_can_be_picked(
    world: World, policies: PolicyFiles, sold: bool
) -> None:
    policies.edit(KRIAX, {"plans.3.orderable": sold})
    it_is(world, "2025-05-11")
    server(world)
    if sold:
        changed(world, "vps-xs")
        assert on(world) == ("vps-xs", 1, "2025-06-20")
    else:
        assert refused(world, "plan_not_sold", "vps-xs")["plan"] == "vps-xs"


@pytest.mark.parametrize("kinds", [["vps"], ["other", "vps"]])
def test_X6_a_plan_of_another_kind_cannot_be_picked(
    world: World, policies: PolicyFiles, kinds: list[str]
) -> None:
    policies.edit(KRIAX, {"plan_change.kinds": kinds})
    it_is(world, "2025-05-11")
    server(world)
    with nothing_written(world):
        reply = quote(world, "voice-server")
        assert_problem(reply, 409, "other_kind")
    assert (reply.json["params"]["kind"], reply.json["params"]["contract_kind"]) == ("other", "vps")


@pytest.mark.parametrize("kinds", [["vps"], ["other", "vps"]])
def test_X6_only_kinds_that_the_policy_names_change_plan(
    world: World, policies: PolicyFiles, kinds: list[str]
) -> None:
    policies.edit(KRIAX, {"plan_change.kinds": kinds})
    it_is(world, "2025-05-11")
    server(world, plan="voice-server", servers=[])
    with nothing_written(world):
        reply = quote(world, "vps-m")
        assert_problem(reply, 409, "other_kind" if "other" in kinds else "not_offered")
    offered = [row for row in world.contract("v-1")["actions"] if row["action"] == "change_plan"]
    assert not any(row["allowed"] for row in offered)


def test_X6_no_such_plan_and_no_such_quantity_are_wrong_requests(world: World) -> None:
    it_is(world, "2025-05-11")
    server(world)
    with nothing_written(world):
        assert_problem(quote(world, "vps-xxl"), 422, "unknown_plan", "plan")
        assert_problem(quote(world, "vps-m", 0), 422, "invalid_field", "quantity")
        assert_problem(quote(world, "vps-m", 51), 422, "too_many", "quantity")
        path = "/contracts/v-1/plan-change-quotes"
        for body in ({"plan": "vps-m"}, {"quantity": 1}):
            assert_problem(world.call("POST", path, ALICE, body), 422, "missing_field")
        more = {"plan": "vps-m", "quantity": 1, "price": "0.00"}
        assert_problem(world.call("POST", path, ALICE, more), 422, "unknown_field", "price")


def test_X1_a_cancelled_contract_is_reactivated_first(world: World) -> None:
    it_is(world, "2025-05-11")
    server(world)
    cancel(world, "v-1")
    assert refused(world, "cancelled")["expires_on"] == "2025-05-31"
    assert change_action(world)["code"] == "cancelled"


def test_X1_an_expired_contract_is_not_changed_whether_or_not_the_job_was_there(
    world: World,
) -> None:
    it_is(world, "2025-05-11")
    server(world)
    it_is(world, "2025-05-31", "00:00")
    assert refused(world, "expired")["contact"]["email"] == "support@kriax.example"
    job(world, "2025-05-31", "00:30")
    assert world.contract("v-1")["status"] == "active"  # renewals still owes it an attempt
    job(world, "2025-06-20")
    assert world.contract("v-1")["status"] == "closed"
    with nothing_written(world):
        for reply in (quote(world), mark(world, "s-1"), quote(world, who=STAFF)):
            assert (reply.status, reply.code) == (409, "closed")


def test_X1_what_has_not_begun_is_not_changed_yet(world: World) -> None:
    """Neither what waits to be activated, nor a term of next month."""
    it_is(world, "2025-05-11")
    server(world, ends="2026-05-11", status="pending")
    server(world, "v-2", ends="2026-06-01")
    with nothing_written(world):
        assert_problem(quote(world), 409, "not_active_yet")
        later = quote(world, contract_id="v-2")
        assert_problem(later, 409, "not_yet")
        assert later.json["params"]["available_from"] == "2025-06-01"
    assert change_action(world, "v-2")["available_from"] == "2025-06-01"


def test_X10_one_change_at_a_time_and_the_refusal_says_which_waits_and_until_when(
    world: World,
) -> None:
    it_is(world, "2025-05-11")
    server(world)
    other = quoted(world, "vps-l")["id"]
    change_id = requested(world)
    params = refused(world, "change_waiting", "vps-l")
    assert params == {"change_id": change_id, "valid_until": "2025-05-11T10:15:00Z"}
    with nothing_written(world):
        assert_problem(request(world, other), 409, "change_waiting")


def test_X1_people_who_may_not_change_it_are_told_so_before_anything_else(world: World) -> None:
    it_is(world, "2025-05-11")
    server(world, locale="en")
    change_id = requested(world)
    code = code_in_mail(world)
    with nothing_written(world):
        for who, status, why in (
            (BOB, 403, "not_your_role"),
            (CAROL, 403, "not_your_role"),
            (customer("mallory"), 404, "not_found"),
            (customer("alice", "kreativmedia"), 404, "not_found"),
        ):
            assert_problem(quote(world, who=who), status, why)
            assert_problem(request(world, "q", who=who), status, why)
            assert_problem(confirm(world, change_id, code, who=who), status, why)
    assert quote(world, "vps-m", who=STAFF).code == "change_waiting"
    assert change_action(world, who=BOB)["code"] == "not_your_role"
