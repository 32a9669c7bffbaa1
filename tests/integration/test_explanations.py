"""`actions` and `next` of a contract say what the command and the calendar then really answer."""

from datetime import date, timedelta
from typing import Any

import pytest

from tests.integration.conftest import ALICE, BOB, CAROL, STAFF, Person, Reply, World
from tests.integration.edge import KIM, SVEN, assert_problem
from tests.integration.money import opened
from tests.integration.rules.scenes import job
from tests.integration.states import (
    as_add_on,
    as_add_on_of_nothing,
    as_cancelled,
    as_closed,
    as_domain,
    as_due_and_not_worked,
    as_expired,
    as_free_account,
    as_free_account_of_an_expired_domain,
    as_free_account_switched_off,
    as_in_grace,
    as_noticed,
    as_noticed_and_cancelled,
    as_on_trial,
    as_one_of_an_order,
    as_ordered_ahead,
    as_ordered_on_trial,
    as_paid_for_years,
    as_pending,
    as_registered,
    as_renewed,
    as_restorable,
    as_short_term,
    as_short_term_cancelled,
    as_switched_off_at_once,
    as_switched_off_by_the_job,
    as_terminated_add_on,
    as_transferred,
    as_unpaid_add_on,
    as_warranted,
)

# By the row's name: the door, and the body that asks for it there. Whatever costs something is paid
# from an account that can, of the contract's own provider.
DOORS: dict[str, tuple[str, dict[str, str]]] = {
    "cancel": ("cancellation", {}),
    "cancel_immediately": ("cancellation", {"mode": "immediate"}),
    "reactivate": ("reactivation", {}),
    "restore": ("restoration", {"account_id": "a-{provider}"}),
    "renew": (
        "renewal",
        {"current_expires_on": "{expires_on}", "account_id": "a-{provider}"},
    ),
    "activate": ("activation", {"account_id": "a-{provider}"}),
    "transfer_out": ("transfer-out", {}),
    "switch_autorenewal": ("autorenewal", {}),
}


@pytest.mark.parametrize(
    ("state", "status"),
    [
        (as_registered, "active"),
        (as_one_of_an_order, "active"),
        (as_pending, "pending"),
        (as_cancelled, "non_renewing"),
        (as_due_and_not_worked, "non_renewing"),
        (as_expired, "expired"),
        (as_closed, "closed"),
        (as_domain, "active"),
        (as_transferred, "closed"),
        (as_short_term, "active"),
        (as_short_term_cancelled, "non_renewing"),
        (as_switched_off_at_once, "inactive"),
        (as_switched_off_by_the_job, "inactive"),
        (as_restorable, "expired"),
        (as_add_on, "active"),
        (as_add_on_of_nothing, "active"),
        (as_terminated_add_on, "expired"),
        (as_unpaid_add_on, "inactive"),
        (as_free_account, "active"),
        (as_free_account_switched_off, "inactive"),
        (as_free_account_of_an_expired_domain, "expired"),
        (as_ordered_ahead, "pending"),
        (as_on_trial, "active"),
        (as_ordered_on_trial, "pending"),
        (as_noticed, "active"),
        (as_noticed_and_cancelled, "non_renewing"),
        (as_renewed, "active"),
        (as_paid_for_years, "active"),
        (as_in_grace, "expired"),
        (as_warranted, "active"),
    ],
)
def test_an_explanation_equals_the_answer(world: World, state: Any, status: str) -> None:
    world.set_clock("2025-02-01T11:00:00Z")
    opened(world, "a-kreativmedia", "1000.00")
    opened(world, "a-svenska-domaner", "1000.00", provider="svenska-domaner", currency="SEK")
    opened(world, "a-infomaniak", "1000.00", provider="infomaniak")
    opened(world, "a-registrar-ru", "9000.00", provider="registrar-ru", currency="RUB")
    state(world)
    assert world.contract("c-1")["status"] == status
    explained(world)


def explained(world: World) -> None:
    """Every row of everybody, asked for."""
    rows: dict[str, set[str]] = {}
    for who in (ALICE, BOB, CAROL, STAFF, KIM, SVEN):
        shown = world.call("GET", "/contracts/c-1", who)
        if shown.status in (404, 410):
            continue
        rows[who.subject] = {row["action"] for row in shown.json["actions"]}
        for row in shown.json["actions"]:
            assert_explained(row, asked_for(world, who, row, shown.json))
    assert_offered(world, rows)


