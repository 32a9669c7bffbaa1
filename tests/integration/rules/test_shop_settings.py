"""Rules I3 and I19: what a shop's organiser sets, and how far he goes back and forth in it."""

from typing import Any

import pytest

from tests.integration.conftest import ALICE, STAFF, Person, World, customer
from tests.integration.edge import KIM, NOBODY, assert_problem, everything, nothing_written
from tests.integration.rules.policy_files import PolicyFiles
from tests.integration.rules.scenes import it_is
from tests.integration.shops import (
    INA,
    OLGA,
    SHOP,
    changes,
    invoice,
    numbers,
    opened_shop,
    set_to,
    shop,
    step,
)

BY_DEFAULT: dict[str, Any] = {
    "enabled": True,
    "days_before_first_reminder": 10,
    "reminders": 2,
    "closes_days_before_event": 0,
}
KEY = {"Idempotency-Key": "k-1"}
TICKETING = "ticketing"


@pytest.fixture
def open_(world: World) -> World:
    """olga's shop, with the settings that its provider's policy begins with."""
    it_is(world, "2025-04-01")
    opened_shop(world)
    return world


def days(world: World) -> int:
    found: int = invoice(world)["days_before_first_reminder"]
    return found


def set_days(world: World, *wanted: int) -> None:
    """One change after the other."""
    for each in wanted:
        reply = set_to(world, {"days_before_first_reminder": each})
        assert reply.status == 200, reply.text


def stepped(world: World, which: str, to: int | None = None) -> int:
    """A step that is not refused; the days that are set afterwards."""
    reply = step(world, which, to)
    assert reply.status == 200, reply.text
    return days(world)


# ---------------------------------------------------------------- I3: what is set


@pytest.mark.parametrize("who", [OLGA, INA, STAFF], ids=lambda who: who.subject)
def test_I3_per_shop_the_organiser_sets_how_an_invoice_is_paid(open_: World, who: Person) -> None:
    opened_shop(open_, "shop-2")
    wanted = {
        "enabled": False,
        "days_before_first_reminder": 5,
        "reminders": 1,
        "closes_days_before_event": 14,
    }
    reply = set_to(open_, wanted, who)
    assert reply.status == 200, reply.text
    assert reply.json["shop"] == shop(open_, who=OLGA)
    assert invoice(open_) == wanted
    assert invoice(open_, "shop-2") == BY_DEFAULT


@pytest.mark.parametrize(
    ("field", "number"),
    [("days_before_first_reminder", 7), ("reminders", 4), ("closes_days_before_event", 3)],
)
def test_I3_what_is_not_set_is_the_policys_default(
    world: World, policies: PolicyFiles, field: str, number: int
) -> None:
    assert opened_shop(world, "before")["invoice"] == BY_DEFAULT
    policies.edit("infomaniak", {f"{TICKETING}.{field}": number})
    opened_shop(world, "after", invoice={"enabled": True})
    assert invoice(world, "after") == {**BY_DEFAULT, field: number}
    # What a shop has is its own: a policy's default never changes it.
    assert invoice(world, "before") == BY_DEFAULT


def test_I3_a_change_leaves_whatever_it_does_not_name(open_: World) -> None:
    assert set_to(open_, {"reminders": 3}).status == 200
    assert set_to(open_, {"closes_days_before_event": 7}).status == 200
    renamed = open_.call("PATCH", "/shops/shop-1", OLGA, {"name": "Théâtre du Port"})
    assert renamed.status == 200, renamed.text
    assert invoice(open_) == {**BY_DEFAULT, "reminders": 3, "closes_days_before_event": 7}
    assert shop(open_)["name"] == "Théâtre du Port"


def test_I3_settings_that_are_so_already_are_nothing_to_do(open_: World) -> None:
    bodies: list[dict[str, Any]] = [{}, {"invoice": {}}, {"invoice": BY_DEFAULT}]
    for body in [*bodies, {"name": SHOP["name"]}]:
        with nothing_written(open_):
            reply = open_.call("PATCH", "/shops/shop-1", OLGA, body)
        assert (reply.status, reply.json["events"]) == (200, [])
        assert reply.json["warnings"][0]["code"] == "unchanged"


