"""What went wrong in other systems and was made public, told as scenarios that hold here.

Five runs of the same job at once are told under G2, every zone in `test_local_days.py`.
"""

import pytest

from tests.integration.conftest import ALICE, BOB, STAFF, World
from tests.integration.rules.scenes import (
    calendars,
    cancel,
    head,
    heard,
    history,
    imported,
    instant,
    it_is,
    job,
    patch,
    reactivate,
    snapshot,
)
from tests.tables import template

DOMAIN = {"provider": "svenska-domaner", "plan": "premium-domain", "label": "example.org.nz"}


def test_unrelated_edit_keeps_it(world: World) -> None:
    """Editing a note silently removed the scheduled cancellation."""
    it_is(world, "2025-03-01")
    world.register("c-1", starts_on="2024-03-31")
    cancel(world, "c-1")
    patch(world, "c-1", label="renamed")
    seen = world.contract("c-1", BOB)
    assert (seen["label"], seen["status"]) == ("renamed", "non_renewing")
    assert seen["cancellation"]["on"] == "2025-03-01"
    assert calendars(world, "c-1")["renewals_due_at"] is None


@pytest.mark.parametrize(
    ("registered_as", "expires_on", "becomes"),
    [
        ("pending", "2026-03-01", "closed"),
        ("active", "2026-03-01", "non_renewing"),
        ("active", "2025-02-25", "non_renewing"),
        ("non_renewing", "2026-03-01", "non_renewing"),
    ],
    ids=["pending", "active", "overdue", "cancelled already"],
)
def test_cancelling_is_possible_in_every_state_that_is_not_final(
    world: World, registered_as: str, expires_on: str, becomes: str
) -> None:
    """An overdue subscription could not be cancelled."""
    it_is(world, "2025-03-01")
    starts_on = f"{int(expires_on[:4]) - 1}{expires_on[4:]}"
    dates = {"starts_on": starts_on, "expires_on": expires_on}
    imported(world, "c-1", **dates, status=registered_as)
    assert cancel(world, "c-1").status == 200
    assert world.contract("c-1")["status"] == becomes
    assert calendars(world, "c-1")["renewals_due_at"] is None
    again = cancel(world, "c-1")
    assert (again.status, again.json.get("events")) in [(200, []), (409, None)]
    assert world.contract("c-1")["status"] == becomes


def test_an_overdue_contract_that_is_cancelled_ends_with_the_next_run(world: World) -> None:
    it_is(world, "2025-03-01")
    imported(world, "c-1", starts_on="2024-02-25", expires_on="2025-02-25")
    job(world, "2025-03-01")
    assert world.contract("c-1")["status"] == "active"
    cancel(world, "c-1")
    job(world, "2025-03-01", "13:00")
    ended = world.contract("c-1")
    assert (ended["status"], ended["restorable_until"]) == ("expired", "2025-03-27")


@pytest.mark.parametrize("job_has_run", [False, True])
def test_a_clear_answer_when_only_the_contracts_date_has_passed(
    world: World, job_has_run: bool
) -> None:
    """Undo was refused with a confusing error when only one of two dates had passed."""
    it_is(world, "2025-06-01")
    dates = {"starts_on": "2024-06-10", "registry_expires_on": "2026-04-01"}
    world.register("d-1", **DOMAIN, **dates)
    cancel(world, "d-1")
    it_is(world, "2025-06-10")
    if job_has_run:
        job(world, "2025-06-10")
    before = snapshot(world, "d-1")
    refused = reactivate(world, "d-1")
    says = "inactive" if job_has_run else "expired"
    assert (refused.status, refused.code) == (409, says)
    assert refused.json["params"]["contact"]["form"] == "https://www.svenskadomaner.se/"
    assert snapshot(world, "d-1") == before


def test_a_clear_answer_when_only_the_registrys_date_has_passed(world: World) -> None:
    it_is(world, "2025-06-01")
    dates = {"starts_on": "2024-06-10", "registry_expires_on": "2025-05-01"}
    world.register("d-1", **DOMAIN, **dates)
    cancel(world, "d-1")
    assert reactivate(world, "d-1").status == 200
    assert world.contract("d-1", BOB)["status"] == "active"


def test_cancelled_in_february_and_taken_back_in_march_keeps_the_anchor(world: World) -> None:
    """Undoing a cancellation re-derived the anchor from a clamped date."""
    it_is(world, "2025-02-10")
    imported(world, "c-1", starts_on="2024-10-31", expires_on="2025-04-30", term_months=6)
    due = calendars(world, "c-1")
    cancel(world, "c-1")
    job(world, "2025-02-28")
    it_is(world, "2025-03-15")
    reactivate(world, "c-1")
    seen = world.contract("c-1", BOB)
    assert (seen["status"], seen["expires_on"]) == ("active", "2025-04-30")
    assert head(world, "c-1")["anchor_day"] == "31"
    assert calendars(world, "c-1") == due


