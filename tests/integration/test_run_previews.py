"""A run is previewed, then carried out as it was seen: just that, and every difference by name."""

from typing import Any

import pytest

from tacit.runtime.clock import Clock
from tests.integration.conftest import STAFF, Person, Reply, World
from tests.integration.edge import KIM, SVEN, assert_problem, everything
from tests.integration.money import book, francs, moved, opened
from tests.integration.rules.scenes import instant, it_is
from tests.integration.rules.ticket_scenes import a_shop, order, ordered, show

EVE, MORNING = "2024-12-20T11:00:00Z", "2024-12-21T11:00:00Z"
TOMORROW = {"job": "renewals", "as_of": MORNING}


def sold(world: World) -> None:
    """Two domains and two hostings of alice that are due tomorrow, and 100 francs."""
    world.set_clock(EVE)
    opened(world, "a-1", "100.00")
    for number in (1, 2):
        fields = {"starts_on": "2024-01-20", "import": True, "expires_on": "2025-01-20"}
        priced = {**fields, "price": francs("40.00")}
        world.register(f"d-{number}", plan="domain-ch", label=f"d{number}.ch", **priced)
        world.register(f"h-{number}", **priced)


def preview(world: World, body: dict[str, Any] = TOMORROW, who: Person = STAFF) -> dict[str, Any]:
    """The preview once all its messages are worked."""
    reply = world.call("POST", "/job-runs", who, body, query={"dry_run": "true"})
    assert reply.status == 202, reply.text
    assert reply.json["id"] is None
    world.work_queue(job=body["job"])
    return run(world, reply.json["preview_id"], who)


def run(world: World, run_id: str, who: Person = STAFF) -> dict[str, Any]:
    found: dict[str, Any] = world.call("GET", f"/job-runs/{run_id}", who).json
    assert found["status"] == "done"
    return found


def carried_out(world: World, preview_id: str) -> dict[str, Any]:
    """Tomorrow, the run that does what the preview said."""
    world.set_clock(MORNING)
    reply = world.call("POST", "/job-runs", STAFF, {**TOMORROW, "preview_id": preview_id})
    assert reply.status == 202, reply.text
    world.work_queue(job="renewals")
    return run(world, reply.json["id"])


def lines(world: World, run_id: str, **query: str) -> list[dict[str, Any]]:
    """All of them, page by page."""
    found: list[dict[str, Any]] = []
    while True:
        page = world.call("GET", f"/job-runs/{run_id}/items", STAFF, query=query).json
        found += page["items"]
        if page["next"] is None:
            return found
        query["next"] = page["next"]


def differences(world: World, run_id: str) -> dict[str, str]:
    return {each["id"]: each["why"] for each in lines(world, run_id, only="differences")}


def test_a_preview_says_who_is_charged_in_which_order_and_who_falls_short(world: World) -> None:
    sold(world)
    seen = preview(world)
    assert (seen["preview"], seen["counts"]["planned"]) == (True, 4)
    assert seen["totals"]["charged"] == [francs("80.00")]
    assert seen["totals"]["charges"] == 2
    found = lines(world, seen["id"])
    assert [line["id"] for line in found if line["charges"]] == ["contract:d-1", "contract:d-2"]
    first = found[0]
    assert first["charges"] == [
        {"account_id": "a-1", "amount": francs("40.00"), "reason": "renewal"}
    ]
    assert first["expires_on"] == "2026-01-20"
    short = {line["id"]: line["short"] for line in found if line["outcome"] == "refused"}
    assert short == {
        f"contract:h-{n}": {
            "code": "balance_too_small",
            "account_id": "a-1",
            "short": francs("20.00") if n == 1 else francs("40.00"),
        }
        for n in (1, 2)
    }


def test_a_preview_says_which_messages_leave(world: World) -> None:
    world.set_clock(EVE)
    opened(world, "a-2", "100.00", provider="infomaniak")
    named = {"provider": "infomaniak", "plan": "domain-ch", "label": "mine.ch"}
    world.register("i-1", **named, starts_on="2024-01-10")
    seen = preview(world)
    (line,) = lines(world, seen["id"])
    assert {"kind": "renewed", "channel": "email"} in line["messages"]
    assert {"kind": "renewed", "channel": "email", "count": 1} in seen["totals"]["messages"]
    carried_out(world, seen["id"])
    assert "i-1" in {event["detail"]["subject"] for event in world.relay()}