LIMITS: list[tuple[str, Any, bool]] = [
    ("days_before_first_reminder", 0, False),
    ("days_before_first_reminder", 1, True),
    ("days_before_first_reminder", 365, True),
    ("days_before_first_reminder", 366, False),
    ("days_before_first_reminder", True, False),
    ("reminders", -1, False),
    ("reminders", 0, True),
    ("reminders", 20, True),
    ("reminders", 21, False),
    ("reminders", "2", False),
    ("closes_days_before_event", -1, False),
    ("closes_days_before_event", 1, True),
    ("closes_days_before_event", 1.5, False),
    ("enabled", 1, False),
]


@pytest.mark.parametrize(("field", "value", "fits"), LIMITS)
def test_I3_days_before_the_first_reminder_are_1_or_more_reminders_and_closing_days_0_or_more(
    open_: World, field: str, value: Any, fits: bool
) -> None:
    before = invoice(open_)
    reply = set_to(open_, {field: value})
    new = open_.call("PUT", "/shops/shop-2", STAFF, {**SHOP, "invoice": {field: value}})
    if fits:
        assert (reply.status, new.status) == (200, 201), reply.text
        assert invoice(open_) == invoice(open_, "shop-2") == {**before, field: value}
    else:
        for refused in (reply, new):
            assert_problem(refused, 422, "invalid_field", f"invoice.{field}")
        assert invoice(open_) == before


# ---------------------------------------------------------------- I19: back and forth


def test_I19_settings_are_undone_step_by_step_and_redone(open_: World) -> None:
    set_days(open_, 5, 6, 7)
    assert [stepped(open_, "undo") for _ in range(3)] == [6, 5, 10]
    assert [stepped(open_, "redo") for _ in range(3)] == [5, 6, 7]
    assert stepped(open_, "undo") == 6


def test_I19_a_step_brings_back_all_that_was_set_then(open_: World) -> None:
    body = {"name": "Théâtre du Port", "invoice": {"enabled": False, "reminders": 0}}
    before = shop(open_)
    assert open_.call("PATCH", "/shops/shop-1", OLGA, body).status == 200
    after = shop(open_)
    for which, wanted in (("undo", before), ("redo", after)):
        assert step(open_, which).status == 200
        now = shop(open_)
        told = {name: now[name] for name in ("name", "invoice", "settings_number")}
        assert told == {name: wanted[name] for name in told}


@pytest.mark.parametrize("kept", [20, 3])
def test_I19_the_last_20_changes_can_be_undone(
    world: World, policies: PolicyFiles, kept: int
) -> None:
    """20 is the policy's number, and another one counts as well."""
    if kept != 20:
        policies.edit("infomaniak", {f"{TICKETING}.settings_kept": kept})
    opened_shop(world)
    set_days(world, *range(101, 101 + kept + 2))
    back = [stepped(world, "undo") for _ in range(kept)]
    assert back == list(range(101 + kept, 101, -1))
    with nothing_written(world):
        reply = step(world, "undo")
        assert_problem(reply, 409, "nothing_to_undo")
    oldest = shop(world)["settings_number"]
    assert reply.json["params"] == {
        "settings_number": oldest,
        "oldest": oldest,
        "newest": oldest + kept,
        "to": None,
    }
    forth = [stepped(world, "redo") for _ in range(kept)]
    assert forth == list(range(103, 103 + kept))
    assert_problem(step(world, "redo"), 409, "nothing_to_redo")


def test_I19_steps_back_and_forth_use_up_none_of_the_20(open_: World) -> None:
    set_days(open_, *range(101, 121))
    for _ in range(30):
        assert stepped(open_, "undo") == 119
        assert stepped(open_, "redo") == 120
    assert [stepped(open_, "undo") for _ in range(20)][-1] == 10