def asked_for(world: World, who: Person, row: dict[str, Any], shown: dict[str, Any]) -> Reply:
    """The command that the row speaks of, as a dry run."""
    door, asks = DOORS[row["action"]]
    path, dry = f"/contracts/c-1/{door}", {"dry_run": "true"}
    if door == "autorenewal":
        return world.call("PUT", path, who, {"enabled": not shown["autorenewal"]}, query=dry)
    body = {name: value.format(**shown) for name, value in asks.items()}
    return world.call("POST", path, who, body, query=dry)


def assert_offered(world: World, rows: dict[str, set[str]]) -> None:
    """What is no row is not the person's to ask for: the way out is staff's, and what cannot be
    cancelled at once is refused as not offered."""
    assert rows
    for who, names in rows.items():
        assert DOORS.keys() - names <= {"cancel_immediately", "transfer_out"}
        assert ("transfer_out" in names) is (who not in ("alice", "bob", "carol"))
    if not any("cancel_immediately" in names for names in rows.values()):
        asked = world.call("POST", "/contracts/c-1/cancellation", STAFF, {"mode": "immediate"})
        assert_problem(asked, 409, "mode_not_offered")


def assert_explained(row: dict[str, Any], asked: Reply) -> None:
    """Allowed: something happens. Not allowed: the refusal's own words, or nothing to do."""
    if row["allowed"]:
        assert asked.status == 200
        assert asked.json["events"]
        assert row["code"] is None
    elif asked.status == 200:
        assert asked.json["events"] == []
        assert [warning["code"] for warning in asked.json["warnings"]] == [row["code"]]
    else:
        assert_problem(asked, asked.status, row["code"])
        params = dict(asked.json["params"])
        assert params.pop("available_from", None) == row["available_from"]
        assert params == row["params"]


@pytest.mark.parametrize(("amount", "code"), [("1000.00", None), ("1.00", "balance_too_small")])
def test_restoring_online_is_explained_by_its_rule_and_what_pays_it_is_the_commands_question(
    world: World, amount: str, code: str | None
) -> None:
    world.set_clock("2025-02-01T11:00:00Z")
    account = "a-svenska-domaner"
    opened(world, account, amount, provider="svenska-domaner", currency="SEK")
    world.register(
        "c-1",
        provider="svenska-domaner",
        plan="premium-domain",
        label="example.org.nz",
        status="non_renewing",
        **{"import": True},
    )
    world.run_job("2026-01-15T12:00:00Z")
    world.set_clock("2026-01-15T12:00:00Z")
    for who in (ALICE, STAFF):
        (row,) = (r for r in world.contract("c-1", who)["actions"] if r["action"] == "restore")
        assert (row["allowed"], row["code"]) == (True, None)
        asked = world.call(
            "POST",
            "/contracts/c-1/restoration",
            who,
            {"account_id": account},
            query={"dry_run": "true"},
        )
        assert (asked.code if asked.status == 409 else None) == code
    if code is None:
        explained(world)


def test_a_refusal_says_whom_to_ask(world: World) -> None:
    world.set_clock("2025-02-01T11:00:00Z")
    as_expired(world)
    gone = world.call("GET", "/contracts/c-1", ALICE)
    refused = world.call("POST", "/contracts/c-1/reactivation", ALICE)
    assert (gone.status, gone.code) == (410, "expired")
    assert (refused.status, refused.code) == (409, "expired")
    for reply in (gone, refused):
        contact = reply.json["params"]["contact"]
        assert contact["email"]
        assert contact["form"].startswith("https://")
        assert contact["email"] in reply.json["detail"]


def calendar_steps(world: World, who: Person) -> dict[str, Any] | None:
    found: dict[str, Any] | None = world.contract("c-1", who)["next"]
    return found


TYPES = {
    "inactivate": "contract.inactivated",
    "downgrade": "contract.downgraded",
    "expire": "contract.expired",
    "close": "contract.closed",
}


