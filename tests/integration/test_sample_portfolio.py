"""The sample portfolio through the doors: it goes in, and going in again changes nothing."""

from datetime import UTC, date, datetime

from local.portfolio.__main__ import bodies, requests
from tests.integration.conftest import ALICE, STAFF, World, customer

TODAY = datetime.now(UTC).date()
BODIES = bodies(TODAY)


def test_the_portfolio_goes_in_and_a_second_fill_changes_nothing(world: World) -> None:
    for answer in (201, 200):
        for method, path, body in requests(TODAY):
            reply = world.call(method, path, STAFF, body)
            made = method == "PUT" and not path.endswith("/removal")
            assert reply.status == (answer if made else 200), f"{path}: {reply.text}"
            if method == "POST":
                assert bool(reply.json["events"]) == (answer == 201), path
        if answer == 201:
            before = {str(item) for item in world.items()}
    assert {str(item) for item in world.items()} == before
    assert set(world.listed(STAFF)) == BODIES.keys()
    seen = set(world.listed(ALICE))
    assert "km-example-reisen" not in seen
    assert {"km-example-ch", "km-alice-blog", "sd-bageri-mail", "km-example-dave"} <= seen
    assert "sd-teater" in world.listed(customer("carol"))
    assert "im-example-vigne" in world.listed(customer("erika"))
    limited = world.contract("sd-tryckeri", customer("erika"))
    assert limited["registry_until"] == limited["restorable_until"] < limited["provider_until"]


def test_X4_servers_are_marked_and_what_can_be_had_is_said(world: World) -> None:
    for method, path, body in requests(TODAY):
        world.call(method, path, STAFF, body)
    yard = world.contract("kx-dave-yard", customer("dave"))
    assert yard["marked_servers"] == ["kx-yard-2", "kx-yard-3"]
    rows = {row["action"]: row for row in world.contract("kx-alice-shop", ALICE)["actions"]}
    sold = {row["plan"] for row in rows["change_plan"]["params"]["plans"] if row["allowed"]}
    assert sold == {"vps-s", "vps-l"}
    over = world.call("GET", "/contracts/kx-erika-archive/plan-changes", customer("erika"))
    assert (over.status, over.code) == (410, "expired")


def test_a_deposit_counts_once_and_what_is_activated_is_on_trial(world: World) -> None:
    for _ in range(2):
        for method, path, body in requests(TODAY):
            world.call(method, path, STAFF, body)
    reply = world.call("GET", "/accounts/ru-alice", ALICE)
    assert reply.json["balance"] == {"amount": "320.50", "currency": "RUB"}
    lines = world.call("GET", "/accounts/ru-alice/ledger", ALICE).json["items"]
    assert [line["reference"] for line in lines] == ["sample-transfer-2", "sample-transfer-1"]
    trial = world.contract("ru-example-shop", customer("dave"))
    assert trial["status"] == "active"
    days = date.fromisoformat(trial["expires_on"]) - date.fromisoformat(trial["starts_on"])
    assert days.days == 10
    assert world.contract("ru-example-certificate", ALICE)["status"] == "pending"
    assert world.contract("im-example-phare", customer("erika"))["renewal_warranty"] is True


def test_I10_the_shop_has_an_order_in_each_state_and_one_to_decide_on(world: World) -> None:
    for method, path, body in requests(TODAY):
        world.call(method, path, STAFF, body)
    erika = customer("erika", "infomaniak")
    listed = world.call("GET", "/ticket-orders", erika).json["items"]
    orders = {order["id"]: order for order in listed}
    assert {order["status"] for order in listed} == {"pending", "paid", "cancelled"}
    waiting = orders["im-1001"]
    assert (waiting["reminders_sent"], waiting["due_on"] > TODAY.isoformat()) == (0, True)
    assert (orders["im-1003"]["status"], orders["im-1003"]["paid"]["amount"]) == ("paid", "90.00")
    assert orders["im-1004"]["refunds"][0]["method"] == "full"
    assert orders["im-1005"]["insurance"]["tickets"] == ["IM-1005-1", "IM-1005-2"]
    assert orders["im-1006"]["channel"] == "box_office"
    query = {"open_question": "true"}
    (asked,) = world.call("GET", "/ticket-orders", erika, query=query).json["items"]
    assert (asked["id"], asked["open_question"]) == ("im-1007", "late_money")
    run = world.run_job(f"{TODAY}T03:00:00Z", "invoice_reminders")
    assert world.call("GET", f"/job-runs/{run}", STAFF).json["counts"]["done"] == 0