def test_I19_nothing_was_done_yet_so_there_is_nothing_to_undo_or_redo(open_: World) -> None:
    with nothing_written(open_):
        assert_problem(step(open_, "undo"), 409, "nothing_to_undo")
        assert_problem(step(open_, "redo"), 409, "nothing_to_redo")
    assert open_.call("PATCH", "/shops/shop-1", OLGA, {}).status == 200
    assert_problem(step(open_, "undo"), 409, "nothing_to_undo")


def test_I19_a_new_change_after_an_undo_drops_what_could_have_been_redone(open_: World) -> None:
    set_days(open_, 5, 6, 7)
    stepped(open_, "undo", to=2)
    preview = open_.call("PATCH", "/shops/shop-1", OLGA, {"name": "New"}, query={"dry_run": "true"})
    assert numbers(open_) == [4, 3, 2, 1]
    real = open_.call("PATCH", "/shops/shop-1", OLGA, {"name": "New"})
    for reply in (preview, real):
        (warning,) = reply.json["warnings"]
        assert (warning["code"], warning["numbers"]) == ("redo_dropped", [3, 4])
    assert_problem(step(open_, "redo"), 409, "nothing_to_redo")
    # A number belongs to one snapshot for ever, also when that one is gone.
    assert numbers(open_) == [5, 2, 1]
    for gone in (3, 4):
        assert_problem(step(open_, "undo", to=gone), 409, "nothing_to_undo")
    assert stepped(open_, "undo") == 5


def test_I19_what_is_nothing_to_do_drops_nothing(open_: World) -> None:
    set_days(open_, 5)
    stepped(open_, "undo")
    assert set_to(open_, BY_DEFAULT).json["warnings"][0]["code"] == "unchanged"
    assert stepped(open_, "redo") == 5


def test_I19_an_undo_may_name_the_snapshot_it_goes_to(open_: World) -> None:
    set_days(open_, 5, 6, 7)
    assert stepped(open_, "undo", to=2) == 5
    again = step(open_, "undo", to=2)
    assert (again.status, again.json["events"]) == (200, [])
    assert again.json["warnings"][0]["code"] == "already_in_force"
    for ahead in (3, 4, 5, 1_000_000):
        assert_problem(step(open_, "undo", to=ahead), 409, "nothing_to_undo")
    assert_problem(step(open_, "redo", to=1), 409, "nothing_to_redo")
    assert stepped(open_, "redo", to=4) == 7
    for wrong in (0, -1, True, "2", 2.0):
        reply = open_.call("POST", "/shops/shop-1/undo", OLGA, {"to": wrong})
        assert_problem(reply, 422, "invalid_field", "to")


def test_I19_the_changes_are_listed_with_who_and_when_and_which_is_in_force(open_: World) -> None:
    it_is(open_, "2025-04-02")
    set_days(open_, 5)
    it_is(open_, "2025-04-03")
    assert set_to(open_, {"reminders": 0}, INA).status == 200
    assert step(open_, "undo").status == 200
    seen = changes(open_, limit="1")
    assert seen == changes(open_)
    told = [(each["number"], each["at"][:10], each["by"], each["in_force"]) for each in seen]
    assert told == [
        (3, "2025-04-03", {"role": "staff"}, False),
        (2, "2025-04-02", {"role": "organiser", "id": "olga"}, True),
        (1, "2025-04-01", {"role": "staff"}, False),
    ]
    assert seen[1]["invoice"] == invoice(open_) == {**BY_DEFAULT, "days_before_first_reminder": 5}
    assert seen[0]["name"] == SHOP["name"]
    assert shop(open_)["settings_number"] == 2
    assert [each["by"]["id"] for each in changes(open_, STAFF)] == ["ina", "olga", "erin"]