def test_a_late_run_keeps_the_anchor_and_the_window(world: World) -> None:
    """One late run moved the anniversary for ever."""
    it_is(world, "2025-02-01")
    imported(world, "c-1", starts_on="2024-08-31", expires_on="2025-02-28", status="non_renewing")
    job(world, "2025-03-11")
    seen = world.contract("c-1")
    assert (seen["expires_on"], seen["restorable_until"]) == ("2025-02-28", "2025-03-30")
    assert head(world, "c-1")["anchor_day"] == "31"
    job(world, "2025-03-29", "23:59")
    assert world.contract("c-1")["status"] == "expired"
    job(world, "2025-03-30", "00:00")
    assert world.contract("c-1")["status"] == "closed"


def test_catch_up_once_after_ten_dark_days(world: World) -> None:
    """What fell due in between was never done, or done once for each missed day."""
    it_is(world, "2025-03-20")
    for day in range(21, 31):
        ends = f"2025-03-{day}"
        dates = {"starts_on": f"2024-03-{day}", "expires_on": ends, "status": "non_renewing"}
        imported(world, f"c-{day}", **dates)
    world.mails()
    job(world, "2025-03-31")
    assert len(world.mails()) == 10
    job(world, "2025-03-31", "13:00")
    assert world.mails() == []
    for day in range(21, 31):
        assert history(world, f"c-{day}") == ["contract.registered", "contract.expired"]
    assert world.contract("c-21")["restorable_until"] == "2025-04-20"
    assert world.contract("c-30")["restorable_until"] == "2025-04-29"


def test_expires_on_d_takes_nothing_from_the_day_before_and_gives_nothing_of_d(
    world: World,
) -> None:
    """An end "on day D" was cut short, or prolonged, by a day."""
    it_is(world, "2025-03-01")
    world.register("c-1", starts_on="2024-03-31")
    assert cancel(world, "c-1").json["contract"]["last_day_to_reactivate"] == "2025-03-30"
    it_is(world, "2025-03-30", "23:59:59")
    assert reactivate(world, "c-1").status == 200
    cancel(world, "c-1")
    assert world.contract("c-1", BOB)["status"] == "non_renewing"
    it_is(world, "2025-03-31", "00:00")
    assert reactivate(world, "c-1").code == "expired"


def test_taken_back_while_the_run_is_under_way_it_is_not_ended(world: World) -> None:
    """The message was dealt on what was read before; the worker reads again."""
    it_is(world, "2025-03-30", "23:59")
    fields = {"starts_on": "2024-03-31", "expires_on": "2025-03-31", "status": "non_renewing"}
    imported(world, "c-1", **fields)
    world.invoke("expiries", {"as_of": instant("2025-03-31", "00:00")})
    reactivate(world, "c-1")
    world.work_queue()
    assert world.contract("c-1", ALICE)["status"] == "active"
    assert heard(world, "c-1") == ["contract.registered", "contract.reactivated"]


def test_two_dates_both_shown(world: World) -> None:
    """A domain that was active at the registry was shown as expired."""
    it_is(world, "2025-06-01")
    dates = {"starts_on": "2025-04-01", "expires_on": "2025-07-01"}
    plan = {**DOMAIN, "plan": "premium-domain-3"}
    imported(world, "d-1", **plan, **dates, registry_expires_on="2026-04-01")
    (item,) = world.call("GET", "/contracts", ALICE).json["items"]
    for shown in (item, world.contract("d-1", BOB), world.contract("d-1", STAFF)):
        assert shown["expires_on"] == "2025-07-01"
        assert shown["registry_expires_on"] == "2026-04-01"
        assert shown["status"] == "active"


def test_schedules_are_in_utc() -> None:
    """A local time that does not exist on the day the clocks go forward is skipped."""
    schedules = [
        event["Properties"]
        for resource in template()["Resources"].values()
        for event in resource.get("Properties", {}).get("Events", {}).values()
        if event["Type"] in ("Schedule", "ScheduleV2")
    ]
    assert any(each["ScheduleExpression"].startswith("cron") for each in schedules)
    for each in schedules:
        by_rate = each["ScheduleExpression"].startswith("rate")
        assert by_rate or each["ScheduleExpressionTimezone"] == "UTC"