def test_a_preview_changes_nothing_but_its_own_items(world: World) -> None:
    sold(world)
    before = [item for item in everything(world) if '"run' not in item]
    seen = preview(world)
    after = [item for item in everything(world) if '"run' not in item]
    assert before == after
    assert moved(world, "a-1") == [("by bank transfer", "100.00")]
    assert seen["counts"]["done"] == 0


def test_the_run_of_a_preview_does_exactly_what_it_said(world: World) -> None:
    sold(world)
    seen = preview(world)
    done = carried_out(world, seen["id"])
    assert done["preview_id"] == seen["id"]
    assert done["totals"] == seen["totals"]
    assert differences(world, done["id"]) == {}
    told = {line["id"]: line for line in lines(world, done["id"])}
    for line in lines(world, seen["id"]):
        assert {**told[line["id"]], "outcome": None} == {**line, "outcome": None}
    assert moved(world, "a-1") == [
        ("by bank transfer", "100.00"),
        ("renewal", "-40.00"),
        ("renewal", "-40.00"),
    ]
    assert world.contract("h-1")["expires_on"] == "2025-01-20"


def test_every_difference_is_told_by_name_and_left_to_the_next_run(world: World) -> None:
    """d-2 is cancelled, h-9 is new, and a deposit would now pay for both hostings: none of it was
    in the preview, so none of it is done."""
    sold(world)
    seen = preview(world)
    assert (
        world.call("POST", "/contracts/d-2/cancellation", STAFF, {"mode": "at_term"}).status == 200
    )
    book(world, "a-1", "deposits", francs("500.00"), "late")
    world.register("h-9", starts_on="2024-01-20")
    done = carried_out(world, seen["id"])
    assert differences(world, done["id"]) == {
        "contract:d-2": "not_due_any_more",
        "contract:h-1": "decided_otherwise",
        "contract:h-2": "decided_otherwise",
        "contract:h-9": "not_in_the_preview",
    }
    assert done["counts"]["different"] == 4
    assert [reason for reason, _ in moved(world, "a-1")].count("renewal") == 1
    otherwise = lines(world, done["id"], only="differences")
    hosting = next(each for each in otherwise if each["id"] == "contract:h-1")
    assert hosting["planned"]["short"]["code"] == "balance_too_small"
    assert hosting["now"]["charges"][0]["amount"] == francs("40.00")
    world.run_job(MORNING, "renewals")
    assert world.contract("h-1")["expires_on"] == "2026-01-20"
    assert world.contract("d-2")["status"] == "non_renewing"


@pytest.mark.parametrize("first", ["the job", "the preview"])
def test_what_is_short_as_the_preview_said_is_no_difference(world: World, first: str) -> None:
    """Also where another run has written it down before the preview, or since."""
    sold(world)
    world.set_clock(MORNING)
    if first == "the job":
        world.run_job(MORNING, "renewals")
    seen = preview(world)
    if first == "the preview":
        world.run_job(MORNING, "renewals")
    done = carried_out(world, seen["id"])
    paid = {"contract:d-1", "contract:d-2"} if first == "the preview" else set()
    assert differences(world, done["id"]) == dict.fromkeys(paid, "not_due_any_more")
    assert done["counts"]["refused"] == 2


def test_what_is_short_otherwise_than_the_preview_said_is_a_difference(world: World) -> None:
    sold(world)
    world.set_clock(MORNING)
    world.run_job(MORNING, "renewals")
    seen = preview(world)
    book(world, "a-1", "deposits", francs("5.00"), "late")
    done = carried_out(world, seen["id"])
    assert set(differences(world, done["id"])) == {"contract:h-1"}
    (told,) = lines(world, done["id"], only="differences")
    assert told["planned"]["short"]["short"] == francs("20.00")
    assert told["now"]["short"]["short"] == francs("15.00")


def test_what_waits_for_a_difference_keeps_its_money_from_what_comes_after_it(world: World) -> None:
    """R4, G14: d-1 would now be paid from another account, so it waits; the money that it needs is
    not spent on d-2's neighbour."""
    sold(world)
    seen = preview(world)
    opened(world, "a-0", "40.00")
    done = carried_out(world, seen["id"])
    assert differences(world, done["id"])["contract:d-1"] == "decided_otherwise"
    assert [line["reason"] for line in ledger_of(world, "a-0")] == ["by bank transfer"]