def test_I19_a_step_with_its_key_is_made_once_however_often_it_is_sent(open_: World) -> None:
    set_days(open_, 5, 6)
    answers = [open_.call("POST", "/shops/shop-1/undo", OLGA, {}, headers=KEY) for _ in range(3)]
    assert {reply.text for reply in answers} == {answers[0].text}
    assert days(open_) == 5
    other = open_.call("POST", "/shops/shop-1/undo", OLGA, {"to": 1}, headers=KEY)
    assert_problem(other, 422, "idempotency_key_reused")


def test_I19_each_step_is_told_with_ids_and_numbers_alone(open_: World) -> None:
    open_.relay()
    open_.call("PATCH", "/shops/shop-1", OLGA, {"name": "Olga's own"})
    step(open_, "undo")
    step(open_, "redo")
    heard = [each["detail"] for each in open_.relay()]
    told = sorted((each["number"], each["type"], each["data"]) for each in heard)
    own = {"shop_id": "shop-1"}
    assert told == [
        (2, "shop.settings_changed", {**own, "settings_number": 2, "settings_was": 1}),
        (3, "shop.settings_undone", {**own, "settings_number": 1, "settings_was": 2}),
        (4, "shop.settings_redone", {**own, "settings_number": 2, "settings_was": 1}),
    ]
    assert {(each["subject"], each["actor"]) for each in heard} == {("shop/shop-1", "organiser")}
    assert "Olga" not in str(heard)


# ---------------------------------------------------------------- whose it is


STRANGERS = [
    customer("mallory", "infomaniak"),
    customer("olga", "kreativmedia"),
    Person("olga", "[organiser]"),
    ALICE,
    KIM,
    NOBODY,
]


@pytest.mark.parametrize("who", STRANGERS, ids=lambda who: f"{who.subject} {who.groups}")
def test_a_stranger_does_not_learn_that_a_shop_exists(open_: World, who: Person) -> None:
    doors: list[tuple[str, str, Any]] = [
        ("GET", "", None),
        ("GET", "/changes", None),
        ("PATCH", "", {"colour": "red"}),
        ("POST", "/undo", {}),
        ("POST", "/redo", {"to": "x"}),
    ]
    with nothing_written(open_):
        for method, path, body in doors:
            there = open_.call(method, f"/shops/shop-1{path}", who, body)
            nowhere = open_.call(method, f"/shops/shop-9{path}", who, body)
            assert_problem(there, 404, "not_found")
            assert there.text == nowhere.text
    assert open_.call("GET", "/shops", who).json == {"items": [], "next": None}


@pytest.mark.breaks("a record that cannot be read")
def test_a_shop_that_cannot_be_read_is_not_there_for_a_stranger(open_: World) -> None:
    open_.dynamodb.update_item(
        TableName=open_.names.table_name,
        Key={"pk": {"S": "shop#shop-1"}, "sk": {"S": "head"}},
        UpdateExpression="SET in_force = :none",
        ExpressionAttributeValues={":none": {"N": "7"}},
    )
    for who in (OLGA, INA, STAFF):
        assert_problem(open_.call("GET", "/shops/shop-1", who), 500, "broken_record")
        assert open_.call("GET", "/shops", who).json["items"] == []
    for who in STRANGERS:
        assert_problem(open_.call("GET", "/shops/shop-1", who), 404, "not_found")


def test_an_organiser_lists_his_shops_and_staff_its_providers_page_by_page(open_: World) -> None:
    for number in range(2, 6):
        opened_shop(open_, f"shop-{number}", organiser="otto" if number == 4 else "olga")

    def listed(who: Person) -> list[str]:
        found: list[str] = []
        query = {"limit": "2"}
        while True:
            page = open_.call("GET", "/shops", who, query=dict(query)).json
            found += [each["id"] for each in page["items"]]
            if page["next"] is None:
                return found
            query["next"] = page["next"]

    mine = [f"shop-{number}" for number in (1, 2, 3, 5)]
    assert listed(OLGA) == mine
    assert listed(customer("otto", "infomaniak")) == ["shop-4"]
    for who in (INA, STAFF, Person("olga", "[staff.infomaniak customer.infomaniak]")):
        assert sorted(listed(who)) == sorted([*mine, "shop-4"])
    token = open_.call("GET", "/shops", OLGA, query={"limit": "2"}).json["next"]
    stolen = open_.call("GET", "/shops", STAFF, query={"next": token})
    assert_problem(stolen, 422, "invalid_next", "next")