@pytest.mark.parametrize(
    ("state", "actions"),
    [
        (as_cancelled, ["expire", "close"]),
        (as_short_term_cancelled, ["inactivate", "expire", "close"]),
        (as_switched_off_at_once, ["expire", "close"]),
        (as_terminated_add_on, ["close"]),
        (as_unpaid_add_on, ["downgrade"]),
    ],
)
def test_next_is_what_the_calendar_does_on_that_day_and_not_before(
    world: World, state: Any, actions: list[str]
) -> None:
    world.set_clock("2025-02-01T11:00:00Z")
    state(world)
    for action in actions:
        coming, event = calendar_steps(world, STAFF), TYPES[action]
        assert coming is not None
        assert coming["action"] == action
        events = len(timeline(world))
        job(world, day_before(coming["on"]), "23:59")
        assert len(timeline(world)) == events
        job(world, coming["on"], "00:00")
        assert timeline(world)[0] == event
    if actions[-1] == "close":
        assert calendar_steps(world, STAFF) is None


@pytest.mark.parametrize(
    ("state", "action", "event"),
    [
        (as_registered, "renew", "contract.renewed"),
        (as_pending, "activate", "contract.activated"),
        (as_domain, "renew", "contract.renewed"),
    ],
)
def test_next_is_what_the_renewals_job_does_on_that_day_and_not_before(
    world: World, state: Any, action: str, event: str
) -> None:
    world.set_clock("2025-01-01T11:00:00Z")
    opened(world, "a-1", "1000.00")
    state(world)
    coming = calendar_steps(world, STAFF)
    assert coming is not None
    assert coming["action"] == action
    events = len(timeline(world))
    job(world, day_before(coming["on"]), "23:59", name="renewals")
    assert len(timeline(world)) == events
    job(world, coming["on"], "00:00", name="renewals")
    assert timeline(world)[0] == event


def test_what_could_not_be_paid_is_tried_on_the_next_day_until_it_expires(world: World) -> None:
    world.set_clock("2025-02-01T11:00:00Z")
    as_registered(world)
    for day, action, on in (
        ("2025-12-16", "renew", "2025-12-17"),
        ("2026-01-14", "renew", "2026-01-15"),
        ("2026-01-15", "expire", "2026-01-15"),
    ):
        job(world, day, name="renewals")
        assert calendar_steps(world, STAFF) == {"action": action, "on": on}
    job(world, "2026-01-15")
    assert world.contract("c-1")["status"] == "expired"


def test_what_follows_its_parent_is_restored_with_it_and_no_window_of_its_own_is_shown(
    world: World,
) -> None:
    world.set_clock("2025-02-01T11:00:00Z")
    as_free_account_of_an_expired_domain(world)
    shown = world.contract("c-1")
    assert (shown["status"], shown["phase"]) == ("expired", "restorable")
    windows = ("restorable_until", "provider_until", "registry_until")
    assert [shown[name] for name in windows] == [None, None, None]
    assert world.contract("p-1")["provider_until"] == "2026-04-15"
    paid = {"reference": "inv-1"}
    assert world.call("POST", "/contracts/p-1/restoration", STAFF, paid).status == 200
    world.mails()
    shown = world.contract("c-1")
    assert (shown["status"], shown["expires_on"]) == ("active", "2027-01-15")


def timeline(world: World) -> list[str]:
    items = world.call("GET", "/contracts/c-1/timeline", STAFF).json["items"]
    return [event["type"] for event in items]


def day_before(day: str) -> str:
    return (date.fromisoformat(day) - timedelta(days=1)).isoformat()


def test_customers_learn_that_staff_acted_and_not_who(world: World) -> None:
    world.set_clock("2025-02-01T11:00:00Z")
    world.register("c-1")
    assert world.call("POST", "/contracts/c-1/cancellation", KIM, {}).status == 200
    assert world.call("POST", "/contracts/c-1/reactivation", ALICE).status == 200
    for who, subjects in ((ALICE, {"alice"}), (BOB, {"alice"}), (STAFF, {"alice", "kim", "erin"})):
        reply = world.call("GET", "/contracts/c-1/timeline", who)
        actors = [event["actor"] for event in reply.json["items"]]
        assert actors == ["holder", "staff", "staff"]
        named = {event["actor_id"] for event in reply.json["items"] if "actor_id" in event}
        assert named == subjects
    for door in ("", "/timeline"):
        text = world.call("GET", f"/contracts/c-1{door}", BOB).text
        assert "kim" not in text
        assert "erin" not in text
    for event in world.relay():
        assert "kim" not in str(event)
        assert "erin" not in str(event)