def ledger_of(world: World, account_id: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = world.call("GET", f"/accounts/{account_id}/ledger", STAFF).json[
        "items"
    ]
    return found


def test_the_lines_of_a_preview_come_in_pages(world: World) -> None:
    sold(world)
    seen = preview(world)
    whole = lines(world, seen["id"])
    for size in ("1", "3"):
        assert lines(world, seen["id"], limit=size) == whole
    reply = world.call("GET", f"/job-runs/{seen['id']}/items", STAFF, query={"only": "lines"})
    assert_problem(reply, 422, "invalid_field", "only")


def test_a_run_wants_a_whole_preview_of_the_same_run(world: World) -> None:
    sold(world)
    seen = preview(world)
    asked = {**TOMORROW, "preview_id": seen["id"]}

    def refused(who: Person = STAFF, **fields: str) -> Reply:
        return world.call("POST", "/job-runs", who, {**asked, **fields})

    world.set_clock(MORNING)
    assert_problem(refused(job="expiries"), 409, "another_preview")
    assert_problem(refused(as_of=EVE), 409, "another_preview")
    assert_problem(refused(preview_id="renewals-0"), 404, "not_found")
    assert_problem(refused(KIM), 404, "not_found")
    ordinary = world.run_job(EVE, "renewals")
    assert_problem(refused(preview_id=ordinary), 404, "not_found")
    begun = world.call("POST", "/job-runs", STAFF, TOMORROW, query={"dry_run": "true"}).json
    reply = refused(preview_id=begun["preview_id"])
    assert_problem(reply, 409, "preview_not_ready")


def test_a_preview_is_seen_by_whom_it_covers(world: World) -> None:
    sold(world)
    seen = preview(world, who=KIM)
    assert seen["scope"] == ["kreativmedia"]
    for door in ("", "/items"):
        reply = world.call("GET", f"/job-runs/{seen['id']}{door}", SVEN)
        assert_problem(reply, 404, "not_found")


@pytest.mark.parametrize("job", ["expiries", "invoice_reminders"])
def test_the_other_jobs_are_previewed_as_well(world: World, job: str) -> None:
    world.set_clock(EVE)
    world.register("c-1", starts_on="2024-01-15")
    cancelled = world.call("POST", "/contracts/c-1/cancellation", STAFF, {"mode": "at_term"})
    assert cancelled.status == 200
    body = {"job": job, "as_of": "2025-01-20T11:00:00Z"}
    seen = preview(world, body)
    events = {"expiries": {"contract.expired": 1}, "invoice_reminders": {}}[job]
    assert seen["totals"]["events"] == events
    assert world.contract("c-1")["status"] == "non_renewing"


@pytest.fixture
def deployed(world: World, monkeypatch: pytest.MonkeyPatch) -> World:
    """As where the clock is the wall's, which stands where the test puts it."""
    monkeypatch.setattr(Clock, "is_for_tests", False)
    return world


@pytest.mark.parametrize("agreed", [True, False], ids=["as it was seen", "by itself"])
def test_G1_a_preview_of_a_day_gone_by_says_what_its_run_does_today(
    deployed: World, agreed: bool
) -> None:
    """The event was on 10 May. On the 20th staff catches up with a run for 21 April, on which a
    reminder would have left: by now the organiser is asked, and nobody is written to."""
    world = deployed
    a_shop(world)
    ordered(world, event=show("2025-05-10T18:00:00Z"))
    it_is(world, "2025-05-20")
    body = {"job": "invoice_reminders", "as_of": instant("2025-04-21")}
    seen = preview(world, body)
    assert seen["totals"]["events"] == {"ticket_order.question_opened": 1}
    assert seen["totals"]["messages"] == []
    wanted = {**body, "preview_id": seen["id"]} if agreed else body
    reply = world.call("POST", "/job-runs", STAFF, wanted)
    assert reply.status == 202, reply.text
    world.work_queue(job="invoice_reminders")
    done = run(world, reply.json["id"])
    assert (done["counts"]["done"], done["counts"]["different"]) == (1, 0)
    assert done["totals"] == seen["totals"]
    assert order(world)["open_question"] == "overdue"