# ---------------------------------------------------------------- registering one


def test_the_same_registration_again_is_nothing_to_do_and_another_is_refused(open_: World) -> None:
    set_days(open_, 5)
    with nothing_written(open_):
        again = open_.call("PUT", "/shops/shop-1", STAFF, SHOP)
        assert (again.status, again.json) == (200, shop(open_))
        for other in ({"name": "Other"}, {"organiser": "otto"}, {"invoice": {"reminders": 1}}):
            reply = open_.call("PUT", "/shops/shop-1", STAFF, {**SHOP, **other})
            assert_problem(reply, 409, "already_registered")
    assert days(open_) == 5


def test_a_provider_that_sells_no_tickets_offers_no_shop(world: World) -> None:
    with nothing_written(world):
        body = {**SHOP, "provider": "kreativmedia"}
        reply = world.call("PUT", "/shops/shop-1", STAFF, body)
        assert_problem(reply, 409, "not_offered")
        assert reply.json["params"]["contact"]["email"]
        unknown = world.call("PUT", "/shops/shop-1", STAFF, {**SHOP, "provider": "nobody"})
        assert_problem(unknown, 422, "unknown_provider", "provider")


def test_only_the_provider_s_own_staff_registers_a_shop(open_: World) -> None:
    with nothing_written(open_):
        for who in (OLGA, ALICE, NOBODY):
            reply = open_.call("PUT", "/shops/shop-2", who, {"nonsense": 1})
            assert_problem(reply, 403, "not_your_role")
        for path, body in (("shop-2", SHOP), ("shop-1", {**SHOP, "provider": "kreativmedia"})):
            assert_problem(open_.call("PUT", f"/shops/{path}", KIM, body), 404, "not_found")


@pytest.mark.parametrize(
    "zone",
    [
        "Europe/Zürich",
        "europe/zurich",
        "Europe",
        "../Zurich",
        "right/Europe/Zurich",
        "localtime",
        "Factory",
        "",
        7,
    ],
)
def test_a_shop_is_in_a_time_zone_that_there_is(world: World, zone: Any) -> None:
    with nothing_written(world):
        reply = world.call("PUT", "/shops/shop-1", STAFF, {**SHOP, "timezone": zone})
        assert_problem(reply, 422, "invalid_field", "timezone")


def test_a_shop_may_be_in_another_zone_than_its_provider(world: World) -> None:
    opened_shop(world, timezone="America/St_Johns")
    assert shop(world)["timezone"] == "America/St_Johns"


@pytest.mark.parametrize("field", ["provider", "organiser", "name", "timezone"])
def test_what_a_shop_is_must_be_said(world: World, field: str) -> None:
    body = {name: value for name, value in SHOP.items() if name != field}
    assert_problem(world.call("PUT", "/shops/shop-1", STAFF, body), 422, "missing_field", field)


def test_neither_zone_nor_organiser_is_a_setting(open_: World) -> None:
    for field in ("timezone", "organiser", "provider", "version"):
        reply = open_.call("PATCH", "/shops/shop-1", OLGA, {field: "x"})
        assert_problem(reply, 422, "unknown_field", field)


def test_a_registration_with_its_key_is_answered_once(world: World) -> None:
    first = world.call("PUT", "/shops/shop-1", STAFF, SHOP, headers=KEY)
    before = everything(world)
    again = world.call("PUT", "/shops/shop-1", STAFF, SHOP, headers=KEY)
    assert (first.status, again.status, again.text) == (201, 201, first.text)
    assert everything(world) == before
