"""The worked examples XW1 and XW2 from one end to the other, day by day."""

import pytest

from tests.integration.conftest import ALICE, STAFF, World
from tests.integration.edge import assert_problem, nothing_written
from tests.integration.rules.plan_scenes import (
    FLEXI,
    PASS,
    changed,
    code_in,
    confirm,
    mail_with_code,
    on,
    plan_changes,
    quote,
    quoted,
    request,
    requested,
    server,
    wrong,
)
from tests.integration.rules.scenes import it_is, job, patch


def test_XW1_twenty_days_of_plan_s_are_ten_of_plan_m(world: World) -> None:
    it_is(world, "2025-04-20")
    server(world, ends="2025-05-31")
    job(world, "2025-05-10", name="renewals")

    it_is(world, "2025-05-11")
    with nothing_written(world):
        told = quoted(world)
    assert (told["from"]["plan"], told["from"]["price"]["amount"]) == ("vps-s", "10.00")
    assert (told["from"]["expires_on"], told["from"]["remaining_days"]) == ("2025-05-31", 20)
    assert (told["to"]["plan"], told["to"]["price"]["amount"]) == ("vps-m", "20.00")
    assert (told["to"]["expires_on"], told["to"]["remaining_days"]) == ("2025-05-21", 10)
    assert told["refundable"] is False
    assert [warning["code"] for warning in told["warnings"]] == ["no_refund"]
    world.mails()

    asked = request(world, told["id"])
    assert asked.status == 201
    change_id = asked.json["id"]
    mail = mail_with_code(world)
    assert mail["destinations"] == {"ToAddresses": ["alice@example.net"]}
    code = code_in(mail["text"])
    assert on(world) == ("vps-s", 1, "2025-05-31")
    assert_problem(confirm(world, change_id, wrong(code)), 409, "wrong_code")
    assert on(world) == ("vps-s", 1, "2025-05-31")
    done = confirm(world, change_id, code)
    assert (done.status, done.json["charges"]) == (200, [])
    assert on(world) == ("vps-m", 1, "2025-05-21")

    it_is(world, "2025-05-15")
    (line,) = plan_changes(world).json["items"]
    assert (line["from"]["plan"], line["to"]["plan"]) == ("vps-s", "vps-m")
    it_is(world, "2025-05-20")
    assert len(plan_changes(world).json["items"]) == 1
    job(world, "2025-05-21", name="renewals")
    job(world, "2025-05-21")
    job(world, "2025-05-23", name="renewals")
    job(world, "2025-05-23")
    assert_problem(plan_changes(world), 410, "expired")
    assert len(plan_changes(world, who=STAFF).json["items"]) == 1


@pytest.fixture
def changed_once(world: World) -> World:
    """The plan was changed on 11 May, and the contract goes on to the first of May."""
    it_is(world, "2025-05-11")
    server(world, ends="2027-04-21", starts_on="2025-04-21")
    changed(world)  # 710 days are 355
    assert on(world) == ("vps-m", 1, "2026-05-01")
    return world


def test_XW2_not_before_thirty_days_are_over(changed_once: World) -> None:
    it_is(changed_once, "2025-05-25")
    refused = quote(changed_once, "vps-l")
    assert_problem(refused, 409, "cooldown")
    assert refused.json["params"]["available_from"] == "2025-06-10"
    it_is(changed_once, "2025-06-12")
    changed(changed_once, "vps-l")
    assert on(changed_once)[0] == "vps-l"


def test_XW2_with_flexi_plus_at_once(changed_once: World) -> None:
    patch(changed_once, "v-1", options=[FLEXI])
    for day, plan in (("2025-05-25", "vps-l"), ("2025-05-27", "vps-s")):
        it_is(changed_once, day)
        changed(changed_once, plan)
    assert changed_once.contract("v-1", ALICE)["options"] == [FLEXI]


def test_XW2_with_one_pass_once(changed_once: World) -> None:
    patch(changed_once, "v-1", options=[PASS])
    it_is(changed_once, "2025-05-25")
    changed(changed_once, "vps-l")
    assert changed_once.contract("v-1", ALICE)["options"] == []
    it_is(changed_once, "2025-05-27")
    assert_problem(quote(changed_once, "vps-s"), 409, "cooldown")


def test_XW2_one_that_was_never_confirmed_does_not_count(world: World) -> None:
    it_is(world, "2025-05-11")
    server(world, ends="2026-05-01")
    quoted(world)
    requested(world)
    it_is(world, "2025-05-25")
    changed(world, "vps-l")
    assert on(world)[0] == "vps-l"
